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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn requirements_say_where_they_stand() {
        for (id, requirement) in requirements() {
            let Requirement {
                document,
                section,
                says,
                options,
                level: _,
                binds: _,
                promises_reason: _,
                waiver: _,
            } = requirement;
            assert!(options.values().all(|places| !places.is_empty()), "{id}: an option without a place");
            assert!([document, section, says].iter().all(|text| !text.is_empty()), "{id}");
            if let Some(number) = document.strip_prefix("RFC ") {
                assert!(id.starts_with(&format!("RFC{number}-")), "{id} is of {document}");
            }
        }
    }

    #[test]
    fn bug_classes_say_what_goes_wrong() {
        for (id, class) in bug_classes() {
            assert!(!class.name.is_empty() && !class.mechanism.is_empty(), "{id}");
            // Refusing a good token, and telling two names for one algorithm apart, are no weaknesses.
            assert!(!class.cwe.is_empty() || ["V1", "A12"].contains(&id.as_str()), "{id} has no CWE number");
        }
    }

    #[test]
    fn advisories_are_identified_and_were_read() {
        let mut seen = BTreeSet::new();
        for (class, advisory) in
            bug_classes().iter().flat_map(|(id, class)| class.advisories.iter().map(move |it| (id, it)))
        {
            let id = advisory.id.as_str();
            assert!(is_identifier(id), "{class}: {id}");
            assert!(seen.insert(id), "{id} is cited twice; one class is the nearest");
            assert!(!advisory.product.is_empty() && advisory.checked.contains(" (read in "), "{id}");
        }
    }

    /// `CVE-2024-12345`, `GHSA-xxxx-xxxx-xxxx`.
    fn is_identifier(id: &str) -> bool {
        let digits = |part: &str, least| part.len() >= least && part.bytes().all(|b| b.is_ascii_digit());
        match id.split('-').collect::<Vec<_>>()[..] {
            ["CVE", year, number] => year.len() == 4 && digits(year, 4) && digits(number, 4),
            ["GHSA", a, b, c] => [a, b, c].iter().all(|part| {
                part.len() == 4 && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
            }),
            _ => false,
        }
    }
}
