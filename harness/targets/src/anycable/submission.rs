//! A token in the parts of a handshake that a context puts it in.

use std::fmt::Write as _;

use jotproof_model::context::{Carrier, Parameter, Place};
use jotproof_model::{Challenge, Observation};

use crate::http::percent_encode;

/// The parts of a request that carry what is submitted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Submission {
    /// The query, without its question mark; empty for none.
    pub(super) query: String,
    /// Headers, in order.
    pub(super) headers: Vec<(String, String)>,
    /// Subprotocols, in order.
    pub(super) subprotocols: Vec<String>,
}

impl Submission {
    /// What a client submits: the token in the query, where the context says nothing else.
    ///
    /// # Errors
    ///
    /// [`Observation::Unsupported`] where a token has octets that its place cannot hold.
    pub(super) fn of(challenge: &Challenge) -> Result<Self, Observation> {
        let usual = [Carrier::of_token(Place::Query, Parameter::DEFAULT)];
        let mut submission = Self::default();
        for carrier in challenge.context.submission.as_deref().unwrap_or(&usual) {
            let octets = carrier.octets(&challenge.token);
            match carrier.at {
                Place::Query => submission.ask(&carrier.name, &percent_encode(&octets)),
                Place::RawQuery => submission.ask(&carrier.name, &raw(octets)?),
                Place::Header => submission.headers.push((carrier.name.clone(), visible(octets)?)),
                Place::Subprotocol => {
                    submission.subprotocols.push(format!("{}{}", carrier.name, visible(octets)?));
                }
            }
        }
        Ok(submission)
    }

    /// Puts a parameter into the query as it is written.
    fn ask(&mut self, name: &str, text: &str) {
        let separator = if self.query.is_empty() { "" } else { "&" };
        // Writing to a string does not fail.
        let _ = write!(self.query, "{separator}{name}={text}");
    }
}

/// Text that a request target can hold as it is, right or wrong.
fn raw(octets: Vec<u8>) -> Result<String, Observation> {
    let text = visible(octets)?;
    if text.contains([' ', '#', '&']) {
        return Err(Observation::Unsupported { what: "a text that a query cannot hold".to_owned() });
    }
    Ok(text)
}

/// Text that a header can hold whole (RFC 9110 section 5.5): a subset of it that no server reads otherwise.
fn visible(octets: Vec<u8>) -> Result<String, Observation> {
    let unfit = || Observation::Unsupported { what: "a token that a header cannot hold".to_owned() };
    let text = String::from_utf8(octets).map_err(|_| unfit())?;
    let fits = text.bytes().all(|octet| octet.is_ascii_graphic() || octet == b' ') && text.trim() == text;
    if fits { Ok(text) } else { Err(unfit()) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jotproof_model::context::{Carrier, Place};
    use jotproof_model::{Application, Challenge, Context};

    use super::Submission;

    fn submission(token: &[u8], carriers: Option<Vec<Carrier>>) -> Option<Submission> {
        let context = Context { submission: carriers, ..Context::new(Application::Anycable, &["key"], &[]) };
        Submission::of(&Challenge::new(token.to_vec(), Arc::new(context), Arc::default(), 0)).ok()
    }

    #[test]
    fn a_token_is_in_the_query_unless_the_context_says_otherwise() {
        let query = |text: &str| Some(Submission { query: text.to_owned(), ..Submission::default() });
        assert_eq!(submission(b"a.b+c", None), query("jid=a.b%2Bc"));
        assert_eq!(submission(b"a.b.c", Some(Vec::new())), query(""));
        let carrier =
            |at, name: &str, text: &str| Carrier { at, name: name.to_owned(), text: text.to_owned() };
        assert_eq!(
            submission(
                b"a.b.c",
                Some(vec![
                    carrier(Place::Query, "jid", Carrier::TOKEN),
                    carrier(Place::Query, "jid", ""),
                    carrier(Place::Query, "x", "%zz;"),
                    carrier(Place::RawQuery, "y", "%zz;"),
                    carrier(Place::Header, "Authorization", "Bearer {{token}}"),
                    carrier(Place::Subprotocol, "anycable-token.", Carrier::TOKEN),
                ])
            ),
            Some(Submission {
                query: "jid=a.b.c&jid=&x=%25zz%3B&y=%zz;".to_owned(),
                headers: vec![("Authorization".to_owned(), "Bearer a.b.c".to_owned())],
                subprotocols: vec!["anycable-token.a.b.c".to_owned()],
            })
        );
    }

    #[test]
    fn a_query_holds_raw_what_ends_no_parameter() {
        let raw = |text: &str| {
            let carrier = Carrier { at: Place::RawQuery, name: "x".to_owned(), text: text.to_owned() };
            submission(b"a.b.c", Some(vec![carrier])).map(|submission| submission.query)
        };
        assert_eq!(raw("%zz").as_deref(), Some("x=%zz"));
        for text in ["a b", "a#b", "a&b", "a\r\nb"] {
            assert_eq!(raw(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_header_holds_no_line_break() {
        let header = || Some(vec![Carrier::of_token(Place::Header, "X-JID")]);
        assert_eq!(submission(b"a\r\nX: y", header()), None);
        assert_eq!(submission(b"\xff", header()), None);
        assert!(submission(b"a.b.c", header()).is_some());
    }
}
