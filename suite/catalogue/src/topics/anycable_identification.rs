//! G4: identification tokens of AnyCable: `ext`, and the claims that may stand beside it.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_model::edit::{Alias, ContextChange, Layer};
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg};
use crate::edits::{alias, claim, context, header, rename, sign, unsigned, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![twins::anycable()];
    cases.extend(TEXTS.into_iter().map(text));
    cases.extend([long_text(), escaped_name(), other_name_beside()]);
    cases.extend(NOT_JSON.into_iter().map(not_json));
    cases.extend(NOT_TEXT.into_iter().map(not_text));
    cases.extend([without_ext(), other_name()]);
    cases.extend(for_another_server());
    cases.extend([without_exp(), without_iat(), snippet()]);
    cases.extend([Algorithm::HS384, Algorithm::HS512].map(algorithm));
    cases.extend([not_hmac(), wrong_key(), none()]);
    cases.extend([expired(), not_yet_valid()]);
    cases.extend([expired_without_ext(), expired_and_wrong_key()]);
    cases.push(several_identifiers());
    cases.extend(Grid::all().map(|grid| grid.case()));
    cases.extend(MORE_TEXTS.into_iter().map(text));
    cases.push(deep_text());
    cases.extend(MORE_NOT_JSON.into_iter().map(not_json));
    cases.extend(OTHER_NAMES.into_iter().map(named_otherwise));
    cases.extend(elsewhere());
    cases.extend(BESIDE.into_iter().map(beside));
    Topic {
        path: "anycable/identification",
        about: "Identification tokens of AnyCable: the identifiers in `ext` become the identifiers of the \
                connection, octet for octet.",
        cases,
    }
}

/// An `ext` that contains the text of a JSON value.
#[derive(Debug, Clone, Copy)]
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
        title: "ext with nested identifiers",
        why: "Identifiers may have any shape. The server must keep them unchanged.",
    },
    Text {
        name: "unicode",
        raw: "\"{\\\"name\\\":\\\"Zo\u{eb} \u{2615} \u{1f600}\\\"}\"",
        title: "ext with non-ASCII characters",
        why: "UTF-8 must arrive unchanged, including characters outside the Basic Multilingual Plane.",
    },
    Text {
        name: "escapes-of-the-token",
        raw: "\"{\\u0022name\\u0022:\\u0022Zo\\u00eb \\ud83d\\ude00\\u0022,\\\"path\\\":\\\"a\\/b\\\"}\"",
        title: "ext written with JSON escapes in the payload",
        why: "The escapes belong to the JSON of the token. The identifiers are the text after decoding \
              them.",
    },
    Text {
        name: "escapes-of-the-identifiers",
        raw: "\"{\\\"name\\\":\\\"Zo\\\\u00eb \\\\ud83d\\\\ude00 \\\\\\\\ \\\\u0000\\\"}\"",
        title: "ext whose identifiers contain JSON escapes",
        why: "The escapes belong to the identifiers and must stay there. Identifiers are compared and \
              signed as text, so a server that decodes them once more changes them.",
    },
    Text {
        name: "spelling",
        raw: "\"{ \\\"b\\\" : 1.0,\\n\\\"a\\\" : 1e2 }\"",
        title: "ext with unusual white space, number forms and member order",
        why: "The text must stay unchanged. A server that parses and rewrites it has identifiers that \
              differ from the ones the backend signed.",
    },
    Text {
        name: "empty-object",
        raw: "\"{}\"",
        title: "ext with the text of an empty object",
        why: "An object without members is valid JSON. The connection is accepted with empty identifiers.",
    },
    Text {
        name: "null-text",
        raw: "\"null\"",
        title: "ext with the text null",
        why: "`ext` is present and contains the text of a JSON value. The application decides what \
              identifiers look like.",
    },
    Text {
        name: "array-text",
        raw: "\"[\\\"user\\\",42]\"",
        title: "ext with the text of an array",
        why: "`ext` is present and contains the text of a JSON value. The application decides what \
              identifiers look like.",
    },
    Text {
        name: "number-text",
        raw: "\"12345678901234567890\"",
        title: "ext with the text of a large number",
        why: "`ext` must be kept as text. A server that reads it as a number changes the last digits, and \
              with them the user.",
    },
    Text {
        name: "string-text",
        raw: "\"\\\"user-42\\\"\"",
        title: "ext with the text of a string",
        why: "`ext` must be kept as text, with its quotes. A server that decodes it twice loses them.",
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

/// Identifiers of four kibibytes.
fn long_raw() -> String {
    format!("\"{{\\\"user_id\\\":42,\\\"note\\\":\\\"{}\\\"}}\"", "identifiers ".repeat(340))
}

const LONG: &str = "Long identifiers must arrive whole: not truncated, and not dropped.";

fn long_text() -> Case {
    let raw = long_raw();
    twins::anycable()
        .changed("anycable/identification/ext-four-kibibytes", claim("ext", &raw))
        .accept()
        .title("ext with four kibibytes of identifiers")
        .why(LONG)
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
        .title("name ext written with an escape")
        .why("Names are compared after their escapes are resolved, so this claim is `ext`.")
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
            "`EXT` is a different name and must be ignored. A server that matches names without regard to \
             case opens a connection for another user.",
        )
        .requirement("RFC7519-4-IGNORE")
        .requirement("AC-EXT-1")
        .class("J2")
}

/// Name, raw string, description.
const NOT_JSON: [(&str, &str, &str); 4] = [
    ("empty", "\"\"", "an empty string"),
    ("word", "\"user:42\"", "a word that is not JSON"),
    ("cut", "\"{\\\"user_id\\\":42\"", "an object without its closing brace"),
    ("two-values", "\"{\\\"user_id\\\":42}{\\\"user_id\\\":1}\"", "two objects, one after the other"),
];

fn not_json((name, raw, what): (&str, &str, &str)) -> Case {
    twins::anycable()
        .changed(&format!("anycable/identification/ext-{name}"), claim("ext", raw))
        .either(
            "The documentation requires JSON-encoded identifiers. It does not say that the server checks \
             them.",
            [Reason::Identifiers],
        )
        .title(format!("ext with {what}"))
        .why(
            "The server may reject text that is not JSON, or pass it on unchanged. It must not use a part \
             of it as identifiers.",
        )
        .requirement("AC-EXT-3")
        .class("C25")
}

/// Name, raw value, description.
const NOT_TEXT: [(&str, &str, &str); 5] = [
    ("object", "{\"user_id\":42}", "an object instead of its text"),
    ("null", "null", "null"),
    ("number", "42", "a number"),
    ("true", "true", "true"),
    ("array", "[\"{\\\"user_id\\\":42}\"]", "an array that contains the text of identifiers"),
];

fn not_text((name, raw, what): (&str, &str, &str)) -> Case {
    twins::anycable()
        .changed(&format!("anycable/identification/ext-{name}"), claim("ext", raw))
        .either_better_refused(
            "The documentation says that `ext` holds JSON-encoded identifiers, which is a string. The \
             preference for rejecting anything else is the choice of this project.",
            [Reason::Identifiers],
        )
        .title(format!("ext is {what}"))
        .why(
            "If `ext` is not a string, a server has to guess the identifiers. If it rewrites the value or \
             treats it as absent, it opens a connection that nobody identified.",
        )
        .requirement("AC-EXT-4")
        .class("C25")
}

fn without_ext() -> Case {
    twins::anycable()
        .changed("anycable/identification/without-ext", without_claim("ext"))
        .reject([Reason::Identifiers])
        .title("ext missing")
        .why(
            "The token must include `ext`. A server that accepts it without lets any other token of the \
             same key open a connection that has no identifiers.",
        )
        .requirement("AC-EXT-2")
        .class("C25")
        .threat(Threat::Holder)
}

/// A token with the claims of Centrifugo: once with `ext`, and once without it.
fn for_another_server() -> [Case; 2] {
    let for_both = twins::anycable()
        .changed("anycable/identification/for-another-server-too", claim("channels", "[\"news\"]"))
        .accept()
        .title("token for both AnyCable and Centrifugo, with a shared secret")
        .why("Claims that a server does not know are ignored (RFC 7519 section 4).")
        .requirement("AC-EXT-1")
        .class("C25");
    let for_the_other = for_both
        .changed("anycable/identification/for-another-server", without_claim("ext"))
        .reject([Reason::Identifiers])
        .title("Centrifugo connection token, with a shared secret")
        .why(
            "Servers that share a secret must not accept each other's tokens. Here the missing `ext` is the \
             only thing that tells them apart.",
        )
        .requirement("AC-EXT-2")
        .class("C25")
        .threat(Threat::Holder);
    [for_both, for_the_other]
}

fn other_name() -> Case {
    twins::anycable()
        .changed("anycable/identification/upper-case-ext", rename(Layer::Payload, "ext", "EXT", Alias::Case))
        .reject([Reason::Identifiers])
        .title("EXT instead of ext")
        .why(
            "Claim names are compared exactly, so this token has no `ext`. A server that accepts `EXT` \
             matches names without regard to case.",
        )
        .requirement("AC-EXT-2")
        .requirement("RFC7519-4-IGNORE")
        .class("J2")
}

fn without_exp() -> Case {
    twins::anycable()
        .changed("anycable/identification/without-exp", without_claim("exp"))
        .accept()
        .title("exp missing")
        .why("The issuer is responsible for the expiration. A token without `exp` is valid.")
        .requirement("AC-EXP-3")
        .class("V1")
}

fn without_iat() -> Case {
    twins::anycable()
        .changed("anycable/identification/without-iat", without_claim("iat"))
        .accept()
        .title("iat missing")
        .why("`iat` is optional: the documented snippets do not write it.")
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
        .title("only ext and exp")
        .why("This is the token of the documented snippets: identifiers and a lifetime of five minutes.")
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
        .title(format!("token signed with {algorithm}"))
        .why("AnyCable supports the HMAC algorithms, not only HS256.")
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
        .title("token signed with RS256")
        .why(
            "Only HMAC algorithms are supported. A signature with a key of another kind proves nothing, no \
             matter whose key it is.",
        )
        .requirement("AC-ALG-1")
        .class("S0")
        .threat(Threat::Forger)
}

fn wrong_key() -> Case {
    twins::anycable()
        .changed("anycable/identification/wrong-key", sign(None, "hmac-64-bytes-foreign", Algorithm::HS256))
        .reject([Reason::Signature])
        .title("token signed with a different secret")
        .why("A server that accepts this lets anyone sign any identifiers with a secret of their own.")
        .requirement("AC-EXP-2")
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
        .threat(Threat::Forger)
}

fn none() -> Case {
    twins::anycable()
        .changed("anycable/identification/none", unsigned(Some("\"none\"")))
        .reject([Reason::Algorithm])
        .title("unsecured token")
        .why(
            "A server that accepts this lets anyone connect with any identifiers, because nobody signed \
             them.",
        )
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
            "The client must be told that its token has expired, so that it fetches a new one. A server \
             that lets it in extends access that has ended.",
        )
        .requirement("AC-EXP-1")
        .requirement("AC-EXP-3")
        .class("C5")
        .threat(Threat::Holder)
}

fn not_yet_valid() -> Case {
    twins::anycable()
        .changed("anycable/identification/nbf-future", claim("nbf", "{{now+600}}"))
        .reject([Reason::NotYetValid])
        .title("nbf in ten minutes")
        .why(
            "A token must not be accepted before its `nbf`. It has not expired either, so the client must \
             not be told that it has.",
        )
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
        .title("two defects: exp ten minutes ago, and ext missing")
        .why("Either defect is enough to reject the token. Neither excuses the other.")
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
        .title("two defects: exp ten minutes ago, and signed with a different secret")
        .why(
            "A forged token must be rejected no matter what its times say. A client that is told only that \
             its token has expired keeps trying with tokens of the wrong key.",
        )
        .requirement("AC-EXP-2")
        .class("S0")
        .threat(Threat::Forger)
}

/// Identifiers of a connection with several `identified_by`.
const SEVERAL: Text = Text {
    name: "several-identifiers",
    raw: "\"{\\\"current_user\\\":\\\"gid://app/User/42\\\",\\\"tenant\\\":\\\"t-1\\\",\\\"locale\\\":null,\\\"admin\\\":false}\"",
    title: "ext with several identifiers, one of them a global id",
    why: "A connection may be identified by several values. All of them must arrive in their order, \
          including those that are null or false.",
};

fn several_identifiers() -> Case {
    text(SEVERAL)
}

/// The identifiers of the roots. Their `ext` is not edited.
const PLAIN: Text = Text {
    name: "",
    raw: "",
    title: "plain ext",
    why: "These are the identifiers of the example in the documentation.",
};

/// The times that a token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    words: &'static str,
    says: &'static str,
    absent: &'static [&'static str],
}

const TIMES: [Times; 4] = [
    Times { words: "", says: "exp and iat", absent: &[] },
    Times { words: "-without-exp", says: "exp missing", absent: &["exp"] },
    Times { words: "-without-iat", says: "iat missing", absent: &["iat"] },
    Times { words: "-without-times", says: "exp and iat missing", absent: &["exp", "iat"] },
];

/// A token of the grid of identifiers, times and algorithms.
struct Grid {
    algorithm: Algorithm,
    /// A text, or `None` for the long one.
    shape: Option<Text>,
    times: Times,
}

impl Grid {
    /// The tokens that no other function of this topic makes.
    fn all() -> impl Iterator<Item = Self> {
        let shapes = || {
            // `null-text` is not a shape of identifiers, only a value that is easily misjudged.
            let texts = TEXTS.into_iter().filter(|it| it.name != "null-text");
            texts.chain([SEVERAL, PLAIN]).map(Some).chain([None])
        };
        [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512].into_iter().flat_map(move |algorithm| {
            shapes().flat_map(move |shape| {
                let stored = match (algorithm, shape.as_ref().is_some_and(|it| it.name.is_empty())) {
                    (Algorithm::HS256, true) => &["", "-without-exp", "-without-iat"][..],
                    (Algorithm::HS256, false) | (_, true) => &[""][..],
                    (_, false) => &[],
                };
                TIMES.into_iter().filter(move |times| !stored.contains(&times.words)).map(move |times| Self {
                    algorithm,
                    shape,
                    times,
                })
            })
        })
    }

    fn case(&self) -> Case {
        let Self { algorithm, shape, times } = self;
        let (twin, path) = if *algorithm == Algorithm::HS256 {
            (twins::anycable(), "anycable/identification/".to_owned())
        } else {
            let twin = self::algorithm(*algorithm);
            let path = format!("{}-", twin.id());
            (twin, path)
        };
        let (name, title, why) = match shape {
            Some(it) => (it.name, it.title, it.why),
            None => ("four-kibibytes", "ext with four kibibytes of identifiers", LONG),
        };
        let words = if name.is_empty() {
            times.words.trim_start_matches('-').to_owned()
        } else {
            format!("ext-{name}{}", times.words)
        };
        let mut edits = Vec::new();
        match shape {
            Some(it) if it.raw.is_empty() => {}
            Some(it) => edits.push(claim("ext", it.raw)),
            None => edits.push(claim("ext", &long_raw())),
        }
        edits.extend(times.absent.iter().map(|name| without_claim(name)));
        let case = twin
            .changed_by(&format!("{path}{words}"), edits)
            .accept()
            .title(format!("{title}, {algorithm}, {}", times.says))
            .why(format!("{why} Neither the algorithm nor the times of a token change its identifiers."))
            .requirement("AC-EXT-1")
            .requirement("AC-ALG-1")
            .class("C25");
        if times.absent.contains(&"exp") { case.requirement("AC-EXP-3") } else { case }
    }
}

/// More texts of JSON values.
const MORE_TEXTS: [Text; 11] = [
    Text {
        name: "white-space-around",
        raw: "\" \\n{\\\"user_id\\\":42}\\t \"",
        title: "ext with white space around the identifiers",
        why: "The text must stay unchanged. If a server trims it, the backend cannot find the connection by \
              its identifiers.",
    },
    Text {
        name: "decomposed",
        raw: "\"{\\\"name\\\":\\\"Zoe\u{308} A\u{30a} \u{212b} \u{fb01}\\\"}\"",
        title: "ext with characters that Unicode normalisation would change",
        why: "A string is a sequence of code points. A server that normalises it can merge two users of the \
              backend into one.",
    },
    Text {
        name: "markup",
        raw: "\"{\\\"name\\\":\\\"<b>A&B</b> 'quoted' \u{2028}\u{2029}\\\"}\"",
        title: "ext with characters that HTML-safe JSON encoders escape",
        why: "Many encoders write `<`, `>`, `&` and line separators as escapes. A server that passes the \
              text through such an encoder changes the identifiers.",
    },
    Text {
        name: "direction-marks",
        raw: "\"{\\\"name\\\":\\\"\u{202e}24\u{202c}\u{200d}\u{feff}\\\"}\"",
        title: "ext with invisible characters",
        why: "Invisible characters count too. A server that drops them can make two users equal.",
    },
    Text {
        name: "noncharacters",
        raw: "\"{\\\"name\\\":\\\"\u{fffe}\u{10ffff}\u{7f}\\\"}\"",
        title: "ext with noncharacters and DEL",
        why: "JSON allows these characters, and they are valid UTF-8. The server must not replace them.",
    },
    Text {
        name: "false-text",
        raw: "\"false\"",
        title: "ext with the text false",
        why: "The text is present. A server treats it as absent only if it decodes the text and tests the \
              value for truth.",
    },
    Text {
        name: "zero-text",
        raw: "\"0\"",
        title: "ext with the text 0",
        why: "Some languages treat the string `0` as false. A server that tests it for truth treats `ext` \
              as absent.",
    },
    Text {
        name: "empty-string-text",
        raw: "\"\\\"\\\"\"",
        title: "ext with the text of an empty string",
        why: "Two quotes are two characters, and valid JSON. A server that decodes them twice has no \
              identifiers.",
    },
    Text {
        name: "text-of-a-text",
        raw: "\"\\\"{\\\\\\\"user_id\\\\\\\":1}\\\"\"",
        title: "ext with identifiers encoded twice",
        why: "A backend that encodes twice must get back what it wrote. A server that keeps decoding until \
              it finds an object changes the identifiers.",
    },
    Text {
        name: "names-of-the-host-language",
        raw: "\"{\\\"__proto__\\\":{\\\"admin\\\":true},\\\"constructor\\\":1,\\\"json_class\\\":\\\"String\\\"}\"",
        title: "ext with member names that are special in a host language",
        why: "These are names like any other. A server that decodes the text into native objects and \
              encodes it again may lose them or trigger their special meaning.",
    },
    Text {
        name: "like-a-token",
        raw: "\"{\\\"sub\\\":\\\"1\\\",\\\"exp\\\":1,\\\"nbf\\\":99999999999,\\\"ext\\\":\\\"{}\\\"}\"",
        title: "ext with member names of registered claims",
        why: "These members are identifiers, not claims of the token. They must not expire the token, and \
              the inner `ext` does not count.",
    },
];

fn deep_text() -> Case {
    let raw = format!("\"{}42{}\"", "[".repeat(30), "]".repeat(30));
    twins::anycable()
        .changed("anycable/identification/ext-thirty-levels", claim("ext", &raw))
        .accept()
        .title("ext with thirty levels of nesting")
        .why(
            "Identifiers may have any shape. A server that passes them on as text has no reason to limit \
             their depth.",
        )
        .requirement("AC-EXT-1")
        .class("C25")
}

/// More texts that are not JSON.
const MORE_NOT_JSON: [(&str, &str, &str); 13] = [
    ("white-space", "\" \"", "a single space"),
    ("python-text", "\"{'user_id': 42, 'admin': None}\"", "a dictionary as Python prints it"),
    ("ruby-text", "\"{:user_id=>42}\"", "a hash as Ruby prints it"),
    ("form-text", "\"user_id=42&admin=0\"", "URL-encoded form data"),
    ("base64-text", "\"eyJ1c2VyX2lkIjo0Mn0=\"", "JSON encoded in base64"),
    ("trailing-comma", "\"{\\\"user_id\\\":42,}\"", "an object with a trailing comma"),
    ("comment", "\"{\\\"user_id\\\":42/*1*/}\"", "an object with a comment"),
    ("not-a-number", "\"{\\\"user_id\\\":NaN}\"", "an object with NaN"),
    ("leading-zero", "\"{\\\"user_id\\\":042}\"", "an object with a number with a leading zero"),
    ("raw-line-break", "\"{\\\"name\\\":\\\"a\\nb\\\"}\"", "an object with a raw line break in a string"),
    ("nul-after", "\"{\\\"user_id\\\":42}\\u0000,1\"", "an object followed by NUL and more text"),
    ("byte-order-mark", "\"\u{feff}{\\\"user_id\\\":42}\"", "a byte order mark before an object"),
    ("word-undefined", "\"undefined\"", "the word undefined"),
];

/// Names that are not `ext`: words for an id, the raw name, the resemblance, the title, the bug class.
const OTHER_NAMES: [(&str, &str, Alias, &str, &str); 2] = [
    ("title-case-ext", "Ext", Alias::Case, "Ext instead of ext", "J2"),
    ("ext-with-a-space", "ext ", Alias::TrailingSpace, "name ext followed by a space, instead of ext", "J14"),
];

fn named_otherwise((words, to, how, what, class): (&str, &str, Alias, &str, &str)) -> Case {
    twins::anycable()
        .changed(&format!("anycable/identification/{words}"), rename(Layer::Payload, "ext", to, how))
        .reject([Reason::Identifiers])
        .title(what)
        .why(
            "Claim names are compared code point by code point, so this token has no `ext`. A server that \
             finds one here reads claims that other verifiers do not see.",
        )
        .requirement("AC-EXT-2")
        .requirement("RFC7519-4-IGNORE")
        .class(class)
}

/// `ext` in places where it is not a claim: beside the claim, and alone.
fn elsewhere() -> Vec<Case> {
    let another = "\"{\\\"user_id\\\":1}\"";
    let pair = |words: &str, edit, where_it_is: &str| {
        let both = twins::anycable()
            .changed(&format!("anycable/identification/ext-{words}-too"), edit)
            .accept()
            .title(format!("ext present and repeated {where_it_is}"))
            .why("The claim `ext` identifies the client. A member of that name elsewhere must be ignored.")
            .requirement("AC-EXT-1")
            .class("C25");
        let alone = both
            .changed(&format!("anycable/identification/ext-{words}-alone"), without_claim("ext"))
            .reject([Reason::Identifiers])
            .title(format!("ext only {where_it_is}"))
            .why(
                "The token must include `ext` as a claim of its payload. A server that searches for the \
                 name elsewhere may use text that other parties wrote.",
            )
            .requirement("AC-EXT-2")
            .class("C25")
            .threat(Threat::Holder);
        [both, alone]
    };
    let inside = format!("{{\"ext\":{another}}}");
    [
        pair("in-the-header", header("ext", "\"{\\\"user_id\\\":42}\""), "in the header"),
        pair("inside-a-claim", claim("data", &inside), "inside another claim"),
        pair("with-nul", claim("ext\\u0000", another), "under a name with NUL after ext"),
        pair(
            "full-width",
            claim("\u{ff45}\u{ff58}\u{ff54}", another),
            "under its name in full-width letters",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Claims that contradict `ext`: name, raw value, description.
const BESIDE: [(&str, &str, &str); 4] = [
    ("sub", "\"1\"", "a different user in sub"),
    ("identifiers", "\"{\\\"user_id\\\":1}\"", "different identifiers in a claim of that name"),
    ("sid", "\"another-session\"", "the id of a different session"),
    ("aud", "[\"other-service\"]", "an aud claim"),
];

fn beside((name, value, what): (&str, &str, &str)) -> Case {
    let undecided =
        twins::anycable().changed(&format!("anycable/identification/{name}-beside-ext"), claim(name, value));
    let case = if name == "aud" {
        undecided.either(
            "RFC 7519 section 4.1.3: a principal that processes `aud` and is not named in it must reject \
             the token. A server without a configured audience does not process it.",
            [Reason::Audience],
        )
    } else {
        undecided.accept()
    };
    case.title(format!("ext beside {what}"))
        .why(
            "The identifiers are those of `ext` alone. The server must not take identifiers from another \
             claim, or merge them in.",
        )
        .requirement("AC-EXT-1")
        .class("C25")
}
