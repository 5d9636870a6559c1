//! Text for pages: names of files, long texts, characters that a reader would not see.

use jotproof_model::{Judgement, Vector};

/// The most characters of a text that a page shows.
const MOST: usize = 800;

/// The name of a file for an id: `claims/exp/now` is `claims.exp.now`. No name leads out of its folder.
pub(super) fn slug(id: &str) -> String {
    let mut slug = String::new();
    for character in id.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => slug.push(character),
            '/' => slug.push('.'),
            other => slug.push_str(&format!("_{:x}", u32::from(other))),
        }
    }
    slug
}

/// The name of a file for a text that need not be told from another: letters, digits, hyphens.
pub(super) fn hyphenated(text: &str) -> String {
    let kept: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = kept.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase().chars().take(60).collect()
}

/// The text with every character that cannot be seen, or that turns the text around, as an escape.
pub(super) fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if !text.contains(is_hidden) {
        return text.to_owned();
    }
    let shown = |c: char| if is_hidden(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

/// The visible text. A long one is cut, and its length told.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        None => visible(text),
        Some((end, _)) => format!("{}… (cut: {} bytes in all)", visible(&text[..end]), text.len()),
    }
}

/// What a target said: the visible text without the tokens in it, because they may be signed with a key of the user.
pub(super) fn observed(text: &str) -> String {
    const START: &str = "eyJ";
    let of_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut kept = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let (before, token) = rest.split_at(at);
        let end = token.find(|c| !of_token(c)).unwrap_or(token.len());
        kept.push_str(before);
        if token[..end].contains('.') {
            kept.push_str(&format!("(a token of {end} bytes)"));
        } else {
            kept.push_str(&token[..end]);
        }
        rest = &token[end..];
    }
    kept.push_str(rest);
    cut(&kept)
}

/// How much a row matters. The worst is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    Fails,
    Known,
    Explained,
    Unsupported,
    Advisory,
    Pass,
}

impl Outcome {
    /// The worst first.
    pub(super) const ALL: [Self; 6] =
        [Self::Fails, Self::Known, Self::Explained, Self::Unsupported, Self::Advisory, Self::Pass];

    /// The word of filters and styles.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Fails => "fails",
            Self::Known => "known",
            Self::Explained => "explained",
            Self::Unsupported => "unsupported",
            Self::Advisory => "advisory",
            Self::Pass => "pass",
        }
    }
}

/// The choices of a filter: outcomes, then judgements.
pub(super) fn choices() -> Vec<&'static str> {
    let mut choices: Vec<&str> = Outcome::ALL.into_iter().map(Outcome::name).collect();
    for judgement in Judgement::ALL {
        if !choices.contains(&judgement.name()) {
            choices.push(judgement.name());
        }
    }
    choices
}

/// The severity of a vector, if it is at hand.
pub(super) fn severity(vector: Option<&Vector>) -> &'static str {
    vector.map_or("", |vector| vector.severity.name())
}
