//! Where a client of AnyCable puts its token: the query, a header or a subprotocol, several of them, or none.
//! Also the options that rename these places.

use jotproof_model::context::{Carrier, Parameter, ParameterSource, Place};
use jotproof_model::edit::ContextChange;
use jotproof_model::{Algorithm, Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{claim, context, sign};
use crate::twins;

/// The prefix of a subprotocol that carries a token.
const SUBPROTOCOL: &str = "anycable-token.";

/// A token of another user with a MAC of zeros. It stands in the other place.
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
        about: "Where a client of AnyCable puts its token: which places count, and how they are renamed. \
                Also tokens in other places, and handshakes with two tokens.",
        cases,
    }
}

/// Sets what a client submits.
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
        .title("token in the header X-JID, headers not configured")
        .why(
            "The documentation says that the token comes in the query or in a header. It names no option \
             that the header needs.",
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
        .title("token in the header X-JID, configured as a header that is read")
        .why("A client that can set a header keeps the token out of the URL, and so out of logs.")
        .requirement("AC-SRC-1")
        .class("T1")
}

fn header_in_lower_case() -> Case {
    header()
        .changed("anycable/sources/header-in-lower-case", submits(&[token_in(Place::Header, "x-jid")]))
        .accept()
        .title("token in the header x-jid")
        .why("Header names are compared without regard to case (RFC 9110 section 5.1).")
        .requirement("AC-SRC-1")
        .class("T1")
}

fn subprotocol() -> Case {
    twins::anycable()
        .changed("anycable/sources/subprotocol", submits(&[token_in(Place::Subprotocol, SUBPROTOCOL)]))
        .accept()
        .title("token in the second subprotocol, after the protocol that is spoken")
        .why("A browser can set no other header in a WebSocket handshake.")
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
        .title("token in the last of several subprotocols")
        .why(
            "The subprotocols are a list. The server recognises the token by its prefix, not by its \
             position.",
        )
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
        .title("empty header X-JID beside a token in the query")
        .why("A header without a value carries no token. The token in the query is the only one.")
        .requirement("AC-SRC-1")
        .class("T1")
}

/// The token in such a place is checked as closely as in the query.
fn bad_ones(twin: &Case, place: &str) -> [Case; 2] {
    let requirement = if place == "header" { "AC-SRC-1" } else { "AC-SRC-3" };
    let wrong_key = twin
        .changed(&format!("{}-wrong-key", twin.id()), sign(None, "hmac-64-bytes-foreign", Algorithm::HS256))
        .reject([Reason::Signature])
        .title(format!("token signed with a different secret, in the {place}"))
        .why(
            "Anyone can send this. A server that trusts a token because of its place in the handshake \
             accepts forged tokens.",
        )
        .requirement(requirement)
        .requirement("AC-EXP-2")
        .class("T1")
        .threat(Threat::Forger);
    let expired = twin
        .changed(&format!("{}-exp-past", twin.id()), claim("exp", "{{now-600}}"))
        .reject([Reason::Expired])
        .title(format!("exp ten minutes ago, token in the {place}"))
        .why(
            "A client with an expired token must be told so, wherever it puts the token. A server that \
             accepts it extends access that has ended.",
        )
        .requirement(requirement)
        .requirement("AC-EXP-1")
        .class("C5")
        .threat(Threat::Holder);
    [wrong_key, expired]
}

/// Places that do not count: words for an id, the place, its name, the text, the description.
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
        .title(format!("token in {what}"))
        .why(if name == "Cookie" {
            "A browser sends cookies on its own, also for pages of other sites. A server that reads a token \
             from a cookie brings back the cross-site attacks that tokens prevent."
        } else {
            "The token comes in one query parameter or one header of known names. A server that looks \
             elsewhere uses values that a proxy or a page put there for another purpose."
        })
        .requirement("AC-SRC-1")
        .class("T1")
        .threat(Threat::Holder)
}

/// A handshake with two tokens.
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
        title: "same token in the header and in the query",
        headers: true,
        carriers: [HEADER, QUERY],
    },
    Several {
        words: "header-and-forged-query",
        title: "valid token in the header, forged token in the query",
        headers: true,
        carriers: [HEADER, FORGED_QUERY],
    },
    Several {
        words: "forged-header-and-query",
        title: "forged token in the header, valid token in the query",
        headers: true,
        carriers: [FORGED_HEADER, QUERY],
    },
    Several {
        words: "forged-header-by-default-and-query",
        title: "forged token in the header, headers not configured, valid token in the query",
        headers: false,
        carriers: [FORGED_HEADER, QUERY],
    },
    Several {
        words: "query-and-forged-query",
        title: "query parameter twice: valid token, then forged token",
        headers: false,
        carriers: [QUERY, FORGED_QUERY],
    },
    Several {
        words: "forged-query-and-query",
        title: "query parameter twice: forged token, then valid token",
        headers: false,
        carriers: [FORGED_QUERY, QUERY],
    },
    Several {
        words: "header-and-forged-header",
        title: "header twice: valid token, then forged token",
        headers: true,
        carriers: [HEADER, FORGED_HEADER],
    },
    Several {
        words: "forged-header-and-header",
        title: "header twice: forged token, then valid token",
        headers: true,
        carriers: [FORGED_HEADER, HEADER],
    },
    Several {
        words: "subprotocol-and-forged-query",
        title: "valid token in a subprotocol, forged token in the query",
        headers: false,
        carriers: [PROTOCOL, FORGED_QUERY],
    },
    Several {
        words: "forged-subprotocol-and-query",
        title: "forged token in a subprotocol, valid token in the query",
        headers: false,
        carriers: [FORGED_PROTOCOL, QUERY],
    },
    Several {
        words: "header-and-forged-subprotocol",
        title: "valid token in the header, forged token in a subprotocol",
        headers: true,
        carriers: [HEADER, FORGED_PROTOCOL],
    },
    Several {
        words: "forged-header-and-subprotocol",
        title: "forged token in the header, valid token in a subprotocol",
        headers: true,
        carriers: [FORGED_HEADER, PROTOCOL],
    },
];

fn several(Several { words, title, headers, carriers }: Several) -> Case {
    let twin = if headers { header() } else { twins::anycable() };
    let carriers = carriers.map(|(at, name, text)| other_in(at, name, text));
    twin.changed(&format!("anycable/sources/{words}"), submits(&carriers))
        .either(
            "The documentation says that a token comes in the query or in the header. It does not say which \
             one counts if both are present, so a server may reject the ambiguous handshake.",
            [Reason::SeveralTokens, Reason::Signature],
        )
        .title(title)
        .why(
            "One of the tokens must decide. If a proxy and the server read different ones, the proxy lets \
             through a client that the server sees as somebody else.",
        )
        .requirement("AC-SRC-2")
        .class("T1")
}

/// A malformed handshake: words for an id, the title, what is submitted.
struct Malformed {
    words: &'static str,
    title: &'static str,
    carriers: [(Place, &'static str, &'static str); 2],
}

const MALFORMED: [Malformed; 9] = [
    Malformed {
        words: "query-then-malformed-escape",
        title: "token in the query, followed by a parameter with a percent sign without hex digits",
        carriers: [QUERY, (Place::RawQuery, "x", "%zz")],
    },
    Malformed {
        words: "malformed-escape-then-query",
        title: "token in the query, preceded by a parameter with a percent sign without hex digits",
        carriers: [(Place::RawQuery, "x", "%zz"), QUERY],
    },
    Malformed {
        words: "query-then-escape-cut-short",
        title: "token in the query, followed by a parameter with a truncated percent-encoding",
        carriers: [QUERY, (Place::RawQuery, "x", "%2")],
    },
    Malformed {
        words: "query-then-semicolon",
        title: "token in the query, followed by a parameter with a semicolon",
        carriers: [QUERY, (Place::RawQuery, "x", "1;y=2")],
    },
    Malformed {
        words: "header-and-malformed-escape",
        title: "token in the header, query with a percent sign without hex digits",
        carriers: [HEADER, (Place::RawQuery, "x", "%zz")],
    },
    Malformed {
        words: "host-with-malformed-port",
        title: "token in the query, Host with a port that is not a number",
        carriers: [QUERY, (Place::Header, "Host", "localhost:abc")],
    },
    Malformed {
        words: "host-with-malformed-escape",
        title: "token in the query, Host with a percent sign without hex digits",
        carriers: [QUERY, (Place::Header, "Host", "%zz")],
    },
    Malformed {
        words: "host-with-unclosed-bracket",
        title: "token in the query, Host with an unclosed bracket",
        carriers: [QUERY, (Place::Header, "Host", "[::1")],
    },
    Malformed {
        words: "header-and-malformed-host",
        title: "token in the header, Host with a port that is not a number",
        carriers: [HEADER, (Place::Header, "Host", "localhost:abc")],
    },
];

fn malformed(Malformed { words, title, carriers }: Malformed) -> Case {
    let twin = if carriers[0] == HEADER { header() } else { twins::anycable() };
    let (requirement, either) = if words.ends_with("semicolon") {
        (
            "RFC3986-3.4-QUERY",
            "A query may contain a semicolon (RFC 3986 section 3.4), and the application defines what \
             separates its parameters. The documentation of AnyCable does not define it. Forms were once \
             separated by semicolons.",
        )
    } else if carriers.iter().any(|(_, name, _)| *name == "Host") {
        (
            "RFC9110-7.2-HOST",
            "RFC 9110 section 7.2 tells the sender what `Host` contains. The documentation of AnyCable says \
             nothing about a request with any other value.",
        )
    } else {
        (
            "RFC3986-2.1-PERCENT",
            "RFC 3986 section 2.1 requires two hexadecimal digits after every percent sign, and does not \
             say how to treat anything else. The documentation of AnyCable says nothing about such a \
             request.",
        )
    };
    let carriers = carriers.map(|(at, name, text)| other_in(at, name, text));
    twin.changed(&format!("anycable/sources/{words}"), submits(&carriers))
        .either(either, [Reason::Request])
        .title(title)
        .why(
            "A server that guesses at a malformed request may read it differently from a proxy in front of \
             it or an application behind it. A rejection must be a proper answer, not a broken connection.",
        )
        .requirement(requirement)
        .class("T1")
}

/// The parameter under another name.
fn renamed() -> Vec<Case> {
    let named =
        |by| context(ContextChange::Parameter { parameter: Parameter { name: "pass".to_owned(), by } });
    let by_option = twins::anycable()
        .changed_by(
            "anycable/sources/renamed-query",
            vec![named(ParameterSource::Option), submits(&[token_in(Place::Query, "pass")])],
        )
        .accept()
        .title("token in the query parameter that jwt_param names")
        .why("The option renames the query parameter.")
        .requirement("AC-SRC-1")
        .class("T1");
    let by_header = by_option
        .changed_by(
            "anycable/sources/renamed-header",
            vec![reads(&["cookie", "x-pass"]), submits(&[token_in(Place::Header, "X-PASS")])],
        )
        .accept()
        .title("token in the header that jwt_param names, prefixed with X-")
        .why("The option renames both the query parameter and the header that is named after it.")
        .requirement("AC-SRC-1")
        .class("T1");
    let header_by_default = by_option
        .changed("anycable/sources/renamed-header-by-default", submits(&[token_in(Place::Header, "X-PASS")]))
        .accept()
        .title("token in the header that jwt_param names, headers not configured")
        .why("The header is named after the parameter, and the documentation requires no other option.")
        .requirement("AC-SRC-1")
        .class("T1");
    let old_name = twins::anycable()
        .changed("anycable/sources/renamed-and-the-usual-name", named(ParameterSource::Option))
        .reject([Reason::NoToken])
        .title("token in the query parameter jid, jwt_param with another name")
        .why("An operator who renames the parameter expects that the old name no longer carries a token.")
        .requirement("AC-SRC-1")
        .class("T1");
    let old_header = by_header
        .changed(
            "anycable/sources/renamed-and-the-usual-header",
            submits(&[token_in(Place::Header, "X-JID")]),
        )
        .reject([Reason::NoToken])
        .title("token in the header X-JID, jwt_param with another name")
        .why(
            "The header is renamed together with the parameter, so the old header no longer carries a \
             token.",
        )
        .requirement("AC-SRC-1")
        .class("T1");
    let by_variable = twins::anycable()
        .changed_by(
            "anycable/sources/renamed-by-variable",
            vec![named(ParameterSource::Variable), submits(&[token_in(Place::Query, "pass")])],
        )
        .accept()
        .title("token in the query parameter that ANYCABLE_ID_PARAM names")
        .why("The documentation names this variable beside the option.")
        .requirement("AC-CFG-1")
        .class("T1");
    let not_by_variable = twins::anycable()
        .changed("anycable/sources/renamed-by-variable-and-the-usual-name", named(ParameterSource::Variable))
        .reject([Reason::NoToken])
        .title("token in the query parameter jid, ANYCABLE_ID_PARAM with another name")
        .why(
            "The variable is documented, so it must rename the parameter. A server that ignores it runs \
             with a configuration that nobody intended.",
        )
        .requirement("AC-CFG-1")
        .class("T1")
        .threat(Threat::Config);
    vec![by_option, by_header, header_by_default, old_name, old_header, by_variable, not_by_variable]
}
