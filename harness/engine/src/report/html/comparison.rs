//! The twin and the case side by side: the parts that differ, with the place where they do.

use jotproof_mint::stored;
use jotproof_model::{Flow, FlowToken, Recipe, Subject, Token, Vector};

use super::case::{fields, segment, signed, told};
use super::text::visible;

/// The most characters that are shown beside a difference.
const BESIDE: usize = 100;

/// The most characters of a difference that are shown.
const MOST: usize = 600;

/// A part that the twin and the case do not have in common.
pub(super) struct Difference {
    pub(super) part: String,
    pub(super) twin: Marked,
    pub(super) case: Marked,
}

/// A text, divided at the place where it differs from another one.
#[derive(Debug, PartialEq)]
pub(super) struct Marked {
    pub(super) before: String,
    pub(super) different: String,
    pub(super) after: String,
}

/// A named part of a vector.
type Part = (String, String);

/// The parts that differ, in the order of the token: header, payload, signature, then the steps and the verifier.
pub(super) fn differences(twin: &Vector, case: &Vector) -> Vec<Difference> {
    let mut differences = Vec::new();
    let (twin_tokens, case_tokens) = (tokens(twin), tokens(case));
    for (name, twin, case) in pairs(&twin_tokens, &case_tokens) {
        let decoded = between(twin.map(decoded).unwrap_or_default(), case.map(decoded).unwrap_or_default());
        // The encoded texts always differ if the decoded ones do.
        let all = if decoded.is_empty() {
            between(twin.map(encoded).unwrap_or_default(), case.map(encoded).unwrap_or_default())
        } else {
            decoded
        };
        differences.extend(all.into_iter().map(|it| Difference { part: named(&it.part, name), ..it }));
    }
    differences.extend(between(steps(twin), steps(case)));
    differences.extend(between(verifier(twin), verifier(case)));
    differences
}

/// The tokens of a vector, by their names. The only token of a vector has no name.
fn tokens(vector: &Vector) -> Vec<(&str, (&Recipe, &Token))> {
    match &vector.subject {
        Subject::Token { recipe, token } => vec![("", (&**recipe, token))],
        Subject::Flow { flow } => {
            let tokens = flow.tokens.iter();
            tokens.map(|(name, FlowToken { recipe, token })| (name.as_str(), (recipe, token))).collect()
        }
    }
}

fn decoded((recipe, token): (&Recipe, &Token)) -> Vec<Part> {
    let octets = stored::octets(token).unwrap_or_default();
    let text = String::from_utf8_lossy(&octets);
    let mut segments = text.split('.');
    let mut next = || segments.next().map(segment).unwrap_or_default();
    let (header, payload) = (next(), next());
    vec![part("Header", header), part("Payload", payload), part("Signed by", signed(recipe))]
}

fn encoded((_, token): (&Recipe, &Token)) -> Vec<Part> {
    let octets = stored::octets(token).unwrap_or_default();
    vec![part("Encoded token", String::from_utf8_lossy(&octets).into_owned())]
}

fn steps(vector: &Vector) -> Vec<Part> {
    match &vector.subject {
        Subject::Token { .. } => Vec::new(),
        Subject::Flow { flow } => {
            let Flow { tokens: _, steps } = &**flow;
            let lines: Vec<String> = steps.iter().map(told).collect();
            vec![part("Steps", lines.join("\n"))]
        }
    }
}

fn verifier(vector: &Vector) -> Vec<Part> {
    let fields = fields(&vector.context).into_iter();
    fields.map(|(name, value)| (format!("Verifier: {name}"), value)).collect()
}

fn part(name: &str, text: String) -> Part {
    (name.to_owned(), text)
}

/// The name of a part of a token of a flow.
fn named(part: &str, token: &str) -> String {
    if token.is_empty() { part.to_owned() } else { format!("{part} of {}", visible(token)) }
}

/// What two lists have of each name, in the order of the second; what only the first has comes last.
fn pairs<'a, T: Clone>(one: &'a [(&str, T)], other: &'a [(&str, T)]) -> Vec<(&'a str, Option<T>, Option<T>)> {
    let find = |list: &[(&str, T)], name: &str| {
        list.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone())
    };
    let both = other.iter().map(|(name, value)| (*name, find(one, name), Some(value.clone())));
    let gone = one.iter().filter(|(name, _)| find(other, name).is_none());
    both.chain(gone.map(|(name, value)| (*name, Some(value.clone()), None))).collect()
}

/// The parts of two lists that differ.
fn between(twin: Vec<Part>, case: Vec<Part>) -> Vec<Difference> {
    let [twin, case] = [&twin, &case]
        .map(|parts| parts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let different = pairs(&twin, &case).into_iter().filter(|(_, twin, case)| twin != case);
    let difference = |(part, twin, case): (&str, Option<&str>, Option<&str>)| {
        let (twin, case) = marked(twin.unwrap_or_default(), case.unwrap_or_default());
        Difference { part: part.to_owned(), twin, case }
    };
    different.map(difference).collect()
}

/// Two texts, each divided at the place where they differ. A word or a number is never divided.
fn marked(one: &str, other: &str) -> (Marked, Marked) {
    let [one, other] = [one, other].map(|text| text.chars().collect::<Vec<char>>());
    let is_word = |c: &char| c.is_alphanumeric();
    let mut start = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let inside = |at: usize| [&one, &other].iter().any(|text| text.get(at).is_some_and(is_word));
    while start > 0 && is_word(&one[start - 1]) && inside(start) {
        start -= 1;
    }
    let rest = [&one[start..], &other[start..]];
    let mut end =
        rest[0].iter().rev().zip(rest[1].iter().rev()).take_while(|(one, other)| one == other).count();
    let before_end = |end: usize| {
        rest.iter().any(|text| text.len().checked_sub(end + 1).is_some_and(|at| is_word(&text[at])))
    };
    while end > 0 && is_word(&rest[0][rest[0].len() - end]) && before_end(end) {
        end -= 1;
    }
    // An inserted member has its own opening quotation mark, and not that of the member after it.
    let inserted = [rest[0], rest[1]].map(|text| &text[..text.len() - end]);
    if let [text, []] | [[], text] = inserted
        && text.last() == Some(&'"')
        && start > 0
        && one[start - 1] == '"'
    {
        (start, end) = (start - 1, end + 1);
    }
    (divided(&one, start, end), divided(&other, start, end))
}

fn divided(text: &[char], start: usize, end: usize) -> Marked {
    let (before, rest) = text.split_at(start);
    let (different, after) = rest.split_at(rest.len() - end);
    let from = before.len().saturating_sub(BESIDE);
    let first = |text: &[char], most: usize| {
        let mark = if text.len() > most { "…" } else { "" };
        visible(&text[..text.len().min(most)].iter().collect::<String>()) + mark
    };
    let mark = if from > 0 { "…" } else { "" };
    Marked {
        before: format!("{mark}{}", visible(&before[from..].iter().collect::<String>())),
        different: first(different, MOST),
        after: first(after, BESIDE),
    }
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn the_difference_of_two_texts_is_marked_by_whole_words() {
        for (one, other, is_one, is_other) in [
            (r#"{"exp":1767229200}"#, r#"{"exp":1767225600}"#, "1767229200", "1767225600"),
            (r#"{"aud":"a","iss":1}"#, r#"{"iss":1}"#, r#""aud":"a","#, ""),
            (r#"{"sub":"42"}"#, r#"{"sub":"42","aud":null}"#, "", r#","aud":null"#),
            ("HS256", "HS512", "HS256", "HS512"),
            ("a.b.c", "a.b.", "c", ""),
            ("a.b.c", "a.b.c=", "", "="),
            ("aa", "aaa", "aa", "aaa"),
            ("", "nobody", "", "nobody"),
            ("[[]]", "[[[]]]", "", "[]"),
        ] {
            let (one_marked, other_marked) = marked(one, other);
            assert_eq!(
                (&*one_marked.different, &*other_marked.different),
                (is_one, is_other),
                "{one} {other}"
            );
            for (marked, text) in [(one_marked, one), (other_marked, other)] {
                assert_eq!(format!("{}{}{}", marked.before, marked.different, marked.after), text);
            }
        }
    }

    #[test]
    fn long_texts_are_cut_around_the_difference() {
        let (one, other) =
            ("x.".repeat(5000) + "1" + &".y".repeat(5000), "x.".repeat(5000) + &".y".repeat(5000));
        let (marked, _) = marked(&one, &other);
        assert_eq!(marked.different, "1");
        assert!(marked.before.starts_with('…') && marked.after.ends_with('…'), "{marked:?}");
        assert!(marked.before.len() + marked.after.len() < 250, "{marked:?}");
    }
}
