//! G9: `iss` against a configured issuer, and against none.

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
        about: "Who made a token: one string, equal to the configured issuer \
                (https://issuer.example.com), where one is configured.",
        cases,
    }
}

fn absent() -> Case {
    twins::bound()
        .changed("claims/issuer/absent", without_claim("iss"))
        .either_better_refused(
            "`iss` is optional (RFC 7519 section 4.1.1), and RFC 8725 section 3.8 speaks of an issuer \
             that is there. To prefer a refusal is the choice of this project.",
            [Reason::Issuer, Reason::ClaimMissing],
        )
        .title("no iss, and an issuer is configured")
        .why(
            "A verifier that is told its issuer and lets in tokens without one can be talked out of \
             the check by leaving the claim out.",
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
        .title("the configured issuer, written with escapes")
        .why("Strings are compared after their escapes are resolved; this one is equal.")
        .requirement("RFC8725-3.8-ISS")
        .documented("CF-ISS-2")
        .documented("CF-ISS-3")
        .class("C9")
}

/// Strings that are not the issuer. Name, raw value, what it is, how it comes to be accepted.
const OTHER: [(&str, &str, &str, &str); 12] = [
    (
        "another",
        "\"https://evil.example\"",
        "another issuer",
        "The claim is not compared: whoever shares the key speaks for this issuer.",
    ),
    (
        "prefix",
        "\"https://issuer\"",
        "a beginning of the configured issuer",
        "The configured issuer is searched for the claim instead of compared with it.",
    ),
    (
        "suffix",
        "\"example.com\"",
        "an end of the configured issuer",
        "The configured issuer is searched for the claim, or only its domain counts.",
    ),
    (
        "longer",
        "\"https://issuer.example.com.evil.example\"",
        "the configured issuer as the beginning of another host",
        "The claim need only begin with the configured issuer.",
    ),
    (
        "something-before",
        "\"https://evil.example/https://issuer.example.com\"",
        "the configured issuer with something before it",
        "The claim is searched for the configured issuer, as a regular expression without anchors \
         does it.",
    ),
    (
        "case",
        "\"https://Issuer.Example.com\"",
        "the configured issuer in another case",
        "Case is folded, as for host names; but the comparison is case-sensitive.",
    ),
    (
        "trailing-slash",
        "\"https://issuer.example.com/\"",
        "the configured issuer with a final slash",
        "Addresses are normalised; but strings are compared without transformation.",
    ),
    (
        "leading-space",
        "\" https://issuer.example.com\"",
        "the configured issuer with a space before it",
        "Strings are trimmed before they are compared.",
    ),
    ("empty", "\"\"", "an empty string", "An empty claim is taken as absent."),
    (
        "look-alike",
        "\"https://\u{456}ssuer.example.com\"",
        "the configured issuer with a Cyrillic letter",
        "Look-alikes are folded, or were never told apart.",
    ),
    (
        "dot-as-pattern",
        "\"https://issuer-example.com\"",
        "the configured issuer with another character for a dot",
        "The configured issuer is used as a regular expression, in which a dot is any character.",
    ),
    (
        "audience",
        "\"https://api.example.com/chat\"",
        "the configured audience",
        "The two claims, or the two options, are mixed up.",
    ),
];

fn other((name, value, what, why): (&str, &str, &str, &str)) -> Case {
    twins::bound()
        .changed(&format!("claims/issuer/{name}"), claim("iss", value))
        .reject([Reason::Issuer])
        .title(what)
        .why(format!("{why} A token of another issuer is accepted."))
        .requirement("RFC8725-3.8-ISS")
        .documented(if name == "another" { "CF-ISS-2" } else { "CF-ISS-3" })
        .class("C9")
        .threat(Threat::Holder)
}

/// Values that are no issuer.
const WRONG_TYPES: [(&str, &str, &str); 5] = [
    ("null", "null", "null"),
    ("number", "1", "a number"),
    ("object", "{\"https://issuer.example.com\":1}", "an object with the configured issuer as a name"),
    ("array-of-one", "[\"https://issuer.example.com\"]", "an array with the configured issuer"),
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
        .title(format!("iss that is {what}"))
        .why(
            "An issuer is one string. A value of another type is not the configured issuer; what it \
             holds is compared by nobody but a verifier that takes `iss` for a list, and two readers \
             of the same token may then see two issuers.",
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
        .title("an iss, and no issuer is configured")
        .why(
            "What `iss` means is for the application to say; where it says nothing, the key is what a \
             verifier trusts.",
        )
        .requirement("RFC7519-4.1.1-ISS")
        .class("C9")
}

/// More strings that are not the issuer.
const MORE_OTHER: [(&str, &str, &str, &str); 28] = [
    (
        "middle",
        "\"issuer.example\"",
        "a piece from the middle of the configured issuer",
        "The configured issuer is searched for the claim instead of compared with it.",
    ),
    (
        "one-character",
        "\"https://issuer.example.con\"",
        "the configured issuer with another last character",
        "The comparison stops one character early.",
    ),
    (
        "one-character-less",
        "\"https://issuer.example.co\"",
        "the configured issuer without its last character",
        "As many characters are compared as the claim has.",
    ),
    (
        "first-character",
        "\"xttps://issuer.example.com\"",
        "the configured issuer with another first character",
        "The comparison begins one character late.",
    ),
    (
        "trailing-dot",
        "\"https://issuer.example.com.\"",
        "the configured issuer with the final dot of a full host name",
        "Host names are normalised; but strings are compared without transformation.",
    ),
    (
        "percent-encoded",
        "\"https://%69ssuer.example.com\"",
        "the configured issuer, percent-encoded",
        "Addresses are normalised; but strings are compared without transformation.",
    ),
    (
        "scheme",
        "\"http://issuer.example.com\"",
        "the configured issuer with another scheme",
        "What stands before the host is left out of the comparison.",
    ),
    (
        "without-scheme",
        "\"issuer.example.com\"",
        "the configured issuer without its scheme",
        "One issuer is known under two names, with its scheme and without, as some providers write it.",
    ),
    (
        "default-port",
        "\"https://issuer.example.com:443\"",
        "the configured issuer with the port that it has anyway",
        "Addresses are taken apart and compared by their parts, with what they leave out filled in.",
    ),
    (
        "user-information",
        "\"https://evil@issuer.example.com\"",
        "the configured issuer with a user name before the host",
        "Only the host is compared.",
    ),
    (
        "as-user-information",
        "\"https://issuer.example.com@evil.example\"",
        "the configured issuer as the user name of another host",
        "The text before `@` is taken for the host, which is the one after it.",
    ),
    (
        "query",
        "\"https://issuer.example.com?tenant=other\"",
        "the configured issuer with a query",
        "The query is cut off before the comparison.",
    ),
    (
        "subdomain",
        "\"https://evil.issuer.example.com\"",
        "a host below the configured issuer",
        "A host counts as its parent, as cookies have it.",
    ),
    (
        "sibling",
        "\"https://other.example.com\"",
        "another host of the same domain",
        "Only the registered domain is compared.",
    ),
    (
        "ideographic-dot",
        "\"https://issuer\u{3002}example.com\"",
        "the configured issuer with an ideographic full stop",
        "Host names are mapped as internationalised ones are, by which this character is a dot.",
    ),
    (
        "full-width",
        "\"https://\u{ff49}ssuer.example.com\"",
        "the configured issuer with a full-width letter",
        "Strings are brought into a compatibility form of Unicode before they are compared.",
    ),
    (
        "long-s",
        "\"https://i\u{17f}suer.example.com\"",
        "the configured issuer with a long s",
        "Case is folded by the rules of Unicode, under which this letter is an `s`.",
    ),
    (
        "zero-width-space",
        "\"https://issuer\u{200b}.example.com\"",
        "the configured issuer with a zero-width space in it",
        "Characters that do not show are dropped before the comparison.",
    ),
    (
        "cut-by-nul",
        "\"https://issuer.example.com\\u0000.evil.example\"",
        "the configured issuer, NUL, and something else",
        "The comparison ends at NUL, as in C.",
    ),
    (
        "trailing-space",
        "\"https://issuer.example.com \"",
        "the configured issuer with a space after it",
        "Strings are trimmed before they are compared, or padded to one length as databases do.",
    ),
    (
        "line-break-after",
        "\"https://issuer.example.com\\n\"",
        "the configured issuer and a line break",
        "A regular expression that ends in `$` also matches before a final line break.",
    ),
    (
        "line-of-its-own",
        "\"https://evil.example\\nhttps://issuer.example.com\"",
        "the configured issuer in the second line of a string",
        "A regular expression with `^` and `$` matches any line of the text.",
    ),
    (
        "comma-list",
        "\"https://evil.example,https://issuer.example.com\"",
        "a list with commas in one string",
        "A string is taken apart; but a token has one issuer.",
    ),
    (
        "space-list",
        "\"https://evil.example https://issuer.example.com\"",
        "a list with spaces in one string",
        "A string is taken apart, as `scope` is; but a token has one issuer.",
    ),
    (
        "array-text",
        "\"[\\\"https://issuer.example.com\\\"]\"",
        "the text of an array in one string",
        "A string is decoded once more, as if it were JSON.",
    ),
    ("wildcard", "\"*\"", "an asterisk", "The sender chooses a pattern that matches everything."),
    (
        "regular-expression",
        "\".*\"",
        "a regular expression",
        "The claim is used as the pattern: the sender writes one that matches everything.",
    ),
    (
        "word-null",
        "\"null\"",
        "the word null",
        "The text of an absent value is compared, or taken for an absent value itself.",
    ),
];

/// More values that are no issuer.
const MORE_WRONG_TYPES: [(&str, &str, &str); 6] = [
    ("true", "true", "true, which equals every string where comparisons convert"),
    ("array-empty", "[]", "an empty array, which holds nothing that could differ"),
    ("array-in-array", "[[\"https://issuer.example.com\"]]", "an array in an array, which is flattened"),
    ("array-of-true", "[true]", "an array of true, in which a loose search finds every string"),
    (
        "array-of-pieces",
        "[\"https:\",\"\",\"issuer.example.com\"]",
        "an array whose elements make the configured issuer when slashes join them",
    ),
    (
        "object-with-value",
        "{\"name\":\"https://issuer.example.com\"}",
        "an object with the configured issuer as a value",
    ),
];

fn empty_and_none_configured() -> Case {
    twins::hs256()
        .changed("claims/issuer/none-configured-empty", claim("iss", "\"\""))
        .accept()
        .title("an empty iss, and no issuer is configured")
        .why("An empty string is a string; where nothing is asked of `iss`, it is no defect.")
        .requirement("RFC7519-4.1.1-ISS")
        .class("C9")
}

/// RFC 7519 section 5.3 lets claims be repeated in the header; they are no claims there.
fn repeated_in_header() -> Vec<Case> {
    let repeated = twins::bound()
        .changed("claims/issuer/repeated-in-the-header", header("iss", &format!("\"{}\"", twins::ISSUER)))
        .accept()
        .title("the issuer, and again in the header")
        .why("A claim may be repeated in the header, where it is a parameter that nobody need understand.")
        .requirement("RFC7515-4-IGNORE")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C9");
    let another = repeated
        .changed("claims/issuer/another-and-ours-in-the-header", claim("iss", "\"https://evil.example\""))
        .reject([Reason::Issuer])
        .title("another issuer, and the configured one in the header")
        .why(
            "The issuer is read from the header, to choose a key by it, and the claim is not compared again.",
        )
        .requirement("RFC8725-3.8-ISS")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C9")
        .threat(Threat::Holder);
    let absent = repeated
        .changed("claims/issuer/in-the-header-alone", without_claim("iss"))
        .either_better_refused(
            "`iss` is optional (RFC 7519 section 4.1.1), and RFC 8725 section 3.8 speaks of an issuer \
             that is there. To prefer a refusal is the choice of this project.",
            [Reason::Issuer, Reason::ClaimMissing],
        )
        .title("no iss but in the header")
        .why("What the header says is no claim: this token is one without an issuer.")
        .requirement("RFC8725-3.8-ISS")
        .requirement("RFC7519-5.3-REPLICATED")
        .class("C9")
        .threat(Threat::Holder);
    vec![repeated, another, absent]
}

/// An issuer is configured, and no audience.
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
        .title("the configured issuer, where no audience is configured")
        .why("The two options are independent: a token without `aud` is good where none is asked for.")
        .requirement("RFC8725-3.8-ISS")
        .documented("CF-ISS-2")
        .class("C9");
    let another = equal
        .changed("claims/issuer/another-and-no-audience-configured", claim("iss", "\"https://evil.example\""))
        .reject([Reason::Issuer])
        .title("another issuer, where no audience is configured")
        .why(
            "The issuer is compared only where an audience is configured too, and a token of another \
             issuer is accepted.",
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
            "A principal that processes the claim and does not find itself in it refuses the token \
             (RFC 7519 section 4.1.3); one that is told of no audience does not process it.",
            [Reason::Audience],
        )
        .title("the configured issuer and an aud, where no audience is configured")
        .why("The issuer is the right one, and whom it made the token for is not known to be the verifier.")
        .requirement("RFC7519-4.1.3-AUD")
        .class("C8")
        .threat(Threat::Holder);
    vec![equal, another, audience]
}

/// Strings that are not an issuer with an accent and the signs of a regular expression.
const UNICODE_OTHER: [(&str, &str, &str, &str); 4] = [
    (
        "decomposed",
        "\"https://e\u{301}metteur.example.com/[a-z]*\"",
        "the configured issuer with its accent as a code point of its own",
        "Strings are brought into a normal form of Unicode before they are compared.",
    ),
    (
        "punycode",
        "\"https://xn--metteur-9xa.example.com/[a-z]*\"",
        "the configured issuer with its host in the ASCII form of internationalised names",
        "Host names are converted before they are compared.",
    ),
    (
        "upper-case-accent",
        "\"https://\u{c9}metteur.example.com/[a-z]*\"",
        "the configured issuer with its accented letter in upper case",
        "Case is folded by the rules of Unicode; folding of ASCII alone does not show it.",
    ),
    (
        "matched-as-pattern",
        "\"https://\u{e9}metteur.example.com/other\"",
        "a string that the configured issuer matches as a regular expression",
        "The configured issuer is compiled into a pattern instead of compared.",
    ),
];

fn unicode_other((words, value, what, why): (&str, &str, &str, &str)) -> Case {
    unicode_twin()
        .changed(&format!("claims/issuer/unicode-{words}"), claim("iss", value))
        .reject([Reason::Issuer])
        .title(what)
        .why(format!("{why} A token of another issuer is accepted."))
        .requirement("RFC8725-3.8-ISS")
        .documented("CF-ISS-3")
        .class("C9")
        .threat(Threat::Holder)
}
