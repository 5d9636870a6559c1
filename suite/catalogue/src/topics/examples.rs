//! The examples of the RFCs, with the published keys and octets.
//!
//! The claims of RFC 7515 expired in 2011, so the topic has a clock of its own. The other examples have good
//! signatures and a payload that is not a claims set. A verifier of JWTs must reject them for the payload.

mod cookbook;

use jotproof_model::algorithm::Algorithm;
use jotproof_model::edit::{ContextChange, Layer, TextKind};
use jotproof_model::recipe::{Segment, SegmentChange, SignatureChange};
use jotproof_model::{Edit, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg};
use crate::edits::{
    context, header, quoted, sent_segment, sign, signature, signed_segment, text, unsigned, without_header,
};
use crate::twins;

pub(super) const PATH: &str = "examples/rfc";

/// A minute before the claims of RFC 7515 expire.
pub(super) const NOW: i64 = 1_300_819_320;

pub(super) fn topic() -> Topic {
    let mut cases = claims();
    for example in NOT_CLAIMS {
        cases.extend(not_claims(&example));
    }
    cases.push(detached());
    cases.extend(cookbook::cases());
    Topic {
        path: PATH,
        about: "The examples of RFC 7515, 7519, 7520, 7797 and 8037, with the keys that the RFCs publish.",
        cases: cases.into_iter().map(Case::at_its_own_clock).collect(),
    }
}

/// The claims set of RFC 7515 appendix A.1, with its line breaks.
const CLAIMS: &str = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
/// The header of RFC 7515 appendix A.1.1.
const HEADER: &str = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}";
/// The payload of RFC 7520 section 4.
const JOURNEY: &str = "It\u{2019}s a dangerous business, Frodo, going out your door. You step onto the road, and if you \
                       don't keep your feet, there\u{2019}s no knowing where you might be swept off to.";

/// The signature of RFC 7515 appendix A.3.1.
const ES256: &str = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
/// The signature of RFC 7515 appendix A.4.1.
const ES512: &str = "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgo\
                     XD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn";
/// The signature of RFC 7520 section 4.2.
const PS384: &str = "cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OL\
                     PpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9shn\
                     r2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6\
                     oD4ifKo8DYM-X72Eaw";
/// The signature of RFC 7520 section 4.3.
const ES512_OF_7520: &str = "AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnA\
                             MDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2";

/// Configures a published key for one algorithm, and signs with it under a header without `typ`.
fn by(key: &str, algorithm: Algorithm) -> Vec<Edit> {
    vec![
        context(ContextChange::ConfiguredKey { from: "hmac-64-bytes".to_owned(), to: key.to_owned() }),
        context(ContextChange::Algorithms { algorithms: vec![algorithm] }),
        without_header("typ"),
        sign(Some(&alg(algorithm)), key, algorithm),
    ]
}

fn example(layer: Layer, written: &str, what: TextKind) -> Edit {
    text(layer, written, what)
}

fn published(octets: &str) -> Edit {
    signature(SignatureChange::Published { base64url: octets.to_owned() })
}

fn of_claims(name: &str, edits: Vec<Edit>, section: &str) -> Case {
    twins::hs256()
        .changed_by(&format!("{PATH}/{name}"), edits)
        .accept()
        .effect(|effect| effect.claims = Some(CLAIMS.to_owned()))
        .title(format!("the example of {section}"))
        .why(
            "The RFC publishes the key, the token and the claims. A verifier that rejects the token before \
             it expires does not implement the RFC.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("V1")
}

fn claims() -> Vec<Case> {
    let claims = || example(Layer::Payload, CLAIMS, TextKind::ExampleClaims);
    let mut a_1 = by("rfc-7515-a-1", Algorithm::HS256);
    a_1.extend([example(Layer::Header, HEADER, TextKind::Example), claims()]);
    let mut a_2 = by("rfc-7515-a-2", Algorithm::RS256);
    a_2.push(claims());
    let mut a_3 = by("rfc-7515-a-3", Algorithm::ES256);
    a_3.extend([claims(), published(ES256)]);
    let a_1 = of_claims("7515-a-1-hs256", a_1, "RFC 7515 appendix A.1 and RFC 7519 section 3.1: HS256");
    let allowed = vec![
        example(Layer::Header, "{\"alg\":\"none\"}", TextKind::Example),
        unsigned(None),
        context(ContextChange::AllowNone { allow: true }),
    ];
    let allowed = a_1
        .changed_by(&format!("{PATH}/7515-a-5-none-allowed"), allowed)
        .accept()
        .effect(|effect| effect.claims = Some(CLAIMS.to_owned()))
        .title(
            "the example of RFC 7515 appendix A.5 and RFC 7519 section 6.1: alg none, with unsecured tokens \
             allowed",
        )
        .why("The application allows unsecured tokens, and this is a valid one.")
        .requirement("RFC7518-3.6-NONE")
        .requirement("RFC7519-6-UNSECURED")
        .class("V1");
    let of_nobody = vec![
        context(ContextChange::ConfiguredKey {
            from: "hmac-64-bytes".to_owned(),
            to: "rfc-7515-a-1".to_owned(),
        }),
        without_header("typ"),
        unsigned(Some("\"none\"")),
        claims(),
    ];
    let refused = twins::hs256()
        .changed_by(&format!("{PATH}/7515-a-5-none"), of_nobody)
        .reject([Reason::Algorithm, Reason::Signature])
        .threat(Threat::Forger)
        .title(
            "the example of RFC 7515 appendix A.5 and RFC 7519 section 6.1: alg none, with unsecured tokens \
             not allowed",
        )
        .why(
            "The token has no signature, and unsecured tokens are not allowed. A verifier that accepts it \
             lets anyone write claims.",
        )
        .requirement("RFC8725-3.2-NONE")
        .requirement("RFC7518-3.6-NONE")
        .class("A1");
    vec![
        a_1,
        of_claims("7515-a-2-rs256", a_2, "RFC 7515 appendix A.2: RS256"),
        of_claims("7515-a-3-es256", a_3, "RFC 7515 appendix A.3: ES256"),
        allowed,
        refused,
    ]
}

/// An example whose payload is not a claims set.
struct NotClaims {
    name: &'static str,
    section: &'static str,
    key: &'static str,
    algorithm: Algorithm,
    kid: Option<&'static str>,
    payload: &'static str,
    /// The published signature, if the algorithm uses a random number.
    signature: Option<&'static str>,
}

/// The names of the keys of RFC 7520 section 3, in `kid`.
const BILBO: &str = "bilbo.baggins@hobbiton.example";
const MAC_KEY: &str = "018c0ae5-4d9b-471b-bfd6-eef314bc7037";

const NOT_CLAIMS: [NotClaims; 7] = [
    NotClaims {
        name: "7515-a-4-es512",
        section: "RFC 7515 appendix A.4",
        key: "rfc-7515-a-4",
        algorithm: Algorithm::ES512,
        kid: None,
        payload: "Payload",
        signature: Some(ES512),
    },
    NotClaims {
        name: "7520-4-1-rs256",
        section: "RFC 7520 section 4.1",
        key: "rfc-7520-rsa",
        algorithm: Algorithm::RS256,
        kid: Some(BILBO),
        payload: JOURNEY,
        signature: None,
    },
    NotClaims {
        name: "7520-4-2-ps384",
        section: "RFC 7520 section 4.2",
        key: "rfc-7520-rsa",
        algorithm: Algorithm::PS384,
        kid: Some(BILBO),
        payload: JOURNEY,
        signature: Some(PS384),
    },
    NotClaims {
        name: "7520-4-3-es512",
        section: "RFC 7520 section 4.3",
        key: "rfc-7520-ec",
        algorithm: Algorithm::ES512,
        kid: Some(BILBO),
        payload: JOURNEY,
        signature: Some(ES512_OF_7520),
    },
    NotClaims {
        name: "7520-4-4-hs256",
        section: "RFC 7520 section 4.4",
        key: "rfc-7520-hmac",
        algorithm: Algorithm::HS256,
        kid: Some(MAC_KEY),
        payload: JOURNEY,
        signature: None,
    },
    NotClaims {
        name: "7797-4-1-hs256",
        section: "RFC 7797 section 4.1",
        key: "rfc-7515-a-1",
        algorithm: Algorithm::HS256,
        kid: None,
        payload: "$.02",
        signature: None,
    },
    NotClaims {
        name: "8037-a-4-eddsa",
        section: "RFC 8037 appendix A.4",
        key: "rfc-8037-a",
        algorithm: Algorithm::EdDSA,
        kid: None,
        payload: "Example of Ed25519 signing",
        signature: None,
    },
];

/// A good token by the key of an example, under its header.
fn good(NotClaims { name, section, key, algorithm, kid, .. }: &NotClaims) -> Case {
    let mut edits = by(key, *algorithm);
    edits.extend(kid.map(|kid| header("kid", &quoted(kid))));
    twins::hs256()
        .changed_by(&format!("{PATH}/{name}-key"), edits)
        .accept()
        .title(format!("a claims set signed with {algorithm} and the key of {section}"))
        .why("A published key is an ordinary key, and the token is good.")
        .requirement("RFC7515-5.2-VERIFY")
        .class("V1")
}

/// A good token by the key of RFC 7520 section 3.5.
fn good_hs256() -> Case {
    good(&NOT_CLAIMS[4])
}

fn not_claims(example_of: &NotClaims) -> [Case; 2] {
    let NotClaims { name, section, algorithm, payload, signature, .. } = example_of;
    let good = good(example_of);
    let mut edits = vec![example(Layer::Payload, payload, TextKind::Example)];
    edits.extend(signature.map(published));
    let and = if signature.is_some() {
        " with the published payload and signature"
    } else {
        " with the published payload"
    };
    let case = good
        .changed_by(&format!("{PATH}/{name}"), edits)
        .reject([Reason::Payload])
        .title(format!("the example of {section}: {algorithm}{and}"))
        .why(
            "The signature is valid, but the payload is not a JSON object. A verifier that checks only the \
             signature accepts a text that is not a claims set.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("J9");
    [good, case]
}

fn detached() -> Case {
    good(&NOT_CLAIMS[5])
        .changed_by(
            &format!("{PATH}/7797-4-2-hs256"),
            vec![
                header("b64", "false"),
                header("crit", "[\"b64\"]"),
                example(Layer::Payload, NOT_CLAIMS[5].payload, TextKind::Example),
                signed_segment(Segment::Payload, SegmentChange::Unencoded),
                sent_segment(Segment::Payload, SegmentChange::Replace { text: String::new() }),
            ],
        )
        .reject([
            Reason::Critical,
            Reason::HeaderParameter,
            Reason::Payload,
            Reason::Encoding,
            Reason::NotCompact,
            Reason::Signature,
        ])
        .threat(Threat::Mangler)
        .title("the example of RFC 7797 section 4.2: b64 false with a detached payload")
        .why(
            "The RFC shows a JWS that is not a JWT, because its payload is sent separately and unencoded. A \
             verifier of JWTs must reject it.",
        )
        .requirement("RFC7797-7-JWT")
        .requirement("RFC7519-7.2-PAYLOAD")
        .class("H2")
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{Mint, keys};
    use jotproof_model::{Subject, Token};

    use super::*;

    /// The beginnings and ends of the tokens, as the RFCs print them.
    const PRINTED: [(&str, &str, &str); 13] = [
        (
            "7515-a-1-hs256",
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        (
            "7515-a-2-rs256",
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAi",
            "rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        ),
        ("7515-a-3-es256", "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAi", ES256),
        ("7515-a-4-es512", "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.", ES512),
        ("7515-a-5-none", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAi", "cnVlfQ."),
        ("7515-a-5-none-allowed", "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAi", "cnVlfQ."),
        (
            "7520-4-1-rs256",
            "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEg",
            "ee7vjbU5y18kDquDg",
        ),
        (
            "7520-4-2-ps384",
            "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEg",
            PS384,
        ),
        (
            "7520-4-3-es512",
            "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEg",
            ES512_OF_7520,
        ),
        (
            "7520-4-4-hs256",
            "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9.SXTigJlzIGEg",
            "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
        ),
        ("7797-4-1-hs256", "eyJhbGciOiJIUzI1NiJ9.JC4wMg.", "5mvfOroL-g7HyqJoozehmsaqmvTYGEq5jTI1gVvoEoQ"),
        (
            "7797-4-2-hs256",
            "eyJhbGciOiJIUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il19..",
            "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY",
        ),
        (
            "8037-a-4-eddsa",
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.",
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
        ),
    ];

    #[test]
    fn the_tokens_are_those_that_the_rfcs_print() {
        let mint = Mint::new(keys::all());
        for (name, begins, ends) in PRINTED {
            let topic = topic();
            let case = topic.cases.iter().find(|case| case.id() == format!("{PATH}/{name}")).expect(name);
            let vector = case.build(&mint, NOW).expect("it can be minted");
            let Subject::Token { token: Token::Text { text }, .. } = vector.subject else { panic!("{name}") };
            assert!(text.starts_with(begins) && text.ends_with(ends), "{name}: {text}");
        }
    }
}
