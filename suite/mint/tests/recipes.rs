//! What each part of a recipe does to the token.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

use jotproof_mint::{Mint, base64url, keys, stored};
use jotproof_model::recipe::{
    Content, KeyForm, Member, Number, Place, Segment, SegmentChange, SegmentEdit, SignatureChange, Signer,
    Spelling, StructureChange,
};
use jotproof_model::{Algorithm, Piece, Recipe, Token};

const NOW: i64 = 1_700_000_000;

/// The signature of an unsigned recipe is empty: the whole token can be written down.
fn unsigned(header: &str, payload: &str) -> Recipe {
    Recipe::new(Content::Text { text: header.into() }, Content::Text { text: payload.into() }, Signer::Nobody)
}

fn signed(key: &str, algorithm: Algorithm) -> Recipe {
    Recipe {
        signer: Signer::Key { key: key.into(), form: KeyForm::Natural, algorithm },
        ..unsigned("{}", "{}")
    }
}

/// The signature is these octets.
fn with_signature(octets: &[u8]) -> Recipe {
    Recipe {
        signature: vec![SignatureChange::Replace { base64url: base64url::encode(octets) }],
        ..unsigned("abc", "abcd")
    }
}

fn mint(recipe: &Recipe) -> Result<String, String> {
    let token = Mint::new(keys::all()).token(recipe, NOW).map_err(|error| error.to_string())?;
    Ok(String::from_utf8(token).unwrap())
}

fn segments(token: &str) -> [Vec<u8>; 3] {
    let segments: Vec<_> = token.split('.').map(|text| base64url::decode(text).unwrap()).collect();
    segments.try_into().unwrap()
}

#[test]
fn content_becomes_the_text_that_it_says() {
    for (content, expected) in [
        (Content::object(vec![]), "{}"),
        (
            Content::Object {
                members: vec![
                    Member("a".into(), "1.0e0".into()),
                    Member("a".into(), "[ ]".into()),
                    Member("e\\u0078p".into(), "{{now-60}}".into()),
                ],
                before: "\u{feff}".into(),
                after: " \r\n{{now}}".into(),
            },
            "\u{feff}{\"a\":1.0e0,\"a\":[ ],\"e\\u0078p\":1699999940} \r\n1700000000",
        ),
        (
            Content::Object {
                members: vec![Member("{{now}}".into(), "\"{{now+1}}\"".into())],
                before: String::new(),
                after: String::new(),
            },
            "{\"{{now}}\":\"1700000001\"}",
        ),
        (Content::Text { text: "not json {{now}}".into() }, "not json 1700000000"),
        (Content::Octets { base64url: "e3tub3d9fQ".into() }, "{{now}}"),
    ] {
        let recipe = Recipe { payload: content.clone(), ..unsigned("{}", "") };
        let [header, payload, signature] = segments(&mint(&recipe).unwrap());
        assert_eq!(header, b"{}");
        assert_eq!(String::from_utf8(payload).unwrap(), expected);
        assert_eq!(signature, b"");
        let recipe = Recipe { header: content, ..unsigned("", "{}") };
        assert_eq!(segments(&mint(&recipe).unwrap())[0], expected.as_bytes());
    }
    let octets = Content::Octets { base64url: "_w".into() };
    let recipe = Recipe { payload: octets, ..unsigned("{}", "") };
    assert_eq!(mint(&recipe).unwrap(), "e30._w.");
}

#[test]
fn the_changes_to_a_signature_give_these_octets() {
    const SIGNATURE: &[u8] = &[0x01, 0x23, 0xff];
    for (change, expected) in [
        (SignatureChange::Truncate { octets: 1 }, &[0x01][..]),
        (SignatureChange::Truncate { octets: 0 }, &[]),
        (SignatureChange::Append { base64url: "AAE".into() }, &[0x01, 0x23, 0xff, 0x00, 0x01]),
        (SignatureChange::FlipBit { bit: 0 }, &[0x81, 0x23, 0xff]),
        (SignatureChange::FlipBit { bit: 7 }, &[0x00, 0x23, 0xff]),
        (SignatureChange::FlipBit { bit: 23 }, &[0x01, 0x23, 0xfe]),
        (SignatureChange::Replace { base64url: "_w".into() }, &[0xff]),
        (SignatureChange::Replace { base64url: String::new() }, &[]),
        (SignatureChange::Zero, &[0, 0, 0]),
        (SignatureChange::Reverse, &[0xff, 0x23, 0x01]),
        (SignatureChange::Hex, b"0123ff"),
    ] {
        let mut recipe = with_signature(SIGNATURE);
        recipe.signature.push(change.clone());
        assert_eq!(segments(&mint(&recipe).unwrap())[2], expected, "{change:?}");
    }
}

#[test]
fn a_change_to_a_signature_that_cannot_be_made_says_why() {
    for (signature, change, expected) in [
        (
            &[1, 2][..],
            SignatureChange::Truncate { octets: 3 },
            "the change `truncate` cannot be made: it asks for 3 where there are 2",
        ),
        (
            &[1, 2],
            SignatureChange::Truncate { octets: 2 },
            "the change `truncate` cannot be made: it would leave all as it is",
        ),
        (
            &[1, 2],
            SignatureChange::FlipBit { bit: 16 },
            "the change `flip_bit` cannot be made: it asks for 17 where there are 16",
        ),
        (
            &[1, 2],
            SignatureChange::Append { base64url: "=".into() },
            "the change `append` cannot be made: its octets are not base64url without padding: \
             Invalid symbol 61, offset 0.",
        ),
        (&[0], SignatureChange::Zero, "the change `zero` cannot be made: it would leave all as it is"),
        (
            &[1, 2, 1],
            SignatureChange::Reverse,
            "the change `reverse` cannot be made: it would leave all as it is",
        ),
        (
            &[1, 2],
            SignatureChange::Der,
            "the change `der` cannot be made: it is for `r‖s` of an ECDSA algorithm alone",
        ),
    ] {
        let mut recipe = with_signature(signature);
        recipe.signature.push(change);
        assert_eq!(mint(&recipe), Err(format!("in the signature: {expected}")));
    }
}

/// The signature of a recipe without a change, and with it.
fn changed(key: &str, algorithm: Algorithm, change: SignatureChange) -> (Vec<u8>, Result<Vec<u8>, String>) {
    let mut recipe = signed(key, algorithm);
    let [_, _, plain] = segments(&mint(&recipe).unwrap());
    recipe.signature.push(change);
    (plain, mint(&recipe).map(|token| segments(&token)[2].clone()))
}

#[test]
fn the_numbers_of_an_ecdsa_signature_are_those_that_the_recipe_names() {
    use Number::{Computed, High, Low, Negated, One, Order, PlusOrder, Zero};
    let numbers = |r, s| SignatureChange::EcdsaNumbers { r, s };
    let es256 = |change| changed("p-256", Algorithm::ES256, change);
    let (plain, _) = es256(SignatureChange::Zero);
    let (r, s) = plain.split_at(32);
    let one = [&[0; 31][..], &[1]].concat();
    let outcome = |change| es256(change).1.unwrap();
    assert_eq!(outcome(numbers(Zero, One)), [&[0; 32][..], &one].concat());
    assert_eq!(outcome(numbers(Computed, Zero)), [r, &[0; 32]].concat());
    assert_eq!(outcome(SignatureChange::EcdsaSwapped), [s, r].concat());
    assert_eq!(outcome(SignatureChange::EcdsaWidths { r: 33, s: 34 }), [&[0][..], r, &[0, 0], s].concat());
    let negated = outcome(numbers(Computed, Negated));
    let (low, high) = (outcome(numbers(Computed, Low)), outcome(numbers(Computed, High)));
    assert!(low < high && [&low, &high].contains(&&negated) && [&low, &high].contains(&&plain));
    let (plain, plus) = changed("p-521", Algorithm::ES512, numbers(PlusOrder { times: 1 }, Computed));
    let plus = plus.unwrap();
    assert!(plus[..66] > plain[..66] && plus[66..] == plain[66..]);
    for (change, expected) in [
        (
            numbers(PlusOrder { times: 1 }, Computed),
            "`ecdsa_numbers` cannot be made: it does not fit into 32 octets",
        ),
        (
            SignatureChange::EcdsaWidths { r: 31, s: 32 },
            "`ecdsa_widths` cannot be made: it does not fit into 31 octets",
        ),
        (
            SignatureChange::RsaNumber { s: Order },
            "`rsa_number` cannot be made: it is for signatures of RSASSA-PSS alone",
        ),
    ] {
        assert_eq!(es256(change).1, Err(format!("in the signature: the change {expected}")));
    }
}

#[test]
fn the_number_of_another_signature_is_the_one_that_the_recipe_names() {
    let rsa = |s| changed("rsa-2048", Algorithm::RS256, SignatureChange::RsaNumber { s });
    assert_eq!(rsa(Number::One).1.unwrap(), [&[0; 255][..], &[1]].concat());
    let (plain, plus) = rsa(Number::PlusOrder { times: 1 });
    let plus = plus.unwrap();
    assert!(plus.len() > plain.len() || plus > plain);
    let eddsa = |s| changed("ed25519", Algorithm::EdDSA, SignatureChange::EddsaNumber { s });
    let (plain, zero) = eddsa(Number::Zero);
    assert_eq!(zero.unwrap(), [&plain[..32], &[0; 32]].concat());
    let (_, plus) = eddsa(Number::PlusOrder { times: 15 });
    assert_eq!(plus.unwrap()[..32], plain[..32]);
    assert!(eddsa(Number::PlusOrder { times: 16 }).1.unwrap_err().ends_with("does not fit into 32 octets"));
    let (plain, longer) =
        changed("hmac-64-bytes", Algorithm::HS256, SignatureChange::Prepend { base64url: "AAA".into() });
    assert_eq!(longer.unwrap(), [&[0, 0][..], &plain].concat());
}

#[test]
fn der_is_the_ecdsa_sig_value_of_the_same_numbers() {
    // What the curve crates write is the check; the widths of r and s vary with the input.
    for payload in ["{}", "[]", "1", "2", "3", "4", "5", "6", "7", "8", "9"] {
        for (key, algorithm) in
            [("p-256", Algorithm::ES256), ("p-384", Algorithm::ES384), ("p-521", Algorithm::ES512)]
        {
            let mut recipe =
                Recipe { payload: Content::Text { text: payload.into() }, ..signed(key, algorithm) };
            let [_, _, fixed] = segments(&mint(&recipe).unwrap());
            recipe.signature.push(SignatureChange::Der);
            let [_, _, der] = segments(&mint(&recipe).unwrap());
            let expected = match algorithm {
                Algorithm::ES256 => {
                    p256::ecdsa::Signature::from_slice(&fixed).unwrap().to_der().as_bytes().to_vec()
                }
                Algorithm::ES384 => {
                    p384::ecdsa::Signature::from_slice(&fixed).unwrap().to_der().as_bytes().to_vec()
                }
                _ => p521::ecdsa::Signature::from_slice(&fixed).unwrap().to_der().as_bytes().to_vec(),
            };
            assert_eq!(der, expected, "{algorithm}");
        }
    }
}

#[test]
fn der_has_the_fewest_octets_that_keep_a_number_positive() {
    for (fixed, expected) in [
        (&[0x01, 0x7f][..], &[0x30, 6, 0x02, 1, 0x01, 0x02, 1, 0x7f][..]),
        (&[0x80, 0x00], &[0x30, 7, 0x02, 2, 0x00, 0x80, 0x02, 1, 0x00]),
        (&[0x00, 0x01, 0x00, 0xff], &[0x30, 7, 0x02, 1, 0x01, 0x02, 2, 0x00, 0xff]),
    ] {
        let mut recipe = signed("p-256", Algorithm::ES256);
        recipe.signature =
            vec![SignatureChange::Replace { base64url: base64url::encode(fixed) }, SignatureChange::Der];
        assert_eq!(segments(&mint(&recipe).unwrap())[2], expected);
    }
}

fn segment(segment: Segment, change: SegmentChange) -> SegmentEdit {
    SegmentEdit { segment, change, signed: false }
}

#[test]
fn the_changes_to_a_segment_give_this_text() {
    // The segments: `YWJj` (no unused bits), `YWJjZA` (four), `----__8` (two).
    let twin = with_signature(&[0xfb, 0xef, 0xbe, 0xff, 0xff]);
    assert_eq!(mint(&twin).as_deref(), Ok("YWJj.YWJjZA.----__8"));
    let insert = |text: &str, at| SegmentChange::Insert { text: text.into(), at };
    let spell = |spelling| SegmentChange::Spell { spelling };
    for (which, change, expected) in [
        (Segment::Header, SegmentChange::Pad { extra: 1 }, "YWJj=.YWJjZA.----__8"),
        (Segment::Payload, SegmentChange::Pad { extra: 0 }, "YWJj.YWJjZA==.----__8"),
        (Segment::Payload, SegmentChange::Pad { extra: 1 }, "YWJj.YWJjZA===.----__8"),
        (Segment::Signature, SegmentChange::Pad { extra: 0 }, "YWJj.YWJjZA.----__8="),
        (Segment::Payload, insert(" ", Place::Start), "YWJj. YWJjZA.----__8"),
        (Segment::Payload, insert("\r\n", Place::Middle), "YWJj.YWJ\r\njZA.----__8"),
        (Segment::Signature, insert("!", Place::Middle), "YWJj.YWJjZA.---!-__8"),
        (Segment::Header, insert("ü", Place::End), "YWJjü.YWJjZA.----__8"),
        (Segment::Signature, SegmentChange::StandardAlphabet, "YWJj.YWJjZA.++++//8"),
        (Segment::Payload, SegmentChange::TrailingBits { bits: 1 }, "YWJj.YWJjZB.----__8"),
        (Segment::Payload, SegmentChange::TrailingBits { bits: 15 }, "YWJj.YWJjZP.----__8"),
        (Segment::Signature, SegmentChange::TrailingBits { bits: 1 }, "YWJj.YWJjZA.----__9"),
        (Segment::Signature, SegmentChange::TrailingBits { bits: 15 }, "YWJj.YWJjZA.----___"),
        (Segment::Header, SegmentChange::RemoveLast { characters: 1 }, "YWJ.YWJjZA.----__8"),
        (Segment::Header, SegmentChange::RemoveLast { characters: 4 }, ".YWJjZA.----__8"),
        (Segment::Header, SegmentChange::Replace { text: "x y".into() }, "x y.YWJjZA.----__8"),
        (Segment::Header, spell(Spelling::PercentEncoded), "%59WJj.YWJjZA.----__8"),
        (Segment::Header, spell(Spelling::FullWidth), "\u{ff39}WJj.YWJjZA.----__8"),
        (Segment::Signature, spell(Spelling::FullWidth), "YWJj.YWJjZA.----__\u{ff18}"),
        (Segment::Signature, spell(Spelling::ArabicDigit), "YWJj.YWJjZA.----__\u{668}"),
        (Segment::Payload, spell(Spelling::Cyrillic), "YWJj.YWJ\u{458}ZA.----__8"),
        (Segment::Header, spell(Spelling::LowerCase), "ywjj.YWJjZA.----__8"),
        (Segment::Header, spell(Spelling::UpperCase), "YWJJ.YWJjZA.----__8"),
        (Segment::Header, spell(Spelling::SwappedCase), "ywjJ.YWJjZA.----__8"),
    ] {
        let mut recipe = twin.clone();
        recipe.segments.push(segment(which, change.clone()));
        assert_eq!(mint(&recipe).as_deref(), Ok(expected), "{change:?}");
    }
}

#[test]
fn a_change_to_a_segment_that_cannot_be_made_says_why() {
    for (which, change, expected) in [
        (
            Segment::Header,
            SegmentChange::Pad { extra: 0 },
            "in the header segment: the change `pad` cannot be made: it would leave all as it is",
        ),
        (
            Segment::Payload,
            SegmentChange::Pad { extra: u32::MAX },
            "in the payload segment: the change `pad` cannot be made: the outcome is longer than \
             67108864 octets",
        ),
        (
            Segment::Payload,
            SegmentChange::StandardAlphabet,
            "in the payload segment: the change `standard_alphabet` cannot be made: it would leave \
             all as it is",
        ),
        (
            Segment::Header,
            SegmentChange::TrailingBits { bits: 1 },
            "in the header segment: the change `trailing_bits` cannot be made: a base64url text of 4 \
             characters has no unused bits at its end",
        ),
        (
            Segment::Signature,
            SegmentChange::TrailingBits { bits: 4 },
            "in the signature segment: the change `trailing_bits` cannot be made: of its bits only \
             0b0011 are unused at the end of this text",
        ),
        (
            Segment::Payload,
            SegmentChange::RemoveLast { characters: 7 },
            "in the payload segment: the change `remove_last` cannot be made: it asks for 7 where \
             there are 6",
        ),
        (
            Segment::Payload,
            SegmentChange::Insert { text: String::new(), at: Place::End },
            "in the payload segment: the change `insert` cannot be made: it would leave all as it is",
        ),
        (
            Segment::Header,
            SegmentChange::Spell { spelling: Spelling::ArabicDigit },
            "in the header segment: the change `spell` cannot be made: it would leave all as it is",
        ),
    ] {
        let mut recipe = with_signature(&[1, 2]);
        recipe.segments.push(segment(which, change));
        assert_eq!(mint(&recipe).unwrap_err(), expected);
    }
    let mut recipe = with_signature(&[1]);
    let replace = SegmentChange::Replace { text: "x".into() };
    recipe.segments.push(SegmentEdit { segment: Segment::Signature, change: replace, signed: true });
    assert_eq!(
        mint(&recipe).unwrap_err(),
        "a signature does not sign itself: `signed` is for the header and the payload"
    );
}

#[test]
fn a_signed_change_is_covered_by_the_signature_and_another_is_not() {
    let twin = signed("hmac-32-bytes", Algorithm::HS256);
    let [.., twin_signature] = segments(&mint(&twin).unwrap());
    let secret = keys::all()["hmac-32-bytes"].secret.as_deref().unwrap().as_bytes();
    let hs256 = |input: &[u8]| jotproof_mint::sign::hmac(secret, Algorithm::HS256, input).unwrap();
    assert_eq!(twin_signature, hs256(b"e30.e30"));
    for (signed, expected) in [(false, hs256(b"e30.e30")), (true, hs256(b"e30.e30="))] {
        let mut recipe = twin.clone();
        let change = SegmentChange::Pad { extra: 0 };
        recipe.segments.push(SegmentEdit { segment: Segment::Payload, change, signed });
        let token = mint(&recipe).unwrap();
        let (input, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(input, "e30.e30=");
        assert_eq!(base64url::decode(signature).unwrap(), expected, "signed: {signed}");
    }
}

#[test]
fn changes_are_made_in_the_order_of_the_steps_whatever_their_order_in_the_recipe() {
    let mut recipe = unsigned("abc", "abcd");
    recipe.structure =
        vec![StructureChange::KeepSegments { segments: 1 }, StructureChange::Suffix { text: "!".into() }];
    recipe.segments = vec![
        segment(Segment::Header, SegmentChange::Pad { extra: 1 }),
        SegmentEdit {
            segment: Segment::Header,
            change: SegmentChange::RemoveLast { characters: 1 },
            signed: true,
        },
    ];
    // Signed first: `YWJ`; then padded: `YWJ==`, one more than it needs; then the token.
    assert_eq!(mint(&recipe).as_deref(), Ok("YWJ==!"));
}

#[test]
fn the_changes_to_a_token_give_this_text() {
    let twin = with_signature(&[1, 2]);
    assert_eq!(mint(&twin).as_deref(), Ok("YWJj.YWJjZA.AQI"));
    let text = |text: &str| text.to_owned();
    for (change, expected) in [
        (StructureChange::Prefix { text: text("Bearer ") }, "Bearer YWJj.YWJjZA.AQI"),
        (StructureChange::Suffix { text: text("\n") }, "YWJj.YWJjZA.AQI\n"),
        (StructureChange::KeepSegments { segments: 2 }, "YWJj.YWJjZA"),
        (StructureChange::KeepSegments { segments: 1 }, "YWJj"),
        (StructureChange::KeepSegments { segments: 0 }, ""),
        (StructureChange::InsertSegment { at: 0, text: text("x") }, "x.YWJj.YWJjZA.AQI"),
        (StructureChange::InsertSegment { at: 1, text: text("") }, "YWJj..YWJjZA.AQI"),
        (StructureChange::InsertSegment { at: 3, text: text("") }, "YWJj.YWJjZA.AQI."),
        (StructureChange::EmptySegment { segment: Segment::Header }, ".YWJjZA.AQI"),
        (StructureChange::EmptySegment { segment: Segment::Payload }, "YWJj..AQI"),
        (StructureChange::EmptySegment { segment: Segment::Signature }, "YWJj.YWJjZA."),
        (StructureChange::JsonFlattened, r#"{"payload":"YWJjZA","protected":"YWJj","signature":"AQI"}"#),
        (
            StructureChange::JsonGeneral,
            r#"{"payload":"YWJjZA","signatures":[{"protected":"YWJj","signature":"AQI"}]}"#,
        ),
        (StructureChange::Detached, "YWJj..AQI"),
        (StructureChange::UpperCase, "YWJJ.YWJJZA.AQI"),
        (StructureChange::Replace { text: text("") }, ""),
        (StructureChange::Repeat { text: text("ab."), times: 3 }, "ab.ab.ab."),
    ] {
        let mut recipe = twin.clone();
        recipe.structure.push(change.clone());
        assert_eq!(mint(&recipe).as_deref(), Ok(expected), "{change:?}");
    }
}

#[test]
fn octets_that_are_no_text_come_last() {
    let mut recipe = with_signature(&[1, 2]);
    let text = mint(&recipe).unwrap();
    recipe.structure = vec![StructureChange::AppendOctets { base64url: "_w".into() }];
    let token = Mint::new(keys::all()).token(&recipe, 0).unwrap();
    assert_eq!(token, [text.as_bytes(), b"\xff"].concat());
}

#[test]
fn a_change_to_a_token_that_cannot_be_made_says_why() {
    let keep_two = StructureChange::KeepSegments { segments: 2 };
    for (changes, expected) in [
        (
            vec![StructureChange::KeepSegments { segments: 4 }],
            "`keep_segments` cannot be made: it asks for 4 where there are 3",
        ),
        (
            vec![StructureChange::KeepSegments { segments: 3 }],
            "`keep_segments` cannot be made: it would leave all as it is",
        ),
        (
            vec![StructureChange::InsertSegment { at: 4, text: "x".into() }],
            "`insert_segment` cannot be made: it asks for 4 where there are 3",
        ),
        (
            vec![keep_two.clone(), StructureChange::JsonFlattened],
            "`json_flattened` cannot be made: the token has 2 segments, not three: make this change \
             before the others",
        ),
        (
            vec![keep_two, StructureChange::Detached],
            "`detached` cannot be made: the token has 2 segments, not three: make this change before \
             the others",
        ),
        (
            vec![
                StructureChange::AppendOctets { base64url: "_w".into() },
                StructureChange::Suffix { text: "x".into() },
            ],
            "`suffix` cannot be made: it is not text any more: append octets last",
        ),
        (
            vec![StructureChange::Repeat { text: "ab".into(), times: u32::MAX }],
            "`repeat` cannot be made: the outcome is longer than 67108864 octets",
        ),
    ] {
        let mut recipe = with_signature(&[1, 2]);
        recipe.structure = changes;
        assert_eq!(mint(&recipe), Err(format!("in the token: the change {expected}")));
    }
}

#[test]
fn text_that_cannot_be_made_says_where_it_stands() {
    let recipe = unsigned("{}", "{\"exp\":{{later}}}");
    assert_eq!(
        mint(&recipe).unwrap_err(),
        "in the payload: \"{{later}}\" is not a placeholder: write {{now}}, {{now+SECONDS}}, \
         {{now-SECONDS}}, {{client}} or {{TEXT*TIMES}}"
    );
    let octets = Content::Octets { base64url: "_w==".into() };
    let recipe = Recipe { header: octets, ..unsigned("", "{}") };
    let error = mint(&recipe).unwrap_err();
    assert!(error.starts_with("the octets of the header are not base64url without padding"), "{error}");
}

#[test]
fn a_token_is_stored_as_text_as_a_run_or_as_octets_and_comes_back() {
    let plain = with_signature(&[1, 2]);
    let mut run = plain.clone();
    run.structure.push(StructureChange::Repeat { text: "ab.".into(), times: 1000 });
    let mut short_run = plain.clone();
    short_run.structure.push(StructureChange::Repeat { text: "ab".into(), times: 512 });
    let mut not_last = run.clone();
    not_last.structure.push(StructureChange::Suffix { text: "!".into() });

    let text = |text: String| Token::Text { text };
    for (recipe, token, expected) in [
        (&plain, b"YWJj.YWJjZA.AQI".to_vec(), text("YWJj.YWJjZA.AQI".into())),
        (&plain, vec![], text(String::new())),
        (&plain, vec![0xff, 0xfe], Token::Octets { base64url: "__4".into() }),
        (&run, "ab.".repeat(1000).into_bytes(), Token::Run { text: "ab.".into(), times: 1000 }),
        (&short_run, "ab".repeat(512).into_bytes(), text("ab".repeat(512))),
        (&not_last, ("ab.".repeat(1000) + "!").into_bytes(), text("ab.".repeat(1000) + "!")),
        // Not the token of that recipe.
        (&run, "abc".repeat(1000).into_bytes(), text("abc".repeat(1000))),
    ] {
        let stored = stored::store(&token, recipe);
        assert_eq!(stored, expected);
        assert_eq!(stored::octets(&stored), Ok(token));
    }
    let piece = |text: &str, times| Piece { text: text.into(), times };
    let long = format!("eyJh.{}YWJj{}.AQI", "W1tb".repeat(30_000), "A".repeat(1000));
    for (token, expected) in [
        (
            long.clone(),
            Token::Pieces {
                pieces: vec![
                    piece("eyJh.", 1),
                    piece("W1tb", 30_000),
                    piece("YWJj", 1),
                    piece("A", 1000),
                    piece(".AQI", 1),
                ],
            },
        ),
        // Half of it and more has no repetition.
        (long.clone() + &unlike(130_000), text(long + &unlike(130_000))),
        ("W1tb".repeat(16_000), text("W1tb".repeat(16_000))),
    ] {
        let stored = stored::store(token.as_bytes(), &plain);
        assert_eq!(stored, expected);
        assert_eq!(stored.length(), token.len());
        assert_eq!(stored::octets(&stored), Ok(token.into_bytes()));
    }
    let endless = Token::Pieces { pieces: vec![piece("ab", u32::MAX), piece("ab", u32::MAX)] };
    assert_eq!(stored::octets(&endless), Err(stored::StoredError::TooLong));
    assert!(stored::octets(&Token::Octets { base64url: "__5".into() }).is_err());
    assert_eq!(
        stored::octets(&Token::Run { text: "ab".into(), times: u32::MAX }),
        Err(stored::StoredError::TooLong)
    );
}

/// A text without repetitions.
fn unlike(length: usize) -> String {
    let text: String = (0..).map(|number: u32| format!("{number:08}")).take(length / 8).collect();
    assert_eq!(text.len(), length);
    text
}

#[test]
fn nested_values_of_any_depth_are_minted() {
    let nested = |levels: u32| format!("{{{{[*{levels}}}}}{{{{]*{levels}}}}}");
    let payload = Content::object(vec![Member("x".to_owned(), nested(100_000))]);
    let recipe = Recipe { payload, ..signed("hmac-64-bytes", Algorithm::HS256) };
    let token = String::from_utf8(Mint::new(keys::all()).token(&recipe, NOW).unwrap()).unwrap();
    let expected = format!("{{\"x\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(segments(&token)[1], expected.as_bytes());
}

#[test]
fn a_token_names_the_key_that_signs_it_where_the_mint_says_so() {
    let ids = [("hmac-64-bytes".to_owned(), "own".to_owned())].into();
    let mint = Mint::new(keys::all()).naming(ids);
    let alg = || Member("alg".to_owned(), "\"HS256\"".to_owned());
    let kid = Member("kid".to_owned(), "\"other\"".to_owned());
    for (header, key, expected) in [
        (vec![alg()], "hmac-64-bytes", r#"{"alg":"HS256","kid":"own"}"#),
        (vec![alg(), kid], "hmac-64-bytes", r#"{"alg":"HS256","kid":"other"}"#),
        (vec![alg()], "hmac-64-bytes-foreign", r#"{"alg":"HS256"}"#),
    ] {
        let recipe = Recipe { header: Content::object(header), ..signed(key, Algorithm::HS256) };
        let token = String::from_utf8(mint.token(&recipe, NOW).unwrap()).unwrap();
        assert_eq!(segments(&token)[0], expected.as_bytes(), "{key}");
    }
}
