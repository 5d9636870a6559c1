//! The stage `claims`: the claims set (RFC 7519 section 7.2 step 10) and the types of the claims that
//! nothing else is asked of.

use jotproof_model::Reason;
use jotproof_rules::Rules;
use jotproof_rules::claims::{Container, Payload};
use jotproof_rules::{Duplicates, Strictness};

use crate::header::shortened;
use crate::json::{Document, Kind, Options};
use crate::members::{Found, Known, Lookup};
use crate::verdict::{Refusal, Stage};

/// A claims set.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a> {
    /// The claims.
    pub known: Known<'a>,
    /// The subject.
    pub sub: Found<&'a str>,
}

/// Reads the text of a payload.
///
/// # Errors
///
/// It is not one JSON object, or what the rules let stand for one; or it exceeds a bound.
pub fn parse(octets: &[u8], rules: &Rules) -> Result<Document, Refusal> {
    let refuse = |reason, detail| Err(Refusal::new(Stage::Claims, reason, detail));
    let options = Options {
        text: rules.claims.text,
        trailing_text: rules.claims.trailing_text,
        depth: rules.json.depth.0,
    };
    let document = match Document::parse(octets, options) {
        Ok(document) => document,
        Err(error) => {
            let reason = if error.is_limit() { Reason::Limit } else { Reason::Payload };
            return refuse(reason, format!("the payload is not one JSON object: {error}"));
        }
    };
    let fits = match (document.root().kind(), rules.claims.payload) {
        (Kind::Object(_), _) | (Kind::Null, Payload::ObjectOrNull) => true,
        (_, Payload::Object | Payload::ObjectOrNull) => false,
    };
    if !fits {
        let detail = format!("the payload is {}, not an object", document.root().type_name());
        return refuse(Reason::Payload, detail);
    }
    // A decoder that turns every number into binary64 fails on one that does not fit, whichever
    // claim it belongs to.
    if rules.claims.number_range == Strictness::Refuse
        && let Some(lexeme) = document.first_overflow(rules.json.numbers)
    {
        let detail = format!("the payload holds {}, which binary64 cannot", shortened(lexeme));
        return refuse(Reason::Limit, detail);
    }
    Ok(document)
}

/// Looks at the claims that only a type is asked of.
#[must_use]
pub fn read<'a>(document: &'a Document, rules: &Rules) -> (Claims<'a>, Vec<Refusal>) {
    let lookup = Lookup { names: rules.claims.member_names, duplicates: rules.claims.duplicates };
    let known = match document.root().kind() {
        Kind::Object(members) => Known::new(members, lookup),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Array(_) => {
            Known::empty(lookup)
        }
    };
    let mut refusals = Vec::new();
    // Claim names must be unique (RFC 7519 section 4); inside of a claim they should be (RFC 8259
    // section 4).
    if rules.claims.duplicates == Duplicates::Refuse
        && let Some(name) = known.repeated().or_else(|| document.first_repetition())
    {
        let detail = format!("the name {:?} is there twice in one object of the payload", shortened(name));
        refusals.push(Refusal::new(Stage::Claims, Reason::Payload, detail));
    }
    if let Some(name) = known.repeated_of(&rules.claims.unique) {
        let detail = format!("claim {name:?} is there twice");
        refusals.push(Refusal::new(Stage::Claims, Reason::Payload, detail));
    }
    if rules.claims.container == Container::Unreadable {
        refusals.extend(unreadable(&known));
    }
    let sub = known.string("sub", rules.claims.null).or_absent(rules.claims.sub_type);
    refusals.extend(wrong_type(Stage::Claims, "sub", &sub, "a string"));
    let jti = known.string("jti", rules.claims.null).or_absent(rules.claims.jti_type);
    refusals.extend(wrong_type(Stage::Claims, "jti", &jti, "a string"));
    if rules.claims.string_or_uri == Strictness::Refuse
        && let Found::Value(sub) = sub
    {
        refusals.extend(not_string_or_uri(sub));
    }
    (Claims { known, sub }, refusals)
}

/// An array or an object that a decoder does not get past.
fn unreadable(known: &Known<'_>) -> Option<Refusal> {
    let stops = |name: &&str| {
        known.get(name).is_some_and(|value| match value.kind() {
            Kind::Array(elements) => *name == "sub" || elements.iter().next().is_some(),
            Kind::Object(members) => *name == "sub" || members.iter().next().is_some(),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => false,
        })
    };
    let name = ["exp", "nbf", "sub"].into_iter().find(stops)?;
    let detail = format!("claim {name:?} is an array or an object, which cannot be read past");
    Some(Refusal::new(Stage::Claims, Reason::Payload, detail))
}

/// A subject with a colon has to be a URI (RFC 7519 section 2, StringOrURI). Audience and issuer are
/// not looked at: where they matter they are compared.
fn not_string_or_uri(sub: &str) -> Option<Refusal> {
    (sub.contains(':') && !is_uri(sub)).then(|| {
        let detail = format!("claim \"sub\" has a colon and is no URI: {:?}", shortened(sub));
        Refusal::new(Stage::Claims, Reason::ClaimType, detail)
    })
}

/// Whether text is a URI, by its scheme and its characters (RFC 3986 sections 2 and 3.1).
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut scheme = scheme.bytes();
    let mut rest = rest.bytes();
    let hexadecimal = |octet: Option<u8>| octet.is_some_and(|octet| octet.is_ascii_hexdigit());
    scheme.next().is_some_and(|octet| octet.is_ascii_alphabetic())
        && scheme.all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet))
        && loop {
            match rest.next() {
                None => break true,
                Some(b'%') if hexadecimal(rest.next()) && hexadecimal(rest.next()) => {}
                Some(octet)
                    if octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=".contains(&octet) => {}
                Some(_) => break false,
            }
        }
}

/// The claims set as JSON text with distinct names.
#[must_use]
pub fn text(document: &Document) -> String {
    match document.root().kind() {
        Kind::Object(_) => document.root().to_text(),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Array(_) => "{}".to_owned(),
    }
}

/// The refusal of a claim that has the wrong type.
pub(crate) fn wrong_type<T>(stage: Stage, claim: &str, found: &Found<T>, expected: &str) -> Option<Refusal> {
    let Found::Wrong(what) = found else {
        return None;
    };
    Some(Refusal::new(stage, Reason::ClaimType, format!("claim {claim:?} is {what}, not {expected}")))
}

#[cfg(test)]
mod tests {
    use jotproof_rules::{ClaimsRules, WrongType};

    use super::*;

    #[test]
    fn a_uri_is_told_by_scheme_and_characters() {
        for (text, expected) in [
            ("https://example.com/a?b#c", true),
            ("urn:example:1", true),
            ("user:42", true),
            ("a+b-c.d:", true),
            ("x:%41", true),
            ("1:2", false),
            (":a", false),
            ("a b:c", false),
            ("a:b c", false),
            ("a:é", false),
            ("a:%4", false),
            ("a:%zz", false),
        ] {
            assert_eq!(is_uri(text), expected, "{text}");
        }
    }

    #[test]
    fn payloads_and_claim_types_under_rfc() {
        let rfc = Rules::default();
        for (payload, expected) in [
            ("{}", &[][..]),
            (r#"{"sub":"u","jti":"j","x":[1e308,{"sub":1}]}"#, &[]),
            (r#"{"sub":"https://example.com/u"}"#, &[]),
            ("null", &[Reason::Payload]),
            ("1", &[Reason::Payload]),
            (r#"{"x":[1e400]}"#, &[Reason::Limit]),
            (r#"{"x":1,"x":1}"#, &[Reason::Payload]),
            (r#"{"x":{"y":1,"y":1}}"#, &[Reason::Payload]),
            (r#"{"sub":1,"jti":null}"#, &[Reason::ClaimType, Reason::ClaimType]),
            (r#"{"sub":"1:2"}"#, &[Reason::ClaimType]),
        ] {
            let reasons: Vec<_> = match parse(payload.as_bytes(), &rfc) {
                Ok(document) => read(&document, &rfc).1.iter().map(|refusal| refusal.reason).collect(),
                Err(refusal) => vec![refusal.reason],
            };
            assert_eq!(reasons, expected, "{payload}");
        }
    }

    #[test]
    fn a_decoder_of_rust_stops_at_containers_and_at_known_names_twice() {
        let rules = Rules {
            claims: ClaimsRules {
                container: Container::Unreadable,
                duplicates: Duplicates::Last,
                unique: vec!["exp".to_owned()],
                sub_type: WrongType::Absent,
                jti_type: WrongType::Absent,
                ..ClaimsRules::default()
            },
            ..Rules::default()
        };
        for (payload, expected) in [
            (r#"{"x":1,"x":1,"jti":[1],"exp":[],"nbf":{}}"#, &[][..]),
            (r#"{"exp":1,"exp":1}"#, &[Reason::Payload]),
            (r#"{"exp":[1]}"#, &[Reason::Payload]),
            (r#"{"nbf":{"a":1}}"#, &[Reason::Payload]),
            (r#"{"sub":[]}"#, &[Reason::Payload]),
            (r#"{"sub":1}"#, &[]),
        ] {
            let document = parse(payload.as_bytes(), &rules).expect("an object");
            let reasons: Vec<_> = read(&document, &rules).1.iter().map(|refusal| refusal.reason).collect();
            assert_eq!(reasons, expected, "{payload}");
        }
    }

    #[test]
    fn claims_are_written_with_distinct_names() {
        let rules = Rules {
            claims: ClaimsRules { payload: Payload::ObjectOrNull, ..ClaimsRules::default() },
            ..Rules::default()
        };
        for (payload, expected) in [(r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#), ("null", "{}")] {
            let document = parse(payload.as_bytes(), &rules).expect("a payload");
            assert_eq!(text(&document), expected);
        }
    }
}
