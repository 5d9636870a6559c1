//! Identification tokens as the documented generators write them. Header, order of claims, and spelling of
//! the identifiers differ between languages.

use jotproof_model::Reason;
use jotproof_model::edit::{Layer, TextKind};

use super::Topic;
use crate::case::Case;
use crate::edits::text;
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = SNIPPETS.iter().map(snippet).collect();
    cases.extend([snippet(&JAVASCRIPT), seconds_for_a_time()]);
    Topic {
        path: "anycable/snippets",
        about: "Identification tokens of AnyCable as the documented snippets in Ruby, JavaScript, PHP and \
                Python make them.",
        cases,
    }
}

/// How a generator writes a token.
struct Snippet {
    name: &'static str,
    by: &'static str,
    header: &'static str,
    payload: &'static str,
    /// The identifiers in the payload's `ext`, decoded.
    identifiers: &'static str,
}

const ALG: &str = r#"{"alg":"HS256"}"#;
const PYTHON: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const PHP: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

const SNIPPETS: [Snippet; 7] = [
    Snippet {
        name: "ruby-sdk",
        by: "AnyCable::JWT.encode of the Ruby SDK, for a record",
        header: ALG,
        payload: r#"{"ext":"{\"user\":\"Z2lkOi8vYXBwL1VzZXIvNDI\"}","exp":{{now+600}}}"#,
        identifiers: r#"{"user":"Z2lkOi8vYXBwL1VzZXIvNDI"}"#,
    },
    Snippet {
        name: "ruby",
        by: "the Ruby snippet",
        header: ALG,
        payload: r#"{"ext":"{\"user_id\":42}","exp":{{now+30}}}"#,
        identifiers: r#"{"user_id":42}"#,
    },
    Snippet {
        name: "rails",
        by: "the Ruby snippet under Rails, where to_json escapes HTML characters",
        header: ALG,
        payload: r#"{"ext":"{\"name\":\"\\u003cb\\u003e \\u0026 Zoë\"}","exp":{{now+30}}}"#,
        identifiers: r#"{"name":"\u003cb\u003e \u0026 Zoë"}"#,
    },
    Snippet {
        name: "php",
        by: "the PHP snippet",
        header: PHP,
        payload: r#"{"ext":"{\"user_id\":42}","exp":{{now+300}}}"#,
        identifiers: r#"{"user_id":42}"#,
    },
    Snippet {
        name: "php-escapes",
        by: "the PHP snippet, where json_encode escapes slashes and non-ASCII characters",
        header: PHP,
        payload: r#"{"ext":"{\"name\":\"Zo\\u00eb\\/1\"}","exp":{{now+300}}}"#,
        identifiers: r#"{"name":"Zo\u00eb\/1"}"#,
    },
    Snippet {
        name: "python",
        by: "the Python snippet, where json.dumps writes a space after the colon",
        header: PYTHON,
        payload: r#"{"ext":"{\"user_id\": 42}","exp":{{now+300}}}"#,
        identifiers: r#"{"user_id": 42}"#,
    },
    Snippet {
        name: "python-escapes",
        by: "the Python snippet, where json.dumps escapes non-ASCII characters",
        header: PYTHON,
        payload: r#"{"ext":"{\"name\": \"Zo\\u00eb \\ud83d\\ude00\", \"id\": 1}","exp":{{now+300}}}"#,
        identifiers: r#"{"name": "Zo\u00eb \ud83d\ude00", "id": 1}"#,
    },
];

const JAVASCRIPT: Snippet = Snippet {
    name: "javascript-sdk",
    by: "the JavaScript SDK, with iat one minute ago, after exp",
    header: ALG,
    payload: r#"{"ext":"{\"userId\":\"42\"}","exp":{{now+3540}},"iat":{{now-60}}}"#,
    identifiers: r#"{"userId":"42"}"#,
};

fn snippet(it: &Snippet) -> Case {
    let identifiers = it.identifiers.to_owned();
    twins::anycable()
        .changed_by(
            &format!("anycable/snippets/{}", it.name),
            vec![
                text(Layer::Header, it.header, TextKind::Object),
                text(Layer::Payload, it.payload, TextKind::Object),
            ],
        )
        .accept()
        .effect(|effect| effect.identifiers = Some(identifiers))
        .title(format!("token made by {}", it.by))
        .why(
            "The documentation shows how to make a token in this language, so the token must be accepted. \
             The identifiers keep the spelling of the language.",
        )
        .requirement("AC-GEN-1")
        .requirement("AC-EXT-1")
        .class("C25")
}

fn seconds_for_a_time() -> Case {
    snippet(&JAVASCRIPT)
        .changed(
            "anycable/snippets/javascript-sdk-seconds",
            text(
                Layer::Payload,
                r#"{"ext":"{\"userId\":\"42\"}","exp":3600,"iat":{{now-60}}}"#,
                TextKind::Object,
            ),
        )
        .reject([Reason::Expired])
        .title("token made by the JavaScript SDK, with exp 3600")
        .why(
            "The SDK reads a string as a lifetime and a number as a time, so 3600 is an hour after the \
             epoch. A server that guesses what was meant accepts tokens that have expired.",
        )
        .requirement("AC-GEN-1")
        .requirement("AC-EXP-1")
        .class("C5")
}
