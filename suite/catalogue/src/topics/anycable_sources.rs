//! Where a client puts a token for AnyCable: the query, a header, a subprotocol; several of them; none of
//! them. And what renames them.

use jotproof_model::context::{Carrier, Parameter, ParameterSource, Place};
use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, sign};
use crate::twins;

/// What a subprotocol begins with that carries a token.
const SUBPROTOCOL: &str = "anycable-token.";

/// A token of another user under a MAC of zeros: what stands in the other place.
const FORGED: &str = "eyJhbGciOiJIUzI1NiJ9.eyJleHQiOiJ7XCJ1c2VyX2lkXCI6MX0ifQ.\
                      AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

pub(super) fn topic() -> Topic {
    let mut cases = vec![by_default(), header(), subprotocol()];
    cases.extend([header_in_lower_case(), subprotocol_last(), empty_header()]);
    cases.extend(bad_ones(&header(), "header"));
    cases.extend(bad_ones(&subprotocol(), "subprotocol"));
    cases.extend(ELSEWHERE.into_iter().map(elsewhere));
    cases.extend(SEVERAL.into_iter().map(several));
    cases.extend(MALFORMED.into_iter().map(malformed));
    cases.extend(renamed());
    Topic {
        path: "anycable/sources",
        about: "Where a client of AnyCable puts its token: which places count, what renames them, and what \
                becomes of a token in another place, or of two tokens.",
        cases,
    }
}

/// What a client submits.
pub(super) fn submits(carriers: &[Carrier]) -> Edit {
    context(ContextChange::Submission { carriers: carriers.to_vec() })
}

fn token_in(at: Place, name: &str) -> Carrier {
    Carrier::of_token(at, name)
}

fn other_in(at: Place, name: &str, text: &str) -> Carrier {
    Carrier { at, name: name.to_owned(), text: text.to_owned() }
}

fn reads(headers: &[&str]) -> Edit {
    context(ContextChange::Headers { headers: headers.iter().map(|name| (*name).to_owned()).collect() })
}

fn by_default() -> Case {
    twins::anycable()
        .changed("anycable/sources/header-by-default", submits(&[token_in(Place::Header, "X-JID")]))
        .accept()
        .title("a token in the header X-JID, nothing configured")
        .why(
            "The token comes by the query or by a header, says the documentation, and names no option that \
             the header needs.",
        )
        .requirement("AC-SRC-1")
        .class("T1")
}

fn header() -> Case {
    twins::anycable()
        .changed_by(
            "anycable/sources/header",
            vec![reads(&["cookie", "x-jid"]), submits(&[token_in(Place::Header, "X-JID")])],
        )
        .accept()
        .title("a token in the header X-JID, which is one of the headers that are read")
        .why("Clients that can set a header keep the token out of the URL, and so out of logs.")
        .requirement("AC-SRC-1")
        .class("T1")
}

fn header_in_lower_case() -> Case {
    header()
        .changed("anycable/sources/header-in-lower-case", submits(&[token_in(Place::Header, "x-jid")]))
        .accept()
        .title("a token in the header x-jid")
        .why("Names of headers are compared without regard to case (RFC 9110 section 5.1).")
        .requirement("AC-SRC-1")
        .class("T1")
}

fn subprotocol() -> Case {
    twins::anycable()
        .changed("anycable/sources/subprotocol", submits(&[token_in(Place::Subprotocol, SUBPROTOCOL)]))
        .accept()
        .title("a token in a subprotocol, after the one that is spoken")
        .why("A browser can set no header of a WebSocket handshake but this one.")
        .requirement("AC-SRC-3")
        .class("T1")
}

fn subprotocol_last() -> Case {
    subprotocol()
        .changed(
            "anycable/sources/subprotocol-after-an-unknown-one",
            submits(&[
                other_in(Place::Subprotocol, "x-unknown", ""),
                token_in(Place::Subprotocol, SUBPROTOCOL),
            ]),
        )
        .accept()
        .title("a token in the last of several subprotocols")
        .why("The subprotocols are a list; the one with the token is known by how it begins.")
        .requirement("AC-SRC-3")
        .class("T1")
}

fn empty_header() -> Case {
    header()
        .changed(
            "anycable/sources/empty-header-and-query",
            submits(&[other_in(Place::Header, "X-JID", ""), token_in(Place::Query, "jid")]),
        )
        .accept()
        .title("an empty header X-JID, and a token in the query")
        .why("A header without a value carries no token: the one in the query is the only one.")
        .requirement("AC-SRC-1")
        .class("T1")
}

/// The token in such a place is looked at as closely as in the query.
fn bad_ones(twin: &Case, place: &str) -> [Case; 2] {
    let requirement = if place == "header" { "AC-SRC-1" } else { "AC-SRC-3" };
    let wrong_key = twin
        .changed(&format!("{}-wrong-key", twin.id()), sign(None, "hmac-64-bytes-foreign", Algorithm::HS256))
        .reject([Reason::Signature])
        .title(format!("a token of another secret in the {place}"))
        .why("What anybody may send is trusted in no place of the handshake.")
        .requirement(requirement)
        .requirement("AC-EXP-2")
        .class("T1")
        .threat(Threat::Forger);
    let expired = twin
        .changed(&format!("{}-exp-past", twin.id()), claim("exp", "{{now-600}}"))
        .reject([Reason::Expired])
        .title(format!("a token in the {place} that has expired"))
        .why("The client is told that its token has expired, wherever it put it.")
        .requirement(requirement)
        .requirement("AC-EXP-1")
        .class("C5")
        .threat(Threat::Holder);
    [wrong_key, expired]
}

/// Where a token is none: words for an id, the place, its name, what stands there, what it is.
const ELSEWHERE: [(&str, Place, &str, &str, &str); 6] = [
    ("query-in-capitals", Place::Query, "JID", Carrier::TOKEN, "the query parameter JID"),
    ("query-token", Place::Query, "token", Carrier::TOKEN, "the query parameter token"),
    ("query-access-token", Place::Query, "access_token", Carrier::TOKEN, "the query parameter access_token"),
    ("authorization", Place::Header, "Authorization", "Bearer {{token}}", "the header Authorization"),
    ("cookie", Place::Header, "Cookie", "jid={{token}}", "a cookie"),
    ("header-without-x", Place::Header, "JID", Carrier::TOKEN, "the header JID"),
];

fn elsewhere((words, at, name, text, what): (&str, Place, &str, &str, &str)) -> Case {
    twins::anycable()
        .changed(&format!("anycable/sources/{words}"), submits(&[other_in(at, name, text)]))
        .reject([Reason::NoToken])
        .title(format!("a token in {what}"))
        .why(if name == "Cookie" {
            "A browser sends cookies of its own accord, also for a page of somebody else: a token in one \
             would bring back what tokens are to keep away."
        } else {
            "The token comes by one query parameter and one header of known names. Who looks elsewhere too \
             takes up what a proxy or a page put there for another purpose."
        })
        .requirement("AC-SRC-1")
        .class("T1")
        .threat(Threat::Holder)
}

/// Two in one handshake.
struct Several {
    words: &'static str,
    title: &'static str,
    /// Whether the header has to be configured.
    headers: bool,
    carriers: [(Place, &'static str, &'static str); 2],
}

const QUERY: (Place, &str, &str) = (Place::Query, "jid", Carrier::TOKEN);
const FORGED_QUERY: (Place, &str, &str) = (Place::Query, "jid", FORGED);
const HEADER: (Place, &str, &str) = (Place::Header, "X-JID", Carrier::TOKEN);
const FORGED_HEADER: (Place, &str, &str) = (Place::Header, "X-JID", FORGED);
const PROTOCOL: (Place, &str, &str) = (Place::Subprotocol, SUBPROTOCOL, Carrier::TOKEN);
const FORGED_PROTOCOL: (Place, &str, &str) = (Place::Subprotocol, SUBPROTOCOL, FORGED);

const SEVERAL: [Several; 12] = [
    Several {
        words: "header-and-query",
        title: "the same token in the header and in the query",
        headers: true,
        carriers: [HEADER, QUERY],
    },
    Several {
        words: "header-and-forged-query",
        title: "a token in the header and a forged one in the query",
        headers: true,
        carriers: [HEADER, FORGED_QUERY],
    },
    Several {
        words: "forged-header-and-query",
        title: "a forged token in the header and a good one in the query",
        headers: true,
        carriers: [FORGED_HEADER, QUERY],
    },
    Several {
        words: "forged-header-by-default-and-query",
        title: "a forged token in the header, which is not configured, and a good one in the query",
        headers: false,
        carriers: [FORGED_HEADER, QUERY],
    },
    Several {
        words: "query-and-forged-query",
        title: "the query parameter twice: a token, and a forged one",
        headers: false,
        carriers: [QUERY, FORGED_QUERY],
    },
    Several {
        words: "forged-query-and-query",
        title: "the query parameter twice: a forged token, and a good one",
        headers: false,
        carriers: [FORGED_QUERY, QUERY],
    },
    Several {
        words: "header-and-forged-header",
        title: "the header twice: a token, and a forged one",
        headers: true,
        carriers: [HEADER, FORGED_HEADER],
    },
    Several {
        words: "forged-header-and-header",
        title: "the header twice: a forged token, and a good one",
        headers: true,
        carriers: [FORGED_HEADER, HEADER],
    },
    Several {
        words: "subprotocol-and-forged-query",
        title: "a token in a subprotocol and a forged one in the query",
        headers: false,
        carriers: [PROTOCOL, FORGED_QUERY],
    },
    Several {
        words: "forged-subprotocol-and-query",
        title: "a forged token in a subprotocol and a good one in the query",
        headers: false,
        carriers: [FORGED_PROTOCOL, QUERY],
    },
    Several {
        words: "header-and-forged-subprotocol",
        title: "a token in the header and a forged one in a subprotocol",
        headers: true,
        carriers: [HEADER, FORGED_PROTOCOL],
    },
    Several {
        words: "forged-header-and-subprotocol",
        title: "a forged token in the header and a good one in a subprotocol",
        headers: true,
        carriers: [FORGED_HEADER, PROTOCOL],
    },
];

fn several(Several { words, title, headers, carriers }: Several) -> Case {
    let twin = if headers { header() } else { twins::anycable() };
    let carriers = carriers.map(|(at, name, text)| other_in(at, name, text));
    twin.changed(&format!("anycable/sources/{words}"), submits(&carriers))
        .either(
            "The documentation has a token come by the query or by the header, and does not say which of \
             them counts where both do; a server may turn down what is not clear.",
            [Reason::SeveralTokens, Reason::Signature],
        )
        .title(title)
        .why(
            "One of them decides. Where any good one is enough, a bad one is looked at for nothing; where \
             two readers take different ones, a proxy lets through what the server reads otherwise.",
        )
        .requirement("AC-SRC-2")
        .class("T1")
}

/// A handshake that is not written as it must be: words for an id, what is submitted, what it is.
struct Malformed {
    words: &'static str,
    title: &'static str,
    carriers: [(Place, &'static str, &'static str); 2],
}

const MALFORMED: [Malformed; 9] = [
    Malformed {
        words: "query-then-malformed-escape",
        title: "a token in the query, and after it a parameter with a percent sign that begins no octet",
        carriers: [QUERY, (Place::RawQuery, "x", "%zz")],
    },
    Malformed {
        words: "malformed-escape-then-query",
        title: "a token in the query, and before it a parameter with a percent sign that begins no octet",
        carriers: [(Place::RawQuery, "x", "%zz"), QUERY],
    },
    Malformed {
        words: "query-then-escape-cut-short",
        title: "a token in the query, and after it a parameter that ends within an encoded octet",
        carriers: [QUERY, (Place::RawQuery, "x", "%2")],
    },
    Malformed {
        words: "query-then-semicolon",
        title: "a token in the query, and after it a parameter with a semicolon in it",
        carriers: [QUERY, (Place::RawQuery, "x", "1;y=2")],
    },
    Malformed {
        words: "header-and-malformed-escape",
        title: "a token in the header, and a query with a percent sign that begins no octet",
        carriers: [HEADER, (Place::RawQuery, "x", "%zz")],
    },
    Malformed {
        words: "host-with-malformed-port",
        title: "a token in the query, and a Host with a port that is no number",
        carriers: [QUERY, (Place::Header, "Host", "localhost:abc")],
    },
    Malformed {
        words: "host-with-malformed-escape",
        title: "a token in the query, and a Host with a percent sign that begins no octet",
        carriers: [QUERY, (Place::Header, "Host", "%zz")],
    },
    Malformed {
        words: "host-with-unclosed-bracket",
        title: "a token in the query, and a Host with an address whose bracket is not closed",
        carriers: [QUERY, (Place::Header, "Host", "[::1")],
    },
    Malformed {
        words: "header-and-malformed-host",
        title: "a token in the header, and a Host with a port that is no number",
        carriers: [HEADER, (Place::Header, "Host", "localhost:abc")],
    },
];

fn malformed(Malformed { words, title, carriers }: Malformed) -> Case {
    let twin = if carriers[0] == HEADER { header() } else { twins::anycable() };
    let (requirement, either) = if words.ends_with("semicolon") {
        (
            "RFC3986-3.4-QUERY",
            "A query may hold a semicolon (RFC 3986 section 3.4), and what separates its parameters is for the \
             application to say. The documentation of AnyCable does not; forms were once separated so.",
        )
    } else if carriers.iter().any(|(_, name, _)| *name == "Host") {
        (
            "RFC9110-7.2-HOST",
            "RFC 9110 section 7.2 says what `Host` holds to whoever sends it. The documentation of AnyCable says \
             nothing of a request in which it holds something else.",
        )
    } else {
        (
            "RFC3986-2.1-PERCENT",
            "RFC 3986 section 2.1 has two hexadecimal digits after every percent sign, and does not say what \
             becomes of other text. The documentation of AnyCable says nothing of such a request.",
        )
    };
    let carriers = carriers.map(|(at, name, text)| other_in(at, name, text));
    twin.changed(&format!("anycable/sources/{words}"), submits(&carriers))
        .either(either, [Reason::Request])
        .title(title)
        .why(
            "Who guesses at a request guesses otherwise than a proxy before it or an application behind it. A \
             refusal must be one, and not a connection that breaks.",
        )
        .requirement(requirement)
        .class("T1")
}

/// The parameter by another name.
fn renamed() -> Vec<Case> {
    let named =
        |by| context(ContextChange::Parameter { parameter: Parameter { name: "pass".to_owned(), by } });
    let by_option = twins::anycable()
        .changed_by(
            "anycable/sources/renamed-query",
            vec![named(ParameterSource::Option), submits(&[token_in(Place::Query, "pass")])],
        )
        .accept()
        .title("a token in the query parameter that jwt_param names")
        .why("The option gives the parameter another name.")
        .requirement("AC-SRC-1")
        .class("T1");
    let by_header = by_option
        .changed_by(
            "anycable/sources/renamed-header",
            vec![reads(&["cookie", "x-pass"]), submits(&[token_in(Place::Header, "X-PASS")])],
        )
        .accept()
        .title("a token in the header that jwt_param names, with X- before it")
        .why("The option renames both: the query parameter, and the header that is named after it.")
        .requirement("AC-SRC-1")
        .class("T1");
    let header_by_default = by_option
        .changed("anycable/sources/renamed-header-by-default", submits(&[token_in(Place::Header, "X-PASS")]))
        .accept()
        .title("a token in the header that jwt_param names, nothing else configured")
        .why("The header goes by the name of the parameter, and the documentation asks for no other option.")
        .requirement("AC-SRC-1")
        .class("T1");
    let old_name = twins::anycable()
        .changed("anycable/sources/renamed-and-the-usual-name", named(ParameterSource::Option))
        .reject([Reason::NoToken])
        .title("a token in the parameter jid, where jwt_param names another")
        .why("Who renames the parameter expects the old name to carry nothing any more.")
        .requirement("AC-SRC-1")
        .class("T1");
    let old_header = by_header
        .changed(
            "anycable/sources/renamed-and-the-usual-header",
            submits(&[token_in(Place::Header, "X-JID")]),
        )
        .reject([Reason::NoToken])
        .title("a token in the header X-JID, where jwt_param names another")
        .why("The header is renamed with the parameter.")
        .requirement("AC-SRC-1")
        .class("T1");
    let by_variable = twins::anycable()
        .changed_by(
            "anycable/sources/renamed-by-variable",
            vec![named(ParameterSource::Variable), submits(&[token_in(Place::Query, "pass")])],
        )
        .accept()
        .title("a token in the query parameter that ANYCABLE_ID_PARAM names")
        .why("The documentation gives this variable beside the option.")
        .requirement("AC-CFG-1")
        .class("T1");
    let not_by_variable = twins::anycable()
        .changed("anycable/sources/renamed-by-variable-and-the-usual-name", named(ParameterSource::Variable))
        .reject([Reason::NoToken])
        .title("a token in the parameter jid, where ANYCABLE_ID_PARAM names another")
        .why("A variable that is documented and does nothing leaves a server configured as nobody meant it.")
        .requirement("AC-CFG-1")
        .class("T1")
        .threat(Threat::Config);
    vec![by_option, by_header, header_by_default, old_name, old_header, by_variable, not_by_variable]
}
