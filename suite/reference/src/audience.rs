//! The stages `audience` and `issuer`: whom a token is for and whom it is from (RFC 7519 sections
//! 4.1.3 and 4.1.1).

use jotproof_model::Reason;
use jotproof_rules::Rules;
use jotproof_rules::audience::MixedArray;
use jotproof_rules::issuer::IssuerArray;
use jotproof_rules::{Missing, Null, Strictness};

use crate::claims::{Claims, wrong_type};
use crate::header::shortened;
use crate::json::{Kind, Value};
use crate::members::Found;
use crate::verdict::{Refusal, Stage};

/// The audiences that a token names.
struct Audiences<'a> {
    names: Vec<&'a str>,
    /// What stands in the array that is not a string.
    other: Option<&'static str>,
}

/// Compares the audience. `unexpected` says what becomes of one that is named where none is
/// configured.
#[must_use]
pub fn audience(
    claims: &Claims<'_>,
    configured: &[&str],
    unexpected: Strictness,
    rules: &Rules,
) -> Vec<Refusal> {
    let found = audiences(claims, rules);
    let type_rule = if configured.is_empty() { rules.claims.aud_type } else { rules.audience.r#type };
    let found = match found {
        Found::Value(Audiences { other: Some(other), .. })
            if rules.audience.mixed == MixedArray::WrongType =>
        {
            Found::Wrong(other)
        }
        found => found,
    };
    let refuse = |reason, detail| vec![Refusal::new(Stage::Audience, reason, detail)];
    let audiences = match found.or_absent(type_rule) {
        Found::Value(audiences) => Some(audiences),
        Found::Absent => None,
        wrong @ Found::Wrong(_) => {
            let expected = "a string or an array of strings";
            return wrong_type(Stage::Audience, "aud", &wrong, expected).into_iter().collect();
        }
    };
    if let Some(other) = audiences.as_ref().and_then(|audiences| audiences.other) {
        let wrong = Found::<()>::Wrong(other).or_absent(rules.claims.aud_type);
        if let Some(refusal) = wrong_type(Stage::Audience, "aud", &wrong, "strings throughout") {
            return vec![refusal];
        }
    }
    match (configured, audiences) {
        ([], Some(_)) if unexpected == Strictness::Refuse => {
            refuse(Reason::Audience, "the token names an audience, and none is configured".to_owned())
        }
        ([], _) => Vec::new(),
        (_, None) if rules.audience.missing == Missing::Accept => Vec::new(),
        (expected, None) => {
            refuse(Reason::Audience, format!("aud is absent; {} is expected", one_of(expected)))
        }
        (expected, Some(audiences)) => {
            if audiences.names.iter().any(|name| expected.contains(name)) {
                Vec::new()
            } else {
                let names = shortened(&audiences.names.join(", "));
                refuse(Reason::Audience, format!("aud is {names:?}; {} is expected", one_of(expected)))
            }
        }
    }
}

fn audiences<'a>(claims: &Claims<'a>, rules: &Rules) -> Found<Audiences<'a>> {
    let mut found = Found::Absent;
    for value in claims.known.decoded("aud") {
        found = match value.kind() {
            Kind::String(name) => Found::Value(Audiences { names: vec![name], other: None }),
            Kind::Array(elements) => {
                let name = |element: Value<'a>| match element.kind() {
                    Kind::String(name) => Ok(name),
                    _ => Err(element.type_name()),
                };
                let names = elements.iter().filter_map(|element| name(element).ok()).collect();
                let other = elements.iter().find_map(|element| name(element).err());
                Found::Value(Audiences { names, other })
            }
            Kind::Null if rules.audience.null == Null::Absent => Found::Absent,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Object(_) => {
                return Found::Wrong(value.type_name());
            }
        };
    }
    found
}

/// Compares the issuer.
#[must_use]
pub fn issuer(claims: &Claims<'_>, configured: &[&str], rules: &Rules) -> Vec<Refusal> {
    let type_rule = if configured.is_empty() { rules.claims.iss_type } else { rules.issuer.r#type };
    let refuse = |detail| vec![Refusal::new(Stage::Issuer, Reason::Issuer, detail)];
    if let (false, Some(issuers)) = (configured.is_empty(), issuers(claims, rules)) {
        return if issuers.iter().any(|name| configured.contains(name)) {
            Vec::new()
        } else {
            let names = shortened(&issuers.join(", "));
            refuse(format!("iss is {names:?}; {} is expected", one_of(configured)))
        };
    }
    let null = if rules.issuer.null == Null::Absent { Null::Absent } else { rules.claims.null };
    let found = claims.known.string("iss", null).or_absent(type_rule);
    if let Some(refusal) = wrong_type(Stage::Issuer, "iss", &found, "a string") {
        return vec![refusal];
    }
    match (configured, found.value()) {
        ([], _) => Vec::new(),
        (_, None) if rules.issuer.missing == Missing::Accept => Vec::new(),
        (expected, None) => refuse(format!("iss is absent; {} is expected", one_of(expected))),
        (expected, Some(name)) if expected.contains(&name) => Vec::new(),
        (expected, Some(name)) => {
            refuse(format!("iss is {:?}; {} is expected", shortened(name), one_of(expected)))
        }
    }
}

/// The issuers of an array of strings, where such an array may name some.
fn issuers<'a>(claims: &Claims<'a>, rules: &Rules) -> Option<Vec<&'a str>> {
    match claims.known.get("iss")?.kind() {
        Kind::Array(elements) if rules.issuer.array == IssuerArray::AnyOf => elements
            .iter()
            .map(|element| match element.kind() {
                Kind::String(name) => Some(name),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// The expected names, for messages.
pub(crate) fn one_of(expected: &[&str]) -> String {
    expected.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(" or ")
}

#[cfg(test)]
mod tests {
    use jotproof_rules::{AudienceRules, ClaimsRules, IssuerRules, WrongType};

    use super::{Claims, IssuerArray, Missing, MixedArray, Null, Reason, Refusal, Rules, issuer};
    use crate::claims;

    fn reasons(
        payload: &str,
        configured: Option<&str>,
        rules: &Rules,
        check: fn(&Claims<'_>, &[&str], &Rules) -> Vec<Refusal>,
    ) -> Vec<Reason> {
        of_several(payload, configured.as_slice(), rules, check)
    }

    fn of_several(
        payload: &str,
        configured: &[&str],
        rules: &Rules,
        check: fn(&Claims<'_>, &[&str], &Rules) -> Vec<Refusal>,
    ) -> Vec<Reason> {
        let document = claims::parse(payload.as_bytes(), rules).expect("an object");
        let (claims, _) = claims::read(&document, rules);
        check(&claims, configured, rules).iter().map(|refusal| refusal.reason).collect()
    }

    use Reason::{Audience, ClaimType, Issuer};

    fn audience(claims: &Claims<'_>, configured: &[&str], rules: &Rules) -> Vec<Refusal> {
        super::audience(claims, configured, rules.audience.unexpected, rules)
    }

    #[test]
    fn an_audience_is_one_of_those_named() {
        let rfc = Rules::default();
        for (payload, configured, unconfigured) in [
            ("{}", &[Audience][..], &[][..]),
            (r#"{"aud":"a"}"#, &[], &[Audience]),
            (r#"{"aud":["b","a"]}"#, &[], &[Audience]),
            (r#"{"aud":"A"}"#, &[Audience], &[Audience]),
            (r#"{"aud":"a "}"#, &[Audience], &[Audience]),
            (r#"{"aud":""}"#, &[Audience], &[Audience]),
            (r#"{"aud":[]}"#, &[Audience], &[Audience]),
            (r#"{"aud":["a",1]}"#, &[ClaimType], &[ClaimType]),
            (r#"{"aud":[["a"]]}"#, &[ClaimType], &[ClaimType]),
            (r#"{"aud":null}"#, &[ClaimType], &[ClaimType]),
            (r#"{"aud":1}"#, &[ClaimType], &[ClaimType]),
        ] {
            assert_eq!(reasons(payload, Some("a"), &rfc, audience), configured, "{payload}");
            assert_eq!(reasons(payload, None, &rfc, audience), unconfigured, "{payload}");
        }
    }

    #[test]
    fn one_of_several_names_is_enough() {
        let rfc = Rules::default();
        for (value, taken) in [
            (r#""a""#, true),
            (r#""b""#, true),
            (r#""c""#, false),
            (r#""a,b""#, false),
            (r#""a b""#, false),
            (r#""ab""#, false),
            (r#""""#, false),
        ] {
            let both = &["a", "b"][..];
            let of_audience = of_several(&format!(r#"{{"aud":{value}}}"#), both, &rfc, audience);
            assert_eq!(of_audience.is_empty(), taken, "{value}");
            let of_issuer = of_several(&format!(r#"{{"iss":{value}}}"#), both, &rfc, issuer);
            assert_eq!(of_issuer.is_empty(), taken, "{value}");
        }
        assert!(of_several(r#"{"aud":["c","b"]}"#, &["a", "b"], &rfc, audience).is_empty());
        assert_eq!(of_several("{}", &["a", "b"], &rfc, audience), [Audience]);
        assert_eq!(of_several("{}", &["a", "b"], &rfc, issuer), [Issuer]);
    }

    #[test]
    fn an_issuer_is_the_one_configured() {
        let rfc = Rules::default();
        for (payload, configured, unconfigured) in [
            ("{}", &[Issuer][..], &[][..]),
            (r#"{"iss":"a"}"#, &[], &[]),
            (r#"{"iss":"ab"}"#, &[Issuer], &[]),
            (r#"{"iss":["a"]}"#, &[ClaimType], &[ClaimType]),
            (r#"{"iss":null}"#, &[ClaimType], &[ClaimType]),
        ] {
            assert_eq!(reasons(payload, Some("a"), &rfc, issuer), configured, "{payload}");
            assert_eq!(reasons(payload, None, &rfc, issuer), unconfigured, "{payload}");
        }
        let lax = Rules {
            claims: ClaimsRules { iss_type: WrongType::Absent, null: Null::Absent, ..rfc.claims },
            ..rfc
        };
        assert_eq!(reasons(r#"{"iss":["a"]}"#, None, &lax, issuer), []);
        assert_eq!(reasons(r#"{"iss":["a"]}"#, Some("a"), &lax, issuer), [ClaimType]);
        assert_eq!(reasons(r#"{"iss":null}"#, Some("a"), &lax, issuer), [Issuer]);
    }

    #[test]
    fn what_cannot_be_compared_counts_as_absent_where_the_rules_say_so() {
        let rules = Rules {
            audience: AudienceRules {
                r#type: WrongType::Absent,
                mixed: MixedArray::WrongType,
                missing: Missing::Accept,
                ..AudienceRules::default()
            },
            claims: ClaimsRules {
                aud_type: WrongType::Absent,
                iss_type: WrongType::Absent,
                ..ClaimsRules::default()
            },
            issuer: IssuerRules {
                r#type: WrongType::Absent,
                array: IssuerArray::AnyOf,
                missing: Missing::Accept,
                ..IssuerRules::default()
            },
            ..Rules::default()
        };
        for (value, of_audience, of_issuer) in [
            ("1", &[][..], &[][..]),
            ("null", &[], &[]),
            (r#"["b",1]"#, &[], &[]),
            (r#"["b","a"]"#, &[], &[]),
            (r#"["b"]"#, &[Audience], &[Issuer]),
            ("[]", &[Audience], &[Issuer]),
            (r#""b""#, &[Audience], &[Issuer]),
        ] {
            let payload = format!(r#"{{"aud":{value},"iss":{value}}}"#);
            assert_eq!(reasons(&payload, Some("a"), &rules, audience), of_audience, "{payload}");
            assert_eq!(reasons(&payload, Some("a"), &rules, issuer), of_issuer, "{payload}");
            assert_eq!(reasons(&payload, None, &rules, issuer), [], "{payload}");
        }
    }

    #[test]
    fn null_is_an_absent_name_where_the_rules_say_so() {
        let rules = Rules {
            audience: AudienceRules {
                null: Null::Absent,
                missing: Missing::Accept,
                ..AudienceRules::default()
            },
            issuer: IssuerRules { null: Null::Absent, missing: Missing::Accept, ..IssuerRules::default() },
            ..Rules::default()
        };
        for (payload, expected) in [(r#"{"iss":null}"#, &[][..]), (r#"{"iss":1}"#, &[ClaimType])] {
            assert_eq!(reasons(payload, Some("a"), &rules, issuer), expected, "{payload}");
        }
        for (payload, expected) in [(r#"{"aud":null}"#, &[][..]), (r#"{"aud":1}"#, &[ClaimType])] {
            assert_eq!(reasons(payload, Some("a"), &rules, audience), expected, "{payload}");
            assert_eq!(reasons(payload, None, &rules, audience), expected, "{payload}");
        }
        let strict =
            Rules { audience: AudienceRules { missing: Missing::Refuse, ..rules.audience }, ..rules };
        assert_eq!(reasons(r#"{"aud":null}"#, Some("a"), &strict, audience), [Audience]);
    }
}
