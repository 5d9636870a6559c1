//! What the live runs reach of the servers' own token code.
//!
//! The servers count their statements themselves (they are built by `go build -cover`). What no run
//! reached has to be accounted for, statement by statement: that nothing can reach it, or which case would.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::cell;

/// The packages that are looked at, and why some of their statements are not reached.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// In the order of the report.
    pub packages: Vec<Package>,
}

/// A package of a server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// What people call the server, with its version.
    pub server: String,
    /// The import path of the package.
    pub package: String,
    /// What the server's own unit tests reach of it, in percent, as `go test -cover` prints it.
    pub own_tests: String,
    /// What is not reached.
    pub unreached: Vec<Unreached>,
}

/// Statements that are not reached for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unreached {
    /// Whether that can change.
    pub kind: Kind,
    /// The argument that nothing can reach them, or the case that would.
    pub reason: String,
    /// Where they begin, `FILE:LINE.COLUMN` as in the profile.
    pub statements: Vec<String>,
}

/// Whether a statement that is not reached could be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nothing that is sent to this version, and no configuration of it, leads there.
    Unreachable,
    /// A case would.
    Open,
}

/// Why there is no report.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// The profile cannot be read.
    #[error("line {line} of the profile is none that `go tool covdata textfmt` writes: {text:?}")]
    Profile {
        /// Which line, from 1.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// What was reached, and what is accounted for, do not meet.
    #[error("what was reached is not what is accounted for:\n  {}", .0.join("\n  "))]
    Accounts(Vec<String>),
}

/// Statements that follow one another without a branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    first_line: u32,
    last_line: u32,
    statements: usize,
    reached: bool,
}

/// Blocks by where they begin: file, line, column.
type Blocks<'a> = BTreeMap<(&'a str, u32, u32), Block>;

/// What was reached of one package, in statements.
#[derive(Debug, Default)]
struct Count {
    all: usize,
    reached: usize,
    unreachable: usize,
}

/// The report, as Markdown, from a profile in Go's text format.
///
/// # Errors
///
/// Where a statement that was not reached is not accounted for, one that was reached or does not exist is, or less than
/// `least` percent were reached of what a package has to be reached.
pub fn report(accounts: &Accounts, profile: &str, least: usize) -> Result<String, CoverageError> {
    let packages = parse(profile)?;
    let mut problems = Vec::new();
    let mut table = String::new();
    let mut details = String::new();
    for package in &accounts.packages {
        let Some(blocks) = packages.get(package.package.as_str()) else {
            problems.push(format!(
                "the profile has nothing of {}: were the servers built to count it? Remove those that were built \
                 otherwise",
                package.package
            ));
            continue;
        };
        let reasons = reasons(package, blocks, &mut problems);
        let count = count(blocks, &reasons);
        let reachable = count.all - count.unreachable;
        if count.reached * 100 < reachable * least {
            problems.push(format!(
                "{} of {}: {} of {reachable} statements that can be reached, less than {least} %",
                package.package, package.server, count.reached
            ));
        }
        line(&mut table, package, &count, reachable);
        detail(&mut details, package, blocks, &reasons);
    }
    if problems.is_empty() {
        Ok(format!("{ABOUT}\n{HEAD}{table}\n{UNREACHED}{details}"))
    } else {
        Err(CoverageError::Accounts(problems))
    }
}

const ABOUT: &str = "\
# What the live runs reach of the servers' own token code

Made by `ci/evidence` from counters in the servers themselves (`go build -cover`) while every vector was replayed against
them, and while their clocks were moved on by the hour for which they keep published keys; and compared with by it. What
the servers' own unit tests reach (`go test -cover` in the package) stands beside it.
";

const HEAD: &str = "\
| server | package | statements | reached | % | unreachable | % of the rest | own unit tests, % |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
";

const UNREACHED: &str = "\
## What is not reached

Every statement, by its lines, with the argument that nothing can reach it or what would. A statement without one fails
`ci/evidence`, and so does an argument about a statement that is reached (`fixtures/servers/unreached.json`).
";

// Writing to a string does not fail, so the results of `write!` below carry nothing.

fn line(table: &mut String, package: &Package, count: &Count, reachable: usize) {
    let Count { all, reached, unreachable } = count;
    let _ = writeln!(
        table,
        "| {} | `{}` | {all} | {reached} | {} | {unreachable} | {} | {} |",
        cell(&package.server),
        short(&package.package),
        percent(*reached, *all),
        percent(*reached, reachable),
        cell(&package.own_tests),
    );
}

fn detail(details: &mut String, package: &Package, blocks: &Blocks<'_>, reasons: &Reasons<'_>) {
    let _ = writeln!(details, "\n### {}, `{}`\n", package.server, short(&package.package));
    if package.unreached.is_empty() {
        let _ = writeln!(details, "All is reached.");
        return;
    }
    let _ = writeln!(details, "| lines | statements | why not |\n| --- | ---: | --- |");
    for unreached in &package.unreached {
        let of_reason = || {
            let is_of = |reason: &&Unreached| std::ptr::eq(*reason, unreached);
            blocks.iter().filter(move |(at, _)| reasons.get(*at).is_some_and(is_of))
        };
        let mut lines = String::new();
        let mut file = "";
        for ((of, ..), block) in of_reason() {
            if *of == file {
                lines.push_str(", ");
            } else {
                let _ = write!(lines, "{}`{of}` ", if file.is_empty() { "" } else { "; " });
                file = of;
            }
            let _ = if block.first_line == block.last_line {
                write!(lines, "{}", block.first_line)
            } else {
                write!(lines, "{}–{}", block.first_line, block.last_line)
            };
        }
        let statements: usize = of_reason().map(|(_, block)| block.statements).sum();
        let kind = match unreached.kind {
            Kind::Unreachable => "unreachable",
            Kind::Open => "open",
        };
        let _ = writeln!(details, "| {lines} | {statements} | {kind}: {} |", cell(&unreached.reason));
    }
}

/// Why blocks are not reached, by where they begin.
type Reasons<'a> = BTreeMap<(&'a str, u32, u32), &'a Unreached>;

/// Assigns the reasons of a package to its blocks, and tells where the two do not meet.
fn reasons<'a>(package: &'a Package, blocks: &Blocks<'a>, problems: &mut Vec<String>) -> Reasons<'a> {
    let mut reasons = Reasons::new();
    let mut report = |problem: String| problems.push(format!("{}: {problem}", package.package));
    for unreached in &package.unreached {
        if unreached.reason.is_empty() || unreached.statements.is_empty() {
            report(format!("an account without a reason, or of nothing: {:?}", unreached.reason));
        }
        for at in &unreached.statements {
            let known = position(at).and_then(|at| blocks.get_key_value(&at));
            let Some((at_block, block)) = known else {
                report(format!("{at}: no statement begins there"));
                continue;
            };
            if block.reached {
                report(format!("{at} is reached: take its reason out"));
            }
            if reasons.insert(*at_block, unreached).is_some() {
                report(format!("{at} has two reasons"));
            }
        }
    }
    for ((file, line, column), block) in blocks {
        if !block.reached && !reasons.contains_key(&(*file, *line, *column)) {
            report(format!("{file}:{line}.{column} is not reached, and nothing says why"));
        }
    }
    reasons
}

fn count(blocks: &Blocks<'_>, reasons: &Reasons<'_>) -> Count {
    let mut count = Count::default();
    for (at, block) in blocks {
        count.all += block.statements;
        if block.reached {
            count.reached += block.statements;
        } else if reasons.get(at).is_some_and(|reason| reason.kind == Kind::Unreachable) {
            count.unreachable += block.statements;
        }
    }
    count
}

/// The blocks of each package. A profile of several binaries has a line for each, and a block is
/// reached where one of them reached it.
fn parse(profile: &str) -> Result<BTreeMap<&str, Blocks<'_>>, CoverageError> {
    let mut packages: BTreeMap<&str, Blocks<'_>> = BTreeMap::new();
    for (at, text) in profile.lines().enumerate() {
        if at == 0 && text.starts_with("mode: ") {
            continue;
        }
        let Some((package, begin, block)) = parse_line(text) else {
            return Err(CoverageError::Profile { line: at + 1, text: text.to_owned() });
        };
        packages
            .entry(package)
            .or_default()
            .entry(begin)
            .and_modify(|known| known.reached |= block.reached)
            .or_insert(block);
    }
    Ok(packages)
}

/// `PACKAGE/FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS TIMES`
fn parse_line(text: &str) -> Option<(&str, (&str, u32, u32), Block)> {
    let mut words = text.split(' ');
    let (place, statements, times) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
    let (begin, end) = place.split_once(',')?;
    let (package, begin) = begin.rsplit_once('/')?;
    let (file, first_line, column) = position(begin)?;
    let last_line = end.split_once('.')?.0.parse().ok()?;
    let block = Block { first_line, last_line, statements, reached: times.parse::<u64>().ok()? > 0 };
    Some((package, (file, first_line, column), block))
}

/// `FILE:LINE.COLUMN`
fn position(text: &str) -> Option<(&str, u32, u32)> {
    let (file, at) = text.rsplit_once(':')?;
    let (line, column) = at.split_once('.')?;
    Some((file, line.parse().ok()?, column.parse().ok()?))
}

/// The last two parts of an import path: `internal/jwks`.
fn short(package: &str) -> &str {
    let mut slashes = package.rmatch_indices('/');
    let at = slashes.nth(1).map_or(0, |(at, _)| at + 1);
    &package[at..]
}

/// With one decimal, rounded down: nothing is 100.0 but all of it.
fn percent(part: usize, whole: usize) -> String {
    let tenths = (part * 1000).checked_div(whole).unwrap_or(1000);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "mode: set
example.org/s/internal/jwks/a.go:1.10,3.5 2 1
example.org/s/internal/jwks/a.go:3.5,5.3 1 0
example.org/s/internal/jwks/a.go:5.3,5.9 1 0
example.org/s/internal/jwks/b.go:9.2,9.8 3 1
example.org/s/main.go:1.1,2.2 9 0
";

    fn accounts(unreached: &str) -> Accounts {
        let text = format!(
            r#"{{"packages":[{{"server":"S 1","package":"example.org/s/internal/jwks","own_tests":"50.0","unreached":[{unreached}]}}]}}"#
        );
        serde_json::from_str(&text).expect("the accounts are well-formed")
    }

    const GOOD: &str = r#"{"kind":"unreachable","reason":"a | b","statements":["a.go:3.5"]},
                          {"kind":"open","reason":"a case","statements":["a.go:5.3"]}"#;

    #[test]
    fn what_is_accounted_for_is_counted() {
        let text = report(&accounts(GOOD), PROFILE, 83).expect("all is accounted for");
        assert!(text.contains("| S 1 | `internal/jwks` | 7 | 5 | 71.4 | 1 | 83.3 | 50.0 |"), "{text}");
        assert!(text.contains("| `a.go` 3–5 | 1 | unreachable: a \\| b |"), "{text}");
        assert!(text.contains("| `a.go` 5 | 1 | open: a case |"), "{text}");
    }

    #[test]
    fn a_block_is_reached_where_one_binary_reached_it() {
        let twice = format!("{PROFILE}{}", PROFILE.trim_start_matches("mode: set\n").replace(" 1 0", " 1 1"));
        let text = report(&accounts(""), &twice, 100).expect("all is reached");
        assert!(text.contains("| 7 | 7 | 100.0 | 0 | 100.0 |"), "{text}");
    }

    #[test]
    fn what_does_not_meet_is_told() {
        let told = |unreached: &str, profile: &str, least| {
            report(&accounts(unreached), profile, least).expect_err("something is wrong").to_string()
        };
        let at = |at: &str| format!(r#"{{"kind":"open","reason":"it","statements":["{at}"]}}"#);
        for (unreached, problem) in [
            (String::new(), "a.go:3.5 is not reached, and nothing says why"),
            (at("a.go:1.10"), "a.go:1.10 is reached: take its reason out"),
            (at("a.go:4.4"), "a.go:4.4: no statement begins there"),
            (at("a.go"), "a.go: no statement begins there"),
            (format!("{GOOD},{}", at("a.go:5.3")), "a.go:5.3 has two reasons"),
            (r#"{"kind":"open","reason":"","statements":["a.go:5.3"]}"#.to_owned(), "without a reason"),
        ] {
            let told = told(&unreached, PROFILE, 0);
            assert!(told.contains(problem), "{told}");
        }
        assert!(told(GOOD, PROFILE, 84).contains("5 of 6 statements that can be reached, less than 84 %"));
        assert!(told(GOOD, "mode: set\n", 0).contains("has nothing of example.org/s/internal/jwks"));
        assert!(told(GOOD, "mode: set\na.go 1 1\n", 0).contains("line 2 of the profile"));
    }
}
