//! AnyCable: outcomes as its documentation has them.

use jotproof_engine::target::{CannotCarry, Target as _};
use jotproof_mint::keys;
use jotproof_model::{Algorithm, Application, Observation};
use jotproof_targets::server::pinned::ANYCABLE;
use jotproof_targets::{AnycableTarget, ServerBinary};

use crate::machine::pinned;
use crate::tokens::{SECRET, ask, context, hs256, replay, signed};

fn target(options: &[(&str, &str)]) -> AnycableTarget {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AnycableTarget::process("1.5.2", pinned(&ANYCABLE), options).unwrap()
}

#[test]
fn tokens_are_accepted_and_refused_in_its_own_words() {
    let context = context(Application::Anycable, &[SECRET]);
    let valid = hs256(r#"{"ext":"{}","exp":{{now+3600}}}"#);
    assert_eq!(
        ask(
            &target(&[]),
            &context,
            &[
                valid.clone(),
                hs256(r#"{"ext":"{}","exp":{{now-3600}}}"#),
                signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"ext":"{}"}"#),
                hs256(r#"{"exp":{{now+3600}}}"#),
                Vec::new(),
                b"\xff%zz;&=+".to_vec(),
                vec![b'x'; 200_000],
                vec![b'x'; 2_000_000],
                signed(SECRET, Algorithm::HS512, r#"{"ext":""}"#),
                valid,
            ]
        ),
        [
            "accepted",
            "disconnect token_expired",
            "disconnect unauthorized",
            "close 1011",
            "disconnect unauthorized",
            "disconnect unauthorized",
            "disconnect unauthorized",
            r#"OverLimit { what: "HTTP 431" }"#,
            "accepted",
            "accepted",
        ]
    );
}

#[test]
fn identifiers_are_observed_byte_for_byte() {
    let context = context(Application::Anycable, &[SECRET]);
    let mut deployment = target(&[]).deploy(&context, keys::all()).unwrap();
    let texts = [r#"{"id":1}"#, r#"{ "id" : 1 }"#, "", "not json", "\u{442}\u{1f600}", "\u{0}", "\"\\"];
    let tokens: Vec<_> =
        texts.iter().map(|text| hs256(&serde_json::json!({ "ext": text }).to_string())).collect();
    for (text, observation) in texts.iter().zip(replay(&mut *deployment, &context, &tokens)) {
        let Observation::Accepted { result } = observation else { panic!("{observation:?}") };
        assert_eq!(result.identifiers.as_deref(), Some(*text));
    }
}

#[test]
fn an_insecure_server_can_be_asked_for() {
    let context = context(Application::Anycable, &[SECRET]);
    let tokens = [
        hs256(r#"{"ext":"{}"}"#),
        signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"ext":"{}"}"#),
        b"rubbish".to_vec(),
    ];
    let open = target(&[("public", "true"), ("enforce_jwt", "false"), ("secret", "")]);
    assert_eq!(ask(&open, &context, &tokens), ["accepted"; 3]);

    let closed = target(&[("enforce_jwt", "false"), ("secret", "")]);
    assert_eq!(ask(&closed, &context, &tokens), ["disconnect unauthorized"; 3]);
}

#[test]
fn an_option_that_it_does_not_know_is_told_with_its_own_words() {
    let context = context(Application::Anycable, &[SECRET]);
    let error = target(&[("nonsense", "1")]).deploy(&context, keys::all()).err().unwrap();
    let error = error.to_string();
    assert!(error.contains("AnyCable died at start"), "{error}");
    assert!(error.contains("flag provided but not defined: -nonsense"), "{error}");
}

#[test]
fn what_has_no_counterpart_is_not_carried() {
    let target = AnycableTarget::process("1.5.2", ServerBinary::Pinned(&ANYCABLE), Vec::new()).unwrap();
    let plain = |keys| context(Application::Jwt, keys);
    let mut audience = plain(&[SECRET]);
    audience.audience = Some("a".to_owned());
    let mut issuer = plain(&[SECRET]);
    issuer.issuer = Some("a".to_owned());
    let table = [
        (plain(&[SECRET, "hmac-32-bytes"]), "two HMAC keys"),
        (plain(&["rsa-2048"]), "RSA key"),
        (plain(&["p-256"]), "EC key"),
        (audience, "audience"),
        (issuer, "issuer"),
        (context(Application::CentrifugoConnection, &[SECRET]), "application centrifugo-connection"),
    ];
    for (context, reason) in table {
        let refused = target.deployment(&context, keys::all());
        assert_eq!(refused, Err(CannotCarry(reason.to_owned())));
    }
}
