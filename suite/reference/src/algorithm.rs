//! The stage `algorithm`: which algorithm a token is verified with (RFC 8725 sections 3.1 and 3.2).

use std::fmt;

use jotproof_model::algorithm::Family;
use jotproof_model::{Algorithm, Context, KeyRing, Reason};
use jotproof_rules::Rules;
use jotproof_rules::algorithm::Pinning;

use crate::header::shortened;
use crate::key;
use crate::members::Found;
use crate::verdict::{Refusal, Stage};

/// How a token is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// By an algorithm.
    Signed(Algorithm),
    /// By nothing: the signature has to be empty (RFC 7518 section 3.6).
    Unsecured,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(algorithm) => f.pad(algorithm.name()),
            Self::Unsecured => f.pad("unsecured"),
        }
    }
}

/// Settles how a token is verified, from its `alg` and what is configured.
///
/// # Errors
///
/// `alg` is absent, unknown, `none` or not allowed.
pub fn settle(alg: Found<&str>, context: &Context, keys: &KeyRing, rules: &Rules) -> Result<Method, Refusal> {
    let refuse = |detail: String| Err(Refusal::new(Stage::Algorithm, Reason::Algorithm, detail));
    let name = match alg {
        Found::Value(name) => name,
        Found::Absent => return refuse("alg is absent".to_owned()),
        Found::Wrong(what) => return refuse(format!("alg is {what}")),
    };
    if name == "none" {
        return if context.allow_none {
            Ok(Method::Unsecured)
        } else {
            refuse("alg is \"none\", and unsecured tokens are not allowed".to_owned())
        };
    }
    match name.parse::<Algorithm>() {
        Ok(algorithm) if allowed(algorithm, context, keys, rules) => Ok(Method::Signed(algorithm)),
        Ok(algorithm) => refuse(format!("{algorithm} is not allowed here")),
        Err(_) => refuse(format!("alg {:?} is not known", shortened(name))),
    }
}

fn allowed(algorithm: Algorithm, context: &Context, keys: &KeyRing, rules: &Rules) -> bool {
    let configured =
        |family| key::configured(context, keys, &rules.key).any(|key| key::serves(key.kind, family));
    let family = algorithm.family();
    if context.algorithms.contains(&algorithm) {
        return true;
    }
    let by_family = rules.algorithm.pinning == Pinning::Family
        && match family {
            Family::Hmac => configured(Family::Hmac),
            Family::RsaPkcs1 => {
                configured(family) && context.algorithms.iter().any(|other| other.family() == family)
            }
            Family::RsaPss | Family::Ecdsa | Family::EdDsa => false,
        };
    // Where a key set is published, each key says what it is for, and configures nothing beside it.
    let by_key = rules.algorithm.pinning == Pinning::Family
        && context.key_set.is_some()
        && !matches!(family, Family::Hmac | Family::RsaPss);
    by_family || by_key
}

#[cfg(test)]
mod tests {
    use jotproof_model::{Application, KeyKind};
    use jotproof_rules::AlgorithmRules;

    use super::*;
    use crate::testing::{self, public_key, ring, secret_key};

    fn settled(alg: &str, context: &Context, rules: &Rules) -> Option<Method> {
        let keys = ring([("secret", secret_key("s")), ("rsa", public_key(KeyKind::Rsa, "pem"))]);
        settle(Found::Value(alg), context, &keys, rules).ok()
    }

    #[test]
    fn only_what_is_configured_is_allowed() {
        let rfc = Rules::default();
        let context = testing::context(Application::Jwt);
        for (alg, expected) in [
            ("HS256", Some(Method::Signed(Algorithm::HS256))),
            ("hs256", None),
            ("HS384", None),
            ("RS256", None),
            ("none", None),
            ("None", None),
            ("", None),
            ("Ed25519", None),
            ("HS256\0", None),
        ] {
            assert_eq!(settled(alg, &context, &rfc), expected, "{alg}");
        }
        assert!(settle(Found::Absent, &context, &ring([]), &rfc).is_err());
        let unsecured = Context { allow_none: true, ..context };
        assert_eq!(settled("none", &unsecured, &rfc), Some(Method::Unsecured));
        assert_eq!(settled("NONE", &unsecured, &rfc), None);
    }

    #[test]
    fn a_family_is_allowed_where_its_key_is_configured() {
        let rules = Rules { algorithm: AlgorithmRules { pinning: Pinning::Family }, ..Rules::default() };
        let hmac = testing::context(Application::Jwt);
        let rsa =
            Context { keys: vec!["rsa".to_owned()], algorithms: vec![Algorithm::RS256], ..hmac.clone() };
        let pss = Context { algorithms: vec![Algorithm::PS256], ..rsa.clone() };
        for (context, alg, allowed) in [
            (&hmac, "HS512", true),
            (&hmac, "RS256", false),
            (&rsa, "RS512", true),
            (&rsa, "PS256", false),
            (&rsa, "HS256", false),
            (&pss, "RS256", false),
            (&pss, "PS512", false),
        ] {
            assert_eq!(settled(alg, context, &rules).is_some(), allowed, "{alg}");
        }
    }
}
