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

    /// The sections with a MUST for verifiers, or with the rules of validation.
    const SECTIONS: [(&str, &[&str]); 11] = [
        (
            "RFC 7515",
            &[
                "2", "4", "4.1.1", "4.1.2", "4.1.4", "4.1.5", "4.1.6", "4.1.9", "4.1.10", "4.1.11", "5.2",
                "5.3", "6", "7.1", "7.2", "8", "10.12",
            ],
        ),
        ("RFC 7517", &["4", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "5", "6", "9.1", "9.2"]),
        ("RFC 7518", &["3.2", "3.3", "3.4", "3.5", "3.6", "4", "5", "6.2.1", "6.3.1", "6.3.2.7", "6.4"]),
        (
            "RFC 7519",
            &[
                "2", "3", "4", "4.1.1", "4.1.2", "4.1.3", "4.1.4", "4.1.5", "4.1.6", "4.1.7", "5.1", "5.2",
                "5.3", "6", "7.2", "7.3", "8",
            ],
        ),
        ("RFC 7797", &["3", "5.2", "6", "7"]),
        ("RFC 8017", &["8.1.2", "8.2.2"]),
        ("RFC 8032", &["5.1.7"]),
        ("RFC 8037", &["2", "3.1", "3.2"]),
        ("RFC 8259", &["2", "6", "7", "8.1", "8.2", "8.3", "9"]),
        ("RFC 8725", &["3.1", "3.2", "3.3", "3.4", "3.5", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12"]),
        ("RFC 9864", &["2.2"]),
    ];

    #[test]
    fn every_section_that_binds_a_verifier_has_a_requirement() {
        let is_in = |requirement: &Requirement, section: &str| {
            requirement.section.split(", ").any(|part| part.split(' ').next() == Some(section))
        };
        for (document, sections) in SECTIONS {
            let of_document = || requirements().values().filter(move |it| it.document == document);
            for section in sections {
                assert!(of_document().any(|it| is_in(it, section)), "{document} section {section} has none");
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
