//! What each edit does to the recipe and to the context of the twin.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

use jotproof_mint::apply::{self, EditError};
use jotproof_model::context::RpcProxy;
use jotproof_model::edit::{Alias, ContextChange, Layer, OctetsKind, Surrounding, TextKind};
use jotproof_model::recipe::{
    Content, KeyForm, Member, Segment, SegmentChange, SegmentEdit, SignatureChange, Signer, StructureChange,
};
use jotproof_model::{Algorithm, Application, Context, Edit, Identification, Namespace, Recipe};

fn object(members: &[(&str, &str)]) -> Content {
    Content::object(members.iter().map(|(name, value)| Member((*name).into(), (*value).into())).collect())
}

fn by(key: &str, algorithm: Algorithm) -> Signer {
    Signer::Key { key: key.into(), form: KeyForm::Natural, algorithm }
}

fn twin() -> Recipe {
    Recipe::new(
        object(&[("alg", "\"HS256\""), ("typ", "\"JWT\"")]),
        object(&[("sub", "\"42\""), ("exp", "{{now+60}}"), ("sub", "\"43\"")]),
        by("hmac-32-bytes", Algorithm::HS256),
    )
}

fn twin_context() -> Context {
    Context::new(Application::Jwt, &["hmac-32-bytes", "p-256"], &[Algorithm::HS256])
}

#[test]
fn an_edit_of_the_payload_gives_this_content() {
    let layer = Layer::Payload;
    let text = |text: &str| text.to_owned();
    for (edit, expected) in [
        (
            Edit::SetMember { layer, name: text("sub"), value: text("1") },
            object(&[("sub", "1"), ("exp", "{{now+60}}"), ("sub", "\"43\"")]),
        ),
        (
            Edit::SetMember { layer, name: text("nbf"), value: text("{{now}}") },
            object(&[("sub", "\"42\""), ("exp", "{{now+60}}"), ("sub", "\"43\""), ("nbf", "{{now}}")]),
        ),
        (
            Edit::RemoveMember { layer, name: text("sub") },
            object(&[("exp", "{{now+60}}"), ("sub", "\"43\"")]),
        ),
        (
            Edit::DuplicateMember { layer, name: text("exp"), value: text("{{now-60}}") },
            object(&[("sub", "\"42\""), ("exp", "{{now+60}}"), ("sub", "\"43\""), ("exp", "{{now-60}}")]),
        ),
        (
            Edit::AddAlias { layer, of: text("exp"), name: text("EXP"), how: Alias::Case, value: text("1") },
            object(&[("sub", "\"42\""), ("exp", "{{now+60}}"), ("sub", "\"43\""), ("EXP", "1")]),
        ),
        (
            Edit::RenameMember { layer, name: text("exp"), to: text("e\\u0078p"), how: Alias::Escape },
            object(&[("sub", "\"42\""), ("e\\u0078p", "{{now+60}}"), ("sub", "\"43\"")]),
        ),
        (
            Edit::SetText { layer, text: text("null"), what: TextKind::Null },
            Content::Text { text: text("null") },
        ),
        (
            Edit::SetOctets { layer, base64url: text("_w"), what: OctetsKind::MalformedUtf8 },
            Content::Octets { base64url: text("_w") },
        ),
    ] {
        let expected = Recipe { payload: expected, ..twin() };
        assert_eq!(apply::recipe(std::slice::from_ref(&edit), &twin()), Ok(expected), "{edit:?}");
        assert_eq!(apply::context(std::slice::from_ref(&edit), &twin_context()), Ok(twin_context()));
    }
}

#[test]
fn what_surrounds_an_object_is_outside_what_surrounded_it_before() {
    let surround = |before: &str, after: &str| Edit::Surround {
        layer: Layer::Header,
        before: before.into(),
        after: after.into(),
        with: Surrounding::WhiteSpace,
    };
    let edited = apply::recipe(&[surround(" ", "\n"), surround("\t", "\r")], &twin()).unwrap();
    let Content::Object { before, after, members } = edited.header else { panic!("an object") };
    assert_eq!((before.as_str(), after.as_str(), members.len()), ("\t ", "\n\r", 2));
    assert_eq!(edited.payload, twin().payload);
}

#[test]
fn an_edit_of_the_signer_sets_the_alg_member_where_it_names_one() {
    let signer = by("p-256", Algorithm::ES256);
    let sign = |alg: Option<&str>, signer: &Signer| Edit::Sign {
        alg: alg.map(str::to_owned),
        signer: signer.clone(),
    };
    assert_eq!(
        apply::recipe(&[sign(Some("\"ES256\""), &signer)], &twin()),
        Ok(Recipe {
            header: object(&[("alg", "\"ES256\""), ("typ", "\"JWT\"")]),
            signer: signer.clone(),
            ..twin()
        })
    );
    assert_eq!(
        apply::recipe(&[sign(None, &Signer::Nobody)], &twin()),
        Ok(Recipe { signer: Signer::Nobody, ..twin() })
    );
    let header = Layer::Header;
    let without_alg = Edit::RemoveMember { layer: header, name: "alg".into() };
    assert_eq!(
        apply::recipe(&[without_alg, sign(Some("\"none\""), &signer)], &twin()).unwrap().header,
        object(&[("typ", "\"JWT\""), ("alg", "\"none\"")])
    );
}

#[test]
fn the_other_changes_are_added_to_those_of_the_twin() {
    let signature = SignatureChange::Zero;
    let segment =
        SegmentEdit { segment: Segment::Header, change: SegmentChange::StandardAlphabet, signed: true };
    let structure = StructureChange::Detached;
    let edits = [
        Edit::Signature { change: SignatureChange::Reverse },
        Edit::Signature { change: signature.clone() },
        Edit::Segment { change: segment.clone() },
        Edit::Structure { change: structure.clone() },
    ];
    assert_eq!(
        apply::recipe(&edits, &twin()),
        Ok(Recipe {
            signature: vec![SignatureChange::Reverse, signature],
            segments: vec![segment],
            structure: vec![structure],
            ..twin()
        })
    );
}

#[test]
fn an_edit_of_the_context_changes_one_option_and_leaves_the_recipe_alone() {
    for (change, expected) in [
        (
            ContextChange::ConfiguredKey { from: "p-256".into(), to: "p-384".into() },
            Context { keys: vec!["hmac-32-bytes".into(), "p-384".into()], ..twin_context() },
        ),
        (
            ContextChange::Algorithms { algorithms: vec![Algorithm::HS512] },
            Context { algorithms: vec![Algorithm::HS512], ..twin_context() },
        ),
        (
            ContextChange::Audience { audience: Some("a".into()) },
            Context { audience: Some("a".into()), ..twin_context() },
        ),
        (
            ContextChange::Issuer { issuer: Some("i".into()) },
            Context { issuer: Some("i".into()), ..twin_context() },
        ),
        (
            ContextChange::MoreAudiences { audiences: vec!["b".into()] },
            Context { more_audiences: vec!["b".into()], ..twin_context() },
        ),
        (
            ContextChange::MoreIssuers { issuers: vec!["j".into()] },
            Context { more_issuers: vec!["j".into()], ..twin_context() },
        ),
        (
            ContextChange::Typ { typ: Some("at+jwt".into()) },
            Context { typ: Some("at+jwt".into()), ..twin_context() },
        ),
        (ContextChange::Leeway { seconds: 30 }, Context { leeway: 30, ..twin_context() }),
        (ContextChange::AllowNone { allow: true }, Context { allow_none: true, ..twin_context() }),
        (
            ContextChange::Resumable { resumable: true },
            Context {
                identification: Some(Identification { resumable: true, ..Identification::default() }),
                ..twin_context()
            },
        ),
        (
            ContextChange::RpcProxy { proxy: RpcProxy::WithMeta },
            Context { rpc_proxy: Some(RpcProxy::WithMeta), ..twin_context() },
        ),
        (
            ContextChange::Namespace { namespace: Namespace { presence: true, ..Namespace::default() } },
            Context {
                namespace: Some(Namespace { presence: true, ..Namespace::default() }),
                ..twin_context()
            },
        ),
        (
            ContextChange::RefuseAnonymous { refuse: true },
            Context { refuse_anonymous: true, ..twin_context() },
        ),
    ] {
        let edits = [Edit::Context { change }];
        assert_eq!(apply::context(&edits, &twin_context()), Ok(expected));
        assert_eq!(apply::recipe(&edits, &twin()), Ok(twin()));
    }
}

#[test]
fn another_key_in_the_context_signs_too_unless_it_is_only_configured() {
    let (from, to) = (String::from("hmac-32-bytes"), String::from("hmac-64-bytes"));
    let keys = vec!["hmac-64-bytes".into(), "p-256".into()];
    let both = Edit::Context { change: ContextChange::Key { from: from.clone(), to: to.clone() } };
    let configured = Edit::Context { change: ContextChange::ConfiguredKey { from, to } };
    for (edit, signer) in [(both, "hmac-64-bytes"), (configured, "hmac-32-bytes")] {
        let edits = [edit];
        assert_eq!(
            apply::context(&edits, &twin_context()),
            Ok(Context { keys: keys.clone(), ..twin_context() })
        );
        assert_eq!(
            apply::recipe(&edits, &twin()),
            Ok(Recipe { signer: by(signer, Algorithm::HS256), ..twin() })
        );
    }
    // A key that does not sign goes without a trace in the recipe.
    let other = Edit::Context { change: ContextChange::Key { from: "p-256".into(), to: "p-384".into() } };
    assert_eq!(apply::recipe(&[other], &twin()), Ok(twin()));
}

#[test]
fn an_edit_of_what_is_not_there_names_it() {
    let layer = Layer::Header;
    let (name, value) = (String::from("kid"), String::from("1"));
    let no_member = EditError::NoSuchMember { layer, name: name.clone() };
    for edit in [
        Edit::RemoveMember { layer, name: name.clone() },
        Edit::DuplicateMember { layer, name: name.clone(), value },
        Edit::RenameMember { layer, name, to: "KID".into(), how: Alias::Case },
    ] {
        assert_eq!(apply::recipe(&[edit], &twin()), Err(no_member.clone()));
    }
    assert_eq!(no_member.to_string(), "the header of the twin has no member \"kid\"");

    let change = ContextChange::ConfiguredKey { from: "p-521".into(), to: "p-384".into() };
    assert_eq!(
        apply::context(&[Edit::Context { change }], &twin_context()),
        Err(EditError::NoSuchKey("p-521".into()))
    );
}

#[test]
fn an_edit_of_members_needs_an_object() {
    let layer = Layer::Header;
    let text = || String::from("alg");
    for edit in [
        Edit::SetMember { layer, name: text(), value: text() },
        Edit::RemoveMember { layer, name: text() },
        Edit::DuplicateMember { layer, name: text(), value: text() },
        Edit::AddAlias { layer, of: text(), name: text(), how: Alias::Case, value: text() },
        Edit::RenameMember { layer, name: text(), to: text(), how: Alias::Case },
        Edit::Surround { layer, before: text(), after: text(), with: Surrounding::TrailingText },
        Edit::Sign { alg: Some(text()), signer: Signer::Nobody },
    ] {
        let set_text = Edit::SetText { layer, text: "[]".into(), what: TextKind::NotAnObject };
        assert_eq!(apply::recipe(&[set_text, edit], &twin()), Err(EditError::NotAnObject { layer }));
    }
}
