//! A JSON tokenizer that keeps what matters for a verdict and most parsers lose: the order and the
//! repetition of members, the lexeme of a number, where a value stands in the text.
//!
//! RFC 8259 exactly, but for three options: ill-formed Unicode, a byte order mark, text after the
//! value. Nothing here recurses, so depth costs memory and never the stack: values lie in one vector,
//! children in another and decoded text in one string, and they refer to each other by index.

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
        let mut parser = Parser {
            text,
            at: 0,
            options,
            nodes: Vec::with_capacity(16),
            children: Vec::with_capacity(16),
            strings: String::with_capacity(text.len()),
        };
        let root = parser.value()?;
        if options.trailing_text == Strictness::Refuse {
            parser.skip_white_space();
            if parser.at != text.len() {
                return parser.expected("the end of the text");
            }
        }
        let Parser { nodes, children, strings, .. } = parser;
        Ok(Self { nodes, children, strings, root, text: text.to_vec() })
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

/// A container that is not closed yet.
struct Open {
    start: usize,
    /// Where its children begin among those of all open containers.
    first_child: usize,
    /// Of an object, the name that the next value belongs to.
    name: Option<Range<usize>>,
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    options: Options,
    nodes: Vec<Node>,
    children: Vec<Child>,
    strings: String,
}

impl Parser<'_> {
    /// Reads a value: scalars at once, containers by a stack of open ones.
    fn value(&mut self) -> Result<usize, Error> {
        let mut open: Vec<Open> = Vec::new();
        // The children of the open containers, those of the innermost one last.
        let mut pending: Vec<Child> = Vec::new();
        loop {
            self.skip_white_space();
            let start = self.at;
            let first_child = pending.len();
            let mut finished = match self.peek() {
                Some(b'[' | b'{') if open.len() == self.options.depth.min(limits::DEPTH) => {
                    return Err(Error::Depth(open.len()));
                }
                Some(b'[') => {
                    self.at += 1;
                    self.skip_white_space();
                    if self.take(b']') {
                        self.add(Content::Array(0..0), start)?
                    } else {
                        open.push(Open { start, first_child, name: None });
                        continue;
                    }
                }
                Some(b'{') => {
                    self.at += 1;
                    self.skip_white_space();
                    if self.take(b'}') {
                        self.add(Content::Object(0..0), start)?
                    } else {
                        let name = Some(self.name()?);
                        open.push(Open { start, first_child, name });
                        continue;
                    }
                }
                _ => {
                    let content = self.scalar()?;
                    self.add(content, start)?
                }
            };
            // The value may be the last one of its container, and that of its own.
            loop {
                let Some(container) = open.last_mut() else {
                    return Ok(finished);
                };
                self.skip_white_space();
                let kind: fn(Range<usize>) -> Content = match &mut container.name {
                    None => {
                        pending.push(Child { name: 0..0, value: finished });
                        if self.take(b',') {
                            break;
                        }
                        if !self.take(b']') {
                            return self.expected("',' or ']'");
                        }
                        Content::Array
                    }
                    Some(name) => {
                        pending.push(Child { name: name.clone(), value: finished });
                        if self.take(b',') {
                            self.skip_white_space();
                            *name = self.name()?;
                            break;
                        }
                        if !self.take(b'}') {
                            return self.expected("',' or '}'");
                        }
                        Content::Object
                    }
                };
                let Open { start, first_child, .. } = *container;
                open.pop();
                let first = self.children.len();
                self.children.extend(pending.drain(first_child..));
                finished = self.add(kind(first..self.children.len()), start)?;
            }
        }
    }

    fn add(&mut self, content: Content, start: usize) -> Result<usize, Error> {
        if self.nodes.len() == limits::VALUES {
            return Err(Error::Values);
        }
        self.nodes.push(Node { content, span: start..self.at });
        Ok(self.nodes.len() - 1)
    }

    /// A member name and the colon after it.
    fn name(&mut self) -> Result<Range<usize>, Error> {
        if self.peek() != Some(b'"') {
            return self.expected("a member name");
        }
        let name = self.string()?;
        self.skip_white_space();
        if !self.take(b':') {
            return self.expected("':'");
        }
        Ok(name)
    }

    fn scalar(&mut self) -> Result<Content, Error> {
        let rest = &self.text[self.at..];
        let (literal, content) = match self.peek() {
            Some(b'"') => return self.string().map(Content::String),
            Some(b'-' | b'0'..=b'9') => {
                let Some(length) = decimal::scan(rest) else {
                    return self.expected("a number");
                };
                self.at += length;
                let first = self.strings.len();
                self.strings.extend(rest[..length].iter().map(|octet| char::from(*octet)));
                return Ok(Content::Number(first..self.strings.len()));
            }
            Some(b'n') => (&b"null"[..], Content::Null),
            Some(b't') => (&b"true"[..], Content::Bool(true)),
            Some(b'f') => (&b"false"[..], Content::Bool(false)),
            _ => return self.expected("a value"),
        };
        if !rest.starts_with(literal) {
            return self.expected("a value");
        }
        self.at += literal.len();
        Ok(content)
    }

    /// A string, or a member name; the range of its text.
    fn string(&mut self) -> Result<Range<usize>, Error> {
        let first = self.strings.len();
        self.at += 1;
        loop {
            let plain = self.text[self.at..]
                .iter()
                .take_while(|octet| !matches!(octet, b'"' | b'\\' | 0..=0x1f))
                .count();
            self.push_octets(plain)?;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(first..self.strings.len());
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    self.strings.push(character);
                }
                Some(_) => return self.expected("no control character in a string"),
                None => return self.expected("'\"'"),
            }
        }
    }

    /// Takes octets that hold neither escapes nor the end of the string.
    fn push_octets(&mut self, length: usize) -> Result<(), Error> {
        let end = self.at + length;
        let mut octets = &self.text[self.at..end];
        loop {
            let error = match str::from_utf8(octets) {
                Ok(text) => {
                    self.strings.push_str(text);
                    self.at = end;
                    return Ok(());
                }
                Err(error) => error,
            };
            let (valid, rest) = octets.split_at(error.valid_up_to());
            if self.options.text == Text::Strict {
                return Err(Error::Unicode { offset: end - rest.len() });
            }
            self.strings.push_str(&String::from_utf8_lossy(valid));
            // One replacement an octet, as Go has it; other decoders take one a sequence.
            self.strings.push(char::REPLACEMENT_CHARACTER);
            octets = &rest[1..];
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        let start = self.at;
        self.at += 2;
        Ok(match self.text.get(start + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\x08',
            Some(b'f') => '\x0c',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let Some(unit) = self.hexadecimal(start + 2) else {
                    self.at = start;
                    return self.expected("four hexadecimal digits after '\\u'");
                };
                self.at = start + 6;
                return self.code_point(unit, start);
            }
            _ => {
                self.at = start;
                return self.expected("an escape of RFC 8259 section 7");
            }
        })
    }

    /// The code point that a `\u` escape begins, with the second half of a surrogate pair.
    fn code_point(&mut self, unit: u16, start: usize) -> Result<char, Error> {
        let second =
            if self.text[self.at..].starts_with(b"\\u") { self.hexadecimal(self.at + 2) } else { None };
        let units = [unit, second.unwrap_or(0)];
        match char::decode_utf16(units).next() {
            Some(Ok(character)) => {
                if character.len_utf16() == 2 {
                    self.at += 6;
                }
                Ok(character)
            }
            // What follows stands for itself, whether it is a surrogate or not.
            _ if self.options.text == Text::Replace => Ok(char::REPLACEMENT_CHARACTER),
            _ => Err(Error::Unicode { offset: start }),
        }
    }

    fn hexadecimal(&self, at: usize) -> Option<u16> {
        self.text.get(at..at + 4)?.iter().try_fold(0, |value: u16, octet| {
            let digit = char::from(*octet).to_digit(16)?;
            Some(value << 4 | u16::try_from(digit).ok()?)
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn take(&mut self, octet: u8) -> bool {
        let taken = self.peek() == Some(octet);
        self.at += usize::from(taken);
        taken
    }

    fn skip_white_space(&mut self) {
        let white = |octet: &&u8| matches!(octet, b' ' | b'\t' | b'\n' | b'\r');
        self.at += self.text[self.at..].iter().take_while(white).count();
    }

    fn expected<T>(&self, expected: &'static str) -> Result<T, Error> {
        Err(Error::Syntax { expected, offset: self.at })
    }
}

#[cfg(test)]
mod tests;
