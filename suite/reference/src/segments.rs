//! The stages `split` and `decode`: from a token to three runs of octets.

use jotproof_model::Reason;
use jotproof_rules::split::ExtraSegments;
use jotproof_rules::{Rules, SplitRules};

use crate::base64url::{self, Options};
use crate::limits;
use crate::verdict::{Refusal, Stage};

/// A token cut at its dots (RFC 7515 section 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segments<'a> {
    /// The first.
    pub header: &'a [u8],
    /// The second.
    pub payload: &'a [u8],
    /// The third.
    pub signature: &'a [u8],
    /// The first two with the dot between them, as sent (RFC 7515 section 5.2 step 8).
    pub signing_input: &'a [u8],
}

/// Cuts a token into its segments.
///
/// # Errors
///
/// There is no token, it is too long, or it does not have three segments.
pub fn split<'a>(token: &'a [u8], rules: &SplitRules) -> Result<Segments<'a>, Refusal> {
    let refuse = |reason, detail: String| Refusal::new(Stage::Split, reason, detail);
    if token.is_empty() {
        return Err(refuse(Reason::NoToken, "the token is empty".to_owned()));
    }
    if token.len() > limits::TOKEN {
        let detail = format!("{} octets; at most {} are read", token.len(), limits::TOKEN);
        return Err(refuse(Reason::Limit, detail));
    }
    let not_compact = |dots: usize| {
        let detail = format!("{} segments; a signed token has three", dots + 1);
        refuse(Reason::NotCompact, detail)
    };
    if rules.extra_segments == ExtraSegments::Header {
        let mut parts = token.rsplitn(3, |octet| *octet == b'.');
        let (Some(signature), Some(payload), Some(header)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(not_compact(token.iter().filter(|octet| **octet == b'.').count()));
        };
        let signing_input = &token[..token.len() - signature.len() - 1];
        return Ok(Segments { header, payload, signature, signing_input });
    }
    let mut dots = token.iter().enumerate().filter(|(_, octet)| **octet == b'.').map(|(at, _)| at);
    let Some(first) = dots.next() else {
        return Err(not_compact(0));
    };
    let Some(second) = dots.next() else {
        return Err(not_compact(1));
    };
    if dots.next().is_some() {
        return Err(not_compact(3 + dots.count()));
    }
    Ok(Segments {
        header: &token[..first],
        payload: &token[first + 1..second],
        signature: &token[second + 1..],
        signing_input: &token[..second],
    })
}

/// The octets of the segments; nothing for one that is not base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text of the JOSE header.
    pub header: Option<Vec<u8>>,
    /// The text of the claims set.
    pub payload: Option<Vec<u8>>,
    /// The signature.
    pub signature: Option<Vec<u8>>,
}

/// Decodes all three segments, whichever of them fail.
#[must_use]
pub fn decode(segments: &Segments<'_>, rules: &Rules) -> (Decoded, Vec<Refusal>) {
    let mut refusals = Vec::new();
    // A short cut of some decoders; what else is wrong with such a token is looked at all the same.
    if !segments.signing_input.starts_with(rules.split.prefix.as_bytes()) {
        let detail = format!("the token does not begin with {:?}", rules.split.prefix);
        refusals.push(Refusal::new(Stage::Decode, Reason::NotCompact, detail));
    }
    let mut one = |name: &str, text: &[u8]| match base64url::decode(text, Options::of(&rules.base64url)) {
        Ok(octets) => Some(octets),
        Err(error) => {
            let detail = format!("the {name} is not base64url: {error}");
            refusals.push(Refusal::new(Stage::Decode, Reason::Encoding, detail));
            None
        }
    };
    let decoded = Decoded {
        header: one("header", segments.header),
        payload: one("payload", segments.payload),
        signature: one("signature", segments.signature),
    };
    (decoded, refusals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(token: &[u8], rules: &SplitRules) -> Option<Reason> {
        split(token, rules).err().map(|refusal| refusal.reason)
    }

    #[test]
    fn three_segments_make_a_token() {
        let rfc = SplitRules::default();
        let segments = split(b"aa.bbb.c", &rfc).expect("three segments");
        assert_eq!(segments.signing_input, b"aa.bbb");
        assert_eq!(
            (segments.header, segments.payload, segments.signature),
            (&b"aa"[..], &b"bbb"[..], &b"c"[..])
        );
        for (token, expected) in [
            (&b""[..], Some(Reason::NoToken)),
            (b"a", Some(Reason::NotCompact)),
            (b"a.b", Some(Reason::NotCompact)),
            (b"..", None),
            (b"a.b.", None),
            (b"...", Some(Reason::NotCompact)),
            (b"a.b.c.d.e", Some(Reason::NotCompact)),
        ] {
            assert_eq!(reason(token, &rfc), expected, "{token:?}");
        }
        assert_eq!(reason(&b"a".repeat(limits::TOKEN + 1), &rfc), Some(Reason::Limit));
        assert_eq!(reason(&b".".repeat(limits::TOKEN), &rfc), Some(Reason::NotCompact));
    }

    #[test]
    fn segments_before_the_last_two_are_the_header_where_they_belong_to_it() {
        let rules = SplitRules { extra_segments: ExtraSegments::Header, ..SplitRules::default() };
        let segments = split(b"a.b.c.d", &rules).expect("at least three segments");
        assert_eq!(
            (segments.header, segments.payload, segments.signature),
            (&b"a.b"[..], &b"c"[..], &b"d"[..])
        );
        assert_eq!(segments.signing_input, b"a.b.c");
        assert_eq!(reason(b"a.b", &rules), Some(Reason::NotCompact));
        assert_eq!(reason(b"", &rules), Some(Reason::NoToken));
    }

    #[test]
    fn a_prefix_is_asked_for() {
        let rules = Rules {
            split: SplitRules { prefix: "eyJ".to_owned(), ..SplitRules::default() },
            ..Rules::default()
        };
        for (token, refused) in [("eyJ9.e30.AA", false), ("e30.e30.AA", true), ("IHt9.e30.AA", true)] {
            let segments = split(token.as_bytes(), &rules.split).expect("three segments");
            let (_, refusals) = decode(&segments, &rules);
            assert_eq!(
                refusals.iter().any(|refusal| refusal.reason == Reason::NotCompact),
                refused,
                "{token}"
            );
        }
    }

    #[test]
    fn every_segment_is_decoded() {
        let rfc = Rules::default();
        let segments = split(b"Zg=.Zm8.=", &rfc.split).expect("three segments");
        let (decoded, refusals) = decode(&segments, &rfc);
        assert_eq!(decoded.payload.as_deref(), Some(&b"fo"[..]));
        assert_eq!(decoded.header, None);
        assert_eq!(refusals.len(), 2);
    }
}
