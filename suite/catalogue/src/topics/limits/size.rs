//! Long texts, long strings and numbers, and many members.

use jotproof_model::edit::{Layer, Surrounding, TextKind};
use jotproof_model::recipe::{Segment, SegmentChange, StructureChange};
use jotproof_model::{Algorithm, Edit, Effect, Expiry, Reason, Threat};

use super::{foreign, forged, good, good_unless, word};
use crate::case::Case;
use crate::edits::{claim, header, sent_segment, set, structure, surround, text, unsigned};
use crate::topics::Topic;
use crate::twins;

use Layer::{Header, Payload};

pub(in crate::topics) fn topic() -> Topic {
    let mut cases: Vec<Case> = VALUES.iter().flat_map(|value| value.cases()).collect();
    cases.extend(megabytes());
    cases.extend([Header, Payload].map(white_space));
    cases.extend([Header, Payload].map(members));
    cases.extend([Header, Payload].map(one_name_often));
    cases.extend([members_by_a_foreign_key(), name_of_an_algorithm()]);
    cases.extend([among_many_audiences(), for_many_other_audiences()]);
    cases.extend(MESSES.iter().map(mess));
    cases.push(long_signature());
    Topic {
        path: "limits/size",
        about: "Tokens, strings and numbers that are longer than any token needs, and objects with more \
                members. A verifier may accept or reject these tokens if they are otherwise good. It must \
                not crash.",
        cases,
    }
}

/// A long value of an unused member.
struct Value {
    name: &'static str,
    /// Raw JSON text.
    value: &'static str,
    what: &'static str,
    why: &'static str,
    /// The layers that get it.
    layers: &'static [Layer],
}

const VALUES: [Value; 6] = [
    Value {
        name: "number-of-100000-digits",
        value: "{{9*100000}}",
        what: "a number of 100,000 digits",
        why: "A parser that converts the digits exactly may take quadratic time.",
        layers: &[Header, Payload],
    },
    Value {
        name: "fraction-of-100000-digits",
        value: "0.{{3*100000}}",
        what: "a number with 100,000 decimals",
        why: "A parser rounds the number to binary64 or keeps all its digits, and either takes time.",
        layers: &[Payload],
    },
    Value {
        name: "exponent-of-100000-digits",
        value: "1e{{9*100000}}",
        what: "a number with an exponent of 100,000 digits",
        why: "A decoder that writes the number out needs more memory than the machine has.",
        layers: &[Payload],
    },
    Value {
        name: "string-of-100000-escapes",
        value: "\"{{\\u0041*100000}}\"",
        what: "a string of 100,000 escaped letters",
        why: "A decoder that copies the string at each escape takes quadratic time.",
        layers: &[Header, Payload],
    },
    Value {
        name: "string-of-300000-quotes",
        value: "\"{{\\\"*300000}}\"",
        what: "a string of 300,000 escaped quotation marks",
        why: "A decoder that restarts its search for the end of the string at each quotation mark takes \
              quadratic time.",
        layers: &[Payload],
    },
    Value {
        name: "array-of-100000-numbers",
        value: "[0{{,0*99999}}]",
        what: "an array of 100,000 numbers",
        why: "Each number costs the sender two characters and the decoder many times that in memory.",
        layers: &[Payload],
    },
];

impl Value {
    fn cases(&self) -> Vec<Case> {
        self.layers.iter().flat_map(|layer| [self.good(*layer), self.forged(*layer)]).collect()
    }

    fn good(&self, layer: Layer) -> Case {
        let Self { name, value, what, why, layers: _ } = self;
        let id = format!("limits/size/{}-{name}", word(layer));
        good(twins::hs256().changed(&id, set(layer, "x", value)), layer)
            .title(format!("a {} with {what}", word(layer)))
            .why(format!("{why} A verifier may accept or reject the token."))
            .class("J16")
    }

    fn forged(&self, layer: Layer) -> Case {
        let Self { name, value, what, why: _, layers: _ } = self;
        let id = format!("limits/size/{}-{name}-foreign-key", word(layer));
        let edits = vec![set(layer, "x", value), foreign(Algorithm::HS256)];
        forged(twins::hs256().changed_by(&id, edits), layer)
            .title(format!("a forged token with {what} in its {}", word(layer)))
    }
}

const MEGABYTE: &str = "\"{{a*1000000}}\"";

/// A very long payload, header and `kid`.
fn megabytes() -> Vec<Case> {
    let long = |twin: &Case, id: &str, layer: Layer, edit: Edit, what: &str| {
        good(twin.changed(id, edit), layer)
            .title(format!("a token with {what}"))
            .why(
                "A verifier may reject a token of this length. If it accepts the token, it must have read \
                 all of it.",
            )
            .class("J16")
    };
    let by_nobody = |twin: &Case, id: &str, layer: Layer, edits: [Edit; 2], what: &str| {
        forged(twin.changed_by(id, edits.to_vec()), layer).title(format!("a forged token with {what}"))
    };
    let (hs256, es256) = (twins::hs256(), twins::signed(Algorithm::ES256));
    let payload = || claim("x-padding", MEGABYTE);
    let padded_header = || header("x-padding", MEGABYTE);
    let kid = || header("kid", "\"{{a*100000}}\"");
    let (of_payload, of_header) = ("a one-megabyte payload", "a one-megabyte header");
    let of_kid = "a kid of 100,000 characters";
    let foreign_key = || foreign(Algorithm::HS256);
    vec![
        long(&hs256, "limits/size/payload-of-a-megabyte", Payload, payload(), of_payload),
        by_nobody(
            &hs256,
            "limits/size/payload-of-a-megabyte-foreign-key",
            Payload,
            [payload(), foreign_key()],
            &format!("{of_payload} and a signature by another key"),
        ),
        by_nobody(
            &hs256,
            "limits/size/payload-of-a-megabyte-unsigned",
            Payload,
            [payload(), unsigned(None)],
            &format!("{of_payload} and no signature"),
        ),
        long(
            &es256,
            "limits/size/es256-payload-of-a-megabyte",
            Payload,
            payload(),
            &format!("{of_payload} and an ES256 signature"),
        ),
        by_nobody(
            &es256,
            "limits/size/es256-payload-of-a-megabyte-foreign-key",
            Payload,
            [payload(), foreign(Algorithm::ES256)],
            &format!("{of_payload} and an ES256 signature by another key"),
        ),
        long(&hs256, "limits/size/header-of-a-megabyte", Header, padded_header(), of_header),
        by_nobody(
            &hs256,
            "limits/size/header-of-a-megabyte-foreign-key",
            Header,
            [padded_header(), foreign_key()],
            &format!("{of_header} and a signature by another key"),
        ),
        long(&hs256, "limits/size/kid-of-100000-characters", Header, kid(), of_kid),
        by_nobody(
            &hs256,
            "limits/size/kid-of-100000-characters-foreign-key",
            Header,
            [kid(), foreign_key()],
            &format!("{of_kid} and a signature by another key"),
        ),
    ]
}

fn white_space(layer: Layer) -> Case {
    let word = word(layer);
    let edit = surround(layer, "{{ *500000}}", "{{\n*500000}}", Surrounding::WhiteSpace);
    let changed = twins::hs256().changed(&format!("limits/size/{word}-in-white-space"), edit);
    let case = match layer {
        // A verifier may see from the first octets that this is not a token.
        Header => good_unless(changed, [Reason::NotCompact, Reason::Header, Reason::Limit]),
        Payload => good(changed, layer),
    };
    case.title(format!("half a megabyte of white space on each side of the {word}"))
        .why(
            "White space around a JSON text has no meaning. A verifier that trims it with a regex may take \
             quadratic time. It may accept or reject the token.",
        )
        .class("J16")
}

/// The object of the twin, followed by `more` raw members.
fn with_members(layer: Layer, more: &str) -> Edit {
    let object = match layer {
        Header => format!("{{\"alg\":\"HS256\",\"typ\":\"JWT\"{more}}}"),
        Payload => format!(
            "{{\"sub\":\"42\",\"ext\":\"{{\\\"user_id\\\":42}}\",\"iat\":{{{{now-60}}}},\"exp\":{{{{now+3600}}}}{more}}}"
        ),
    };
    text(layer, &object, TextKind::Object)
}

/// The effect of accepting [`with_members`].
fn effect(effect: &mut Effect) {
    *effect = Effect {
        user: Some("42".to_owned()),
        identifiers: Some("{\"user_id\":42}".to_owned()),
        expires: Some(Expiry::At { second: "{{now+3600}}".to_owned() }),
        subscriptions: Some([].into()),
        info: Some(String::new()),
        ..Effect::default()
    };
}

const MEMBERS: &str = "{{,\"#\":0*100000}}";

fn members(layer: Layer) -> Case {
    let word = word(layer);
    let id = format!("limits/size/{word}-of-100000-members");
    good(twins::hs256().changed(&id, with_members(layer, MEMBERS)), layer)
        .effect(effect)
        .title(format!("a {word} with 100,000 unknown members"))
        .why(
            "Unknown members are ignored, however many there are. A decoder that compares each name with all \
             earlier names takes quadratic time. A verifier may accept or reject the token.",
        )
        .class("J16")
}

fn members_by_a_foreign_key() -> Case {
    let edits = vec![with_members(Header, MEMBERS), foreign(Algorithm::HS256)];
    forged(twins::hs256().changed_by("limits/size/header-of-100000-members-foreign-key", edits), Header)
        .title("a forged token with 100,000 unknown members in its header")
}

fn one_name_often(layer: Layer) -> Case {
    let word = word(layer);
    let id = format!("limits/size/{word}-one-name-100000-times");
    good(twins::hs256().changed(&id, with_members(layer, "{{,\"x\":0*100000}}")), layer)
        .effect(effect)
        .title(format!("a {word} with one unknown member repeated 100,000 times"))
        .why("A decoder may reject duplicate names or take the last one. It has no need to keep the others.")
        .class("J16")
}

fn name_of_an_algorithm() -> Case {
    twins::hs256()
        .changed("limits/size/alg-of-a-megabyte", header("alg", MEGABYTE))
        .reject([Reason::Algorithm, Reason::Limit])
        .title("an alg of one megabyte")
        .why(
            "No algorithm has this name. A verifier that repeats it in an error message lets anyone fill its \
             log.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("A10")
}

fn among_many_audiences() -> Case {
    let value = format!("[{{{{\"a\",*99999}}}}\"{}\"]", twins::AUDIENCE);
    good(twins::bound().changed("limits/size/audience-after-99999-others", claim("aud", &value)), Payload)
        .title("aud is an array with the configured audience after 99,999 others")
        .why(
            "The array names the verifier. A verifier that looks only at the first elements may reject the \
             token, like any other long token.",
        )
        .class("J16")
}

fn for_many_other_audiences() -> Case {
    twins::bound()
        .changed("limits/size/100000-other-audiences", claim("aud", "[\"a\"{{,\"a\"*99999}}]"))
        .reject([Reason::Audience, Reason::Payload, Reason::Limit])
        .threat(Threat::Holder)
        .title("aud is an array of 100,000 other audiences")
        .why(
            "The token is for other services. A verifier whose search gives up must not treat that as a \
             match.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .requirement("RFC8725-3.9-AUD")
        .class("C8")
}

/// A long text in place of the token.
struct Mess {
    name: &'static str,
    text: &'static str,
    times: u32,
    what: &'static str,
    class: &'static str,
}

const MESSES: [Mess; 3] = [
    Mess { name: "a-million-dots", text: ".", times: 1_000_000, what: "a million dots", class: "B11" },
    Mess {
        name: "a-megabyte-without-a-dot",
        text: "a",
        times: 1_000_000,
        what: "a megabyte of text without a dot",
        class: "S1",
    },
    Mess {
        name: "a-million-segments",
        text: "e30.",
        times: 1_000_000,
        what: "a million segments with an empty object each",
        class: "B11",
    },
];

fn mess(Mess { name, text, times, what, class }: &Mess) -> Case {
    let change = StructureChange::Repeat { text: (*text).to_owned(), times: *times };
    twins::hs256()
        .changed(&format!("limits/size/{name}"), structure(change))
        .reject([Reason::NotCompact, Reason::Limit])
        .threat(Threat::Forger)
        .title(format!("{what} in place of the token"))
        .why(
            "A parser that splits the text before it counts the dots spends time and memory on all of it. \
             Anyone can send this text.",
        )
        .requirement("RFC7515-7.1-COMPACT")
        .class(class)
}

fn long_signature() -> Case {
    let change = SegmentChange::Repeat { times: 24_000 };
    twins::hs256()
        .changed("limits/size/signature-of-a-megabyte", sent_segment(Segment::Signature, change))
        .reject([Reason::Signature, Reason::Encoding, Reason::Limit])
        .threat(Threat::Mangler)
        .title("a one-megabyte signature that starts with the valid one")
        .why(
            "A MAC has a fixed length. A verifier that compares only up to the shorter length, or in a \
             buffer of fixed size, accepts any text after the valid MAC.",
        )
        .requirement("RFC7515-5.2-VERIFY")
        .class("S1")
}
