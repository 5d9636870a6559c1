//! G23: names that come twice, names that are spelled with escapes, and names that only resemble.
//!
//! Long because a topic is one file, like its vectors.

use jotproof_model::edit::{Alias, Layer};
use jotproof_model::{Edit, Expiry, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{alias, claim, duplicate, header, rename, unsigned};
use crate::twins;

use Layer::{Header, Payload};

mod around;

pub(super) fn topic() -> Topic {
    let mut cases = duplicates();
    cases.extend(escapes());
    cases.extend(look_alikes());
    cases.extend(around::cases());
    Topic { path: "json/names", about: "Member names that are equal, and member names that look it.", cases }
}

// Duplicate names: refused, or the last one counts (RFC 7515 section 4, RFC 7519 section 4).

const LAST: &str = "RFC 7519 section 4: a parser refuses duplicate claim names, or takes the last one.";
const LAST_PARAMETER: &str = "RFC 7515 section 4: a parser refuses duplicate header parameter names, or \
                              takes the last one.";
const FIRST_COUNTS: &str = "The last of two equal names counts. Where another reader on the way takes \
                            the first, two of them act on two different tokens.";

fn duplicates() -> Vec<Case> {
    let mut cases: Vec<Case> = GOOD_THEN_BAD.into_iter().map(good_then_bad).collect();
    cases.extend(BAD_THEN_GOOD.into_iter().map(bad_then_good));
    cases.extend(SECOND_VALUE.into_iter().map(second_value));
    cases.extend([
        nbf_good_then_bad(),
        exp_twice_the_same(),
        exp_escaped_the_second_time(),
        in_a_nested_object(),
        names_of_claims_in_a_nested_object(),
        alg_good_then_none(),
        alg_good_then_none_unsigned(),
        alg_none_then_good(),
        typ_twice(),
    ]);
    cases
}

/// Name, whether audience and issuer are configured, claim, its second value, title, the reason of the
/// claim, requirement.
const GOOD_THEN_BAD: [(&str, bool, &str, &str, &str, Reason, &str); 3] = [
    (
        "exp-future-then-past",
        false,
        "exp",
        "{{now-60}}",
        "exp twice: in an hour first, a minute ago last",
        Reason::Expired,
        "RFC7519-4.1.4-EXP",
    ),
    (
        "aud-ours-then-other",
        true,
        "aud",
        "\"https://other.example.com\"",
        "aud twice: the configured audience first, another one last",
        Reason::Audience,
        "RFC7519-4.1.3-AUD",
    ),
    (
        "iss-ours-then-other",
        true,
        "iss",
        "\"https://other.example.com\"",
        "iss twice: the configured issuer first, another one last",
        Reason::Issuer,
        "RFC8725-3.8-ISS",
    ),
];

fn good_then_bad(
    (name, bound, member, value, title, reason, requirement): (&str, bool, &str, &str, &str, Reason, &str),
) -> Case {
    let twin = if bound { twins::bound() } else { twins::hs256() };
    twin.changed(&format!("json/names/{name}"), duplicate(Payload, member, value))
        .reject([reason, Reason::Payload])
        .title(title)
        .why(
            "A verifier refuses the second name, or it takes the last value, which is a bad one: \
              either way the token is refused. Who takes the first lets it in.",
        )
        .requirement("RFC7519-4-DUP")
        .requirement(requirement)
        .class("J1")
}

/// Name, whether audience and issuer are configured, claim, its bad value, its good value, title.
const BAD_THEN_GOOD: [(&str, bool, &str, &str, &str, &str); 3] = [
    (
        "exp-past-then-future",
        false,
        "exp",
        "{{now-60}}",
        "{{now+3600}}",
        "exp twice: a minute ago first, and in an hour last",
    ),
    (
        "nbf-future-then-past",
        false,
        "nbf",
        "{{now+3600}}",
        "{{now-3600}}",
        "nbf twice: in an hour first, and an hour ago last",
    ),
    (
        "aud-other-then-ours",
        true,
        "aud",
        "\"https://other.example.com\"",
        "\"https://api.example.com/chat\"",
        "aud twice: another audience first, and the configured one last",
    ),
];

fn bad_then_good((name, bound, member, bad, good, title): (&str, bool, &str, &str, &str, &str)) -> Case {
    let twin = if bound { twins::bound() } else { twins::hs256() };
    twin.changed_by(&format!("json/names/{name}"), vec![claim(member, bad), duplicate(Payload, member, good)])
        .either(LAST, [Reason::Payload])
        .title(title)
        .why(FIRST_COUNTS)
        .requirement("RFC7519-4-DUP")
        .class("J1")
}

/// Name, claim, its second value, title.
const SECOND_VALUE: [(&str, &str, &str, &str); 2] = [
    ("sub-twice", "sub", "\"43\"", "sub twice: 42 first, 43 last"),
    ("ext-twice", "ext", "\"{\\\"user_id\\\":43}\"", "ext twice: the identifiers of 42 first, of 43 last"),
];

fn second_value((name, member, value, title): (&str, &str, &str, &str)) -> Case {
    twins::hs256()
        .changed(&format!("json/names/{name}"), duplicate(Payload, member, value))
        .either(LAST, [Reason::Payload])
        .title(title)
        .why(
            "If it is accepted, it is a token of the user who comes last. Where a gateway takes the \
              first and the server behind it the last, one checks the rights of the other.",
        )
        .requirement("RFC7519-4-DUP")
        .class("J1")
}

fn nbf_good_then_bad() -> Case {
    // As in claims/time-boundary.
    let twin =
        twins::hs256().changed("claims/time-boundary/nbf-an-hour-ago", claim("nbf", "{{now-3600}}")).accept();
    twin.changed("json/names/nbf-past-then-future", duplicate(Payload, "nbf", "{{now+3600}}"))
        .reject([Reason::NotYetValid, Reason::Payload])
        .title("nbf twice: an hour ago first, in an hour last")
        .why(
            "A verifier refuses the second name, or it takes the last value, which has not come: \
              either way the token is refused. Who takes the first lets it in.",
        )
        .requirement("RFC7519-4-DUP")
        .requirement("RFC7519-4.1.5-NBF")
        .class("J1")
}

fn exp_twice_the_same() -> Case {
    twins::hs256()
        .changed("json/names/exp-twice-the-same", duplicate(Payload, "exp", "{{now+3600}}"))
        .either(LAST, [Reason::Payload])
        .title("exp twice, with the same value")
        .why("Whichever counts, the token is good; but its names are not unique.")
        .requirement("RFC7519-4-DUP")
        .class("J1")
}

fn exp_escaped_the_second_time() -> Case {
    twins::hs256()
        .changed(
            "json/names/exp-then-escaped-exp-past",
            alias(Payload, "exp", "e\\u0078p", Alias::Escape, "{{now-60}}"),
        )
        .reject([Reason::Expired, Reason::Payload])
        .title("exp in an hour, and last, with a letter as an escape, a minute ago")
        .why(
            "The escape makes no other name of it: this is `exp` twice, and the last one has passed. A \
              test for duplicates over the text of the names does not see it.",
        )
        .requirement("RFC7519-4-DUP")
        .requirement("RFC8259-8.3-NAMES")
        .class("J4")
}

fn in_a_nested_object() -> Case {
    twins::hs256()
        .changed("json/names/twice-in-a-nested-object", claim("x", "{\"a\":1,\"a\":2}"))
        .either(
            "RFC 7519 section 4 speaks of claim names, and RFC 8259 section 4 says only that names \
             should be unique.",
            [Reason::Payload, Reason::ClaimType],
        )
        .effect(|effect| effect.claims = None)
        .title("a private claim with one name twice inside")
        .why("The claims themselves are unique. Inside of one, the value is the application's to read.")
        .requirement("RFC8259-8.3-NAMES")
        .class("J1")
}

fn names_of_claims_in_a_nested_object() -> Case {
    twins::hs256()
        .changed(
            "json/names/claims-again-in-a-nested-object",
            claim("x", "{\"sub\":\"43\",\"exp\":{{now-60}},\"nbf\":{{now+3600}}}"),
        )
        .accept()
        .title("a private claim that is an object with a sub, a past exp and a future nbf")
        .why(
            "Names are unique in one object; another object has its own. Who searches the text for \
              names, or flattens it, refuses a good token, or takes it for that of another user.",
        )
        .requirement("RFC7519-4-DUP")
        .requirement("RFC7519-4-IGNORE")
        .class("J1")
}

fn alg_good_then_none() -> Case {
    twins::hs256()
        .changed("json/names/alg-hs256-then-none", duplicate(Header, "alg", "\"none\""))
        .reject([Reason::Algorithm, Reason::Header, Reason::HeaderParameter])
        .title("alg twice: HS256 first, none last, over a good HS256 MAC")
        .why(
            "A verifier refuses the second name, or it takes the last value, which is `none`. Who \
              verifies by the first, while others read the last, checks another token than they see.",
        )
        .requirement("RFC7515-4-DUP")
        .requirement("RFC8725-3.2-NONE")
        .class("J1")
}

fn alg_good_then_none_unsigned() -> Case {
    twins::hs256()
        .changed_by(
            "json/names/alg-hs256-then-none-unsigned",
            vec![duplicate(Header, "alg", "\"none\""), unsigned(None)],
        )
        .reject([Reason::Algorithm, Reason::Header, Reason::HeaderParameter, Reason::Signature])
        .threat(Threat::Forger)
        .title("alg twice, HS256 first and none last, and an empty signature")
        .why(
            "Two defects, each stored alone as well. The check of allowed names reads the first, the \
              choice of the algorithm the last: nothing is verified.",
        )
        .requirement("RFC7515-4-DUP")
        .requirement("RFC8725-3.2-NONE")
        .class("J1")
}

fn alg_none_then_good() -> Case {
    twins::hs256()
        .changed_by(
            "json/names/alg-none-then-hs256",
            vec![header("alg", "\"none\""), duplicate(Header, "alg", "\"HS256\"")],
        )
        .either(LAST_PARAMETER, [Reason::Header, Reason::HeaderParameter])
        .title("alg twice: none first and HS256 last, over a good HS256 MAC")
        .why(FIRST_COUNTS)
        .requirement("RFC7515-4-DUP")
        .class("J1")
}

fn typ_twice() -> Case {
    twins::hs256()
        .changed("json/names/typ-twice", duplicate(Header, "typ", "\"JOSE\""))
        .either(LAST_PARAMETER, [Reason::Header, Reason::HeaderParameter])
        .title("typ twice: JWT first, JOSE last")
        .why("Header parameter names are unique, also those that nobody here reads.")
        .requirement("RFC7515-4-DUP")
        .class("J1")
}

// Escaped names: the same name (RFC 8259 section 8.3).

fn escapes() -> Vec<Case> {
    vec![
        escaped_exp(),
        escaped_exp_past(),
        escaped_nbf_future(),
        escaped_sub(),
        escaped_aud(),
        escaped_aud_other(),
        escaped_alg(),
    ]
}

fn escaped(twin: &Case, id: &str, layer: Layer, name: &str, to: &str) -> Case {
    twin.changed(id, rename(layer, name, to, Alias::Escape))
        .accept()
        .title(format!("{name} with one letter as an escape"))
        .why(
            "After the escape is resolved the names are equal, code point by code point. A reader that \
              compares the text between the quotes misses the member, and what hangs on it.",
        )
        .requirement("RFC8259-8.3-NAMES")
        .requirement("RFC7515-5.3-COMPARE")
        .class("J4")
}

fn escaped_exp() -> Case {
    escaped(&twins::hs256(), "json/names/escaped-exp", Payload, "exp", "e\\u0078p").effect(|effect| {
        effect.expires = Some(Expiry::At { second: "{{now+3600}}".to_owned() });
    })
}

fn escaped_exp_past() -> Case {
    escaped_exp()
        .changed("json/names/escaped-exp-past", claim("e\\u0078p", "{{now-60}}"))
        .reject([Reason::Expired])
        .title("exp with one letter as an escape, a minute ago")
        .why(
            "This is `exp`, and it has passed. Who misses it takes the token for one that never \
              expires.",
        )
        .requirement("RFC8259-8.3-NAMES")
        .requirement("RFC7519-4.1.4-EXP")
        .class("J4")
}

fn escaped_nbf_future() -> Case {
    twins::hs256()
        .changed("json/names/escaped-nbf-future", claim("n\\u0062f", "{{now+3600}}"))
        .reject([Reason::NotYetValid])
        .title("nbf with one letter as an escape, in an hour")
        .why("This is `nbf`, and it has not come. Who misses it lets the token in too early.")
        .requirement("RFC8259-8.3-NAMES")
        .requirement("RFC7519-4.1.5-NBF")
        .class("J4")
}

fn escaped_sub() -> Case {
    escaped(&twins::hs256(), "json/names/escaped-sub", Payload, "sub", "s\\u0075b")
        .effect(|effect| effect.user = Some("42".to_owned()))
}

fn escaped_aud() -> Case {
    escaped(&twins::bound(), "json/names/escaped-aud", Payload, "aud", "a\\u0075d")
}

fn escaped_aud_other() -> Case {
    escaped_aud()
        .changed("json/names/escaped-aud-other", claim("a\\u0075d", "\"https://other.example.com\""))
        .reject([Reason::Audience])
        .title("aud with one letter as an escape, of another audience")
        .why(
            "This is `aud`, and it names somebody else. Who misses it, and does not ask for an \
              audience, accepts what was not meant for it.",
        )
        .requirement("RFC8259-8.3-NAMES")
        .requirement("RFC7519-4.1.3-AUD")
        .class("J4")
}

fn escaped_alg() -> Case {
    escaped(&twins::hs256(), "json/names/escaped-alg", Header, "alg", "al\\u0067")
}

// Look-alikes: other names, which are ignored (RFC 7515 section 4, RFC 7519 section 4).

fn look_alikes() -> Vec<Case> {
    let mut cases: Vec<Case> = BESIDE.into_iter().map(beside).collect();
    cases.extend([
        expired_beside_upper_case(),
        upper_case_exp_alone(),
        upper_case_alg_alone(),
        other_issuer_beside_long_s(),
        trailing_space_alone(),
        audience_with_trailing_space_alone(),
    ]);
    cases.extend(HOST_LANGUAGE.into_iter().map(host_language));
    cases
}

/// Name, whether audience and issuer are configured, the look-alike, its title, bug class.
const BESIDE: [(&str, bool, Look, &str, &str); 9] = [
    (
        "exp-beside-upper-case-past",
        false,
        (Payload, "exp", "EXP", Alias::Case, "{{now-60}}"),
        "EXP a minute ago beside a good exp",
        "J2",
    ),
    (
        "exp-beside-upper-case-later",
        false,
        (Payload, "exp", "EXP", Alias::Case, "{{now+7200}}"),
        "EXP in two hours beside exp in one",
        "J2",
    ),
    (
        "nbf-upper-case-future",
        false,
        (Payload, "nbf", "NBF", Alias::Case, "{{now+3600}}"),
        "NBF in an hour, and no nbf",
        "J2",
    ),
    (
        "sub-beside-title-case",
        false,
        (Payload, "sub", "Sub", Alias::Case, "\"43\""),
        "Sub 43 beside sub 42",
        "J2",
    ),
    (
        "alg-beside-upper-case-none",
        false,
        (Header, "alg", "ALG", Alias::Case, "\"none\""),
        "ALG none beside alg HS256",
        "J2",
    ),
    (
        "sub-beside-long-s",
        false,
        (Payload, "sub", "\u{17f}ub", Alias::UnicodeFold, "\"43\""),
        "ſub 43, with a long s, beside sub 42",
        "J3",
    ),
    (
        "iss-beside-long-s-other",
        true,
        (Payload, "iss", "i\u{17f}s", Alias::UnicodeFold, "\"https://other.example.com\""),
        "iſs of another issuer, with a long s, beside a good iss",
        "J3",
    ),
    (
        "iss-beside-long-s-ours",
        true,
        (Payload, "iss", "i\u{17f}s", Alias::UnicodeFold, "\"https://issuer.example.com\""),
        "iſs of the configured issuer, with a long s, beside a good iss",
        "J3",
    ),
    (
        "exp-beside-trailing-space-past",
        false,
        (Payload, "exp", "exp ", Alias::TrailingSpace, "{{now-60}}"),
        "`exp ` with a space, a minute ago, beside a good exp",
        "J14",
    ),
];

/// Where, the name that it resembles, its own name, how it differs, its value.
type Look = (Layer, &'static str, &'static str, Alias, &'static str);

fn add((layer, of, name, how, value): Look) -> Edit {
    alias(layer, of, name, how, value)
}

fn beside((name, bound, look, title, class): (&str, bool, Look, &str, &str)) -> Case {
    let twin = if bound { twins::bound() } else { twins::hs256() };
    twin.changed(&format!("json/names/{name}"), add(look))
        .accept()
        .title(title)
        .why(
            "Names are compared exactly, and one that is not understood is ignored. A verifier that \
              finds a registered name in this one reads a value that the issuer did not give it.",
        )
        .requirement(match look.0 {
            Header => "RFC7515-4-IGNORE",
            Payload => "RFC7519-4-IGNORE",
        })
        .requirement("RFC8259-8.3-NAMES")
        .class(class)
}

fn expired_beside_upper_case() -> Case {
    let look = BESIDE.into_iter().find(|(name, ..)| *name == "exp-beside-upper-case-later");
    beside(look.expect("the row stands in the table above"))
        .changed("json/names/exp-past-beside-upper-case-later", claim("exp", "{{now-60}}"))
        .reject([Reason::Expired])
        .threat(Threat::Holder)
        .title("exp a minute ago, with EXP in two hours after it")
        .why(
            "`exp` has passed. A decoder that fills one field from both names takes the last, and an \
              expired token lives on.",
        )
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-4-IGNORE")
        .class("J2")
}

fn upper_case_exp_alone() -> Case {
    twins::hs256()
        .changed_by(
            "json/names/upper-case-exp-alone-past",
            vec![claim("exp", "{{now-60}}"), rename(Payload, "exp", "EXP", Alias::Case)],
        )
        .accept()
        .title("EXP a minute ago, and no exp")
        .why("`EXP` is a name that is not understood; the token has no expiration time, and needs none.")
        .requirement("RFC7519-7.3-COMPARE")
        .requirement("RFC7519-4-IGNORE")
        .class("J2")
}

fn upper_case_alg_alone() -> Case {
    twins::hs256()
        .changed("json/names/upper-case-alg-alone", rename(Header, "alg", "ALG", Alias::Case))
        .reject([Reason::Algorithm, Reason::HeaderParameter, Reason::Header])
        .title("ALG HS256, and no alg, over a good HS256 MAC")
        .why("`alg` must be there, and `ALG` is another name, which is ignored.")
        .requirement("RFC7515-4.1.1-ALG")
        .requirement("RFC7515-5.3-COMPARE")
        .requirement("RFC7515-4-IGNORE")
        .class("J2")
}

fn other_issuer_beside_long_s() -> Case {
    let look = BESIDE.into_iter().find(|(name, ..)| *name == "iss-beside-long-s-ours");
    beside(look.expect("the row stands in the table above"))
        .changed("json/names/iss-other-beside-long-s-ours", claim("iss", "\"https://other.example.com\""))
        .reject([Reason::Issuer])
        .threat(Threat::Holder)
        .title("iss of another issuer, with iſs of the configured one after it")
        .why(
            "`iss` names another issuer. A decoder that folds the long s fills the same field from \
              both names, and the last one hides whose token it is.",
        )
        .requirement("RFC8725-3.8-ISS")
        .requirement("RFC7519-4-IGNORE")
        .class("J3")
}

fn trailing_space_alone() -> Case {
    twins::hs256()
        .changed_by(
            "json/names/trailing-space-exp-alone-past",
            vec![claim("exp", "{{now-60}}"), rename(Payload, "exp", "exp ", Alias::TrailingSpace)],
        )
        .accept()
        .title("`exp ` with a space, a minute ago, and no exp")
        .why("White space is part of a name; the token has no expiration time, and needs none.")
        .requirement("RFC7519-4-IGNORE")
        .class("J14")
}

fn audience_with_trailing_space_alone() -> Case {
    twins::bound()
        .changed("json/names/trailing-space-aud-alone", rename(Payload, "aud", "aud ", Alias::TrailingSpace))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .title("`aud ` with a space names the configured audience, and no aud")
        .why("White space is part of a name. The token has no audience, and one is configured.")
        .requirement("RFC8725-3.9-AUD")
        .requirement("RFC7519-4-IGNORE")
        .class("J14")
}

/// Name, layer, member, value, title.
const HOST_LANGUAGE: [(&str, Layer, &str, &str, &str); 3] = [
    (
        "proto-in-the-payload",
        Payload,
        "__proto__",
        "{\"sub\":\"43\",\"nbf\":{{now+3600}}}",
        "__proto__ among the claims, with another sub and an nbf in an hour",
    ),
    (
        "proto-in-the-header",
        Header,
        "__proto__",
        "{\"alg\":\"none\",\"crit\":[\"x\"]}",
        "__proto__ in the header, with alg none and a crit",
    ),
    (
        "constructor-in-the-payload",
        Payload,
        "constructor",
        "{\"prototype\":{\"sub\":\"43\"}}",
        "constructor among the claims, with a prototype",
    ),
];

fn host_language((name, layer, member, value, title): (&str, Layer, &str, &str, &str)) -> Case {
    let edit = match layer {
        Header => header(member, value),
        Payload => claim(member, value),
    };
    twins::hs256()
        .changed(&format!("json/names/{name}"), edit)
        .accept()
        .title(title)
        .why(
            "To JSON this is a name like any other, and it is not understood. Where it reaches the \
              objects of the host language, it gives them members that the token does not have.",
        )
        .requirement(match layer {
            Header => "RFC7515-4-IGNORE",
            Payload => "RFC7519-4-IGNORE",
        })
        .class("J12")
}
