//! Key confusion that the configuration does not prevent: HMAC is also allowed, and the only key is public.
//! Libraries that take a list of algorithms and one key can be configured like this.

use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::KeyForm;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use super::algorithms_confusion::{FORMS, FURTHER_FORMS, has_form, why};
use crate::case::{Case, Undecided, alg, key_for};
use crate::edits::{context, sign, sign_with_form};
use crate::twins;

use Algorithm::{ES256, EdDSA, HS256, PS256, RS256};

pub(super) fn topic() -> Topic {
    Topic {
        path: "algorithms/confusion-allowed",
        about: "HMAC keyed with every encoding of the verifier's public key, where HMAC is allowed too and that key is \
                the only one.",
        cases: [RS256, PS256, ES256, EdDSA].into_iter().flat_map(cases).collect(),
    }
}

fn cases(of_the_key: Algorithm) -> Vec<Case> {
    let word = of_the_key.name().to_lowercase();
    let id = |end: &str| format!("algorithms/confusion-allowed/{word}-{end}");
    let key = key_for(of_the_key);
    let twin = twins::signed(of_the_key)
        .changed(&id("good"), context(ContextChange::Algorithms { algorithms: vec![of_the_key, HS256] }))
        .accept()
        .title(format!("{of_the_key} by its key, where HS256 is allowed too and has no secret"))
        .why("The key and the algorithm belong together, and the algorithm is allowed.")
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8725-3.1-ALG")
        .requirement("RFC8725-3.1-KEY")
        .class("V1");
    let refused = |case: Undecided, class: &str| {
        case.reject([Reason::Key, Reason::Signature])
            .threat(Threat::Forger)
            .requirement("RFC8725-3.1-ALG")
            .requirement("RFC8725-3.1-KEY")
            .class(class)
    };
    let confused = |(form, name, what): (KeyForm, &str, &str)| {
        refused(twin.changed(&id(name), sign_with_form(Some(&alg(HS256)), key, form, HS256)), "A4")
            .title(format!("HS256 keyed with the {of_the_key} public key, where both are allowed: {what}"))
            .why(why(form))
    };
    let forms = FORMS.into_iter().chain(FURTHER_FORMS).filter(|(form, ..)| has_form(of_the_key, *form));
    let mut cases: Vec<Case> = forms.map(confused).collect();
    cases.push(
        refused(twin.changed(&id("empty-key"), sign(Some(&alg(HS256)), "hmac-empty", HS256)), "K1")
            .title(format!("HS256 keyed with nothing, where the {of_the_key} public key is the only key"))
            .why(
                "HS256 is allowed and no secret is configured. Where that leaves the secret empty instead of absent, \
                 anybody can compute the MAC.",
            ),
    );
    cases.push(twin);
    cases
}
