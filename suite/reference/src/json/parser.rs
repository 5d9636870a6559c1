//! Reading a JSON text into a [`Document`].

use std::ops::Range;

use jotproof_rules::{Strictness, Text};

use super::{Child, Content, Document, Error, Node, Options};
use crate::{decimal, limits};

/// Reads one JSON value.
pub(super) fn document(text: &[u8], options: Options) -> Result<Document, Error> {
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
    Ok(Document { nodes, children, strings, root, text: text.to_vec() })
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
