//! G4: AnyCable's identification tokens: `ext`, and what may stand beside it.

use jotproof_model::edit::{Alias, ContextChange, Layer};
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg};
use crate::edits::{alias, claim, context, rename, sign, unsigned, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![twins::anycable()];
    cases.extend(TEXTS.into_iter().map(text));
    cases.extend([long_text(), escaped_name(), other_name_beside()]);
    cases.extend(NOT_JSON.into_iter().map(not_json));
    cases.extend(NOT_TEXT.into_iter().map(not_text));
    cases.extend([without_ext(), other_name()]);
    cases.extend([without_exp(), without_iat(), snippet()]);
    cases.extend([Algorithm::HS384, Algorithm::HS512].map(algorithm));
    cases.extend([not_hmac(), wrong_key(), none()]);
    cases.extend([expired(), not_yet_valid()]);
    cases.extend([expired_without_ext(), expired_and_wrong_key()]);
    Topic {
        path: "anycable/identification",
        about: "Identification tokens of AnyCable: the identifiers in `ext` become those of the \
                connection, octet for octet.",
        cases,
    }
}

/// An `ext` that is the text of a JSON value.
struct Text {
    name: &'static str,
    /// The raw JSON string.
    raw: &'static str,
    title: &'static str,
    why: &'static str,
}

const TEXTS: [Text; 10] = [
    Text {
        name: "nested",
        raw: "\"{\\\"user\\\":{\\\"id\\\":42,\\\"roles\\\":[\\\"a\\\",null,true]},\\\"tenant\\\":\\\"t-1\\\"}\"",
        title: "nested identifiers",
        why: "Identifiers may be of any shape; they are kept as they are.",
    },
    Text {
        name: "unicode",
        raw: "\"{\\\"name\\\":\\\"Zo\u{eb} \u{2615} \u{1f600}\\\"}\"",
        title: "identifiers in Unicode",
        why: "UTF-8 passes unharmed, also beyond the basic plane.",
    },
    Text {
        name: "escapes-of-the-token",
        raw: "\"{\\u0022name\\u0022:\\u0022Zo\\u00eb \\ud83d\\ude00\\u0022,\\\"path\\\":\\\"a\\/b\\\"}\"",
        title: "identifiers that the token writes with escapes",
        why: "The escapes belong to the token's JSON; the identifiers are what they stand for.",
    },
    Text {
        name: "escapes-of-the-identifiers",
        raw: "\"{\\\"name\\\":\\\"Zo\\\\u00eb \\\\ud83d\\\\ude00 \\\\\\\\ \\\\u0000\\\"}\"",
        title: "identifiers with escapes of their own",
        why: "The escapes belong to the identifiers and stay there: they are compared and signed as \
              text, so decoding them once more makes another text of them.",
    },
    Text {
        name: "spelling",
        raw: "\"{ \\\"b\\\" : 1.0,\\n\\\"a\\\" : 1e2 }\"",
        title: "identifiers with white space, number forms and an order of their own",
        why: "The text is kept unchanged. Where it is read and written anew, the identifiers are \
              other ones than those that the backend signed.",
    },
    Text {
        name: "empty-object",
        raw: "\"{}\"",
        title: "identifiers without a member",
        why: "An object without members is JSON too: the connection has been let in without saying \
              whose it is.",
    },
    Text {
        name: "null-text",
        raw: "\"null\"",
        title: "the text null as identifiers",
        why: "`ext` is there and is the text of a JSON value; what identifiers look like is left to \
              the application.",
    },
    Text {
        name: "array-text",
        raw: "\"[\\\"user\\\",42]\"",
        title: "the text of an array as identifiers",
        why: "`ext` is there and is the text of a JSON value; what identifiers look like is left to \
              the application.",
    },
    Text {
        name: "number-text",
        raw: "\"12345678901234567890\"",
        title: "the text of a large number as identifiers",
        why: "`ext` is kept as text; where it is read as a number, its last digits change and with \
              them the user.",
    },
    Text {
        name: "string-text",
        raw: "\"\\\"user-42\\\"\"",
        title: "the text of a string as identifiers",
        why: "`ext` is kept as text, with its quotes: it is decoded once, not twice.",
    },
];

fn text(it: Text) -> Case {
    twins::anycable()
        .changed(&format!("anycable/identification/ext-{}", it.name), claim("ext", it.raw))
        .accept()
        .title(it.title)
        .why(it.why)
        .requirement("AC-EXT-1")
        .requirement("AC-EXT-4")
        .class("C25")
}

fn long_text() -> Case {
    let raw = format!("\"{{\\\"user_id\\\":42,\\\"note\\\":\\\"{}\\\"}}\"", "identifiers ".repeat(340));
    twins::anycable()
        .changed("anycable/identification/ext-four-kibibytes", claim("ext", &raw))
        .accept()
        .title("identifiers of four kibibytes")
        .why("Long identifiers arrive whole: not cut, and not dropped.")
        .requirement("AC-EXT-1")
        .class("C25")
}

fn escaped_name() -> Case {
    twins::anycable()
        .changed(
            "anycable/identification/ext-name-escaped",
            rename(Layer::Payload, "ext", "e\\u0078t", Alias::Escape),
        )
        .accept()
        .title("the name ext written with an escape")
        .why("Names are compared after their escapes are resolved; this is `ext`.")
        .requirement("RFC8259-8.3-NAMES")
        .requirement("AC-EXT-1")
        .class("J4")
        .effect(|effect| effect.identifiers = Some("{\"user_id\":42}".to_owned()))
}

fn other_name_beside() -> Case {
    twins::anycable()
        .changed(
            "anycable/identification/upper-case-ext-beside-ext",
            alias(Layer::Payload, "ext", "EXT", Alias::Case, "\"{\\\"user_id\\\":1}\""),
        )
        .accept()
        .title("EXT beside ext")
        .why(
            "`EXT` is another name, and ignored. Where names are matched without regard to case, the \
             connection is that of another user.",
        )
        .requirement("RFC7519-4-IGNORE")
        .requirement("AC-EXT-1")
        .class("J2")
}

/// Name, raw string, what it is.
const NOT_JSON: [(&str, &str, &str); 4] = [
    ("empty", "\"\"", "an empty string"),
    ("word", "\"user:42\"", "a word"),
    ("cut", "\"{\\\"user_id\\\":42\"", "an object without its closing brace"),
    ("two-values", "\"{\\\"user_id\\\":42}{\\\"user_id\\\":1}\"", "two objects, one after the other"),
];

fn not_json((name, raw, what): (&str, &str, &str)) -> Case {
    twins::anycable()
        .changed(&format!("anycable/identification/ext-{name}"), claim("ext", raw))
        .either(
            "The documentation asks for JSON-encoded identifiers, and does not say that the server \
             looks whether they are.",
            [Reason::Identifiers],
        )
        .title(format!("ext that is {what}"))
        .why(
            "The server refuses text that is not JSON, or passes it on as it is; it must not make \
             identifiers of a part of it.",
        )
        .requirement("AC-EXT-3")
        .class("C25")
}

/// Name, raw value, what it is.
const NOT_TEXT: [(&str, &str, &str); 5] = [
    ("object", "{\"user_id\":42}", "an object instead of its text"),
    ("null", "null", "null"),
    ("number", "42", "a number"),
    ("true", "true", "true"),
    ("array", "[\"{\\\"user_id\\\":42}\"]", "an array with the text of identifiers"),
];

fn not_text((name, raw, what): (&str, &str, &str)) -> Case {
    twins::anycable()
        .changed(&format!("anycable/identification/ext-{name}"), claim("ext", raw))
        .either_better_refused(
            "The documentation says that `ext` holds JSON-encoded identifiers, which is a string; a \
             refusal of anything else is recommended.",
            [Reason::Identifiers],
        )
        .title(format!("ext that is {what}"))
        .why(
            "Identifiers that are not a string are guessed at: written anew, or taken as absent, they \
             make a connection that nobody identified.",
        )
        .requirement("AC-EXT-4")
        .class("C25")
}

fn without_ext() -> Case {
    twins::anycable()
        .changed("anycable/identification/without-ext", without_claim("ext"))
        .reject([Reason::Identifiers])
        .title("no ext")
        .why(
            "The token must include `ext`. Without it the connection has no identifiers, and other \
             tokens of the same key would open one.",
        )
        .requirement("AC-EXT-2")
        .class("C25")
        .threat(Threat::Holder)
}

fn other_name() -> Case {
    twins::anycable()
        .changed("anycable/identification/upper-case-ext", rename(Layer::Payload, "ext", "EXT", Alias::Case))
        .reject([Reason::Identifiers])
        .title("EXT instead of ext")
        .why("Claim names are compared exactly: this token has no `ext`.")
        .requirement("AC-EXT-2")
        .requirement("RFC7519-4-IGNORE")
        .class("J2")
}

fn without_exp() -> Case {
    twins::anycable()
        .changed("anycable/identification/without-exp", without_claim("exp"))
        .accept()
        .title("no exp")
        .why("Expiration is the responsibility of the issuer; a token without it is good.")
        .requirement("AC-EXP-3")
        .class("V1")
}

fn without_iat() -> Case {
    twins::anycable()
        .changed("anycable/identification/without-iat", without_claim("iat"))
        .accept()
        .title("no iat")
        .why("The documented snippets write no `iat`.")
        .requirement("AC-EXT-1")
        .class("C7")
}

fn snippet() -> Case {
    twins::anycable()
        .changed_by(
            "anycable/identification/ext-and-exp-alone",
            vec![without_claim("sub"), without_claim("iat"), claim("exp", "{{now+300}}")],
        )
        .accept()
        .title("ext and exp alone")
        .why("The token of the documented snippets: identifiers, five minutes, and nothing else.")
        .requirement("AC-EXT-1")
        .class("V1")
}

fn algorithm(algorithm: Algorithm) -> Case {
    twins::anycable()
        .changed_by(
            &format!("anycable/identification/{}", algorithm.name().to_lowercase()),
            vec![
                context(ContextChange::Algorithms { algorithms: vec![algorithm] }),
                sign(Some(&alg(algorithm)), "hmac-64-bytes", algorithm),
            ],
        )
        .accept()
        .title(format!("a token signed with {algorithm}"))
        .why("The HMAC algorithms are supported, not HS256 alone.")
        .requirement("AC-ALG-1")
        .class("V1")
}

fn not_hmac() -> Case {
    twins::anycable()
        .changed(
            "anycable/identification/rs256",
            sign(Some(&alg(Algorithm::RS256)), "rsa-2048", Algorithm::RS256),
        )
        .reject([Reason::Algorithm, Reason::Key])
        .title("a token signed with RS256")
        .why("Only HMAC algorithms are supported; a key of another kind, whosever it is, proves nothing.")
        .requirement("AC-ALG-1")
        .class("S0")
        .threat(Threat::Forger)
}

fn wrong_key() -> Case {
    twins::anycable()
        .changed("anycable/identification/wrong-key", sign(None, "hmac-64-bytes-foreign", Algorithm::HS256))
        .reject([Reason::Signature])
        .title("a token signed with another secret")
        .why("Anybody can sign identifiers with a secret of his own.")
        .requirement("AC-EXP-2")
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
        .threat(Threat::Forger)
}

fn none() -> Case {
    twins::anycable()
        .changed("anycable/identification/none", unsigned(Some("\"none\"")))
        .reject([Reason::Algorithm])
        .title("an unsecured token")
        .why("Identifiers that nobody signed are anybody's.")
        .requirement("AC-ALG-1")
        .requirement("RFC7518-3.6-NONE")
        .class("A1")
        .threat(Threat::Forger)
}

fn expired() -> Case {
    twins::anycable()
        .changed("anycable/identification/exp-past", claim("exp", "{{now-600}}"))
        .reject([Reason::Expired])
        .title("exp ten minutes ago")
        .why(
            "The client is told that its token has expired, so that it gets another one; who lets it \
             in extends an access that has ended.",
        )
        .requirement("AC-EXP-1")
        .class("C5")
        .threat(Threat::Holder)
}

fn not_yet_valid() -> Case {
    twins::anycable()
        .changed("anycable/identification/nbf-future", claim("nbf", "{{now+600}}"))
        .reject([Reason::NotYetValid])
        .title("nbf in ten minutes")
        .why("A token is not good before its time, and has not expired either.")
        .requirement("AC-EXP-2")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
        .threat(Threat::Holder)
}

fn expired_without_ext() -> Case {
    twins::anycable()
        .changed_by(
            "anycable/identification/exp-past-without-ext",
            vec![claim("exp", "{{now-600}}"), without_claim("ext")],
        )
        .reject([Reason::Expired, Reason::Identifiers])
        .title("two defects: exp in the past, and no ext")
        .why("Either defect is enough; neither excuses the other.")
        .requirement("AC-EXP-1")
        .requirement("AC-EXT-2")
        .class("C25")
        .threat(Threat::Holder)
}

fn expired_and_wrong_key() -> Case {
    twins::anycable()
        .changed_by(
            "anycable/identification/exp-past-and-wrong-key",
            vec![claim("exp", "{{now-600}}"), sign(None, "hmac-64-bytes-foreign", Algorithm::HS256)],
        )
        .reject([Reason::Expired, Reason::Signature])
        .title("two defects: exp in the past, and another secret")
        .why(
            "A forged token is refused whatever it says of its time. A client that is told only that \
             it has expired goes on trying with tokens of a wrong key.",
        )
        .requirement("AC-EXP-2")
        .class("S0")
        .threat(Threat::Forger)
}
