//! Patterns of audiences and issuers: the part of the stages `audience` and `issuer` for verifiers that
//! are configured with a pattern, and what its named groups matched, which may lead to a key set.
//!
//! The syntax is that of RE2, and so is the time that a match takes: linear in the text.

use std::collections::BTreeMap;

use jotproof_model::{Context, Reason};
use jotproof_rules::pattern::{AbsentIssuer, PatternMatch};
use jotproof_rules::{PatternRules, Rules};
use regex::{Captures, Regex};

use crate::claims::Claims;
use crate::header::shortened;
use crate::json::Kind;
use crate::verdict::{Refusal, Stage};

/// What the named groups of the patterns matched, by name. The audience's come last, and win.
pub type Groups = BTreeMap<String, String>;

/// Compares issuer and audience with the configured patterns.
///
/// # Errors
///
/// The pattern, or patterns, that do not match.
pub fn check(claims: &Claims<'_>, context: &Context, rules: &Rules) -> Result<Groups, Vec<Refusal>> {
    let mut groups = Groups::new();
    let mut refusals = Vec::new();
    if let Some(pattern) = &context.issuer_regex {
        let issuer = match claims.known.string("iss", rules.claims.null).value() {
            None if rules.pattern.absent_issuer == AbsentIssuer::Empty => Some(""),
            issuer => issuer,
        };
        if !issuer.is_some_and(|issuer| found(pattern, issuer, &rules.pattern, &mut groups)) {
            let detail = format!("iss is {:?}; {pattern:?} is to match it", issuer.map(shortened));
            refusals.push(Refusal::new(Stage::Issuer, Reason::Issuer, detail));
        }
    }
    if let Some(pattern) = &context.audience_regex {
        let audiences = audiences(claims);
        if !audiences.iter().any(|audience| found(pattern, audience, &rules.pattern, &mut groups)) {
            let names = shortened(&audiences.join(", "));
            let detail = format!("aud is {names:?}; {pattern:?} is to match one of it");
            refusals.push(Refusal::new(Stage::Audience, Reason::Audience, detail));
        }
    }
    if refusals.is_empty() { Ok(groups) } else { Err(refusals) }
}

fn audiences<'a>(claims: &Claims<'a>) -> Vec<&'a str> {
    match claims.known.get("aud").map(crate::json::Value::kind) {
        Some(Kind::String(name)) => vec![name],
        Some(Kind::Array(elements)) => elements
            .iter()
            .filter_map(|element| match element.kind() {
                Kind::String(name) => Some(name),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a pattern matches a text; its named groups are added. One that is no pattern matches nothing.
fn found(pattern: &str, text: &str, rules: &PatternRules, groups: &mut Groups) -> bool {
    let whole = match rules.r#match {
        PatternMatch::Search => pattern.to_owned(),
        PatternMatch::Whole => format!("^(?:{pattern})$"),
    };
    let Ok(regex) = Regex::new(&whole) else { return false };
    let Some(captures) = regex.captures(text) else { return false };
    groups.extend(named(&regex, &captures));
    true
}

fn named(regex: &Regex, captures: &Captures<'_>) -> Groups {
    let text = |name: &str| captures.name(name).map_or_else(String::new, |group| group.as_str().to_owned());
    regex.capture_names().flatten().map(|name| (name.to_owned(), text(name))).collect()
}

#[cfg(test)]
mod tests {
    use jotproof_model::Application;

    use super::*;
    use crate::{claims, testing};

    fn checked(payload: &str, rules: &Rules) -> Result<Groups, Vec<Reason>> {
        let context = Context {
            issuer_regex: Some(r"https://(?P<tenant>[a-z]+)\.example".to_owned()),
            audience_regex: Some("chat-(?P<place>[0-9]+)".to_owned()),
            ..testing::context(Application::CentrifugoConnection)
        };
        let document = claims::parse(payload.as_bytes(), rules).expect("an object");
        let (claims, _) = claims::read(&document, rules);
        check(&claims, &context, rules).map_err(|all| all.iter().map(|refusal| refusal.reason).collect())
    }

    #[test]
    fn a_pattern_matches_the_whole_or_is_searched_for() {
        let rfc = Rules::default();
        let search = Rules {
            pattern: PatternRules { r#match: PatternMatch::Search, ..PatternRules::default() },
            ..rfc.clone()
        };
        let groups = |place: &str| {
            Ok(Groups::from([
                ("tenant".to_owned(), "acme".to_owned()),
                ("place".to_owned(), place.to_owned()),
            ]))
        };
        let good = r#"{"iss":"https://acme.example","aud":["x","chat-7","chat-8"]}"#;
        for rules in [&rfc, &search] {
            assert_eq!(checked(good, rules), groups("7"));
        }
        let longer = r#"{"iss":"https://acme.example.org","aud":"chat-7"}"#;
        assert_eq!(checked(longer, &rfc), Err(vec![Reason::Issuer]));
        let inside = r#"{"iss":"xhttps://acme.example","aud":"a chat-7 "}"#;
        assert_eq!(checked(inside, &rfc), Err(vec![Reason::Issuer, Reason::Audience]));
        assert_eq!(checked(inside, &search), groups("7"));
        for payload in ["{}", r#"{"iss":1,"aud":[1]}"#, r#"{"iss":null,"aud":null}"#] {
            assert_eq!(checked(payload, &search), Err(vec![Reason::Issuer, Reason::Audience]), "{payload}");
        }
    }
}
