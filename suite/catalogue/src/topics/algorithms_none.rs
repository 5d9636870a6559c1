//! G11: unsecured tokens, where a signature is asked for and where none is.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_mint::base64url;
use jotproof_model::edit::ContextChange;
use jotproof_model::recipe::{Place, Segment, SegmentChange, StructureChange};
use jotproof_model::vector::Severity;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, header, insert, sent_segment, sign, structure, unsigned, without_header};
use crate::twins;

/// The raw value that names the unsecured form.
const NONE: &str = "\"none\"";

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = [Algorithm::HS256, Algorithm::RS256]
        .into_iter()
        .flat_map(|algorithm| [nobody_signed(algorithm), signature_kept(algorithm)])
        .collect();
    cases.extend(
        [Algorithm::ES256, Algorithm::PS256, Algorithm::EdDSA]
            .into_iter()
            .flat_map(|algorithm| [nobody_signed(algorithm), signature_kept(algorithm)]),
    );
    cases.extend([foreign_mac(), mac_of_the_key(), two_segments()]);
    cases.extend(SPELLINGS.into_iter().map(spelling));
    cases.extend(NOT_STRINGS.into_iter().map(not_a_string));
    cases.extend(NONE_INSIDE.into_iter().map(none_inside));
    for row in LOOSE {
        cases.extend([spelled_and_kept(row), spelled_and_signed(row), spelled_in_two_segments(row)]);
    }
    cases.extend(NO_OCTETS.into_iter().map(no_octets));
    cases.extend([
        allowed(),
        allowed_upper_case(),
        allowed_with_mac(),
        allowed_expired(),
        allowed_beside_hs256(),
        allowed_but_stripped(),
        allowed_not_yet_valid(),
        allowed_critical(),
        allowed_two_segments(),
        allowed_four_segments(),
    ]);
    cases.extend(ALLOWED_SPELLINGS.into_iter().map(allowed_spelling));
    cases.push(allowed_absent());
    cases.extend(ALLOWED_NO_OCTETS.into_iter().map(allowed_no_octets));
    cases.extend([allowed_without_typ(), allowed_with_kid()]);
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
const SPELLINGS: [(&str, &str, &str, &str); 21] = [
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
    ("trailing-line-feed", "\"none\\n\"", "none with an escaped line feed after it", LINE_END),
    (
        "leading-nul",
        "\"\\u0000none\"",
        "none with an escaped NUL before it",
        "Compared as a string that ends at NUL the name is empty, and is on no list; a reader that strips \
         control characters finds `none`.",
    ),
    (
        "text-after-nul",
        "\"none\\u0000HS256\"",
        "none, an escaped NUL, and HS256",
        "A check of how the name ends finds a good one, and a look-up by a string that ends at NUL finds \
         `none`.",
    ),
    ("leading-byte-order-mark", "\"\u{feff}none\"", "none with a byte order mark before it", INVISIBLE),
    ("soft-hyphen", "\"no\u{ad}ne\"", "none with a soft hyphen in it", INVISIBLE),
    (
        "mathematical-letters",
        "\"\u{1d427}\u{1d428}\u{1d427}\u{1d41e}\"",
        "none in bold mathematical letters",
        "Where names are normalized (NFKC) between the check and the look-up, these letters become `none` \
         behind the check; they are beyond the first 65,536 code points, where half-done normalizers end.",
    ),
    (
        "no-break-space",
        "\"none\u{a0}\"",
        "none with a no-break space after it",
        "Trimming in JavaScript and Python takes every Unicode space away, and a check for ASCII white \
         space finds none: behind the check this is `none`.",
    ),
];

const LINE_END: &str = "A forbidden name is looked for with a pattern that ends in `$`, which matches before a \
                        last line feed in some languages and not in others; the look-up trims it.";
const INVISIBLE: &str = "Where invisible characters are stripped between the check and the look-up, this \
                         becomes `none` behind the check.";

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

/// Name, raw value, what it is.
const NONE_INSIDE: [(&str, &str, &str); 4] = [
    ("none-before-hs256", "[\"none\",\"HS256\"]", "an array of none and HS256"),
    ("none-after-hs256", "[\"HS256\",\"none\"]", "an array of HS256 and none"),
    ("nested-array", "[[\"none\"]]", "an array in an array with none in it"),
    ("object-with-alg", "{\"alg\":\"none\"}", "an object whose alg is none"),
];

fn none_inside((name, value, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("algorithms/none/{name}"), unsigned(Some(value)))
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Header])
        .threat(Threat::Forger)
        .title(format!("alg is {what}, and the signature is empty"))
        .why(
            "`alg` is one string. A check that is content with one allowed name among several, or with \
             the text that the value becomes, and a look-up that takes the other, together verify \
             nothing.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .requirement("RFC8725-3.2-NONE")
        .class("A2")
}

/// Name, raw value, what it is, how a loose look-up arrives at `none`. One of each kind of looseness:
/// combined with every form of a signature that is not checked.
type Loose = (&'static str, &'static str, &'static str, &'static str);

const LOOSE: [Loose; 7] = [
    ("upper-case", "\"NONE\"", "NONE", "without regard to case"),
    ("trailing-space", "\"none \"", "none with a space after it", "after trimming"),
    ("trailing-nul", "\"none\\u0000\"", "none with an escaped NUL after it", "as a string that ends at NUL"),
    ("escaped-letter", "\"n\\u006fne\"", "none with one letter as an escape", "after the escape is resolved"),
    ("full-width", "\"\u{ff4e}\u{ff4f}\u{ff4e}\u{ff45}\"", "none in full-width letters", "after normalizing"),
    ("array", "[\"none\"]", "an array with none in it", "as the text that an array becomes"),
    ("unknown", "\"ZZZ\"", "a name that nobody registered", "or nothing, and goes on"),
];

const ANY_FORM: [Reason; 4] = [Reason::Algorithm, Reason::HeaderParameter, Reason::Header, Reason::Signature];

fn spelled_and_kept((name, value, what, how): Loose) -> Case {
    let text = base64url::encode(format!(r#"{{"alg":{value},"typ":"JWT"}}"#).as_bytes());
    twins::hs256()
        .changed(
            &format!("algorithms/none/spelling-{name}-signature-kept"),
            sent_segment(Segment::Header, SegmentChange::Replace { text }),
        )
        .reject(ANY_FORM)
        .threat(Threat::Forger)
        .title(format!("alg {what} in the header, the HS256 signature of the old header kept"))
        .why(format!(
            "The look-up finds `none` {how}, and the check for an empty signature comes before it, with \
             the plain name: this token has a signature, and nobody verifies it.",
        ))
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7515-4.1.1-ALG")
        .class("A2")
}

fn spelled_and_signed((name, value, what, how): Loose) -> Case {
    twins::hs256()
        .changed(
            &format!("algorithms/none/spelling-{name}-foreign-mac"),
            sign(Some(value), "hmac-64-bytes-foreign", Algorithm::HS256),
        )
        .reject(ANY_FORM.into_iter().filter(|reason| {
            // A string is no parameter of another type.
            !value.starts_with('"') || matches!(reason, Reason::Algorithm | Reason::Signature)
        }))
        .threat(Threat::Forger)
        .title(format!("alg {what}, with the MAC of an outsider"))
        .why(format!(
            "The look-up finds `none` {how}, and the signature, which was made for this very header, is \
             taken for good because it has the right length.",
        ))
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7515-4.1.1-ALG")
        .class("A2")
}

fn spelled_in_two_segments((name, value, what, how): Loose) -> Case {
    twins::hs256()
        .changed_by(
            &format!("algorithms/none/spelling-{name}-two-segments"),
            vec![unsigned(Some(value)), structure(StructureChange::KeepSegments { segments: 2 })],
        )
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Header, Reason::NotCompact])
        .threat(Threat::Forger)
        .title(format!("alg {what}, and two segments only: two defects"))
        .why(format!(
            "Each defect is stored alone as well. A parser that takes two segments as the form of an \
             unsecured token asks the look-up alone, which finds `none` {how}.",
        ))
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7515-7.1-COMPACT")
        .class("A2")
}

/// Name, the text of the signature segment, what it is. None of them has octets, for one reader or
/// another, and each passes a check that the segment is not empty.
const NO_OCTETS: [(&str, &str, &str); 4] = [
    ("padding", "====", "four `=`"),
    ("space", " ", "a space"),
    ("one-character", "A", "one character, which makes no octet"),
    ("zero-octet", "AA", "a zero octet"),
];

fn no_octets((name, text, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed_by(
            &format!("algorithms/none/unsigned-with-{name}"),
            vec![unsigned(Some(NONE)), sent_segment(Segment::Signature, insert(text, Place::End))],
        )
        .reject([Reason::Algorithm, Reason::Encoding, Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("alg none and two defects: nobody signed, and the signature segment is {what}"))
        .why(
            "A check that refuses tokens with an empty third segment passes this one, and the verifier of \
             `none`, which decodes first, finds nothing there, as it wants.",
        )
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7518-3.6-NONE")
        .class("A1")
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
        .requirement("RFC7519-6-UNSECURED")
        .requirement("RFC7518-3.6-EMPTY")
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
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .severity(Severity::Low)
        .title("alg none with a signature that is not empty, where unsecured tokens are allowed")
        .why(
            "Recipients verify that the signature of an unsecured token is empty: one that is not was \
              meant for another verifier, who might believe it.",
        )
        .requirement("RFC7519-6-UNSECURED")
        .requirement("RFC7518-3.6-EMPTY")
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
        .reject([Reason::Signature, Reason::NotCompact])
        .threat(Threat::Forger)
        .title("alg HS256 and an empty signature, where unsecured tokens are allowed")
        .why(
            "The token does not say that it is unsecured. A verifier that tells unsecured tokens by \
              their empty signature accepts any signed one with its signature torn off.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S1")
}

fn allowed_not_yet_valid() -> Case {
    allowed()
        .changed("algorithms/none/allowed-not-yet-valid", claim("nbf", "{{now+3600}}"))
        .reject([Reason::NotYetValid])
        .threat(Threat::Holder)
        .title("an unsecured token that is not valid yet, where unsecured tokens are allowed")
        .why("That nothing is signed does not mean that nothing is checked.")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
}

fn allowed_critical() -> Case {
    allowed()
        .changed("algorithms/none/allowed-critical-extension", header("crit", "[\"x-unknown\"]"))
        .reject([Reason::Critical])
        .title("an unsecured token with an unknown critical extension, where unsecured tokens are allowed")
        .why(
            "`crit` stands in the header of unsecured tokens too. A short cut for `none` that returns \
             before the header is read through does not see it.",
        )
        .requirement("RFC7515-4.1.11-CRIT")
        .class("H1")
}

fn allowed_two_segments() -> Case {
    allowed()
        .changed(
            "algorithms/none/allowed-two-segments",
            structure(StructureChange::KeepSegments { segments: 2 }),
        )
        .reject([Reason::NotCompact])
        .threat(Threat::Forger)
        .severity(Severity::Low)
        .title("an unsecured token without its last dot, where unsecured tokens are allowed")
        .why("An unsecured token has three segments like any other, the last of them empty (RFC 7519 section 6.1).")
        .requirement("RFC7515-7.1-COMPACT")
        .class("S1")
}

fn allowed_four_segments() -> Case {
    allowed()
        .changed(
            "algorithms/none/allowed-four-segments",
            structure(StructureChange::Suffix { text: ".AAAA".to_owned() }),
        )
        .reject([Reason::NotCompact])
        .threat(Threat::Forger)
        .severity(Severity::Low)
        .title("an unsecured token with a fourth segment, where unsecured tokens are allowed")
        .why(
            "The third segment is empty, as it has to be. A parser that looks no further takes along what \
             stands in the fourth.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .class("S1")
}

/// Name, raw value, what it is.
const ALLOWED_SPELLINGS: [(&str, &str, &str); 9] = [
    ("trailing-space", "\"none \"", "none with a space after it"),
    ("trailing-nul", "\"none\\u0000\"", "none with an escaped NUL after it"),
    ("full-width", "\"\u{ff4e}\u{ff4f}\u{ff4e}\u{ff45}\"", "none in full-width letters"),
    ("array", "[\"none\"]", "an array with none in it"),
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("empty", "\"\"", "an empty string"),
    ("unknown", "\"ZZZ\"", "a name that nobody registered"),
    ("asymmetric", "\"RS256\"", "RS256, for which there is no key"),
];

fn allowed_spelling((name, value, what): (&str, &str, &str)) -> Case {
    allowed()
        .changed(&format!("algorithms/none/allowed-alg-{name}"), header("alg", value))
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Header, Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .severity(Severity::Low)
        .title(format!("alg is {what}, over an empty signature, where unsecured tokens are allowed"))
        .why(
            "`none` is allowed, and this is another value. Who takes it for `none` has a look-up that \
             trims, cuts, coerces, or steps in with a default, and will meet a list of forbidden names \
             elsewhere.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A2")
}

fn allowed_absent() -> Case {
    allowed()
        .changed("algorithms/none/allowed-alg-absent", without_header("alg"))
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Header])
        .threat(Threat::Forger)
        .severity(Severity::Low)
        .title("no alg, over an empty signature, where unsecured tokens are allowed")
        .why("`alg` must be there. A token that does not say it is unsecured is not an unsecured token.")
        .requirement("RFC7515-4.1.1-ALG")
        .class("A3")
}

/// Name, the text of the signature segment, what it is.
const ALLOWED_NO_OCTETS: [(&str, &str, &str); 5] = [
    ("padding", "====", "four `=`"),
    ("space", " ", "a space"),
    ("line-feed", "\n", "a line feed"),
    ("one-character", "A", "one character, which makes no octet"),
    ("zero-octet", "AA", "a zero octet"),
];

fn allowed_no_octets((name, text, what): (&str, &str, &str)) -> Case {
    allowed()
        .changed(
            &format!("algorithms/none/allowed-with-{name}"),
            sent_segment(Segment::Signature, insert(text, Place::End)),
        )
        .reject([Reason::Encoding, Reason::Signature])
        .threat(Threat::Mangler)
        .severity(Severity::Low)
        .title(format!("the signature segment is {what}, where unsecured tokens are allowed"))
        .why(
            "The signature of an unsecured token is the empty one, and its text is the empty text. Who \
             decodes loosely, or compares up to the first NUL, finds nothing where there is something.",
        )
        .requirement("RFC7518-3.6-NONE")
        .class("A1")
}

fn allowed_without_typ() -> Case {
    allowed()
        .changed("algorithms/none/allowed-without-typ", without_header("typ"))
        .accept()
        .title("an unsecured token whose header has alg alone, where unsecured tokens are allowed")
        .why("This is the header of the example of RFC 7519 (section 6.1): `alg` is all that it needs.")
        .requirement("RFC7518-3.6-NONE")
        .class("V1")
}

fn allowed_with_kid() -> Case {
    allowed()
        .changed("algorithms/none/allowed-with-kid", header("kid", "\"1\""))
        .accept()
        .title("an unsecured token that names a key, where unsecured tokens are allowed")
        .why(
            "There is no key to look up, and `kid` is a hint (RFC 7515 section 4.1.4). A verifier that \
             looks one up all the same refuses a good token.",
        )
        .requirement("RFC7518-3.6-NONE")
        .class("V1")
}
