//! G2: combinations of the documented connection claims. Any three choices occur together at least once for
//! every algorithm that the documentation names.

use std::collections::BTreeMap;

use jotproof_model::{Algorithm, Effect};

use super::Topic;
use crate::case::{Case, PAYLOAD};
use crate::covering;
use crate::edits::{claim, without_claim};
use crate::twins::{self, CORE};

pub(super) fn topic() -> Topic {
    let rows = covering::array(&FACTORS.map(|factor| factor.choices.len()), 3);
    Topic {
        path: "centrifugo/claim-combinations",
        about: "Combinations of connection claims: each claim keeps its own meaning, whatever other claims \
                are present. Any three choices occur together in some token of each algorithm.",
        cases: CORE
            .into_iter()
            .flat_map(|algorithm| {
                let path = format!("centrifugo/claim-combinations/{}", algorithm.name().to_lowercase());
                rows.iter().map(move |row| combination(&path, row, algorithm))
            })
            .collect(),
    }
}

/// A claim and its possible values.
struct Factor {
    claim: &'static str,
    choices: &'static [Choice],
}

/// A choice for a claim. An absent claim has no value, and no words in an id.
struct Choice {
    words: &'static str,
    value: Option<&'static str>,
    requirement: Option<&'static str>,
}

const ABSENT: Choice = Choice { words: "", value: None, requirement: None };

const fn choice(words: &'static str, value: &'static str, requirement: &'static str) -> Choice {
    Choice { words, value: Some(value), requirement: Some(requirement) }
}

/// The JSON text in `b64info`.
const DECODED: &str = "{\"from\":\"b64info\"}";

const FACTORS: [Factor; 13] = [
    Factor {
        claim: "sub",
        choices: &[choice("sub-user", "\"42\"", "CF-SUB-1"), choice("sub-empty", "\"\"", "CF-SUB-2")],
    },
    Factor { claim: "exp", choices: &[ABSENT, choice("exp", "{{now+3600}}", "RFC7519-4.1.4-EXP")] },
    Factor { claim: "iat", choices: &[ABSENT, choice("iat", "{{now-60}}", "CF-IAT-1")] },
    Factor { claim: "nbf", choices: &[ABSENT, choice("nbf", "{{now-60}}", "RFC7519-4.1.5-NBF")] },
    Factor { claim: "jti", choices: &[ABSENT, choice("jti", "\"7f3c\"", "CF-JTI-1")] },
    Factor {
        claim: "aud",
        choices: &[
            ABSENT,
            choice("aud-string", "\"chat\"", "CF-AUD-1"),
            choice("aud-array", "[\"chat\",\"feed\"]", "CF-AUD-1"),
        ],
    },
    Factor { claim: "iss", choices: &[ABSENT, choice("iss", "\"my_app\"", "CF-ISS-1")] },
    Factor { claim: "info", choices: &[ABSENT, choice("info", "{\"from\":\"info\"}", "CF-INFO-1")] },
    Factor {
        claim: "b64info",
        choices: &[ABSENT, choice("b64info", "\"eyJmcm9tIjoiYjY0aW5mbyJ9\"", "CF-INFO-2")],
    },
    Factor {
        claim: "channels",
        choices: &[ABSENT, choice("channels", "[\"news\",\"ns:room\"]", "CF-CHAN-1")],
    },
    Factor {
        claim: "subs",
        choices: &[ABSENT, choice("subs", "{\"feed\":{\"data\":{\"last\":7}}}", "CF-SUBS-1")],
    },
    Factor {
        claim: "meta",
        choices: &[ABSENT, choice("meta", "{\"canary\":\"meta-is-not-shown\"}", "CF-META-1")],
    },
    Factor {
        claim: "expire_at",
        choices: &[
            ABSENT,
            choice("expire-at-future", "{{now+1800}}", "CF-EXPAT-1"),
            choice("expire-at-zero", "0", "CF-EXPAT-2"),
        ],
    },
];

/// The number of claims in a combination. Each has at least two choices.
pub(crate) const CLAIMS: usize = FACTORS.len();

/// The token with one choice for each claim, signed with an algorithm. The words of the choices follow `path`
/// in its id.
pub(crate) fn combination(path: &str, row: &[usize], algorithm: Algorithm) -> Case {
    let mut edits = if algorithm == Algorithm::HS256 { Vec::new() } else { twins::signed_with(algorithm) };
    let chosen: Vec<(&str, &Choice)> =
        FACTORS.iter().zip(row).map(|(factor, &level)| (factor.claim, &factor.choices[level])).collect();
    let words: Vec<&str> =
        chosen.iter().map(|(_, choice)| choice.words).filter(|words| !words.is_empty()).collect();

    for (name, choice) in &chosen {
        let there = PAYLOAD.iter().find(|(member, _)| member == name).map(|(_, value)| *value);
        match choice.value {
            Some(value) if there != Some(value) => edits.push(claim(name, value)),
            None if there.is_some() => edits.push(without_claim(name)),
            Some(_) | None => {}
        }
    }

    let case = twins::centrifugo()
        .changed_by(&format!("{path}/{}", words.join("-")), edits)
        .accept()
        .title(format!("{algorithm} token with {}", words.join(", ").replace('-', " ")))
        .why(
            "Each of these claims is valid and has its own effect. Together, none of them may make the \
             token invalid, or change the effect of another.",
        )
        .class("C24")
        .effect(|effect| effect_of(&chosen, effect));
    chosen.iter().filter_map(|(_, choice)| choice.requirement).fold(case, Case::requirement)
}

/// The info and the subscriptions. They are not compared if the documentation does not say which of two
/// claims decides.
fn effect_of(chosen: &[(&str, &Choice)], effect: &mut Effect) {
    let given = |name: &str| chosen.iter().any(|(claim, choice)| *claim == name && choice.value.is_some());
    effect.info = match (given("info"), given("b64info")) {
        (false, false) => Some(String::new()),
        (true, false) => Some("{\"from\":\"info\"}".to_owned()),
        (false, true) => Some(DECODED.to_owned()),
        (true, true) => None,
    };
    let subscriptions = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(channel, data)| ((*channel).to_owned(), (*data).to_owned()));
        Some(pairs.collect::<BTreeMap<_, _>>())
    };
    effect.subscriptions = match (given("channels"), given("subs")) {
        (false, false) => subscriptions(&[]),
        (true, false) => subscriptions(&[("news", ""), ("ns:room", "")]),
        (false, true) => subscriptions(&[("feed", "{\"last\":7}")]),
        (true, true) => None,
    };
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jotproof_mint::{Mint, keys};
    use jotproof_model::Subject;
    use jotproof_model::recipe::{Content, Member};

    use super::*;

    /// The claims of the stored tokens, grouped by algorithm.
    fn stored() -> BTreeMap<String, Vec<BTreeMap<String, String>>> {
        let mint = Mint::new(keys::all());
        let mut stored: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for case in topic().cases {
            let vector = case.build(&mint, crate::NOW).expect("a token can be minted");
            let Subject::Token { recipe, .. } = vector.subject else { panic!("it is a token") };
            let Content::Object { members, .. } = recipe.payload else { panic!("a claims set is an object") };
            let algorithm = vector.context.algorithms[0].name().to_owned();
            stored
                .entry(algorithm)
                .or_default()
                .push(members.into_iter().map(|Member(name, value)| (name, value)).collect());
        }
        stored
    }

    #[test]
    fn any_three_choices_stand_together_in_a_token_of_each_algorithm() {
        let documented = FACTORS.iter().filter(|factor| factor.claim != "nbf").count();
        assert_eq!((documented, FACTORS.len()), (12, 13), "the twelve documented claims, and nbf");
        let stored = stored();
        assert_eq!(stored.len(), CORE.len());
        for (algorithm, tokens) in stored {
            // The tokens with each choice as a bit set, so that three choices are an intersection.
            let made = |factor: &Factor, choice: &Choice| -> u64 {
                tokens
                    .iter()
                    .enumerate()
                    .filter(|(_, claims)| claims.get(factor.claim).map(String::as_str) == choice.value)
                    .fold(0, |set, (at, _)| set | 1 << at)
            };
            let sets: Vec<Vec<(&str, u64)>> = FACTORS
                .iter()
                .map(|factor| {
                    factor.choices.iter().map(|choice| (choice.words, made(factor, choice))).collect()
                })
                .collect();
            let mut triples = 0;
            for (first, at_first) in sets.iter().zip(0..) {
                for (second, at_second) in sets.iter().zip(0..).skip(at_first + 1) {
                    for third in &sets[at_second + 1..] {
                        for ((one, a), (two, b), (three, c)) in first.iter().flat_map(|a| {
                            second.iter().flat_map(move |b| third.iter().map(move |c| (a, b, c)))
                        }) {
                            triples += 1;
                            assert_ne!(
                                a & b & c,
                                0,
                                "{algorithm}: {one}, {two}, {three} never stand together"
                            );
                        }
                    }
                }
            }
            // Eleven claims of two choices and two of three: 8 * 165 + 12 * 110 + 18 * 11.
            assert_eq!(triples, 2838);
        }
    }
}
