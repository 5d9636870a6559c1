//! Vectors that are adapted to a running server keep their verdict. The reference, configured like the
//! server, gives the outcome that the profile predicts for the stored vector.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jotproof_engine::questions::Questions;
use jotproof_engine::select::Selection;
use jotproof_engine::suite::Suite;
use jotproof_engine::target::{CannotCarry, Clock, Deployment, Target, TargetError};
use jotproof_mint::{Mint, base64url, keys, own};
use jotproof_model::{Capability, Context, KeyRing, Observation, Recipe, Seen, Vector};
use jotproof_profiles::Profiles;
use serde_json::{Value, json};

use super::{Aside, RunningTarget, Said};
use crate::anycable::Anycable;
use crate::centrifugo::Centrifugo;
use crate::live::address::Address;
use crate::live::target::Server;
use crate::notice::notice;
use crate::reference::ReferenceTarget;
use crate::server::configuration::Configuration;

/// The reference in place of a running server.
struct Stand<S: Server> {
    running: RunningTarget<S>,
    reference: ReferenceTarget,
}

struct Now(Box<dyn Deployment>);

impl Deployment for Now {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        self.0.replay(questions);
    }
}

impl<S: Server> Target for Stand<S> {
    fn name(&self) -> String {
        self.running.name()
    }

    fn profile(&self) -> String {
        self.running.profile()
    }

    fn capabilities(&self) -> &BTreeSet<Capability> {
        self.running.capabilities()
    }

    fn keys(&self, suite: &Arc<KeyRing>) -> Arc<KeyRing> {
        self.running.keys(suite)
    }

    fn mint(&self, keys: &KeyRing) -> Mint {
        self.running.mint(keys)
    }

    fn adapted(&self, vector: &Vector) -> Result<Option<Vector>, CannotCarry> {
        self.running.adapted(vector)
    }

    fn room_for(&self, recipe: &Recipe) -> Result<(), CannotCarry> {
        self.running.room_for(recipe)
    }

    fn parallel_deployments(&self) -> usize {
        1
    }

    fn deployment(&self, context: &Context, keys: &KeyRing) -> Result<String, CannotCarry> {
        self.running.deployment(context, keys)
    }

    fn deploy(&self, context: &Context, keys: &KeyRing) -> Result<Box<dyn Deployment>, TargetError> {
        Ok(Box::new(Now(self.reference.deploy(context, keys)?)))
    }
}

/// The number of judged vectors of a server with this configuration. Checks that each comes out as predicted.
fn judged<S: Server>(version: &str, file: &Value, said: &Said, only: &[&str]) -> usize {
    let prefix = S::FOREIGN_VARIABLES[0];
    let configuration = Configuration::read(Path::new("a.json"), &file.to_string(), prefix).unwrap();
    let said = Said { version: Some(version.to_owned()), ..said.clone() };
    let configured = S::read_configuration(&configuration, &said).unwrap().remove(0);
    let profile = Profiles::built_in().of_version(S::NAME, version).unwrap().profile;
    let address = Address::parse("ws://127.0.0.1:9/", false).unwrap();
    let stand = Stand::<S> {
        reference: ReferenceTarget::following(&profile).unwrap(),
        running: RunningTarget::of(address, configured, profile.clone()),
    };
    let suite = Suite::built_in().unwrap();
    let only: Vec<String> = only.iter().map(|glob| (*glob).to_owned()).collect();
    let selection = Selection::new(&suite, &only, &[]).unwrap();
    let log = jotproof_engine::run(&suite, &selection, &stand, &profile, &()).unwrap();
    assert!(log.failure.is_none(), "{version} {file}: {:?}", log.failure);
    let wrong: Vec<_> = log
        .rows
        .iter()
        .filter(|row| row.missed.is_some() || row.explained_by.is_none() && !row.judgement.is_fine())
        .map(|row| format!("{}: {:?} {:.90} {:?}", row.id, row.judgement, row.detail, row.missed))
        .collect();
    assert!(
        wrong.is_empty(),
        "{version} {file:.150}: {} wrong: {:#?}",
        wrong.len(),
        &wrong[..wrong.len().min(30)]
    );
    let mut reasons: Vec<_> = log.not_carried.iter().map(|(reason, ids)| (ids.len(), reason)).collect();
    reasons.sort_unstable();
    notice(format_args!(
        "{version} {file:.80}: {} judged; {:?}",
        log.rows.len(),
        reasons.iter().rev().take(6).collect::<Vec<_>>()
    ));
    log.rows.len()
}

const SECRET: &str = "a secret of somebody else, and long enough: 0123456789abcdef0123456789abcdef";

/// An RSA key that replaces no key of this size in the suite.
fn rsa() -> &'static str {
    keys::all()["rsa-3072-foreign"].private_pem.as_deref().unwrap()
}

/// An EC key that the suite does not have.
fn ec(curve: &str) -> String {
    json!({ "kty": "EC", "crv": curve, "d": base64url::encode(&[7; 32].repeat(2)[..if curve == "P-256" { 32 } else { 48 }]) })
        .to_string()
}

fn signing(key: &str) -> Said {
    let key = own::read(key).unwrap();
    Said { signing_key: Some(key), key_id: Some("own-key".to_owned()), ..Said::default() }
}

fn public(key: &str) -> String {
    own::read(key).unwrap().material.public_pem.unwrap()
}

fn v6(token: Value, client: Value, channel: Value) -> Value {
    let mut file = json!({ "client": { "token": token }, "channel": channel });
    if let (Some(all), Some(more)) = (file["client"].as_object_mut(), client.as_object()) {
        all.extend(more.clone());
    }
    file
}

#[test]
fn adapted_vectors_keep_their_verdicts_on_centrifugo() {
    let none = Said::default();
    let url = "http://127.0.0.1:9/keys";
    let own_name = json!({ "namespaces": [{ "name": "ns" }] });
    let table: [(&str, Value, Said, usize); 10] = [
        ("5.4.9", json!({ "token_hmac_secret_key": SECRET }), none.clone(), 1_500),
        (
            "5.4.9",
            json!({ "token_hmac_secret_key": SECRET, "token_audience": "mine", "token_issuer": "https://me.example/é\"",
                "namespaces": [{ "name": "ns" }] }),
            none.clone(),
            1_500,
        ),
        (
            "5.4.9",
            json!({ "token_hmac_secret_key": SECRET, "disallow_anonymous_connection_tokens": true }),
            none.clone(),
            1_300,
        ),
        (
            "5.4.9",
            json!({ "token_hmac_secret_key": SECRET, "token_rsa_public_key": public(rsa()).replace('\n', "\r\n") }),
            none.clone(),
            1_500,
        ),
        ("5.4.9", json!({ "token_ecdsa_public_key": public(&ec("P-256")) }), signing(&ec("P-256")), 1_500),
        ("6.9.1", v6(json!({ "hmac_secret_key": SECRET }), json!({}), own_name.clone()), none.clone(), 1_500),
        (
            "6.9.1",
            v6(
                json!({ "jwks_public_endpoint": url, "audience": "https://chat.example", "issuer": "me" }),
                json!({ "disallow_anonymous_connection_tokens": true }),
                own_name.clone(),
            ),
            signing(&ec("P-384")),
            1_500,
        ),
        (
            "6.9.1",
            v6(
                json!({ "jwks_public_endpoint": url, "audience": "mine", "issuer": "me" }),
                json!({}),
                own_name.clone(),
            ),
            none.clone(),
            300,
        ),
        (
            "6.9.1",
            v6(json!({ "hmac_secret_key": SECRET, "audience_regex": "^room-[0-9]+$" }), json!({}), own_name),
            Said { audience: Some("room-17".to_owned()), ..none.clone() },
            1_000,
        ),
        ("3.2.3", json!({ "token_hmac_secret_key": SECRET, "token_audience": "mine" }), none, 1_000),
    ];
    std::thread::scope(|scope| {
        let runs: Vec<_> = table
            .iter()
            .map(|(version, file, said, least)| {
                (version, file, least, scope.spawn(|| judged::<Centrifugo>(version, file, said, &[])))
            })
            .collect();
        for (version, file, least, run) in runs {
            let judged = run.join().expect("see above");
            assert!(judged >= *least, "{version} {file}: {judged} judged");
        }
    });
}

#[test]
fn adapted_vectors_keep_their_verdicts_on_anycable() {
    let said = Said::default();
    for (version, file) in [
        ("1.5.2", json!({ "secret": SECRET, "jwt": { "force": true } })),
        ("1.6.16", json!({ "secret": SECRET, "jwt": { "param": "token" } })),
    ] {
        assert!(judged::<Anycable>(version, &file, &said, &[]) >= 1_000, "{version} {file}");
    }
}

#[test]
fn a_signing_key_of_an_rsa_key_set_keeps_the_verdicts() {
    let file = v6(json!({ "jwks_public_endpoint": "http://127.0.0.1:9/keys" }), json!({}), json!({}));
    assert!(
        judged::<Centrifugo>("6.9.1", &file, &signing(rsa()), &["claims/audience/**", "encoding/**"]) > 100
    );
}

#[test]
fn what_a_server_does_beside_is_set_apart() {
    let accepted = |user: Option<&str>, channels: &[&str]| Observation::Accepted {
        result: Box::new(Seen {
            user: user.map(str::to_owned),
            subscriptions: Some(
                channels.iter().map(|channel| ((*channel).to_owned(), String::new())).collect(),
            ),
            ..Seen::default()
        }),
    };
    let aside = Aside {
        personal_channels: Some("ns:#".to_owned()),
        limits: vec!["max_conn".to_owned()],
        ..Aside::default()
    };
    for (user, channels, left) in [
        (Some("42"), &["ns:#42", "news"][..], &["news"][..]),
        (Some("42"), &["ns:#43"], &["ns:#43"]),
        (None, &["ns:#42", "#42"], &["#42"]),
    ] {
        let mut observation = accepted(user, channels);
        aside.set_apart(&mut observation);
        assert_eq!(observation, accepted(user, left), "{channels:?}");
    }
    for (detail, is_named) in [
        ("HTTP 503 in answer to the request that opens a connection", true),
        ("close 3504 \"connection limit\"", true),
        ("HTTP 500 in answer to the request that opens a connection", false),
        ("close 3500 \"invalid token\"", false),
    ] {
        let mut observation = Observation::ProtocolError { detail: detail.to_owned() };
        aside.set_apart(&mut observation);
        let Observation::ProtocolError { detail } = observation else { panic!("{observation:?}") };
        assert_eq!(detail.contains("max_conn"), is_named, "{detail}");
    }
}
