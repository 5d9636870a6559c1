//! A JSON tokenizer that keeps what matters for a verdict and most parsers lose: the order and the
//! repetition of members, the lexeme of a number, where a value stands in the text.
//!
//! RFC 8259 exactly, but for three options: ill-formed Unicode, a byte order mark, text after the
//! value. Nothing here recurses, so depth costs memory and never the stack: values lie in one vector,
//! children in another and decoded text in one string, and they refer to each other by index.

mod parser;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;

use jotproof_rules::json::Numbers;
use jotproof_rules::{Strictness, Text};

use crate::decimal;
use crate::limits;

/// What is let pass beyond RFC 8259.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What happens to ill-formed UTF-8 and lone surrogate escapes inside strings.
    pub text: Text,
    /// Whether text after the value is refused.
    pub trailing_text: Strictness,
    /// How many arrays and objects may be open at once.
    pub depth: usize,
}

impl Options {
    /// RFC 8259 and nothing else.
    pub const STRICT: Self =
        Self { text: Text::Strict, trailing_text: Strictness::Refuse, depth: limits::DEPTH };
}

/// Why text is not one JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// Something else was expected.
    Syntax {
        /// What was expected.
        expected: &'static str,
        /// Where, in octets from the start.
        offset: usize,
    },
    /// A string that is not well-formed Unicode.
    Unicode {
        /// Where, in octets from the start.
        offset: usize,
    },
    /// Nested deeper than this many levels.
    Depth(usize),
    /// More values than [`limits::VALUES`].
    Values,
}

impl Error {
    /// Whether a bound is exceeded, rather than the text ill-formed.
    #[must_use]
    pub const fn is_limit(&self) -> bool {
        match self {
            Self::Depth(_) | Self::Values => true,
            Self::Syntax { .. } | Self::Unicode { .. } => false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { expected, offset } => write!(f, "expected {expected} at octet {offset}"),
            Self::Unicode { offset } => write!(f, "ill-formed Unicode at octet {offset}"),
            Self::Depth(levels) => write!(f, "nested deeper than {levels} levels"),
            Self::Values => write!(f, "more than {} values", limits::VALUES),
        }
    }
}

/// One JSON value with everything in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    nodes: Vec<Node>,
    /// The children of every container, those of one after another.
    children: Vec<Child>,
    /// Names, strings and lexemes, one after another.
    strings: String,
    root: usize,
    text: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    content: Content,
    span: Range<usize>,
}

/// What a value is: ranges of the document's strings, or of its children.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Null,
    Bool(bool),
    Number(Range<usize>),
    String(Range<usize>),
    Array(Range<usize>),
    Object(Range<usize>),
}

/// An element or a member of a container.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Child {
    /// Of a member, a range of the strings; of an element, empty.
    name: Range<usize>,
    value: usize,
}

/// A value of a [`Document`].
#[derive(Debug, Clone, Copy)]
pub struct Value<'a> {
    document: &'a Document,
    index: usize,
}

/// What a value is.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(&'a str),
    /// A string, with its escapes resolved.
    String(&'a str),
    /// An array.
    Array(Elements<'a>),
    /// An object.
    Object(Members<'a>),
}

/// The elements of an array, in order.
#[derive(Debug, Clone, Copy)]
pub struct Elements<'a> {
    document: &'a Document,
    children: &'a [Child],
}

/// The members of an object, in order; names may repeat.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    document: &'a Document,
    children: &'a [Child],
}

impl<'a> Elements<'a> {
    /// The elements.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        self.children.iter().map(move |child| Value { document: self.document, index: child.value })
    }
}

impl<'a> Members<'a> {
    /// The names and values.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = (&'a str, Value<'a>)> {
        let Self { document, children } = self;
        children
            .iter()
            .map(move |child| (document.string(&child.name), Value { document, index: child.value }))
    }
}

impl<'a> Value<'a> {
    fn node(self) -> &'a Node {
        &self.document.nodes[self.index]
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind<'a> {
        let document = self.document;
        match &self.node().content {
            Content::Null => Kind::Null,
            Content::Bool(value) => Kind::Bool(*value),
            Content::Number(lexeme) => Kind::Number(document.string(lexeme)),
            Content::String(text) => Kind::String(document.string(text)),
            Content::Array(children) => {
                Kind::Array(Elements { document, children: &document.children[children.clone()] })
            }
            Content::Object(children) => {
                Kind::Object(Members { document, children: &document.children[children.clone()] })
            }
        }
    }

    /// What it is, in words: `a string`, `null`…
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self.node().content {
            Content::Null => "null",
            Content::Bool(_) => "a boolean",
            Content::Number(_) => "a number",
            Content::String(_) => "a string",
            Content::Array(_) => "an array",
            Content::Object(_) => "an object",
        }
    }

    /// The text that it was read from, octet for octet but for ill-formed UTF-8.
    #[must_use]
    pub fn verbatim(self) -> String {
        String::from_utf8_lossy(&self.document.text[self.node().span.clone()]).into_owned()
    }

    /// The value as JSON text without white space. Of members with one name the last is kept, in the
    /// place of the first; numbers stay as they were written.
    #[must_use]
    pub fn to_text(self) -> String {
        enum Piece<'a> {
            Value(Value<'a>),
            Name(&'a str),
            Literal(char),
        }
        let mut text = String::new();
        let mut pieces = vec![Piece::Value(self)];
        while let Some(piece) = pieces.pop() {
            let value = match piece {
                Piece::Value(value) => value,
                Piece::Name(name) => {
                    push_string(&mut text, name);
                    text.push(':');
                    continue;
                }
                Piece::Literal(character) => {
                    text.push(character);
                    continue;
                }
            };
            match value.kind() {
                Kind::Null => text.push_str("null"),
                Kind::Bool(value) => text.push_str(if value { "true" } else { "false" }),
                Kind::Number(lexeme) => text.push_str(lexeme),
                Kind::String(string) => push_string(&mut text, string),
                Kind::Array(elements) => {
                    text.push('[');
                    pieces.push(Piece::Literal(']'));
                    let first = pieces.len();
                    for element in elements.iter() {
                        if pieces.len() > first {
                            pieces.push(Piece::Literal(','));
                        }
                        pieces.push(Piece::Value(element));
                    }
                    pieces[first..].reverse();
                }
                Kind::Object(members) => {
                    text.push('{');
                    pieces.push(Piece::Literal('}'));
                    let first = pieces.len();
                    for (name, member) in distinct(members) {
                        if pieces.len() > first {
                            pieces.push(Piece::Literal(','));
                        }
                        pieces.push(Piece::Name(name));
                        pieces.push(Piece::Value(member));
                    }
                    pieces[first..].reverse();
                }
            }
        }
        text
    }
}

impl Document {
    /// Reads one JSON value.
    ///
    /// # Errors
    ///
    /// Says what was expected, and where; or which bound is exceeded.
    pub fn parse(text: &[u8], options: Options) -> Result<Self, Error> {
        parser::document(text, options)
    }

    fn string(&self, range: &Range<usize>) -> &str {
        &self.strings[range.clone()]
    }

    /// The value itself.
    #[must_use]
    pub const fn root(&self) -> Value<'_> {
        Value { document: self, index: self.root }
    }

    /// A name that one object, anywhere in it, has twice.
    #[must_use]
    pub fn first_repetition(&self) -> Option<&str> {
        self.nodes.iter().find_map(|node| {
            let Content::Object(members) = &node.content else {
                return None;
            };
            let mut names = BTreeSet::new();
            let members = self.children[members.clone()].iter();
            members.map(|member| self.string(&member.name)).find(|name| !names.insert(*name))
        })
    }

    /// The first number, anywhere in it, that binary64 cannot hold.
    #[must_use]
    pub fn first_overflow(&self, numbers: Numbers) -> Option<&str> {
        self.nodes.iter().find_map(|node| match &node.content {
            Content::Number(lexeme) => Some(self.string(lexeme))
                .filter(|lexeme| decimal::to_f64(lexeme, numbers).is_none_or(f64::is_infinite)),
            _ => None,
        })
    }
}

/// Of members with one name the last, in the place of the first.
fn distinct(members: Members<'_>) -> Vec<(&str, Value<'_>)> {
    let mut kept: Vec<(&str, Value<'_>)> = Vec::new();
    let mut places = BTreeMap::new();
    for (name, value) in members.iter() {
        let place = *places.entry(name).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(earlier) => earlier.1 = value,
            None => kept.push((name, value)),
        }
    }
    kept
}

/// Appends a JSON string with no more escapes than RFC 8259 section 7 asks for.
fn push_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\0'..='\x1f' => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => text.push(character),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests;
