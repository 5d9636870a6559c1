//! The requirements and bug classes that cases refer to, loaded from `data/`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jotproof_model::registry::{BugClass, Requirement};
use jotproof_model::vector::Severity;

/// The normative sentences, by id.
pub fn requirements() -> &'static BTreeMap<String, Requirement> {
    static ALL: LazyLock<BTreeMap<String, Requirement>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../data/requirements.json"))
            .expect("data/requirements.json is a map of requirements")
    });
    &ALL
}

/// The ways in which verifiers are wrong, by id.
pub fn bug_classes() -> &'static BTreeMap<String, BugClass> {
    static ALL: LazyLock<BTreeMap<String, BugClass>> = LazyLock::new(|| {
        serde_json::from_str(include_str!("../data/bug-classes.json"))
            .expect("data/bug-classes.json is a map of bug classes")
    });
    &ALL
}

/// The severity of a bug class; low where there is no such class, which a lint reports.
#[must_use]
pub fn severity(bug_class: &str) -> Severity {
    bug_classes().get(bug_class).map_or(Severity::Low, |class| class.severity)
}
