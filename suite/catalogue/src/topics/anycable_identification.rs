//! G4: AnyCable's identification tokens: `ext`, and what may stand beside it.

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
        about: "Identification tokens of AnyCable: the identifiers in `ext` become those of the \
                connection, octet for octet.",
        cases,
    }
}

/// An `ext` that is the text of a JSON value.
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

/// Identifiers of four kibibytes.
fn long_raw() -> String {
    format!("\"{{\\\"user_id\\\":42,\\\"note\\\":\\\"{}\\\"}}\"", "identifiers ".repeat(340))
}

const LONG: &str = "Long identifiers arrive whole: not cut, and not dropped.";

fn long_text() -> Case {
    let raw = long_raw();
    twins::anycable()
        .changed("anycable/identification/ext-four-kibibytes", claim("ext", &raw))
        .accept()
        .title("identifiers of four kibibytes")
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
            "The documentation says that `ext` holds JSON-encoded identifiers, which is a string. To prefer a refusal of anything else is the choice of this project.",
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

/// A token that has what Centrifugo asks for, with what AnyCable does, and without.
fn for_another_server() -> [Case; 2] {
    let for_both = twins::anycable()
        .changed("anycable/identification/for-another-server-too", claim("channels", "[\"news\"]"))
        .accept()
        .title("a token for AnyCable and for Centrifugo, which have the same secret")
        .why("Claims that a server does not know are ignored (RFC 7519 section 4).")
        .requirement("AC-EXT-1")
        .class("C25");
    let for_the_other = for_both
        .changed("anycable/identification/for-another-server", without_claim("ext"))
        .reject([Reason::Identifiers])
        .title("a connection token for Centrifugo, which has the same secret")
        .why(
            "Servers that share a secret take each other's tokens where none of them asks for what only its own have: \
             here that is `ext`.",
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
        .requirement("AC-EXP-3")
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

/// Identifiers as several `identified_by` of a connection write them.
const SEVERAL: Text = Text {
    name: "several-identifiers",
    raw: "\"{\\\"current_user\\\":\\\"gid://app/User/42\\\",\\\"tenant\\\":\\\"t-1\\\",\\\"locale\\\":null,\\\"admin\\\":false}\"",
    title: "several identifiers, one of them a global id",
    why: "A connection may be identified by more than one thing: all of them arrive, in their order, \
          also those that are null or false.",
};

fn several_identifiers() -> Case {
    text(SEVERAL)
}

/// The identifiers of the roots, which say what their own token has.
const PLAIN: Text = Text {
    name: "",
    raw: "",
    title: "plain identifiers",
    why: "The identifiers of the documentation's example.",
};

/// Which of the times a token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Times {
    words: &'static str,
    says: &'static str,
    absent: &'static [&'static str],
}

const TIMES: [Times; 4] = [
    Times { words: "", says: "exp and iat", absent: &[] },
    Times { words: "-without-exp", says: "no exp", absent: &["exp"] },
    Times { words: "-without-iat", says: "no iat", absent: &["iat"] },
    Times { words: "-without-times", says: "no exp, no iat", absent: &["exp", "iat"] },
];

/// One of the tokens that every kind of identifiers, every choice of times and every algorithm make
/// together.
struct Grid {
    algorithm: Algorithm,
    /// A text, or the long one that is not written out.
    shape: Option<Text>,
    times: Times,
}

impl Grid {
    /// Those that no other function of this topic makes.
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
            None => ("four-kibibytes", "identifiers of four kibibytes", LONG),
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
            .title(format!("{algorithm}, {}: {title}", times.says))
            .why(format!("{why} Neither the algorithm nor the times of a token change what identifies it."))
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
        title: "identifiers with white space around them",
        why: "The text is kept unchanged: whoever trims it makes another text of it, under which the \
              backend does not find the connection.",
    },
    Text {
        name: "decomposed",
        raw: "\"{\\\"name\\\":\\\"Zoe\u{308} A\u{30a} \u{212b} \u{fb01}\\\"}\"",
        title: "identifiers with code points that Unicode normalisation would change",
        why: "A string is its code points. Normalised, two users of the backend become one.",
    },
    Text {
        name: "markup",
        raw: "\"{\\\"name\\\":\\\"<b>A&B</b> 'quoted' \u{2028}\u{2029}\\\"}\"",
        title: "identifiers with the signs that JSON for web pages escapes",
        why: "Many encoders write `<`, `>`, `&` and line separators as escapes. Text that passes \
              through one arrives as other text.",
    },
    Text {
        name: "direction-marks",
        raw: "\"{\\\"name\\\":\\\"\u{202e}24\u{202c}\u{200d}\u{feff}\\\"}\"",
        title: "identifiers with characters that do not show",
        why: "Characters that do not show are characters; dropping them makes two users equal.",
    },
    Text {
        name: "noncharacters",
        raw: "\"{\\\"name\\\":\\\"\u{fffe}\u{10ffff}\u{7f}\\\"}\"",
        title: "identifiers with noncharacters and DEL",
        why: "JSON allows them, and they are valid UTF-8; nothing stands in for them.",
    },
    Text {
        name: "false-text",
        raw: "\"false\"",
        title: "the text false as identifiers",
        why: "The text is there. Only where it is decoded and then asked for its truth is it taken as \
              absent.",
    },
    Text {
        name: "zero-text",
        raw: "\"0\"",
        title: "the text 0 as identifiers",
        why: "The string `0` is false in some languages, and is then taken as absent.",
    },
    Text {
        name: "empty-string-text",
        raw: "\"\\\"\\\"\"",
        title: "the text of an empty string as identifiers",
        why: "Two quotes are two characters, and JSON; decoded twice they are nothing.",
    },
    Text {
        name: "text-of-a-text",
        raw: "\"\\\"{\\\\\\\"user_id\\\\\\\":1}\\\"\"",
        title: "identifiers that are encoded twice",
        why: "A backend that encodes twice gets back what it wrote; who decodes as long as there is \
              something to decode makes other identifiers of it.",
    },
    Text {
        name: "names-of-the-host-language",
        raw: "\"{\\\"__proto__\\\":{\\\"admin\\\":true},\\\"constructor\\\":1,\\\"json_class\\\":\\\"String\\\"}\"",
        title: "identifiers with names that mean something to a host language",
        why: "They are names like any other. Where the text is decoded into objects of the language \
              and encoded again, they vanish or do something.",
    },
    Text {
        name: "like-a-token",
        raw: "\"{\\\"sub\\\":\\\"1\\\",\\\"exp\\\":1,\\\"nbf\\\":99999999999,\\\"ext\\\":\\\"{}\\\"}\"",
        title: "identifiers with the names of claims",
        why: "They are identifiers, not claims of the token: nothing expires by them, and the `ext` \
              inside is not the one that counts.",
    },
];

fn deep_text() -> Case {
    let raw = format!("\"{}42{}\"", "[".repeat(30), "]".repeat(30));
    twins::anycable()
        .changed("anycable/identification/ext-thirty-levels", claim("ext", &raw))
        .accept()
        .title("identifiers of thirty levels")
        .why("Identifiers may be of any shape; a text needs no nesting to be handed on.")
        .requirement("AC-EXT-1")
        .class("C25")
}

/// More texts that are not JSON.
const MORE_NOT_JSON: [(&str, &str, &str); 13] = [
    ("white-space", "\" \"", "a space"),
    ("python-text", "\"{'user_id': 42, 'admin': None}\"", "a dictionary as Python prints it"),
    ("ruby-text", "\"{:user_id=>42}\"", "a hash as Ruby prints it"),
    ("form-text", "\"user_id=42&admin=0\"", "an encoded form"),
    ("base64-text", "\"eyJ1c2VyX2lkIjo0Mn0=\"", "JSON in base64"),
    ("trailing-comma", "\"{\\\"user_id\\\":42,}\"", "an object with a comma too many"),
    ("comment", "\"{\\\"user_id\\\":42/*1*/}\"", "an object with a comment"),
    ("not-a-number", "\"{\\\"user_id\\\":NaN}\"", "an object with NaN, as some encoders write it"),
    ("leading-zero", "\"{\\\"user_id\\\":042}\"", "an object with a leading zero, which is octal to some"),
    ("raw-line-break", "\"{\\\"name\\\":\\\"a\\nb\\\"}\"", "an object with a bare line break in a string"),
    ("nul-after", "\"{\\\"user_id\\\":42}\\u0000,1\"", "an object, NUL, and something else"),
    ("byte-order-mark", "\"\u{feff}{\\\"user_id\\\":42}\"", "an object after a byte order mark"),
    ("word-undefined", "\"undefined\"", "the word undefined"),
];

/// Names that are not `ext`: words for an id, the raw name, how it resembles it, what it is, bug
/// class.
const OTHER_NAMES: [(&str, &str, Alias, &str, &str); 2] = [
    ("title-case-ext", "Ext", Alias::Case, "Ext instead of ext", "J2"),
    ("ext-with-a-space", "ext ", Alias::TrailingSpace, "ext with a space after it, instead of ext", "J14"),
];

fn named_otherwise((words, to, how, what, class): (&str, &str, Alias, &str, &str)) -> Case {
    twins::anycable()
        .changed(&format!("anycable/identification/{words}"), rename(Layer::Payload, "ext", to, how))
        .reject([Reason::Identifiers])
        .title(what)
        .why(
            "Claim names are compared code point by code point: this token has no `ext`. Who finds one \
             in it also finds it where another verifier sees none.",
        )
        .requirement("AC-EXT-2")
        .requirement("RFC7519-4-IGNORE")
        .class(class)
}

/// `ext` where it is no claim: there beside the claim, and there alone.
fn elsewhere() -> Vec<Case> {
    let another = "\"{\\\"user_id\\\":1}\"";
    let pair = |words: &str, edit, where_it_is: &str| {
        let both = twins::anycable()
            .changed(&format!("anycable/identification/ext-{words}-too"), edit)
            .accept()
            .title(format!("ext, and again {where_it_is}"))
            .why("The claim `ext` of the token says who it is; what has its name elsewhere says nothing.")
            .requirement("AC-EXT-1")
            .class("C25");
        let alone = both
            .changed(&format!("anycable/identification/ext-{words}-alone"), without_claim("ext"))
            .reject([Reason::Identifiers])
            .title(format!("no ext but {where_it_is}"))
            .why(
                "The token must include `ext` as its claim. A search for the name finds it elsewhere, \
                 in what other parties may have written.",
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
        pair("with-nul", claim("ext\\u0000", another), "under the name of ext with NUL after it"),
        pair("full-width", claim("\u{ff45}\u{ff58}\u{ff54}", another), "in full-width letters"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Claims that say something else than `ext`: name, raw value, what it is.
const BESIDE: [(&str, &str, &str); 4] = [
    ("sub", "\"1\"", "another user in sub"),
    ("identifiers", "\"{\\\"user_id\\\":1}\"", "other identifiers in a claim of that name"),
    ("sid", "\"another-session\"", "the id of another session"),
    ("aud", "[\"other-service\"]", "an audience"),
];

fn beside((name, value, what): (&str, &str, &str)) -> Case {
    let undecided =
        twins::anycable().changed(&format!("anycable/identification/{name}-beside-ext"), claim(name, value));
    let case = if name == "aud" {
        undecided.either(
            "A principal that processes the claim and does not find itself in it refuses the token \
             (RFC 7519 section 4.1.3); one that is told of no audience does not process it.",
            [Reason::Audience],
        )
    } else {
        undecided.accept()
    };
    case.title(format!("ext, and {what}"))
        .why(
            "The identifiers are those of `ext`, and of no other claim: nothing is taken from one or merged.",
        )
        .requirement("AC-EXT-1")
        .class("C25")
}
