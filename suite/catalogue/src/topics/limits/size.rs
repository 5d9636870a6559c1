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
        about: "Tokens, members, strings and numbers that are longer or more than any token needs: accepted or refused, \
                and never a crash.",
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
    /// Where it stands.
    layers: &'static [Layer],
}

const VALUES: [Value; 6] = [
    Value {
        name: "number-of-100000-digits",
        value: "{{9*100000}}",
        what: "a number of 100,000 digits",
        why: "To read an integer of so many digits exactly takes time that grows with the square of their number.",
        layers: &[Header, Payload],
    },
    Value {
        name: "fraction-of-100000-digits",
        value: "0.{{3*100000}}",
        what: "a number with 100,000 digits after the point",
        why: "A decimal number of any length is rounded to binary64 or kept as it is, at a cost.",
        layers: &[Payload],
    },
    Value {
        name: "exponent-of-100000-digits",
        value: "1e{{9*100000}}",
        what: "a number with an exponent of 100,000 digits",
        why: "A decoder that writes such a number out needs more memory than there is.",
        layers: &[Payload],
    },
    Value {
        name: "string-of-100000-escapes",
        value: "\"{{\\u0041*100000}}\"",
        what: "a string of 100,000 escaped letters",
        why: "A decoder that copies the whole string at each escape takes time that grows with the square.",
        layers: &[Header, Payload],
    },
    Value {
        name: "string-of-300000-quotes",
        value: "\"{{\\\"*300000}}\"",
        what: "a string of 300,000 escaped quotation marks",
        why: "A search for the end of the string that begins anew at each quotation mark takes time that grows with the \
              square.",
        layers: &[Payload],
    },
    Value {
        name: "array-of-100000-numbers",
        value: "[0{{,0*99999}}]",
        what: "an array of 100,000 numbers",
        why: "Each number costs a decoder many times the two characters that it costs whoever sends it.",
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
            .why(*why)
            .class("J16")
    }

    fn forged(&self, layer: Layer) -> Case {
        let Self { name, value, what, why: _, layers: _ } = self;
        let id = format!("limits/size/{}-{name}-foreign-key", word(layer));
        let edits = vec![set(layer, "x", value), foreign(Algorithm::HS256)];
        forged(twins::hs256().changed_by(&id, edits), layer)
            .title(format!("a forged token and a {} with {what}", word(layer)))
    }
}

const MEGABYTE: &str = "\"{{a*1000000}}\"";

/// A payload, a header and a `kid` of great length.
fn megabytes() -> Vec<Case> {
    let long = |twin: &Case, id: &str, layer: Layer, edit: Edit, what: &str| {
        good(twin.changed(id, edit), layer)
            .title(format!("a token with {what}"))
            .why("A verifier that reads tokens of this length reads them whole. One that does not refuses them.")
            .class("J16")
    };
    let by_nobody = |twin: &Case, id: &str, layer: Layer, edits: [Edit; 2], what: &str| {
        forged(twin.changed_by(id, edits.to_vec()), layer).title(format!("a forged token with {what}"))
    };
    let (hs256, es256) = (twins::hs256(), twins::signed(Algorithm::ES256));
    let payload = || claim("x-padding", MEGABYTE);
    let padded_header = || header("x-padding", MEGABYTE);
    let kid = || header("kid", "\"{{a*100000}}\"");
    let (of_payload, of_header) = ("a megabyte of claims", "a megabyte of header");
    let of_kid = "a kid of 100,000 characters";
    let foreign_key = || foreign(Algorithm::HS256);
    vec![
        long(&hs256, "limits/size/payload-of-a-megabyte", Payload, payload(), of_payload),
        by_nobody(
            &hs256,
            "limits/size/payload-of-a-megabyte-foreign-key",
            Payload,
            [payload(), foreign_key()],
            &format!("{of_payload} and the signature of another key"),
        ),
        by_nobody(
            &hs256,
            "limits/size/payload-of-a-megabyte-unsigned",
            Payload,
            [payload(), unsigned(None)],
            &format!("{of_payload} and no signature"),
        ),
        long(&es256, "limits/size/es256-payload-of-a-megabyte", Payload, payload(), of_payload),
        by_nobody(
            &es256,
            "limits/size/es256-payload-of-a-megabyte-foreign-key",
            Payload,
            [payload(), foreign(Algorithm::ES256)],
            &format!("{of_payload} and the signature of another key"),
        ),
        long(&hs256, "limits/size/header-of-a-megabyte", Header, padded_header(), of_header),
        by_nobody(
            &hs256,
            "limits/size/header-of-a-megabyte-foreign-key",
            Header,
            [padded_header(), foreign_key()],
            &format!("{of_header} and the signature of another key"),
        ),
        long(&hs256, "limits/size/kid-of-100000-characters", Header, kid(), of_kid),
        by_nobody(
            &hs256,
            "limits/size/kid-of-100000-characters-foreign-key",
            Header,
            [kid(), foreign_key()],
            &format!("{of_kid} and the signature of another key"),
        ),
    ]
}

fn white_space(layer: Layer) -> Case {
    let word = word(layer);
    let edit = surround(layer, "{{ *500000}}", "{{\n*500000}}", Surrounding::WhiteSpace);
    let changed = twins::hs256().changed(&format!("limits/size/{word}-in-white-space"), edit);
    let case = match layer {
        // A verifier may tell by the first octets that this is not a token.
        Header => good_unless(changed, [Reason::NotCompact, Reason::Header, Reason::Limit]),
        Payload => good(changed, layer),
    };
    case.title(format!("a {word} with half a megabyte of white space before it, and as much after it"))
        .why("White space around a JSON text means nothing. A regex that trims it may take time that grows with the square.")
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
            "Unknown members are ignored, however many there are. A decoder that compares each name with all before it \
             takes time that grows with the square.",
        )
        .class("J16")
}

fn members_by_a_foreign_key() -> Case {
    let edits = vec![with_members(Header, MEMBERS), foreign(Algorithm::HS256)];
    forged(twins::hs256().changed_by("limits/size/header-of-100000-members-foreign-key", edits), Header)
        .title("a forged token and a header with 100,000 unknown members")
}

fn one_name_often(layer: Layer) -> Case {
    let word = word(layer);
    let id = format!("limits/size/{word}-one-name-100000-times");
    good(twins::hs256().changed(&id, with_members(layer, "{{,\"x\":0*100000}}")), layer)
        .effect(effect)
        .title(format!("a {word} with an unknown member that is there 100,000 times"))
        .why("A decoder refuses names that are there twice, or takes the last one, and keeps nothing of the others.")
        .class("J16")
}

fn name_of_an_algorithm() -> Case {
    twins::hs256()
        .changed("limits/size/alg-of-a-megabyte", header("alg", MEGABYTE))
        .reject([Reason::Algorithm, Reason::Limit])
        .title("an alg of a megabyte")
        .why("No algorithm has this name. A message that repeats it fills the log with what anybody sends.")
        .requirement("RFC7515-5.2-VERIFY")
        .class("A10")
}

fn among_many_audiences() -> Case {
    let value = format!("[{{{{\"a\",*99999}}}}\"{}\"]", twins::AUDIENCE);
    good(twins::bound().changed("limits/size/audience-after-99999-others", claim("aud", &value)), Payload)
        .title("the configured audience after 99,999 others")
        .why("The verifier is among the audiences. One that looks only at the first few may refuse the token, as it may any long one.")
        .class("J16")
}

fn for_many_other_audiences() -> Case {
    twins::bound()
        .changed("limits/size/100000-other-audiences", claim("aud", "[\"a\"{{,\"a\"*99999}}]"))
        .reject([Reason::Audience, Reason::Payload, Reason::Limit])
        .threat(Threat::Holder)
        .title("100,000 audiences, and the configured one is missing")
        .why("The token is for others. A search that gives up must not end with a match.")
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
        what: "a megabyte without a dot",
        class: "S1",
    },
    Mess {
        name: "a-million-segments",
        text: "e30.",
        times: 1_000_000,
        what: "a million segments with an empty object in each",
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
            "A parser that looks for the dots before it counts them takes time and memory for all of it. Anybody can send \
             this.",
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
        .title("a signature of a megabyte that begins with the right one")
        .why("A MAC has one length. A comparison that ends with the shorter text, or a buffer of fixed length, finds no difference.")
        .requirement("RFC7515-5.2-VERIFY")
        .class("S1")
}
