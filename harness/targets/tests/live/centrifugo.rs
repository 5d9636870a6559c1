//! Centrifugo: outcomes as its documentation has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use jotproof_engine::target::{CannotCarry, Target as _};
use jotproof_mint::{document, keys};
use jotproof_model::context::{Origin, Transport};
use jotproof_model::verifier::{ForClient, Opening};
use jotproof_model::{Algorithm, Application, Context, KeySet, Observation, Seen, SeenExpiry, Session};
use jotproof_targets::centrifugo::Centrifugo;
use jotproof_targets::live::CONCURRENCY;
use jotproof_targets::live::target::Server as _;
use jotproof_targets::server::pinned::{ALL, CENTRIFUGO_3, CENTRIFUGO_5};
use jotproof_targets::{CentrifugoTarget, ServerBinary};

use crate::machine::pinned;
use crate::tokens::{
    SECRET, ask, challenges, context, hs256, now, replay, replay_all, short, signed, signed_under,
};

fn target(options: &[(&str, &str)]) -> CentrifugoTarget {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    CentrifugoTarget::process(CENTRIFUGO_5.version, pinned(&CENTRIFUGO_5), options).unwrap()
}

/// The last version that speaks version 1 of the client protocol unless asked otherwise.
fn three() -> CentrifugoTarget {
    CentrifugoTarget::process(CENTRIFUGO_3.version, pinned(&CENTRIFUGO_3), Vec::new()).unwrap()
}

fn result(observation: &Observation) -> Seen {
    match observation {
        Observation::Accepted { result } => (**result).clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn tokens_are_accepted_and_refused_in_its_own_words() {
    let context = context(Application::CentrifugoConnection, &[SECRET]);
    let valid = hs256(r#"{"sub":"42","exp":{{now+3600}}}"#);
    let mut long = valid.clone();
    long.extend(vec![b'x'; 70_000]);
    assert_eq!(
        ask(
            &target(&[]),
            &context,
            &[
                valid.clone(),
                hs256(r#"{"sub":"42","exp":{{now-3600}}}"#),
                signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"sub":"42"}"#),
                hs256(r#"{"sub":"42","expire_at":1}"#),
                hs256(r#"{"subs":{"nowhere:x":{}}}"#),
                hs256(r#"{"b64info":"-_-_"}"#),
                Vec::new(),
                b"\"\n\\".to_vec(),
                b"\xff".to_vec(),
                long,
                signed(SECRET, Algorithm::HS512, "{}"),
                valid,
            ]
        ),
        [
            "accepted",
            "error 109",
            "close 3500",
            "error 110",
            "error 102",
            "error 100",
            "close 3501",
            "close 3500",
            r#"Unsupported { what: "binary-token" }"#,
            r#"OverLimit { what: "close 1009" }"#,
            "accepted",
            "accepted",
        ]
    );
}

#[test]
fn version_3_answers_in_version_1_of_the_protocol() {
    let context = context(Application::CentrifugoConnection, &[SECRET]);
    assert_eq!(
        ask(
            &three(),
            &context,
            &[
                hs256(r#"{"sub":"42","exp":{{now+3600}}}"#),
                hs256(r#"{"sub":"42","exp":{{now-3600}}}"#),
                signed("hmac-64-bytes-foreign", Algorithm::HS256, r#"{"sub":"42"}"#),
                hs256(r#"{"sub":"42","expire_at":1}"#),
                hs256(r#"{"subs":{"nowhere:x":{}}}"#),
                hs256(r#"{"b64info":"-_-_"}"#),
                Vec::new(),
                // A token for a channel opens a connection there.
                hs256(r#"{"sub":"42","channel":"news"}"#),
            ]
        ),
        [
            "accepted",
            "error 109",
            "close 3500",
            "error 110",
            "error 102",
            "error 100",
            "close 3501",
            "accepted",
        ]
    );
}

#[test]
fn sixty_four_connections_at_once_see_nobody_elses_result() {
    let context = context(Application::CentrifugoConnection, &[SECRET]);
    let payload = |user| format!(r#"{{"sub":"{user}","info":{{"of":"{user}"}},"channels":["ns:{user}"]}}"#);
    let tokens: Vec<_> = (0..CONCURRENCY).map(|user| hs256(&payload(user))).collect();
    for transport in [""].iter().chain(Centrifugo::TRANSPORTS) {
        for target in [target(&[]), three()] {
            let target = if transport.is_empty() { target } else { target.over(transport).unwrap() };
            let mut deployment = target.deploy(&context, keys::all()).unwrap();
            let seen = replay(&mut *deployment, &context, &tokens);
            assert_eq!(seen.len(), CONCURRENCY);
            for (user, observation) in seen.iter().enumerate() {
                let seen = result(observation);
                let channels = BTreeMap::from([(format!("ns:{user}"), String::new())]);
                assert_eq!(seen.subscriptions, Some(channels), "{transport}");
                // A unidirectional transport tells no names.
                if !transport.starts_with("uni_") {
                    assert_eq!(seen.user, Some(user.to_string()), "{transport}");
                    assert_eq!(seen.info, Some(format!(r#"{{"of":"{user}"}}"#)), "{transport}");
                }
            }
        }
    }
}

/// Each in the session of another user, and all but every fourth in the same channel.
#[test]
fn sixty_four_subscriptions_at_once_see_nobody_elses_result() {
    for (target, application) in
        [(target(&[]), Application::CentrifugoSubscription), (three(), Application::CentrifugoPrivateChannel)]
    {
        let ns = if application == Application::CentrifugoPrivateChannel { "$ns" } else { "ns" };
        let channel = |user| if user % 4 == 0 { format!("{ns}:{user}") } else { format!("{ns}:all") };
        let challenge = |user: usize| {
            let mut context = context(application, &[SECRET]);
            let (name, channel) = (user.to_string(), channel(user));
            context.session =
                Some(Session { user: name, client: Session::CLIENT.to_owned(), channel: channel.clone() });
            let token = move |client: &str| {
                let claims = r#""exp":{{now+3600}}"#;
                hs256(&format!(
                    r#"{{"sub":"{user}","client":"{client}","channel":"{channel}","info":{{"of":{user}}},{claims}}}"#
                ))
            };
            let mut challenge = challenges(&context, &[token(Session::CLIENT)]).remove(0);
            challenge.opening = Some(Opening {
                connection_token: hs256(&format!(r#"{{"sub":"{user}"}}"#)),
                for_client: Some(ForClient(Arc::new(token))),
            });
            challenge
        };
        let challenges: Vec<_> = (0..CONCURRENCY).map(challenge).collect();
        let mut deployment = target.deploy(&challenges[0].context, keys::all()).unwrap();
        let seen = replay_all(&mut *deployment, &challenges);
        assert_eq!(seen.len(), CONCURRENCY);
        for (user, observation) in seen.iter().enumerate() {
            let seen = result(observation);
            assert_eq!(seen.user, Some(user.to_string()), "{application:?}");
            assert_eq!(seen.info, Some(format!(r#"{{"of":{user}}}"#)), "{application:?}");
            let channels = BTreeMap::from([(channel(user), String::new())]);
            assert_eq!(seen.subscriptions, Some(channels), "{application:?}");
        }
    }
}

#[test]
fn what_a_token_does_is_observed() {
    for target in [target(&[]), three()] {
        observe(&target);
    }
}

fn observe(target: &CentrifugoTarget) {
    let context = context(Application::CentrifugoConnection, &[SECRET]);
    let mut deployment = target.deploy(&context, keys::all()).unwrap();
    let before = now();
    let seen = replay(
        &mut *deployment,
        &context,
        &[
            hs256(r#"{"sub":"42"}"#),
            hs256(r#"{"sub":"42","exp":{{now+3600}}}"#),
            hs256(r#"{"subs":{"ns:a":{"data":{"n":1e400, "s":"\u0000"}},"b":{}}}"#),
            hs256(r#"{"sub":"42","info":{"n":1e400, "s":"\u0000"}}"#),
            // What is not JSON cannot be shown to a client that reads JSON.
            hs256(r#"{"sub":"42","b64info":"/w=="}"#),
        ],
    );
    assert_eq!(result(&seen[0]).expires, Some(SeenExpiry::Never));
    assert_eq!(result(&seen[0]).subscriptions, Some(BTreeMap::new()));
    assert_eq!(result(&seen[0]).user.as_deref(), Some("42"));
    assert_eq!(result(&seen[0]).info.as_deref(), Some(""));
    let Some(SeenExpiry::Between { from, to, .. }) = result(&seen[1]).expires else {
        panic!("{:?}", seen[1]);
    };
    let exp = before + 3600..=now() + 3600;
    assert!(from <= *exp.end() && to >= *exp.start(), "{from}..={to} and {exp:?}");
    assert!(to - from <= 2, "{from}..={to}");
    let subscriptions = result(&seen[2]).subscriptions.unwrap();
    assert_eq!(subscriptions["b"], "");
    assert_eq!(subscriptions["ns:a"], r#"{"n":1e400, "s":"\u0000"}"#);
    assert_eq!(result(&seen[2]).user.as_deref(), Some(""));
    assert_eq!(result(&seen[3]).info.as_deref(), Some(r#"{"n":1e400, "s":"\u0000"}"#));
    assert_eq!((result(&seen[4]).user, result(&seen[4]).info), (None, None));
}

#[test]
fn keys_of_several_kinds_audience_and_issuer_are_configured() {
    let mut context = context(Application::Jwt, &[SECRET, "rsa-2048", "p-384"]);
    context.audience = Some("here".to_owned());
    context.issuer = Some("them".to_owned());
    context.refuse_anonymous = true;
    let payload = r#"{"sub":"42","aud":"here","iss":"them"}"#;
    assert_eq!(
        ask(
            &target(&[]),
            &context,
            &[
                hs256(payload),
                signed("rsa-2048", Algorithm::RS384, payload),
                signed("p-384", Algorithm::ES384, payload),
                signed("p-384-foreign", Algorithm::ES384, payload),
                hs256(r#"{"sub":"42","aud":"there","iss":"them"}"#),
                hs256(r#"{"sub":"42","aud":"here"}"#),
                hs256(r#"{"aud":"here","iss":"them"}"#),
            ]
        ),
        ["accepted", "accepted", "accepted", "close 3500", "close 3500", "close 3500", "close 3507"]
    );
}

#[test]
fn options_come_last() {
    let context = context(Application::Jwt, &[SECRET]);
    let insecure = target(&[("client_insecure_skip_token_signature_verify", "true")]);
    let forged = signed("hmac-64-bytes-foreign", Algorithm::HS256, "{}");
    assert_eq!(ask(&insecure, &context, &[forged]), ["accepted"]);

    let open = target(&[("api_insecure", "true")]).deploy(&context, keys::all());
    let error = open.err().unwrap().to_string();
    assert!(error.contains("does not turn down a wrong management key"), "{error}");
}

#[test]
fn what_has_no_counterpart_is_not_carried() {
    let target =
        CentrifugoTarget::process(CENTRIFUGO_5.version, ServerBinary::Pinned(&CENTRIFUGO_5), Vec::new())
            .unwrap();
    let plain = |keys| context(Application::Jwt, keys);
    let mut leeway = plain(&[SECRET]);
    leeway.leeway = 1;
    let mut typ = plain(&[SECRET]);
    typ.typ = Some("at+jwt".to_owned());
    let mut none = plain(&[SECRET]);
    none.allow_none = true;
    let table = [
        (plain(&[SECRET, "hmac-32-bytes"]), "two HMAC keys"),
        (plain(&[SECRET, "hmac-empty"]), "two HMAC keys"),
        (plain(&["p-256", "p-384"]), "two EC keys"),
        (plain(&["rsa-2048", "rsa-3072"]), "two RSA keys"),
        (plain(&["secp256k1"]), "secp256k1 key"),
        (plain(&["ed25519"]), "ed25519 key"),
        (leeway, "leeway"),
        (typ, "expected typ"),
        (none, "unsecured tokens"),
        (context(Application::Anycable, &[SECRET]), "application anycable"),
    ];
    for (context, reason) in table {
        let refused = target.deployment(&context, keys::all());
        assert_eq!(refused, Err(CannotCarry(reason.to_owned())));
    }
}

#[test]
fn contexts_that_differ_for_the_server_do_not_share_a_deployment() {
    let target =
        CentrifugoTarget::process(CENTRIFUGO_5.version, ServerBinary::Pinned(&CENTRIFUGO_5), Vec::new())
            .unwrap();
    let deployment = |context| target.deployment(&context, keys::all()).unwrap();
    let plain = context(Application::Jwt, &[SECRET]);
    let mut audience = plain.clone();
    audience.audience = Some("a".to_owned());
    let mut algorithms = plain.clone();
    algorithms.algorithms = vec![Algorithm::HS512];
    assert_ne!(deployment(plain.clone()), deployment(audience));
    assert_eq!(deployment(plain.clone()), deployment(algorithms));
    assert_eq!(deployment(plain), deployment(context(Application::CentrifugoConnection, &[SECRET])));
    assert_eq!(
        deployment(context(Application::Jwt, &["hmac-empty"])),
        deployment(context(Application::Jwt, &[]))
    );
}

/// A key set with these keys, for RS256.
fn key_set(names: &[&str]) -> String {
    let with = |jwk: &str, name, value: &str| document::with_member(jwk, name, value).unwrap();
    let jwk =
        |name: &&str| with(&with(&keys::all()[*name].jwk, "kid", &format!("\"{name}\"")), "alg", "\"RS256\"");
    let jwks: Vec<String> = names.iter().map(jwk).collect();
    document::key_set(jwks.iter().map(String::as_str))
}

fn of_key_set() -> Context {
    let mut context = Context::new(Application::CentrifugoConnection, &[], &[Algorithm::RS256]);
    context.key_set = Some(KeySet {
        path: "/jwks.json".to_owned(),
        documents: BTreeMap::from([("/jwks.json".to_owned(), key_set(&["rsa-2048"]))]),
        fetched: Vec::new(),
        origin: Origin::Published,
        transport: Transport::Plain,
    });
    context
}

/// A token that a key signed and that has these header parameters beside `alg`, as raw members.
fn of_key(key: &str, parameters: &[(&str, &str)]) -> Vec<u8> {
    signed_under(key, Algorithm::RS256, parameters, r#"{"sub":"42"}"#)
}

#[test]
fn a_key_set_is_fetched_from_where_it_is_configured_and_from_nowhere_else() {
    let context = of_key_set();
    let mut deployment = target(&[]).launch(&context, keys::all()).unwrap();
    let backend = deployment.backend().expect("the key set is served");
    let (published, canary) =
        (backend.published.clone().unwrap(), format!("\"http://{}/canary\"", backend.address));
    published.publish("/canary", &key_set(&["rsa-2048-foreign"]));
    let mut answers = |token: Vec<u8>| short(&replay(&mut deployment, &context, &[token])[0]);
    let ours = ("kid", "\"rsa-2048\"");

    assert_eq!(answers(of_key("rsa-2048", &[ours])), "accepted");
    assert_eq!(published.asked(), ["/jwks.json"]);
    for parameter in ["jku", "x5u"] {
        let points = (parameter, canary.as_str());
        assert_eq!(answers(of_key("rsa-2048", &[ours, points])), "accepted");
        assert_eq!(answers(of_key("rsa-2048-foreign", &[ours, points])), "close 3500");
    }
    assert_eq!(published.asked(), ["/jwks.json"], "a known key is kept, and no token is followed");
    for parameter in ["jku", "x5u"] {
        let theirs = ("kid", "\"rsa-2048-foreign\"");
        assert_eq!(answers(of_key("rsa-2048-foreign", &[theirs, (parameter, &canary)])), "close 3500");
    }
    assert_eq!(published.asked(), ["/jwks.json"; 3], "each unknown kid is looked for where it should be");
}

/// Keys are kept for an hour after a token last named them, and for no longer. `ci/evidence` runs this too, with servers
/// that count what they reach.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn published_keys_are_forgotten_after_an_hour_without_a_question() {
    for server in ALL.into_iter().filter(|server| server.name == "centrifugo") {
        let target = CentrifugoTarget::process(server.version, pinned(server), Vec::new()).unwrap();
        let context = of_key_set();
        let mut deployment = target.launch(&context, keys::all()).unwrap();
        let pid = deployment.server().pid().unwrap();
        let published = deployment.backend().and_then(|backend| backend.published.clone()).unwrap();
        let mut answer = || {
            let token = of_key("rsa-2048", &[("kid", "\"rsa-2048\"")]);
            (short(&replay(&mut deployment, &context, &[token])[0]), published.asked().len())
        };
        assert_eq!(answer(), ("accepted".to_owned(), 1));
        published.publish("/jwks.json", &key_set(&["rsa-3072"]));
        for _ in 0..2 {
            crate::clock::move_on(pid, 59 * 60);
            assert_eq!(answer(), ("accepted".to_owned(), 1), "a token has named it within the hour");
        }
        crate::clock::move_on(pid, 61 * 60);
        assert_eq!(
            answer(),
            ("close 3500".to_owned(), 2),
            "it is looked for where it was, and is there no more"
        );
        // What is forgotten is also taken away, by a task of its own.
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
}

#[test]
fn keys_rotate_and_go_away_while_a_server_runs() {
    let context = of_key_set();
    let mut deployment = target(&[]).launch(&context, keys::all()).unwrap();
    let published = deployment.backend().and_then(|backend| backend.published.clone()).unwrap();
    let mut answers = |key: &str| {
        let kid = format!("\"{key}\"");
        short(&replay(&mut deployment, &context, &[of_key(key, &[("kid", &kid)])])[0])
    };
    assert_eq!(answers("rsa-2048"), "accepted");
    assert_eq!(answers("rsa-3072"), "close 3500");
    published.publish("/jwks.json", &key_set(&["rsa-3072"]));
    assert_eq!(answers("rsa-3072"), "accepted");
    // It is kept for an hour after it was used last.
    assert_eq!(answers("rsa-2048"), "accepted");
    published.withdraw("/jwks.json");
    let asked = published.asked().len();
    assert_eq!(answers("rsa-3072"), "accepted");
    assert_eq!(published.asked().len(), asked);
    assert_eq!(answers("rsa-4096"), "close 3500");
    assert_eq!(published.asked().len(), asked + 2, "it is tried twice");
}

#[test]
fn what_is_published_is_part_of_the_deployment() {
    let target =
        CentrifugoTarget::process(CENTRIFUGO_5.version, ServerBinary::Pinned(&CENTRIFUGO_5), Vec::new())
            .unwrap();
    let deployment = |context: &Context| target.deployment(context, keys::all());
    let one = of_key_set();
    let mut other = one.clone();
    other.key_set.as_mut().unwrap().documents.clear();
    assert_ne!(deployment(&one), deployment(&other));
    let mut session = one;
    session.application = Application::CentrifugoSubscription;
    session.session =
        Some(Session { user: "42".into(), client: Session::CLIENT.into(), channel: "ns:news".into() });
    let reason = "a session that is opened by a key of a published set".to_owned();
    assert_eq!(deployment(&session), Err(CannotCarry(reason)));
}

/// What the command prints is a token as the vector `centrifugo/subscription/printed-by-gensubtoken` has it:
/// header and claims, in this order.
#[test]
fn gensubtoken_prints_a_token_that_opens_its_channel_to_its_user() {
    let ServerBinary::Path(binary) = pinned(&CENTRIFUGO_5) else { panic!("a pinned server is a file") };
    let directory = tempfile::tempdir().unwrap();
    let configuration = directory.path().join("config.json");
    let secret = keys::all().get(SECRET).unwrap().secret.clone().unwrap();
    std::fs::write(&configuration, serde_json::json!({ "token_hmac_secret_key": secret }).to_string())
        .unwrap();
    let printed = std::process::Command::new(binary)
        .args(["gensubtoken", "-u", "42", "-s", "ns:news", "-c"])
        .arg(&configuration)
        .output()
        .unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let text = String::from_utf8(printed.stdout).unwrap();
    let token = text.lines().last().unwrap().trim();

    let mut parts = token.split('.').map(|part| jotproof_mint::base64url::decode(part).unwrap_or_default());
    let mut part = || String::from_utf8(parts.next().unwrap()).unwrap();
    assert_eq!(part(), r#"{"alg":"HS256","typ":"JWT"}"#);
    let payload = part();
    let claims: serde_json::Value = serde_json::from_str(&payload).unwrap();
    let (exp, iat) = (&claims["exp"], &claims["iat"]);
    assert_eq!(payload, format!(r#"{{"sub":"42","exp":{exp},"iat":{iat},"channel":"ns:news"}}"#));
    assert_eq!(exp.as_i64().unwrap() - iat.as_i64().unwrap(), 604_800);

    let verdict = |user: &str, channel: &str| {
        let mut context = context(Application::CentrifugoSubscription, &[SECRET]);
        let connection_token = hs256(&format!(r#"{{"sub":"{user}"}}"#));
        let (user, channel) = (user.to_owned(), channel.to_owned());
        context.session = Some(Session { user, client: Session::CLIENT.to_owned(), channel });
        let mut challenge = challenges(&context, &[token.as_bytes().to_vec()]).remove(0);
        challenge.opening = Some(Opening { connection_token, for_client: None });
        let mut deployment = target(&[]).deploy(&context, keys::all()).unwrap();
        short(&replay_all(&mut *deployment, &[challenge])[0])
    };
    assert_eq!(verdict("42", "ns:news"), "accepted");
    assert_eq!(verdict("42", "ns:weather"), "close 3500");
    assert_eq!(verdict("43", "ns:news"), "close 3500");
}
