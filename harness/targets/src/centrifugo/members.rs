//! JSON text taken apart without reading what is inside.
//!
//! A reply carries data of the token as it stood there, and data is compared as it came: numbers that
//! no type holds, and depth that no tree has, included.

use serde::de::IgnoredAny;

const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The JSON values that stand one after another in `text`, as slices of it; `None` where it is
/// anything else.
pub(super) fn values(text: &str) -> Option<Vec<&str>> {
    let mut values = Vec::new();
    let mut rest = trim(text);
    while !rest.is_empty() {
        let (value, after) = split_value(rest)?;
        values.push(value);
        rest = trim(after);
    }
    Some(values)
}

/// The members of a JSON object, in order, each value as a slice of the text; `None` where the text
/// is not one object.
pub(super) fn members(text: &str) -> Option<Vec<(String, &str)>> {
    let mut members = Vec::new();
    let mut rest = trim(trim(text).strip_prefix('{')?);
    if let Some(after) = rest.strip_prefix('}') {
        return trim(after).is_empty().then_some(members);
    }
    loop {
        let (name, after) = split_value(rest)?;
        let (value, after) = split_value(trim(trim(after).strip_prefix(':')?))?;
        members.push((serde_json::from_str(name).ok()?, value));
        let after = trim(after);
        match after.strip_prefix(',') {
            Some(next) => rest = trim(next),
            None => {
                let end = trim(after.strip_prefix('}')?);
                return end.is_empty().then_some(members);
            }
        }
    }
}

/// The value of the last member of this name.
pub(super) fn member<'a>(members: &[(String, &'a str)], name: &str) -> Option<&'a str> {
    members.iter().rev().find(|(found, _)| found == name).map(|(_, value)| *value)
}

fn split_value(text: &str) -> Option<(&str, &str)> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    stream.next()?.ok()?;
    text.split_at_checked(stream.byte_offset())
}

fn trim(text: &str) -> &str {
    text.trim_start_matches(WHITE_SPACE)
}

#[cfg(test)]
mod tests {
    use super::{member, members, values};

    #[test]
    fn values_are_the_text_between_the_commas() {
        let text = r#" { "a" : 1e400 , "b\u0063":[ {"x":"}"} ],"a":12345678901234567890.10} "#;
        let members = members(text).unwrap();
        assert_eq!(
            members,
            [
                ("a".to_owned(), "1e400"),
                ("bc".to_owned(), r#"[ {"x":"}"} ]"#),
                ("a".to_owned(), "12345678901234567890.10"),
            ]
        );
        assert_eq!(member(&members, "a"), Some("12345678901234567890.10"));
        assert_eq!(member(&members, "c"), None);
        assert_eq!(super::members("{}"), Some(Vec::new()));
    }

    #[test]
    fn depth_does_not_matter() {
        let deep = format!(r#"{{"d":{}{}}}"#, "[".repeat(5000), "]".repeat(5000));
        assert_eq!(members(&deep).unwrap().len(), 1);
    }

    #[test]
    fn what_is_not_an_object_has_no_members() {
        for text in ["", "[]", "{", "{\"a\"}", "{\"a\":1", "{\"a\":1,}", "{a:1}", "{} x", "{1:2}"] {
            assert_eq!(members(text), None, "{text}");
        }
    }

    #[test]
    fn replies_stand_one_after_another() {
        assert_eq!(values("{\"id\":1}\n{}\n"), Some(vec!["{\"id\":1}", "{}"]));
        assert_eq!(values(""), Some(Vec::new()));
        assert_eq!(values("{} oops"), None);
    }
}
