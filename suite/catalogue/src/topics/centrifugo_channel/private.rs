//! Tokens for private channels of Centrifugo 3, which are for a client.

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
        about: "Tokens for private channels of Centrifugo 3: for which client and channel they are good, \
                until when, and what they give the subscription.",
        cases,
    }
}

/// Name, raw value of `client`, what it is.
const OTHER_CLIENTS: [(&str, &str, &str); 5] = [
    ("client-other", "\"00000000-0000-4000-8000-000000000000\"", "another client"),
    ("client-longer", "\"{{client}}0\"", "a client whose id begins like that of the one that asks"),
    ("client-wildcard", "\"*\"", "a client that is a pattern"),
    ("client-of-the-user", "\"42\"", "a client that is the id of the user"),
    ("client-list", "\"{{client}},00000000-0000-4000-8000-000000000000\"", "a list of clients"),
];

fn other_client((name, value, what): (&str, &str, &str)) -> Case {
    twins::private_channel()
        .changed(&KIND.id(name), claim("client", value))
        .reject([Reason::Client])
        .title(format!("a token for {what}"))
        .why(
            "The backend let one client in. Another one that got hold of the token, or the same user after \
             a reconnect, has to ask again.",
        )
        .requirement("CP-CLI-1")
        .class("C14")
        .threat(Threat::Holder)
}

fn client_missing() -> [Case; 3] {
    [
        ("client-absent", without_claim("client"), "no client"),
        ("client-empty", claim("client", "\"\""), "an empty client"),
        ("client-number", claim("client", "1"), "a client that is a number"),
    ]
    .map(|(name, edit, title)| {
        twins::private_channel()
            .changed(&KIND.id(name), edit)
            .reject([Reason::ClaimMissing, Reason::ClaimType, Reason::Client])
            .title(title)
            .why(
                "The documentation says that the claim is required: a token that names no client is good \
                 for whoever gets hold of it.",
            )
            .requirement("CP-CLI-2")
            .class("C14")
            .threat(Threat::Holder)
    })
}

/// Name, raw value of `client`, what it is.
const CLIENT_TYPES: [(&str, &str, &str); 4] = [
    ("client-true", "true", "true"),
    ("client-null", "null", "null"),
    ("client-array", "[\"{{client}}\"]", "an array with the id of the client"),
    ("client-object", "{\"id\":\"{{client}}\"}", "an object with the id of the client"),
];

fn client_type((name, value, what): (&str, &str, &str)) -> Case {
    twins::private_channel()
        .changed(&KIND.id(name), claim("client", value))
        .reject([Reason::ClaimMissing, Reason::ClaimType, Reason::Client])
        .title(format!("a client that is {what}"))
        .why("The id of a client is a string. What is not one names no client, and the claim is required.")
        .requirement("CP-CLI-2")
        .class("C14")
}

/// Name, raw value of `sub`, what it is.
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
        "The documentation knows no `sub` here: the claim is ignored (RFC 7519 section 4), or refused, because \
         it is a string (section 4.1.2).",
        &[Reason::ClaimType, Reason::ClaimMissing, Reason::User],
    )
    .class("C11")
}

/// Name, raw value of `sub`, what it is.
const OTHER_SUBS: [(&str, &str, &str); 2] =
    [("sub-other", "\"43\"", "of another user"), ("sub-empty", "\"\"", "empty")];

fn other_sub(row: (&str, &str, &str)) -> Case {
    with_sub(
        row,
        "The documentation knows no `sub` here: the claim is ignored (RFC 7519 section 4), or the \
         token is that of its subject.",
        &[Reason::User],
    )
    .class("V1")
}

/// A token with a `sub`. `open` says why it may be accepted or refused.
fn with_sub((name, value, what): (&str, &str, &str), open: &str, reasons: &[Reason]) -> Case {
    twins::private_channel()
        .changed(&KIND.id(name), claim("sub", value))
        .either(open, reasons.iter().copied())
        .title(format!("a sub that is {what}"))
        .why("It is the client that the token is bound to, and whose user is known.")
        .requirement("RFC7519-4-IGNORE")
}
