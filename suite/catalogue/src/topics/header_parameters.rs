//! G26, G27: header parameters: critical extensions, hints for keys, types, and what is ignored.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_mint::keys;
use jotproof_model::edit::ContextChange;
use jotproof_model::vector::Severity;
use jotproof_model::{Algorithm, Reason, Threat};

use super::Topic;
use crate::case::{Case, foreign_key_for};
use crate::edits::{context, header, sign, without_header};
use crate::published::named;
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = IGNORED.into_iter().map(ignored).collect();
    cases.extend(critical());
    cases.extend(KID.into_iter().map(kid));
    cases.extend(KID_INJECTIONS.into_iter().map(key_chosen_by_kid));
    cases.extend(embedded_keys());
    cases.extend(ILL_TYPED.into_iter().map(ill_typed));
    cases.extend(NOT_FETCHABLE.into_iter().map(not_fetchable));
    cases.extend(KEY_URLS.into_iter().map(key_at_a_url));
    cases.push(encrypted());
    cases.extend([announced(), announced_in_lower_case()]);
    cases.extend(expected_type());
    Topic {
        path: "header/parameters",
        about: "Header parameters that bind, that hint, and that mean nothing.",
        cases,
    }
}

// Parameters that are not understood, or not used: ignored (RFC 7515 section 4).

/// Name, parameter, raw value, what it is, why, bug class.
const IGNORED: [(&str, &str, &str, &str, &str, &str); 14] = [
    ("x5t", "x5t", THUMBPRINT, "an x5t", NOT_NEEDED, "V1"),
    ("x5t-of-sha-256", "x5t#S256", THUMBPRINT_OF_SHA256, "an x5t#S256", NOT_NEEDED, "V1"),
    ("url", "url", "\"https://127.0.0.1:9/acme\"", "a url", NOT_NEEDED, "V1"),
    ("nonce", "nonce", "\"JHb54aT_KTXBWQOzGYkt9A\"", "a nonce", NOT_NEEDED, "V1"),
    ("unknown-uri", EXTENSION, "true", "a parameter that is named by a URL", UNKNOWN, "V1"),
    ("unknown-number", "v", "1.5", "an unknown parameter that is a number", UNKNOWN, "V1"),
    ("unknown-null", "v", "null", "an unknown parameter that is null", UNKNOWN, "V1"),
    (
        "unknown-object",
        "v",
        "{\"alg\":\"none\",\"crit\":[\"v\"]}",
        "an unknown parameter that looks like a header",
        UNKNOWN,
        "V1",
    ),
    (
        "b64-true",
        "b64",
        "true",
        "b64 true",
        "This is the default of RFC 7797, and it means nothing to who does not know that document.",
        "H2",
    ),
    ("jku", "jku", "\"https://127.0.0.1:9/jwks.json\"", "a jku", FETCHED, "K18"),
    ("x5u", "x5u", "\"https://127.0.0.1:9/chain.pem\"", "an x5u", FETCHED, "K18"),
    (
        "zip",
        "zip",
        "\"DEF\"",
        "zip DEF over claims that are not compressed",
        "`zip` belongs to encrypted tokens (RFC 7516 section 4.1.3). In a signed one it is not \
         understood, and the payload is what it is.",
        "H3",
    ),
    (
        "claim-in-the-header",
        "sub",
        "\"42\"",
        "the sub of the claims again, in the header",
        "Claims may be repeated in the header (RFC 7519 section 5.3); it is those of the payload that \
         count.",
        "V1",
    ),
    (
        "cty-of-something-else",
        "cty",
        "\"json\"",
        "cty json",
        "Only `JWT` announces a nested token. Other content types are the application's.",
        "H4",
    ),
];

const NOT_NEEDED: &str = "The parameter is registered for other protocols, or names a certificate that is not needed. A \
                      verifier that does not use it ignores it.";
/// Twenty octets, as SHA-1 has them.
const THUMBPRINT: &str = "\"AAECAwQFBgcICQoLDA0ODxAREhM\"";
/// Thirty-two octets, as SHA-256 has them.
const THUMBPRINT_OF_SHA256: &str = "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\"";
const EXTENSION: &str = "https://example.com/extension";
const UNKNOWN: &str = "What is not understood is ignored, whatever its value. New parameters are added \
                       in this way; a verifier that refuses them stops the others from moving on.";
const FETCHED: &str = "The key is configured; the address in the token is not needed and is not fetched. \
                       Who follows it lets the sender choose where the server connects to, and at \
                       worst the key as well.";

fn ignored((name, parameter, value, what, why, class): (&str, &str, &str, &str, &str, &str)) -> Case {
    let case = twins::hs256()
        .changed(&format!("header/parameters/{name}"), header(parameter, value))
        .accept()
        .title(what)
        .why(why)
        .requirement("RFC7515-4-IGNORE")
        .class(class)
        // What fails here is a refusal, whatever else the class is about.
        .severity(Severity::Low);
    match name {
        "jku" | "x5u" => case.requirement("RFC8725-3.10-TRUST"),
        "unknown-uri" => case.requirement("RFC7515-4.1.11-CRIT").requirement("RFC7515-5.2-UNDERSTOOD"),
        "b64-true" => case.requirement("RFC7797-7-JWT"),
        "unknown-number" | "unknown-null" => case.requirement("RFC7519-7.2-PARAMS"),
        // Its inner names are in an object of their own.
        "unknown-object" => case.requirement("RFC7515-4-DUP"),
        "cty-of-something-else" => case.requirement("RFC7519-7.2-NESTED"),
        _ => case,
    }
}

/// A `jku` or `x5u` that no verifier can fetch over HTTP, or needs here. Rows: name, parameter, raw value,
/// description.
const NOT_FETCHABLE: [(&str, &str, &str, &str); 2] = [
    ("jku-that-names-a-file", "jku", "\"file:///etc/passwd\"", "a jku that names a file"),
    ("x5u-that-names-a-file", "x5u", "\"file:///etc/ssl/chain.pem\"", "an x5u that names a file"),
];

fn not_fetchable((name, parameter, value, what): (&str, &str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("header/parameters/{name}"), header(parameter, value))
        .either(
            "RFC 7515 sections 4.1.2 and 4.1.5 ask for a protocol that protects integrity, and RFC 7519 section 7.2 \
             (5) for valid values; a parameter that is not used may as well be ignored (RFC 7515 section 4).",
            [Reason::HeaderParameter, Reason::Header],
        )
        .title(what)
        .why(FETCHED)
        .requirement("RFC8725-3.10-TRUST")
        .requirement("RFC7519-7.2-PARAMS")
        .class("K18")
        .severity(Severity::Low)
}

// crit (RFC 7515 section 4.1.11) and b64 (RFC 7797).

const RECIPIENTS_MAY: &str = "RFC 7515 section 4.1.11 forbids producers to write this, and recipients \
                              may take it for invalid.";

fn critical() -> Vec<Case> {
    let mut cases = vec![
        unknown_extension_present(),
        unknown_extension_absent(),
        b64_false_and_critical(),
        b64_true_and_critical(),
        b64_critical_and_absent(),
        b64_false(),
    ];
    cases.extend(CRIT_EITHER.into_iter().map(crit_either));
    cases.extend(CRIT_ILL_TYPED.into_iter().map(crit_ill_typed));
    cases
}

fn unknown_extension_present() -> Case {
    let row = IGNORED.into_iter().find(|(name, ..)| *name == "unknown-uri");
    ignored(row.expect("the row stands in the table above"))
        .changed("header/parameters/crit-unknown-extension", header("crit", &format!("[\"{EXTENSION}\"]")))
        .reject([Reason::Critical, Reason::HeaderParameter])
        .title("crit names an extension that nobody understands, and the header has it")
        .why(
            "The issuer says: who does not understand this must not accept the token. A verifier that \
              accepts it drops a condition that the issuer relied on.",
        )
        .requirement("RFC7515-4.1.11-CRIT")
        .requirement("RFC7515-5.2-UNDERSTOOD")
        .class("H1")
}

fn unknown_extension_absent() -> Case {
    twins::hs256()
        .changed(
            "header/parameters/crit-unknown-extension-absent",
            header("crit", &format!("[\"{EXTENSION}\"]")),
        )
        .reject([Reason::Critical, Reason::HeaderParameter])
        .title("crit names an extension that nobody understands, and the header does not have it")
        .why("The extension is not understood, whether it is there or not.")
        .requirement("RFC7515-4.1.11-CRIT")
        .class("H1")
}

fn b64_false() -> Case {
    twins::hs256()
        .changed("header/parameters/b64-false", header("b64", "false"))
        .either(
            "RFC 7515 section 4: a parameter that is not understood is ignored. RFC 7797 section 6: \
             with the value false it must be critical, and section 7: a JWT does not use it.",
            [Reason::HeaderParameter, Reason::Critical, Reason::Payload],
        )
        .title("b64 false and no crit, over a payload in base64url")
        .why(
            "If it is accepted, the claims are those of the decoded payload: an extension that is not \
              critical never makes it the raw text.",
        )
        .requirement("RFC7797-7-JWT")
        .requirement("RFC7515-4-IGNORE")
        .class("H2")
}

fn b64_false_and_critical() -> Case {
    twins::hs256()
        .changed_by(
            "header/parameters/b64-false-and-critical",
            vec![header("b64", "false"), header("crit", "[\"b64\"]")],
        )
        .reject([Reason::Critical, Reason::HeaderParameter, Reason::Payload, Reason::Signature])
        .title("b64 false, and crit names it")
        .why(
            "Two parameters, each stored alone as well. Who does not understand `b64` refuses what it \
              is critical for; who does knows that a JWT does not use it.",
        )
        .requirement("RFC7515-4.1.11-CRIT")
        .requirement("RFC7797-7-JWT")
        .class("H2")
}

fn b64_true_and_critical() -> Case {
    let row = IGNORED.into_iter().find(|(name, ..)| *name == "b64-true");
    ignored(row.expect("the row stands in the table above"))
        .changed("header/parameters/b64-true-and-critical", header("crit", "[\"b64\"]"))
        .either(
            "RFC 7515 section 4.1.11: it hangs on whether the verifier understands RFC 7797.",
            [Reason::Critical, Reason::HeaderParameter],
        )
        .title("b64 true, and crit names it")
        .why("Who understands `b64` has nothing against the value true; who does not must refuse.")
        .requirement("RFC7515-4.1.11-CRIT")
        .requirement("RFC7797-7-JWT")
        .class("H2")
}

fn b64_critical_and_absent() -> Case {
    twins::hs256()
        .changed("header/parameters/crit-names-absent-b64", header("crit", "[\"b64\"]"))
        .either(
            "RFC 7515 section 4.1.11: who does not understand `b64` refuses; who does may take a name \
             for invalid that is not in the header.",
            [Reason::Critical, Reason::HeaderParameter],
        )
        .title("crit names b64, and the header does not have it")
        .why("A name that the header does not have is forbidden to producers; recipients may refuse it.")
        .requirement("RFC7515-4.1.11-CRIT")
        .class("H1")
}

/// Name, raw value, what it is.
const CRIT_EITHER: [(&str, &str, &str); 2] = [
    ("crit-empty", "[]", "an empty list"),
    ("crit-names-alg", "[\"alg\"]", "a list with a parameter of RFC 7515 itself"),
];

fn crit_either((name, value, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("header/parameters/{name}"), header("crit", value))
        .either(RECIPIENTS_MAY, [Reason::Critical, Reason::HeaderParameter])
        .title(format!("crit is {what}"))
        .why("Nothing is named here that is not understood, and yet no producer may write it.")
        .requirement("RFC7515-4.1.11-CRIT")
        .class("H1")
}

/// Name, raw value, what it is.
const CRIT_ILL_TYPED: [(&str, &str, &str); 5] = [
    ("crit-number", "1", "a number"),
    ("crit-string", "\"exp\"", "a string"),
    ("crit-null", "null", "null"),
    ("crit-object", "{\"exp\":true}", "an object"),
    ("crit-array-of-numbers", "[1]", "a list with a number in it"),
];

fn crit_ill_typed((name, value, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("header/parameters/{name}"), header("crit", value))
        .either_better_refused(
            "RFC 7519 section 7.2 step 5 asks for values that are understood; RFC 7515 section 4.1.11 \
             lets recipients take a crit that breaks the rules for producers for invalid. To prefer a refusal is \
             the choice of this project.",
            [Reason::Critical, Reason::HeaderParameter, Reason::Header],
        )
        .title(format!("crit is {what}"))
        .why("What the issuer held for critical cannot be read. Who goes on does so without knowing.")
        .requirement("RFC7515-4.1.11-CRIT")
        .requirement("RFC7519-7.2-PARAMS")
        .class("H1")
}

// kid: a hint, which is data and nothing else.

/// Name, raw value, what it is.
const KID: [(&str, &str, &str); 5] = [
    ("kid-empty", "\"\"", "empty"),
    ("kid-line-breaks", "\"a\\r\\nX-Injected: b\"", "text with escaped line breaks"),
    ("kid-url", "\"https://127.0.0.1:9/jwks.json\"", "a URL"),
    DEV_NULL,
    SELECT,
];

const DEV_NULL: (&str, &str, &str) =
    ("kid-path", "\"../../../../../../dev/null\"", "the path of an empty file");
const SELECT: (&str, &str, &str) = ("kid-query", "\"x' UNION SELECT 's'--\"", "a piece of a query");

fn kid((name, value, what): (&str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("header/parameters/{name}"), header("kid", value))
        .accept()
        .severity(Severity::Low)
        .title(format!("kid is {what}, and one key is configured"))
        .why(
            "A `kid` is a hint for choosing among keys, and any string will do. Where there is one key \
              it chooses nothing, and reaches no file, no query and no log unescaped.",
        )
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC8725-3.10-TRUST")
        .class("K19")
}

/// The kid, the key that an injection would lead to.
const KID_INJECTIONS: [((&str, &str, &str), &str); 2] = [(DEV_NULL, "hmac-empty"), (SELECT, "hmac-1-byte")];

fn key_chosen_by_kid((injected, key): ((&str, &str, &str), &str)) -> Case {
    let (name, _, what) = injected;
    kid(injected)
        .changed(&format!("header/parameters/{name}-and-its-key"), sign(None, key, Algorithm::HS256))
        .reject([Reason::Signature, Reason::Key])
        .threat(Threat::Forger)
        .title(format!("kid is {what}, and the MAC is keyed with what would be found there"))
        .why(
            "Where `kid` becomes a file name or a part of a query, the sender knows the key: the empty \
              octets of a device, or the letter that the query returns.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8725-3.10-TRUST")
        .class("K19")
}

// Keys that the token brings along.

/// The reason that a foreign key in a parameter may be ignored or refused. `section` defines the parameter.
fn not_the_key(parameter: &str) -> String {
    let section = if parameter == "jwk" { "4.1.3" } else { "4.1.6" };
    format!(
        "RFC 7515 section 4 lets a verifier that does not use the parameter ignore it; section {section} says \
         that it holds the key of the signature, and it does not."
    )
}

/// A key, the algorithm that signs with its like, the name of that in ids.
const EMBEDDED: [(&str, Algorithm, &str); 2] =
    [("p-256", Algorithm::ES256, "es256"), ("hmac-64-bytes", Algorithm::HS256, "hs256")];

fn embedded_keys() -> Vec<Case> {
    let mut cases = vec![own_jwk(), own_certificate_chain()];
    cases.extend([own_jwk_with_a_number_for_its_kid(), own_jwk_with_two_algorithms()]);
    for (key, algorithm, word) in EMBEDDED {
        let foreign = format!("{key}-foreign");
        let jwk = named(&foreign);
        cases.push(foreign_key_named(algorithm, &format!("{word}-jwk-foreign"), "jwk", &jwk));
        cases.push(foreign_key_used(algorithm, &format!("{word}-jwk-of-the-signer"), "jwk", &jwk, &foreign));
    }
    let chain = chain("p-256-foreign");
    cases.push(foreign_key_named(Algorithm::ES256, "es256-x5c-foreign", "x5c", &chain));
    cases.push(foreign_key_used(Algorithm::ES256, "es256-x5c-of-the-signer", "x5c", &chain, "p-256-foreign"));
    cases
}

/// The certificate of a key as the value of `x5c`: base64 with padding, in an array (RFC 7515 section
/// 4.1.6).
fn chain(key: &str) -> String {
    let pem = keys::all()[key].certificate_pem.as_deref().unwrap_or_default();
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    format!("[\"{text}\"]")
}

fn own_jwk() -> Case {
    twins::signed(Algorithm::ES256)
        .changed("header/parameters/es256-jwk-own", header("jwk", &named("p-256")))
        .accept()
        .title("jwk is the configured key")
        .why("The token brings the right key along. It is not needed, and it does no harm.")
        .severity(Severity::Low)
        .requirement("RFC7515-4-IGNORE")
        .class("K17")
}

const UNUSED: &str = "RFC 7515 section 4 lets who does not use the parameter ignore it; section 4.1.3 says \
                      that it is a JWK, ";

fn own_jwk_with_a_number_for_its_kid() -> Case {
    twins::signed(Algorithm::ES256)
        .changed(
            "header/parameters/es256-jwk-own-kid-number",
            header("jwk", &named("p-256").replace("\"p-256\"", "1")),
        )
        .either(
            &format!("{UNUSED}of which RFC 7517 section 4.5 says that its kid is a string."),
            [Reason::HeaderParameter, Reason::Key],
        )
        .title("jwk is the configured key, with a number for its kid")
        .why("A library that decodes the key into typed fields fails at what the verifier never looks at.")
        .severity(Severity::Low)
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC7517-4.5-KID")
        .class("K17")
}

fn own_jwk_with_two_algorithms() -> Case {
    let own = named("p-256");
    let members = own.trim_end().strip_suffix('}').expect("a JWK is an object");
    twins::signed(Algorithm::ES256)
        .changed(
            "header/parameters/es256-jwk-own-two-algorithms",
            header("jwk", &format!("{members},\"alg\":\"none\",\"alg\":\"ES256\"}}")),
        )
        .either(
            &format!("{UNUSED}of which RFC 7517 section 4 says that its names are unique."),
            [Reason::Header, Reason::HeaderParameter, Reason::Key],
        )
        .title("jwk is the configured key, with two values for its alg")
        .why(
            "Of two values a parser takes the last, or refuses. Two parsers in a row that take different \
              ones disagree on which key this is.",
        )
        .severity(Severity::Low)
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC7517-4-DUP")
        .class("K17")
}

fn own_certificate_chain() -> Case {
    twins::signed(Algorithm::ES256)
        .changed("header/parameters/es256-x5c-own", header("x5c", &chain("p-256")))
        .accept()
        .title("x5c is a certificate of the configured key")
        .why("The token brings a certificate along. It is not needed, and nobody has to validate it.")
        .severity(Severity::Low)
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC7515-4.1.6-X5C")
        .class("K17")
}

fn foreign_key_named(algorithm: Algorithm, name: &str, parameter: &str, value: &str) -> Case {
    twins::signed(algorithm)
        .changed(&format!("header/parameters/{name}"), header(parameter, value))
        .either(&not_the_key(parameter), [Reason::HeaderParameter, Reason::Key, Reason::Signature])
        .title(format!("{algorithm}: {parameter} is a foreign key, and the configured one signed"))
        .why(
            "The signature is good by the key that counts. That the header names another one may be \
              ignored or refused; it must not be used.",
        )
        .severity(Severity::Low)
        .requirement("RFC7515-4-IGNORE")
        .class("K17")
}

fn foreign_key_used(algorithm: Algorithm, name: &str, parameter: &str, value: &str, signer: &str) -> Case {
    let case = twins::signed(algorithm)
        .changed_by(
            &format!("header/parameters/{name}"),
            vec![header(parameter, value), sign(None, signer, algorithm)],
        )
        .reject([Reason::Signature, Reason::Key, Reason::HeaderParameter])
        .threat(Threat::Forger)
        .title(format!("{algorithm}: {parameter} is a foreign key, and that key signed"))
        .why(
            "Two defects, each stored alone as well. The sender brings the key that fits the \
              signature. A verifier that takes it from there believes whoever asks to be believed.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8725-3.10-TRUST")
        .class("K17");
    if parameter == "x5c" { case.requirement("RFC7515-4.1.6-X5C") } else { case }
}

/// Algorithm, name, parameter, raw value.
const KEY_URLS: [(Algorithm, &str, &str, &str); 4] = [
    (Algorithm::ES256, "es256-jku-of-the-signer", "jku", "\"https://127.0.0.1:9/jwks.json\""),
    (Algorithm::ES256, "es256-x5u-of-the-signer", "x5u", "\"https://127.0.0.1:9/chain.pem\""),
    (Algorithm::RS256, "rs256-jku-without-tls-of-the-signer", "jku", "\"http://127.0.0.1:9/jwks.json\""),
    (Algorithm::RS256, "rs256-x5u-without-tls-of-the-signer", "x5u", "\"http://127.0.0.1:9/chain.pem\""),
];

fn key_at_a_url((algorithm, name, parameter, value): (Algorithm, &str, &str, &str)) -> Case {
    let foreign = foreign_key_for(algorithm);
    twins::signed(algorithm)
        .changed_by(
            &format!("header/parameters/{name}"),
            vec![header(parameter, value), sign(None, &foreign, algorithm)],
        )
        .reject([Reason::Signature, Reason::Key, Reason::HeaderParameter])
        .threat(Threat::Forger)
        .title(format!("{algorithm}: {parameter} points at a foreign key, and that key signed"))
        .why(
            "Two defects, each stored alone as well. The sender says where the key is that fits the signature. A \
             verifier that fetches it believes whoever asks to be believed, and connects to where the sender wants.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8725-3.10-TRUST")
        .class("K18")
}

// Values of the wrong type.

/// Name, parameter, raw value, bug class.
const ILL_TYPED: [(&str, &str, &str, &str); 11] = [
    ("cty-number", "cty", "1", "H4"),
    ("jwk-text", "jwk", "\"a\"", "K18"),
    ("x5c-text", "x5c", "\"a\"", "K18"),
    ("x5c-empty", "x5c", "[]", "K18"),
    ("kid-number", "kid", "1", "K19"),
    ("kid-null", "kid", "null", "K19"),
    ("kid-array", "kid", "[\"a\"]", "K19"),
    ("typ-number", "typ", "5", "H4"),
    ("typ-null", "typ", "null", "H4"),
    ("cty-array", "cty", "[\"JWT\"]", "H4"),
    ("jku-number", "jku", "9", "K18"),
];

fn ill_typed((name, parameter, value, class): (&str, &str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("header/parameters/{name}"), header(parameter, value))
        .either(
            "RFC 7519 section 7.2 step 5 asks for values that are understood; RFC 7515 section 4 lets \
             who does not use the parameter ignore it.",
            [Reason::HeaderParameter, Reason::Header, Reason::Type],
        )
        .severity(Severity::Low)
        .title(format!("{parameter} is {value}"))
        .why(
            "The value has another type or form than RFC 7515 gives it. Nobody here needs the parameter, so it may be \
             ignored or refused. It may not end in an internal error.",
        )
        .requirement("RFC7519-7.2-PARAMS")
        .class(class)
}

fn encrypted() -> Case {
    twins::hs256()
        .changed("header/parameters/enc", header("enc", "\"A128GCM\""))
        .either(
            "RFC 7516 section 9: a header with `enc` is that of an encrypted token; RFC 7515 section 4 \
             lets who does not use the parameter ignore it.",
            [Reason::HeaderParameter, Reason::NotCompact, Reason::Algorithm],
        )
        .title("enc in the header of a signed token")
        .why(
            "By its segments this token is signed, by its header it is encrypted. Whatever a verifier \
              makes of it, it checks the signature.",
        )
        .requirement("RFC7515-4-IGNORE")
        .class("H3")
}

// typ and cty.

fn announced() -> Case {
    twins::hs256()
        .changed("header/parameters/cty-jwt-upper-case", header("cty", "\"JWT\""))
        .reject([Reason::Type, Reason::Payload, Reason::HeaderParameter])
        .severity(Severity::Low)
        .title("cty is JWT, over claims that are no nested token")
        .why(
            "`cty` says that the payload is a token, which is to be validated in its turn; this payload \
              is not one. Who ignores it will take the outer layer of a nested token for the whole.",
        )
        .requirement("RFC7519-7.2-NESTED")
        .class("H4")
}

fn announced_in_lower_case() -> Case {
    twins::hs256()
        .changed("header/parameters/cty-jwt-in-lower-case", header("cty", "\"jwt\""))
        .either_better_refused(
            "RFC 7519 section 5.2: names of media types are not case sensitive, so `jwt` announces a nested token. The \
             section recommends upper case for compatibility with implementations that compare exactly, and RFC 7515 \
             section 4.1.10 lets a JWS implementation ignore `cty`. To prefer a refusal is the choice of this project.",
            [Reason::Type, Reason::Payload, Reason::HeaderParameter],
        )
        .severity(Severity::Low)
        .title("cty is jwt, over claims that are no nested token")
        .why("A verifier that compares `cty` exactly reads the claims, which are all that the token has.")
        .requirement("RFC7519-7.2-NESTED")
        .requirement("RFC7519-5.2-CTY")
        .class("H4")
}

/// The expected type.
const TYPE: &str = "at+jwt";

fn expected_type() -> Vec<Case> {
    let mut cases = vec![of_the_expected_type()];
    cases.extend(SAME_TYPE.into_iter().map(same_type));
    cases.extend(OTHER_TYPE.into_iter().map(other_type));
    cases.push(without_type());
    cases
}

fn of_the_expected_type() -> Case {
    twins::hs256()
        .changed_by(
            "header/parameters/typ-expected",
            vec![
                context(ContextChange::Typ { typ: Some(TYPE.to_owned()) }),
                header("typ", &format!("\"{TYPE}\"")),
            ],
        )
        .accept()
        .title("typ is the expected one")
        .why("Where tokens are typed, this is how one says what it is for.")
        .requirement("RFC8725-3.11-TYP")
        .requirement("RFC8725-3.12-EXCLUSIVE")
        .requirement("RFC7519-5.1-TYP")
        .class("H4")
}

/// Name, raw value, what it is.
const SAME_TYPE: [(&str, &str, &str); 2] = [
    ("typ-expected-in-other-case", "\"AT+JWT\"", "in upper case"),
    ("typ-expected-with-prefix", "\"application/at+jwt\"", "with `application/` before it"),
];

fn same_type((name, value, what): (&str, &str, &str)) -> Case {
    of_the_expected_type()
        .changed(&format!("header/parameters/{name}"), header("typ", value))
        .accept()
        .title(format!("typ is the expected one, {what}"))
        .why(
            "Media types are compared without regard to case, and `application/` is left out where \
              nothing else has a slash (RFC 7515 section 4.1.9).",
        )
        .requirement("RFC7515-4.1.9-PREFIX")
        .requirement("RFC8725-3.11-TYP")
        .requirement("RFC7519-5.1-TYP")
        .class("H4")
}

/// Name, raw value, what it is.
const OTHER_TYPE: [(&str, &str, &str); 6] = [
    ("typ-null-where-one-is-expected", "null", "null"),
    ("typ-array-where-one-is-expected", "[\"at+jwt\"]", "an array with the expected one"),
    ("typ-other-than-expected", "\"JWT\"", "JWT"),
    ("typ-beginning-as-expected", "\"at+jwt-dpop\"", "longer than the expected one"),
    ("typ-expected-under-another-tree", "\"text/at+jwt\"", "the expected one with `text/` before it"),
    ("typ-number-where-one-is-expected", "5", "a number"),
];

fn other_type((name, value, what): (&str, &str, &str)) -> Case {
    of_the_expected_type()
        .changed(&format!("header/parameters/{name}"), header("typ", value))
        .reject([Reason::Type, Reason::HeaderParameter])
        .threat(Threat::Holder)
        .title(format!("typ is {what}, where {TYPE} is expected"))
        .why(OTHER_PURPOSE)
        .requirement("RFC7515-4.1.9-PREFIX")
        .requirement("RFC8725-3.11-TYP")
        .requirement("RFC8725-3.12-EXCLUSIVE")
        .requirement(if value.starts_with('"') { "RFC7519-5.1-TYP" } else { "RFC7519-7.2-PARAMS" })
        .class("H4")
}

const OTHER_PURPOSE: &str = "The same issuer and key make tokens for several purposes, told apart by \
                             `typ`. Who does not look takes one for another.";

fn without_type() -> Case {
    of_the_expected_type()
        .changed("header/parameters/typ-absent-where-one-is-expected", without_header("typ"))
        .reject([Reason::Type, Reason::HeaderParameter])
        .threat(Threat::Holder)
        .title(format!("no typ, where {TYPE} is expected"))
        .why(OTHER_PURPOSE)
        .requirement("RFC8725-3.11-TYP")
        .requirement("RFC7519-5.1-TYP")
        .class("H4")
}
