//! Cases with random parameters, which are never stored.
//!
//! The stored cases are finite, so a profile could be fitted to them. These cases use the same twins and
//! edits, and their verdict follows from the construction in the same way. A seed gives their parameters.

mod random;

use jotproof_mint::{Mint, keys};
use jotproof_model::edit::{ContextChange, Layer};
use jotproof_model::recipe::{Place, Segment, SignatureChange};
use jotproof_model::{Algorithm, Reason, Separate, Threat, VectorFile};

use crate::build::{BuildError, topic_file};
use crate::case::Case;
use crate::edits::{
    claim, context, duplicate, header, insert, sent_segment, sign, signature, signed_segment, structure,
    without_claim,
};
use crate::published;
use crate::topics::Topic;
use crate::twins;

use self::random::{Random, quoted};

/// The topic of generated cases; every id begins with it.
pub const TOPIC: &str = "generated";

/// A file of `count` generated cases, minted at a clock. Equal seeds give equal files.
///
/// # Errors
///
/// If a case cannot be built: a mistake in its family.
pub fn file(seed: u64, count: usize, now: i64) -> Result<VectorFile, BuildError> {
    let mut random = Random(seed);
    let families = FAMILIES.len();
    let mut cases: Vec<Case> =
        (0..count).map(|at| FAMILIES[at % families](&mut random, &format!("{TOPIC}/case-{at}"))).collect();
    cases.extend(for_channels(&cases));
    let topic = Topic { path: TOPIC, about: "Cases with random parameters.", cases };
    topic_file(&topic, &Mint::new(keys::all()), now)
}

/// The same cases as tokens for a channel, where a case makes sense there.
fn for_channels(cases: &[Case]) -> Vec<Case> {
    let hs256 = twins::hs256();
    let kinds = [("subscription", twins::subscription()), ("private-channel", twins::private_channel())];
    let plain = || cases.iter().filter(|case| case.twin_id() == Some(hs256.id()));
    kinds
        .iter()
        .flat_map(|(kind, twin)| {
            plain().filter_map(move |case| case.made_from(twin, &format!("{}-{kind}", case.id())))
        })
        .collect()
}

/// A family makes a case under an id.
type Family = fn(&mut Random, &str) -> Case;

const FAMILIES: [Family; 27] = [
    exp_before_now,
    exp_after_now,
    nbf_around_now,
    subject,
    private_claim,
    time_of_another_type,
    foreign_character,
    trailing_bits,
    flipped_bit,
    truncated_mac,
    foreign_key,
    algorithm_name,
    more_segments,
    second_subject,
    issued_in_the_future,
    channels,
    expire_at,
    identifiers,
    exp_years_ahead,
    expired_under_a_foreign_key,
    expired_for_another_audience,
    issued_at_of_another_type,
    channel_claim,
    user_in_another_claim,
    issuer_under_a_pattern,
    kid_of_a_key_set,
    crossed_purposes,
];

fn user_in_another_claim(random: &mut Random, id: &str) -> Case {
    let user = random.text();
    twins::centrifugo()
        .changed_by(
            id,
            vec![
                context(ContextChange::UserIdClaim { claim: Some("uid".to_owned()) }),
                claim("uid", &quoted(&user)),
            ],
        )
        .accept()
        .title("a random user in the configured user claim")
        .why("The user is exactly the value of the configured claim.")
        .requirement("CF-USER-1")
        .class("C11")
}

/// The regex allows letters at one host. Some of the issuers have another character there.
fn issuer_under_a_pattern(random: &mut Random, id: &str) -> Case {
    let pattern = Some(r"^https://[a-z]+\.example\.com$".to_owned());
    let twin = twins::centrifugo()
        .changed_by(
            "centrifugo/patterns/issuer-matches",
            vec![
                context(ContextChange::IssuerRegex { pattern }),
                claim("iss", "\"https://chat.example.com\""),
            ],
        )
        .accept();
    let name: String = random.letters().chars().filter(char::is_ascii_lowercase).chain(['a']).collect();
    let stranger = random.of(&["", ".", "A", "7", "/", "\u{e9}"]);
    let case = twin.changed(id, claim("iss", &quoted(&format!("https://{name}{stranger}.example.com"))));
    let case = if stranger.is_empty() {
        case.accept()
    } else {
        case.reject([Reason::Issuer]).threat(Threat::Holder)
    };
    case.title("a random iss where a regex is configured")
        .why(
            "The whole `iss` must match the configured regex. A verifier that skips the check, or matches \
             only part of it, accepts tokens of an issuer that it should not trust.",
        )
        .requirement("CF-ISS-5")
        .class("C10")
}

fn kid_of_a_key_set(random: &mut Random, id: &str) -> Case {
    // A kid that ends in `x` belongs to no key.
    let kid = format!("{}x", random.text());
    published::twin(Algorithm::RS256)
        .changed(id, header("kid", &quoted(&kid)))
        .reject([Reason::Key, Reason::Signature])
        .title("a random unknown kid")
        .why(
            "No configured key has this `kid`. A verifier that falls back to some other key does not verify \
             with the key that the token names.",
        )
        .requirement("RFC7515-4.1.4-KID")
        .class("K12")
}

fn crossed_purposes(random: &mut Random, id: &str) -> Case {
    let crossed = random.below(2) == 0;
    let separate = Separate {
        keys: vec!["hmac-128-bytes".to_owned()],
        algorithms: vec![Algorithm::HS256],
        audience: None,
        issuer: None,
    };
    let configured = context(ContextChange::Separate { separate: Some(separate) });
    let name = claim(&format!("x-{}", random.letters()), "1");
    let twin = twins::centrifugo()
        .changed("centrifugo/separate-keys/connection-with-subscriptions-apart", configured)
        .accept()
        .title("a connection token where subscription tokens have their own configuration")
        .why(
            "The separate configuration applies to subscription tokens only. Connection tokens are verified \
             as before.",
        )
        .requirement("CS-KEY-1")
        .class("V1");
    if crossed {
        return twin
            .changed(id, sign(None, "hmac-128-bytes", Algorithm::HS256))
            .reject([Reason::Signature])
            .threat(Threat::Forger)
            .title("a connection token signed with the key of subscription tokens")
            .why(
                "The key is configured for subscription tokens only. A server that accepts it here lets \
                 anyone who can sign subscription tokens open connections.",
            )
            .requirement("CS-KEY-1")
            .class("C14");
    }
    twin.changed(id, name)
        .accept()
        .title("a connection token with a random private claim where subscription tokens have their own key")
        .why(
            "The separate key applies to subscription tokens only. Connection tokens are verified as \
             before.",
        )
        .requirement("CS-KEY-1")
        .class("V1")
}

fn exp_before_now(random: &mut Random, id: &str) -> Case {
    let value = format!("{{{{now-{}}}}}{}", random.seconds(), random.fraction());
    twins::hs256()
        .changed(id, claim("exp", &value))
        .reject([Reason::Expired])
        .threat(Threat::Holder)
        .title("exp at a random time in the past")
        .why(
            "A token must be rejected on and after its expiration time. A verifier that accepts it extends \
             access that has ended.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
}

fn exp_after_now(random: &mut Random, id: &str) -> Case {
    let value = format!("{{{{now+{}}}}}{}", random.seconds(), random.fraction());
    twins::hs256()
        .changed(id, claim("exp", &value))
        .accept()
        .title("exp at a random time in the future")
        .why("The current time is before the expiration time.")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
}

fn nbf_around_now(random: &mut Random, id: &str) -> Case {
    let past = random.below(2) == 0;
    let sign = if past { '-' } else { '+' };
    let value = format!("{{{{now{sign}{}}}}}{}", random.seconds(), random.fraction());
    let case = twins::hs256().changed(id, claim("nbf", &value));
    let case = if past { case.accept() } else { case.reject([Reason::NotYetValid]).threat(Threat::Holder) };
    case.title("nbf at a random time in the past or future")
        .why("A token must not be accepted before its `nbf`, and may be accepted from then on.")
        .requirement("RFC7519-4.1.5-NBF")
        .class("C5")
}

fn subject(random: &mut Random, id: &str) -> Case {
    let user = random.text();
    twins::centrifugo()
        .changed(id, claim("sub", &quoted(&user)))
        .accept()
        .title("a random sub")
        .why("The subject may be any string, and the user is exactly that string.")
        .requirement("CF-SUB-1")
        .class("C11")
}

fn private_claim(random: &mut Random, id: &str) -> Case {
    let name = random.letters();
    let value = random.json(2);
    twins::hs256()
        .changed(id, claim(&format!("x-{name}"), &value))
        .accept()
        .title("a random private claim")
        .why("Claims that a verifier does not understand are ignored (RFC 7519 section 4).")
        .requirement("RFC7519-4-IGNORE")
        .class("V1")
}

fn time_of_another_type(random: &mut Random, id: &str) -> Case {
    let name = random.of(&["exp", "nbf"]);
    let letters = random.letters();
    let value = random.of(&["true", "false", "[]", "{}", "TEXT"]).replace("TEXT", &quoted(&letters));
    twins::hs256()
        .changed(id, claim(name, &value))
        .reject([Reason::ClaimType])
        .title("exp or nbf of a random type that is not a number")
        .why(
            "A value that is not a number cannot be compared with a time. A verifier that treats the claim \
             as absent accepts the token forever.",
        )
        .requirement(if name == "exp" { "RFC7519-4.1.4-EXP" } else { "RFC7519-4.1.5-NBF" })
        .class("C1")
}

fn foreign_character(random: &mut Random, id: &str) -> Case {
    const CHARACTERS: [&str; 14] =
        [" ", "\t", "!", "*", "(", "\"", "\u{e9}", "\u{0}", "@", "%", ",", "\\", "\n", "\r"];
    let text = random.of(&CHARACTERS).repeat(1 + random.below(4));
    let segment = Segment::ALL[random.below(3)];
    let change = insert(&text, Place::ALL[random.below(3)]);
    let (edit, threat) = if segment == Segment::Signature {
        (sent_segment(segment, change), Threat::Mangler)
    } else {
        (signed_segment(segment, change), Threat::Issuer)
    };
    // A broken signature segment fails decoding and verification (RFC 7515 section 5.2).
    let of_signature = (segment == Segment::Signature).then_some(Reason::Signature);
    twins::hs256()
        .changed(id, edit)
        .reject([Reason::Encoding, Reason::NotCompact].into_iter().chain(of_signature))
        .threat(threat)
        .title("random characters outside the base64url alphabet in a segment")
        .why("A decoder that skips invalid characters reads text other than the text that was signed.")
        .requirement("RFC7515-2-B64")
        .class(if text.trim().is_empty() { "B4" } else { "B5" })
}

fn trailing_bits(random: &mut Random, id: &str) -> Case {
    let bits = u8::try_from(1 + random.below(3)).unwrap_or(1);
    twins::hs256()
        .changed(
            id,
            sent_segment(Segment::Signature, jotproof_model::recipe::SegmentChange::TrailingBits { bits }),
        )
        .either_better_refused(
            "RFC 4648 section 3.5 lets a decoder reject such bits. RFC 7515 is silent. The preference for a \
             rejection is the choice of this project.",
            [Reason::Encoding, Reason::Signature],
        )
        .threat(Threat::Mangler)
        .title("random unused trailing bits of the signature set")
        .why("Two texts then decode to the same signature, so one token has several spellings.")
        .requirement("RFC4648-3.5-BITS")
        .class("B1")
}

fn flipped_bit(random: &mut Random, id: &str) -> Case {
    let bit = u32::try_from(random.below(256)).unwrap_or_default();
    twins::hs256()
        .changed(id, signature(SignatureChange::FlipBit { bit }))
        .reject([Reason::Signature])
        .threat(Threat::Mangler)
        .title("a random bit of the MAC flipped")
        .why("The whole received MAC must equal the computed MAC, otherwise the token must be rejected.")
        .requirement("RFC7518-3.2-MAC")
        .class("S2")
}

fn truncated_mac(random: &mut Random, id: &str) -> Case {
    let octets = u32::try_from(random.below(32)).unwrap_or_default();
    twins::hs256()
        .changed(id, signature(SignatureChange::Truncate { octets }))
        .reject([Reason::Signature])
        // An attacker can guess one octet.
        .threat(if octets > 1 { Threat::Mangler } else { Threat::Forger })
        .title("MAC truncated to a random length")
        .why("A verifier that compares only a common prefix lets an attacker guess the MAC octet by octet.")
        .requirement("RFC7518-3.2-MAC")
        .class("S2")
}

fn foreign_key(random: &mut Random, id: &str) -> Case {
    let algorithm = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512][random.below(3)];
    twins::signed(algorithm)
        .changed(id, sign(None, "hmac-64-bytes-foreign", algorithm))
        .reject([Reason::Signature])
        .threat(Threat::Forger)
        .title("a token signed with a different key")
        .why("A verifier that accepts this accepts a token that anyone signed.")
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

fn algorithm_name(random: &mut Random, id: &str) -> Case {
    // No registered algorithm has an `x` in its name.
    let name = format!("{}x{}", random.letters(), random.letters());
    twins::hs256()
        .changed(id, header("alg", &quoted(&name)))
        .reject([Reason::Algorithm])
        .threat(Threat::Forger)
        .title("a random unknown alg")
        .why(
            "A verifier cannot verify a signature of an algorithm that it does not know. It must reject the \
             token.",
        )
        .requirement("RFC7515-4.1.1-ALG")
        .class("A3")
}

fn more_segments(random: &mut Random, id: &str) -> Case {
    let at = u32::try_from(random.below(4)).unwrap_or_default();
    let text = random.letters();
    twins::hs256()
        .changed(id, structure(jotproof_model::recipe::StructureChange::InsertSegment { at, text }))
        .reject([Reason::NotCompact])
        .threat(Threat::Mangler)
        .title("a fourth segment at a random place")
        .why("The compact serialization of a JWS has exactly three segments.")
        .requirement("RFC7515-7.1-COMPACT")
        .class("S1")
}

fn second_subject(random: &mut Random, id: &str) -> Case {
    let user = random.letters();
    twins::hs256()
        .changed(id, duplicate(Layer::Payload, "sub", &quoted(&user)))
        .either(
            "RFC 7519 section 4: a parser rejects duplicate names, or uses the last one",
            [Reason::Payload],
        )
        .title("sub twice with a random second value")
        .why(
            "If one reader of the token uses the first `sub` and another the last, they see different \
             users.",
        )
        .requirement("RFC7519-4-DUP")
        .class("J1")
}

fn issued_in_the_future(random: &mut Random, id: &str) -> Case {
    twins::hs256()
        .changed(id, claim("iat", &format!("{{{{now+{}}}}}", random.seconds())))
        .either(
            "RFC 7519 section 4.1.6 gives `iat` no part in the verdict and leaves its use to applications",
            [Reason::IssuedInFuture],
        )
        .title("iat at a random time in the future")
        .why("The clock of the issuer may be ahead. A verifier may reject such a token or ignore `iat`.")
        .requirement("RFC7519-4.1.6-IAT")
        .class("C7")
}

fn channels(random: &mut Random, id: &str) -> Case {
    let mut names: Vec<String> = (0..=random.below(4)).map(|_| format!("ns:{}", random.letters())).collect();
    names.sort();
    names.dedup();
    let list: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    twins::centrifugo()
        .changed(id, claim("channels", &format!("[{}]", list.join(","))))
        .accept()
        .effect(|effect| {
            effect.subscriptions = Some(names.into_iter().map(|name| (name, String::new())).collect());
        })
        .title("random names in channels")
        .why("The connection is subscribed to each of these channels, and to no other.")
        .requirement("CF-CHAN-1")
        .class("C24")
}

fn expire_at(random: &mut Random, id: &str) -> Case {
    twins::centrifugo()
        .changed(id, claim("expire_at", &format!("{{{{now+{}}}}}", random.seconds())))
        .accept()
        .title("expire_at at a random time in the future, different from exp")
        .why("`expire_at` decides when the connection expires.")
        .requirement("CF-EXPAT-1")
        .class("C23")
}

fn identifiers(random: &mut Random, id: &str) -> Case {
    if random.below(4) == 0 {
        return twins::anycable()
            .changed(id, without_claim("ext"))
            .reject([Reason::Identifiers])
            .title("ext missing")
            .why(
                "Without `ext` the connection has no identifiers. A server that accepts it opens a \
                 connection that belongs to nobody.",
            )
            .requirement("AC-EXT-2")
            .class("C25");
    }
    let json = random.json(2);
    twins::anycable()
        .changed(id, claim("ext", &quoted(&json)))
        .accept()
        .title("a random ext")
        .why("The identifiers of the connection are exactly this text.")
        .requirement("AC-EXT-1")
        .class("C25")
}

fn exp_years_ahead(random: &mut Random, id: &str) -> Case {
    // Beyond a year, and within 32 bits of seconds.
    let seconds = 40_000_000 + random.below(4_000_000_000);
    twins::hs256()
        .changed(id, claim("exp", &format!("{{{{now+{seconds}}}}}")))
        .accept()
        .title("exp at a random time years ahead")
        .why("The current time is before the expiration time.")
        .requirement("RFC7519-4.1.4-EXP")
        .class("C5")
}

fn expired_under_a_foreign_key(random: &mut Random, id: &str) -> Case {
    let expired = claim("exp", &format!("{{{{now-{}}}}}", random.seconds()));
    let stranger = sign(None, "hmac-64-bytes-foreign", Algorithm::HS256);
    twins::hs256()
        .changed_by(id, vec![expired, stranger])
        .reject([Reason::Expired, Reason::Signature])
        .threat(Threat::Forger)
        .title("two defects: expired, and signed with a different key")
        .why("Either defect is enough to reject the token. Verifiers differ in which of the two they report.")
        .requirement("RFC7515-5.2-VERIFY")
        .class("S0")
}

fn expired_for_another_audience(random: &mut Random, id: &str) -> Case {
    let expired = claim("exp", &format!("{{{{now-{}}}}}", random.seconds()));
    let elsewhere = claim("aud", &quoted(&random.letters()));
    twins::bound()
        .changed_by(id, vec![expired, elsewhere])
        .reject([Reason::Expired, Reason::Audience])
        .threat(Threat::Holder)
        .title("two defects: expired, and issued for a different audience")
        .why("Either defect is enough to reject the token. Verifiers differ in which of the two they report.")
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
}

fn issued_at_of_another_type(random: &mut Random, id: &str) -> Case {
    let letters = random.letters();
    let value = random.of(&["true", "false", "[]", "{}", "TEXT"]).replace("TEXT", &quoted(&letters));
    twins::hs256()
        .changed(id, claim("iat", &value))
        .either(
            "RFC 7519 section 4.1.6 gives `iat` no part in the verdict and leaves its use to applications",
            [Reason::ClaimType],
        )
        .title("iat of a random type that is not a number")
        .why("A verifier that does not use `iat` may ignore it, or reject it as malformed.")
        .requirement("RFC7519-4.1.6-IAT")
        .class("C1")
}

fn channel_claim(random: &mut Random, id: &str) -> Case {
    let letters = random.letters();
    let value = random.of(&["true", "7", "[]", "{}", "TEXT", "TEXT"]).replace("TEXT", &quoted(&letters));
    twins::centrifugo()
        .changed(id, claim("channel", &value))
        .either_better_refused(
            "The documentation describes `channel` for subscription tokens only, and says nothing about it \
             in a connection token",
            [Reason::ClaimType, Reason::Purpose],
        )
        .threat(Threat::Holder)
        .title("channel of a random type in a connection token")
        .why(
            "A server that accepts this lets a client open a whole connection with a token issued for one \
             channel.",
        )
        .requirement("CS-X-1")
        .class("C14")
}
