//! Which version a server says it is, and whether that is the one that was named.

use jotproof_engine::opening::{self, claim};
use jotproof_engine::target::TargetError;
use jotproof_mint::Mint;
use jotproof_model::Context;
use jotproof_model::recipe::Member;
use jotproof_profiles::Profiles;

use super::target::Server;

/// What a server told of itself in answer to a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Whether it took the token.
    pub accepted: bool,
    /// Its version, as it said it.
    pub version: Option<String>,
    /// The generation that it must be of, going by the protocol that it answered in.
    pub generation: Option<&'static str>,
}

/// The version that a server is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The version.
    pub version: String,
    /// Who says so, for messages: `--server-version says`.
    pub by: &'static str,
}

/// Nobody said the version of a binary, and it does not tell it.
pub const GUESSED: &str = "without --server-version it is taken for";

/// How what a server tells contradicts a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Contradiction {
    /// Another version of the generation, which is asked alike.
    Version(String),
    /// Another generation: it is asked, and judged, as something that it is not.
    Generation(String),
}

impl Claim {
    /// What is to be said of a server that died at start, which it may have done because it was configured
    /// as a version that it is not; `told` is the one that its binary prints.
    pub(crate) fn after_death<S: Server>(&self, error: TargetError, told: Option<&str>) -> TargetError {
        let contradiction = self.contradiction::<S>(told);
        match (error, contradiction) {
            (
                TargetError::NotStarted(text),
                Some(Contradiction::Generation(other) | Contradiction::Version(other)),
                // A fault, because another attempt with the wrong version would fail too.
            ) => TargetError::Fault(format!("{text}\n{other}")),
            (TargetError::NotStarted(text), None) if self.by == GUESSED => TargetError::NotStarted(format!(
                "{text}\nits binary does not say which version it is, and it was configured as {}: if it is \
                 another one, say so with --server-version",
                self.version
            )),
            (error, _) => error,
        }
    }

    /// What is wrong with the claim, where the server tells another version.
    pub(crate) fn contradiction<S: Server>(&self, told: Option<&str>) -> Option<Contradiction> {
        let Self { version, by } = self;
        let told = known(told?)?;
        if told == version {
            return None;
        }
        let text = format!("it answers as {} {told}, but {by} {version}", S::TITLE);
        let generation = |version| Profiles::built_in().generation(S::NAME, version);
        Some(if generation(told).is_some() && generation(told) == generation(version) {
            Contradiction::Version(text)
        } else if Profiles::built_in().of_version(S::NAME, told).is_ok() {
            Contradiction::Generation(format!(
                "{text}: say which version it is, as in --server-version {told}"
            ))
        } else {
            Contradiction::Generation(format!("{text}: there is no profile for {told}"))
        })
    }
}

/// The numbers of a version: `1.5.2` of `v1.5.2-4f2c1d`, `6.9.1` of `6.9.1 OSS`, as which Centrifugo 6 names its
/// edition too. Nothing for the `0.0.0` of who built it without saying which version it is.
pub(crate) fn known(told: &str) -> Option<&str> {
    let told = told.split_whitespace().next()?;
    let numbers = told.strip_prefix('v').unwrap_or(told).split(['-', '+']).next()?;
    let are_numbers = numbers.split('.').filter(|number| number.parse::<u32>().is_ok()).count() == 3;
    (are_numbers && numbers.split('.').count() == 3 && numbers != "0.0.0").then_some(numbers)
}

/// A token that whoever is configured like this must accept: Centrifugo for its `sub`, AnyCable for its
/// `ext`. Nothing where there is no key to sign it with.
pub(crate) fn good_token(context: &Context, mint: &Mint) -> Option<Vec<u8>> {
    let expires = Member("exp".to_owned(), "{{now+60}}".to_owned());
    let recipe = opening::good_token(context, vec![claim("sub", "jotproof"), claim("ext", "{}"), expires])?;
    mint.token(&recipe, jotproof_engine::run::unix_time()).ok()
}

#[cfg(test)]
mod tests {
    use super::{Claim, Contradiction, known};
    use crate::anycable::Anycable;
    use crate::centrifugo::Centrifugo;

    #[test]
    fn another_patch_is_told_apart_from_another_generation() {
        let claim = |version: &str| Claim { version: version.to_owned(), by: "--server-version says" };
        let centrifugo = |claimed, told| claim(claimed).contradiction::<Centrifugo>(told);
        assert_eq!(centrifugo("5.4.9", Some("5.4.9")), None);
        assert_eq!(centrifugo("5.4.9", Some("v5.4.9")), None);
        assert_eq!(centrifugo("5.4.9", Some("0.0.0")), None);
        assert_eq!(centrifugo("5.4.9", None), None);
        assert_eq!(
            centrifugo("5.4.9", Some("5.4.5")),
            Some(Contradiction::Version(
                "it answers as Centrifugo 5.4.5, but --server-version says 5.4.9".to_owned()
            ))
        );
        assert_eq!(
            centrifugo("3.2.3", Some("5.4.9")),
            Some(Contradiction::Generation(
                "it answers as Centrifugo 5.4.9, but --server-version says 3.2.3: say which version it is, as in \
                 --server-version 5.4.9"
                    .to_owned()
            ))
        );
        // The message advises no version that the command would reject.
        assert_eq!(
            centrifugo("6.9.1", Some("7.0.0")),
            Some(Contradiction::Generation(
                "it answers as Centrifugo 7.0.0, but --server-version says 6.9.1: there is no profile for 7.0.0".to_owned()
            ))
        );
        let anycable = |claimed, told| claim(claimed).contradiction::<Anycable>(told);
        assert!(matches!(anycable("1.5.2", Some("1.6.1")), Some(Contradiction::Generation(_))));
        assert!(matches!(anycable("1.6.1", Some("1.6.16-4f2c1d")), Some(Contradiction::Version(_))));
    }

    #[test]
    fn a_version_is_three_numbers_that_say_something() {
        let table = [
            ("5.4.9", Some("5.4.9")),
            ("1.5.2-4f2c1d\n", Some("1.5.2")),
            ("6.9.1 OSS", Some("6.9.1")),
            ("6.9.6 PRO", Some("6.9.6")),
            ("0.0.0", None),
            ("0.0.0 OSS", None),
            ("", None),
            ("0.0.0-dev", None),
            ("9.1", None),
            ("latest", None),
        ];
        for (told, expected) in table {
            assert_eq!(known(told), expected, "{told}");
        }
    }
}
