//! The ledger: every id that was ever published, with its verdict and the digest of its token.
//!
//! `vectors/IDS.lock` is append-only and sorted. An id keeps its verdict and its token for ever. A changed
//! case gets a new id. A withdrawn id stays in the ledger, marked `retired`, with the reason from
//! `data/withdrawn.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::LazyLock;

use jotproof_model::{Action, Flow, FlowToken, Step, Subject, Vector};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::build;

/// The word in place of the verdict of a withdrawn id.
const RETIRED: &str = "retired";

/// Ids that were withdrawn for the same reason.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The reason, for example what was wrong with their verdict, context or token.
    pub reason: String,
    /// The ids, each with its replacement, if any.
    pub ids: BTreeMap<String, Option<String>>,
}

/// The withdrawals in `data/withdrawn.json`.
pub fn withdrawals() -> &'static [Withdrawal] {
    static ALL: LazyLock<Vec<Withdrawal>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../data/withdrawn.json"))
            .expect("data/withdrawn.json is a list of withdrawals")
    });
    &ALL
}

/// The reason of each withdrawn id, as text for the ledger.
fn reasons(withdrawals: &[Withdrawal]) -> BTreeMap<&str, String> {
    let mut all = BTreeMap::new();
    for Withdrawal { reason, ids } in withdrawals {
        for (id, instead) in ids {
            let replaced = instead.as_ref().map(|instead| format!(" Replaced by {instead}."));
            all.insert(id.as_str(), format!("{reason}{}", replaced.unwrap_or_default()));
        }
    }
    all
}

/// One line: the verdict, and the digest of context, recipe and token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// `accept`, `reject` or `either`; `retired` for an id that is no longer made.
    pub verdict: String,
    /// The first sixteen hexadecimal digits of a SHA-256.
    pub digest: String,
    /// The reason for the withdrawal; empty unless the id is retired.
    pub reason: String,
}

/// The ledger, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(pub BTreeMap<String, Line>);

impl Ledger {
    /// The ledger of a set of vectors.
    #[must_use]
    pub fn of<'a>(vectors: impl IntoIterator<Item = &'a Vector>) -> Self {
        Self(
            vectors
                .into_iter()
                .map(|vector| {
                    let line = Line {
                        verdict: vector.expectation.name().to_owned(),
                        digest: digest(vector),
                        reason: String::new(),
                    };
                    (vector.id.0.clone(), line)
                })
                .collect(),
        )
    }

    /// Reads the text of `IDS.lock`.
    ///
    /// # Errors
    ///
    /// Names a line that is neither `ID VERDICT DIGEST` nor `ID retired DIGEST REASON`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let mut fields = line.splitn(4, ' ');
            let (Some(id), Some(verdict), Some(digest), reason) =
                (fields.next(), fields.next(), fields.next(), fields.next())
            else {
                return Err(format!("line {}: expected `ID VERDICT DIGEST`, found {line:?}", number + 1));
            };
            if reason.is_some() != (verdict == RETIRED) {
                return Err(format!("line {}: a retired id has a reason, and no other has one", number + 1));
            }
            let line = Line {
                verdict: verdict.to_owned(),
                digest: digest.to_owned(),
                reason: reason.unwrap_or_default().to_owned(),
            };
            if lines.insert(id.to_owned(), line).is_some() {
                return Err(format!("line {}: {id} is listed twice", number + 1));
            }
        }
        Ok(Self(lines))
    }

    /// The text of `IDS.lock`.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (id, line) in &self.0 {
            let Line { verdict, digest, reason } = line;
            let reason = if reason.is_empty() { String::new() } else { format!(" {reason}") };
            // Writing to a string does not fail.
            let _ = writeln!(text, "{id} {verdict} {digest}{reason}");
        }
        text
    }

    /// Contradictions of the vectors to the published ledger and to the withdrawals, one sentence each.
    #[must_use]
    pub fn contradictions(&self, published: &Self, withdrawals: &[Withdrawal]) -> Vec<String> {
        let mut found = self.wrong_withdrawals(published, withdrawals);
        let withdrawn = reasons(withdrawals);
        for (id, old) in &published.0 {
            match self.0.get(id) {
                None if withdrawn.contains_key(id.as_str()) => {}
                None => found.push(format!(
                    "{id} is published and no longer made: an id is for ever; state the reason in \
                     suite/catalogue/data/withdrawn.json"
                )),
                Some(_) if old.verdict == RETIRED => {
                    found.push(format!("{id} is retired: give the new case another id"));
                }
                Some(new) if new.verdict != old.verdict => found.push(format!(
                    "{id} changes its verdict from {} to {}: a changed verdict is a new id",
                    old.verdict, new.verdict
                )),
                Some(new) if new.digest != old.digest => {
                    found.push(format!("{id} changes its token or context: a changed case is a new id"));
                }
                Some(_) => {}
            }
        }
        found
    }

    /// Invalid withdrawals: the id still exists, was never published or is withdrawn twice, the reason is
    /// missing, or the replacement does not exist.
    fn wrong_withdrawals(&self, published: &Self, withdrawals: &[Withdrawal]) -> Vec<String> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        for Withdrawal { reason, ids } in withdrawals {
            if reason.trim().is_empty() || reason.contains('\n') {
                found.push(format!("a withdrawal needs a reason of one line, not {reason:?}"));
            }
            for (id, instead) in ids {
                if !seen.insert(id) {
                    found.push(format!("{id} is withdrawn twice"));
                }
                if self.0.contains_key(id) {
                    found.push(format!("{id} is withdrawn and still made"));
                }
                if !published.0.contains_key(id) {
                    found.push(format!("{id} is withdrawn and was never published"));
                }
                // The replacement may have been withdrawn later.
                let known = |id: &String| {
                    self.0.contains_key(id) || withdrawals.iter().any(|other| other.ids.contains_key(id))
                };
                if let Some(instead) = instead.as_ref().filter(|instead| !known(instead)) {
                    found.push(format!("{id} is replaced by {instead}, which is not made"));
                }
            }
        }
        found
    }

    /// The published ledger with the new ids added and the withdrawn ones marked.
    #[must_use]
    pub fn appended_to(&self, published: &Self, withdrawals: &[Withdrawal]) -> Self {
        let mut all = published.0.clone();
        for (id, reason) in reasons(withdrawals) {
            if let Some(line) = all.get_mut(id) {
                RETIRED.clone_into(&mut line.verdict);
                line.reason = reason;
            }
        }
        for (id, line) in &self.0 {
            all.entry(id.clone()).or_insert_with(|| line.clone());
        }
        Self(all)
    }
}

/// What a flow submits: for which reason a step on its way is refused is expected, not submitted.
#[derive(Serialize)]
struct Submitted<'a> {
    tokens: &'a BTreeMap<String, FlowToken>,
    steps: Vec<SubmittedStep<'a>>,
}

/// One step of it.
#[derive(Serialize)]
struct SubmittedStep<'a> {
    at: u32,
    action: &'a Action,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
}

impl<'a> Submitted<'a> {
    fn of(flow: &'a Flow) -> Self {
        let step = |Step { at, action, refused }: &'a Step| SubmittedStep {
            at: *at,
            action,
            refused: refused.is_some(),
        };
        Self { tokens: &flow.tokens, steps: flow.steps.iter().map(step).collect() }
    }
}

/// A digest over what a vector submits and to whom.
fn digest(vector: &Vector) -> String {
    let text = match &vector.subject {
        Subject::Token { recipe, token } => serde_json::to_string(&(recipe, token, &vector.context)),
        Subject::Flow { flow } => serde_json::to_string(&(Submitted::of(flow), &vector.context)),
    }
    .expect("a vector has string keys only");
    // The first ids were published without a leeway of 0. Leaving it out here keeps their digests.
    let text = text.replace(",\"leeway\":0", "");
    let hash = Sha256::digest(text.as_bytes());
    build::hexadecimal(&hash[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn withdrawal(reason: &str, ids: &[(&str, Option<&str>)]) -> Withdrawal {
        let ids = ids.iter().map(|(id, instead)| ((*id).to_owned(), instead.map(str::to_owned)));
        Withdrawal { reason: reason.to_owned(), ids: ids.collect() }
    }

    fn ledger(text: &str) -> Ledger {
        Ledger::parse(text).expect("the ledger is well-formed")
    }

    #[test]
    fn a_withdrawn_id_stays_with_its_reason() {
        let published = ledger("a/kept accept 01\na/old accept 02\n");
        let made = ledger("a/kept accept 01\na/new reject 02\n");
        let withdrawals = [withdrawal("A MUST decides it.", &[("a/old", Some("a/new"))])];
        assert_eq!(made.contradictions(&published, &withdrawals), [""; 0]);
        let appended = made.appended_to(&published, &withdrawals);
        assert_eq!(
            appended.text(),
            "a/kept accept 01\na/new reject 02\na/old retired 02 A MUST decides it. Replaced by a/new.\n"
        );
        assert_eq!(ledger(&appended.text()), appended);
        assert_eq!(made.contradictions(&appended, &withdrawals), [""; 0]);
        assert_eq!(made.appended_to(&appended, &withdrawals), appended);
    }

    #[test]
    fn what_contradicts_the_ledger_is_found() {
        let published = ledger("a/gone accept 01\na/old retired 02 Why.\na/changed accept 03\n");
        let made = ledger("a/changed reject 03\na/made accept 04\n");
        let withdrawals = [
            withdrawal("", &[("a/made", None)]),
            withdrawal("Why.", &[("a/made", None), ("a/never", Some("a/nowhere"))]),
        ];
        let found = made.contradictions(&published, &withdrawals);
        for part in [
            "a withdrawal needs a reason of one line, not \"\"",
            "a/made is withdrawn and still made",
            "a/made is withdrawn twice",
            "a/never is withdrawn and was never published",
            "a/never is replaced by a/nowhere, which is not made",
            "a/gone is published and no longer made",
            "a/old is published and no longer made",
            "a/changed changes its verdict from accept to reject",
        ] {
            assert!(found.iter().any(|finding| finding.starts_with(part)), "{part}: {found:#?}");
        }
        assert!(made.contradictions(&ledger("a/made retired 04 Why.\n"), &[])[0].contains("is retired"));
    }

    #[test]
    fn a_reason_stands_beside_retired_ids_alone() {
        for text in ["a/b accept 01 why", "a/b retired 01", "a/b accept"] {
            assert!(Ledger::parse(text).is_err(), "{text}");
        }
    }
}
