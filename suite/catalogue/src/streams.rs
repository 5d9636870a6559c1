//! Vectors that are too many to store: generated on demand, pinned by count and digest.
//!
//! A stream is printed as JSON lines, one vector a line, in an order that never changes;
//! `vectors/streams.json` has the count and the SHA-256 of exactly that output.

use std::io::{self, Write};

use jotproof_mint::{Mint, keys};
use jotproof_model::{Algorithm, Vector, VectorFile};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::build::{BuildError, topic_file};
use crate::case::Case;
use crate::topics::Topic;
use crate::topics::centrifugo_claim_combinations::{CLAIMS, combination};
use crate::{NOW, build};

/// A stream.
#[derive(Debug, Clone, Copy)]
pub struct Stream {
    /// The name, and with `streams/` before it the beginning of every id.
    pub name: &'static str,
    /// What it has.
    pub about: &'static str,
    /// Its parts, each made by itself: side by side, where there are processors.
    parts: &'static [Part],
}

/// The combinations of the first `claims` claims, signed with one algorithm.
#[derive(Debug, Clone, Copy)]
struct Part {
    algorithm: Algorithm,
    claims: usize,
}

/// Every stream.
pub const ALL: [Stream; 1] = [Stream {
    name: "connection-claims",
    about: "Every presence combination of the thirteen connection claims (an absent `sub` is an empty \
            one, which the documentation lets in) with HS256, and of the first twelve, without \
            `expire_at`, with the other eight core algorithms.",
    parts: &PARTS,
}];

/// The claims of a part with every algorithm: all but the last one.
const TWELVE: usize = CLAIMS - 1;

const PARTS: [Part; 9] = [
    Part { algorithm: Algorithm::HS256, claims: CLAIMS },
    Part { algorithm: Algorithm::HS384, claims: TWELVE },
    Part { algorithm: Algorithm::HS512, claims: TWELVE },
    Part { algorithm: Algorithm::RS256, claims: TWELVE },
    Part { algorithm: Algorithm::RS384, claims: TWELVE },
    Part { algorithm: Algorithm::RS512, claims: TWELVE },
    Part { algorithm: Algorithm::ES256, claims: TWELVE },
    Part { algorithm: Algorithm::ES384, claims: TWELVE },
    Part { algorithm: Algorithm::ES512, claims: TWELVE },
];

/// What is pinned of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The name.
    pub name: String,
    /// How many lines it has.
    pub count: usize,
    /// The SHA-256 of the whole output, hexadecimal.
    pub sha256: String,
}

/// There is no such stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no stream {name:?}; there are: {known}")]
pub struct Unknown {
    name: String,
    known: String,
}

/// A stream by its name.
///
/// # Errors
///
/// Lists the streams that there are.
pub fn find(name: &str) -> Result<&'static Stream, Unknown> {
    static STREAMS: [Stream; 1] = ALL;
    STREAMS
        .iter()
        .find(|stream| stream.name == name)
        .ok_or_else(|| Unknown { name: name.to_owned(), known: ALL.map(|stream| stream.name).join(", ") })
}

impl Stream {
    /// Writes the stream, one vector a line, minted at the frozen clock.
    ///
    /// # Errors
    ///
    /// Where a case cannot be built, or the sink fails.
    pub fn write(&self, sink: &mut impl Write) -> io::Result<()> {
        for part in self.parts {
            sink.write_all(&self.lines(*part).map_err(io::Error::other)?)?;
        }
        Ok(())
    }

    /// The count and digest of the output.
    ///
    /// # Errors
    ///
    /// Where a case cannot be built.
    pub fn pin(&self) -> Result<Pin, BuildError> {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let mut hash = Sha256::new();
        let mut count = 0;
        for parts in self.parts.chunks(processors) {
            let made: Vec<_> = std::thread::scope(|scope| {
                let running: Vec<_> = parts.iter().map(|part| scope.spawn(|| self.lines(*part))).collect();
                running.into_iter().map(|part| part.join().expect("making vectors does not panic")).collect()
            });
            for lines in made {
                let lines = lines?;
                count += lines.iter().filter(|octet| **octet == b'\n').count();
                hash.update(&lines);
            }
        }
        Ok(Pin { name: self.name.to_owned(), count, sha256: build::hexadecimal(&hash.finalize()) })
    }

    /// The vectors of one algorithm as a file, minted at a clock.
    ///
    /// # Errors
    ///
    /// Where a case cannot be built.
    pub fn file(&self, algorithm: Algorithm, now: i64) -> Result<VectorFile, BuildError> {
        let parts = self.parts.iter().filter(|part| part.algorithm == algorithm);
        let cases = parts.flat_map(|part| self.cases(*part)).collect();
        let topic = Topic { path: "streams", about: self.about, cases };
        topic_file(&topic, &Mint::new(keys::all()), now)
    }

    fn lines(&self, part: Part) -> Result<Vec<u8>, BuildError> {
        let mint = Mint::new(keys::all());
        let mut lines = Vec::new();
        for case in self.cases(part) {
            let vector: Vector = case
                .build(&mint, NOW)
                .map_err(|error| BuildError::Mint { id: case.id().to_owned(), problem: error.to_string() })?;
            serde_json::to_writer(&mut lines, &vector).expect("a vector has string keys only");
            lines.push(b'\n');
        }
        Ok(lines)
    }

    fn cases(&self, part: Part) -> impl Iterator<Item = Case> {
        let path = format!("streams/{}/{}", self.name, part.algorithm.name().to_lowercase());
        (0..1_usize << part.claims).map(move |bits| {
            let row: Vec<usize> = (0..CLAIMS).map(|claim| bits >> claim & 1).collect();
            combination(&path, &row, part.algorithm)
        })
    }
}
