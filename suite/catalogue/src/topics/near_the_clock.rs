//! Tokens whose times are a few seconds from the clock, on servers whose clock cannot be set.
//!
//! A flow is minted for the beginning of a second and starts then. So a token is reliably used one or two
//! seconds after its time. Only such a token reveals leeway that was not configured.

use jotproof_model::{Reason, Step, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, of_token};
use crate::steps::{connect, refresh, step, subscribe};
use crate::twins;

/// The names of the token under test: one that opens a session, and one that renews it.
const OPENING: &str = "opening";
const RENEWAL: &str = "renewal";

/// A use of the token under test.
struct Use {
    /// The path of the topic.
    path: &'static str,
    /// The beginning of its ids within the topic.
    name: &'static str,
    /// The use in words, for titles.
    what: &'static str,
    /// The row of the server's documentation on `exp`.
    row: &'static str,
    /// The name of the token.
    token: &'static str,
    /// The flow that uses the token `at` seconds after the start.
    flow: fn(id: &str, reason: &str, at: u32) -> Case,
}

const CENTRIFUGO: [Use; 4] = [
    Use {
        path: PATH,
        name: "connection",
        what: "opens a connection",
        row: "CF-EXP-2",
        token: OPENING,
        flow: connection,
    },
    Use {
        path: PATH,
        name: "refresh",
        what: "renews a connection",
        row: "CF-EXP-4",
        token: RENEWAL,
        flow: refreshed,
    },
    Use {
        path: PATH,
        name: "subscription",
        what: "opens a subscription",
        row: "CS-EXP-1",
        token: OPENING,
        flow: subscription,
    },
    Use {
        path: PATH,
        name: "private-channel",
        what: "opens a private channel",
        row: "CP-EXP-1",
        token: OPENING,
        flow: private_channel,
    },
];

const ANYCABLE: [Use; 1] = [Use {
    path: "anycable/near-the-clock",
    name: "connection",
    what: "identifies a client",
    row: "AC-EXP-1",
    token: OPENING,
    flow: identification,
}];

const PATH: &str = "centrifugo/near-the-clock";

/// The seconds at which a token is used: at the start, or two seconds later. The later tokens have a time at
/// second one.
const START: u32 = 0;
const LATER: u32 = 2;

/// Tokens that are expired or not yet valid. Rows: name, claim, raw value, second of use, description.
const BAD: [(&str, &str, &str, u32, &str); 3] = [
    ("exp-a-second-ago", "exp", "{{now+1}}", LATER, "exp a second ago"),
    ("exp-two-seconds-ago", "exp", "{{now-2}}", START, "exp two seconds ago"),
    ("nbf-in-two-seconds", "nbf", "{{now+2}}", START, "nbf in two seconds"),
];

/// Tokens that are just valid, with the same columns.
const GOOD: [(&str, &str, &str, u32, &str); 2] = [
    ("exp-in-two-seconds", "exp", "{{now+2}}", START, "exp in two seconds"),
    ("nbf-a-second-ago", "nbf", "{{now+1}}", LATER, "nbf a second ago"),
];

pub(super) fn centrifugo() -> Topic {
    Topic {
        path: PATH,
        about: "Centrifugo tokens that are used one or two seconds before or after their exp or nbf.",
        cases: CENTRIFUGO.iter().flat_map(cases).collect(),
    }
}

pub(super) fn anycable() -> Topic {
    Topic {
        path: ANYCABLE[0].path,
        about: "AnyCable tokens that are used one or two seconds before or after their exp or nbf.",
        cases: ANYCABLE.iter().flat_map(cases).collect(),
    }
}

fn cases(of: &Use) -> Vec<Case> {
    let Use { path, name, what, row, token, flow } = of;
    let at = |at: u32| {
        let (when, words) = if at == START {
            ("at-the-start", "at once")
        } else {
            ("two-seconds-later", "after two seconds")
        };
        flow(&format!("{path}/{name}-{when}"), &format!("the first flow in which a token {what} {words}"), at)
            .title(format!("exp in an hour in a token that {what} {words}"))
            .why("The token has not expired, so the server must accept it.")
            .requirement("RFC7519-4.1.4-EXP")
            .requirement(row)
            .class("V1")
    };
    let twins = [at(START), at(LATER)];
    let twin = |at: u32| if at == START { &twins[0] } else { &twins[1] };
    let made = |(word, member, value, at, title): (&str, &str, &str, u32, &str)| {
        let case = twin(at).changed(&format!("{path}/{name}-{word}"), of_token(token, claim(member, value)));
        (case, member == "exp", format!("{title} in a token that {what}"))
    };
    let bad = BAD.into_iter().map(made).map(|(case, is_exp, title)| {
        let reason = if is_exp { Reason::Expired } else { Reason::NotYetValid };
        let case = case.reject([reason]).title(title).threat(Threat::Holder).class("C5");
        let why = "No leeway is configured, so the time of the token counts to the second. A server that \
                   adds its own leeway accepts a token that is expired or not yet valid.";
        with_rows(case, is_exp, row).why(why)
    });
    let good = GOOD.into_iter().map(made).map(|(case, is_exp, title)| {
        let why = "The token is valid at this second. A server whose clock or comparison is off by one \
                   second rejects it.";
        with_rows(case.accept().title(title).class("V1"), is_exp, row).why(why)
    });
    let mut cases: Vec<Case> = bad.chain(good).collect();
    cases.extend(twins);
    cases
}

fn with_rows(case: Case, is_exp: bool, row: &str) -> Case {
    if is_exp {
        case.requirement("RFC7519-4.1.4-EXP").requirement(row)
    } else {
        case.requirement("RFC7519-4.1.5-NBF")
    }
}

fn connection(id: &str, reason: &str, at: u32) -> Case {
    Case::root_flow(id, reason, &[(OPENING, &twins::centrifugo())], vec![step(at, connect(OPENING))])
}

fn refreshed(id: &str, reason: &str, at: u32) -> Case {
    let tokens = [("first", &twins::centrifugo()), (RENEWAL, &twins::later(&twins::centrifugo()))];
    Case::root_flow(id, reason, &tokens, vec![step(at, connect("first")), step(at, refresh(RENEWAL))])
}

fn subscription(id: &str, reason: &str, at: u32) -> Case {
    opened(id, reason, &twins::subscription(), step(at, subscribe(twins::CHANNEL, OPENING)))
}

fn private_channel(id: &str, reason: &str, at: u32) -> Case {
    opened(id, reason, &twins::private_channel(), step(at, subscribe(twins::PRIVATE_CHANNEL, OPENING)))
}

fn identification(id: &str, reason: &str, at: u32) -> Case {
    Case::root_flow(id, reason, &[(OPENING, &twins::anycable())], vec![step(at, connect(OPENING))])
}

/// A flow that uses a token for a channel in an open session.
fn opened(id: &str, reason: &str, token: &Case, last: Step) -> Case {
    let tokens = [("connection", &twins::centrifugo()), (OPENING, token)];
    Case::root_flow(id, reason, &tokens, vec![step(last.at, connect("connection")), last])
}
