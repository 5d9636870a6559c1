//! How far the times of a token are from the clock.

use jotproof_mint::placeholder;
use jotproof_model::Recipe;
use jotproof_model::recipe::{Content, Member};

/// The seconds between the clock and the nearest moment at which the verdict may change. Such a moment is a
/// time of the token, or `exp` plus the leeway (RFC 7519 section 4.1.4), or `nbf` (section 4.1.5) or `iat`
/// minus the leeway.
pub(super) fn clock_margin(recipe: &Recipe, leeway: u32) -> Option<u64> {
    let leeway = i64::from(leeway);
    let either_way = vec![0, leeway, -leeway];
    let mut texts: Vec<(&str, Vec<i64>)> = Vec::new();
    for content in [&recipe.header, recipe.payload.innermost()] {
        match content {
            Content::Object { members, before, after } => {
                texts.extend(members.iter().map(|Member(name, value)| {
                    let shifts = match name.as_str() {
                        "exp" => vec![0, leeway],
                        "nbf" | "iat" => vec![0, -leeway],
                        _ => either_way.clone(),
                    };
                    (value.as_str(), shifts)
                }));
                texts.extend([before, after].map(|text| (text.as_str(), either_way.clone())));
            }
            Content::Text { text } => texts.push((text, either_way.clone())),
            Content::Octets { .. } | Content::Token { .. } => {}
        }
    }
    texts
        .into_iter()
        .flat_map(|(text, shifts)| {
            let offsets = placeholder::offsets(text).unwrap_or_default();
            offsets.into_iter().flat_map(move |offset| shifts.clone().into_iter().map(move |it| offset + it))
        })
        .map(i64::unsigned_abs)
        .min()
}

#[cfg(test)]
mod tests {
    use jotproof_model::recipe::Signer;

    use super::*;

    #[test]
    fn the_margin_counts_from_the_moment_at_which_the_leeway_ends() {
        for (claim, leeway, margin) in [
            (("exp", "{{now+3600}}"), 0, Some(3600)),
            (("exp", "{{now-59}}"), 60, Some(1)),
            (("exp", "{{now-61}}"), 60, Some(1)),
            (("exp", "{{now+60}}"), 60, Some(60)),
            (("exp", "{{now}}"), 60, Some(0)),
            (("nbf", "{{now+61}}"), 60, Some(1)),
            (("nbf", "{{now-60}}"), 60, Some(60)),
            (("iat", "{{now+58}}"), 60, Some(2)),
            (("auth_time", "{{now-57}}"), 60, Some(3)),
            (("sub", "\"a\""), 60, None),
        ] {
            let (name, value) = claim;
            let payload = Content::object(vec![Member(name.to_owned(), value.to_owned())]);
            let recipe = Recipe::new(Content::object(Vec::new()), payload, Signer::Nobody);
            assert_eq!(clock_margin(&recipe, leeway), margin, "{claim:?} {leeway}");
        }
    }
}
