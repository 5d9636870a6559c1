//! The verifier as a whole: tables of tokens under `rfc` and under the rules of servers.

mod anycable;
mod centrifugo;
mod noise;
mod rfc;
mod signatures;

use std::collections::BTreeMap;

use jotproof_model::{Application, Context, Reason, Seen};
use jotproof_profiles::Profile;
use jotproof_rules::Rules;

use crate::testing::{NOW, challenge, token};
use crate::{Outcome, Reference};

/// Rules given as JSON.
/// The reference under a profile.
fn under(profile: &Profile) -> Reference {
    let rules = Rules::default().with(&profile.rules).expect("rules that there are");
    Reference::new(&profile.name, rules, profile.application)
}

fn rules(overrides: serde_json::Value) -> Rules {
    let overrides: BTreeMap<_, _> = match overrides {
        serde_json::Value::Object(overrides) => overrides.into_iter().collect(),
        _ => panic!("rules are an object"),
    };
    Rules::default().with(&overrides).expect("rules that there are")
}

/// `{{now}}`, `{{past}}` and `{{future}}` filled in.
fn at_now(text: &str) -> String {
    text.replace("{{now}}", &NOW.to_string())
        .replace("{{past}}", &(NOW - 60).to_string())
        .replace("{{future}}", &(NOW + 60).to_string())
}

fn submit(reference: &Reference, token: Vec<u8>, context: Context) -> Result<Seen, Reason> {
    match reference.judge(&challenge(token, context)).outcome {
        Outcome::Accepted(seen) => Ok(*seen),
        Outcome::Refused(refusal) => Err(refusal.reason),
    }
}

fn payload(reference: &Reference, application: Application, payload: &str) -> Result<Seen, Reason> {
    submit(reference, token(&at_now(payload)), crate::testing::context(application))
}
