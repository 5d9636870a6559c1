//! JSON objects as raw members in their order, to change one and leave the rest as it is written.
//!
//! The reader is lax on purpose: it finds where a member begins and ends and does not ask whether a
//! value is well-formed, so that text which was broken once can be changed further.

use std::borrow::Cow;

use crate::NOW;
use crate::generators::random::Random;
use crate::generators::words;

/// The members of an object: name between its quotes and value, both as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Members<'a>(Vec<(Text<'a>, Text<'a>)>);

/// A name or a value: the octets that were read, or others in their place.
type Text<'a> = Cow<'a, [u8]>;

/// How deep changes go into nested objects.
const DEEPEST: usize = 4;

impl<'a> Members<'a> {
    /// Reads the members of one object; nothing where the text is none.
    #[must_use]
    pub fn read(text: &'a [u8]) -> Option<Self> {
        let inside = text.trim_ascii().strip_prefix(b"{")?.strip_suffix(b"}")?;
        let mut members = Vec::with_capacity(8);
        let mut rest = inside.trim_ascii();
        while !rest.is_empty() {
            let name_ends = string_end(rest)?;
            let after = rest[name_ends..].trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
            let value_ends = value_end(after);
            let (name, value) = (&rest[1..name_ends - 1], after[..value_ends].trim_ascii_end());
            members.push((name.into(), value.into()));
            rest = match after[value_ends..].strip_prefix(b",") {
                Some(next) => next.trim_ascii_start(),
                None => &[],
            };
        }
        Some(Self(members))
    }

    /// The object as text, without white space between the members.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(256);
        text.push(b'{');
        for (place, (name, value)) in self.0.iter().enumerate() {
            if place > 0 {
                text.push(b',');
            }
            text.push(b'"');
            text.extend_from_slice(name);
            text.extend_from_slice(b"\":");
            text.extend_from_slice(value);
        }
        text.push(b'}');
        text
    }

    /// Makes one change to them.
    pub fn change(&mut self, names: &[&'static str], random: &mut Random) {
        self.change_at(names, random, 0);
    }

    fn change_at(&mut self, names: &[&'static str], random: &mut Random, depth: usize) {
        let Self(members) = self;
        let place = random.below(members.len());
        let Some((name, value)) = members.get_mut(place) else {
            return self.insert(names, random);
        };
        if depth < DEEPEST
            && value.starts_with(b"{")
            && random.one_in(2)
            && let Some(mut nested) = Members::read(value)
        {
            nested.change_at(words::CLAIM_NAMES, random, depth + 1);
            let nested = nested.write();
            *value = nested.into();
            return;
        }
        match random.below(15) {
            0..=2 => *value = suitable(name, random),
            3 => *value = random.word(words::VALUES).as_bytes().into(),
            4 => *value = random.word(words::NUMBERS).as_bytes().into(),
            5 => {
                let (before, after) =
                    [("[", "]"), ("\"", "\""), ("{\"a\":", "}"), (" ", "\n"), ("", ".0")][random.below(5)];
                *value = [before.as_bytes(), value, after.as_bytes()].concat().into();
            }
            6 => rename(name.to_mut(), random),
            7 => *name = random.word(names).as_bytes().into(),
            8 => {
                let times = 1 << random.below(8);
                *value = [&b"[".repeat(times), &value[..], &b"]".repeat(times)].concat().into();
            }
            9 => {
                let copy = (name.clone(), value.clone());
                let at = random.below(members.len() + 1);
                members.insert(at, copy);
            }
            10 => {
                let copy = (name.clone(), suitable(name, random));
                let at = random.below(members.len() + 1);
                members.insert(at, copy);
            }
            11 => drop(members.remove(place)),
            12 => {
                let other = random.below(members.len());
                members.swap(place, other);
            }
            _ => self.insert(names, random),
        }
    }

    fn insert(&mut self, names: &[&'static str], random: &mut Random) {
        let name = random.word(names).as_bytes();
        let value = suitable(name, random);
        let at = random.below(self.0.len() + 1);
        self.0.insert(at, (name.into(), value));
    }
}

/// A value of the kind that a member with this name has, mostly.
fn suitable(name: &[u8], random: &mut Random) -> Text<'static> {
    let name = str::from_utf8(name).unwrap_or_default();
    if words::TIME_NAMES.contains(&name) && !random.one_in(4) {
        return time(random).into_bytes().into();
    }
    let words = match random.below(4) {
        _ if name == "alg" => words::ALGORITHMS,
        0 => words::NUMBERS,
        _ => words::VALUES,
    };
    random.word(words).as_bytes().into()
}

/// A time around the clock, written in one of the ways of RFC 8259 section 6.
fn time(random: &mut Random) -> String {
    const DISTANCES: [i64; 8] = [-3600, -60, -1, 0, 1, 60, 3600, 1_000_000_000];
    let time = NOW + random.pick(&DISTANCES).copied().unwrap_or(0);
    match random.below(8) {
        0 => format!("{time}.0"),
        1 => format!("{time}.5"),
        2 => format!("{time}e0"),
        3 => format!("{}.{}E1", time / 10, time % 10),
        4 => format!("\"{time}\""),
        _ => time.to_string(),
    }
}

/// Spells a name in another way: some are the same name (RFC 8259 section 8.3), some are not.
fn rename(name: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(name.len());
    let Some(&octet) = name.get(at) else {
        name.push(b' ');
        return;
    };
    let replaced = match random.below(4) {
        0 => format!("\\u{octet:04x}").into_bytes(),
        1 => vec![octet ^ 0x20],
        2 => match octet {
            b's' | b'S' => "\u{17f}".into(),
            b'k' | b'K' => "\u{212a}".into(),
            _ => vec![octet, 0x20],
        },
        _ => vec![octet, octet],
    };
    name.splice(at..=at, replaced);
}

/// Where the string at the start of the text ends, its closing quote included.
fn string_end(text: &[u8]) -> Option<usize> {
    text.strip_prefix(b"\"")?;
    let mut at = 1;
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Where the value at the start of the text ends: at the comma that no bracket encloses.
fn value_end(text: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(octet) = text.get(at) {
        match octet {
            b'"' => match string_end(&text[at..]) {
                Some(length) => {
                    at += length;
                    continue;
                }
                None => return text.len(),
            },
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again() {
        for text in
            ["{}", r#"{"a":1}"#, r#"{"a":[1,{"b":"]}"}],"a":"x,\"y","\u0061":{}}"#, r#"{"a":01,"b":}"#]
        {
            let members = Members::read(text.as_bytes()).expect("an object");
            assert_eq!(members.write(), text.as_bytes(), "{text}");
        }
        let spaced = Members::read(b" {\n \"a\" : 1 ,\t\"b\":[ ] } ").expect("an object");
        assert_eq!(spaced.write(), br#"{"a":1,"b":[ ]}"#);
    }

    #[test]
    fn what_is_no_object_is_not_read() {
        for text in ["", "[]", "null", "{", r#"{"a}"#, r#"{"a"}"#, "{a:1}", r#"{"a":1"#] {
            assert_eq!(Members::read(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn changes_never_panic_and_stay_bounded() {
        let mut random = Random::new(1);
        let start = br#"{"sub":"u","exp":1767229200,"info":{"a":{"b":null}}}"#;
        for _ in 0..500 {
            let mut members = Members::read(start).expect("an object");
            for _ in 0..20 {
                members.change(words::CLAIM_NAMES, &mut random);
            }
            assert!(members.write().len() < 1 << 17);
        }
    }
}
