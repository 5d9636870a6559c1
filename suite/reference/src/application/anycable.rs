//! An AnyCable identification token: its `ext` claim holds the identifiers of the connection, the
//! text of a JSON object, handed on byte for byte. And what comes before it: where a client may put a
//! token, and what becomes of a client that has none.

use jotproof_model::context::{Carrier, Fallback, Parameter, ParameterSource, Place};
use jotproof_model::{Context, Identification, Reason, Seen};
use jotproof_rules::anycable::{
    Identifiers, MalformedRequest, ParameterVariable, SeveralTokens, TokenHeader,
};
use jotproof_rules::{AnycableRules, Rules};

use crate::claims::Claims;
use crate::json::{Document, Options};
use crate::members::Found;
use crate::verdict::{Refusal, Stage};

/// What a subprotocol begins with that carries a token.
const SUBPROTOCOL: &str = "anycable-token.";

/// The tokens that a client submits where they are looked for, in the order in which they count.
#[must_use]
pub fn submitted(context: &Context, rules: &AnycableRules, token: &[u8]) -> Vec<Vec<u8>> {
    let usual = [Carrier::of_token(Place::Query, Parameter::DEFAULT)];
    let carriers = context.submission.as_deref().unwrap_or(&usual);
    let configured = context.identification.as_ref();
    let parameter = configured
        .and_then(|configured| configured.parameter.as_ref())
        .filter(|parameter| match parameter.by {
            ParameterSource::Option => true,
            ParameterSource::Variable => rules.parameter_variable == ParameterVariable::Renames,
        })
        .map_or(Parameter::DEFAULT, |parameter| &parameter.name);
    let header = format!("x-{}", parameter.to_ascii_lowercase());
    let reads_header = rules.token_header == TokenHeader::Read
        || configured.is_some_and(|configured| configured.headers.contains(&header));
    let carries = |carrier: &&Carrier| match carrier.at {
        Place::Query => carrier.name == parameter,
        Place::RawQuery => false,
        // RFC 9110 section 5.1: names of headers are compared without regard to case.
        Place::Header => reads_header && carrier.name.eq_ignore_ascii_case(&header),
        Place::Subprotocol => carrier.name == SUBPROTOCOL,
    };
    let in_place = |place: Place| {
        let there = carriers.iter().filter(&carries).filter(move |carrier| carrier.at == place);
        // Of several with one name the first counts, even where nothing stands there.
        let counted = if rules.several_tokens == SeveralTokens::First { 1 } else { usize::MAX };
        there.take(counted).map(|carrier| carrier.octets(token)).filter(|octets| !octets.is_empty())
    };
    [Place::Header, Place::Subprotocol, Place::Query].into_iter().flat_map(in_place).collect()
}

/// Why a request is refused whose query or host cannot be read, where that is so.
#[must_use]
pub fn malformed(context: &Context, rules: &AnycableRules, token: &[u8]) -> Option<Refusal> {
    let carriers = context.submission.as_deref().unwrap_or_default();
    let detail = carriers.iter().find_map(|Carrier { at, name, text }| match at {
        Place::RawQuery if !is_percent_encoded(text) => {
            Some(format!("the query is malformed: a percent sign begins no octet in {text:?}"))
        }
        Place::RawQuery if text.contains(';') => {
            Some(format!("the query is unclear: a semicolon may end the parameter, in {text:?}"))
        }
        Place::Header if name.eq_ignore_ascii_case("Host") && !is_host(text) => {
            Some(format!("the header Host is malformed: {text:?}"))
        }
        Place::Query | Place::RawQuery | Place::Header | Place::Subprotocol => None,
    })?;
    let of_the_query = |carrier: &&Carrier| matches!(carrier.at, Place::Query | Place::RawQuery);
    let elsewhere = || {
        let carriers = carriers.iter().filter(|carrier| !of_the_query(carrier)).cloned().collect();
        submitted(&Context { submission: Some(carriers), ..context.clone() }, rules, token)
    };
    let is_read = rules.malformed_request == MalformedRequest::Refuse || elsewhere().is_empty();
    is_read.then(|| Refusal::new(Stage::Application, Reason::Request, detail))
}

/// RFC 3986 section 2.1: a percent sign begins an octet of two hexadecimal digits.
fn is_percent_encoded(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.len() >= 2 && rest.bytes().take(2).all(|octet| octet.is_ascii_hexdigit()))
}

/// RFC 9110 section 7.2: `Host` holds a host, and a port where there is one (RFC 3986 sections 3.2.2 and 3.2.3).
fn is_host(text: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|octet| octet.is_ascii_digit());
    match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, "")) => !address.is_empty(),
            Some((address, port)) => !address.is_empty() && port.strip_prefix(':').is_some_and(is_port),
            None => false,
        },
        None => {
            let (host, port) = text.split_once(':').unwrap_or((text, ""));
            let is_in_names =
                |octet: u8| octet.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&octet);
            is_port(port) && host.bytes().all(is_in_names) && is_percent_encoded(host)
        }
    }
}

/// What becomes of a client without a token.
#[must_use]
pub fn without_token(context: &Context, seen: &mut Seen) -> Vec<Refusal> {
    let configured = context.identification.as_ref();
    let Identification { optional, fallback, .. } = configured.cloned().unwrap_or_default();
    let refuse = |detail: &str| {
        vec![Refusal::new(Stage::Application, Reason::NoToken, format!("no token, and {detail}"))]
    };
    match (optional, fallback) {
        (false, _) => refuse("one is asked of every client"),
        (true, Fallback::BackendRefuses) => refuse("the backend refuses the client"),
        (true, Fallback::Nobody) => refuse("there is nobody to ask"),
        (true, Fallback::BackendAccepts) => {
            seen.backend_asked = Some(true);
            Vec::new()
        }
        (true, Fallback::Public) => {
            seen.backend_asked = Some(false);
            Vec::new()
        }
    }
}

/// Reads the identifiers into what is seen.
#[must_use]
pub fn check(claims: &Claims<'_>, rules: &Rules, seen: &mut Seen) -> Vec<Refusal> {
    let refuse = |detail| vec![Refusal::new(Stage::Application, Reason::Identifiers, detail)];
    let text = match (claims.known.string("ext", rules.claims.null), rules.anycable.identifiers) {
        (Found::Value(text), _) => text,
        (Found::Absent, _) => {
            return refuse("claim \"ext\" is absent; it holds the identifiers".to_owned());
        }
        (Found::Wrong(what), _) => return refuse(format!("claim \"ext\" is {what}, not a string")),
    };
    if rules.anycable.identifiers == Identifiers::Json
        && let Err(error) = Document::parse(text.as_bytes(), Options::STRICT)
    {
        return refuse(format!("the text of \"ext\" is not JSON: {error}"));
    }
    seen.identifiers = Some(text.to_owned());
    seen.backend_asked = Some(false);
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::claims;

    fn identifiers(payload: &str, identifiers: Identifiers) -> Option<String> {
        let rules =
            Rules { anycable: AnycableRules { identifiers, ..AnycableRules::default() }, ..Rules::default() };
        let document = claims::parse(payload.as_bytes(), &rules).expect("an object");
        let (claims, _) = claims::read(&document, &rules);
        let mut seen = Seen::default();
        let refusals = check(&claims, &rules, &mut seen);
        assert_eq!(refusals.is_empty(), seen.identifiers.is_some());
        seen.identifiers
    }

    #[test]
    fn identifiers_are_kept_byte_for_byte() {
        for (payload, json, text) in [
            (r#"{"ext":"{ \"id\":1 }"}"#, Some(r#"{ "id":1 }"#), Some(r#"{ "id":1 }"#)),
            (r#"{"ext":"null"}"#, Some("null"), Some("null")),
            (r#"{"ext":""}"#, None, Some("")),
            (r#"{"ext":"not json"}"#, None, Some("not json")),
            (r#"{"ext":"{}{}"}"#, None, Some("{}{}")),
            (r#"{"ext":{"id":1}}"#, None, None),
            (r#"{"ext":null}"#, None, None),
            (r#"{"EXT":"{}"}"#, None, None),
            ("{}", None, None),
        ] {
            assert_eq!(identifiers(payload, Identifiers::Json).as_deref(), json, "{payload}");
            assert_eq!(identifiers(payload, Identifiers::AnyText).as_deref(), text, "{payload}");
        }
    }

    fn context(submission: Option<Vec<Carrier>>, identification: Identification) -> Context {
        Context {
            submission,
            identification: Some(identification),
            ..crate::testing::context(jotproof_model::Application::Anycable)
        }
    }

    fn carrier(at: Place, name: &str, text: &str) -> Carrier {
        Carrier { at, name: name.to_owned(), text: text.to_owned() }
    }

    /// What is found of `h`, `s` and `q` in header, subprotocol and query, under these rules.
    fn found(rules: &AnycableRules, identification: &Identification, carriers: &[Carrier]) -> String {
        let context = context(Some(carriers.to_vec()), identification.clone());
        let found = submitted(&context, rules, b"token");
        let texts = found.into_iter().map(|octets| String::from_utf8(octets).expect("it is text"));
        texts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn tokens_are_found_where_they_belong_and_in_the_order_in_which_they_count() {
        let first = AnycableRules { several_tokens: SeveralTokens::First, ..AnycableRules::default() };
        let usual = Identification::default();
        let query = || carrier(Place::Query, "jid", "q");
        let header = || carrier(Place::Header, "x-JID", "h");
        let protocol = || carrier(Place::Subprotocol, SUBPROTOCOL, "s");
        for (carriers, is) in [
            (vec![], ""),
            (vec![carrier(Place::Query, "jid", Carrier::TOKEN)], "token"),
            (vec![query(), protocol(), header()], "h s q"),
            (vec![carrier(Place::Query, "JID", "q"), carrier(Place::Header, "JID", "h")], ""),
            (vec![carrier(Place::Subprotocol, "AnyCable-Token.", "s")], ""),
            (vec![carrier(Place::Header, "X-JID", ""), query()], "q"),
            (vec![query(), carrier(Place::Query, "jid", "p")], "q"),
            (vec![carrier(Place::Query, "jid", ""), query()], ""),
        ] {
            assert_eq!(found(&first, &usual, &carriers), is, "{carriers:?}");
        }
        // Where it matters that there are several, all of them are found.
        assert_eq!(found(&AnycableRules::default(), &usual, &[query(), query()]), "q q");
        assert_eq!(
            found(&AnycableRules::default(), &usual, &[carrier(Place::Query, "jid", ""), query()]),
            "q"
        );
        // The usual place, where nothing is said of another.
        assert_eq!(submitted(&context(None, usual), &first, b"token"), [b"token".to_vec()]);
    }

    #[test]
    fn a_request_is_read_as_it_must_be_written() {
        for (text, is_good) in
            [("", true), ("a%20b%2F", true), ("%zz", false), ("a%2", false), ("%", false), ("%%30", false)]
        {
            assert_eq!(is_percent_encoded(text), is_good, "{text}");
        }
        for (text, is_good) in [
            ("127.0.0.1:8080", true),
            ("cable.example.com", true),
            ("a%2Db:", true),
            ("[::1]:80", true),
            ("[::1]", true),
            ("", true),
            ("localhost:abc", false),
            ("%zz", false),
            ("[::1", false),
            ("[]", false),
            ("[::1]80", false),
            ("a b", false),
            ("a/b", false),
        ] {
            assert_eq!(is_host(text), is_good, "{text}");
        }
    }

    #[test]
    fn a_malformed_request_is_refused_by_whoever_reads_it() {
        let read =
            AnycableRules { malformed_request: MalformedRequest::WhereRead, ..AnycableRules::default() };
        let query = carrier(Place::Query, "jid", Carrier::TOKEN);
        let header = carrier(Place::Header, "X-JID", Carrier::TOKEN);
        let escape = carrier(Place::RawQuery, "x", "%zz");
        let semicolon = carrier(Place::RawQuery, "x", "1;y=2");
        let host = carrier(Place::Header, "Host", "localhost:abc");
        for (carriers, always, where_read) in [
            (vec![query.clone()], false, false),
            (vec![query.clone(), carrier(Place::RawQuery, "x", "1")], false, false),
            (vec![query.clone(), escape.clone()], true, true),
            (vec![semicolon, query.clone()], true, true),
            (vec![query, host.clone()], true, true),
            (vec![header.clone(), escape], true, false),
            (vec![header, host], true, false),
        ] {
            let context = context(Some(carriers), Identification::default());
            let is_refused = |rules: &AnycableRules| malformed(&context, rules, b"token").is_some();
            assert_eq!(is_refused(&AnycableRules::default()), always, "{context:?}");
            assert_eq!(is_refused(&read), where_read, "{context:?}");
        }
    }

    #[test]
    fn a_header_may_have_to_be_configured_and_goes_by_the_name_of_the_parameter() {
        let strict = AnycableRules { token_header: TokenHeader::AsConfigured, ..AnycableRules::default() };
        let deaf =
            AnycableRules { parameter_variable: ParameterVariable::Ignored, ..AnycableRules::default() };
        let named = |by| Identification {
            parameter: Some(Parameter { name: "Pass".to_owned(), by }),
            ..Identification::default()
        };
        let reading = |headers: &[&str]| Identification {
            headers: headers.iter().map(|name| (*name).to_owned()).collect(),
            ..Identification::default()
        };
        let carriers = [
            carrier(Place::Header, "X-JID", "usual"),
            carrier(Place::Header, "X-PASS", "renamed"),
            carrier(Place::Query, "jid", "query"),
        ];
        for (rules, identification, is) in [
            (&AnycableRules::default(), reading(&[]), "usual query"),
            (&strict, reading(&[]), "query"),
            (&strict, reading(&["cookie"]), "query"),
            (&strict, reading(&["cookie", "x-jid"]), "usual query"),
            (&AnycableRules::default(), named(ParameterSource::Option), "renamed"),
            (&AnycableRules::default(), named(ParameterSource::Variable), "renamed"),
            (&deaf, named(ParameterSource::Option), "renamed"),
            (&deaf, named(ParameterSource::Variable), "usual query"),
        ] {
            assert_eq!(found(rules, &identification, &carriers), is, "{identification:?}");
        }
    }

    #[test]
    fn a_client_without_a_token_is_let_in_by_whoever_was_told_to() {
        let all = [Fallback::BackendRefuses, Fallback::BackendAccepts, Fallback::Public, Fallback::Nobody];
        for optional in [false, true] {
            let let_in = all.map(|fallback| {
                let identification = Identification { optional, fallback, ..Identification::default() };
                let mut seen = Seen::default();
                let refusals = without_token(&context(Some(Vec::new()), identification), &mut seen);
                refusals.is_empty().then_some(seen.backend_asked)
            });
            let expected =
                if optional { [None, Some(Some(true)), Some(Some(false)), None] } else { [None; 4] };
            assert_eq!(let_in, expected, "optional {optional}");
        }
    }
}
