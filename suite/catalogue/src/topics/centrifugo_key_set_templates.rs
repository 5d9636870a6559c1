//! Key sets at URLs that are made from a claim of the token: one set for each issuer or audience.

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
            let made = tenants(algorithm, by).into_iter().chain(led_astray(algorithm, by));
            cases.extend(made.map(|case| {
                let title = format!("{algorithm}, by {}: {}", by.what, case.titled());
                case.title(title)
            }));
        }
    }
    Topic {
        path: "centrifugo/key-set-templates",
        about: "Key sets whose URL is made from the issuer or the audience of a token before the token is \
                verified.",
        cases,
    }
}

/// The `kid` of every key, because different tenants use the same names.
const KID: &str = "\"default\"";

fn id(by: Bound, algorithm: Algorithm, name: &str) -> String {
    format!("centrifugo/key-set-templates/{}-by-{}-{name}", word(algorithm), by.what)
}

fn names(by: Bound, tenant: &str) -> Edit {
    by.says(&format!("https://idp.example.com/{tenant}"))
}

/// The places of key sets.
struct Place {
    /// The regex whose group fills in the template.
    pattern: &'static str,
    /// The template.
    path: &'static str,
    /// The path of the other key set.
    others: &'static str,
    /// The `kid` of the other key.
    kid: &'static str,
}

/// A token of the tenant acme, whose key set is found by the claim that names the tenant. Another key set is
/// at `others`.
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

/// The key sets of a case, with the other one configured.
fn of_the_others(case: &Case) -> KeySet {
    let key_set = case.context().key_set.clone().expect("the case has a key set");
    KeySet { path: "/uploads/mallory/jwks.json".to_owned(), ..key_set }
}

/// Two tenants, each with its own key set. One set was fetched before.
fn tenants(algorithm: Algorithm, by: Bound) -> Vec<Case> {
    let place = Place {
        pattern: r"^https://idp\.example\.com/(?P<tenant>[a-z]+)$",
        path: "/tenants/{{tenant}}/jwks.json",
        others: "/tenants/globex/jwks.json",
        kid: KID,
    };
    // The token of the tenant comes first, so its set is fetched before every other token.
    let fetched = ["/tenants/acme/jwks.json"];
    let acme = twins::centrifugo()
        .changed_by(&id(by, algorithm, "valid"), token_of_acme(algorithm, by, place, &fetched))
        .accept()
        .title(format!("key set of the {} that the token names", by.what))
        .why("Every tenant has its own key set, and the token is signed with a key of its tenant.")
        .requirement("CF-JWKS-4")
        .requirement(by.of_patterns)
        .class("V1");
    let unknown = acme
        .changed(&id(by, algorithm, "tenant-unknown"), names(by, "initech"))
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("tenant without a key set")
        .why(
            "No key is published for this tenant. A verifier that uses the key of another tenant lets that \
             tenant sign for it.",
        )
        .requirement("CF-JWKS-4")
        .class("K2");
    let foreign = acme
        .changed(
            &id(by, algorithm, "key-of-the-other-tenant"),
            sign(None, &foreign_key_for(algorithm), algorithm),
        )
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title("signed with the key of another tenant, same kid")
        .why(
            "Each tenant signs for itself only. A verifier that accepts this lets one tenant sign for \
             another.",
        )
        .requirement("CF-JWKS-4")
        .class("K13");
    let forged = acme
        .changed(&id(by, algorithm, "cve-2026-49998"), names(by, "globex"))
        .reject([Reason::Signature, Reason::Key])
        .threat(Threat::Forger)
        .title(
            "different tenant, signed with the key fetched for the first tenant, same kid (CVE-2026-49998)",
        )
        .why(
            "The keys of both tenants have the same `kid`. A verifier that caches keys by `kid` only lets \
             one tenant sign for all of them.",
        )
        .requirement("CF-JWKS-4")
        .class("K13");
    vec![acme, unknown, foreign, forged]
}

/// The claim leads to another path of the same host, where somebody else may upload files.
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
        .title("tenant that a permissive regex matches")
        .why("The regex matches every tenant, including this one.")
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
            "tenant with ../ that leads to the sender's key set, and signed with a key of it \
             (CVE-2026-32301)",
        )
        .why(
            "The URL is made from a claim that is not yet verified. If the claim can lead outside the \
             intended path, the sender chooses the key and can be any user.",
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
        .title("tenant that makes the URL malformed, and an unknown kid")
        .why(
            "A malformed URL has no key set (RFC 3986 section 2.1). A verifier that falls back to any other \
             key verifies with the wrong one.",
        )
        .requirement("CF-JWKS-4")
        .class("K2");
    // The same token leads to a different key set if the template, or the regex that fills it in, is
    // different.
    let elsewhere = acme
        .changed(
            &id(by, algorithm, "permissive-elsewhere"),
            context(ContextChange::KeySet { key_set: of_the_others(&acme) }),
        )
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("fixed URL of a key set that is not the tenant's")
        .why("Only the configured key set counts, no matter what else is published beside it.")
        .requirement("CF-JWKS-4")
        .class("K13");
    let otherwise = acme
        .changed(
            &id(by, algorithm, "permissive-pattern-of-the-host"),
            by.matching(r"^https://(?P<tenant>[a-z]+)\.example\.com/acme$"),
        )
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title("regex group that matches a different part of the claim")
        .why(
            "The group decides which key set is fetched. No key set is published for the text that it \
             matches here.",
        )
        .requirement("CF-JWKS-4")
        .requirement(by.of_patterns)
        .class("K13");
    vec![acme, astray, nowhere, elsewhere, otherwise]
}
