//! G8 for Centrifugo connections: documented claims that are not of their type.

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
        about: "Claims of Centrifugo connection tokens that are not of the documented type.",
        cases,
    }
}

fn sub_absent() -> Case {
    twins::centrifugo()
        .changed("centrifugo/claim-types/sub-absent", without_claim("sub"))
        .either(
            "The documentation says that `sub` must contain the user id, and that an empty one is \
             anonymous; of an absent one it says nothing.",
            [Reason::ClaimMissing, Reason::ClaimType],
        )
        .title("no sub")
        .why("A token that names nobody is refused, or its user is anonymous; it is nobody else's.")
        .requirement("CF-SUB-3")
        .class("C11")
}

fn sub_null() -> Case {
    twins::centrifugo()
        .changed("centrifugo/claim-types/sub-null", claim("sub", "null"))
        .either(
            "The documentation says that `sub` is a string, and nothing of null, which many libraries \
             write for an absent claim.",
            [Reason::ClaimType, Reason::ClaimMissing],
        )
        .title("sub null")
        .why(
            "A backend that looked up nobody writes null. The token is refused, or its user is \
             anonymous, and never a user named `null`.",
        )
        .requirement("CF-SUB-3")
        .class("C11")
        .effect(|effect| effect.user = Some(String::new()))
}

/// Name, value, what it is.
const SUB: [(&str, &str, &str); 12] = [
    ("number", "42", "a number"),
    ("true", "true", "true"),
    ("array", "[\"42\"]", "an array with a user id"),
    ("object", "{\"id\":\"42\"}", "an object with a user id"),
    ("false", "false", "false"),
    ("zero", "0", "zero"),
    ("minus-one", "-1", "a negative number"),
    ("fraction", "1.5", "a number with a fraction"),
    ("large-number", "9007199254740993", "a number beyond 2^53"),
    ("empty-array", "[]", "an empty array"),
    ("array-in-array", "[[\"42\"]]", "an array in an array"),
    ("empty-object", "{}", "an empty object"),
];

fn sub((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/sub-{name}"), claim("sub", value))
        .either_better_refused(
            "The documentation says that `sub` is a string, and not what becomes of anything else. To prefer a refusal is the choice of this project.",
            [Reason::ClaimType],
        )
        .title(format!("sub that is {what}"))
        .why(
            "A value that is turned into text becomes a user id that nobody gave away, and perhaps \
             somebody else's; taken as absent it becomes an anonymous user.",
        )
        .requirement("CF-SUB-4")
        .class("C11")
        .effect(|effect| effect.user = None)
}

/// Name, value, what it is.
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
        .title(format!("info that is {what}"))
        .why("`info` is any JSON value; the connection info is that value, also where it is `false`.")
        .requirement("CF-INFO-1")
        .class("C24")
        .effect(|effect| effect.info = Some(value.to_owned()))
}

fn info_null() -> Case {
    twins::centrifugo()
        .changed("centrifugo/claim-types/info-null", claim("info", "null"))
        .accept()
        .title("info that is null")
        .why(
            "A backend that knows nothing of a user writes null, which is JSON as well; that it is \
             shown as null, or that there is no info, comes to the same.",
        )
        .requirement("CF-INFO-1")
        .class("C24")
        .effect(|effect| effect.info = None)
}

/// A claim of another type, of which the documentation does not say what becomes.
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
    wrong_claim("channels-object", "channels", "{\"news\":{}}", "an object, as subs is", "CF-CHAN-1"),
    wrong_claim("channels-with-number", "channels", "[\"news\",7]", "an array with a number", "CF-CHAN-1"),
    wrong_claim("subs-null", "subs", "null", "null", "CF-SUBS-1"),
    wrong_claim("subs-string", "subs", "\"news\"", "a string", "CF-SUBS-1"),
    wrong_claim("subs-array", "subs", "[\"news\"]", "an array, as channels is", "CF-SUBS-1"),
    wrong_claim("subs-options-null", "subs", "{\"news\":null}", "a map to null", "CF-SUBS-1"),
    wrong_claim("subs-options-true", "subs", "{\"news\":true}", "a map to true", "CF-SUBS-1"),
    wrong_claim(
        "subs-override-without-value",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":true}}}",
        "a map to an override that is true, where an object with value is asked for",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-string",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":\"false\"}}}}",
        "a map to an override whose value is a string",
        "CF-SUBS-2",
    ),
    wrong_claim("meta-null", "meta", "null", "null", "CF-META-1"),
    wrong_claim("meta-string", "meta", "\"meta-is-not-shown\"", "a string", "CF-META-1"),
    wrong_claim("jti-number", "jti", "7", "a number", "CF-JTI-1"),
    wrong_claim("iat-quoted", "iat", "\"{{now-60}}\"", "a string of digits", "CF-IAT-1"),
    wrong_claim("aud-null", "aud", "null", "null, and no audience is configured", "CF-AUD-1"),
    wrong_claim("aud-number", "aud", "7", "a number, and no audience is configured", "CF-AUD-1"),
    wrong_claim("iss-number", "iss", "7", "a number, and no issuer is configured", "CF-ISS-1"),
    wrong_claim("b64info-true", "b64info", "true", "true", "CF-INFO-2"),
    wrong_claim("b64info-false", "b64info", "false", "false", "CF-INFO-2"),
    wrong_claim("b64info-zero", "b64info", "0", "zero", "CF-INFO-2"),
    wrong_claim("b64info-number", "b64info", "1.5", "a number", "CF-INFO-2"),
    wrong_claim("b64info-array", "b64info", "[\"eyJ4IjoxfQ==\"]", "an array with base64", "CF-INFO-2"),
    wrong_claim("b64info-empty-array", "b64info", "[]", "an empty array", "CF-INFO-2"),
    wrong_claim("b64info-null", "b64info", "null", "null", "CF-INFO-2"),
    wrong_claim("channels-true", "channels", "true", "true", "CF-CHAN-1"),
    wrong_claim("channels-false", "channels", "false", "false", "CF-CHAN-1"),
    wrong_claim("channels-zero", "channels", "0", "zero", "CF-CHAN-1"),
    wrong_claim("channels-number", "channels", "7", "a number", "CF-CHAN-1"),
    wrong_claim("channels-empty-string", "channels", "\"\"", "an empty string", "CF-CHAN-1"),
    wrong_claim("channels-empty-object", "channels", "{}", "an empty object", "CF-CHAN-1"),
    wrong_claim("channels-array-in-array", "channels", "[[\"news\"]]", "an array in an array", "CF-CHAN-1"),
    wrong_claim("channels-with-true", "channels", "[\"news\",true]", "an array with true", "CF-CHAN-1"),
    wrong_claim(
        "channels-with-object",
        "channels",
        "[\"news\",{\"name\":\"feed\"}]",
        "an array with an object",
        "CF-CHAN-1",
    ),
    wrong_claim("channels-comma-list", "channels", "\"news,feed\"", "a string of two channels", "CF-CHAN-1"),
    wrong_claim(
        "channels-text-of-array",
        "channels",
        "\"[\\\"news\\\"]\"",
        "a string with an array in it",
        "CF-CHAN-1",
    ),
    wrong_claim("subs-true", "subs", "true", "true", "CF-SUBS-1"),
    wrong_claim("subs-false", "subs", "false", "false", "CF-SUBS-1"),
    wrong_claim("subs-zero", "subs", "0", "zero", "CF-SUBS-1"),
    wrong_claim("subs-number", "subs", "7", "a number", "CF-SUBS-1"),
    wrong_claim("subs-empty-string", "subs", "\"\"", "an empty string", "CF-SUBS-1"),
    wrong_claim(
        "subs-empty-array",
        "subs",
        "[]",
        "an empty array, as some languages write an empty map",
        "CF-SUBS-1",
    ),
    wrong_claim("subs-array-of-objects", "subs", "[{\"news\":{}}]", "an array with a map", "CF-SUBS-1"),
    wrong_claim(
        "subs-text-of-object",
        "subs",
        "\"{\\\"news\\\":{}}\"",
        "a string with a map in it",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-options-array",
        "subs",
        "{\"news\":[]}",
        "a map to an empty array, as some languages write an empty map",
        "CF-SUBS-1",
    ),
    wrong_claim("subs-options-number", "subs", "{\"news\":1}", "a map to a number", "CF-SUBS-1"),
    wrong_claim("subs-options-zero", "subs", "{\"news\":0}", "a map to zero", "CF-SUBS-1"),
    wrong_claim("subs-options-string", "subs", "{\"news\":\"x\"}", "a map to a string", "CF-SUBS-1"),
    wrong_claim("subs-options-false", "subs", "{\"news\":false}", "a map to false", "CF-SUBS-1"),
    wrong_claim(
        "subs-b64info-number",
        "subs",
        "{\"news\":{\"b64info\":1}}",
        "a map to options whose b64info is a number",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-b64data-number",
        "subs",
        "{\"news\":{\"b64data\":1}}",
        "a map to options whose b64data is a number",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-b64data-not-base64",
        "subs",
        "{\"news\":{\"b64data\":\"%%% no base64 %%%\"}}",
        "a map to options whose b64data is not base64",
        "CF-SUBS-1",
    ),
    wrong_claim(
        "subs-override-null",
        "subs",
        "{\"ns:room\":{\"override\":null}}",
        "a map to an override that is null",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-array",
        "subs",
        "{\"ns:room\":{\"override\":[]}}",
        "a map to an override that is an array",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-number",
        "subs",
        "{\"ns:room\":{\"override\":1}}",
        "a map to an override that is a number",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-string",
        "subs",
        "{\"ns:room\":{\"override\":\"x\"}}",
        "a map to an override that is a string",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-option-null",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":null}}}",
        "a map to an override whose option is null",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-option-false",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":false}}}",
        "a map to an override that is false, where an object with value is asked for",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-option-array",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":[]}}}",
        "a map to an override whose option is an array",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-force-recovery-true",
        "subs",
        "{\"ns:room\":{\"override\":{\"force_recovery\":true}}}",
        "a map to an override of force_recovery that is true, where an object with value is asked for",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-recover-true",
        "subs",
        "{\"ns:room\":{\"override\":{\"recover\":true}}}",
        "a map to an override of recover that is true, where an object with value is asked for",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-null",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":null}}}}",
        "a map to an override whose value is null",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-zero",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":0}}}}",
        "a map to an override whose value is zero",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-one",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":1}}}}",
        "a map to an override whose value is one",
        "CF-SUBS-2",
    ),
    wrong_claim(
        "subs-override-value-object",
        "subs",
        "{\"ns:room\":{\"override\":{\"presence\":{\"value\":{}}}}}",
        "a map to an override whose value is an object",
        "CF-SUBS-2",
    ),
    wrong_claim("meta-true", "meta", "true", "true", "CF-META-1"),
    wrong_claim("meta-false", "meta", "false", "false", "CF-META-1"),
    wrong_claim("meta-zero", "meta", "0", "zero", "CF-META-1"),
    wrong_claim("meta-number", "meta", "1.5", "a number", "CF-META-1"),
    wrong_claim("meta-empty-string", "meta", "\"\"", "an empty string", "CF-META-1"),
    wrong_claim(
        "meta-empty-array",
        "meta",
        "[]",
        "an empty array, as some languages write an empty map",
        "CF-META-1",
    ),
    wrong_claim("meta-array", "meta", "[\"meta-is-not-shown\"]", "an array", "CF-META-1"),
    wrong_claim("channel-null", "channel", "null", "null", "CS-X-1"),
    wrong_claim("channel-true", "channel", "true", "true", "CS-X-1"),
    wrong_claim("channel-false", "channel", "false", "false", "CS-X-1"),
    wrong_claim("channel-zero", "channel", "0", "zero", "CS-X-1"),
    wrong_claim("channel-number", "channel", "7", "a number", "CS-X-1"),
    wrong_claim("channel-empty-array", "channel", "[]", "an empty array", "CS-X-1"),
    wrong_claim("channel-array", "channel", "[\"news\"]", "an array with a channel", "CS-X-1"),
    wrong_claim("channel-object", "channel", "{\"news\":{}}", "an object, as subs is", "CS-X-1"),
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
            "The documentation says of which type the claim is, and not what becomes of another one.",
            reasons,
        )
        .title(format!("{} that is {}", it.claim, it.what))
        .why(match it.claim {
            "channels" | "subs" => {
                "Refused, or as if it were not there; a list that is read in part, or turned into \
                 text, subscribes the connection to what nobody named."
            }
            "channel" => {
                "Refused as what it is, or as a token for a channel, or as if it were not there; the claim \
                 tells tokens apart, and a value that cannot be read must not become a channel."
            }
            "meta" => {
                "Refused, or kept for the backend; of whatever type it is, it is never shown to a \
                 client."
            }
            "b64info" => {
                "Refused, or there is no info; it must not end as an error of the server, or as a text \
                 that everybody in the channel sees."
            }
            _ => {
                "The claim decides nothing here. Who reads it may refuse what it cannot read, but must \
                 not fail on it."
            }
        })
        .requirement(it.requirement)
        .class("C24")
}

/// An empty value of the right type. Name, claim, value, what it is, requirement.
const EMPTY: [(&str, &str, &str, &str, &str); 5] = [
    ("b64info-empty", "b64info", "\"\"", "b64info that is an empty string", "CF-INFO-2"),
    ("subs-empty", "subs", "{}", "subs without a channel", "CF-SUBS-1"),
    ("meta-empty", "meta", "{}", "meta without a member", "CF-META-1"),
    (
        "subs-override-empty",
        "subs",
        "{\"ns:room\":{\"override\":{}}}",
        "subs with an override of nothing",
        "CF-SUBS-2",
    ),
    (
        "channels-twice",
        "channels",
        "[\"news\",\"news\"]",
        "channels with the same channel twice",
        "CF-CHAN-1",
    ),
];

fn empty((name, member, value, what, requirement): (&str, &str, &str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/{name}"), claim(member, value))
        .accept()
        .title(what)
        .why(
            "The value is of the documented type and says nothing, or nothing new. A backend that fills in \
             a form writes it, and the connection is opened as if it were not there.",
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

/// `data` of a subscription is any JSON value, as `info` is. Name, value, what it is.
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
            "`data` is any JSON value and arrives as it was signed; a value that counts as false, or as \
             empty, arrives as well.",
        )
        .requirement("CF-SUBS-1")
        .class("C24")
        .effect(|effect| {
            effect.subscriptions = Some([("news".to_owned(), value.to_owned())].into());
        })
}

/// Claims of tokens for subscriptions, and of other editions, that say nothing of a connection. Name,
/// claim, value.
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
        .title(format!("{member}, which connection tokens do not have"))
        .why(
            "A claim that means nothing in a token for a connection is ignored, whatever it is. A server \
             that reads both kinds of tokens into one structure refuses it, or sends it on.",
        )
        .requirement("RFC7519-4-IGNORE")
        .class("C24")
}
