//! G26: a token inside a token (RFC 7519 section 5.2).

use jotproof_mint::{Mint, keys};
use jotproof_model::recipe::Signer;
use jotproof_model::vector::Severity;
use jotproof_model::{Algorithm, Edit, Reason, Subject, Threat, Token};

use super::Topic;
use crate::NOW;
use crate::case::Case;
use crate::edits::{by, claim, nest, quoted, sign, unsigned};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = GENUINE.into_iter().map(genuine).collect();
    cases.push(without_content_type());
    cases.extend(inner());
    cases.extend([outer_forged(), outer_unsecured()]);
    cases.extend([genuine_as_a_claim(), genuine_as_a_claim_of_a_forgery()]);
    Topic {
        path: "header/nested",
        about: "Tokens with a token inside: good ones, and ones with a forgery at one of the two places.",
        cases,
    }
}

const KEY: &str = "hmac-64-bytes";
const FOREIGN: &str = "hmac-64-bytes-foreign";

/// Makes the token the payload of another one, whose `cty` says so.
fn nested(signer: Signer) -> Edit {
    nest(&[("alg", "\"HS256\""), ("cty", "\"JWT\"")], signer)
}

fn signed() -> Edit {
    nested(by(KEY, Algorithm::HS256))
}

/// The reasons of a verifier without support for nested tokens.
const REFUSED: [Reason; 3] = [Reason::Type, Reason::Payload, Reason::HeaderParameter];

fn because(more: &[Reason]) -> Vec<Reason> {
    REFUSED.iter().chain(more).copied().collect()
}

/// Raw value of `cty`, name, what it is.
const GENUINE: [(&str, &str, &str); 2] =
    [("\"JWT\"", "genuine", "JWT"), ("\"jwt\"", "genuine-lower-case", "jwt, in lower case")];

fn genuine((cty, name, what): (&str, &str, &str)) -> Case {
    let header = [("alg", "\"HS256\""), ("cty", cty)];
    twins::hs256()
        .changed(&format!("header/nested/{name}"), nest(&header, by(KEY, Algorithm::HS256)))
        .either(
            "RFC 7519 section 7.2 (8) validates the inner token in its turn; section 8 does not ask for support of nested \
             tokens.",
            REFUSED,
        )
        .title(format!("a genuine token inside a genuine one, and cty is {what}"))
        .why(
            "Both signatures are good. A verifier that supports nested tokens accepts this one, with the inner claims. \
             Another one finds no JSON object, and refuses.",
        )
        .requirement("RFC7519-7.2-NESTED")
        .requirement("RFC7519-5.2-CTY")
        .requirement("RFC8725-3.3-ALL")
        .class("H4")
        .severity(Severity::Low)
}

fn without_content_type() -> Case {
    twins::hs256()
        .changed("header/nested/without-cty", nest(&[("alg", "\"HS256\"")], by(KEY, Algorithm::HS256)))
        .reject([Reason::Payload, Reason::Type])
        .title("a genuine token inside a genuine one, without cty")
        .why(
            "`cty` must say that the payload is a token (RFC 7519 section 5.2). Without it the payload is claims, and \
             this one is no JSON object (section 7.2 step 10).",
        )
        .requirement("RFC7519-5.2-CTY")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("H4")
}

/// Name, edit of the inner token, the inner token in words, reasons, threat, requirement.
type Row = (&'static str, Edit, &'static str, &'static [Reason], Threat, &'static str);

/// Genuine tokens with a bad token inside.
fn inner() -> Vec<Case> {
    let rows: [Row; 4] = [
        (
            "inner-forged",
            sign(None, FOREIGN, Algorithm::HS256),
            "a token with a foreign signature",
            &[Reason::Signature, Reason::Key],
            Threat::Issuer,
            "RFC7515-5.2-VERIFY",
        ),
        (
            "inner-unsecured",
            unsigned(Some("\"none\"")),
            "an unsecured token",
            &[Reason::Algorithm, Reason::Signature],
            Threat::Issuer,
            "RFC8725-3.2-NONE",
        ),
        (
            "inner-expired",
            claim("exp", "{{now-3600}}"),
            "a token that expired an hour ago",
            &[Reason::Expired],
            Threat::Holder,
            "RFC7519-4.1.4-EXP",
        ),
        (
            "inner-in-another-layer-without-signature",
            nested(Signer::Nobody),
            "a token in a layer without signature",
            &[Reason::Algorithm, Reason::Signature],
            Threat::Issuer,
            "RFC7515-5.2-VERIFY",
        ),
    ];
    let case = |(name, edit, what, reasons, threat, requirement): Row| {
        twins::hs256()
            .changed_by(&format!("header/nested/{name}"), vec![edit, signed()])
            .reject(because(reasons))
            .threat(threat)
            .title(format!("a genuine token with {what} inside, and cty is JWT"))
            .why(
                "The outer signature is good, and says nothing of the inner token. A verifier that opens the outer one \
                 validates the inner one by every rule (RFC 7519 section 7.2 step 8, RFC 8725 section 3.3).",
            )
            .requirement("RFC7519-7.2-NESTED")
            .requirement("RFC8725-3.3-ALL")
            .requirement(requirement)
            .class("H4")
    };
    rows.into_iter().map(case).collect()
}

const OUTER: &str = "Whoever has seen a genuine token can put it into another one. A verifier that goes straight to the \
                     inner token, and finds it good, has not validated the outer one (RFC 8725 section 3.3).";

fn outer_forged() -> Case {
    twins::hs256()
        .changed("header/nested/outer-forged", nested(by(FOREIGN, Algorithm::HS256)))
        .reject(because(&[Reason::Signature, Reason::Key]))
        .threat(Threat::Forger)
        .title("a genuine token inside one with a foreign signature, and cty is JWT")
        .why(OUTER)
        .requirement("RFC8725-3.3-ALL")
        .requirement("RFC7515-5.2-VERIFY")
        .class("H4")
}

fn outer_unsecured() -> Case {
    twins::hs256()
        .changed(
            "header/nested/outer-unsecured",
            nest(&[("alg", "\"none\""), ("cty", "\"JWT\"")], Signer::Nobody),
        )
        .reject(because(&[Reason::Algorithm, Reason::Signature]))
        .threat(Threat::Forger)
        .title("a genuine token inside an unsecured one, and cty is JWT")
        .why(OUTER)
        .requirement("RFC8725-3.3-ALL")
        .requirement("RFC8725-3.2-NONE")
        .class("H4")
}

/// A genuine token, as text. Nothing depends on its times.
fn token() -> String {
    let vector = twins::hs256().build(&Mint::new(keys::all()), NOW).expect("the first token can be minted");
    match vector.subject {
        Subject::Token { token: Token::Text { text }, .. } => text,
        _ => String::new(),
    }
}

fn genuine_as_a_claim() -> Case {
    twins::hs256()
        .changed("header/nested/genuine-as-a-claim", claim("inner", &quoted(&token())))
        .accept()
        .title("a claim holds a token")
        .why("The claim is not known and is ignored, whatever it holds (RFC 7519 section 4).")
        .requirement("RFC7519-4-IGNORE")
        .class("H4")
}

fn genuine_as_a_claim_of_a_forgery() -> Case {
    genuine_as_a_claim()
        .changed("header/nested/genuine-as-a-claim-of-a-forgery", sign(None, FOREIGN, Algorithm::HS256))
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title("a forgery with a claim that holds a genuine token")
        .why("A verifier that looks for a token anywhere in the text finds a genuine one inside the forgery.")
        .requirement("RFC7515-5.2-VERIFY")
        .class("H4")
}
