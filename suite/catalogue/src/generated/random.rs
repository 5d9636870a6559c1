//! The random parameters of generated cases.

use std::fmt::Write as _;

/// SplitMix64: small, well mixed, and the same on every platform.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(1);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    pub(super) fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    /// Ten seconds to some months, far enough from the clock for a live server.
    pub(super) fn seconds(&mut self) -> usize {
        let most = [100, 10_000, 10_000_000][self.below(3)];
        10 + self.below(most)
    }

    pub(super) fn fraction(&mut self) -> &'static str {
        self.of(&["", "", ".5", ".25", ".0"])
    }

    pub(super) fn letters(&mut self) -> String {
        (0..=self.below(10)).map(|_| self.of(&["a", "b", "c", "q", "z", "0", "7", "-", "_"])).collect()
    }

    pub(super) fn text(&mut self) -> String {
        const PARTS: [&str; 12] =
            ["a", "Z", "0", " ", "\"", "\\", "\u{7f}", "\u{e9}", "\u{4e2d}", "\u{1f600}", "<", "\n"];
        (0..=self.below(12)).map(|_| self.of(&PARTS)).collect()
    }

    pub(super) fn json(&mut self, depth: usize) -> String {
        match self.below(if depth == 0 { 4 } else { 6 }) {
            0 => self.below(1_000_000).to_string(),
            1 => self.of(&["true", "false", "null"]).to_owned(),
            2 => format!("-{}.{}", self.below(1000), 1 + self.below(9)),
            3 => quoted(&self.text()),
            4 => {
                let items: Vec<String> = (0..self.below(3)).map(|_| self.json(depth - 1)).collect();
                format!("[{}]", items.join(","))
            }
            _ => {
                let members: Vec<String> = (0..self.below(3))
                    .map(|at| format!("\"{at}{}\": {}", self.letters(), self.json(depth - 1)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }
}

/// A string as raw JSON text, without a `{{` that would be read as a time.
pub(super) fn quoted(text: &str) -> String {
    let mut raw = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                raw.push('\\');
                raw.push(c);
            }
            '{' => raw.push_str("\\u007b"),
            c if c < ' ' => {
                // Writing to a string cannot fail.
                let _ = write!(raw, "\\u{:04x}", u32::from(c));
            }
            c => raw.push(c),
        }
    }
    raw.push('"');
    raw
}
