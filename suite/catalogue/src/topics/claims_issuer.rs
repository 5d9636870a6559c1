//! G9: the `iss` claim with and without a configured issuer.

use jotproof_model::edit::ContextChange;
use jotproof_model::{Reason, Threat};

use super::Topic;
use super::claims_audience::unicode_twin;
use crate::case::Case;
use crate::edits::{claim, context, header, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases = vec![absent(), escaped()];
    cases.extend(OTHER.into_iter().map(other));
    cases.extend(WRONG_TYPES.into_iter().map(wrong_type));
    cases.push(none_configured());
    cases.extend(MORE_OTHER.into_iter().map(other));
    cases.extend(MORE_WRONG_TYPES.into_iter().map(wrong_type));
    cases.push(empty_and_none_configured());
    cases.extend(repeated_in_header());
    cases.extend(without_audience());
    cases.extend(UNICODE_OTHER.into_iter().map(unicode_other));
    Topic {
        path: "claims/issuer",
        about: "The `iss` claim. If an issuer is configured (https://issuer.example.com), `iss` must be one \
                string that equals it exactly.",
        cases,
    }
}

fn absent() -> Case {
    twins::bound()
        .changed("claims/issuer/absent", without_claim("iss"))
        .either_better_refused(
            "`iss` is optional (RFC 7519 section 4.1.1), and RFC 8725 section 3.8 covers only tokens that \
             have it. Preferring rejection is the choice of this project.",
            [Reason::Issuer, Reason::ClaimMissing],
        )
        .title("iss is missing, and an issuer is configured")
        .why(
            "A verifier with a configured issuer that accepts a token without `iss` lets a sender avoid the \
             check by leaving the claim out.",
        )
        .requirement("RFC7519-4.1.1-ISS")
        .requirement("RFC8725-3.8-ISS")
        .class("C9")
        .threat(Threat::Holder)
}

fn escaped() -> Case {
    twins::bound()
        .changed("claims/issuer/escaped", claim("iss", "\"https:\\/\\/\\u0069ssuer.example.com\""))
        .accept()
        .title("iss is the configured issuer, written with JSON escapes")
        .why("Strings are compared after JSON escapes are decoded, so this issuer equals the configured one.")
        .requirement("RFC8725-3.8-ISS")
        .documented("CF-ISS-2")
        .documented("CF-ISS-3")
        .class("C9")
}

/// Strings that differ from the issuer. Name, raw value, description, the mistake that accepts it.
const OTHER: [(&str, &str, &str, &str); 12] = [
    (
        "another",
        "\"https://evil.example\"",
        "another issuer",
        "does not compare `iss`, although several issuers may share a key,",
    ),
    (
        "prefix",
        "\"https://issuer\"",
        "the first part of the configured issuer",
        "searches the configured issuer for the claim",
    ),
    (
        "suffix",
        "\"example.com\"",
        "the last part of the configured issuer",
        "searches the configured issuer for the claim, or compares only the domain,",
    ),
    (
        "longer",
        "\"https://issuer.example.com.evil.example\"",
        "a longer host name that starts with the configured issuer",
        "compares only a prefix",
    ),
    (
        "something-before",
        "\"https://evil.example/https://issuer.example.com\"",
        "the configured issuer preceded by more text",
        "searches the claim for the configured issuer, as a regex without anchors does,",
    ),
    (
        "case",
        "\"https://Issuer.Example.com\"",
        "the configured issuer in different letter case",
        "ignores letter case, as for host names,",
    ),
    (
        "trailing-slash",
        "\"https://issuer.example.com/\"",
        "the configured issuer followed by a slash",
        "normalizes URLs",
    ),
    (
        "leading-space",
        "\" https://issuer.example.com\"",
        "the configured issuer preceded by a space",
        "trims strings",
    ),
    ("empty", "\"\"", "an empty string", "treats an empty claim as missing"),
    (
        "look-alike",
        "\"https://\u{456}ssuer.example.com\"",
        "the configured issuer with a Cyrillic look-alike letter",
        "maps look-alike letters to one letter",
    ),
    (
        "dot-as-pattern",
        "\"https://issuer-example.com\"",
        "the configured issuer with a hyphen for a dot",
        "uses the configured issuer as a regex, where a dot matches any character,",
    ),
    (
        "audience",
        "\"https://api.example.com/chat\"",
        "the configured audience",
        "confuses the two claims, or the two options,",
    ),
];

fn other((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/issuer/{name}"), claim("iss", value))
        .reject([Reason::Issuer])
        .title(format!("iss is {what}"))
        .why(format!(
            "A verifier that {why} accepts a token of another issuer. By RFC 7519 section 2, \
                      strings are compared case-sensitively and without transformation."
        ))
        .requirement("RFC8725-3.8-ISS")
        .documented(if name == "another" { "CF-ISS-2" } else { "CF-ISS-3" })
        .class("C9")
        .threat(Threat::Holder)
}

/// Values of a wrong type.
const WRONG_TYPES: [(&str, &str, &str); 5] = [
    ("null", "null", "null"),
    ("number", "1", "a number"),
    ("object", "{\"https://issuer.example.com\":1}", "an object with the configured issuer as a member name"),
    ("array-of-one", "[\"https://issuer.example.com\"]", "an array that contains the configured issuer"),
    (
        "array-with-another",
        "[\"https://evil.example\",\"https://issuer.example.com\"]",
        "an array with another issuer and the configured one",
    ),
];

fn wrong_type((name, value, what): (&str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/issuer/{name}"), claim("iss", value))
        .reject([Reason::Issuer, Reason::ClaimType])
        .title(format!("iss is {what}"))
        .why(
            "An issuer is one string, so a value of another type is not the configured issuer. A verifier \
             that searches or converts the value may accept it. Two readers of the same token may then see \
             two issuers.",
        )
        .requirement("RFC7519-4.1.1-ISS")
        .requirement("RFC8725-3.8-ISS")
        .class("C9")
        .threat(Threat::Holder)
}

fn none_configured() -> Case {
    twins::hs256()
        .changed("claims/issuer/none-configured", claim("iss", "\"https://anybody.example.com\""))
        .accept()
        .title("iss is present, and no issuer is configured")
        .why(
            "The application decides what `iss` means. If it configures no issuer, the verifier trusts the \
             key alone.",
        )
        .requirement("RFC7519-4.1.1-ISS")
        .class("C9")
}

/// More strings that differ from the issuer.
const MORE_OTHER: [(&str, &str, &str, &str); 28] = [
    (
        "middle",
        "\"issuer.example\"",
        "the middle part of the configured issuer",
        "searches the configured issuer for the claim",
    ),
    (
        "one-character",
        "\"https://issuer.example.con\"",
        "the configured issuer with another final character",
        "ends the comparison one character early",
    ),
    (
        "one-character-less",
        "\"https://issuer.example.co\"",
        "the configured issuer without its final character",
        "compares only as many characters as the claim has",
    ),
    (
        "first-character",
        "\"xttps://issuer.example.com\"",
        "the configured issuer with another first character",
        "starts the comparison one character late",
    ),
    (
        "trailing-dot",
        "\"https://issuer.example.com.\"",
        "the configured issuer with a dot after the host name",
        "normalizes host names",
    ),
    (
        "percent-encoded",
        "\"https://%69ssuer.example.com\"",
        "the configured issuer, percent-encoded",
        "decodes percent escapes",
    ),
    (
        "scheme",
        "\"http://issuer.example.com\"",
        "the configured issuer with the scheme http",
        "ignores the scheme",
    ),
    (
        "without-scheme",
        "\"issuer.example.com\"",
        "the configured issuer without its scheme",
        "allows an issuer without its scheme, as some providers write it,",
    ),
    (
        "default-port",
        "\"https://issuer.example.com:443\"",
        "the configured issuer with an explicit default port",
        "compares URLs part by part, with default values filled in,",
    ),
    (
        "user-information",
        "\"https://evil@issuer.example.com\"",
        "the configured issuer with a user name before the host",
        "compares only the host",
    ),
    (
        "as-user-information",
        "\"https://issuer.example.com@evil.example\"",
        "the configured issuer as the user name before another host",
        "takes the text before `@` for the host",
    ),
    (
        "query",
        "\"https://issuer.example.com?tenant=other\"",
        "the configured issuer followed by a query",
        "cuts off the query",
    ),
    (
        "subdomain",
        "\"https://evil.issuer.example.com\"",
        "a subdomain of the configured issuer",
        "treats a subdomain as its parent domain, as for cookies,",
    ),
    (
        "sibling",
        "\"https://other.example.com\"",
        "another host of the same domain",
        "compares only the registered domain",
    ),
    (
        "ideographic-dot",
        "\"https://issuer\u{3002}example.com\"",
        "the configured issuer with an ideographic full stop",
        "maps host names as for internationalized domain names, where this character is a dot,",
    ),
    (
        "full-width",
        "\"https://\u{ff49}ssuer.example.com\"",
        "the configured issuer with a full-width letter",
        "applies a Unicode compatibility normalization",
    ),
    (
        "long-s",
        "\"https://i\u{17f}suer.example.com\"",
        "the configured issuer with a long s",
        "applies Unicode case folding, which maps this letter to `s`,",
    ),
    (
        "zero-width-space",
        "\"https://issuer\u{200b}.example.com\"",
        "the configured issuer with a zero-width space inside",
        "drops invisible characters",
    ),
    (
        "cut-by-nul",
        "\"https://issuer.example.com\\u0000.evil.example\"",
        "the configured issuer followed by NUL and more text",
        "ends the comparison at NUL, as C does,",
    ),
    (
        "trailing-space",
        "\"https://issuer.example.com \"",
        "the configured issuer followed by a space",
        "trims strings, or pads them to one length as some databases do,",
    ),
    (
        "line-break-after",
        "\"https://issuer.example.com\\n\"",
        "the configured issuer followed by a line feed",
        "uses a regex that ends in `$`, which also matches before a final line feed,",
    ),
    (
        "line-of-its-own",
        "\"https://evil.example\\nhttps://issuer.example.com\"",
        "the configured issuer on the second line of a string",
        "uses a regex whose `^` and `$` match at every line",
    ),
    (
        "comma-list",
        "\"https://evil.example,https://issuer.example.com\"",
        "a comma-separated list in one string",
        "splits a string at commas",
    ),
    (
        "space-list",
        "\"https://evil.example https://issuer.example.com\"",
        "a space-separated list in one string",
        "splits a string at spaces, as for `scope`,",
    ),
    (
        "array-text",
        "\"[\\\"https://issuer.example.com\\\"]\"",
        "the JSON text of an array in one string",
        "parses the string as JSON again",
    ),
    ("wildcard", "\"*\"", "an asterisk", "treats the claim as a wildcard pattern"),
    ("regular-expression", "\".*\"", "a regex that matches everything", "uses the claim as a regex"),
    (
        "word-null",
        "\"null\"",
        "the string null",
        "compares with the text of a missing value, or takes this text for one,",
    ),
];

/// More values of a wrong type.
const MORE_WRONG_TYPES: [(&str, &str, &str); 6] = [
    ("true", "true", "true"),
    ("array-empty", "[]", "an empty array"),
    (
        "array-in-array",
        "[[\"https://issuer.example.com\"]]",
        "an array that contains an array with the \
                                                              configured issuer",
    ),
    ("array-of-true", "[true]", "an array that contains true"),
    (
        "array-of-pieces",
        "[\"https:\",\"\",\"issuer.example.com\"]",
        "an array whose elements, joined with slashes, make the configured issuer",
    ),
    (
        "object-with-value",
        "{\"name\":\"https://issuer.example.com\"}",
        "an object with the configured issuer as a member value",
    ),
];

fn empty_and_none_configured() -> Case {
    twins::hs256()
        .changed("claims/issuer/none-configured-empty", claim("iss", "\"\""))
        .accept()
        .title("iss is an empty string, and no issuer is configured")
        .why("An empty string is a valid string. If no issuer is configured, `iss` is not compared.")
        .requirement("RFC7519-4.1.1-ISS")
        .class("C9")
}

/// Claims that are repeated in the header (RFC 7519 section 5.3). There they are header parameters.
fn repeated_in_header() -> Vec<Case> {
    let repeated = twins::bound()
        .changed("claims/issuer/repeated-in-the-header", header("iss", &format!("\"{}\"", twins::ISSUER)))
        .accept()
        .title("iss is the configured issuer, repeated in the header")
        .why(
            "A claim may be repeated in the header (RFC 7519 section 5.3). There it is a header parameter \
             that the verifier need not understand.",
        )
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C9");
    let another = repeated
        .changed("claims/issuer/another-and-ours-in-the-header", claim("iss", "\"https://evil.example\""))
        .reject([Reason::Issuer])
        .title("iss is another issuer, and the header has the configured one")
        .why(
            "The claim counts. A verifier that reads the issuer from the header to choose a key, and does \
             not compare the claim, accepts a token of another issuer.",
        )
        .requirement("RFC8725-3.8-ISS")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C9")
        .threat(Threat::Holder);
    let absent = repeated
        .changed("claims/issuer/in-the-header-alone", without_claim("iss"))
        .either_better_refused(
            "`iss` is optional (RFC 7519 section 4.1.1), and RFC 8725 section 3.8 covers only tokens that \
             have it. Preferring rejection is the choice of this project.",
            [Reason::Issuer, Reason::ClaimMissing],
        )
        .title("iss is missing, and only the header has the configured issuer")
        .why(
            "A header parameter is not a claim, so this token has no issuer. A verifier must not compare the \
             header instead.",
        )
        .requirement("RFC8725-3.8-ISS")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C9")
        .threat(Threat::Holder);
    vec![repeated, another, absent]
}

/// A configured issuer without a configured audience.
fn without_audience() -> Vec<Case> {
    let equal = twins::hs256()
        .changed_by(
            "claims/issuer/equal-and-no-audience-configured",
            vec![
                context(ContextChange::Issuer { issuer: Some(twins::ISSUER.to_owned()) }),
                claim("iss", &format!("\"{}\"", twins::ISSUER)),
            ],
        )
        .accept()
        .title("iss is the configured issuer, and no audience is configured")
        .why(
            "Audience and issuer are independent options. If no audience is configured, a token without \
             `aud` is good.",
        )
        .requirement("RFC8725-3.8-ISS")
        .documented("CF-ISS-2")
        .class("C9");
    let another = equal
        .changed("claims/issuer/another-and-no-audience-configured", claim("iss", "\"https://evil.example\""))
        .reject([Reason::Issuer])
        .title("iss is another issuer, and no audience is configured")
        .why(
            "A verifier that compares `iss` only if an audience is configured accepts a token of another \
             issuer.",
        )
        .requirement("RFC8725-3.8-ISS")
        .documented("CF-ISS-2")
        .class("C9")
        .threat(Threat::Holder);
    let audience = equal
        .changed(
            "claims/issuer/equal-with-an-aud-and-no-audience-configured",
            claim("aud", "\"https://other.example.com\""),
        )
        .either(
            "RFC 7519 section 4.1.3: a principal that processes the claim and does not find itself in it \
             must reject the token. A verifier without a configured audience does not process the claim.",
            [Reason::Audience],
        )
        .title("iss is the configured issuer, aud is present, and no audience is configured")
        .why(
            "The issuer is the configured one. The verifier does not know whether it is the audience, so it \
             may accept or reject the token.",
        )
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder);
    vec![equal, another, audience]
}

/// Strings that differ from an issuer with an accent and regex metacharacters.
const UNICODE_OTHER: [(&str, &str, &str, &str); 4] = [
    (
        "decomposed",
        "\"https://e\u{301}metteur.example.com/[a-z]*\"",
        "the configured issuer with a combining accent",
        "applies a Unicode normalization",
    ),
    (
        "punycode",
        "\"https://xn--metteur-9xa.example.com/[a-z]*\"",
        "the configured issuer with its host name in Punycode",
        "converts internationalized host names",
    ),
    (
        "upper-case-accent",
        "\"https://\u{c9}metteur.example.com/[a-z]*\"",
        "the configured issuer with its accented letter in upper case",
        "ignores the case of letters beyond ASCII",
    ),
    (
        "matched-as-pattern",
        "\"https://\u{e9}metteur.example.com/other\"",
        "a string that the configured issuer matches as a regex",
        "compiles the configured issuer into a regex",
    ),
];

fn unicode_other((words, value, what, why): (&str, &str, &str, &str)) -> Case {
    unicode_twin()
        .changed(&format!("claims/issuer/unicode-{words}"), claim("iss", value))
        .reject([Reason::Issuer])
        .title(format!("iss is {what}"))
        .why(format!(
            "A verifier that {why} accepts a token of another issuer. By RFC 7519 section 2, \
                      strings are compared case-sensitively and without transformation."
        ))
        .requirement("RFC8725-3.8-ISS")
        .documented("CF-ISS-3")
        .class("C9")
        .threat(Threat::Holder)
}
