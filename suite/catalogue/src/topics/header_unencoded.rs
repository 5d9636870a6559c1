//! G27: unencoded payloads (RFC 7797). RFC 7797 section 7 forbids them in JWTs.

use jotproof_model::recipe::{Segment, SegmentChange, StructureChange};
use jotproof_model::vector::Severity;
use jotproof_model::{Edit, Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided};
use crate::edits::{header, sent_segment, signed_segment, structure};
use crate::twins;

use Reason::{Critical, Encoding, HeaderParameter, NotCompact, Payload, Signature};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = RAW.into_iter().map(raw).collect();
    cases.extend([detached(), encoded_after_signing()]);
    cases.extend(two_critical_names());
    for value in NOT_A_BOOLEAN {
        cases.extend([ignorable(value), critical(value), critical_and_raw(value)]);
    }
    Topic {
        path: "header/unencoded",
        about: "Payloads that are not base64url, as RFC 7797 has them for other tokens than JWTs.",
        cases,
    }
}

fn b64(value: &str) -> Edit {
    header("b64", value)
}

fn crit() -> Edit {
    header("crit", "[\"b64\"]")
}

/// Puts the payload itself in place of its base64url, and signs that.
fn unencoded() -> Edit {
    signed_segment(Segment::Payload, SegmentChange::Unencoded)
}

const READS: &str = "The claims are plain text in the token, and the signature covers that text. A JWT is base64url (RFC 7519 section 3), \
                     so this is none. A verifier that reads the text all the same also reads it where its other half does not, and the \
                     two see different claims in one token.";

/// Value of `b64` and whether `crit` names it, name, title, why.
const RAW: [(&[&str], &str, &str, &str); 4] = [
    (
        &[],
        "payload",
        "a payload that is not encoded",
        "No parameter says that the payload is not base64url, and so it does not decode.",
    ),
    (
        &["false"],
        "payload-and-b64-false",
        "b64 false and a payload that is not encoded, without crit",
        "Where `b64` is false, `crit` must name it (RFC 7797 section 6): a verifier that does not know `b64` would else read another payload.",
    ),
    (
        &["false", "crit"],
        "payload-and-critical-b64",
        "b64 false and critical, and a payload that is not encoded",
        READS,
    ),
    (
        &["true", "crit"],
        "payload-and-b64-true",
        "b64 true and critical, and a payload that is not encoded",
        "`b64` is true: the payload is base64url, and this one is not. A verifier that looks whether the parameter is there, and not at its value, reads the text.",
    ),
];

fn raw((parameters, name, title, why): (&[&str], &str, &str, &str)) -> Case {
    let mut edits: Vec<Edit> =
        parameters.iter().map(|it| if *it == "crit" { crit() } else { b64(it) }).collect();
    edits.push(unencoded());
    let mut reasons = vec![Encoding, Payload, NotCompact];
    if !parameters.is_empty() {
        reasons.extend([HeaderParameter, Critical]);
    }
    let case = twins::hs256()
        .changed_by(&format!("header/unencoded/{name}"), edits)
        .reject(reasons)
        .title(title)
        .why(why)
        .requirement("RFC7515-5.2-DECODE")
        .class("H2");
    let case = if parameters.contains(&"false") { case.requirement("RFC7797-7-JWT") } else { case };
    match parameters {
        ["false"] => case.requirement("RFC7797-6-CRIT"),
        [_, "crit"] => case.requirement("RFC7515-4.1.11-CRIT"),
        _ => case,
    }
}

fn detached() -> Case {
    twins::hs256()
        .changed_by(
            "header/unencoded/detached",
            vec![b64("false"), crit(), unencoded(), structure(StructureChange::Detached)],
        )
        .reject([Critical, HeaderParameter, Payload, NotCompact, Encoding, Signature])
        .threat(Threat::Mangler)
        .title("b64 false and critical, with a payload that is not encoded and not sent either")
        .why(
            "RFC 7797 is mostly used with a payload that comes another way. A token has no other way: there are no \
             claims here.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .requirement("RFC7797-7-JWT")
        .class("H2")
}

fn encoded_after_signing() -> Case {
    twins::hs256()
        .changed_by(
            "header/unencoded/encoded-after-signing",
            vec![b64("false"), crit(), unencoded(), sent_segment(Segment::Payload, SegmentChange::Encoded)],
        )
        .reject([Critical, HeaderParameter, Payload, Encoding, Signature])
        .threat(Threat::Mangler)
        .title("b64 false and critical, with a signature over the text and a payload in base64url")
        .why(
            "The signature covers other octets than were sent. A verifier that decodes the payload before it looks at \
             `b64` takes it for good, and so two texts are one token.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7797-7-JWT")
        .class("H2")
}

/// `b64` and an unknown extension in one `crit`, in both orders. Each of them alone is in header/parameters.
fn two_critical_names() -> Vec<Case> {
    const EXTENSION: &str = "https://example.com/extension";
    let both = twins::hs256()
        .changed_by(
            "header/unencoded/b64-true-beside-an-extension",
            vec![b64("true"), header(EXTENSION, "true")],
        )
        .accept()
        .severity(Severity::Low)
        .title("b64 true, and a parameter that is named by a URL")
        .why("Neither parameter is critical. A verifier that does not understand them ignores them.")
        .requirement("RFC7515-4-IGNORE")
        .class("H1");
    let critical = |undecided: Undecided, what: &str| {
        undecided
            .reject([Critical, HeaderParameter])
            .title(format!("crit names b64, which is true, {what} an extension that nobody understands"))
            .why(
                "Every name in `crit` must be understood. A verifier that looks at one of two names drops the \
                 condition that the other one stands for.",
            )
            .requirement("RFC7515-4.1.11-CRIT")
            .requirement("RFC7515-5.2-UNDERSTOOD")
            .class("H1")
    };
    let before = both.changed(
        "header/unencoded/b64-true-critical-before-an-extension",
        header("crit", &format!("[\"b64\",\"{EXTENSION}\"]")),
    );
    let extended =
        twins::hs256().changed("header/parameters/unknown-uri", header(EXTENSION, "true")).accept();
    let after = extended.changed_by(
        "header/unencoded/b64-true-critical-after-an-extension",
        vec![b64("true"), header("crit", &format!("[\"{EXTENSION}\",\"b64\"]"))],
    );
    vec![critical(before, "and after it"), critical(after, "and before it"), both]
}

/// A value of `b64`, and its name in ids. Many languages take the last two for false, and the first for true.
const NOT_A_BOOLEAN: [(&str, &str); 3] = [("\"false\"", "text"), ("0", "zero"), ("null", "null")];

fn ignorable((value, name): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("header/unencoded/b64-{name}"), b64(value))
        .either(
            "RFC 7515 section 4: a parameter that is not understood is ignored. RFC 7797 section 3: the value is a \
             boolean, and RFC 7519 section 7.2 (5) asks for values that are understood.",
            [HeaderParameter, Critical, Payload],
        )
        .title(format!("b64 is {value}, over a payload in base64url"))
        .why("If it is accepted, the claims are those of the decoded payload: this value is not the boolean false.")
        .requirement("RFC7797-3-B64")
        .requirement("RFC7515-4-IGNORE")
        .class("H2")
}

fn critical((value, name): (&str, &str)) -> Case {
    twins::hs256()
        .changed_by(&format!("header/unencoded/b64-{name}-and-critical"), vec![b64(value), crit()])
        .reject([Critical, HeaderParameter, Payload, Signature])
        .title(format!("b64 is {value}, and crit names it, over a payload in base64url"))
        .why(
            "Who does not understand `b64` refuses what is critical. Who does understands a boolean, and this is \
             none.",
        )
        .requirement("RFC7515-4.1.11-CRIT")
        .requirement("RFC7797-3-B64")
        .class("H2")
}

fn critical_and_raw((value, name): (&str, &str)) -> Case {
    twins::hs256()
        .changed_by(
            &format!("header/unencoded/b64-{name}-and-payload"),
            vec![b64(value), crit(), unencoded()],
        )
        .reject([Critical, HeaderParameter, Payload, NotCompact, Encoding])
        .title(format!("b64 is {value}, and crit names it, with a payload that is not encoded"))
        .why("A verifier that takes this value for false reads the claims from the plain text.")
        .requirement("RFC7515-4.1.11-CRIT")
        .requirement("RFC7797-3-B64")
        .class("H2")
}
