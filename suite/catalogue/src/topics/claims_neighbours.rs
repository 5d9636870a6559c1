//! G9: claims with a meaning near that of `aud` or `iss`, and header parameters with the names of claims.
//!
//! OAuth products have claims for a client, a resource or a tenant. None of these claims names the audience
//! or the issuer of a token.

use jotproof_model::edit::{Alias, Layer};
use jotproof_model::{Edit, Reason, Threat};

use super::Topic;
use crate::case::Case;
use crate::edits::{alias, claim, header, quoted, spoken, without_claim};
use crate::twins;

pub(super) fn topic() -> Topic {
    let mut cases: Vec<Case> = AUDIENCE.iter().flat_map(of_audience).collect();
    cases.extend(ISSUER.iter().flat_map(of_issuer));
    cases.extend(REPLICATED.iter().map(replicated));
    cases.extend([subject_again(), subject_in_the_header_alone()]);
    cases.extend(times_in_the_header());
    Topic {
        path: "claims/neighbours",
        about: "Claims with a meaning near that of `aud` or `iss` that are not compared (`azp`, `client_id`, \
                `scope`, `tid` and others), and claims that are repeated in the header.",
        cases,
    }
}

/// A claim near another one.
struct Neighbour {
    /// The name in ids.
    name: &'static str,
    /// The name of the claim.
    claim: &'static str,
    /// The text before the name in its value.
    before: &'static str,
    /// The text after the name in its value.
    after: &'static str,
    /// What the neighbour means, and how it differs from the compared claim.
    why: &'static str,
}

const fn neighbour(name: &'static str, claim: &'static str, why: &'static str) -> Neighbour {
    Neighbour { name, claim, before: "", after: "", why }
}

const AUDIENCE: [Neighbour; 7] = [
    neighbour(
        "azp",
        "azp",
        "`azp` names the client that the token was issued to (OpenID Connect Core). It does not name the API \
         that the token is for.",
    ),
    neighbour(
        "client-id",
        "client_id",
        "`client_id` is the client that requested the token (RFC 8693 section 4.3). Access tokens of some \
         services have it and no `aud`.",
    ),
    neighbour(
        "appid",
        "appid",
        "`appid` is one identity provider's name for `azp`. It says who requested the token, not which \
         service the token is for.",
    ),
    Neighbour {
        name: "scope",
        claim: "scope",
        before: "openid ",
        after: " email",
        why: "`scope` lists what the client may do (RFC 8693 section 4.2). A scope named after an API does \
              not make the token one for that API.",
    },
    neighbour(
        "resource",
        "resource",
        "`resource` is a request parameter (RFC 8707). What was requested is not necessarily what was \
         granted.",
    ),
    neighbour(
        "audience",
        "audience",
        "`audience` is a parameter of a token request (RFC 8693 section 2.1). As a claim it is unknown.",
    ),
    neighbour(
        "title-case",
        "Aud",
        "Claim names are compared exactly. A decoder that ignores case fills one field from both claims, and \
         the last one wins.",
    ),
];

const ISSUER: [Neighbour; 6] = [
    neighbour("azp", "azp", "`azp` names the client that the token was issued to, not the issuer."),
    neighbour(
        "client-id",
        "client_id",
        "`client_id` is the client that requested the token. In a client assertion it may equal `iss`, but \
         not in other tokens.",
    ),
    neighbour("issuer", "issuer", "`issuer` is a member of discovery documents. As a claim it is unknown."),
    neighbour(
        "tid",
        "tid",
        "`tid` is a tenant of an identity provider. Only `iss` names the provider, and any other issuer can \
         write the same `tid`.",
    ),
    neighbour(
        "idp",
        "idp",
        "`idp` says where the user authenticated earlier. That is not the issuer of this token.",
    ),
    neighbour(
        "title-case",
        "Iss",
        "Claim names are compared exactly. A decoder that ignores case fills one field from both claims, and \
         the last one wins.",
    ),
];

/// A claim that is compared with a configured name.
struct Compared {
    claim: &'static str,
    /// The claim in ids and in titles.
    word: &'static str,
    ours: &'static str,
    other: &'static str,
    /// The mistake of a verifier that compares the neighbour.
    instead: &'static str,
    reason: Reason,
    requirement: &'static str,
    class: &'static str,
}

const AUD: Compared = Compared {
    claim: "aud",
    word: "audience",
    ours: twins::AUDIENCE,
    other: "https://other.example.com",
    instead: "A verifier that compares it instead of `aud` accepts a token for another service.",
    reason: Reason::Audience,
    requirement: "RFC7519-4.1.3-AUD",
    class: "C8",
};

const ISS: Compared = Compared {
    claim: "iss",
    word: "issuer",
    ours: twins::ISSUER,
    other: "https://evil.example",
    instead: "A verifier that compares it instead of `iss` accepts a token of another issuer.",
    reason: Reason::Issuer,
    requirement: "RFC8725-3.8-ISS",
    class: "C9",
};

impl Neighbour {
    /// The edit that adds the neighbour of a compared claim, with a name in its value.
    fn with(&self, compared: &Compared, name: &str) -> Edit {
        let value = quoted(&format!("{}{name}{}", self.before, self.after));
        if self.is_alias() {
            alias(Layer::Payload, compared.claim, self.claim, Alias::Case, &value)
        } else {
            claim(self.claim, &value)
        }
    }

    fn is_alias(&self) -> bool {
        self.name == "title-case"
    }

    /// The bug class of a verifier that confuses the two claims.
    fn class(&self, compared: &Compared) -> &'static str {
        if self.is_alias() { "J2" } else { compared.class }
    }
}

/// The configured name in both claims, only in the compared one, and only in its neighbour.
fn beside(compared: &Compared, row: &Neighbour) -> [Case; 3] {
    let (name, member, word) = (row.name, row.claim, compared.word);
    let equal = twins::bound()
        .changed(&format!("claims/neighbours/{word}-and-ours-in-{name}"), row.with(compared, compared.ours))
        .accept()
        .title(format!("the configured {word}, and the same name in {member}"))
        .why(format!(
            "A verifier need not understand `{member}`. Claims that are not understood must be \
                      ignored (RFC 7519 section 4)."
        ))
        .requirement("RFC7519-4-IGNORE")
        .requirement(compared.requirement)
        .class(row.class(compared));
    let other = twins::bound()
        .changed(
            &format!("claims/neighbours/{word}-and-another-in-{name}"),
            row.with(compared, compared.other),
        )
        .accept()
        .title(format!("the configured {word}, and another name in {member}"))
        .why(format!(
            "{} A verifier that compares it with the configured {word} rejects a good token.",
            row.why
        ))
        .requirement("RFC7519-4-IGNORE")
        .requirement(compared.requirement)
        .class(row.class(compared));
    let another = equal
        .changed(
            &format!("claims/neighbours/another-{word}-and-ours-in-{name}"),
            claim(compared.claim, &quoted(compared.other)),
        )
        .reject([compared.reason])
        .title(format!("another {word}, and the configured one in {member}"))
        .why(format!("{} {}", row.why, compared.instead))
        .requirement(compared.requirement)
        .class(row.class(compared))
        .threat(Threat::Holder);
    [equal, other, another]
}

fn of_audience(row: &Neighbour) -> [Case; 4] {
    let (name, member) = (row.name, row.claim);
    let [equal, other, another] = beside(&AUD, row);
    let absent = equal
        .changed(&format!("claims/neighbours/no-audience-but-ours-in-{name}"), without_claim("aud"))
        .reject([Reason::Audience, Reason::ClaimMissing])
        .title(format!("no aud, and the configured audience in {member}"))
        .why(format!("{} {}", row.why, AUD.instead))
        .requirement("RFC8725-3.9-AUD")
        .class(row.class(&AUD))
        .threat(Threat::Holder);
    [equal, other, another, absent]
}

fn of_issuer(row: &Neighbour) -> Vec<Case> {
    let (name, member) = (row.name, row.claim);
    let [equal, other, another] = beside(&ISS, row);
    if row.is_alias() {
        // Without `iss` both outcomes are correct.
        return vec![equal, other, another];
    }
    let absent = equal
        .changed(&format!("claims/neighbours/no-issuer-but-ours-in-{name}"), without_claim("iss"))
        .either_better_refused(
            "`iss` is optional (RFC 7519 section 4.1.1), and RFC 8725 section 3.8 covers only tokens that \
             have it. Preferring rejection is the choice of this project.",
            [Reason::Issuer, Reason::ClaimMissing],
        )
        .title(format!("no iss, and the configured issuer in {member}"))
        .why(format!("{} The verdict must not depend on `{member}`.", row.why))
        .requirement("RFC7519-4.1.1-ISS")
        .class(row.class(&ISS))
        .threat(Threat::Holder);
    vec![equal, other, another, absent]
}

/// A claim that the header repeats with another value.
struct Replicated {
    /// The claim in ids.
    name: &'static str,
    claim: &'static str,
    value: &'static str,
    what: &'static str,
    class: &'static str,
}

const REPLICATED: [Replicated; 3] = [
    Replicated {
        name: "audience",
        claim: "aud",
        value: "\"https://other.example.com\"",
        what: "the configured audience, and another one in the header",
        class: "C8",
    },
    Replicated {
        name: "issuer",
        claim: "iss",
        value: "\"https://evil.example\"",
        what: "the configured issuer, and another one in the header",
        class: "C9",
    },
    Replicated {
        name: "subject",
        claim: "sub",
        value: "\"43\"",
        what: "sub 42, and sub 43 in the header",
        class: "C11",
    },
];

fn replicated(row: &Replicated) -> Case {
    twins::bound()
        .changed(
            &format!("claims/neighbours/{}-and-another-in-the-header", row.name),
            header(row.claim, row.value),
        )
        .either(
            "RFC 7519 section 5.3: an application that receives a claim also as a header parameter should \
             verify that both are identical. RFC 7515 section 4: a header parameter that is not understood \
             is ignored.",
            [Reason::HeaderParameter, Reason::ClaimType],
        )
        .title(row.what)
        .why(
            "If the verifier accepts the token, the claim counts and not the header parameter. A gateway \
             that routes by the header may send the token to a server that it is not for.",
        )
        .requirement("RFC7519-5.3-REPLICATED")
        .requirement("RFC7515-4-IGNORE")
        .class(row.class)
        .threat(Threat::Holder)
}

/// Times in the header. There they are header parameters, and the claims count.
fn times_in_the_header() -> Vec<Case> {
    let requirements =
        |case: Case| case.requirement("RFC7519-5.3-REPLICATED").requirement("RFC7515-4-IGNORE");
    let again = |name: &str, value: &str| {
        let accepted = twins::hs256()
            .changed_by(
                &format!("claims/neighbours/{name}-and-again-in-the-header"),
                vec![claim(name, value), header(name, value)],
            )
            .accept()
            .title(format!("{name} {}, repeated in the header", spoken(value)))
            .why("Both values are identical. A header parameter that is not understood is ignored.")
            .class("C5");
        requirements(accepted)
    };
    let refused = |name: &str, good: &str, bad: &str, reason: Reason, requirement: &str| {
        again(name, good)
            .changed(&format!("claims/neighbours/{name}-bad-and-good-in-the-header"), claim(name, bad))
            .reject([reason])
            .threat(Threat::Holder)
            .title(format!("{name} {}, and a good value in the header", spoken(bad)))
            .why(
                "The claim counts. A verifier that merges header and claims into one map reads the value \
                 from the header and accepts the token at the wrong time.",
            )
            .requirement(requirement)
            .requirement("RFC7519-5.3-REPLICATED")
            .class("C5")
    };
    let alone = |name: &str, bad: &str, edits: Vec<Edit>| {
        let accepted = twins::hs256()
            .changed_by(&format!("claims/neighbours/{name}-in-the-header-alone"), edits)
            .accept()
            .title(format!("{name} {}, only in the header", spoken(bad)))
            .why(
                "A header parameter is not a claim, and this claim is optional. A verifier must not reject \
                 the token for it.",
            )
            .class("C5");
        requirements(accepted)
    };
    let contradicted = |name: &str, good: &str, bad: &str| {
        let either = twins::hs256()
            .changed_by(
                &format!("claims/neighbours/{name}-good-and-bad-in-the-header"),
                vec![claim(name, good), header(name, bad)],
            )
            .either(
                "RFC 7519 section 5.3: an application that receives a claim also as a header parameter \
                 should verify that both are identical. RFC 7515 section 4: a header parameter that is not \
                 understood is ignored.",
                [Reason::HeaderParameter, Reason::ClaimType],
            )
            .title(format!("a good {name}, and a different one in the header: {}", spoken(bad)))
            .why("The claim is good. A verifier that compares both values may reject the token.")
            .class("C5");
        requirements(either)
    };
    let (past, future, long_past) = ("{{now-60}}", "{{now+3600}}", "{{now-3600}}");
    vec![
        again("exp", future),
        again("nbf", long_past),
        refused("exp", future, past, Reason::Expired, "RFC7519-4.1.4-EXP"),
        refused("nbf", long_past, future, Reason::NotYetValid, "RFC7519-4.1.5-NBF"),
        alone("exp", past, vec![without_claim("exp"), header("exp", past)]),
        alone("nbf", future, vec![header("nbf", future)]),
        contradicted("exp", future, past),
        contradicted("nbf", long_past, future),
    ]
}

fn subject_again() -> Case {
    twins::bound()
        .changed("claims/neighbours/subject-and-again-in-the-header", header("sub", "\"42\""))
        .accept()
        .title("sub 42, repeated in the header, with a configured audience and issuer")
        .why("Both values are identical. A header parameter that is not understood is ignored.")
        .requirement("RFC7519-5.3-REPLICATED")
        .requirement("RFC7515-4-IGNORE")
        .class("C11")
}

fn subject_in_the_header_alone() -> Case {
    subject_again()
        .changed("claims/neighbours/subject-in-the-header-alone", without_claim("sub"))
        .accept()
        .title("no sub, and sub 42 in the header")
        .why(
            "`sub` is optional, so the token is good. A header parameter is not a claim, so the token names \
             no user.",
        )
        .requirement("RFC7519-5.3-REPLICATED")
        .requirement("RFC7519-4.1.2-SUB")
        .class("C11")
}
