//! G8: names of registered claims inside other claims.
//!
//! A claim is a top-level member of the claims set (RFC 7519 section 4). A reader that searches the text for
//! a name, or flattens objects, also finds the nested member. A reader that takes the first match is misled
//! by a nested member before the claim. A reader that takes the last match is misled by one after it.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, quoted, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> =
        HOLDERS.iter().flat_map(|holder| CLAIMS.iter().flat_map(|it| both(holder, it))).collect();
    cases.extend(HOLDERS.iter().map(another_subject));
    cases.extend(HOLDERS.iter().filter(|holder| holder.is_before).flat_map(alone));
    Topic {
        path: "claims/nested",
        about: "Names of registered claims inside a private claim, before and after the real claims: a good \
                nested value with a bad real one, and the reverse.",
        cases,
    }
}

/// The private claim that holds another claim.
struct Holder {
    name: &'static str,
    /// Whether it stands before the outer claim.
    is_before: bool,
    /// Makes the raw value from the raw member inside it.
    value: fn(&str) -> String,
    what: &'static str,
}

const HOLDERS: [Holder; 6] = [
    Holder { name: "object-before", is_before: true, value: in_object, what: "an object before it" },
    Holder { name: "object-after", is_before: false, value: in_object, what: "an object after it" },
    Holder { name: "array-before", is_before: true, value: in_array, what: "an array of objects before it" },
    Holder { name: "array-after", is_before: false, value: in_array, what: "an array of objects after it" },
    Holder { name: "text-before", is_before: true, value: in_text, what: "a string of JSON text before it" },
    Holder { name: "text-after", is_before: false, value: in_text, what: "a string of JSON text after it" },
];

fn in_object(member: &str) -> String {
    format!("{{{member}}}")
}

fn in_array(member: &str) -> String {
    format!("[{{{member}}}]")
}

fn in_text(member: &str) -> String {
    quoted(&format!("{{{member}}}"))
}

/// A claim with a good and a bad value.
struct Claim {
    name: &'static str,
    good: &'static str,
    bad: &'static str,
    /// The good value and the bad one in prose.
    spoken: [&'static str; 2],
    reason: Reason,
    requirement: &'static str,
    class: &'static str,
}

const CLAIMS: [Claim; 4] = [
    Claim {
        name: "exp",
        good: "{{now+3600}}",
        bad: "{{now-60}}",
        spoken: ["in an hour", "a minute ago"],
        reason: Reason::Expired,
        requirement: "RFC7519-4.1.4-EXP",
        class: "C5",
    },
    Claim {
        name: "nbf",
        good: "{{now-3600}}",
        bad: "{{now+3600}}",
        spoken: ["an hour ago", "in an hour"],
        reason: Reason::NotYetValid,
        requirement: "RFC7519-4.1.5-NBF",
        class: "C5",
    },
    Claim {
        name: "aud",
        good: "\"https://api.example.com/chat\"",
        bad: "\"https://other.example.com\"",
        spoken: ["with the configured audience", "with another audience"],
        reason: Reason::Audience,
        requirement: "RFC7519-4.1.3-AUD",
        class: "C8",
    },
    Claim {
        name: "iss",
        good: "\"https://issuer.example.com\"",
        bad: "\"https://evil.example\"",
        spoken: ["with the configured issuer", "with another issuer"],
        reason: Reason::Issuer,
        requirement: "RFC8725-3.8-ISS",
        class: "C9",
    },
];

/// The edits that put a nested value before or after the real one.
fn beside(holder: &Holder, name: &str, outer: &str, inner: &str) -> Vec<Edit> {
    let x = claim("x", &(holder.value)(&format!("\"{name}\":{inner}")));
    let mut edits = match name {
        "aud" | "iss" => vec![
            context(ContextChange::Audience { audience: Some(twins::AUDIENCE.to_owned()) }),
            context(ContextChange::Issuer { issuer: Some(twins::ISSUER.to_owned()) }),
            if name == "aud" {
                claim("iss", &quoted(twins::ISSUER))
            } else {
                claim("aud", &quoted(twins::AUDIENCE))
            },
        ],
        // A member that is set stays where it is.
        "exp" | "sub" if holder.is_before => vec![without_claim(name)],
        _ => Vec::new(),
    };
    match (holder.is_before, name) {
        (true, _) => edits.extend([x, claim(name, outer)]),
        (false, "exp" | "sub") => edits.push(x),
        (false, _) => edits.extend([claim(name, outer), x]),
    }
    edits
}

fn both(holder: &Holder, it: &Claim) -> [Case; 3] {
    let [good, bad] = it.spoken;
    let id = |what: &str| format!("claims/nested/{}-{what}-{}", it.name, holder.name);
    let equal = twins::hs256()
        .changed_by(&id("good-and-good"), beside(holder, it.name, it.good, it.good))
        .accept()
        .title(format!("{0} {good}, nested {0} with the same value in {1}", it.name, holder.what))
        .why("A private claim may contain anything, including members with the names of registered claims.")
        .requirement("RFC7519-4-IGNORE")
        .class(it.class);
    let inner_bad = twins::hs256()
        .changed_by(&id("good-and-bad"), beside(holder, it.name, it.good, it.bad))
        .accept()
        .title(format!("{0} {good}, nested {0} {bad} in {1}", it.name, holder.what))
        .why(
            "Only top-level members of the payload are claims. A reader that takes the first or the last \
             member with the name may read the nested value and reject a good token.",
        )
        .requirement("RFC7519-4-IGNORE")
        .requirement(it.requirement)
        .class(it.class);
    let outer_bad = equal
        .changed(&id("bad-and-good"), claim(it.name, it.bad))
        .reject([it.reason])
        .title(format!("{0} {bad}, nested {0} {good} in {1}", it.name, holder.what))
        .why(
            "Only top-level members of the payload are claims. A reader that searches the text for the name, \
             or flattens objects, may read the nested value and accept the token. At least one Scala library \
             reads claims with regular expressions.",
        )
        .requirement(it.requirement)
        .class(it.class)
        .threat(Threat::Holder);
    [equal, inner_bad, outer_bad]
}

fn another_subject(holder: &Holder) -> Case {
    twins::hs256()
        .changed_by(
            &format!("claims/nested/sub-and-another-{}", holder.name),
            beside(holder, "sub", "\"42\"", "\"43\""),
        )
        .accept()
        .title(format!("sub 42, nested sub 43 in {}", holder.what))
        .why("The user is 42. A reader that takes the nested value lets the user in as somebody else.")
        .requirement("RFC7519-4-IGNORE")
        .requirement("RFC7519-4.1.2-SUB")
        .class("C11")
}

/// Tokens whose only such claim is nested.
fn alone(holder: &Holder) -> Vec<Case> {
    let name = holder.name.trim_end_matches("-before");
    let what = holder.what.trim_end_matches(" before it");
    let times = [("exp", "{{now-60}}", "a minute ago"), ("nbf", "{{now+3600}}", "in an hour")].map(
        |(time, value, when)| {
            let x = claim("x", &(holder.value)(&format!("\"{time}\":{value}")));
            let edits = if time == "exp" { vec![without_claim("exp"), x] } else { vec![x] };
            twins::hs256()
                .changed_by(&format!("claims/nested/{time}-in-{name}-alone"), edits)
                .accept()
                .title(format!("no top-level {time}, nested {time} {when} in {what}"))
                .why(
                    "The claim is optional, and the token does not have it. A nested member is not a claim \
                     and must not cause a rejection.",
                )
                .requirement("RFC7519-4-IGNORE")
                .class("C5")
        },
    );
    let mut cases = times.to_vec();
    let good = |it: &Claim| both(holder, it)[0].clone();
    for it in &CLAIMS[2..] {
        let undecided =
            good(it).changed(&format!("claims/nested/{}-in-{name}-alone", it.name), without_claim(it.name));
        let case = if it.name == "aud" {
            undecided.reject([Reason::Audience, Reason::ClaimMissing]).requirement("RFC8725-3.9-AUD")
        } else {
            undecided
                .either_better_refused(
                    "`iss` is optional (RFC 7519 section 4.1.1), and RFC 8725 section 3.8 covers only tokens \
                     that have it. Preferring rejection is the choice of this project.",
                    [Reason::Issuer, Reason::ClaimMissing],
                )
                .requirement("RFC7519-4.1.1-ISS")
        };
        cases.push(
            case.title(format!("no top-level {0}, nested {0} {1} in {what}", it.name, it.spoken[0]))
                .why(format!(
                    "Members of a private claim are not claims of the token, so this token has no `{}`. A \
                     verifier must not compare the nested value instead.",
                    it.name
                ))
                .class(it.class)
                .threat(Threat::Holder),
        );
    }
    cases
}
