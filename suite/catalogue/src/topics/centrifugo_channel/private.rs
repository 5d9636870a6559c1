//! Tokens for private channels of Centrifugo 3, which are issued to a client.

use jotproof_model::{Reason, Threat};

use super::{Kind, of_both};
use crate::case::Case;
use crate::edits::{claim, without_claim};
use crate::topics::Topic;
use crate::twins;

const KIND: Kind = Kind {
    path: "centrifugo/private-channel",
    twin: twins::private_channel,
    channel: twins::PRIVATE_CHANNEL,
    requirements: "CP",
};

pub(in crate::topics) fn topic() -> Topic {
    let mut cases = of_both(&KIND);
    cases.extend(OTHER_CLIENTS.into_iter().map(other_client));
    cases.extend(client_missing());
    cases.extend(CLIENT_TYPES.into_iter().map(client_type));
    cases.extend(SUB_TYPES.into_iter().map(sub_type));
    cases.extend(OTHER_SUBS.into_iter().map(other_sub));
    Topic {
        path: KIND.path,
        about: "Tokens for private channels of Centrifugo 3: the client and channel that they are valid \
                for, their expiration, and what they give the subscription.",
        cases,
    }
}

/// Name, raw value of `client`, description.
const OTHER_CLIENTS: [(&str, &str, &str); 5] = [
    ("client-other", "\"00000000-0000-4000-8000-000000000000\"", "the id of a different client"),
    ("client-longer", "\"{{client}}0\"", "a longer id that begins with the requesting client's id"),
    ("client-wildcard", "\"*\"", "a wildcard"),
    ("client-of-the-user", "\"42\"", "the user id instead of the client id"),
    (
        "client-list",
        "\"{{client}},00000000-0000-4000-8000-000000000000\"",
        "a list that contains the requesting client's id",
    ),
];

fn other_client((name, value, what): (&str, &str, &str)) -> Case {
    twins::private_channel()
        .changed(&KIND.id(name), claim("client", value))
        .reject([Reason::Client])
        .title(format!("client is {what}"))
        .why(
            "The backend allowed one client. A server that accepts this lets another client use a stolen \
             token. The same user also has to ask again after a reconnect.",
        )
        .requirement("CP-CLI-1")
        .class("C14")
        .threat(Threat::Holder)
}

fn client_missing() -> [Case; 3] {
    [
        ("client-absent", without_claim("client"), "client missing"),
        ("client-empty", claim("client", "\"\""), "client is an empty string"),
        ("client-number", claim("client", "1"), "client is a number"),
    ]
    .map(|(name, edit, title)| {
        twins::private_channel()
            .changed(&KIND.id(name), edit)
            .reject([Reason::ClaimMissing, Reason::ClaimType, Reason::Client])
            .title(title)
            .why(
                "The documentation says that the claim is required. A token that names no client could be \
                 used by anyone who gets hold of it.",
            )
            .requirement("CP-CLI-2")
            .class("C14")
            .threat(Threat::Holder)
    })
}

/// Name, raw value of `client`, description.
const CLIENT_TYPES: [(&str, &str, &str); 4] = [
    ("client-true", "true", "true"),
    ("client-null", "null", "null"),
    ("client-array", "[\"{{client}}\"]", "an array that contains the client id"),
    ("client-object", "{\"id\":\"{{client}}\"}", "an object that contains the client id"),
];

fn client_type((name, value, what): (&str, &str, &str)) -> Case {
    twins::private_channel()
        .changed(&KIND.id(name), claim("client", value))
        .reject([Reason::ClaimMissing, Reason::ClaimType, Reason::Client])
        .title(format!("client is {what}"))
        .why(
            "A client id is a string, so this token names no client. The claim is required, so the token \
             must be rejected.",
        )
        .requirement("CP-CLI-2")
        .class("C14")
}

/// Name, raw value of `sub`, description.
const SUB_TYPES: [(&str, &str, &str); 5] = [
    ("sub-number", "42", "a number"),
    ("sub-true", "true", "true"),
    ("sub-null", "null", "null"),
    ("sub-array", "[\"42\"]", "an array"),
    ("sub-object", "{\"id\":\"42\"}", "an object"),
];

fn sub_type(row: (&str, &str, &str)) -> Case {
    with_sub(
        row,
        "The documentation does not mention `sub` in these tokens. The claim is ignored (RFC 7519 section \
         4), or rejected because it must be a string (section 4.1.2).",
        &[Reason::ClaimType, Reason::ClaimMissing, Reason::User],
    )
    .class("C11")
}

/// Name, raw value of `sub`, description.
const OTHER_SUBS: [(&str, &str, &str); 2] =
    [("sub-other", "\"43\"", "the id of a different user"), ("sub-empty", "\"\"", "empty")];

fn other_sub(row: (&str, &str, &str)) -> Case {
    with_sub(
        row,
        "The documentation does not mention `sub` in these tokens. The claim is ignored (RFC 7519 section \
         4), or the token is valid for its subject only.",
        &[Reason::User],
    )
    .class("V1")
}

/// A token with a `sub`. `open` says why it may be accepted or rejected.
fn with_sub((name, value, what): (&str, &str, &str), open: &str, reasons: &[Reason]) -> Case {
    twins::private_channel()
        .changed(&KIND.id(name), claim("sub", value))
        .either(open, reasons.iter().copied())
        .title(format!("sub is {what}"))
        .why("The token is bound to the client, and the server knows the user of that client.")
        .requirement("RFC7519-4-IGNORE")
}
