//! What every vector must satisfy, and what every profile must say about them.
//!
//! A lint returns findings, each a sentence that begins with the id it is about.

use std::collections::{BTreeMap, BTreeSet};

use jotproof_mint::flow::Plot;
use jotproof_mint::sign::{self, PrivateKey};
use jotproof_mint::{Mint, apply, base64url, keys, secret, stored};
use jotproof_model::algorithm::Family;
use jotproof_model::recipe::Signer;
use jotproof_model::{Expectation, FlowToken, KeyRing, Recipe, Subject, Token, Twin, Vector, VectorFile};
use jotproof_profiles::predict::entries_for;
use jotproof_profiles::{EntryKind, Profile, ProfileFile, Profiles, Then, predicted};
use jotproof_rules::Rules;

use crate::build::{self, BuildError, vectors};
use crate::ledger::{self, Ledger};
use crate::{registry, requirements};

mod alike;
mod defects;
pub(crate) mod flows;
mod limits;
mod reasons;
mod texts;
mod threats;
mod times;

/// Other clocks that every recipe is minted at: the epoch's first day, a leap second's eve, and a
/// time beyond 2^32.
pub const OTHER_CLOCKS: [i64; 3] = [86_400, 1_483_228_799, 5_123_456_789];

/// The largest share of vectors without a twin, in percent.
const WITHOUT_TWIN: usize = 2;

/// Everything that is wrong with a set of files, its ledger, the profiles, and the same files minted
/// at other clocks.
///
/// # Errors
///
/// Where the files cannot be built at another clock.
pub fn all(files: &[VectorFile], published: &Ledger, profiles: &Profiles) -> Result<Vec<String>, BuildError> {
    let mut found = of_files(files);
    found.extend(Ledger::of(vectors(files)).contradictions(published, ledger::withdrawals()));
    found.extend(coverage(files));
    found.extend(defects::one_verdict_each(files));
    found.extend(alike::one_label_each(files));
    found.extend(of_profiles(files, profiles));
    for now in OTHER_CLOCKS {
        let other = build::files(now)?;
        found.extend(of_files(&other).into_iter().map(|finding| format!("{finding} (at clock {now})")));
    }
    Ok(found)
}

/// The findings in files, each minted at its own clock.
#[must_use]
pub fn of_files(files: &[VectorFile]) -> Vec<String> {
    let index: BTreeMap<&str, &Vector> =
        vectors(files).map(|vector| (vector.id.0.as_str(), vector)).collect();
    let mint = Mint::new(keys::all());
    let mut found = unique(files);
    found.extend(same_token_one_verdict(files));
    for file in files {
        for vector in &file.vectors {
            let id = &vector.id;
            let mut report = |problem: String| found.push(format!("{id}: {problem}"));
            naming(file, vector, &mut report);
            twin(vector, &index, &mut report);
            times::verdict(vector, &mut report);
            limits::of_accepted(vector, file.now, &mut report);
            threats::check(vector, &mint, file.now, &mut report);
            reasons::check(vector, &mut report);
            texts::check(vector, &mut report);
            tokens(vector, &mint, file.now, &mut report);
        }
    }
    let without = vectors(files).filter(|vector| matches!(vector.twin, Twin::Nothing { .. })).count();
    let total = vectors(files).count();
    if without * 100 > total * WITHOUT_TWIN {
        found.push(format!("{without} of {total} vectors have no twin; at most {WITHOUT_TWIN} % may"));
    }
    found
}

fn unique(files: &[VectorFile]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    vectors(files)
        .filter(|vector| !seen.insert(&vector.id))
        .map(|vector| format!("{}: the id is used twice", vector.id))
        .collect()
}

fn naming(file: &VectorFile, vector: &Vector, report: &mut impl FnMut(String)) {
    let id = &vector.id.0;
    if !id.strip_prefix(&file.topic).is_some_and(|rest| rest.starts_with('/')) {
        report(format!("the id does not begin with its topic {}", file.topic));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.split('/').any(|part| part.is_empty() || !part.chars().all(plain)) {
        report("the id has other characters than a-z, 0-9, - and /".to_owned());
    }
    if vector.title.is_empty() || vector.why.is_empty() || vector.requirements.is_empty() {
        report("it needs a title, a reason and a requirement".to_owned());
    }
    let refuses = matches!(vector.expectation, Expectation::Reject { .. } | Expectation::Either { .. });
    let has_reasons = match &vector.expectation {
        Expectation::Accept { .. } => false,
        Expectation::Reject { reasons, .. } | Expectation::Either { reasons, .. } => !reasons.is_empty(),
    };
    if refuses && !has_reasons {
        report("a refusal needs its admissible reasons".to_owned());
    }
}

/// The same octets under the same context have one verdict, and are stored once.
fn same_token_one_verdict(files: &[VectorFile]) -> Vec<String> {
    let mut seen: BTreeMap<(Vec<u8>, String), &Vector> = BTreeMap::new();
    let mut found = Vec::new();
    for vector in vectors(files) {
        let octets = match &vector.subject {
            Subject::Token { token, .. } => stored::octets(token).ok(),
            Subject::Flow { flow } => {
                let tokens: Vec<_> = flow.tokens.values().map(|token| &token.token).collect();
                serde_json::to_vec(&(tokens, &flow.steps)).ok()
            }
        };
        let Some(octets) = octets else { continue };
        let context = serde_json::to_string(&vector.context).expect("a context is plain data");
        if let Some(earlier) = seen.insert((octets, context), vector) {
            found
                .push(format!("{}: submits the same token to the same context as {}", vector.id, earlier.id));
        }
    }
    found
}

/// Every case is its twin with its edits, and a case that may be refused has one edit and an accepted
/// twin.
fn twin(vector: &Vector, index: &BTreeMap<&str, &Vector>, report: &mut impl FnMut(String)) {
    let Twin::Vector { id, edits } = &vector.twin else {
        if !matches!(vector.expectation, Expectation::Accept { .. }) {
            report("a case that may be refused needs a twin".to_owned());
        }
        return;
    };
    let Some(twin) = index.get(id.0.as_str()) else {
        report(format!("its twin {id} is not stored"));
        return;
    };
    let made = match (&vector.subject, &twin.subject) {
        (Subject::Token { recipe, .. }, Subject::Token { recipe: of_twin, .. }) => {
            apply::recipe(edits, of_twin).map(|made| made == **recipe)
        }
        (Subject::Flow { flow }, Subject::Flow { flow: of_twin }) => {
            apply::plot(edits, &Plot::of(of_twin)).map(|made| made == Plot::of(flow))
        }
        (Subject::Token { .. }, Subject::Flow { .. }) | (Subject::Flow { .. }, Subject::Token { .. }) => {
            Ok(false)
        }
    };
    match made {
        Ok(true) => {}
        Ok(false) => report(format!("its recipe is not that of {id} with its edits")),
        Err(error) => report(format!("its edits cannot be made: {error}")),
    }
    match apply::context(edits, &twin.context) {
        Ok(made) if made == vector.context => {}
        Ok(_) => report(format!("its context is not that of {id} with its edits")),
        Err(error) => report(format!("its edits cannot be made: {error}")),
    }
    if matches!(vector.expectation, Expectation::Accept { .. }) {
        return;
    }
    if !matches!(twin.expectation, Expectation::Accept { .. }) {
        report(format!("its twin {id} is not an accepted case"));
    }
    let defects = edits.len();
    let says_so = ["defects", " and ", " with "].iter().any(|word| vector.title.contains(word));
    if defects != 1 && !says_so {
        report(format!("it has {defects} edits; more than one defect must show in the title"));
    }
}

/// Every stored token is what its recipe mints, and its signature is over the octets as sent unless
/// that is the edit.
fn tokens(vector: &Vector, mint: &Mint, now: i64, report: &mut impl FnMut(String)) {
    for (recipe, token) in tokens_of(&vector.subject) {
        of_recipe(recipe, token, mint, now, report);
    }
    if let Subject::Flow { flow } = &vector.subject {
        flows::steps(flow, report);
    }
}

/// Every token of a subject, with its recipe.
fn tokens_of(subject: &Subject) -> Vec<(&Recipe, &Token)> {
    match subject {
        Subject::Token { recipe, token } => vec![(&**recipe, token)],
        Subject::Flow { flow } => {
            flow.tokens.values().map(|FlowToken { recipe, token }| (recipe, token)).collect()
        }
    }
}

fn of_recipe(recipe: &Recipe, token: &Token, mint: &Mint, now: i64, report: &mut impl FnMut(String)) {
    let octets = match stored::octets(token) {
        Ok(octets) => octets,
        Err(error) => return report(format!("its token cannot be read: {error}")),
    };
    match mint.token(recipe, now) {
        Ok(minted) if minted == octets => {}
        Ok(_) => report("its token is not what its recipe mints".to_owned()),
        Err(error) => report(format!("its recipe cannot be minted: {error}")),
    }
    if let Some(problem) = signature_problem(recipe, &octets, keys::all()) {
        report(problem);
    }
}

/// Signs what was sent again: algorithms are deterministic here, so the signatures must be equal.
fn signature_problem(recipe: &Recipe, octets: &[u8], keys: &KeyRing) -> Option<String> {
    let Signer::Key { key, form, algorithm } = &recipe.signer else { return None };
    if !is_as_signed(recipe) {
        return None;
    }
    let text = std::str::from_utf8(octets).ok()?;
    let Some((input, signature)) = text.rsplit_once('.') else {
        return Some("its token has no signature segment".to_owned());
    };
    let material = keys.get(key)?;
    let again = match algorithm.family() {
        Family::Hmac => secret::octets(material, *form)
            .and_then(|secret| sign::hmac(&secret, *algorithm, input.as_bytes())),
        Family::RsaPkcs1 | Family::RsaPss | Family::Ecdsa | Family::EdDsa => {
            PrivateKey::new(material).and_then(|key| key.sign(*algorithm, input.as_bytes()))
        }
    };
    match (again, base64url::decode(signature)) {
        (Ok(again), Ok(sent)) if again == sent => None,
        (Ok(_), _) => Some("its signature is not over the octets as sent".to_owned()),
        (Err(error), _) => Some(format!("its signature cannot be computed again: {error}")),
    }
}

/// Whether the token is unchanged since it was signed.
fn is_as_signed(recipe: &Recipe) -> bool {
    recipe.signature.is_empty()
        && recipe.structure.is_empty()
        && recipe.segments.iter().all(|edit| edit.signed)
}

/// The findings in the registries: a sentence that lacks its cases, or a bug class without one.
fn coverage(files: &[VectorFile]) -> Vec<String> {
    let lacking = |it: requirements::Coverage| Some(format!("{}: {}", it.id, it.finding()?));
    let mut found: Vec<String> =
        requirements::coverage(vectors(files)).into_iter().filter_map(lacking).collect();
    let classes: BTreeSet<&str> = vectors(files).map(|vector| vector.bug_class.as_str()).collect();
    let unused = registry::bug_classes().keys().filter(|id| !classes.contains(id.as_str()));
    found.extend(unused.map(|id| format!("{id}: no case refers to this bug class")));
    found
}

/// What profiles say of the vectors: every one that a profile can carry is decided, every entry is
/// used and leaves the allowed set exactly where it says so, and every rule that differs from `rfc`
/// belongs to one entry.
fn of_profiles(files: &[VectorFile], profiles: &Profiles) -> Vec<String> {
    let index: BTreeMap<&str, &Vector> =
        vectors(files).map(|vector| (vector.id.0.as_str(), vector)).collect();
    let mut found: Vec<String> = profiles.files().iter().flat_map(of_versions).collect();
    let undecided = |profile: &Profile, vector: &Vector| {
        let twin = match &vector.twin {
            Twin::Vector { id, .. } => index.get(id.0.as_str()).copied(),
            Twin::Nothing { .. } => None,
        };
        predicted(vector, twin, profile).err().map(|problem| format!("{}: {problem}", vector.id))
    };
    for profile in between(profiles) {
        let carried = vectors(files).filter(|vector| carries(&profile, vector));
        found.extend(carried.filter_map(|vector| undecided(&profile, vector)));
    }
    for profile in profiles.all() {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for vector in vectors(files).filter(|vector| carries(profile, vector)) {
            found.extend(undecided(profile, vector));
            for kind in [EntryKind::Deviation, EntryKind::Choice, EntryKind::Grant] {
                for entry in entries_for(vector, profile, kind) {
                    used.insert(&entry.id);
                    if kind == EntryKind::Deviation && stays_inside(&entry.then, vector) {
                        found.push(format!(
                            "{}: deviation {} of {} matches, and nothing deviates",
                            vector.id, entry.id, profile.name
                        ));
                    }
                }
            }
        }
        for entry in &profile.entries {
            if !entry.when.is_empty() && !used.contains(entry.id.as_str()) {
                found.push(format!("{}: entry {} matches no vector", profile.name, entry.id));
            }
            if entry.when.is_empty() && entry.rule.is_empty() {
                found.push(format!("{}: entry {} says nothing", profile.name, entry.id));
            }
        }
        found.extend(rules_of(profile));
    }
    found
}

/// The profiles of the versions at which something changes and that are not listed.
fn between(profiles: &Profiles) -> Vec<Profile> {
    let mut found = Vec::new();
    for file in profiles.files() {
        for version in file.told_of().collect::<BTreeSet<_>>() {
            let is_listed = file.versions.iter().any(|known| known.version.as_deref() == Some(version));
            if let (false, Ok(of)) = (is_listed, profiles.of_version(&file.family, version)) {
                found.push(of.profile);
            }
        }
    }
    found
}

/// What a profile file says of its versions: they are in order, and every capability, entry and answer that only
/// some versions have is that of one of them and not of all.
fn of_versions(file: &ProfileFile) -> Vec<String> {
    let family = &file.family;
    let mut found = Vec::new();
    for pair in file.versions.windows(2) {
        if pair[0].version.is_none() || pair[0].is_within(pair[1].version.as_deref(), None) {
            found.push(format!("{family}: {} is not older than {}", pair[0].name, pair[1].name));
        }
    }
    let count = |since: &Option<String>, until: &Option<String>| {
        file.versions.iter().filter(|version| version.is_within(since.as_deref(), until.as_deref())).count()
    };
    let holds = |since: &Option<String>, until: &Option<String>| count(since, until) > 0;
    for span in &file.spans {
        if !file.capabilities.contains(&span.capability) {
            found.push(format!("{family}: some versions have {}, and the family has not", span.capability));
        }
        if count(&span.since, &span.until) % file.versions.len().max(1) == 0 {
            found.push(format!("{family}: {} is that of no version, or of all", span.capability));
        }
    }
    let mut ids = BTreeSet::new();
    for entry in &file.entries {
        if !holds(&entry.since, &entry.until) {
            found.push(format!("{family}: entry {} holds for no version", entry.id));
        }
        if !ids.insert(&entry.id) {
            found.push(format!("{family}: there are two entries {}", entry.id));
        }
    }
    for answer in file.answers.iter().filter(|answer| !holds(&answer.since, &answer.until)) {
        found.push(format!("{family}: the answer {:?} holds for no version", answer.answer));
    }
    found
}

/// Whether a profile carries a vector, the clock apart.
fn carries(profile: &Profile, vector: &Vector) -> bool {
    vector
        .requires
        .iter()
        .all(|needed| *needed == jotproof_model::Capability::Clock || profile.capabilities.contains(needed))
        && profile.demands.iter().all(|demanded| vector.requires.contains(demanded))
}

/// Whether an outcome is inside the allowed set, and so no deviation.
fn stays_inside(then: &Then, vector: &Vector) -> bool {
    match (then, &vector.expectation) {
        (Then::Accepted { effect: None }, Expectation::Accept { .. }) => true,
        (Then::Refused { reasons }, Expectation::Reject { reasons: admissible, .. }) => {
            reasons.iter().any(|reason| admissible.contains(reason))
        }
        (Then::Refused { .. }, Expectation::Accept { .. })
        | (Then::Accepted { .. } | Then::AsTwin, Expectation::Reject { .. })
        // Another effect than the vector's own.
        | (Then::Accepted { effect: Some(_) } | Then::AsTwin, Expectation::Accept { .. }) => false,
        // Where the texts leave a choice, no deviation applies.
        (_, Expectation::Either { .. }) => true,
    }
}

/// Every rule belongs to at most one entry, and an entry's rule really differs from `rfc`.
fn rules_of(profile: &Profile) -> Vec<String> {
    let mut found = Vec::new();
    let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in &profile.entries {
        for rule in entry.rule.keys() {
            if let Some(earlier) = owner.insert(rule, &entry.id) {
                found.push(format!("{}: rule {rule} is set by {earlier} and by {}", profile.name, entry.id));
            }
        }
        match Rules::default().with(&entry.rule) {
            Ok(rules) if rules == Rules::default() && !entry.rule.is_empty() => {
                found.push(format!("{}: entry {} sets no rule otherwise than rfc", profile.name, entry.id));
            }
            Ok(_) => {}
            Err(error) => found.push(format!("{}: entry {}: {error}", profile.name, entry.id)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_for_no_version_is_found() {
        let file = r#"{
            "$schema": "", "family": "server", "about": "", "either": "stated",
            "versions": [
                {"name": "server-2", "version": "2.0.0"},
                {"name": "server-1", "version": "1.0.0"}
            ],
            "capabilities": ["audience", "clock"],
            "spans": [
                {"capability": "issuer", "since": "2.0.0"},
                {"capability": "audience", "since": "1.0.0"},
                {"capability": "clock", "until": "2.0.0"}
            ],
            "answers": [{"reasons": ["expired"], "answer": "no", "until": "1.0.0"}],
            "entries": [
                {"id": "never", "kind": "choice", "since": "1.5.0", "until": "2.0.0",
                 "then": {"outcome": "accepted"}, "reason": "", "link": ""},
                {"id": "ever", "kind": "choice", "then": {"outcome": "accepted"}, "reason": "", "link": ""},
                {"id": "ever", "kind": "choice", "then": {"outcome": "accepted"}, "reason": "", "link": ""}
            ]
        }"#;
        let file: ProfileFile = serde_json::from_str(file).expect("the file is well-formed");
        assert_eq!(
            of_versions(&file),
            [
                "server: server-2 is not older than server-1",
                "server: some versions have issuer, and the family has not",
                "server: audience is that of no version, or of all",
                "server: entry never holds for no version",
                "server: there are two entries ever",
                "server: the answer \"no\" holds for no version",
            ]
        );
    }
}
