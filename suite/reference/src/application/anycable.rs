//! An AnyCable identification token: its `ext` claim holds the identifiers of the connection, the
//! text of a JSON object, handed on byte for byte.

use jotproof_model::{Reason, Seen};
use jotproof_profiles::Rules;
use jotproof_profiles::rules::Identifiers;

use crate::claims::Claims;
use crate::json::{Document, Options};
use crate::members::Found;
use crate::verdict::{Refusal, Stage};

/// Reads the identifiers into what is seen.
#[must_use]
pub fn check(claims: &Claims<'_>, rules: &Rules, seen: &mut Seen) -> Vec<Refusal> {
    let refuse = |detail| vec![Refusal::new(Stage::Application, Reason::Identifiers, detail)];
    let text = match (claims.known.string("ext", rules.claim_null), rules.identifiers) {
        (Found::Value(text), _) => text,
        (Found::Absent, Identifiers::Optional) => "",
        (Found::Absent, Identifiers::Json | Identifiers::AnyText) => {
            return refuse("claim \"ext\" is absent; it holds the identifiers".to_owned());
        }
        (Found::Wrong(what), _) => return refuse(format!("claim \"ext\" is {what}, not a string")),
    };
    if rules.identifiers == Identifiers::Json
        && let Err(error) = Document::parse(text.as_bytes(), Options::STRICT)
    {
        return refuse(format!("the text of \"ext\" is not JSON: {error}"));
    }
    seen.identifiers = Some(text.to_owned());
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims;

    fn identifiers(payload: &str, identifiers: Identifiers) -> Option<String> {
        let rules = Rules { identifiers, ..Rules::default() };
        let document = claims::parse(payload.as_bytes(), &rules).expect("an object");
        let (claims, _) = claims::read(&document, &rules);
        let mut seen = Seen::default();
        let refusals = check(&claims, &rules, &mut seen);
        assert_eq!(refusals.is_empty(), seen.identifiers.is_some());
        seen.identifiers
    }

    #[test]
    fn identifiers_are_kept_byte_for_byte() {
        for (payload, json, text, optional) in [
            (
                r#"{"ext":"{ \"id\":1 }"}"#,
                Some(r#"{ "id":1 }"#),
                Some(r#"{ "id":1 }"#),
                Some(r#"{ "id":1 }"#),
            ),
            (r#"{"ext":"null"}"#, Some("null"), Some("null"), Some("null")),
            (r#"{"ext":""}"#, None, Some(""), Some("")),
            (r#"{"ext":"not json"}"#, None, Some("not json"), Some("not json")),
            (r#"{"ext":"{}{}"}"#, None, Some("{}{}"), Some("{}{}")),
            (r#"{"ext":{"id":1}}"#, None, None, None),
            (r#"{"ext":null}"#, None, None, None),
            (r#"{"EXT":"{}"}"#, None, None, Some("")),
            ("{}", None, None, Some("")),
        ] {
            assert_eq!(identifiers(payload, Identifiers::Json).as_deref(), json, "{payload}");
            assert_eq!(identifiers(payload, Identifiers::AnyText).as_deref(), text, "{payload}");
            assert_eq!(identifiers(payload, Identifiers::Optional).as_deref(), optional, "{payload}");
        }
    }
}
