//! G11: unsecured tokens, where a signature is asked for and where none is.

use jotproof_mint::base64url;
use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::{Segment, SegmentChange, StructureChange};
use jotproof_model::vector::Severity;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, header, sent_segment, sign, structure, unsigned};
use crate::twins;

/// The raw value that names the unsecured form.
const NONE: &str = "\"none\"";

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = [Algorithm::HS256, Algorithm::RS256]
        .into_iter()
        .flat_map(|algorithm| [nobody_signed(algorithm), signature_kept(algorithm)])
        .collect();
    cases.extend([foreign_mac(), mac_of_the_key(), two_segments()]);
    cases.extend(SPELLINGS.into_iter().map(spelling));
    cases.extend(NOT_STRINGS.into_iter().map(not_a_string));
    cases.extend([
        allowed(),
        allowed_upper_case(),
        allowed_with_mac(),
        allowed_expired(),
        allowed_beside_hs256(),
        allowed_but_stripped(),
    ]);
    Topic {
        path: "algorithms/none",
        about: "Tokens that say nobody signed them, in every spelling, and what else may hang on them.",
        cases,
    }
}

fn nobody_signed(algorithm: Algorithm) -> Case {
    let name = algorithm.name().to_lowercase();
    twins::signed(algorithm)
        .changed(&format!("algorithms/none/{name}-unsigned"), unsigned(Some(NONE)))
        .reject([Reason::Algorithm])
        .threat(Threat::Forger)
        .title(format!("alg none and an empty signature, where {algorithm} is configured"))
        .why(
            "Anybody can write this token. A verifier that lets the header choose the algorithm is \
              told to check nothing, and lets in whom the sender likes.",
        )
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7518-3.6-NONE")
        .class("A1")
}

fn signature_kept(algorithm: Algorithm) -> Case {
    let name = algorithm.name().to_lowercase();
    let text = base64url::encode(br#"{"alg":"none","typ":"JWT"}"#);
    twins::signed(algorithm)
        .changed(
            &format!("algorithms/none/{name}-signature-kept"),
            sent_segment(Segment::Header, SegmentChange::Replace { text }),
        )
        .reject([Reason::Algorithm, Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("alg none in the header, the {algorithm} signature of the old header kept"))
        .why(
            "A verifier that looks for an empty signature, rather than for the name, takes this one \
              for a signed token, and then checks it with the algorithm that checks nothing.",
        )
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7518-3.6-NONE")
        .class("A1")
}

fn foreign_mac() -> Case {
    twins::hs256()
        .changed("algorithms/none/foreign-mac", sign(Some(NONE), "hmac-64-bytes-foreign", Algorithm::HS256))
        .reject([Reason::Algorithm, Reason::Signature])
        .threat(Threat::Forger)
        .title("alg none with the MAC of an outsider")
        .why(
            "The signature is there and is worth nothing: who accepts this has looked at its length \
              only.",
        )
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7518-3.6-NONE")
        .class("A1")
}

fn mac_of_the_key() -> Case {
    twins::hs256()
        .changed(
            "algorithms/none/mac-of-the-configured-key",
            sign(Some(NONE), "hmac-64-bytes", Algorithm::HS256),
        )
        .reject([Reason::Algorithm, Reason::Signature])
        .title("alg none with a good HS256 MAC over this very header")
        .why(
            "The configured key made the MAC, so nobody gets in who should not; but a token that says \
              it is unsecured was not signed in the manner of its `alg`, and is not valid.",
        )
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7515-4.1.1-ALG")
        .class("A10")
}

fn two_segments() -> Case {
    twins::hs256()
        .changed_by(
            "algorithms/none/unsigned-two-segments",
            vec![unsigned(Some(NONE)), structure(StructureChange::KeepSegments { segments: 2 })],
        )
        .reject([Reason::Algorithm, Reason::NotCompact])
        .threat(Threat::Forger)
        .title("alg none, and two segments only")
        .why(
            "Two defects, each stored alone as well. Some parsers take two segments as the form of an \
              unsecured token, and never come to the list of allowed algorithms.",
        )
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7515-7.1-COMPACT")
        .class("A1")
}

/// Name, raw value, what it is, and what goes wrong.
const SPELLINGS: [(&str, &str, &str, &str); 14] = [
    ("title-case", "\"None\"", "None", CASE),
    ("upper-case", "\"NONE\"", "NONE", CASE),
    ("capital-second-and-last", "\"nOnE\"", "nOnE", CASE),
    ("capital-first-and-third", "\"NoNe\"", "NoNe", CASE),
    ("capital-last", "\"nonE\"", "nonE", CASE),
    ("capital-third", "\"noNe\"", "noNe", CASE),
    ("capitals-but-the-first", "\"nONE\"", "nONE", CASE),
    ("trailing-space", "\"none \"", "none with a space after it", TRIMMED),
    ("leading-space", "\" none\"", "none with a space before it", TRIMMED),
    ("trailing-tab", "\"none\\t\"", "none with an escaped tab after it", TRIMMED),
    (
        "trailing-nul",
        "\"none\\u0000\"",
        "none with an escaped NUL after it",
        "The forbidden name is compared at its full length and the algorithm is looked up by a string \
         that ends at NUL: the second reader finds `none`.",
    ),
    (
        "escaped-letter",
        "\"n\\u006fne\"",
        "none with one letter as an escape",
        "This is `none` (RFC 8259 section 7). A filter over the text of the header does not see it; the \
         parser behind it does.",
    ),
    (
        "full-width",
        "\"\u{ff4e}\u{ff4f}\u{ff4e}\u{ff45}\"",
        "none in full-width letters",
        "Where names are normalized (NFKC) between the check and the look-up, these letters become \
         `none` behind the check.",
    ),
    (
        "zero-width-space",
        "\"none\u{200b}\"",
        "none with a zero-width space after it",
        "Where invisible characters are stripped between the check and the look-up, this becomes `none` \
         behind the check.",
    ),
];

const CASE: &str = "A list of forbidden names holds `none`, and the algorithm is looked up without \
                    regard to case: the list does not match, the look-up does, and nothing is checked.";
const TRIMMED: &str = "A list of forbidden names holds `none`, and the name is trimmed before it is \
                       looked up: the list does not match, the look-up does, and nothing is checked.";

fn spelling((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("algorithms/none/spelling-{name}"), unsigned(Some(value)))
        .reject([Reason::Algorithm])
        .threat(Threat::Forger)
        .title(format!("alg {what}, and an empty signature"))
        .why(why)
        .requirement("RFC7515-4.1.1-ALG")
        .requirement("RFC8725-3.2-NONE")
        .class("A2")
}

/// Name, raw value.
const NOT_STRINGS: [(&str, &str); 2] = [("array", "[\"none\"]"), ("object", "{\"none\":1}")];

fn not_a_string((kind, value): (&str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("algorithms/none/{kind}"), unsigned(Some(value)))
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Header])
        .threat(Threat::Forger)
        .title(format!("alg an {kind} with none in it, and an empty signature"))
        .why(
            "The check compares with a string and does not match; the look-up turns the value into a \
              string, or into the key of a table, and finds `none`.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .requirement("RFC8725-3.2-NONE")
        .class("A2")
}

fn allow() -> Edit {
    context(ContextChange::AllowNone { allow: true })
}

/// The accepted unsecured token: the application asked for it.
fn allowed() -> Case {
    twins::hs256()
        .changed_by("algorithms/none/allowed", vec![allow(), unsigned(Some(NONE))])
        .accept()
        .title("alg none and an empty signature, where unsecured tokens are allowed")
        .why(
            "An implementation has `none`, and an application may ask for it; then an empty signature \
              is the right one.",
        )
        .requirement("RFC7519-8-HS256")
        .requirement("RFC7518-3.6-NONE")
        .requirement("RFC8725-3.2-NONE")
        .class("V1")
}

fn allowed_upper_case() -> Case {
    allowed()
        .changed("algorithms/none/allowed-upper-case", header("alg", "\"NONE\""))
        .reject([Reason::Algorithm])
        .threat(Threat::Forger)
        .severity(Severity::Low)
        .title("alg NONE, where unsecured tokens are allowed")
        .why(
            "`alg` is a case-sensitive name, and this one is not registered. Little is lost here, but \
              the same look-up will meet a list of forbidden names elsewhere.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A2")
}

fn allowed_with_mac() -> Case {
    allowed()
        .changed(
            "algorithms/none/allowed-with-a-signature",
            sign(None, "hmac-64-bytes-foreign", Algorithm::HS256),
        )
        .reject([Reason::Signature, Reason::Algorithm])
        .threat(Threat::Forger)
        .severity(Severity::Low)
        .title("alg none with a signature that is not empty, where unsecured tokens are allowed")
        .why(
            "Recipients verify that the signature of an unsecured token is empty: one that is not was \
              meant for another verifier, who might believe it.",
        )
        .requirement("RFC7518-3.6-NONE")
        .class("A1")
}

fn allowed_expired() -> Case {
    allowed()
        .changed("algorithms/none/allowed-expired", claim("exp", "{{now-60}}"))
        .reject([Reason::Expired])
        .threat(Threat::Holder)
        .title("an unsecured token that has expired, where unsecured tokens are allowed")
        .why(
            "That nothing is signed does not mean that nothing is checked: a short cut for `none` that \
              returns before the claims are looked at accepts an old token for ever.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
}

/// An HS256 token, accepted beside unsecured ones.
fn allowed_beside_hs256() -> Case {
    twins::hs256()
        .changed("algorithms/none/allowed-beside-hs256", allow())
        .accept()
        .title("a token signed with HS256, where unsecured tokens are allowed too")
        .why("To allow unsecured tokens takes nothing away from signed ones.")
        .requirement("RFC7519-8-HS256")
        .class("V1")
}

fn allowed_but_stripped() -> Case {
    allowed_beside_hs256()
        .changed(
            "algorithms/none/allowed-but-hs256-stripped",
            structure(StructureChange::EmptySegment { segment: Segment::Signature }),
        )
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title("alg HS256 and an empty signature, where unsecured tokens are allowed")
        .why(
            "The token does not say that it is unsecured. A verifier that tells unsecured tokens by \
              their empty signature accepts any signed one with its signature torn off.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S1")
}
