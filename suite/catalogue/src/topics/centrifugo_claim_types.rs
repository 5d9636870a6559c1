//! G8 for Centrifugo connections: documented claims of the wrong type.

use jotproof_model::Reason;

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![sub_absent(), sub_null(), info_null()];
    cases.extend(SUB.into_iter().map(sub));
    cases.extend(ANY_JSON.into_iter().map(any_json));
    cases.extend(WRONG.into_iter().map(wrong));
    cases.extend(EMPTY.into_iter().map(empty));
    cases.extend(DATA.into_iter().map(data));
    cases.extend(FOREIGN.into_iter().map(foreign));
    Topic {
        path: "centrifugo/claim-types",
        about: "Claims of Centrifugo connection tokens that do not have the documented type.",
        cases,
    }
}

fn sub_absent() -> Case {
    twins::centrifugo()
        .changed("centrifugo/claim-types/sub-absent", without_claim("sub"))
        .either(
            "The documentation says that `sub` must contain the user id, and that an empty one is \
             anonymous. It says nothing about a missing one.",
            [Reason::ClaimMissing, Reason::ClaimType],
        )
        .title("sub missing")
        .why(
            "The server rejects a token without a user, or opens an anonymous connection. It must not open \
             a connection for any other user.",
        )
        .requirement("CF-SUB-3")
        .class("C11")
}

fn sub_null() -> Case {
    twins::centrifugo()
        .changed("centrifugo/claim-types/sub-null", claim("sub", "null"))
        .either(
            "The documentation says that `sub` is a string. It says nothing about null, which many \
             libraries write for an absent claim.",
            [Reason::ClaimType, Reason::ClaimMissing],
        )
        .title("sub is null")
        .why(
            "A backend that found no user writes null. The server rejects the token or opens an anonymous \
             connection. It must not open one for a user named `null`.",
        )
        .requirement("CF-SUB-3")
        .class("C11")
        .effect(|effect| effect.user = Some(String::new()))
}

/// Name, value, description.
const SUB: [(&str, &str, &str); 12] = [
    ("number", "42", "a number"),
    ("true", "true", "true"),
    ("array", "[\"42\"]", "an array that contains a user id"),
    ("object", "{\"id\":\"42\"}", "an object that contains a user id"),
    ("false", "false", "false"),
    ("zero", "0", "zero"),
    ("minus-one", "-1", "a negative number"),
    ("fraction", "1.5", "a number with a fraction"),
    ("large-number", "9007199254740993", "a number above 2^53"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"42\"]]", "an array in an array"),
    ("empty-object", "{}", "an empty object"),
];

fn sub((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/sub-{name}"), claim("sub", value))
        .either_better_refused(
            "The documentation says that `sub` is a string, and does not say how to treat anything else. \
             The preference for a rejection is the choice of this project.",
            [Reason::ClaimType],
        )
        .title(format!("sub is {what}"))
        .why(
            "A server that converts the value to text gets a user id that nobody assigned, and that may \
             belong to a different user. A server that treats it as absent opens an anonymous connection.",
        )
        .requirement("CF-SUB-4")
        .class("C11")
        .effect(|effect| effect.user = None)
}

/// Name, value, description.
const ANY_JSON: [(&str, &str, &str); 10] = [
    ("array", "[{\"name\":\"Ada\"},2]", "an array"),
    ("false", "false", "false"),
    ("true", "true", "true"),
    ("zero", "0", "zero"),
    ("minus-one", "-1", "a negative number"),
    ("empty-string", "\"\"", "an empty string"),
    ("digits", "\"123\"", "a string of digits"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"x\"],[]]", "an array of arrays"),
    ("empty-object", "{}", "an empty object"),
];

fn any_json((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/info-{name}"), claim("info", value))
        .accept()
        .title(format!("info is {what}"))
        .why(
            "`info` may be any JSON value, and the connection info is exactly that value. A server that \
             tests it for truth drops values such as `false`.",
        )
        .requirement("CF-INFO-1")
        .class("C24")
        .effect(|effect| effect.info = Some(value.to_owned()))
}

fn info_null() -> Case {
    twins::centrifugo()
        .changed("centrifugo/claim-types/info-null", claim("info", "null"))
        .accept()
        .title("info is null")
        .why(
            "A backend that knows nothing about a user writes null, which is valid JSON. The server may \
             show null, or show no info.",
        )
        .requirement("CF-INFO-1")
        .class("C24")
        .effect(|effect| effect.info = None)
}

/// A claim of the wrong type, for which the documentation names no treatment.
struct Wrong {
    name: &'static str,
    claim: &'static str,
    value: &'static str,
    what: &'static str,
    requirement: &'static str,
}

const fn wrong_claim(
    name: &'static str,
    claim: &'static str,
    value: &'static str,
    what: &'static str,
    requirement: &'static str,
) -> Wrong {
    Wrong { name, claim, value, what, requirement }
}

const WRONG: [Wrong; 81] = [
    wrong_claim("b64info-object", "b64info", "{\"name\":\"Ada\"}", "an object", "CF-INFO-2"),
    wrong_claim("channels-null", "channels", "null", "null", "CF-CHAN-1"),
    wrong_claim("channels-string", "channels", "\"news\"", "a string", "CF-CHAN-1"),
    wrong_claim("channels-object", "channels", "{\"news\":{}}", "an object, like subs", "CF-CHAN-1"),
    wrong_claim(
        "channels-with-number",
        "channels",
        "[\"news\",7]",
        "an array that contains a number",
        "CF-CHAN-1",
    ),
    wrong_claim("subs-null", "subs", "null", "null", "CF-SUBS-1"),
    wrong_claim("subs-string", "subs", "\"news\"", "a string", "CF-SUBS-1"),
    wrong_claim("subs-array", "subs", "[\"news\"]", "an array, like channels", "CF-SUBS-1"),
    wrong_claim(
        "subs-options-null",
        "subs",
        "{\"news\":null}",
        "an object with channel options that are null",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-options-true",
        "subs",
        "{\"news\":true}",
        "an object with channel options that are true",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-override-without-value",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":true}}}",
        "an object with the override presence: true instead of an object",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-string",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":\"false\"}}}}",
        "an object with an override value that is a string",
        "CF-SUBS-2",
    ),
    wrong_claim("meta-null", "meta", "null", "null", "CF-META-1"),
    wrong_claim("meta-string", "meta", "\"meta-is-not-shown\"", "a string", "CF-META-1"),
    wrong_claim("jti-number", "jti", "7", "a number", "CF-JTI-1"),
    wrong_claim("iat-quoted", "iat", "\"{{now-60}}\"", "a string of digits", "CF-IAT-1"),
    wrong_claim("aud-null", "aud", "null", "null, no audience configured", "CF-AUD-1"),
    wrong_claim("aud-number", "aud", "7", "a number, no audience configured", "CF-AUD-1"),
    wrong_claim("iss-number", "iss", "7", "a number, no issuer configured", "CF-ISS-1"),
    wrong_claim("b64info-true", "b64info", "true", "true", "CF-INFO-2"),
    wrong_claim("b64info-false", "b64info", "false", "false", "CF-INFO-2"),
    wrong_claim("b64info-zero", "b64info", "0", "zero", "CF-INFO-2"),
    wrong_claim("b64info-number", "b64info", "1.5", "a number", "CF-INFO-2"),
    wrong_claim(
        "b64info-array",
        "b64info",
        "[\"eyJ4IjoxfQ==\"]",
        "an array that contains base64",
        "CF-INFO-2",
    ),
    wrong_claim("b64info-empty-array", "b64info", "[]", "an empty array", "CF-INFO-2"),
    wrong_claim("b64info-null", "b64info", "null", "null", "CF-INFO-2"),
    wrong_claim("channels-true", "channels", "true", "true", "CF-CHAN-1"),
    wrong_claim("channels-false", "channels", "false", "false", "CF-CHAN-1"),
    wrong_claim("channels-zero", "channels", "0", "zero", "CF-CHAN-1"),
    wrong_claim("channels-number", "channels", "7", "a number", "CF-CHAN-1"),
    wrong_claim("channels-empty-string", "channels", "\"\"", "an empty string", "CF-CHAN-1"),
    wrong_claim("channels-empty-object", "channels", "{}", "an empty object", "CF-CHAN-1"),
    wrong_claim("channels-array-in-array", "channels", "[[\"news\"]]", "an array in an array", "CF-CHAN-1"),
    wrong_claim(
        "channels-with-true",
        "channels",
        "[\"news\",true]",
        "an array that contains true",
        "CF-CHAN-1",
    ),
    wrong_claim(
        "channels-with-object",
        "channels",
        "[\"news\",{\"name\":\"feed\"}]",
        "an array that contains an object",
        "CF-CHAN-1",
    ),
    wrong_claim(
        "channels-comma-list",
        "channels",
        "\"news,feed\"",
        "a string with two channels",
        "CF-CHAN-1",
    ),
    wrong_claim(
        "channels-text-of-array",
        "channels",
        "\"[\\\"news\\\"]\"",
        "a string with the text of an array",
        "CF-CHAN-1",
    ),
    wrong_claim("subs-true", "subs", "true", "true", "CF-SUBS-1"),
    wrong_claim("subs-false", "subs", "false", "false", "CF-SUBS-1"),
    wrong_claim("subs-zero", "subs", "0", "zero", "CF-SUBS-1"),
    wrong_claim("subs-number", "subs", "7", "a number", "CF-SUBS-1"),
    wrong_claim("subs-empty-string", "subs", "\"\"", "an empty string", "CF-SUBS-1"),
    wrong_claim("subs-empty-array", "subs", "[]", "an empty array, written for an empty object", "CF-SUBS-1"),
    wrong_claim(
        "subs-array-of-objects",
        "subs",
        "[{\"news\":{}}]",
        "an array that contains an object",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-text-of-object",
        "subs",
        "\"{\\\"news\\\":{}}\"",
        "a string with the text of an object",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-options-array",
        "subs",
        "{\"news\":[]}",
        "an object with channel options that are an empty array",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-options-number",
        "subs",
        "{\"news\":1}",
        "an object with channel options that are a number",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-options-zero",
        "subs",
        "{\"news\":0}",
        "an object with channel options that are zero",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-options-string",
        "subs",
        "{\"news\":\"x\"}",
        "an object with channel options that are a string",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-options-false",
        "subs",
        "{\"news\":false}",
        "an object with channel options that are false",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-b64info-number",
        "subs",
        "{\"news\":{\"b64info\":1}}",
        "an object with a channel b64info that is a number",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-b64data-number",
        "subs",
        "{\"news\":{\"b64data\":1}}",
        "an object with a channel b64data that is a number",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-b64data-not-base64",
        "subs",
        "{\"news\":{\"b64data\":\"%%% no base64 %%%\"}}",
        "an object with a channel b64data that is not base64",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-override-null",
        "subs",
        "{\"ns:room\":{\"override\":null}}",
        "an object with an override that is null",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-array",
        "subs",
        "{\"ns:room\":{\"override\":[]}}",
        "an object with an override that is an array",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-number",
        "subs",
        "{\"ns:room\":{\"override\":1}}",
        "an object with an override that is a number",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-string",
        "subs",
        "{\"ns:room\":{\"override\":\"x\"}}",
        "an object with an override that is a string",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-option-null",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":null}}}",
        "an object with an override option that is null",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-option-false",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":false}}}",
        "an object with the override presence: false instead of an object",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-option-array",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":[]}}}",
        "an object with an override option that is an array",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-force-recovery-true",
        "subs",
        "{\"ns:room\":{\"override\":{\"force_recovery\":true}}}",
        "an object with the override force_recovery: true instead of an object",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-recover-true",
        "subs",
        "{\"ns:room\":{\"override\":{\"recover\":true}}}",
        "an object with the override recover: true instead of an object",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-null",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":null}}}}",
        "an object with an override value that is null",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-zero",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":0}}}}",
        "an object with an override value that is zero",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-one",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":1}}}}",
        "an object with an override value that is one",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-object",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":{}}}}}",
        "an object with an override value that is an object",
        "CF-SUBS-2",
    ),
    wrong_claim("meta-true", "meta", "true", "true", "CF-META-1"),
    wrong_claim("meta-false", "meta", "false", "false", "CF-META-1"),
    wrong_claim("meta-zero", "meta", "0", "zero", "CF-META-1"),
    wrong_claim("meta-number", "meta", "1.5", "a number", "CF-META-1"),
    wrong_claim("meta-empty-string", "meta", "\"\"", "an empty string", "CF-META-1"),
    wrong_claim("meta-empty-array", "meta", "[]", "an empty array, written for an empty object", "CF-META-1"),
    wrong_claim("meta-array", "meta", "[\"meta-is-not-shown\"]", "an array", "CF-META-1"),
    wrong_claim("channel-null", "channel", "null", "null", "CS-X-1"),
    wrong_claim("channel-true", "channel", "true", "true", "CS-X-1"),
    wrong_claim("channel-false", "channel", "false", "false", "CS-X-1"),
    wrong_claim("channel-zero", "channel", "0", "zero", "CS-X-1"),
    wrong_claim("channel-number", "channel", "7", "a number", "CS-X-1"),
    wrong_claim("channel-empty-array", "channel", "[]", "an empty array", "CS-X-1"),
    wrong_claim("channel-array", "channel", "[\"news\"]", "an array that contains a channel", "CS-X-1"),
    wrong_claim("channel-object", "channel", "{\"news\":{}}", "an object, like subs", "CS-X-1"),
];

fn wrong(it: Wrong) -> Case {
    let mut reasons = vec![Reason::ClaimType];
    match it.claim {
        "b64info" => reasons.push(Reason::InfoEncoding),
        "aud" => reasons.push(Reason::Audience),
        "iss" => reasons.push(Reason::Issuer),
        "subs" if it.name.ends_with("not-base64") => reasons.push(Reason::InfoEncoding),
        "channel" => reasons.push(Reason::Purpose),
        _ => {}
    }
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/{}", it.name), claim(it.claim, it.value))
        .either(
            "The documentation defines the type of the claim, and does not say how to treat any other type.",
            reasons,
        )
        .title(format!("{} is {}", it.claim, it.what))
        .why(match it.claim {
            "channels" | "subs" => {
                "The server rejects the token, or ignores the claim. If it reads a part of the list or \
                 converts it to text, it subscribes the connection to channels that nobody named."
            }
            "channel" => {
                "The server may reject the type, reject the token as a channel token, or ignore the claim. \
                 The claim tells the kinds of tokens apart, so a malformed value must not become a channel."
            }
            "meta" => {
                "The server rejects the token, or keeps the value for the backend. Whatever its type, it \
                 must never show `meta` to a client."
            }
            "b64info" => {
                "The server rejects the token, or shows no info. It must not fail with an internal error, \
                 or show the value as text to everyone in the channel."
            }
            _ => {
                "The claim decides nothing here. A server that reads it may reject a malformed value, but \
                 must not fail on it."
            }
        })
        .requirement(it.requirement)
        .class("C24")
}

/// An empty value of the right type. Name, claim, value, title, requirement.
const EMPTY: [(&str, &str, &str, &str, &str); 5] = [
    ("b64info-empty", "b64info", "\"\"", "b64info is an empty string", "CF-INFO-2"),
    ("subs-empty", "subs", "{}", "subs is an empty object", "CF-SUBS-1"),
    ("meta-empty", "meta", "{}", "meta is an empty object", "CF-META-1"),
    (
        "subs-override-empty",
        "subs",
        "{\"ns:room\":{\"override\":{}}}",
        "subs is an object with an empty override",
        "CF-SUBS-2",
    ),
    (
        "channels-twice",
        "channels",
        "[\"news\",\"news\"]",
        "channels is an array with the same channel twice",
        "CF-CHAN-1",
    ),
];

fn empty((name, member, value, what, requirement): (&str, &str, &str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/{name}"), claim(member, value))
        .accept()
        .title(what)
        .why(
            "The value has the documented type and adds nothing. Some backends always write the claim. The \
             connection is opened as if the empty or repeated value were absent.",
        )
        .requirement(requirement)
        .class("C24")
        .effect(|effect| {
            let channels: &[&str] = match name {
                "subs-override-empty" => &["ns:room"],
                "channels-twice" => &["news"],
                _ => &[],
            };
            effect.info = Some(String::new());
            effect.subscriptions =
                Some(channels.iter().map(|channel| ((*channel).to_owned(), String::new())).collect());
        })
}

/// `data` of a subscription may be any JSON value, like `info`. Name, value, description.
const DATA: [(&str, &str, &str); 7] = [
    ("false", "false", "false"),
    ("zero", "0", "zero"),
    ("empty-string", "\"\"", "an empty string"),
    ("digits", "\"123\"", "a string of digits"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"x\"],[]]", "an array of arrays"),
    ("empty-object", "{}", "an empty object"),
];

fn data((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(
            &format!("centrifugo/claim-types/subs-data-{name}"),
            claim("subs", &format!("{{\"news\":{{\"data\":{value}}}}}")),
        )
        .accept()
        .title(format!("subs with data that is {what}"))
        .why(
            "`data` may be any JSON value and must arrive as it was signed. A server that tests it for \
             truth drops values such as `false` or an empty string.",
        )
        .requirement("CF-SUBS-1")
        .class("C24")
        .effect(|effect| {
            effect.subscriptions = Some([("news".to_owned(), value.to_owned())].into());
        })
}

/// Claims of subscription tokens and of other editions that mean nothing in a connection token. Name, claim,
/// value.
const FOREIGN: [(&str, &str, &str); 6] = [
    ("client", "client", "\"another-client\""),
    ("client-number", "client", "7"),
    ("data", "data", "{\"welcome\":\"to nothing\"}"),
    ("b64data-number", "b64data", "7"),
    ("override-string", "override", "\"presence\""),
    ("caps-number", "caps", "7"),
];

fn foreign((name, member, value): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/foreign-{name}"), claim(member, value))
        .accept()
        .title(format!("{member} is {value}, unused in connection tokens"))
        .why(
            "A claim that means nothing in a connection token is ignored, whatever its type. A server that \
             reads both kinds of tokens into one structure may reject the token or pass the claim on.",
        )
        .requirement("RFC7519-4-IGNORE")
        .class("C24")
}
