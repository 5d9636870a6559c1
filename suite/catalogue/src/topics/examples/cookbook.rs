//! The examples of RFC 7520 section 4 that use the JSON serialization or a detached payload.

use jotproof_mint::base64url;
use jotproof_model::edit::{Layer, TextKind};
use jotproof_model::recipe::{Segment, SegmentChange, StructureChange};
use jotproof_model::{Edit, Reason, Threat};

use super::{BILBO, JOURNEY, MAC_KEY, PATH, good_hs256};
use crate::case::Case;
use crate::edits::{signed_segment, structure, text, without_header};

/// The MAC of RFC 7520 section 4.6.
const MAC_OF_4_6: &str = "bWUSVaxorn7bEF1djytBd0kHv70Ly5pvbomzMWSOr20";
/// The MAC of RFC 7520 section 4.7.
const MAC_OF_4_7: &str = "xuLifqLGiblpv9zBpuZczWhNj1gARaLV3UxvxhJxZuk";
/// The first signature of RFC 7520 section 4.8.
const RS256_OF_4_8: &str = "MIsjqtVlOpa71KE-Mss8_Nq2YH4FGhiocsqrgi5NvyG53uoimic1tcMdSg-qptrzZc7CG6Svw2Y13TDIqHzTUrL_lR2ZFcryNFiHkSw129Eg\
                            hGpwkpxaTn_THJTCglNbADko1MZBCdwzJxwqZc-1RlpO2HibUYyXSwO97BSe0_evZKdjvvKSgsIqjytKSeAMbhMBdMma622_BG5t4sdbuCHt\
                            Fjp9iJmkio47AIwqkZV1aIZsv33uPUqBBCXbYoQJwt7mxPftHmNlGoOSMxR_3thmXTCm4US-xiNOyhbm8afKK64jU6_TPtQHiJeQJxz9G3Tx\
                            -083B745_AfYOnlC9w";
/// The second signature of RFC 7520 section 4.8.
const ES512_OF_4_8: &str = "ARcVLnaJJaUWG8fG-8t5BREVAuTY8n8YHjwDO1muhcdCoFZFFjfISu0Cdkn9Ybdlmi54ho0x924DUz8sK7ZXkhc7AFM8ObLfTvNCrqcI3Jkl\
                            2U5IX3utNhODH6v7xgy1Qahsn0fyb4zSAkje8bAWz4vIfj5pCMYxxm4fgV3q7ZYhm5eD";
/// The MAC of RFC 7520 sections 4.4, 4.5 and 4.8.
const MAC_OF_4_8: &str = "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![detached()];
    cases.extend(serialized().into_iter().map(in_json));
    cases
}

fn journey() -> Edit {
    text(Layer::Payload, JOURNEY, TextKind::Example)
}

/// The example with its payload left out.
fn detached() -> Case {
    good_hs256()
        .changed_by(&format!("{PATH}/7520-4-5-hs256"), vec![journey(), structure(StructureChange::Detached)])
        .reject([Reason::Payload, Reason::NotCompact, Reason::Encoding, Reason::Signature])
        .threat(Threat::Mangler)
        .title("the example of RFC 7520 section 4.5: HS256 with a detached payload")
        .why(
            "The payload is sent separately, so the token contains no claims set. A verifier must reject it.",
        )
        .requirement("RFC7519-7.2-PAYLOAD")
        .requirement("RFC7515-5.2-VERIFY")
        .class("S1")
}

/// An example in JSON.
struct Serialized {
    section: &'static str,
    /// The edit of the good header that gives the protected header of the HMAC example, if one is needed.
    protected: Option<Edit>,
    /// The text without white space.
    written: String,
    what: &'static str,
}

fn serialized() -> [Serialized; 3] {
    let payload = base64url::encode(JOURNEY.as_bytes());
    let header = |text: &str| base64url::encode(text.as_bytes());
    let mac = header("{\"alg\":\"HS256\"}");
    let rsa = header("{\"alg\":\"RS256\"}");
    let named = header(&format!("{{\"alg\":\"HS256\",\"kid\":\"{MAC_KEY}\"}}"));
    let by_bilbo = format!("\"kid\":\"{BILBO}\"");
    let by_mac_key = format!("\"kid\":\"{MAC_KEY}\"");
    let signatures = [
        format!("\"protected\":\"{rsa}\",\"header\":{{{by_bilbo}}},\"signature\":\"{RS256_OF_4_8}\""),
        format!("\"header\":{{\"alg\":\"ES512\",{by_bilbo}}},\"signature\":\"{ES512_OF_4_8}\""),
        format!("\"protected\":\"{named}\",\"signature\":\"{MAC_OF_4_8}\""),
    ]
    .map(|members| format!("{{{members}}}"))
    .join(",");
    [
        Serialized {
            section: "4.6",
            protected: Some(without_header("kid")),
            written: format!(
                "{{\"payload\":\"{payload}\",\"protected\":\"{mac}\",\"header\":{{{by_mac_key}}},\
                 \"signature\":\"{MAC_OF_4_6}\"}}"
            ),
            what: "the JSON serialization with an unprotected kid",
        },
        Serialized {
            section: "4.7",
            protected: Some(signed_segment(Segment::Header, SegmentChange::Replace { text: String::new() })),
            written: format!(
                "{{\"payload\":\"{payload}\",\"header\":{{\"alg\":\"HS256\",{by_mac_key}}},\
                 \"signature\":\"{MAC_OF_4_7}\"}}"
            ),
            what: "the JSON serialization with no protected header",
        },
        Serialized {
            section: "4.8",
            protected: None,
            written: format!("{{\"payload\":\"{payload}\",\"signatures\":[{signatures}]}}"),
            what: "the JSON serialization with three signatures",
        },
    ]
}

fn in_json(Serialized { section, protected, written, what }: Serialized) -> Case {
    let mut edits = vec![journey()];
    edits.extend(protected);
    edits.push(structure(StructureChange::Replace { text: written }));
    good_hs256()
        .changed_by(&format!("{PATH}/7520-{}-json", section.replace('.', "-")), edits)
        .reject([
            Reason::NotCompact,
            Reason::Encoding,
            Reason::Header,
            Reason::Payload,
            Reason::Algorithm,
            Reason::Signature,
        ])
        .threat(Threat::Mangler)
        .title(format!("the example of RFC 7520 section {section}: {what}"))
        .why(
            "The signatures are valid, but a JWT uses the compact serialization, and its payload is a claims \
             set. A verifier must reject other serializations.",
        )
        .requirement("RFC7519-3.1-COMPACT")
        .class("B9")
}

#[cfg(test)]
mod tests {
    use jotproof_mint::{keys, sign};
    use jotproof_model::Algorithm;

    use super::*;

    #[test]
    fn the_signatures_without_a_random_number_are_made_again() {
        let payload = base64url::encode(JOURNEY.as_bytes());
        let named = format!("{{\"alg\":\"HS256\",\"kid\":\"{MAC_KEY}\"}}");
        for (key, algorithm, header, printed) in [
            ("rfc-7520-hmac", Algorithm::HS256, "{\"alg\":\"HS256\"}", MAC_OF_4_6),
            ("rfc-7520-hmac", Algorithm::HS256, "", MAC_OF_4_7),
            ("rfc-7520-hmac", Algorithm::HS256, &*named, MAC_OF_4_8),
            ("rfc-7520-rsa", Algorithm::RS256, "{\"alg\":\"RS256\"}", RS256_OF_4_8),
        ] {
            let key = sign::PrivateKey::new(&keys::all()[key]).expect("it is a key");
            let input = format!("{}.{payload}", base64url::encode(header.as_bytes()));
            let signature = key.sign(algorithm, input.as_bytes()).expect("it signs");
            assert_eq!(base64url::encode(&signature), printed, "{header}");
        }
    }
}
