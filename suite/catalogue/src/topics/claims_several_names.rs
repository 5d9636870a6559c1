//! G8, G9: `aud` and `iss` against several configured names.

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
        about: "A verifier that is known by two audiences (https://api.example.com/chat and \
                https://api.example.com/admin) or trusts two issuers (https://issuer.example.com and \
                https://login.example.com): one of them is enough, and nothing else is.",
        cases,
    }
}

fn audiences() -> Case {
    let several = ContextChange::MoreAudiences { audiences: vec![SECOND_AUDIENCE.to_owned()] };
    configured("audience-first", several)
        .accept()
        .title("the first of two configured audiences")
        .why("A verifier that is known by several names accepts a token for each of them.")
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
}

fn issuers() -> Case {
    let several = ContextChange::MoreIssuers { issuers: vec![SECOND_ISSUER.to_owned()] };
    configured("issuer-first", several)
        .accept()
        .title("the first of two configured issuers")
        .why("A verifier that trusts several issuers accepts a token of each of them.")
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
        "an array with the second of two configured audiences",
    ),
];

const GOOD_ISSUER: (&str, &str, &str) =
    ("issuer-second", "\"https://login.example.com\"", "the second of two configured issuers");

fn good(twin: &Case, name: &str, (id, value, what): (&str, &str, &str)) -> Case {
    let case = twin.changed(&format!("claims/several-names/{id}"), claim(name, value)).accept().title(what).why(
        "Each configured name is as good as the first. A verifier that compares with the first one only, or with \
         the whole list, locks out the users of the others.",
    );
    of(case, name)
}

/// A row: name, raw value, description, the mistake that accepts it.
type Other = (&'static str, &'static str, &'static str, &'static str);

const OTHER_AUDIENCES: [Other; 5] = [
    (
        "audience-other",
        "\"https://api.example.com/feed\"",
        "none of two configured audiences",
        "The claim is not compared where a list is configured: a token for another service is accepted.",
    ),
    (
        "audience-other-in-an-array",
        "[\"https://api.example.com/feed\",\"https://other.example.com\"]",
        "an array with none of two configured audiences",
        "Two lists are compared by their types or lengths, and not by what they have in common.",
    ),
    (
        "audience-both-with-a-comma",
        "\"https://api.example.com/chat,https://api.example.com/admin\"",
        "both configured audiences in one string with a comma",
        "The list is joined to a text, and compared with the text of the claim.",
    ),
    (
        "audience-both-with-a-space",
        "\"https://api.example.com/chat https://api.example.com/admin\"",
        "both configured audiences in one string with a space",
        "The claim is split at its spaces, as a scope is. An audience is one string.",
    ),
    (
        "audience-beginning-of-both",
        "\"https://api.example.com/\"",
        "what both configured audiences begin with",
        "The text of the list is searched for the claim.",
    ),
];

const OTHER_ISSUERS: [Other; 3] = [
    (
        "issuer-other",
        "\"https://evil.example\"",
        "none of two configured issuers",
        "The claim is not compared where a list is configured: anybody who shares the key is trusted.",
    ),
    (
        "issuer-both-with-a-comma",
        "\"https://issuer.example.com,https://login.example.com\"",
        "both configured issuers in one string with a comma",
        "The list is joined to a text, and compared with the text of the claim.",
    ),
    (
        "issuer-part-of-the-second",
        "\"https://login\"",
        "a beginning of the second configured issuer",
        "The text of the list is searched for the claim.",
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
        .title(what)
        .why(why);
    of(case, name).requirement(requirement)
}

fn absent(twin: &Case) -> Case {
    twin.changed("claims/several-names/audience-absent", without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .threat(Threat::Holder)
        .title("no aud, and two audiences are configured")
        .why("A token that names no audience is for none of them: it may have been made for any service.")
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
