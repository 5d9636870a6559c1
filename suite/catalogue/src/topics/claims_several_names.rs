//! G8, G9: `aud` and `iss` with several configured names.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{claim, context, without_claim};
use crate::twins;

/// The configured names in addition to those of [`twins::bound`].
const SECOND_AUDIENCE: &str = "https://api.example.com/admin";
const SECOND_ISSUER: &str = "https://login.example.com";

pub(super) fn topic() -> Topic {
    let (audiences, issuers) = (audiences(), issuers());
    let mut cases: Vec<Case> = GOOD_AUDIENCES.into_iter().map(|row| good(&audiences, "aud", row)).collect();
    cases.extend(OTHER_AUDIENCES.into_iter().map(|row| other(&audiences, "aud", row)));
    cases.push(absent(&audiences));
    cases.push(good(&issuers, "iss", GOOD_ISSUER));
    cases.extend(OTHER_ISSUERS.into_iter().map(|row| other(&issuers, "iss", row)));
    cases.extend([audiences, issuers]);
    Topic {
        path: "claims/several-names",
        about: "A verifier with two configured audiences (https://api.example.com/chat and \
                https://api.example.com/admin) or two configured issuers (https://issuer.example.com and \
                https://login.example.com). It accepts exactly the configured names.",
        cases,
    }
}

fn audiences() -> Case {
    let several = ContextChange::MoreAudiences { audiences: vec![SECOND_AUDIENCE.to_owned()] };
    configured("audience-first", several)
        .accept()
        .title("aud is the first of two configured audiences")
        .why("A verifier with several configured audiences must accept a token for any one of them.")
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
}

fn issuers() -> Case {
    let several = ContextChange::MoreIssuers { issuers: vec![SECOND_ISSUER.to_owned()] };
    configured("issuer-first", several)
        .accept()
        .title("iss is the first of two configured issuers")
        .why("A verifier with several configured issuers must accept a token from any one of them.")
        .requirement("RFC8725-3.8-ISS")
        .class("C9")
}

fn configured(name: &str, change: ContextChange) -> Undecided {
    twins::bound().changed(&format!("claims/several-names/{name}"), context(change))
}

/// Rows: name, raw value, description.
const GOOD_AUDIENCES: [(&str, &str, &str); 2] = [
    ("audience-second", "\"https://api.example.com/admin\"", "the second of two configured audiences"),
    (
        "audience-second-in-an-array",
        "[\"https://other.example.com\",\"https://api.example.com/admin\"]",
        "an array that contains the second of two configured audiences",
    ),
];

const GOOD_ISSUER: (&str, &str, &str) =
    ("issuer-second", "\"https://login.example.com\"", "the second of two configured issuers");

fn good(twin: &Case, name: &str, (id, value, what): (&str, &str, &str)) -> Case {
    let case = twin
        .changed(&format!("claims/several-names/{id}"), claim(name, value))
        .accept()
        .title(format!("{name} is {what}"))
        .why(
            "All configured names are equally good. A verifier that compares only with the first one, or \
             with the whole list, locks out users of the others.",
        );
    of(case, name)
}

/// A row: name, raw value, description, the mistake that accepts it.
type Other = (&'static str, &'static str, &'static str, &'static str);

const OTHER_AUDIENCES: [Other; 5] = [
    (
        "audience-other",
        "\"https://api.example.com/feed\"",
        "neither of two configured audiences",
        "A verifier that skips the comparison if a list is configured accepts a token for another service.",
    ),
    (
        "audience-other-in-an-array",
        "[\"https://api.example.com/feed\",\"https://other.example.com\"]",
        "an array with neither of two configured audiences",
        "A verifier that compares the two lists by type or length, and not by their elements, accepts a \
         token for other services.",
    ),
    (
        "audience-both-with-a-comma",
        "\"https://api.example.com/chat,https://api.example.com/admin\"",
        "both configured audiences in one string, separated by a comma",
        "A verifier that joins its list into a string, and compares that with the claim, accepts a name that \
         is not configured.",
    ),
    (
        "audience-both-with-a-space",
        "\"https://api.example.com/chat https://api.example.com/admin\"",
        "both configured audiences in one string, separated by a space",
        "An audience is one string. A verifier that splits it at spaces, as for `scope`, accepts a name that \
         is not configured.",
    ),
    (
        "audience-beginning-of-both",
        "\"https://api.example.com/\"",
        "the common prefix of both configured audiences",
        "A verifier that searches the text of its list for the claim accepts a name that is not configured.",
    ),
];

const OTHER_ISSUERS: [Other; 3] = [
    (
        "issuer-other",
        "\"https://evil.example\"",
        "neither of two configured issuers",
        "A verifier that skips the comparison if a list is configured trusts everyone who shares the key.",
    ),
    (
        "issuer-both-with-a-comma",
        "\"https://issuer.example.com,https://login.example.com\"",
        "both configured issuers in one string, separated by a comma",
        "A verifier that joins its list into a string, and compares that with the claim, accepts a name that \
         is not configured.",
    ),
    (
        "issuer-part-of-the-second",
        "\"https://login\"",
        "the first part of the second configured issuer",
        "A verifier that searches the text of its list for the claim accepts a name that is not configured.",
    ),
];

fn other(twin: &Case, name: &str, (id, value, what, why): Other) -> Case {
    let (reason, requirement) = match name {
        "aud" => (Reason::Audience, "RFC8725-3.9-AUD"),
        _ => (Reason::Issuer, "RFC7519-4.1.1-ISS"),
    };
    let case = twin
        .changed(&format!("claims/several-names/{id}"), claim(name, value))
        .reject([reason])
        .threat(Threat::Holder)
        .title(format!("{name} is {what}"))
        .why(why);
    of(case, name).requirement(requirement)
}

fn absent(twin: &Case) -> Case {
    twin.changed("claims/several-names/audience-absent", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .threat(Threat::Holder)
        .title("aud is missing, and two audiences are configured")
        .why(
            "A token without `aud` names none of the configured audiences. A verifier that accepts it \
             accepts tokens that were made for any service.",
        )
        .requirement("RFC8725-3.9-AUD")
        .class("C8")
}

fn of(case: Case, name: &str) -> Case {
    if name == "aud" {
        case.requirement("RFC7519-4.1.3-AUD").class("C8")
    } else {
        case.requirement("RFC8725-3.8-ISS").class("C9")
    }
}
