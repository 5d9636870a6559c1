//! Servers that let forgers in fail their runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use jotproof_engine::log::RunLog;
use jotproof_engine::select::Selection;
use jotproof_engine::{Exit, Suite};
use jotproof_model::{
    Challenge, Expectation, FlowChallenge, Judgement, Observation, Subject, Threat, Vector, Verifier as _,
};
use jotproof_profiles::{Profile, Profiles};
use jotproof_reference::{Reference, Stage};
use jotproof_targets::reference::reference;

use crate::{over, profile, run, run_selected, taking, target};

/// The Centrifugo 6 option that turns off the verification of signatures.
const SKIPS_SIGNATURES: &str = "client.insecure_skip_token_signature_verify=true";

/// The ids of the forger cases that a verifier accepts which is like the server but looks at no
/// signature: those that such a server can read.
fn readable_forgeries(
    suite: &Suite,
    log: &RunLog,
    profile: &Profile,
    is_read: impl Fn(&Observation) -> bool,
) -> Vec<String> {
    let blind = reference(profile)
        .expect("the rules of a built-in profile are valid")
        .disregarding(|stage, _| matches!(stage, Stage::Algorithm | Stage::Key | Stage::Signature));
    log.rows
        .iter()
        .filter(|row| {
            let vector = suite.get(&row.id.0).expect("the row is of this suite");
            is_forgery(vector) && is_read(&seen_by(&blind, vector, suite))
        })
        .map(|row| row.id.0.clone())
        .collect()
}

/// Whether a forger can send the token. A token beyond limits is refused for its size, whether or not a server
/// verifies signatures, so it tells nothing here.
fn is_forgery(vector: &Vector) -> bool {
    vector.threat == Threat::Forger
        && matches!(vector.expectation, Expectation::Reject { .. })
        && !vector.is_beyond_limits()
}

fn seen_by(verifier: &Reference, vector: &Vector, suite: &Suite) -> Observation {
    let now = suite.file_of(&vector.id.0).expect("the vector is of this suite").now;
    let octets = |token| jotproof_mint::stored::octets(token).expect("the stored token is well-formed");
    let (context, keys) = (Arc::new(vector.context.clone()), Arc::clone(suite.keys()));
    match &vector.subject {
        Subject::Token { token, .. } => verifier.verify(&Challenge::new(octets(token), context, keys, now)),
        Subject::Flow { flow } => verifier.follow(&FlowChallenge {
            tokens: flow.tokens.iter().map(|(name, token)| (name.clone(), octets(&token.token))).collect(),
            for_client: BTreeMap::new(),
            steps: flow.steps.clone(),
            context,
            keys,
            now,
        }),
    }
}

/// The forgeries that came through: none of them is explained, unless by a vulnerability that the profile
/// knows and somebody has read.
fn bypasses(log: &RunLog) -> Vec<String> {
    let profile = Profiles::built_in().get(&log.header.profile).expect("the profile is built in");
    let is_known = |id: &str| profile.entries.iter().any(|entry| entry.id == id && entry.acknowledge_risk);
    log.rows
        .iter()
        .filter(|row| row.judgement == Judgement::Bypass)
        .map(|row| {
            let known = row.explained_by.as_deref().is_some_and(is_known);
            assert!(row.is_red() || known, "{} is explained away", row.id);
            row.id.0.clone()
        })
        .collect()
}

#[test]
fn the_live_gate_fails_where_centrifugo_checks_no_signature() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let insecure = target("centrifugo:process", &[SKIPS_SIGNATURES]);
    let log = run_selected(&suite, &taking(&suite, is_forgery), insecure.as_ref());
    assert_eq!(log.exit(), Exit::ConformanceFailure);
    let expected = readable_forgeries(&suite, &log, profile(insecure.as_ref()), |seen| {
        matches!(seen, Observation::Accepted { .. })
    });
    assert!(expected.len() >= 20, "only {} forgeries are readable", expected.len());
    assert_eq!(bypasses(&log), expected);
}

#[test]
fn the_live_gate_fails_where_anycable_is_public() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    let public = target("anycable:process", &["public=true", "secret=", "jwt_secret=", "enforce_jwt=false"]);
    let log = run_selected(&suite, &taking(&suite, is_forgery), public.as_ref());
    assert_eq!(log.exit(), Exit::ConformanceFailure);
    // Such a server reads no token at all, and so every forgery is readable. A flow that begins with a refusal
    // comes to no end there, and that is no forgery which came through.
    let ends = |seen: &Observation| !matches!(seen, Observation::ProtocolError { .. });
    let expected = readable_forgeries(&suite, &log, profile(public.as_ref()), ends);
    assert!(expected.len() >= 20, "only {} forgeries are readable", expected.len());
    assert_eq!(bypasses(&log), expected);
}

#[test]
fn the_live_gate_fails_over_every_transport_where_centrifugo_checks_no_signature() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    for transport in ["protobuf", "http_stream", "sse", "uni_websocket", "uni_sse", "uni_http_stream"] {
        let insecure = over(Some(transport), "centrifugo:process", &[SKIPS_SIGNATURES]);
        let log = run(&suite, &["signatures/**", "algorithms/none/**"], insecure.as_ref());
        assert_eq!(log.exit(), Exit::ConformanceFailure, "{transport}");
        let expected = readable_forgeries(&suite, &log, profile(insecure.as_ref()), |seen| {
            matches!(seen, Observation::Accepted { .. })
        });
        assert!(expected.len() >= 5, "only {} forgeries are readable", expected.len());
        assert_eq!(bypasses(&log), expected, "{transport}");
    }
}

/// Nobody who has not read of a public hole has it explained away.
#[test]
fn the_public_holes_of_centrifugo_are_red_unless_their_risk_is_acknowledged() {
    let suite = Suite::built_in().expect("the built-in vectors load");
    // Version 6 fixes both.
    let live = target("centrifugo:process:v5", &[]);
    for (hole, entry) in
        [("CVE-2026-32301", "unverified-claims-in-the-url"), ("CVE-2026-49998", "keys-kept-by-kid-alone")]
    {
        let ids = format!("centrifugo/key-set-templates/*-{}", hole.to_lowercase());
        let selection = Selection::new(&suite, &[ids], &[]).expect("the glob selects something");
        let acknowledged = profile(live.as_ref());
        let mut unread = acknowledged.clone();
        let known = unread.entries.iter_mut().find(|known| known.id == entry).expect("the profile knows it");
        assert!(known.acknowledge_risk && known.reason.contains(hole), "{known:?}");
        known.acknowledge_risk = false;
        for (profile, explained, exit) in
            [(acknowledged, Some(entry), Exit::Ok), (&unread, None, Exit::ConformanceFailure)]
        {
            let log = jotproof_engine::run(&suite, &selection, live.as_ref(), profile, &())
                .expect("the profile decides every vector");
            assert_eq!((log.failure.as_ref(), log.exit()), (None, exit), "{hole}");
            // Each family of keys, by issuer and by audience.
            assert_eq!(log.rows.len(), 6, "{hole}");
            for row in &log.rows {
                let seen = (row.judgement, row.explained_by.as_deref(), row.is_red());
                assert_eq!(seen, (Judgement::Bypass, explained, explained.is_none()), "{}", row.id);
            }
        }
    }
}
