//! Names with white space before them, and names with a character that is not shown.

use jotproof_model::Reason;
use jotproof_model::Threat;
use jotproof_model::edit::{Alias, Layer};

use crate::case::Case;
use crate::edits::{alias, claim, header};
use crate::twins;

/// A name that resembles `exp` or `crit`.
struct Around {
    name: &'static str,
    exp: &'static str,
    how: Alias,
    what: &'static str,
    class: &'static str,
}

const AROUND: [Around; 3] = [
    Around {
        name: "leading-space",
        exp: " exp",
        how: Alias::LeadingSpace,
        what: "` exp` with a space before it",
        class: "J14",
    },
    Around {
        name: "zero-width-space",
        exp: "exp\u{200b}",
        how: Alias::Invisible,
        what: "exp with a zero width space after it",
        class: "J3",
    },
    Around {
        name: "byte-order-mark",
        exp: "\u{feff}exp",
        how: Alias::Invisible,
        what: "exp with a byte order mark before it",
        class: "J3",
    },
];

pub(super) fn cases() -> Vec<Case> {
    AROUND.iter().flat_map(beside_exp).chain([space_before_crit()]).collect()
}

/// The other name beside a good `exp`, and beside one that has passed.
fn beside_exp(row: &Around) -> [Case; 3] {
    let Around { name, exp, how, what, class } = *row;
    let beside = |end: &str, value: &str, when: &str| {
        twins::hs256()
            .changed(&format!("json/names/exp-beside-{name}-{end}"), alias(Layer::Payload, "exp", exp, how, value))
            .accept()
            .title(format!("{what}, {when}, beside a good exp"))
            .why(
                "Names are compared code point by code point, and one that is not understood is ignored. A verifier \
                 that trims names reads a value that the issuer did not give to `exp`.",
            )
            .requirement("RFC7519-4-IGNORE")
            .requirement("RFC8259-8.3-NAMES")
            .class(class)
    };
    let later = beside("later", "{{now+7200}}", "in two hours");
    let past = later
        .changed(&format!("json/names/exp-past-beside-{name}-later"), claim("exp", "{{now-60}}"))
        .reject([Reason::Expired])
        .threat(Threat::Holder)
        .title(format!("exp a minute ago, with {what}, in two hours, after it"))
        .why("`exp` has passed. A verifier that trims names takes the last of both, and an expired token lives on.")
        .requirement("RFC7519-4.1.4-EXP")
        .requirement("RFC7519-4-IGNORE")
        .class(class);
    [beside("past", "{{now-60}}", "a minute ago"), later, past]
}

fn space_before_crit() -> Case {
    twins::hs256()
        .changed("json/names/leading-space-crit", header(" crit", "[\"x\"]"))
        .accept()
        .title("` crit` with a space before it names an unknown extension")
        .why("White space is part of a name, so this parameter is not `crit`, and it is ignored.")
        .requirement("RFC7515-4-IGNORE")
        .class("J14")
}
