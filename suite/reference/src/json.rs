//! A JSON tokenizer that keeps what matters for a verdict and most parsers lose: the order and the
//! repetition of members, the lexeme of a number, where a value stands in the text.
//!
//! RFC 8259 exactly, but for three options: ill-formed Unicode, a byte order mark, text after the
//! value. Nothing here recurses, so depth costs memory and never the stack: values lie in one vector
//! and refer to each other by index.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;

use jotproof_profiles::rules::{Strictness, Text};

use crate::decimal;
use crate::limits;

/// What is let pass beyond RFC 8259.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// What happens to ill-formed UTF-8 and lone surrogate escapes inside strings.
    pub text: Text,
    /// Whether a byte order mark at the start is refused (RFC 8259 section 8.1).
    pub byte_order_mark: Strictness,
    /// Whether text after the value is refused.
    pub trailing_text: Strictness,
    /// How many arrays and objects may be open at once.
    pub depth: usize,
}

impl Options {
    /// RFC 8259 and nothing else.
    pub const STRICT: Self = Self {
        text: Text::Strict,
        byte_order_mark: Strictness::Refuse,
        trailing_text: Strictness::Refuse,
        depth: limits::DEPTH,
    };
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
    root: usize,
    text: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Node {
    content: Content,
    span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<usize>),
    Object(Vec<(String, usize)>),
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
    indices: &'a [usize],
}

/// The members of an object, in order; names may repeat.
#[derive(Debug, Clone, Copy)]
pub struct Members<'a> {
    document: &'a Document,
    members: &'a [(String, usize)],
}

impl<'a> Elements<'a> {
    /// The elements.
    pub fn iter(self) -> impl Iterator<Item = Value<'a>> {
        self.indices.iter().map(move |&index| Value { document: self.document, index })
    }
}

impl<'a> Members<'a> {
    /// The names and values.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = (&'a str, Value<'a>)> {
        self.members
            .iter()
            .map(move |(name, index)| (name.as_str(), Value { document: self.document, index: *index }))
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
            Content::Number(lexeme) => Kind::Number(lexeme),
            Content::String(text) => Kind::String(text),
            Content::Array(indices) => Kind::Array(Elements { document, indices }),
            Content::Object(members) => Kind::Object(Members { document, members }),
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
        self.write(Keep::Last)
    }

    /// The same, but of members with one name the first is kept.
    #[must_use]
    pub fn to_text_of_first(self) -> String {
        self.write(Keep::First)
    }

    fn write(self, keep: Keep) -> String {
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
                    for (name, member) in distinct(members, keep) {
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
        let mut parser = Parser { text, at: 0, options, nodes: Vec::new() };
        if options.byte_order_mark == Strictness::Ignore && text.starts_with(b"\xef\xbb\xbf") {
            parser.at = 3;
        }
        let root = parser.value()?;
        if options.trailing_text == Strictness::Refuse {
            parser.skip_white_space();
            if parser.at != text.len() {
                return parser.expected("the end of the text");
            }
        }
        let nodes = parser.nodes;
        Ok(Self { nodes, root, text: text.to_vec() })
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
            let mut names = HashSet::new();
            members.iter().map(|(name, _)| name.as_str()).find(|name| !names.insert(*name))
        })
    }

    /// The first number, anywhere in it, that binary64 cannot hold.
    #[must_use]
    pub fn first_overflow(&self) -> Option<&str> {
        self.nodes.iter().find_map(|node| match &node.content {
            Content::Number(lexeme) if decimal::to_f64(lexeme).is_none_or(f64::is_infinite) => {
                Some(lexeme.as_str())
            }
            _ => None,
        })
    }
}

/// Which of several members with one name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    First,
    Last,
}

/// Of members with one name only one, in the place of the first.
fn distinct(members: Members<'_>, keep: Keep) -> Vec<(&str, Value<'_>)> {
    let mut kept: Vec<(&str, Value<'_>)> = Vec::new();
    let mut places = HashMap::new();
    for (name, value) in members.iter() {
        let place = *places.entry(name).or_insert(kept.len());
        match kept.get_mut(place) {
            Some(earlier) if keep == Keep::Last => earlier.1 = value,
            Some(_) => {}
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
    content: OpenContent,
}

enum OpenContent {
    Array(Vec<usize>),
    Object { members: Vec<(String, usize)>, name: String },
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
    options: Options,
    nodes: Vec<Node>,
}

impl Parser<'_> {
    /// Reads a value: scalars at once, containers by a stack of open ones.
    fn value(&mut self) -> Result<usize, Error> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.skip_white_space();
            let start = self.at;
            let mut finished = match self.peek() {
                Some(b'[' | b'{') if open.len() == self.options.depth.min(limits::DEPTH) => {
                    return Err(Error::Depth(open.len()));
                }
                Some(b'[') => {
                    self.at += 1;
                    self.skip_white_space();
                    if self.take(b']') {
                        self.add(Content::Array(Vec::new()), start)?
                    } else {
                        open.push(Open { start, content: OpenContent::Array(Vec::new()) });
                        continue;
                    }
                }
                Some(b'{') => {
                    self.at += 1;
                    self.skip_white_space();
                    if self.take(b'}') {
                        self.add(Content::Object(Vec::new()), start)?
                    } else {
                        let name = self.name()?;
                        let content = OpenContent::Object { members: Vec::new(), name };
                        open.push(Open { start, content });
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
                match &mut container.content {
                    OpenContent::Array(elements) => {
                        elements.push(finished);
                        if self.take(b',') {
                            break;
                        }
                        if !self.take(b']') {
                            return self.expected("',' or ']'");
                        }
                    }
                    OpenContent::Object { members, name } => {
                        members.push((std::mem::take(name), finished));
                        if self.take(b',') {
                            self.skip_white_space();
                            *name = self.name()?;
                            break;
                        }
                        if !self.take(b'}') {
                            return self.expected("',' or '}'");
                        }
                    }
                }
                let Some(closed) = open.pop() else {
                    return Ok(finished);
                };
                let content = match closed.content {
                    OpenContent::Array(elements) => Content::Array(elements),
                    OpenContent::Object { members, .. } => Content::Object(members),
                };
                finished = self.add(content, closed.start)?;
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
    fn name(&mut self) -> Result<String, Error> {
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
        for (literal, content) in
            [(&b"null"[..], Content::Null), (b"true", Content::Bool(true)), (b"false", Content::Bool(false))]
        {
            if rest.starts_with(literal) {
                self.at += literal.len();
                return Ok(content);
            }
        }
        match self.peek() {
            Some(b'"') => self.string().map(Content::String),
            Some(b'-' | b'0'..=b'9') => match decimal::scan(rest) {
                Some(length) => {
                    self.at += length;
                    let lexeme = rest[..length].iter().map(|octet| char::from(*octet)).collect();
                    Ok(Content::Number(lexeme))
                }
                None => self.expected("a number"),
            },
            _ => self.expected("a value"),
        }
    }

    fn string(&mut self) -> Result<String, Error> {
        let mut string = String::new();
        self.at += 1;
        loop {
            let plain = self.text[self.at..]
                .iter()
                .take_while(|octet| !matches!(octet, b'"' | b'\\' | 0..=0x1f))
                .count();
            self.push_octets(&mut string, self.at, plain)?;
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(string);
                }
                Some(b'\\') => {
                    let character = self.escape()?;
                    string.push(character);
                }
                Some(_) => return self.expected("no control character in a string"),
                None => return self.expected("'\"'"),
            }
        }
    }

    /// Appends octets that hold neither escapes nor the end of the string.
    fn push_octets(&self, string: &mut String, start: usize, length: usize) -> Result<(), Error> {
        let mut octets = &self.text[start..start + length];
        loop {
            let error = match str::from_utf8(octets) {
                Ok(text) => {
                    string.push_str(text);
                    return Ok(());
                }
                Err(error) => error,
            };
            let (valid, rest) = octets.split_at(error.valid_up_to());
            if self.options.text == Text::Strict {
                let offset = start + length - rest.len();
                return Err(Error::Unicode { offset });
            }
            string.push_str(&String::from_utf8_lossy(valid));
            // One replacement an octet, as Go has it; other decoders take one a sequence.
            string.push(char::REPLACEMENT_CHARACTER);
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
