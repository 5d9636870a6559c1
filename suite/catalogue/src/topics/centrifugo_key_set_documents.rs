//! Variants of a published key set: one change to the document, or to its signing key.

mod key;

use jotproof_mint::document;
use jotproof_model::context::{Origin, Transport};
use jotproof_model::edit::{ContextChange, DocumentChange, DocumentKind, JwkKind};
use jotproof_model::vector::Severity;
use jotproof_model::{Algorithm, Expectation, Reason, Threat};

use super::Topic;
use crate::case::{Case, Undecided, alg, foreign_key_for, key_for};
use crate::edits::{context, quoted, sign};
use crate::published::{jwk, named, published, titled_by_algorithm, twin, with, word};

use Algorithm::{ES256, ES384, EdDSA, HS256, PS256, RS256, RS512};

pub(super) fn topic() -> Topic {
    let mut cases = Vec::new();
    for algorithm in [RS256, ES256, EdDSA] {
        cases.extend(good(algorithm));
        cases.extend(use_and_operations(algorithm));
        cases.extend(algorithms(algorithm));
        cases.extend(kids(algorithm));
        cases.extend(types(algorithm));
        cases.extend(further_keys(algorithm));
        cases.extend(no_set(algorithm));
    }
    cases.extend(same_set(RS256));
    cases.extend(sent(RS256));
    cases.extend(key::members_in_any_case());
    cases.extend(key::rsa());
    cases.extend(key::elliptic_curve());
    cases.extend(key::edwards_curve());
    cases.extend([RS256, ES256].map(key::private_key));
    let mut cases: Vec<Case> = cases.into_iter().flat_map(of_what_is_published).collect();
    cases.extend([in_a_string(), key::exponent_of_1()]);
    cases.extend([RS256, ES256].map(key::keyed_with_nothing));
    let cases = cases.into_iter().map(titled_by_algorithm).collect();
    Topic {
        path: "centrifugo/key-set-documents",
        about: "Published key sets (RFC 7517): what a set and its keys may look like, and which keys must \
                not be used.",
        cases,
    }
}

/// The case of a valid token under a changed key set. If the set leaves no usable key, adds a case with the
/// same set and a signature by an unpublished key, because a server that verifies nothing would accept both.
fn of_what_is_published(case: Case) -> Vec<Case> {
    const NOTHING_TO_VERIFY_WITH: [&str; 2] = ["K2", "K9"];
    match case.expectation() {
        Expectation::Accept { .. } => vec![case],
        Expectation::Reject { .. } if NOTHING_TO_VERIFY_WITH.contains(&case.bug_class()) => {
            // A padded coordinate gets no second case: no known verifier treats it as a missing key.
            let forged = (case.edits() != [published(key::padded_coordinate())]).then(|| forged(&case));
            [Some(case.threat(Threat::Config).severity(Severity::Low)), forged]
                .into_iter()
                .flatten()
                .collect()
        }
        Expectation::Reject { .. } | Expectation::Either { .. } => vec![case.threat(Threat::Config)],
    }
}

fn forged(case: &Case) -> Case {
    let algorithm = case.context().algorithms[0];
    let stranger = sign(None, &foreign_key_for(algorithm), algorithm);
    twin(algorithm)
        .changed_by(
            &format!("{}-by-a-stranger", case.id()),
            case.edits().iter().cloned().chain([stranger]).collect(),
        )
        .reject([Reason::Key, Reason::Signature])
        .threat(Threat::Forger)
        .title(format!("two defects: {}, and signed with an unpublished key", case.titled()))
        .why(
            "The set has no usable key, and the signature is not the issuer's. A server that accepts this \
             skips the verification if it finds no key. Each defect also has its own case.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("CF-JWKS-1")
        .class(case.bug_class())
}

/// A valid token under a changed document.
fn changed(algorithm: Algorithm, name: &str, change: DocumentChange) -> Undecided {
    twin(algorithm)
        .changed(&format!("centrifugo/key-set-documents/{}-{name}", word(algorithm)), published(change))
}

fn set(name: &str, value: &str) -> DocumentChange {
    DocumentChange::SetJwkMember { key: 0, name: name.to_owned(), value: value.to_owned() }
}

fn remove(name: &str) -> DocumentChange {
    DocumentChange::RemoveJwkMember { key: 0, name: name.to_owned() }
}

fn rename(name: &str, to: &str) -> DocumentChange {
    DocumentChange::RenameJwkMember { key: 0, name: name.to_owned(), to: to.to_owned() }
}

fn twice(name: &str, value: &str) -> DocumentChange {
    DocumentChange::DuplicateJwkMember { key: 0, name: name.to_owned(), value: value.to_owned() }
}

fn insert(key: usize, what: JwkKind, value: String) -> DocumentChange {
    DocumentChange::InsertJwk { key, value, what }
}

/// A set that is as good as the original.
fn good(algorithm: Algorithm) -> Vec<Case> {
    let spaced = document::key_set([&*jwk(key_for(algorithm), algorithm)])
        .replace('{', "{\n ")
        .replace(',', " ,\r\n\t")
        .replace("\":", "\" : ");
    let rows = [
        (
            "member-unknown",
            set("x-note", "{\"rotated\":[1,2]}"),
            "RFC7517-4-IGNORE",
            "unknown member in the JWK",
        ),
        ("member-exp", set("exp", "1"), "RFC7517-4-IGNORE", "exp in the JWK"),
        ("member-exp-string", set("exp", "\"never\""), "RFC7517-4-IGNORE", "exp in the JWK that is a string"),
        (
            "operations-verify",
            set("key_ops", "[\"verify\"]"),
            "RFC7517-4.3-OPERATIONS",
            "key_ops is [\"verify\"]",
        ),
        (
            "set-member-unknown",
            DocumentChange::SetSetMember { name: "next".to_owned(), value: "\"/jwks/2\"".to_owned() },
            "RFC7517-5-IGNORE",
            "unknown member in the set",
        ),
        (
            "white-space",
            DocumentChange::SetDocument { text: spaced, what: DocumentKind::WhiteSpace },
            "RFC8259-2-JSON",
            "white space in the document",
        ),
        (
            "key-of-another-curve-beside",
            insert(0, JwkKind::Other, {
                let other = if algorithm == ES256 { ES384 } else { ES256 };
                jwk(key_for(other), other)
            }),
            "RFC7517-5-KEYS",
            "EC key of the set before the signing key",
        ),
    ];
    rows.into_iter()
        .map(|(name, change, requirement, what)| {
            changed(algorithm, name, change)
                .accept()
                .title(what)
                .why(
                    "The change does not affect the key that the token names, so the token must be \
                     accepted.",
                )
                .requirement("CF-JWKS-3")
                .requirement(requirement)
                .class("V1")
        })
        .collect()
}

fn use_and_operations(algorithm: Algorithm) -> Vec<Case> {
    let mut cases = vec![
        changed(algorithm, "use-absent", remove("use"))
            .accept()
            .title("use missing")
            .why("`use` is optional. A key without it may be used for anything that its type allows.")
            .requirement("CF-JWKS-3")
            .requirement("RFC7517-4.2-USE")
            .class("V1"),
    ];
    let rows = [
        ("use-encryption", set("use", "\"enc\""), "RFC7517-4.2-USE", "use is enc"),
        ("use-in-capitals", set("use", "\"SIG\""), "RFC7517-4.2-USE", "use is SIG in upper case"),
        ("use-number", set("use", "1"), "RFC7517-4.2-USE", "use is a number"),
        ("operations-sign", set("key_ops", "[\"sign\"]"), "RFC7517-4.3-OPERATIONS", "key_ops is [\"sign\"]"),
    ];
    cases.extend(rows.into_iter().map(|(name, change, requirement, what)| {
        changed(algorithm, name, change)
            .either_better_refused(
                "RFC 7517 sections 4.2 and 4.3: the members are optional and state an intention. The \
                 preference for a rejection is the choice of this project.",
                [Reason::Key],
            )
            .title(what)
            .why("The key was not published for the verification of signatures.")
            .requirement(requirement)
            .class("K10")
    }));
    cases
}

fn algorithms(algorithm: Algorithm) -> Vec<Case> {
    let mut cases = vec![
        changed(algorithm, "alg-absent", remove("alg"))
            .accept()
            .title("alg missing in the JWK")
            .why("`alg` is optional. The key serves the allowed algorithm of its type.")
            .requirement("RFC7517-4.4-ALG")
            .requirement("RFC7517-4-DUP")
            .class("V1"),
        changed(algorithm, "alg-number", set("alg", "256"))
            .either_better_refused(
                "RFC 7517 section 5: a key with a value out of the supported range should be ignored",
                [Reason::Key],
            )
            .title("alg of the JWK is a number")
            .why("A verifier ignores a JWK with an invalid member, or uses it as if the member were absent.")
            .requirement("RFC7517-5-UNKNOWN")
            .requirement("RFC7517-4.4-ALG")
            .class("K10"),
        changed(algorithm, "alg-twice", twice("alg", &alg(HS256)))
            .reject([Reason::Key, Reason::Algorithm])
            .title("alg of the JWK twice, the second different")
            .why(
                "A parser rejects duplicate members, or uses the last one. The last one does not match this \
                 key.",
            )
            .requirement("RFC7517-4-DUP")
            .class("J1"),
        changed(algorithm, "alg-twice-alike", twice("alg", &alg(algorithm)))
            .either(
                "RFC 7517 section 4: a parser rejects duplicate members, or uses the last one",
                [Reason::Key],
            )
            .title("alg of the JWK twice with the same value")
            .why("A parser rejects duplicate members, or uses the last one, which is the right one here.")
            .requirement("RFC7517-4-DUP")
            .class("J1"),
    ];
    let lower = format!("\"{}\"", word(algorithm));
    let others = [RS512, PS256, HS256, ES384].into_iter().map(alg).chain([lower]);
    cases.extend(others.map(|other| {
        let name = other.trim_matches('"').to_owned();
        let name = if name == word(algorithm) {
            "alg-in-lower-case".to_owned()
        } else {
            format!("alg-{}", name.to_lowercase())
        };
        changed(algorithm, &name, set("alg", &other))
            .reject([Reason::Key, Reason::Algorithm])
            .title(format!("alg of the JWK is {other}"))
            .why("The published key is for an algorithm other than the one that signed the token.")
            .requirement("RFC7517-4.4-ALG")
            .requirement("RFC8725-3.1-ALG")
            .class("K10")
    }));
    cases
}

fn kids(algorithm: Algorithm) -> Vec<Case> {
    let mut cases = vec![
        changed(algorithm, "kid-other", set("kid", "\"nobody\""))
            .reject([Reason::Key])
            .title("kid of the JWK different from that of the token")
            .why("The token names a key that is not in the set.")
            .requirement("RFC7515-4.1.4-KID")
            .requirement("CF-JWKS-2")
            .class("K12"),
        changed(algorithm, "kid-twice", twice("kid", "\"nobody\""))
            .reject([Reason::Key])
            .title("kid of the JWK twice, the second different")
            .why("A parser rejects duplicate members, or uses the last one, which the token does not name.")
            .requirement("RFC7517-4-DUP")
            .class("J1"),
    ];
    cases.push(
        changed(algorithm, "kid-absent", remove("kid"))
            .either_better_refused(
                "RFC 7515 section 4.1.4: `kid` is an optional hint. The preference for a rejection is the \
                 choice of this project.",
                [Reason::Key],
            )
            .title("kid of the JWK missing")
            .why("The token names a key, and no key of the set has that name.")
            .requirement("RFC7515-4.1.4-KID")
            .class("K12"),
    );
    let rows = [
        ("kid-is-an-empty-string", set("kid", "\"\""), "kid of the JWK is an empty string"),
        ("kid-is-a-number", set("kid", "1"), "kid of the JWK is a number"),
    ];
    cases.extend(rows.into_iter().map(|(name, change, what)| {
        changed(algorithm, name, change)
            .reject([Reason::Key])
            .title(what)
            .why("The token names a key, and the only key of the set has a different name.")
            .requirement("RFC7515-4.1.4-KID")
            .requirement("CF-JWKS-2")
            .class("K12")
    }));
    cases
}

fn types(algorithm: Algorithm) -> Vec<Case> {
    let lower = match algorithm {
        RS256 => "rsa",
        ES256 => "ec",
        _ => "okp",
    };
    vec![
        changed(algorithm, "kty-unknown", set("kty", "\"XYZ\""))
            .reject([Reason::Key])
            .title("kty of the JWK unknown")
            .why(
                "A JWK of an unknown type is not a key of a known type, no matter what its other members \
                 look like.",
            )
            .requirement("RFC7517-4.1-KTY")
            .class("K10"),
        changed(algorithm, "kty-in-lower-case", set("kty", &format!("\"{lower}\"")))
            .reject([Reason::Key])
            .title(format!("kty of the JWK is {lower}, in lower case"))
            .why("`kty` is case-sensitive, so this type is unknown.")
            .requirement("RFC7517-4.1-KTY")
            .class("K10"),
        changed(algorithm, "kty-absent", remove("kty"))
            .reject([Reason::Key])
            .title("kty of the JWK missing")
            .why("`kty` is required. Without it the type of the key is unknown.")
            .requirement("RFC7517-4.1-KTY")
            .class("K10"),
    ]
}

/// Additional keys in the set.
fn further_keys(algorithm: Algorithm) -> Vec<Case> {
    let other = foreign_key_for(algorithm);
    let same = with(&jwk(&other, algorithm), "kid", &format!("\"{}\"", key_for(algorithm)));
    let mut cases: Vec<Case> = [(0, "before", JwkKind::SameKidFirst), (9, "after", JwkKind::SameKidLast)]
        .into_iter()
        .map(|(at, place, what)| {
            changed(algorithm, &format!("same-kid-{place}"), insert(at, what, same.clone()))
                .either(
                    "RFC 7517 section 4.5: distinct keys SHOULD have distinct kids. The RFC does not define \
                     the meaning of equal ones.",
                    [Reason::Key, Reason::Signature],
                )
                .title(format!("different key with the same kid {place} the signing key"))
                .why("The `kid` does not say which of the two keys signed the token.")
                .requirement("RFC7515-4.1.4-KID")
                .class("K12")
        })
        .collect();
    let unusable = [
        (
            "unknown-type",
            "{\"kty\":\"XYZ\",\"kid\":\"other\",\"use\":\"sig\"}",
            JwkKind::NotUnderstood,
            "a key of an unknown type",
        ),
        ("nothing-in-it", "{}", JwkKind::NotUnderstood, "an empty object"),
        (
            "modulus-missing",
            "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"kid\":\"other\"}",
            JwkKind::NotUnderstood,
            "an RSA key without a modulus",
        ),
        ("secp256k1", &*named("secp256k1"), JwkKind::NotUnderstood, "an EC key of an unsupported curve"),
        (
            "a-key-for-key-agreement",
            "{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo\",\
             \"kid\":\"agreement\",\"use\":\"enc\"}",
            JwkKind::OtherType,
            "a key for key agreement",
        ),
        // Some names occur twice, for parsers that use the last value.
        (
            "private-part-emptied",
            "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\",\"p\":\"AQAB\",\"q\":\"AQAB\",\"kid\":\"other\",\
             \"d\":\"AQAB\",\"d\":\"\"}",
            JwkKind::NotUnderstood,
            "an RSA key with an empty private exponent",
        ),
        ("null", "null", JwkKind::NoJwk, "null"),
        ("number", "1", JwkKind::NoJwk, "a number"),
        ("string", "\"key\"", JwkKind::NoJwk, "a string"),
    ];
    cases.extend(unusable.into_iter().map(|(name, value, what, title)| {
        changed(algorithm, &format!("beside-{name}"), insert(9, what, value.to_owned()))
            .either_better_accepted(
                "RFC 7517 section 5: implementations SHOULD ignore keys of a type that they do not \
                 understand, without required members, or with unsupported values.",
                [Reason::Key],
            )
            .title(format!("beside the signing key: {title}"))
            .why(
                "A verifier should ignore the unusable entry. If it rejects the whole set, one bad key \
                 locks everyone out.",
            )
            .requirement("RFC7517-5-UNKNOWN")
            .class("V1")
    }));
    cases
}

/// A document that is not a set, or a set without a key.
fn no_set(algorithm: Algorithm) -> Vec<Case> {
    let written = |text: &str, what| DocumentChange::SetDocument { text: text.to_owned(), what };
    let rows = [
        ("no-keys", written("{\"keys\":[]}", DocumentKind::NoKeys), "key set without keys"),
        ("no-member-keys", written("{}", DocumentKind::NoSet), "object without the member keys"),
        ("not-an-object", written("[]", DocumentKind::NotAnObject), "array instead of a key set"),
        (
            "not-json",
            written("<!doctype html><title>Sign in</title>", DocumentKind::NotJson),
            "HTML page instead of a key set",
        ),
        ("outage", DocumentChange::RemoveDocument, "no document at the URL of the key set"),
    ];
    let refused = |case: Undecided, what: &str| {
        case.reject([Reason::Key])
            .title(what)
            .why(
                "Without a key a token cannot be verified. A verifier must not accept tokens while the keys \
                 are unavailable.",
            )
            .requirement("RFC7517-5-KEYS")
            .requirement("CF-JWKS-1")
            .class("K2")
    };
    let silent = twin(algorithm).changed(
        &format!("centrifugo/key-set-documents/{}-silence", word(algorithm)),
        context(ContextChange::KeySetOrigin { origin: Origin::Silent }),
    );
    let mut cases = vec![refused(silent, "no answer from the server of the key set")];
    cases
        .extend(rows.into_iter().map(|(name, change, what)| refused(changed(algorithm, name, change), what)));
    cases
}

/// The set as the text of a JSON string. No known verifier treats it as a missing key, so there is no second
/// case with an unpublished key.
fn in_a_string() -> Case {
    let text = quoted(&document::key_set([&*jwk(key_for(RS256), RS256)]));
    changed(RS256, "in-a-string", DocumentChange::SetDocument { text, what: DocumentKind::NotAnObject })
        .reject([Reason::Key])
        .threat(Threat::Config)
        .severity(Severity::Low)
        .title("JSON string with the text of the key set")
        .why("A key set is a JSON object. A backend that encodes it twice publishes no key set.")
        .requirement("RFC7517-5-KEYS")
        .requirement("CF-JWKS-1")
        .class("K2")
}

/// The same set, larger or with a byte order mark.
fn same_set(algorithm: Algorithm) -> [Case; 2] {
    let set = document::key_set([&*jwk(key_for(algorithm), algorithm)]);
    let marked = format!("\u{feff}{set}");
    let long = DocumentChange::SetSetMember { name: "note".to_owned(), value: quoted(&"a".repeat(20_000)) };
    [
        changed(
            algorithm,
            "byte-order-mark",
            DocumentChange::SetDocument { text: marked, what: DocumentKind::ByteOrderMark },
        )
        .either(
            "RFC 8259 section 8.1: a parser may ignore a byte order mark or treat it as an error.",
            [Reason::Key],
        )
        .title("byte order mark before the key set")
        .why("Some editors and libraries write a byte order mark.")
        .requirement("RFC8259-8.1-BOM")
        .class("J5"),
        changed(algorithm, "twenty-thousand-characters", long)
            .either(
                "RFC 8259 section 9: an implementation may limit the size of a text. RFC 7517 section 5: \
                 members that are not understood are ignored.",
                [Reason::Key],
            )
            .title("key set of more than 16 KiB")
            .why(
                "A verifier that truncates the document without noticing finds no key and locks everyone \
                 out.",
            )
            .requirement("RFC7517-5-IGNORE")
            .class("V1"),
    ]
}

/// The same set, sent in a different way.
fn sent(algorithm: Algorithm) -> Vec<Case> {
    const OPEN: &str = "The documentation of Centrifugo says that the set is at the URL. It does not say \
                        which responses are valid.";
    let by = |transport: Transport, name: &str| {
        twin(algorithm).changed(
            &format!("centrifugo/key-set-documents/{}-{name}", word(algorithm)),
            context(ContextChange::KeySetTransport { transport }),
        )
    };
    let open = |transport, name: &str, title: &str| {
        by(transport, name)
            .either(OPEN, [Reason::Key])
            .title(title)
            .why(
                "It is the same set. A verifier that does not accept this response finds no key and locks \
                 everyone out.",
            )
            .requirement("CF-JWKS-1")
            .class("V1")
    };
    let same = |transport, name: &str, title: &str, why: &str| {
        by(transport, name).accept().title(title).why(why).requirement("CF-JWKS-1").class("V1")
    };
    vec![
        same(
            Transport::MediaType,
            "media-type",
            "key set with the media type application/jwk-set+json",
            "This is the registered media type of a key set (RFC 7517 section 8.5.2).",
        ),
        same(
            Transport::Gzip,
            "gzip",
            "key set compressed with gzip, as requested",
            "A client that requests a content coding must decode it (RFC 9110 section 12.5.3).",
        ),
        open(Transport::Created, "status-201", "key set sent with status 201"),
        open(Transport::MovedPermanently, "moved", "key set behind a redirect with status 301"),
        open(Transport::Found, "found", "key set behind a redirect with status 302"),
        open(
            Transport::FoundElsewhere,
            "found-elsewhere",
            "key set behind a redirect with status 302 to a different host",
        ),
        by(Transport::Late, "late")
            .either("The documentation does not say how long to wait for a set.", [Reason::Key])
            .title("key set sent after three seconds")
            .why("It is the same set. A verifier that does not wait for it finds no key.")
            .requirement("CF-JWKS-1")
            .class("V1"),
        by(Transport::Endless, "endless")
            .reject([Reason::Key])
            .title("key set that never ends")
            .why("A verifier that reads to the end of the document without a limit waits forever.")
            .requirement("RFC7517-5-KEYS")
            .requirement("CF-JWKS-1")
            .class("K2"),
    ]
}
