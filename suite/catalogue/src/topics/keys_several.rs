//! Several configured keys: two of one kind, as in a rotation, and keys of several kinds.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::{Case, alg, foreign_key_for, key_for, next_key};
use crate::edits::{context, header, quoted, sign};
use crate::twins;

use Algorithm::{ES256, ES384, EdDSA, HS256, PS256, RS256};

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = ROTATED.into_iter().flat_map(rotation).collect();
    cases.extend(side_by_side());
    cases.extend(two_curves());
    Topic {
        path: "keys/several",
        about: "Several configured keys: two keys of one kind, as in a rotation, in both orders and with \
                each kid; and keys of several kinds.",
        cases,
    }
}

/// The algorithms with a key rotation.
const ROTATED: [Algorithm; 5] = [HS256, RS256, PS256, ES256, EdDSA];

fn id(name: &str) -> String {
    format!("keys/several/{name}")
}

fn word(algorithm: Algorithm) -> String {
    algorithm.name().to_lowercase()
}

fn add(key: &str) -> Edit {
    context(ContextChange::AddKey { key: key.to_owned() })
}

fn allow(algorithms: &[Algorithm]) -> Edit {
    context(ContextChange::Algorithms { algorithms: algorithms.to_vec() })
}

fn kid(key: &str) -> Edit {
    header("kid", &quoted(key))
}

fn accepted(case: Case) -> Case {
    case.requirement("RFC7515-5.2-VERIFY").class("V1")
}

/// Two configured keys of one kind.
fn rotation(algorithm: Algorithm) -> Vec<Case> {
    let (key, word) = (key_for(algorithm), word(algorithm));
    let Some(next) = next_key(algorithm) else { return Vec::new() };
    let foreign = foreign_key_for(algorithm);
    let id = |end: &str| id(&format!("{word}-{end}"));
    const EITHER_KEY: &str = "During a rotation, the old and the new key are both configured, and tokens \
                              signed by either are good. A verifier that tries only one of them rejects half \
                              of the tokens.";

    let first = accepted(
        twins::signed(algorithm)
            .changed(&id("by-the-first"), add(next))
            .accept()
            .title(format!("{algorithm} signature by the first of two configured keys"))
            .why(EITHER_KEY),
    );
    let second = accepted(
        first
            .changed(&id("by-the-second"), sign(None, next, algorithm))
            .accept()
            .title(format!("{algorithm} signature by the second of two configured keys"))
            .why(EITHER_KEY),
    );
    let exchanged = context(ContextChange::ConfiguredKey { from: key.to_owned(), to: next.to_owned() });
    let second_of_other_order = accepted(
        twins::signed(algorithm)
            .changed_by(&id("other-order-by-the-second"), vec![exchanged, add(key)])
            .accept()
            .title(format!("{algorithm} signature by the second of two keys, configured in reverse order"))
            .why(EITHER_KEY),
    );
    let first_of_other_order = accepted(
        second_of_other_order
            .changed(&id("other-order-by-the-first"), sign(None, next, algorithm))
            .accept()
            .title(format!("{algorithm} signature by the first of two keys, configured in reverse order"))
            .why(EITHER_KEY),
    );

    let by_a_third = |end: &str, edits: Vec<Edit>, what: &str, class: &str| {
        first
            .changed_by(&id(end), edits)
            .reject([Reason::Signature, Reason::Key])
            .threat(Threat::Forger)
            .title(format!("{algorithm} signature by a third key, with two keys configured{what}"))
            .requirement("RFC7515-5.2-VERIFY")
            .class(class)
    };
    let third = sign(None, &foreign, algorithm);
    let forged = [
        by_a_third("by-a-third", vec![third.clone()], "", "S0").why(
            "No configured key made this signature. A verifier that runs out of keys to try must reject \
                 the token.",
        ),
        by_a_third(
            "by-a-third-kid-of-the-second",
            vec![third.clone(), kid(next)],
            ", and kid names the second",
            "S0",
        )
        .why(
            "`kid` selects the key to verify with and proves nothing. A verifier that trusts the name \
                 without verifying the signature accepts any forgery.",
        ),
        by_a_third("by-a-third-with-its-kid", vec![third, kid(&foreign)], ", and kid names the third", "K13")
            .why(
                "The key that `kid` names exists but is not configured here. A verifier that looks it up in \
                 a store shared with other issuers lets each of them sign for this one.",
            )
            .requirement("RFC8725-3.10-TRUST"),
    ];

    let by_its_kid = |twin: &Case, which: &str, key: &str| {
        accepted(
            twin.changed(&id(&format!("by-the-{which}-with-its-kid")), kid(key))
                .accept()
                .title(format!(
                    "{algorithm} signature by the {which} of two configured keys, and kid names it"
                ))
                .why("`kid` names the key that signed the token, and that key is configured.")
                .requirement("RFC7515-4.1.4-KID"),
        )
    };
    let by_another_kid = |twin: &Case, end: &str, value: &str, what: &str| {
        twin.changed(&id(end), header("kid", value))
            .either(
                "RFC 7515 section 4.1.4 calls `kid` a hint, and its use is optional, so a verifier may try \
                 every key. The section also says that `kid` indicates the key that was used, so a verifier \
                 may use only that key.",
                [Reason::Key, Reason::Signature],
            )
            .threat(Threat::Issuer)
            .title(format!("{algorithm} signature by {what}"))
            .why(
                "A configured key made the signature, but `kid` does not name that key. A verifier may \
                 accept or reject the token.",
            )
            .requirement("RFC7515-4.1.4-KID")
            .class("K12")
    };
    // The twin of a signature by a third key that is not configured.
    let third_of_three = accepted(
        first
            .changed_by(&id("by-the-third-of-three"), vec![add(&foreign), sign(None, &foreign, algorithm)])
            .accept()
            .title(format!("{algorithm} signature by the third of three configured keys"))
            .why(
                "All three keys are configured. A verifier that tries only the first two rejects a good \
                 token.",
            ),
    );
    let mut cases = vec![
        by_its_kid(&first, "first", key),
        by_its_kid(&second, "second", next),
        by_another_kid(
            &first,
            "by-the-first-kid-of-the-second",
            &quoted(next),
            "the first of two configured \
                                                                                 keys, and kid names the \
                                                                                 second",
        ),
        by_another_kid(
            &second,
            "by-the-second-kid-of-the-first",
            &quoted(key),
            "the second of two \
                                                                                 configured keys, and kid \
                                                                                 names the first",
        ),
        by_another_kid(
            &second,
            "by-the-second-kid-unknown",
            "\"2026-01\"",
            "the second of two configured \
                                                                             keys, and kid is unknown",
        ),
    ];
    cases.extend(forged);
    cases.extend([first, second, second_of_other_order, first_of_other_order, third_of_three]);
    cases
}

/// One key of each of several kinds. The algorithm of the token decides which one verifies it.
fn side_by_side() -> Vec<Case> {
    const KINDS: [Algorithm; 4] = [HS256, RS256, ES256, EdDSA];
    let others = |of: Algorithm| KINDS.into_iter().filter(move |other| *other != of);
    let good = |algorithm: Algorithm| {
        let mut edits: Vec<Edit> = others(algorithm).map(|other| add(key_for(other))).collect();
        edits.push(allow(&KINDS));
        twins::signed(algorithm)
            .changed_by(&id(&format!("four-kinds-{}", word(algorithm))), edits)
            .accept()
            .title(format!("{algorithm} signature, with keys of four kinds configured"))
            .why(
                "One key of each kind is configured. The algorithm in the header decides which of them \
                 verifies the token.",
            )
            .requirement("RFC7515-5.2-VERIFY")
            .requirement("RFC8725-3.1-ALG")
            .class("V1")
    };
    let foreign =
        |algorithm: Algorithm| {
            let key = foreign_key_for(algorithm);
            good(algorithm)
            .changed(
                &id(&format!("four-kinds-{}-foreign-key", algorithm.name().to_lowercase())),
                sign(None, &key, algorithm),
            )
            .reject([Reason::Signature])
            .threat(Threat::Forger)
            .title(format!("{algorithm} signature by a key that is not configured, with keys of four kinds \
                            configured"))
            .why(
                "The only configured key of this kind did not make the signature. A verifier that lets a key \
                 of another kind decide accepts forgeries.",
            )
            .requirement("RFC7515-5.2-VERIFY")
            .class("S0")
        };
    let last = |algorithm: Algorithm| {
        last_of(algorithm, others(algorithm), &KINDS, &format!("four-kinds-{}-last", word(algorithm)))
            .title(format!("{algorithm} signature, with its key last among keys of four kinds"))
    };
    KINDS.into_iter().flat_map(|algorithm| [good(algorithm), foreign(algorithm), last(algorithm)]).collect()
}

/// A token whose key is configured after the keys of other algorithms.
fn last_of(
    algorithm: Algorithm,
    others: impl Iterator<Item = Algorithm>,
    allowed: &[Algorithm],
    end: &str,
) -> Case {
    let mut others = others.map(key_for).map(str::to_owned);
    let own = key_for(algorithm);
    let mut edits: Vec<Edit> = others
        .next()
        .map(|to| context(ContextChange::ConfiguredKey { from: own.to_owned(), to }))
        .into_iter()
        .collect();
    edits.extend(others.map(|key| add(&key)));
    edits.extend([add(own), allow(allowed)]);
    twins::signed(algorithm)
        .changed_by(&id(end), edits)
        .accept()
        .why(
            "The order of the keys has no meaning. A verifier that stops at a key of another kind rejects a \
             good token.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .requirement("RFC8725-3.1-ALG")
        .class("V1")
}

/// Two keys on two curves. Each algorithm has one curve.
fn two_curves() -> Vec<Case> {
    let good = |algorithm: Algorithm, other: Algorithm| {
        twins::signed(algorithm)
            .changed_by(
                &id(&format!("two-curves-{}", word(algorithm))),
                vec![add(key_for(other)), allow(&[algorithm, other])],
            )
            .accept()
            .title(format!(
                "{algorithm} signature, with keys on the curves of {algorithm} and {other} \
                            configured"
            ))
            .why("The algorithm in the header determines the curve of the key.")
            .requirement("RFC7515-5.2-VERIFY")
            .requirement("RFC7518-3.4-CURVE")
            .class("V1")
    };
    let exchanged = |algorithm: Algorithm, other: Algorithm| {
        good(algorithm, other)
            .changed(
                &id(&format!("two-curves-{}-by-{}", algorithm.name().to_lowercase(), key_for(other))),
                sign(Some(&alg(algorithm)), key_for(other), algorithm),
            )
            .reject([Reason::Key, Reason::Signature])
            .title(format!("{algorithm} signature by the configured key on the curve of {other}"))
            .why(
                "Both keys are configured, and one of them made the signature. The algorithm includes the \
                 curve, so only the key on its own curve may verify the token.",
            )
            .requirement("RFC7518-3.4-CURVE")
            .class("K8")
    };
    let last = |algorithm: Algorithm, other: Algorithm| {
        let end = format!("two-curves-{}-last", word(algorithm));
        last_of(algorithm, [other].into_iter(), &[algorithm, other], &end)
            .title(format!("{algorithm} signature, with its key after one on the curve of {other}"))
            .requirement("RFC7518-3.4-CURVE")
    };
    [(ES256, ES384), (ES384, ES256)]
        .into_iter()
        .flat_map(|(algorithm, other)| {
            [good(algorithm, other), exchanged(algorithm, other), last(algorithm, other)]
        })
        .collect()
}
