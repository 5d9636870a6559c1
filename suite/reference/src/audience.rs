//! The stages `audience` and `issuer`: whom a token is for and whom it is from (RFC 7519 sections
//! 4.1.3 and 4.1.1).

use jotproof_model::Reason;
use jotproof_profiles::Rules;
use jotproof_profiles::rules::{Check, Comparison, IssuerArray, Missing, MixedArray, Strictness};

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
    configured: Option<&str>,
    unexpected: Strictness,
    rules: &Rules,
) -> Vec<Refusal> {
    let found = audiences(claims);
    let configured = configured.filter(|_| rules.audience_check == Check::Make);
    let type_rule = if configured.is_some() { rules.audience_type } else { rules.aud_type };
    let found = match found {
        Found::Value(Audiences { other: Some(other), .. })
            if rules.audience_mixed == MixedArray::WrongType =>
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
            return wrong_type(Stage::Audience, "aud", &wrong, expected, type_rule).into_iter().collect();
        }
    };
    if let Some(other) = audiences.as_ref().and_then(|audiences| audiences.other) {
        let wrong = Found::<()>::Wrong(other).or_absent(rules.aud_type);
        if let Some(refusal) =
            wrong_type(Stage::Audience, "aud", &wrong, "strings throughout", rules.aud_type)
        {
            return vec![refusal];
        }
    }
    match (configured, audiences) {
        (None, Some(_)) if rules.audience_check == Check::Make && unexpected == Strictness::Refuse => {
            refuse(Reason::Audience, "the token names an audience, and none is configured".to_owned())
        }
        (None, _) => Vec::new(),
        (Some(_), None) if rules.audience_missing == Missing::Accept => Vec::new(),
        (Some(expected), None) => {
            refuse(Reason::Audience, format!("aud is absent; {expected:?} is expected"))
        }
        (Some(expected), Some(audiences)) => {
            if audiences.names.iter().any(|name| equal(name, expected, rules.audience_comparison)) {
                Vec::new()
            } else {
                let names = shortened(&audiences.names.join(", "));
                refuse(Reason::Audience, format!("aud is {names:?}; {expected:?} is expected"))
            }
        }
    }
}

fn audiences<'a>(claims: &Claims<'a>) -> Found<Audiences<'a>> {
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
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Object(_) => {
                return Found::Wrong(value.type_name());
            }
        };
    }
    found
}

/// Compares the issuer.
#[must_use]
pub fn issuer(claims: &Claims<'_>, configured: Option<&str>, rules: &Rules) -> Vec<Refusal> {
    let configured = configured.filter(|_| rules.issuer_check == Check::Make);
    let type_rule = if configured.is_some() { rules.issuer_type } else { rules.iss_type };
    let refuse = |detail| vec![Refusal::new(Stage::Issuer, Reason::Issuer, detail)];
    if let (Some(expected), Some(issuers)) = (configured, issuers(claims, rules)) {
        return if issuers.iter().any(|name| equal(name, expected, rules.issuer_comparison)) {
            Vec::new()
        } else {
            let names = shortened(&issuers.join(", "));
            refuse(format!("iss is {names:?}; {expected:?} is expected"))
        };
    }
    let found = claims.known.string("iss", rules.claim_null).or_absent(type_rule);
    if let Some(refusal) = wrong_type(Stage::Issuer, "iss", &found, "a string", type_rule) {
        return vec![refusal];
    }
    match (configured, found.value()) {
        (None, _) => Vec::new(),
        (Some(_), None) if rules.issuer_missing == Missing::Accept => Vec::new(),
        (Some(expected), None) => refuse(format!("iss is absent; {expected:?} is expected")),
        (Some(expected), Some(name)) if equal(name, expected, rules.issuer_comparison) => Vec::new(),
        (Some(expected), Some(name)) => {
            refuse(format!("iss is {:?}; {expected:?} is expected", shortened(name)))
        }
    }
}

/// The issuers of an array of strings, where such an array may name some.
fn issuers<'a>(claims: &Claims<'a>, rules: &Rules) -> Option<Vec<&'a str>> {
    match claims.known.get("iss")?.kind() {
        Kind::Array(elements) if rules.issuer_array == IssuerArray::AnyOf => elements
            .iter()
            .map(|element| match element.kind() {
                Kind::String(name) => Some(name),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn equal(found: &str, expected: &str, comparison: Comparison) -> bool {
    match comparison {
        Comparison::Exact => found == expected,
        Comparison::Prefix => expected.starts_with(found),
        Comparison::CaseInsensitive => found.eq_ignore_ascii_case(expected),
    }
}

#[cfg(test)]
mod tests {
    use jotproof_profiles::rules::{Null, WrongType};

    use super::{
        Check, Claims, Comparison, IssuerArray, Missing, MixedArray, Reason, Refusal, Rules, issuer,
    };
    use crate::claims;

    fn reasons(
        payload: &str,
        configured: Option<&str>,
        rules: &Rules,
        check: fn(&Claims<'_>, Option<&str>, &Rules) -> Vec<Refusal>,
    ) -> Vec<Reason> {
        let document = claims::parse(payload.as_bytes(), rules).expect("an object");
        let (claims, _) = claims::read(&document, rules);
        check(&claims, configured, rules).iter().map(|refusal| refusal.reason).collect()
    }

    use Reason::{Audience, ClaimType, Issuer};

    fn audience(claims: &Claims<'_>, configured: Option<&str>, rules: &Rules) -> Vec<Refusal> {
        super::audience(claims, configured, rules.audience_unexpected, rules)
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
        let lax = Rules { iss_type: WrongType::Absent, claim_null: Null::Absent, ..rfc };
        assert_eq!(reasons(r#"{"iss":["a"]}"#, None, &lax, issuer), []);
        assert_eq!(reasons(r#"{"iss":["a"]}"#, Some("a"), &lax, issuer), [ClaimType]);
        assert_eq!(reasons(r#"{"iss":null}"#, Some("a"), &lax, issuer), [Issuer]);
    }

    #[test]
    fn what_cannot_be_compared_counts_as_absent_where_the_rules_say_so() {
        let rules = Rules {
            audience_type: WrongType::Absent,
            audience_mixed: MixedArray::WrongType,
            audience_missing: Missing::Accept,
            aud_type: WrongType::Absent,
            issuer_type: WrongType::Absent,
            issuer_array: IssuerArray::AnyOf,
            issuer_missing: Missing::Accept,
            iss_type: WrongType::Absent,
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
    fn a_server_that_checks_neither_looks_at_neither() {
        let rules = Rules {
            audience_check: Check::Skip,
            aud_type: WrongType::Absent,
            issuer_check: Check::Skip,
            iss_type: WrongType::Absent,
            ..Rules::default()
        };
        for payload in [r#"{"aud":1,"iss":1}"#, r#"{"aud":["b",null],"iss":"b"}"#, "{}"] {
            for configured in [None, Some("a")] {
                assert_eq!(reasons(payload, configured, &rules, audience), []);
                assert_eq!(reasons(payload, configured, &rules, issuer), []);
            }
        }
    }

    #[test]
    fn comparisons_differ() {
        for (comparison, taken) in [
            (Comparison::Exact, &["app.example"][..]),
            (Comparison::Prefix, &["app.example", "app", ""]),
            (Comparison::CaseInsensitive, &["app.example", "APP.example"]),
        ] {
            let rules = Rules { audience_comparison: comparison, ..Rules::default() };
            for aud in ["app.example", "app", "", "APP.example", "app.example.org"] {
                let found = reasons(&format!(r#"{{"aud":"{aud}"}}"#), Some("app.example"), &rules, audience);
                assert_eq!(found.is_empty(), taken.contains(&aud), "{aud} {comparison:?}");
            }
        }
    }
}
