//! Looking up the members of a JSON object that a verifier knows.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jotproof_rules::{Duplicates, Names, Null, WrongType};

use crate::json::{self, Kind, Value};

/// What a look-up of a member of one type finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<T> {
    /// Nothing, or what counts as nothing.
    Absent,
    /// A value of the type.
    Value(T),
    /// A value of another type, named in words.
    Wrong(&'static str),
}

impl<T> Found<T> {
    /// The same, with a value of another type taken for nothing where the rule says so.
    #[must_use]
    pub fn or_absent(self, rule: WrongType) -> Self {
        match (self, rule) {
            (Self::Wrong(_), WrongType::Absent) => Self::Absent,
            (found, _) => found,
        }
    }

    /// The value, if there is one of the type.
    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Wrong(_) => None,
        }
    }
}

/// How members are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// Which names count as equal.
    pub names: Names,
    /// Whether equal names are refused, which [`Known::repeated`] has to say. A look-up takes the last.
    pub duplicates: Duplicates,
}

impl Lookup {
    /// Whether objects are decoded as Go decodes them into a struct: member after member into the
    /// field that the name folds to. An earlier value has to have the right type too, and `null`
    /// leaves a string as an earlier member set it.
    const fn decodes_each(self) -> bool {
        matches!((self.names, self.duplicates), (Names::CaseFold, Duplicates::Last))
    }
}

/// An object, and how its members are looked up. The default has no members.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    members: Option<json::Members<'a>>,
    lookup: Lookup,
}

impl<'a> Known<'a> {
    /// An object.
    #[must_use]
    pub const fn new(members: json::Members<'a>, lookup: Lookup) -> Self {
        Self { members: Some(members), lookup }
    }

    /// An object without members.
    #[must_use]
    pub const fn empty(lookup: Lookup) -> Self {
        Self { members: None, lookup }
    }

    /// An object that is a value inside this one.
    #[must_use]
    pub const fn nested(&self, members: json::Members<'a>) -> Self {
        Self::new(members, self.lookup)
    }

    /// Every member, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&'a str, Value<'a>)> {
        self.members.into_iter().flat_map(json::Members::iter)
    }

    /// The value of a member that the verifier knows.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value<'a>> {
        self.iter().rfind(|(other, _)| self.equal(other, name)).map(|(_, value)| value)
    }

    /// The values that are decoded for a member, in order: the last one counts, but each has to have
    /// the right type. One at most, except where every occurrence is decoded.
    pub fn decoded(&self, name: &str) -> impl Iterator<Item = Value<'a>> {
        let (each, one) = if self.lookup.decodes_each() {
            (Some(self.iter().filter(move |(other, _)| self.equal(other, name))), None)
        } else {
            (None, self.get(name))
        };
        each.into_iter().flatten().map(|(_, value)| value).chain(one)
    }

    /// A string. Where `null` counts as absent it leaves what an earlier member set.
    #[must_use]
    pub fn string(&self, name: &str, null: Null) -> Found<&'a str> {
        let mut found = Found::Absent;
        for value in self.decoded(name) {
            match (value.kind(), null) {
                (Kind::String(text), _) => found = Found::Value(text),
                (Kind::Null, Null::Absent) => {}
                _ => return Found::Wrong(value.type_name()),
            }
        }
        found
    }

    /// The first name that is there twice.
    #[must_use]
    pub fn repeated(&self) -> Option<&'a str> {
        let mut names = BTreeSet::new();
        self.iter().map(|(name, _)| name).find(|name| match self.lookup.names {
            Names::Exact => !names.insert(Cow::Borrowed(*name)),
            Names::CaseFold => !names.insert(name.chars().map(fold).collect()),
        })
    }

    /// The first of these names that is there twice.
    #[must_use]
    pub fn repeated_of<'n>(&self, names: &'n [String]) -> Option<&'n str> {
        names.iter().map(String::as_str).find(|name| self.is_repeated(name))
    }

    /// Whether a name is there twice.
    #[must_use]
    pub fn is_repeated(&self, name: &str) -> bool {
        self.iter().filter(|(other, _)| self.equal(other, name)).nth(1).is_some()
    }

    /// Whether a member is an array of strings, or not there.
    #[must_use]
    pub fn has_strings(&self, name: &str, null: Null) -> bool {
        self.get(name).is_none_or(|value| match value.kind() {
            Kind::Array(elements) => elements.iter().all(|element| matches!(element.kind(), Kind::String(_))),
            Kind::Null => null == Null::Absent,
            Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Object(_) => false,
        })
    }

    fn equal(&self, found: &str, known: &str) -> bool {
        match self.lookup.names {
            // Most names differ in their first octet: a loop is there before a call would be.
            Names::Exact => found.len() == known.len() && found.bytes().eq(known.bytes()),
            Names::CaseFold => found.chars().map(fold).eq(known.chars().map(fold)),
        }
    }
}

/// Unicode simple case folding, as far as names of ASCII letters go: besides the letters themselves,
/// two code points fold into them (`CaseFolding.txt`, status C).
const fn fold(character: char) -> char {
    match character {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        _ => character.to_ascii_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Document, Options};

    fn text(object: &str, names: Names, duplicates: Duplicates, name: &str) -> Option<String> {
        let document = Document::parse(object.as_bytes(), Options::STRICT).expect("well-formed");
        let Kind::Object(members) = document.root().kind() else { panic!("an object") };
        Known::new(members, Lookup { names, duplicates }).get(name).map(Value::to_text)
    }

    #[test]
    fn names_are_equal_by_code_points_or_folded() {
        for (object, exact, folded) in [
            (r#"{"sub":1}"#, Some("1"), Some("1")),
            (r#"{"s\u0075b":1}"#, Some("1"), Some("1")),
            (r#"{"SUB":1}"#, None, Some("1")),
            (r#"{"ſub":1}"#, None, Some("1")),
            (r#"{"sub ":1}"#, None, None),
            (r#"{"süb":1}"#, None, None),
            (r#"{"sub":1,"Sub":2}"#, Some("1"), Some("2")),
            (r#"{"Sub":2,"sub":1}"#, Some("1"), Some("1")),
        ] {
            assert_eq!(text(object, Names::Exact, Duplicates::Last, "sub").as_deref(), exact, "{object}");
            assert_eq!(text(object, Names::CaseFold, Duplicates::Last, "sub").as_deref(), folded, "{object}");
        }
        assert_eq!(text(r#"{"\u212AID":1}"#, Names::CaseFold, Duplicates::Last, "kid").as_deref(), Some("1"));
    }

    #[test]
    fn of_equal_names_the_last_counts() {
        let object = r#"{"a":1,"a":2,"\u0061":3}"#;
        assert_eq!(text(object, Names::Exact, Duplicates::Last, "a").as_deref(), Some("3"));
    }

    #[test]
    fn null_leaves_a_string_only_where_every_member_is_decoded() {
        for (object, folded, exact) in [
            (r#"{"sub":"a","sub":null}"#, Found::Value("a"), Found::Absent),
            (r#"{"sub":null,"SUB":"b"}"#, Found::Value("b"), Found::Absent),
            (r#"{"sub":1,"sub":"b"}"#, Found::Wrong("a number"), Found::Value("b")),
            (r#"{"sub":null}"#, Found::Absent, Found::Absent),
        ] {
            let document = Document::parse(object.as_bytes(), Options::STRICT).expect("well-formed");
            let Kind::Object(members) = document.root().kind() else { panic!("an object") };
            for (names, expected) in [(Names::CaseFold, folded), (Names::Exact, exact)] {
                let known = Known::new(members, Lookup { names, duplicates: Duplicates::Last });
                assert_eq!(known.string("sub", Null::Absent), expected, "{object} {names:?}");
            }
        }
    }

    #[test]
    fn repetition_is_found_for_unknown_names_too() {
        let repeated = |object: &str, names| {
            let document = Document::parse(object.as_bytes(), Options::STRICT).expect("well-formed");
            let Kind::Object(members) = document.root().kind() else { panic!("an object") };
            let lookup = Lookup { names, duplicates: Duplicates::Refuse };
            Known::new(members, lookup).repeated().map(str::to_owned)
        };
        assert_eq!(repeated(r#"{"a":1,"b":{"c":1,"c":2}}"#, Names::Exact), None);
        assert_eq!(repeated(r#"{"a":1,"x":1,"\u0078":2}"#, Names::Exact).as_deref(), Some("x"));
        assert_eq!(repeated(r#"{"a":1,"A":1}"#, Names::Exact), None);
        assert_eq!(repeated(r#"{"a":1,"A":1}"#, Names::CaseFold).as_deref(), Some("A"));
    }
}
