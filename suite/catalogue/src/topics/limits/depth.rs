//! Nested arrays and objects.

use jotproof_model::edit::Layer::{self, Header, Payload};
use jotproof_model::{Algorithm, Reason, Threat};

use super::{foreign, forged, good, reasons, word};
use crate::case::Case;
use crate::edits::{claim, set};
use crate::topics::Topic;
use crate::twins;

/// A limit that some parser has.
struct Depth {
    name: &'static str,
    levels: u32,
    /// A parser whose limit this is.
    limit: &'static str,
}

const DEPTHS: [Depth; 6] = [
    Depth {
        name: "33-levels",
        levels: 33,
        limit: "A parser that keeps one bit per level reaches its limit \
                                                   at 32 levels.",
    },
    Depth {
        name: "41-levels",
        levels: 41,
        limit: "Some parsers have space for 40 levels and do not check for more.",
    },
    Depth { name: "100-levels", levels: 100, limit: "Ruby's JSON parser stops at 100 levels." },
    Depth {
        name: "1000-levels",
        levels: 1000,
        limit: "Python's parser raises an error at about 1,000 levels, and it is not a JSON error.",
    },
    Depth { name: "10000-levels", levels: 10_000, limit: "Go's JSON parser stops at 10,000 levels." },
    Depth {
        name: "100000-levels",
        levels: 100_000,
        limit: "A recursive parser without a limit exhausts its stack.",
    },
];

/// What is nested.
#[derive(Clone, Copy)]
enum Shape {
    Arrays,
    Objects,
}

impl Shape {
    const fn word(self) -> &'static str {
        match self {
            Self::Arrays => "arrays",
            Self::Objects => "objects",
        }
    }

    /// This number of levels, as raw JSON text.
    fn nested(self, levels: u32) -> String {
        match self {
            Self::Arrays => format!("{{{{[*{levels}}}}}{{{{]*{levels}}}}}"),
            Self::Objects => format!("{{{{{{\"a\":*{levels}}}}}0{{{{}}*{levels}}}}}"),
        }
    }
}

pub(in crate::topics) fn topic() -> Topic {
    let mut cases = Vec::new();
    for layer in [Header, Payload] {
        for depth in &DEPTHS {
            cases.extend([Shape::Arrays, Shape::Objects].map(|shape| deep(layer, shape, depth)));
        }
        for depth in DEPTHS.iter().filter(|depth| depth.levels >= 100) {
            cases.push(by_a_foreign_key(layer, depth));
        }
        cases.push(never_closed(layer));
    }
    cases.extend(DEPTHS.iter().filter(|depth| depth.levels >= 100).map(expired));
    Topic {
        path: "limits/depth",
        about: "Nested arrays and objects, deeper than any token needs. A verifier may accept or reject \
                these tokens if they are otherwise good. It must not crash.",
        cases,
    }
}

fn deep(layer: Layer, shape: Shape, Depth { name, levels, limit }: &Depth) -> Case {
    let (word, what) = (word(layer), shape.word());
    let id = format!("limits/depth/{word}-{what}-{name}");
    good(twins::hs256().changed(&id, set(layer, "x", &shape.nested(*levels))), layer)
        .title(format!("a {word} with nested {what}, {levels} levels deep"))
        .why(format!("{limit} A verifier may accept or reject this token. It must not crash or hang."))
        .class("J15")
}

fn by_a_foreign_key(layer: Layer, Depth { name, levels, limit: _ }: &Depth) -> Case {
    let word = word(layer);
    let edits = vec![set(layer, "x", &Shape::Arrays.nested(*levels)), foreign(Algorithm::HS256)];
    forged(twins::hs256().changed_by(&format!("limits/depth/{word}-{name}-foreign-key"), edits), layer)
        .title(format!("a forged token with a {word} of {levels} nested arrays"))
}

/// A text that is not JSON. A parser notices that only at the deepest level.
fn never_closed(layer: Layer) -> Case {
    const LEVELS: u32 = 100_000;
    let word = word(layer);
    let value = format!("{{{{[*{LEVELS}}}}}");
    let case = twins::hs256()
        .changed(&format!("limits/depth/{word}-never-closed"), set(layer, "x", &value))
        .reject(reasons(layer))
        .title(format!("a {word} with {LEVELS} unclosed arrays"))
        .why(
            "The text is not JSON. A recursive parser exhausts its stack before it reaches the end of the \
             text.",
        )
        .requirement("RFC8259-2-JSON")
        .class("J15");
    match layer {
        Header => case.requirement("RFC7519-7.2-HEADER"),
        Payload => case.requirement("RFC7519-7.2-PAYLOAD"),
    }
}

/// An expired token. A verifier whose parser stops at some level must not lose the `exp`.
fn expired(Depth { name, levels, limit: _ }: &Depth) -> Case {
    let edits = vec![claim("x", &Shape::Arrays.nested(*levels)), claim("exp", "{{now-3600}}")];
    twins::hs256()
        .changed_by(&format!("limits/depth/payload-{name}-expired"), edits)
        .reject([Reason::Expired, Reason::Payload, Reason::Limit])
        .threat(Threat::Holder)
        .title(format!("an expired token with a payload of {levels} nested arrays"))
        .why(
            "The token is expired, however deep its payload is. If a parser gives up and returns nothing, \
             the verifier has no `exp` to check and accepts the token.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .class("J15")
}
