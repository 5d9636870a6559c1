//! How a mutant reads a token that is not written as it has to be.

use std::collections::BTreeSet;

use jotproof_mint::base64url;
use jotproof_model::Challenge;
use serde_json::{Value, json};

use crate::parts::{
    self, changed, header, octets, text, with_both, with_claims, with_header, with_parameters, with_segments,
    with_token,
};

/// An unencoded payload (RFC 7797) is read if `like` holds of `b64`. If `critical`, `crit` must name `b64` too.
pub(crate) fn unencoded(
    challenge: &Challenge,
    critical: bool,
    like: fn(&Value) -> bool,
) -> Option<Challenge> {
    let (_, rest) = text(challenge)?.split_once('.')?;
    let (payload, signature) = rest.rsplit_once('.')?;
    let mut header = header(challenge)?;
    let is_critical = header.remove("crit") == Some(json!(["b64"]));
    let b64 = header.remove("b64")?;
    if critical && !is_critical || !like(&b64) || !payload.starts_with('{') {
        return None;
    }
    let header = base64url::encode(Value::Object(header).to_string().as_bytes());
    changed(challenge, format!("{header}.{}.{signature}", base64url::encode(payload.as_bytes())))
}

/// The token inside a nested one.
pub(crate) fn inner(challenge: &Challenge) -> Option<Challenge> {
    let nested = header(challenge)?.get("cty")?.as_str()?.eq_ignore_ascii_case("JWT");
    let [_, payload, _] = parts::segments(challenge)?;
    let inner = String::from_utf8(octets(payload)).ok().filter(|inner| inner.split('.').count() == 3)?;
    nested.then(|| with_token(challenge, inner))
}

/// The claims of the token inside a nested one, under the header and the signature of the outer one.
pub(crate) fn claims_of_the_inner(challenge: &Challenge) -> Option<Challenge> {
    let inner = inner(challenge)?;
    let [_, claims, _] = parts::segments(&inner)?;
    let [_, _, signature] = parts::segments(challenge)?;
    let mut header = header(challenge)?;
    header.remove("cty");
    let header = base64url::encode(Value::Object(header).to_string().as_bytes());
    changed(challenge, format!("{header}.{claims}.{signature}"))
}

/// White space anywhere is skipped.
pub(crate) fn without_white_space(challenge: &Challenge) -> Option<Challenge> {
    let kept = |c: &char| !c.is_whitespace() && !matches!(c, '\u{200b}' | '\u{feff}' | '\u{85}');
    changed(challenge, text(challenge)?.chars().filter(kept).collect())
}

/// Whatever is no letter of base64url, nor a dot, is skipped.
pub(crate) fn without_foreign_characters(challenge: &Challenge) -> Option<Challenge> {
    let kept = |octet: &u8| octet.is_ascii_alphanumeric() || b"-_.".contains(octet);
    let token: Vec<u8> = challenge.token.iter().copied().filter(kept).collect();
    (token != challenge.token).then(|| with_token(challenge, token))
}

/// Octets that are no text are skipped.
pub(crate) fn lossy_text(challenge: &Challenge) -> Option<Challenge> {
    let lossy = String::from_utf8_lossy(&challenge.token).replace('\u{fffd}', "");
    changed(challenge, lossy)
}

/// A segment ends at the first character that ends one for some decoder.
pub(crate) fn cut_at_padding(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| {
        let kept = segment.split(['=', '\0', '\n', '\r', '!']).next().unwrap_or_default();
        let over = usize::from(kept.len() % 4 == 1 && kept.len() < segment.len());
        kept[..kept.len() - over].to_owned()
    })
}

/// Padding is skipped wherever it stands, percent-encoded or not.
pub(crate) fn without_padding(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| segment.replace("%3D", "").replace("%3d", "").replace('=', ""))
}

/// The padding that a segment would have is taken off.
pub(crate) fn padded_rightly(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| {
        let bare = segment.trim_end_matches('=');
        let right = segment.len() % 4 == 0 && segment.len() - bare.len() < 3;
        if right { bare.to_owned() } else { segment.to_owned() }
    })
}

/// Of so many segments the first three are the token.
pub(crate) fn of_so_many(challenge: &Challenge, segments: usize) -> Option<Challenge> {
    let all: Vec<&str> = text(challenge)?.split('.').collect();
    (all.len() == segments).then(|| changed(challenge, all[..3].join("."))).flatten()
}

/// Both alphabets are one.
pub(crate) fn either_alphabet(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| segment.replace('+', "-").replace('/', "_"))
}

/// A character that is left over is dropped.
pub(crate) fn without_the_one_over(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| match segment.char_indices().next_back() {
        Some((last, _)) if segment.len() % 4 == 1 => segment[..last].to_owned(),
        _ => segment.to_owned(),
    })
}

/// What stands round the token in a header, a cookie or a configuration file is cut off.
pub(crate) fn unwrapped(challenge: &Challenge) -> Option<Challenge> {
    let dotted = text(challenge)?.replace('\u{ff0e}', ".").replace("\\u002e", ".");
    let decoded = String::from_utf8(octets(&dotted)).ok().filter(|decoded| decoded.matches('.').count() == 2);
    let dotted = decoded.filter(|_| !dotted.contains('.')).unwrap_or(dotted);
    let mut rest = dotted.trim();
    for scheme in ["bearer", "token", "jwt"] {
        let Some((word, after)) = rest.split_at_checked(scheme.len()) else { continue };
        if word.eq_ignore_ascii_case(scheme) && after.starts_with([' ', ':', '=', '\t', '+', '%']) {
            rest = after.trim_start_matches([' ', ':', '=', '\t', '+']);
            rest = rest.strip_prefix("%20").unwrap_or(rest);
        }
    }
    let unquoted = rest.trim_matches(['"', '\'', '`', '<', '>', ',', ';']);
    let unquoted = unquoted.split([';', ',', '&', '#']).next().unwrap_or_default();
    let name =
        unquoted.split_once('=').filter(|(name, _)| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    let mut token = name.map_or(unquoted, |(_, value)| value).to_owned();
    for (encoded, character) in
        [("%2E", "."), ("%2e", "."), ("%22", ""), ("%20", ""), ("%0A", ""), ("%0a", "")]
    {
        token = token.replace(encoded, character);
    }
    let mut plain = Vec::new();
    let mut rest = token.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|two| str::from_utf8(two).ok());
        match digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(octet) if *first == b'%' => {
                plain.push(octet);
                rest = &after[2..];
            }
            _ => {
                plain.push(*first);
                rest = after;
            }
        }
    }
    changed(challenge, String::from_utf8(plain).ok()?)
}

/// A JSON serialization (RFC 7515 section 7.2) is read as a compact one.
pub(crate) fn from_json(challenge: &Challenge) -> Option<Challenge> {
    let whole: Value = serde_json::from_slice(&challenge.token).ok()?;
    let compact = |value: &&Value| value.as_str().is_some_and(|text| text.matches('.').count() == 2);
    if let Some(inside) = whole.as_object().and_then(|members| members.values().find(compact)) {
        return changed(challenge, inside.as_str()?.to_owned());
    }
    let part = |name: &str| {
        let own = whole[name].as_str();
        own.or_else(|| whole["signatures"][0][name].as_str()).map(str::to_owned)
    };
    let header = part("protected").or_else(|| {
        let unprotected =
            if whole["header"].is_object() { &whole["header"] } else { &whole["signatures"][0]["header"] };
        unprotected.is_object().then(|| base64url::encode(unprotected.to_string().as_bytes()))
    })?;
    changed(challenge, format!("{header}.{}.{}", part("payload")?, part("signature")?))
}

/// Of several signatures of a JSON serialization the last is read.
pub(crate) fn last_signature(challenge: &Challenge) -> Option<Challenge> {
    let whole: Value = serde_json::from_slice(&challenge.token).ok()?;
    let last = whole["signatures"].as_array().filter(|all| all.len() > 1)?.last()?;
    let (header, signature) = (last["protected"].as_str()?, last["signature"].as_str()?);
    changed(challenge, format!("{header}.{}.{signature}", whole["payload"].as_str()?))
}

/// The last three segments that are not empty are the token.
pub(crate) fn last_three(challenge: &Challenge) -> Option<Challenge> {
    let segments: Vec<&str> = text(challenge)?.split('.').filter(|segment| !segment.is_empty()).collect();
    let from = segments.len().checked_sub(3)?;
    changed(challenge, segments[from..].join("."))
}

/// `alg` is `none` where its letters spell that, whatever else is in it.
pub(crate) fn none_in_any_spelling(challenge: &Challenge) -> Option<Challenge> {
    let fold = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        bold @ 0x1d400..=0x1d6a3 => {
            let place = u8::try_from((bold - 0x1d400) % 52).unwrap_or(0);
            char::from(if place < 26 { b'A' + place } else { b'a' + place - 26 })
        }
        0x43e | 0x3bf => 'o',
        0x435 => 'e',
        _ => c,
    };
    let alg = header(challenge)?.get("alg")?.to_string();
    let letters: String = alg
        .replace("\\u0000", "")
        .replace("\\t", "")
        .replace("\\n", "")
        .replace("\\r", "")
        .chars()
        .map(fold)
        .filter(char::is_ascii_alphabetic)
        .collect();
    let spells_it = letters.to_ascii_lowercase().contains("none");
    spells_it.then(|| unsecured(challenge)).flatten()
}

/// An `alg` that is no string is made one: that which is configured.
pub(crate) fn alg_coerced(challenge: &Challenge) -> Option<Challenge> {
    let mut header = header(challenge)?;
    let alg = header.get_mut("alg").filter(|alg| !alg.is_string())?;
    *alg = json!(challenge.context.algorithms.first()?.name());
    with_parameters(challenge, header)
}

/// The header is that of a token as it is configured, whatever was sent.
pub(crate) fn header_unread(challenge: &Challenge) -> Option<Challenge> {
    let alg = challenge.context.algorithms.first()?.name();
    with_header(challenge, |_| Some(json!({ "alg": alg }).to_string().into_bytes()))
}

/// A header that is white space alone is that of a token as it is configured.
pub(crate) fn blank_header_unread(challenge: &Challenge) -> Option<Challenge> {
    let alg = challenge.context.algorithms.first()?.name();
    with_header(challenge, |header| {
        parts::is_blank(header).then(|| json!({ "alg": alg }).to_string().into_bytes())
    })
}

/// Where `alg` says none, the signature does not matter, nor whether there is one.
pub(crate) fn none_with_any_signature(challenge: &Challenge) -> Option<Challenge> {
    let none = header(challenge)?.get("alg").is_some_and(|alg| alg.as_str() == Some("none"));
    none.then(|| unsecured(challenge)).flatten()
}

/// An `alg` that names no algorithm is no reason to verify anything.
pub(crate) fn unknown_is_none(challenge: &Challenge) -> Option<Challenge> {
    let header = header(challenge)?;
    let known = header
        .get("alg")
        .and_then(Value::as_str)
        .is_some_and(|alg| alg.parse::<jotproof_model::Algorithm>().is_ok() || alg == "none");
    let without_signature = text(challenge)?.ends_with('.') || text(challenge)?.matches('.').count() == 1;
    (!known && without_signature).then(|| unsecured(challenge)).flatten()
}

/// An `alg` that names no algorithm is no reason to verify anything, whatever signature there is.
pub(crate) fn unknown_fails_open(challenge: &Challenge) -> Option<Challenge> {
    let header = header(challenge)?;
    let alg = header.get("alg")?.as_str()?;
    alg.parse::<jotproof_model::Algorithm>().is_err().then(|| unsecured(challenge)).flatten()
}

/// Where unsecured tokens are allowed, whatever has no signature is one.
pub(crate) fn without_signature_where_none_is_allowed(challenge: &Challenge) -> Option<Challenge> {
    (challenge.context.allow_none && text(challenge)?.ends_with('.')).then(|| unsecured(challenge)).flatten()
}

/// The segments are known by what they hold, in whatever order they are.
pub(crate) fn in_any_order(challenge: &Challenge) -> Option<Challenge> {
    let mut segments = parts::segments(challenge)?;
    let last: Value = serde_json::from_slice(&octets(segments[2])).ok()?;
    last.get("alg")?;
    segments.reverse();
    changed(challenge, segments.join("."))
}

/// Line ends are undone that were escaped on the way, for a configuration file or a URL.
pub(crate) fn line_ends_unescaped(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| {
        ["\\n", "\\r", "%0A", "%0a", "%0D", "%0d"]
            .iter()
            .fold(segment.to_owned(), |text, end| text.replace(end, ""))
    })
}

/// Pieces of base64, each padded, are decoded one after the other.
pub(crate) fn padded_pieces(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| {
        if segment.trim_end_matches('=').contains('=') {
            base64url::encode(&segment.split('=').flat_map(octets).collect::<Vec<_>>())
        } else {
            segment.to_owned()
        }
    })
}

/// A segment ends at its first NUL, as a C string does.
pub(crate) fn cut_at_nul(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| segment.split('\0').next().unwrap_or_default().to_owned())
}

/// A segment ends at its first line end.
pub(crate) fn first_line(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| segment.split(['\n', '\r']).next().unwrap_or_default().to_owned())
}

/// The clock is a signed 32-bit number.
pub(crate) fn clock_of_32_bits(challenge: &Challenge) -> Option<Challenge> {
    let [a, b, c, d, ..] = challenge.now.to_le_bytes();
    at(challenge, i64::from(i32::from_le_bytes([a, b, c, d])))
}

/// The clock is an unsigned 32-bit number.
pub(crate) fn clock_of_32_bits_unsigned(challenge: &Challenge) -> Option<Challenge> {
    at(challenge, challenge.now.rem_euclid(1 << 32))
}

fn at(challenge: &Challenge, now: i64) -> Option<Challenge> {
    (now != challenge.now).then(|| Challenge { now, ..challenge.clone() })
}

/// The token with `alg` none and no signature, where that is allowed.
pub(crate) fn unsecured(challenge: &Challenge) -> Option<Challenge> {
    let mut segments = text(challenge)?.split('.');
    let (_, payload) = (segments.next()?, segments.next()?);
    let mut header = header(challenge)?;
    header.insert("alg".to_owned(), json!("none"));
    let header = base64url::encode(Value::Object(header).to_string().as_bytes());
    Some(parts::allowing_none(&with_token(challenge, format!("{header}.{payload}."))))
}

/// The first three of more segments are the token.
pub(crate) fn first_three(challenge: &Challenge) -> Option<Challenge> {
    let all: Vec<&str> = text(challenge)?.splitn(4, '.').collect();
    (all.len() > 3).then(|| with_token(challenge, all[..3].join(".")))
}

/// Padding at the end of a segment is skipped.
pub(crate) fn padding_cut_off(challenge: &Challenge) -> Option<Challenge> {
    with_segments(challenge, |segment| segment.trim_end_matches('=').to_owned())
}

/// A byte order mark before UTF-8 is skipped.
pub(crate) fn without_byte_order_mark(octets: &[u8]) -> Option<Vec<u8>> {
    octets.strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec)
}

/// A value that is no object is one without members.
pub(crate) fn no_object_is_an_empty_one(octets: &[u8]) -> Option<Vec<u8>> {
    let value: Value = serde_json::from_slice(octets).ok()?;
    (!value.is_object()).then(|| b"{}".to_vec())
}

/// A token of AnyCable without `ext` has identifiers, which say nothing.
pub(crate) fn without_identifiers(challenge: &Challenge) -> Option<Challenge> {
    let mut payload = parts::payload(challenge).filter(|payload| !payload.contains_key("ext"))?;
    payload.insert("ext".to_owned(), json!("null"));
    with_claims(challenge, payload)
}

/// The same, and there are no times.
pub(crate) fn without_identifiers_and_times(challenge: &Challenge) -> Option<Challenge> {
    let read = without_identifiers(challenge)?;
    let mut payload = parts::payload(&read)?;
    payload.retain(|name, _| name != "exp" && name != "nbf");
    with_claims(&read, payload).or(Some(read))
}

/// Names are compared as they are written, so that an escaped one is another name.
pub(crate) fn escapes_kept_in_names(challenge: &Challenge) -> Option<Challenge> {
    with_both(challenge, |text| Some(str::from_utf8(text).ok()?.replace("\\u00", "u00").into_bytes()))
}

/// Names are trimmed before they are compared.
pub(crate) fn trimmed_names(challenge: &Challenge) -> Option<Challenge> {
    with_both(challenge, |text| {
        let mut text = str::from_utf8(text).ok()?.to_owned();
        for space in [" ", "\\t", "\\n", "\\u0020", "\\u0000", "\u{a0}"] {
            text = text.replace(&format!("{space}\":"), "\":").replace(&format!("\"{space}"), "\"");
        }
        Some(text.into_bytes())
    })
}

/// JSON in UTF-16 or UTF-32, or after a byte order mark, is JSON.
pub(crate) fn any_unicode_encoding(challenge: &Challenge) -> Option<Challenge> {
    let bare = changed_text(challenge).unwrap_or_else(|| challenge.clone());
    with_both(&bare, to_utf8).or_else(|| changed_text(challenge))
}

fn changed_text(challenge: &Challenge) -> Option<Challenge> {
    text(challenge)?.strip_prefix('\u{feff}').map(|token| with_token(challenge, token))
}

fn to_utf8(octets: &[u8]) -> Option<Vec<u8>> {
    if let Some(rest) = octets.strip_prefix(b"\xef\xbb\xbf") {
        return Some(rest.to_vec());
    }
    let width = encoding(octets)?.width;
    let kept = |octet: &&u8| **octet != 0 && **octet != 0xfe && **octet != 0xff;
    let is_mark = |unit: &&[u8]| unit.contains(&0xfe) && unit.contains(&0xff);
    // All of it is ASCII, wide.
    let units = octets.chunks_exact(width).filter(|unit| !is_mark(unit));
    units.map(|unit| unit.iter().find(kept).copied()).collect()
}

/// The encoding of a text in UTF-16 or UTF-32, by its first octets.
pub(crate) struct Encoding {
    /// The octets of a unit.
    pub width: usize,
    /// Whether the least octet comes first.
    pub is_little_endian: bool,
    /// Whether there is a byte order mark.
    pub is_marked: bool,
}

/// Header and payload may have an encoding of this kind.
pub(crate) fn in_other_encodings(challenge: &Challenge, read: fn(&Encoding) -> bool) -> Option<Challenge> {
    with_both(challenge, |octets| to_utf8(octets).filter(|_| encoding(octets).is_some_and(|it| read(&it))))
}

fn encoding(octets: &[u8]) -> Option<Encoding> {
    let (width, is_little_endian, is_marked) = match octets {
        [0xff, 0xfe, 0, 0, ..] => (4, true, true),
        [0, 0, 0xfe, 0xff, ..] => (4, false, true),
        [0xff, 0xfe, ..] => (2, true, true),
        [0xfe, 0xff, ..] => (2, false, true),
        [_, 0, 0, 0, ..] => (4, true, false),
        [0, 0, 0, _, ..] => (4, false, false),
        [_, 0, ..] => (2, true, false),
        [0, _, ..] => (2, false, false),
        _ => return None,
    };
    Some(Encoding { width, is_little_endian, is_marked })
}

/// An array without elements is an object without members.
pub(crate) fn empty_array(challenge: &Challenge) -> Option<Challenge> {
    with_both(challenge, |octets| {
        let elements: Vec<Value> = serde_json::from_slice(octets).ok()?;
        elements.is_empty().then(|| b"{}".to_vec())
    })
}

/// Only the first name in `crit` has to be understood, and `b64` is.
pub(crate) fn first_critical_name(challenge: &Challenge) -> Option<Challenge> {
    let mut header = header(challenge)?;
    let names = header.get("crit")?.as_array()?;
    (names.len() > 1 && names.first()?.as_str() == Some("b64")).then_some(())?;
    header.remove("crit");
    with_parameters(challenge, header)
}

/// An array of names and values is the object that has them.
pub(crate) fn pairs(challenge: &Challenge) -> Option<Challenge> {
    let object = |octets: &[u8]| {
        let pairs: Vec<(String, Value)> = serde_json::from_slice(octets).ok()?;
        Some(Value::Object(pairs.into_iter().collect()).to_string().into_bytes())
    };
    with_both(challenge, object)
}

/// An array is its first element.
pub(crate) fn first_element(octets: &[u8]) -> Option<Vec<u8>> {
    let value: Value = serde_json::from_slice(octets).ok()?;
    Some(value.as_array()?.first()?.to_string().into_bytes())
}

/// A string is the JSON text that it holds.
pub(crate) fn text_inside(octets: &[u8]) -> Option<Vec<u8>> {
    Some(serde_json::from_slice::<String>(octets).ok()?.into_bytes())
}

/// Octets that are not UTF-8 lose their highest bit.
pub(crate) fn in_seven_bits(octets: &[u8]) -> Option<Vec<u8>> {
    str::from_utf8(octets).is_err().then(|| octets.iter().map(|octet| octet & 0x7f).collect())
}

/// The flattened JSON serialization is read as a compact one.
pub(crate) fn from_flattened_json(challenge: &Challenge) -> Option<Challenge> {
    let whole: Value = serde_json::from_slice(&challenge.token).ok()?;
    let part = |name: &str| whole[name].as_str();
    changed(challenge, format!("{}.{}.{}", part("protected")?, part("payload")?, part("signature")?))
}

/// The option that refuses anonymous users is forgotten.
pub(crate) fn anonymous_let_in(challenge: &Challenge) -> Option<Challenge> {
    challenge
        .context
        .refuse_anonymous
        .then(|| parts::with_context(challenge, |context| context.refuse_anonymous = false))
}

/// `ext` is looked for in every claim, where it is not one of them.
pub(crate) fn ext_at_any_depth(challenge: &Challenge) -> Option<Challenge> {
    let mut payload = parts::payload(challenge).filter(|payload| !payload.contains_key("ext"))?;
    let ext = payload.values().find_map(|value| value.get("ext"))?.clone();
    payload.insert("ext".to_owned(), ext);
    with_claims(challenge, payload)
}

/// `channels`, which Centrifugo asks for, take the place of `ext`.
pub(crate) fn channels_for_identifiers(challenge: &Challenge) -> Option<Challenge> {
    let mut payload = parts::payload(challenge).filter(|payload| !payload.contains_key("ext"))?;
    let channels = payload.get("channels")?.to_string();
    payload.insert("ext".to_owned(), Value::String(channels));
    with_claims(challenge, payload)
}

/// `expire_at` is when the connection expires, and so `exp` and `nbf` need no look.
pub(crate) fn expire_at_in_place_of_times(challenge: &Challenge) -> Option<Challenge> {
    let mut payload = parts::payload(challenge)?;
    payload.contains_key("expire_at").then_some(())?;
    payload.remove("exp");
    payload.remove("nbf");
    payload.insert("expire_at".to_owned(), json!(0));
    with_claims(challenge, payload)
}

/// A claim is taken from the header where it is repeated there (RFC 7519 section 5.3).
pub(crate) fn claims_from_the_header(challenge: &Challenge) -> Option<Challenge> {
    let header = header(challenge)?;
    let mut payload = parts::payload(challenge)?;
    let mut any = false;
    for name in ["iss", "sub", "aud", "exp", "nbf", "ext"] {
        if let Some(value) = header.get(name) {
            payload.insert(name.to_owned(), value.clone());
            any = true;
        }
    }
    any.then(|| with_claims(challenge, payload)).flatten()
}

/// The first configured key of each kind alone.
pub(crate) fn first_key_of_each_kind(challenge: &Challenge) -> Option<Challenge> {
    one_key_of_each_kind(challenge, challenge.context.keys.iter())
}

/// The last configured key of each kind alone.
pub(crate) fn last_key_of_each_kind(challenge: &Challenge) -> Option<Challenge> {
    one_key_of_each_kind(challenge, challenge.context.keys.iter().rev())
}

/// The configuration with the first of these keys of each kind; nothing if that is every configured key.
fn one_key_of_each_kind<'a>(
    challenge: &Challenge,
    names: impl Iterator<Item = &'a String>,
) -> Option<Challenge> {
    let mut kinds = BTreeSet::new();
    let is_first_of_its_kind =
        |name: &&String| challenge.keys.get(*name).is_some_and(|key| kinds.insert(key.kind));
    let kept: Vec<String> = names.filter(is_first_of_its_kind).cloned().collect();
    (kept.len() < challenge.context.keys.len())
        .then(|| parts::with_context(challenge, |context| context.keys = kept))
}
