//! Tokens that renew a connection or a subscription: what is good, and what only the one that opened it
//! can tell apart.
//!
//! What can be wrong with any token is carried over from other topics, in [`super::carried_over`].

use jotproof_model::edit::{ContextChange, FlowChange};
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, flow, of_token, sign, without_claim};
use crate::steps::{connect, refresh, step};
use crate::twins::{self, AUDIENCE, ISSUER};

/// What is renewed.
struct Kind {
    path: &'static str,
    twin: fn() -> Case,
    /// The requirement that a good renewal rests on.
    renews: &'static str,
    /// The requirement that a bad one breaks.
    breaks: &'static str,
    /// The names of its tokens, the renewing one last.
    tokens: &'static [&'static str],
}

const CONNECTION: Kind = Kind {
    path: "centrifugo/refresh",
    twin: twins::refreshed,
    renews: "CF-EXP-4",
    breaks: "CF-EXP-5",
    tokens: &["first", "renewed"],
};

const SUBSCRIPTION: Kind = Kind {
    path: "centrifugo/subscription-refresh",
    twin: twins::subscription_refreshed,
    renews: "CS-EXP-2",
    breaks: "CS-REF-1",
    tokens: &["connection", "opened", "renewed"],
};

const PRIVATE_CHANNEL: Kind = Kind {
    path: "centrifugo/private-channel-refresh",
    twin: twins::private_channel_refreshed,
    renews: "CP-EXP-2",
    breaks: "CP-EXP-1",
    tokens: &["connection", "opened", "renewed"],
};

pub(super) fn connection() -> Topic {
    let kind = &CONNECTION;
    let mut cases = of_all(kind);
    cases.extend(OTHER_USERS.into_iter().map(other_user));
    cases.extend(of_connections());
    Topic {
        path: kind.path,
        about: "Connections that are renewed: by which tokens, and until when they last then.",
        cases,
    }
}

pub(super) fn subscription() -> Topic {
    let kind = &SUBSCRIPTION;
    let mut cases = of_all(kind);
    cases.push(other_channel(kind));
    cases.push(
        kind.renewed_by("other-user", [claim("sub", "\"43\"")])
            .reject([Reason::User])
            .title("a renewing token of another user")
            .why("A token is one user's, whether it opens or renews a subscription.")
            .requirement(kind.breaks)
            .class("C14")
            .threat(Threat::Holder),
    );
    Topic {
        path: kind.path,
        about: "Subscriptions of Centrifugo 4 and later that are renewed: by which tokens, and until when \
                they last then.",
        cases,
    }
}

pub(super) fn private_channel() -> Topic {
    let kind = &PRIVATE_CHANNEL;
    let mut cases = of_all(kind);
    cases.push(other_channel(kind));
    cases.push(
        kind.renewed_by("other-client", [claim("client", "\"00000000-0000-4000-8000-000000000000\"")])
            .reject([Reason::Client])
            .title("a renewing token for another client")
            .why("A token for a private channel is for one client, whether it opens or renews.")
            .requirement("CP-CLI-1")
            .class("C14")
            .threat(Threat::Holder),
    );
    Topic {
        path: kind.path,
        about: "Subscriptions to private channels of Centrifugo 3 that are renewed: by which tokens, and \
                until when they last then.",
        cases,
    }
}

impl Kind {
    fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// The same flow with another renewing token.
    fn renewed_by(&self, name: &str, edits: impl IntoIterator<Item = Edit>) -> crate::case::Undecided {
        let edits = edits.into_iter().map(|edit| of_token("renewed", edit)).collect();
        (self.twin)().changed_by(&self.id(name), edits)
    }
}

fn of_all(kind: &Kind) -> Vec<Case> {
    let mut cases = vec![(kind.twin)()];
    cases.extend(GOOD.into_iter().map(|row| good(kind, row)));
    cases.extend(OUTDATED.into_iter().map(|row| outdated(kind, row)));
    cases.extend(forged(kind));
    cases.extend(open(kind));
    cases.extend(bound(kind));
    cases.extend(without_exp(kind));
    cases
}

/// Name, claim, value, title, why.
const GOOD: [(&str, &str, &str, &str, &str); 5] = [
    (
        "sooner",
        "exp",
        "{{now+1800}}",
        "a renewing token that expires sooner than the first one",
        "The time of the new token is the one that counts, whichever is the later one.",
    ),
    (
        "expire-at",
        "expire_at",
        "{{now+600}}",
        "a renewing token with expire_at",
        "`expire_at` decides about the end of what is renewed, as it does of what is opened.",
    ),
    (
        "expire-at-zero",
        "expire_at",
        "0",
        "a renewing token with expire_at = 0",
        "With `expire_at` 0 what is renewed does not expire any more; `exp` is still that of the token.",
    ),
    ("jti", "jti", "\"5f0c2a52\"", "a renewing token with an id", "`jti` is optional and changes nothing."),
    (
        "unknown-claim",
        "role",
        "\"editor\"",
        "a renewing token with a claim that nobody knows",
        "Claims that are not understood are ignored.",
    ),
];

fn good(kind: &Kind, (name, member, value, title, why): (&str, &str, &str, &str, &str)) -> Case {
    kind.renewed_by(name, [claim(member, value)])
        .accept()
        .title(title)
        .why(why)
        .requirement(kind.renews)
        .class("V1")
}

/// Name, claim, value, reason, title.
const OUTDATED: [(&str, &str, &str, Reason, &str); 6] = [
    (
        "exp-past",
        "exp",
        "{{now-90}}",
        Reason::Expired,
        "a renewing token that expired a minute and a half ago",
    ),
    ("exp-a-day-ago", "exp", "{{now-86400}}", Reason::Expired, "a renewing token that expired a day ago"),
    (
        "exp-long-past",
        "exp",
        "1",
        Reason::Expired,
        "a renewing token that expired in the first second of 1970",
    ),
    ("exp-negative", "exp", "-1", Reason::Expired, "a renewing token that expired before 1970"),
    ("nbf-future", "nbf", "{{now+600}}", Reason::NotYetValid, "a renewing token that is good in ten minutes"),
    ("nbf-tomorrow", "nbf", "{{now+86400}}", Reason::NotYetValid, "a renewing token that is good tomorrow"),
];

fn outdated(kind: &Kind, (name, member, value, reason, title): (&str, &str, &str, Reason, &str)) -> Case {
    kind.renewed_by(name, [claim(member, value)])
        .reject([reason])
        .title(title)
        .why(
            "The backend makes a new token while the user may stay. A server that renews by an old one \
             keeps everybody in whom the backend would have let go.",
        )
        .requirement(kind.breaks)
        .class("C16")
        .threat(Threat::Holder)
}

fn forged(kind: &Kind) -> Vec<Case> {
    let changed = |name: &str, edit: Edit| kind.renewed_by(name, [edit]);
    let alg = Some("\"HS256\"");
    let why = "What renews a connection or a subscription is a token like any other: nobody but the backend \
               can make one.";
    let finish = |case: Case, title: &str| {
        case.title(title).why(why).requirement("RFC7515-5.2-VERIFY").class("S0").threat(Threat::Forger)
    };
    vec![
        finish(
            changed("foreign-key", sign(alg, "hmac-64-bytes-foreign", Algorithm::HS256))
                .reject([Reason::Signature]),
            "a renewing token that is signed by another key",
        ),
        finish(
            changed("foreign-key-hs512", sign(Some("\"HS512\""), "hmac-64-bytes-foreign", Algorithm::HS512))
                .reject([Reason::Signature, Reason::Algorithm]),
            "a renewing token that is signed by another key, with another algorithm",
        ),
    ]
}

/// What the documentation leaves open, as for the token that opens something.
fn open(kind: &Kind) -> Vec<Case> {
    let past = "The documentation asks for a time in the future, or 0; one in the past is refused as expired, \
                or what is renewed expires at once.";
    vec![
        kind.renewed_by("expire-at-past", [claim("expire_at", "{{now-60}}")])
            .either(past, [Reason::ConnectionExpired])
            .title("a renewing token whose expire_at was a minute ago")
            .why("What is renewed until a minute ago has ended.")
            .requirement("CF-EXPAT-3")
            .class("C23")
            .threat(Threat::Holder),
        kind.renewed_by("expire-at-negative", [claim("expire_at", "-1")])
            .either(
                "The documentation knows 0 and times in the future; a negative one is refused, or taken as 0.",
                [Reason::ClaimType, Reason::ConnectionExpired],
            )
            .title("a renewing token with a negative expire_at")
            .why("No connection ends before 1970.")
            .requirement("CF-EXPAT-4")
            .class("C23")
            .effect(|effect| effect.expires = None),
    ]
}

/// With an audience and an issuer, which every token of the flow names.
fn bound(kind: &Kind) -> Vec<Case> {
    let mut edits = vec![
        context(ContextChange::Audience { audience: Some(AUDIENCE.to_owned()) }),
        context(ContextChange::Issuer { issuer: Some(ISSUER.to_owned()) }),
    ];
    for token in kind.tokens {
        edits.push(of_token(token, claim("aud", &format!("\"{AUDIENCE}\""))));
        edits.push(of_token(token, claim("iss", &format!("\"{ISSUER}\""))));
    }
    let twin = (kind.twin)()
        .changed_by(&kind.id("bound"), edits)
        .accept()
        .title("tokens that name the configured audience and issuer, the renewing one too")
        .why("A configured audience and issuer bind the token that renews like the one that opened.")
        .requirement("CF-AUD-2")
        .requirement("CF-ISS-2")
        .class("V1");
    let other = |name: &str, edit: Edit, reasons: &[Reason], requirement: &str, class: &str, title: &str| {
        twin.changed(&kind.id(name), of_token("renewed", edit))
            .reject(reasons.iter().copied())
            .title(title)
            .why(
                "A token that is meant for somebody else, or made by somebody else, renews nothing here. \
                 What checks a renewal must not know less than what checks the first token.",
            )
            .requirement(requirement)
            .class(class)
            .threat(Threat::Holder)
    };
    let array = format!("[\"https://other.example.com\",\"{AUDIENCE}\"]");
    vec![
        twin.changed(&kind.id("audience-in-a-list"), of_token("renewed", claim("aud", &array)))
            .accept()
            .title("a renewing token for two audiences, one of them the configured one")
            .why("One of several audiences is enough.")
            .requirement("CF-AUD-2")
            .class("V1"),
        other(
            "other-audience",
            claim("aud", "\"https://other.example.com\""),
            &[Reason::Audience],
            "CF-AUD-2",
            "C8",
            "a renewing token for another audience",
        ),
        other(
            "audience-absent",
            without_claim("aud"),
            &[Reason::Audience, Reason::ClaimMissing],
            "CF-AUD-2",
            "C8",
            "a renewing token for no audience",
        ),
        other(
            "other-issuer",
            claim("iss", "\"https://other.example.com\""),
            &[Reason::Issuer],
            "CF-ISS-2",
            "C9",
            "a renewing token of another issuer",
        ),
        other(
            "issuer-absent",
            without_claim("iss"),
            &[Reason::Issuer, Reason::ClaimMissing],
            "CF-ISS-2",
            "C9",
            "a renewing token of no issuer",
        ),
        twin,
    ]
}

fn without_exp(kind: &Kind) -> Vec<Case> {
    vec![
        kind.renewed_by("without-exp", [without_claim("exp")])
            .accept()
            .title("a renewing token without exp")
            .why("A good token without `exp` renews for good.")
            .requirement(kind.renews)
            .class("V1"),
    ]
}

/// Name, user, what it is.
const OTHER_USERS: [(&str, &str, &str); 5] = [
    ("other-user", "\"43\"", "of another user"),
    ("anonymous-user", "\"\"", "of an anonymous user"),
    ("user-longer", "\"420\"", "of a user whose id begins like that of the connected one"),
    ("user-shorter", "\"4\"", "of a user whose id is the beginning of the connected one's"),
    ("user-trailing-space", "\"42 \"", "of a user whose id has a space after it"),
];

fn other_user((name, user, what): (&str, &str, &str)) -> Case {
    CONNECTION
        .renewed_by(name, [claim("sub", user)])
        .reject([Reason::User])
        .title(format!("a renewing token {what}"))
        .why(
            "A connection has the user that it was opened for. A server that renews it by the token of \
             another one lets somebody stay by a token that is not theirs.",
        )
        .requirement(CONNECTION.breaks)
        .class("C16")
        .threat(Threat::Holder)
}

fn other_channel(kind: &Kind) -> Case {
    kind.renewed_by("other-channel", [claim("channel", "\"ns:weather\"")])
        .reject([Reason::Channel])
        .title("a renewing token for another channel")
        .why("A token is for one channel, whether it opens or renews the subscription to it.")
        .requirement(kind.breaks)
        .class("C14")
        .threat(Threat::Holder)
}

/// What only connections have: renewing twice, and by what opened them; other channels in the token.
fn of_connections() -> Vec<Case> {
    let kind = &CONNECTION;
    let twin = (kind.twin)();
    let with_channels = twin
        .changed_by(
            &kind.id("same-channels"),
            vec![
                of_token("first", claim("channels", "[\"ns:news\"]")),
                of_token("renewed", claim("channels", "[\"ns:news\"]")),
            ],
        )
        .accept()
        .title("a renewing token with the same channels")
        .why("A token that lists what the connection has renews it.")
        .requirement("CF-EXP-4")
        .class("V1");
    let silent = "The documentation does not say what becomes of channels in a token that renews: it is \
                  accepted, or the client has to come again.";
    vec![
        twin.changed(
            &kind.id("by-the-first-token"),
            flow(FlowChange::AddStep { before: 1, step: step(0, refresh("first")) }),
        )
        .accept()
        .title("a connection that is renewed by the token that opened it, and by another one")
        .why("Until it expires, the first token is as good as the second; `jti` and `iat` change nothing.")
        .requirement("CF-IAT-1")
        .class("V1"),
        twin.changed(
            &kind.id("twice"),
            flow(FlowChange::AddStep { before: 2, step: step(0, refresh("renewed")) }),
        )
        .accept()
        .title("a connection that is renewed twice by one token")
        .why("A token is not used up.")
        .requirement("CF-JTI-1")
        .class("V1"),
        twin.changed(
            &kind.id("second-connection"),
            flow(FlowChange::AddStep { before: 1, step: step(0, connect("first")) }),
        )
        .accept()
        .title("the second of two connections by one token is renewed")
        .why("The same token can connect twice, and each connection is renewed for itself.")
        .requirement("CF-JTI-1")
        .class("V1"),
        twin.changed(
            &kind.id("by-a-subscription-token"),
            of_token("renewed", claim("channel", "\"ns:news\"")),
        )
        .either_better_refused(
            "The documentation says what a token for a channel is for, and not that it opens no \
                 connection. To prefer a refusal is the choice of this project.",
            [Reason::Purpose],
        )
        .title("a connection that is renewed by a token for a channel")
        .why("A token for one channel would keep the whole connection.")
        .requirement("CS-X-1")
        .class("C14")
        .threat(Threat::Holder),
        with_channels
            .changed(&kind.id("other-channels"), of_token("renewed", claim("channels", "[\"ns:weather\"]")))
            .either(silent, [Reason::Subscriptions])
            .title("a renewing token with other channels")
            .why("Which channels the connection then has is left open; it is not told that it has them.")
            .requirement("CF-CHAN-1")
            .class("C24"),
        with_channels
            .changed(&kind.id("no-channels"), of_token("renewed", without_claim("channels")))
            .either(silent, [Reason::Subscriptions])
            .title("a renewing token without the channels of the first")
            .why("Which channels the connection then has is left open.")
            .requirement("CF-CHAN-1")
            .class("C24"),
        with_channels,
    ]
}
