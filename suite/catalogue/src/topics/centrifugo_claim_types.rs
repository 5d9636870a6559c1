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
const SUB: [(&str, &str, &str); 4] = [
    ("number", "42", "a number"),
    ("true", "true", "true"),
    ("array", "[\"42\"]", "an array with a user id"),
    ("object", "{\"id\":\"42\"}", "an object with a user id"),
];

fn sub((name, value, what): (&str, &str, &str)) -> Case {
    twins::centrifugo()
        .changed(&format!("centrifugo/claim-types/sub-{name}"), claim("sub", value))
        .either_better_refused(
            "The documentation says that `sub` is a string, and recommends a refusal of what is not.",
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
const ANY_JSON: [(&str, &str, &str); 2] =
    [("array", "[{\"name\":\"Ada\"},2]", "an array"), ("false", "false", "false")];

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

const WRONG: [Wrong; 19] = [
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
];

fn wrong(it: Wrong) -> Case {
    let mut reasons = vec![Reason::ClaimType];
    match it.claim {
        "b64info" => reasons.push(Reason::InfoEncoding),
        "aud" => reasons.push(Reason::Audience),
        "iss" => reasons.push(Reason::Issuer),
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
