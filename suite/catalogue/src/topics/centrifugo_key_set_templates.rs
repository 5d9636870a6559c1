//! Key sets at URLs that are made of what a token says: one set for each issuer or audience.

use jotproof_mint::document;
use jotproof_model::context::{Origin, Transport};
use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, KeySet, Reason, Threat};

use super::Topic;
use crate::bound::{AUDIENCE, Bound, ISSUER};
use crate::case::{Case, alg, foreign_key_for, key_for};
use crate::edits::{context, header, sign};
use crate::published::{jwk, with, word};
use crate::twins;

use Algorithm::{ES256, EdDSA, RS256};

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for algorithm in [RS256, ES256, EdDSA] {
        for by in [ISSUER, AUDIENCE] {
            cases.extend(tenants(algorithm, by));
            cases.extend(led_astray(algorithm, by));
        }
    }
    Topic {
        path: "centrifugo/key-set-templates",
        about: "Key sets whose URL is made of the issuer or the audience that a token names, before anybody \
                has verified it.",
        cases,
    }
}

/// The `kid` of every key: people call their keys alike.
const KID: &str = "\"default\"";

fn id(by: Bound, algorithm: Algorithm, name: &str) -> String {
    format!("centrifugo/key-set-templates/{}-by-{}-{name}", word(algorithm), by.what)
}

fn names(by: Bound, tenant: &str) -> Edit {
    by.says(&format!("https://idp.example.com/{tenant}"))
}

/// Where key sets are.
struct Place {
    /// The pattern whose group leads there.
    pattern: &'static str,
    /// The template.
    path: &'static str,
    /// Where the other key set is.
    others: &'static str,
    /// The `kid` of its key.
    kid: &'static str,
}

/// A token of the tenant acme, whose key set is found by the claim that names it; another one is at
/// `other`.
fn token_of_acme(
    algorithm: Algorithm,
    by: Bound,
    Place { pattern, path, others, kid }: Place,
    fetched: &[&str],
) -> Vec<Edit> {
    let set = |key: &str, kid| document::key_set([&*with(&jwk(key, algorithm), "kid", kid)]);
    let key_set = KeySet {
        path: path.to_owned(),
        documents: [
            (path.replace("{{tenant}}", "acme"), set(key_for(algorithm), KID)),
            (others.to_owned(), set(&foreign_key_for(algorithm), kid)),
        ]
        .into(),
        fetched: fetched.iter().map(|path| (*path).to_owned()).collect(),
        origin: Origin::Published,
        transport: Transport::Plain,
    };
    vec![
        context(ContextChange::KeySet { key_set }),
        by.matching(pattern),
        context(ContextChange::Algorithms { algorithms: vec![algorithm] }),
        header("kid", KID),
        names(by, "acme"),
        sign(Some(&alg(algorithm)), key_for(algorithm), algorithm),
    ]
}

/// The key sets of a case, of which that of the others is configured.
fn of_the_others(case: &Case) -> KeySet {
    let key_set = case.context().key_set.clone().expect("the case has a key set");
    KeySet { path: "/uploads/mallory/jwks.json".to_owned(), ..key_set }
}

/// Two tenants, each with its own key set, of which one was fetched before.
fn tenants(algorithm: Algorithm, by: Bound) -> Vec<Case> {
    let place = Place {
        pattern: r"^https://idp\.example\.com/(?P<tenant>[a-z]+)$",
        path: "/tenants/{{tenant}}/jwks.json",
        others: "/tenants/globex/jwks.json",
        kid: KID,
    };
    // Its own token comes first, and everything else after it.
    let fetched = ["/tenants/acme/jwks.json"];
    let acme = twins::centrifugo()
        .changed_by(&id(by, algorithm, "valid"), token_of_acme(algorithm, by, place, &fetched))
        .accept()
        .title(format!("the key set is that of the {} that the token names", by.what))
        .why("Every tenant has a key set of its own, and the token is signed with a key of its tenant.")
        .requirement("CF-JWKS-4")
        .requirement(by.of_patterns)
        .class("V1");
    let unknown = acme
        .changed(&id(by, algorithm, "tenant-unknown"), names(by, "initech"))
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("a tenant without a key set")
        .why("Nobody has published a key for this tenant.")
        .requirement("CF-JWKS-4")
        .class("K2");
    let foreign = acme
        .changed(
            &id(by, algorithm, "key-of-the-other-tenant"),
            sign(None, &foreign_key_for(algorithm), algorithm),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title("the key of another tenant signs, with the same kid")
        .why("Each tenant signs for itself.")
        .requirement("CF-JWKS-4")
        .class("K13");
    let forged = acme
        .changed(&id(by, algorithm, "cve-2026-49998"), names(by, "globex"))
        .reject([Reason::Signature, Reason::Key])
        .threat(Threat::Forger)
        .title("after a token of one tenant, one that names another, with the same key (CVE-2026-49998)")
        .why(
            "The key that was fetched for one tenant has the `kid` of the other's. Found by that alone, it \
             signs for every tenant.",
        )
        .requirement("CF-JWKS-4")
        .class("K13");
    vec![acme, unknown, foreign, forged]
}

/// The claim leads to another place of the same host, where somebody else may put files.
fn led_astray(algorithm: Algorithm, by: Bound) -> Vec<Case> {
    let place = Place {
        pattern: r"^https://idp\.example\.com/(?P<tenant>.+)$",
        path: "/permissive/{{tenant}}/jwks.json",
        others: "/uploads/mallory/jwks.json",
        kid: "\"mallory\"",
    };
    let acme = twins::centrifugo()
        .changed_by(&id(by, algorithm, "permissive-valid"), token_of_acme(algorithm, by, place, &[]))
        .accept()
        .title("a tenant that a permissive pattern matches")
        .why("The pattern lets every tenant through, this one too.")
        .requirement("CF-JWKS-4")
        .requirement(by.of_patterns)
        .class("V1");
    let astray = acme
        .changed_by(
            &id(by, algorithm, "cve-2026-32301"),
            vec![
                names(by, "../uploads/mallory"),
                header("kid", "\"mallory\""),
                sign(None, &foreign_key_for(algorithm), algorithm),
            ],
        )
        .reject([Reason::Key, Reason::Signature, by.reason])
        .threat(Threat::Forger)
        .title(
            "a token that leads to a key set of its sender and is signed with a key of it (CVE-2026-32301)",
        )
        .why(
            "Nobody has verified the claim when the URL is made of it. Where it leads out of the place that \
             was meant, the sender chooses the key, and is whoever they like.",
        )
        .requirement("CF-JWKS-4")
        .requirement("RFC8725-3.10-TRUST")
        .class("K14");
    let nowhere = acme
        .changed_by(
            &id(by, algorithm, "permissive-nowhere"),
            vec![names(by, "%zz"), header("kid", "\"nobody\"")],
        )
        .reject([Reason::Key, Reason::Signature, by.reason])
        .threat(Threat::Forger)
        .title("a tenant whose name makes the URL one that cannot be parsed, and a kid that nobody knows")
        .why("There is no key set at a URL that is none (RFC 3986 section 2.1).")
        .requirement("CF-JWKS-4")
        .class("K2");
    // The very token leads elsewhere where the template, or the pattern that fills it in, is another one.
    let elsewhere = acme
        .changed(
            &id(by, algorithm, "permissive-elsewhere"),
            context(ContextChange::KeySet { key_set: of_the_others(&acme) }),
        )
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("the URL is no template, and leads to a key set that is not the tenant's")
        .why("The key set that is configured decides, whatever else is published beside it.")
        .requirement("CF-JWKS-4")
        .class("K13");
    let otherwise = acme
        .changed(
            &id(by, algorithm, "permissive-pattern-of-the-host"),
            by.matching(r"^https://(?P<tenant>[a-z]+)\.example\.com/acme$"),
        )
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("the group of the pattern matches another part of what the token says")
        .why(
            "It is the group that leads to a key set, and nobody has published one for what it matches here.",
        )
        .requirement("CF-JWKS-4")
        .requirement(by.of_patterns)
        .class("K13");
    vec![acme, astray, nowhere, elsewhere, otherwise]
}
