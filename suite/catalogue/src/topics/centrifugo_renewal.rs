//! Tokens that renew a connection or a subscription: valid ones, and those whose defect shows only beside the
//! token that opened it.
//!
//! Defects of any token are carried over from other topics, in [`super::carried_over`].

use jotproof_model::edit::{ContextChange, FlowChange};
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, flow, of_token, sign, without_claim};
use crate::steps::{connect, refresh, step};
use crate::twins::{self, AUDIENCE, ISSUER};

/// The kind of what is renewed.
struct Kind {
    path: &'static str,
    twin: fn() -> Case,
    /// The requirement behind a valid renewal.
    renews: &'static str,
    /// The requirement that an invalid renewal breaks.
    breaks: &'static str,
    /// The names of its tokens, the renewing token last.
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
        about: "Renewals of connections: which tokens renew one, and how long it lasts then.",
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
            .title("renewing token of a different user")
            .why(
                "A token belongs to one user, whether it opens or renews a subscription. A server that \
                 accepts this lets a user stay subscribed with the token of another.",
            )
            .requirement(kind.breaks)
            .class("C14")
            .threat(Threat::Holder),
    );
    Topic {
        path: kind.path,
        about: "Renewals of subscriptions of Centrifugo 4 and later: which tokens renew one, and how long \
                it lasts then.",
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
            .title("renewing token for a different client")
            .why(
                "A private-channel token is for one client, whether it opens or renews a subscription. A \
                 server that accepts this lets a client stay subscribed with the token of another.",
            )
            .requirement("CP-CLI-1")
            .class("C14")
            .threat(Threat::Holder),
    );
    Topic {
        path: kind.path,
        about: "Renewals of subscriptions to private channels of Centrifugo 3: which tokens renew one, and \
                how long it lasts then.",
        cases,
    }
}

impl Kind {
    fn id(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// The same flow with a different renewing token.
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

/// Name, claim, value, title, explanation.
const GOOD: [(&str, &str, &str, &str, &str); 5] = [
    (
        "sooner",
        "exp",
        "{{now+1800}}",
        "renewing token that expires sooner than the first one",
        "The expiration of the new token applies, even if it is the earlier one.",
    ),
    (
        "expire-at",
        "expire_at",
        "{{now+600}}",
        "renewing token with expire_at in ten minutes",
        "`expire_at` decides when the renewed connection or subscription ends, as it does for a new one.",
    ),
    (
        "expire-at-zero",
        "expire_at",
        "0",
        "renewing token with expire_at 0",
        "If `expire_at` is 0, the renewed connection or subscription no longer expires. `exp` applies to \
         the token only.",
    ),
    (
        "jti",
        "jti",
        "\"5f0c2a52\"",
        "renewing token with jti",
        "`jti` is optional and does not affect the verdict.",
    ),
    (
        "unknown-claim",
        "role",
        "\"editor\"",
        "renewing token with an unknown claim",
        "Claims that a server does not understand are ignored.",
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
    ("exp-past", "exp", "{{now-90}}", Reason::Expired, "renewing token with exp 90 seconds ago"),
    ("exp-a-day-ago", "exp", "{{now-86400}}", Reason::Expired, "renewing token with exp one day ago"),
    ("exp-long-past", "exp", "1", Reason::Expired, "renewing token with exp one second after the epoch"),
    ("exp-negative", "exp", "-1", Reason::Expired, "renewing token with exp one second before the epoch"),
    ("nbf-future", "nbf", "{{now+600}}", Reason::NotYetValid, "renewing token with nbf in ten minutes"),
    ("nbf-tomorrow", "nbf", "{{now+86400}}", Reason::NotYetValid, "renewing token with nbf in one day"),
];

fn outdated(kind: &Kind, (name, member, value, reason, title): (&str, &str, &str, Reason, &str)) -> Case {
    kind.renewed_by(name, [claim(member, value)])
        .reject([reason])
        .title(title)
        .why(
            "The backend issues a new token only while the user may stay. A server that accepts a renewing \
             token outside its time keeps users whom the backend would have removed.",
        )
        .requirement(kind.breaks)
        .class("C16")
        .threat(Threat::Holder)
}

fn forged(kind: &Kind) -> Vec<Case> {
    let changed = |name: &str, edit: Edit| kind.renewed_by(name, [edit]);
    let alg = Some("\"HS256\"");
    let why = "A renewing token needs a valid signature like any other token. A server that does not verify \
               it lets anyone stay connected.";
    let finish = |case: Case, title: &str| {
        case.title(title).why(why).requirement("RFC7515-5.2-VERIFY").class("S0").threat(Threat::Forger)
    };
    vec![
        finish(
            changed("foreign-key", sign(alg, "hmac-64-bytes-foreign", Algorithm::HS256))
                .reject([Reason::Signature]),
            "renewing token signed with a different key",
        ),
        finish(
            changed("foreign-key-hs512", sign(Some("\"HS512\""), "hmac-64-bytes-foreign", Algorithm::HS512))
                .reject([Reason::Signature, Reason::Algorithm]),
            "renewing token signed with a different key and HS512",
        ),
    ]
}

/// Cases that the documentation leaves open, as for the token that opens a connection or a subscription.
fn open(kind: &Kind) -> Vec<Case> {
    let past = "The documentation requires a time in the future, or 0. A server may reject a time in the \
                past as expired, or end the connection or subscription at once.";
    vec![
        kind.renewed_by("expire-at-past", [claim("expire_at", "{{now-60}}")])
            .either(past, [Reason::ConnectionExpired])
            .title("renewing token with expire_at one minute ago")
            .why("The new end is already past. A server must not keep the connection or subscription open.")
            .requirement("CF-EXPAT-3")
            .class("C23")
            .threat(Threat::Holder),
        kind.renewed_by("expire-at-negative", [claim("expire_at", "-1")])
            .either(
                "The documentation allows 0 and times in the future. A server may reject a negative number, \
                 or treat it as 0.",
                [Reason::ClaimType, Reason::ConnectionExpired],
            )
            .title("renewing token with expire_at -1")
            .why("A negative number is not a time at which a connection or subscription could end.")
            .requirement("CF-EXPAT-4")
            .class("C23")
            .effect(|effect| effect.expires = None),
    ]
}

/// An audience and an issuer are configured, and every token of the flow names them.
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
        .title("all tokens with the configured audience and issuer")
        .why("The configured audience and issuer apply to the renewing token as they do to the first one.")
        .requirement("CF-AUD-2")
        .requirement("CF-ISS-2")
        .class("V1");
    let other = |name: &str, edit: Edit, reasons: &[Reason], requirement: &str, class: &str, title: &str| {
        twin.changed(&kind.id(name), of_token("renewed", edit))
            .reject(reasons.iter().copied())
            .title(title)
            .why(
                "The token is for another service or from another issuer, and so must not renew anything \
                 here. A server that checks less for a renewal than for the first token accepts it.",
            )
            .requirement(requirement)
            .class(class)
            .threat(Threat::Holder)
    };
    let array = format!("[\"https://other.example.com\",\"{AUDIENCE}\"]");
    vec![
        twin.changed(&kind.id("audience-in-a-list"), of_token("renewed", claim("aud", &array)))
            .accept()
            .title("renewing token with two audiences, one of them configured")
            .why("One matching audience is enough.")
            .requirement("CF-AUD-2")
            .class("V1"),
        other(
            "other-audience",
            claim("aud", "\"https://other.example.com\""),
            &[Reason::Audience],
            "CF-AUD-2",
            "C8",
            "renewing token with a different audience",
        ),
        other(
            "audience-absent",
            without_claim("aud"),
            &[Reason::Audience, Reason::ClaimMissing],
            "CF-AUD-2",
            "C8",
            "renewing token without aud, audience configured",
        ),
        other(
            "other-issuer",
            claim("iss", "\"https://other.example.com\""),
            &[Reason::Issuer],
            "CF-ISS-2",
            "C9",
            "renewing token with a different issuer",
        ),
        other(
            "issuer-absent",
            without_claim("iss"),
            &[Reason::Issuer, Reason::ClaimMissing],
            "CF-ISS-2",
            "C9",
            "renewing token without iss, issuer configured",
        ),
        twin,
    ]
}

fn without_exp(kind: &Kind) -> Vec<Case> {
    vec![
        kind.renewed_by("without-exp", [without_claim("exp")])
            .accept()
            .title("renewing token without exp")
            .why("After a renewal with a valid token without `exp`, nothing expires any more.")
            .requirement(kind.renews)
            .class("V1"),
    ]
}

/// Name, user, description.
const OTHER_USERS: [(&str, &str, &str); 5] = [
    ("other-user", "\"43\"", "of a different user"),
    ("anonymous-user", "\"\"", "of an anonymous user"),
    ("user-longer", "\"420\"", "of a user whose id begins with the connected user's id"),
    ("user-shorter", "\"4\"", "of a user whose id is a prefix of the connected user's id"),
    ("user-trailing-space", "\"42 \"", "of a user whose id is the connected user's id followed by a space"),
];

fn other_user((name, user, what): (&str, &str, &str)) -> Case {
    CONNECTION
        .renewed_by(name, [claim("sub", user)])
        .reject([Reason::User])
        .title(format!("renewing token {what}"))
        .why(
            "A connection belongs to the user that opened it. A server that accepts the token of a \
             different user lets somebody stay connected with a token that is not theirs.",
        )
        .requirement(CONNECTION.breaks)
        .class("C16")
        .threat(Threat::Holder)
}

fn other_channel(kind: &Kind) -> Case {
    kind.renewed_by("other-channel", [claim("channel", "\"ns:weather\"")])
        .reject([Reason::Channel])
        .title("renewing token for a different channel")
        .why(
            "A token is for one channel, whether it opens or renews a subscription. A server that accepts \
             this lets a user stay in a channel with the token of another.",
        )
        .requirement(kind.breaks)
        .class("C14")
        .threat(Threat::Holder)
}

/// Cases of connections only: two renewals, a renewal with the first token, and different channels in the
/// token.
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
        .title("renewing token with the same channels")
        .why("The token lists the channels that the connection already has, so it renews the connection.")
        .requirement("CF-EXP-4")
        .class("V1");
    let silent = "The documentation does not say how to treat the channels of a renewing token. The server \
                  accepts the token, or the client has to connect again.";
    vec![
        twin.changed(
            &kind.id("by-the-first-token"),
            flow(FlowChange::AddStep { before: 1, step: step(0, refresh("first")) }),
        )
        .accept()
        .title("connection renewed with its first token, then with a new one")
        .why(
            "The first token is valid until it expires, so it may renew the connection. `jti` and `iat` do \
             not affect the verdict.",
        )
        .requirement("CF-IAT-1")
        .class("V1"),
        twin.changed(
            &kind.id("twice"),
            flow(FlowChange::AddStep { before: 2, step: step(0, refresh("renewed")) }),
        )
        .accept()
        .title("connection renewed twice with the same token")
        .why("A token is not used up by a renewal.")
        .requirement("CF-JTI-1")
        .class("V1"),
        twin.changed(
            &kind.id("second-connection"),
            flow(FlowChange::AddStep { before: 1, step: step(0, connect("first")) }),
        )
        .accept()
        .title("second of two connections with the same token renewed")
        .why("The same token may open two connections. Each is renewed separately.")
        .requirement("CF-JTI-1")
        .class("V1"),
        twin.changed(
            &kind.id("by-a-subscription-token"),
            of_token("renewed", claim("channel", "\"ns:news\"")),
        )
        .either_better_refused(
            "The documentation defines the purpose of subscription tokens. It does not say that they open \
             no connection. The preference for a rejection is the choice of this project.",
            [Reason::Purpose],
        )
        .title("connection renewed with a subscription token")
        .why(
            "A server that accepts this lets a client keep its whole connection with a token issued for one \
             channel.",
        )
        .requirement("CS-X-1")
        .class("C14")
        .threat(Threat::Holder),
        with_channels
            .changed(&kind.id("other-channels"), of_token("renewed", claim("channels", "[\"ns:weather\"]")))
            .either(silent, [Reason::Subscriptions])
            .title("renewing token with different channels")
            .why(
                "The documentation does not say which channels the connection has then. The server may \
                 renew it without the new channels, or reject the token.",
            )
            .requirement("CF-CHAN-1")
            .class("C24"),
        with_channels
            .changed(&kind.id("no-channels"), of_token("renewed", without_claim("channels")))
            .either(silent, [Reason::Subscriptions])
            .title("renewing token without the channels of the first token")
            .why(
                "The documentation does not say which channels the connection has then. The server may \
                 renew it or reject the token.",
            )
            .requirement("CF-CHAN-1")
            .class("C24"),
        with_channels,
    ]
}
