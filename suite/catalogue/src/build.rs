//! Turns the topics into the files of `vectors/`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use jotproof_mint::{Mint, keys};
use jotproof_model::adapter::Line;
use jotproof_model::{Subject, Vector, VectorFile};
use jotproof_profiles::ProfileFile;
use sha2::{Digest, Sha256};

use crate::ledger::{self, Ledger};
use crate::streams::Pin;
use crate::topics::{self, Topic};
use crate::{NOW, registry};

/// Why the vectors cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// A token cannot be minted.
    #[error("{id}: {problem}")]
    Mint {
        /// The case.
        id: String,
        /// Why not.
        problem: String,
    },
    /// A case names something that is not in the registries.
    #[error("{id}: {problem}")]
    Registry {
        /// The case.
        id: String,
        /// What is missing, and where it belongs.
        problem: String,
    },
}

/// Every topic as a vector file, minted at a clock.
///
/// # Errors
///
/// Names the case that cannot be built.
pub fn files(now: i64) -> Result<Vec<VectorFile>, BuildError> {
    let mint = Mint::new(keys::all());
    topics::all().iter().map(|topic| topic_file(topic, &mint, now)).collect()
}

/// One topic as a vector file, minted at a clock.
///
/// # Errors
///
/// Names the case that cannot be built.
pub fn topic_file(topic: &Topic, mint: &Mint, now: i64) -> Result<VectorFile, BuildError> {
    let now = topic.clock(now);
    let mut vectors = Vec::new();
    for case in &topic.cases {
        vectors.push(
            case.build(mint, now)
                .map_err(|error| BuildError::Mint { id: case.id().to_owned(), problem: error.to_string() })?,
        );
    }
    let mut key_names = BTreeSet::new();
    let mut requirements = BTreeMap::new();
    let mut bug_classes = BTreeMap::new();
    for vector in &vectors {
        key_names.extend(vector.context.key_names().map(str::to_owned));
        let recipes: Vec<_> = match &vector.subject {
            Subject::Token { recipe, .. } => vec![&**recipe],
            Subject::Flow { flow } => flow.tokens.values().map(|token| &token.recipe).collect(),
        };
        for recipe in recipes {
            key_names.extend(recipe.key_names().into_iter().map(str::to_owned));
        }
        for id in &vector.requirements {
            let requirement = registry::requirements().get(id).ok_or_else(|| BuildError::Registry {
                id: vector.id.0.clone(),
                problem: format!("requirement {id:?} is not in suite/catalogue/data/requirements.json"),
            })?;
            requirements.insert(id.clone(), requirement.clone());
        }
        let id = &vector.bug_class;
        let class = registry::bug_classes().get(id).ok_or_else(|| BuildError::Registry {
            id: vector.id.0.clone(),
            problem: format!("bug class {id:?} is not in suite/catalogue/data/bug-classes.json"),
        })?;
        bug_classes.insert(id.clone(), class.clone());
    }
    let depth = topic.path.matches('/').count();
    let names: Vec<&str> = key_names.iter().map(String::as_str).collect();
    Ok(VectorFile {
        schema: format!("{}schema/vectors.schema.json", "../".repeat(depth)),
        format: "jotproof-vectors/1".to_owned(),
        topic: topic.path.to_owned(),
        about: topic.about.to_owned(),
        now,
        keys: keys::subset(&names).map_err(|error| BuildError::Registry {
            id: topic.path.to_owned(),
            problem: error.to_string(),
        })?,
        requirements,
        bug_classes,
        vectors,
    })
}

/// Every file that is generated below `vectors/`, by its path there: topic files, schemas, the
/// ledger, the pins of the streams and the manifest. `published` is the ledger as it stands.
///
/// # Errors
///
/// As [`files`].
pub fn tree(published: &Ledger, pins: &[Pin]) -> Result<BTreeMap<String, String>, BuildError> {
    let files = files(NOW)?;
    let mut tree = BTreeMap::new();
    for file in &files {
        tree.insert(format!("{}.json", file.topic), json(file));
    }
    tree.insert("schema/vectors.schema.json".to_owned(), json(&schemars::schema_for!(VectorFile)));
    tree.insert("schema/adapter.schema.json".to_owned(), json(&schemars::schema_for!(Line)));
    tree.insert("schema/profile.schema.json".to_owned(), json(&schemars::schema_for!(ProfileFile)));
    let made = Ledger::of(files.iter().flat_map(|file| &file.vectors));
    tree.insert("IDS.lock".to_owned(), made.appended_to(published, ledger::withdrawals()).text());
    tree.insert("streams.json".to_owned(), json(&pins));
    tree.insert("MANIFEST.json".to_owned(), manifest(&files, &tree));
    Ok(tree)
}

/// What is published: per file its digest, per topic its counts.
fn manifest(files: &[VectorFile], tree: &BTreeMap<String, String>) -> String {
    let topics: BTreeMap<&str, serde_json::Value> = files
        .iter()
        .map(|file| {
            let count = |verdict: &str| {
                file.vectors.iter().filter(|vector| vector.expectation.name() == verdict).count()
            };
            let counts = serde_json::json!({
                "vectors": file.vectors.len(),
                "accept": count("accept"),
                "reject": count("reject"),
                "either": count("either"),
            });
            (file.topic.as_str(), counts)
        })
        .collect();
    let digests: BTreeMap<&str, String> =
        tree.iter().map(|(path, text)| (path.as_str(), sha256(text))).collect();
    json(&serde_json::json!({
        "format": "jotproof-manifest/1",
        "now": NOW,
        "vectors": files.iter().map(|file| file.vectors.len()).sum::<usize>(),
        "topics": topics,
        "sha256": digests,
    }))
}

fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

/// Octets as lower-case hexadecimal text.
#[must_use]
pub fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().fold(String::new(), |mut hex, octet| {
        // Writing to a string does not fail.
        let _ = write!(hex, "{octet:02x}");
        hex
    })
}

fn json(value: &impl serde::Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("published types have string keys only");
    text.push('\n');
    text
}

/// Every vector of a set of files, in order.
pub fn vectors(files: &[VectorFile]) -> impl Iterator<Item = &Vector> {
    files.iter().flat_map(|file| &file.vectors)
}
