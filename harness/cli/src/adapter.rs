//! `jotproof adapter`: our verifier behind the adapter protocol, and a check for those who write one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{stdin, stdout};

use anyhow::{Context as _, bail};
use jotproof_engine::run::unix_time;
use jotproof_engine::target::{Clock, TargetError};
use jotproof_engine::{Exit, Suite};
use jotproof_model::adapter::Observable;
use jotproof_model::{Application, Capability, Observation};
use jotproof_profiles::Profiles;
use jotproof_targets::exec::process::{AdapterProcess, Heard};
use jotproof_targets::exec::wire::Hello;
use jotproof_targets::exec::{self, Bounds, serve, wire};
use serde_json::{Value, json};

use crate::arguments::{Adapter, AdapterCommand, Check, Serve};
use crate::{Outcome, terminal};

mod questions;

use questions::Question;

pub(crate) fn adapter(arguments: &Adapter) -> Outcome {
    let Adapter { command } = arguments;
    match command {
        AdapterCommand::Serve(arguments) => serve(arguments),
        AdapterCommand::Check(arguments) => check(arguments),
    }
}

fn serve(Serve { verifier }: &Serve) -> Outcome {
    let Some(name) = verifier.strip_prefix("reference:") else {
        bail!("{verifier:?} cannot be served; give reference:PROFILE, for example reference:rfc");
    };
    let profile = Profiles::built_in().find(name)?;
    // A reader that closes the pipe has ended the conversation.
    terminal::unless_unread(serve::reference(&profile, stdin().lock(), stdout().lock()))
        .context("cannot go on with the conversation")?;
    Ok(Exit::Ok)
}

fn check(Check { command }: &Check) -> Outcome {
    let suite = Suite::built_in()?;
    let command = exec::command(command)?;
    let mut report = Report::default();
    match Examination::start(&command, &suite, &mut report) {
        Ok(mut examination) => {
            if examination.questions(&mut report) {
                examination.unknown_members(&mut report);
                examination.bye(&mut report);
            }
            end_of_input(&command, &mut report);
        }
        Err(error) => match error.downcast::<TargetError>()? {
            TargetError::EnvironmentMissing(text) => {
                terminal::say(format_args!("{text}\n"));
                return Ok(Exit::EnvironmentMissing);
            }
            TargetError::Fault(text) | TargetError::NotStarted(text) => report.problem(text),
        },
    }
    let exit = if report.problems.is_empty() { Exit::Ok } else { Exit::ConformanceFailure };
    Ok(terminal::end_with(&report.text(), exit))
}

/// What an adapter does well, and what it does not, each with what to do about it.
#[derive(Default)]
struct Report {
    head: String,
    well: Vec<String>,
    /// What may be a mistake of the adapter or the nature of the library. It does not fail the check.
    doubts: Vec<String>,
    problems: Vec<String>,
}

impl Report {
    fn well(&mut self, what: impl Into<String>) {
        self.well.push(what.into());
    }

    fn doubt(&mut self, what: impl Into<String>) {
        self.doubts.push(what.into());
    }

    fn problem(&mut self, what: impl Into<String>) {
        self.problems.push(what.into());
    }

    fn text(&self) -> String {
        let mut text = self.head.clone();
        // Writing to a string does not fail.
        for what in &self.well {
            let _ = writeln!(text, "  ok       {what}");
        }
        for (word, texts) in [("look at", &self.doubts), ("problem", &self.problems)] {
            for what in texts {
                let _ = writeln!(text, "  {word}  {}", what.replace('\n', "\n           "));
            }
        }
        let _ = match self.problems.len() {
            0 => writeln!(text, "nothing to do; now: jotproof run 'exec:COMMAND'"),
            count => {
                writeln!(text, "{count} to do; docs/reference/adapter-protocol.md describes the protocol")
            }
        };
        text
    }
}

/// An adapter under examination.
struct Examination {
    process: AdapterProcess,
    hello: Hello,
    questions: Vec<Question>,
    seen: BTreeMap<u64, Observation>,
}

/// What the ids of the first round begin with, and those of the second: an id is only a number.
const FIRST_ROUND: u64 = 1;
const SECOND_ROUND: u64 = 1_000_000;

impl Examination {
    fn start(command: &[String], suite: &Suite, report: &mut Report) -> anyhow::Result<Self> {
        let (process, hello) = AdapterProcess::start(command, &Bounds::default())?;
        report.head = format!("{} {}, clock: {}\n", hello.name, hello.version, clock(hello.clock));
        report.well("its hello is well-formed");
        if !hello.capabilities.contains(&Capability::Application(Application::Jwt)) {
            report.problem(
                "its hello lists no application:jwt, which every plain token requires; add it to the \
                 capabilities",
            );
        }
        if !hello.capabilities.iter().any(|capability| matches!(capability, Capability::Algorithm(_))) {
            report.problem(
                "its hello lists no algorithm, so that nothing can be asked; add algorithm:HS256 and the like \
                 to the capabilities",
            );
        }
        let named = hello.profile.as_deref().unwrap_or("rfc");
        let profile = match Profiles::built_in().find(named) {
            Ok(profile) => profile,
            Err(error) => {
                report.problem(format!("its hello names a profile that is not built in: {error}"));
                Profiles::built_in().find("rfc")?
            }
        };
        let (questions, without) = questions::questions(suite, &hello, &profile, unix_time())?;
        if !without.is_empty() {
            let names = without.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            report.well(format!("not examined, for want of a question that it can be asked: {names}"));
        }
        Ok(Self { process, hello, questions, seen: BTreeMap::new() })
    }

    /// Asks everything at once, and wants every answer once; `true` where it came.
    fn questions(&mut self, report: &mut Report) -> bool {
        let lines = (FIRST_ROUND..)
            .zip(&self.questions)
            .map(|(id, question)| (id, wire::verify(id, &question.challenge)))
            .collect();
        let whole = self.round(lines, report);
        if whole {
            report.well(format!("{} questions, asked at once, are answered once each", self.questions.len()));
        }
        // Reports in the order of the questions.
        let mut abouts: Vec<(&str, bool)> = Vec::new();
        for (id, question) in (FIRST_ROUND..).zip(&self.questions) {
            let Some(seen) = self.seen.get(&id) else { continue };
            let problem = wrong(question, seen);
            match abouts.iter_mut().find(|(about, _)| *about == question.about) {
                Some((_, proved)) => *proved &= problem.is_none(),
                None => abouts.push((&question.about, problem.is_none())),
            }
            match problem {
                None => {}
                Some(problem) if question.about == questions::SET_UP => report.doubt(problem),
                Some(problem) => report.problem(problem),
            }
        }
        let proved: Vec<&str> =
            abouts.iter().filter(|(_, proved)| *proved).map(|(about, _)| *about).collect();
        if !proved.is_empty() {
            report.well(format!("it does what it declares: {}", proved.join(", ")));
        }
        self.tells(report);
        whole
    }

    /// Checks that at least one answer has the claims and the reasons that the hello announces.
    fn tells(&self, report: &mut Report) {
        let of_plain_tokens = self.hello.observes.contains(&Observable::Claims);
        let mut accepted = self.seen.values().filter_map(|seen| match seen {
            Observation::Accepted { result } => Some(result),
            _ => None,
        });
        if of_plain_tokens
            && accepted.clone().next().is_some()
            && accepted.all(|result| result.claims.is_none())
        {
            report.problem(
                "its hello lists claims under observes, and no answer has them; add them, or leave it out",
            );
        }
        let mut refused = self.seen.values().filter_map(|seen| match seen {
            Observation::Refused { reason, .. } => Some(reason),
            _ => None,
        });
        if self.hello.reasons && refused.clone().next().is_some() && refused.all(Option::is_none) {
            report.problem(
                "its hello says that it tells reasons, and no refusal has one; give those that are certain, or say false",
            );
        }
    }

    /// Asks the same with members that no version has yet.
    fn unknown_members(&mut self, report: &mut Report) {
        let later = |line: &[u8]| -> Option<Vec<u8>> {
            let mut question: Value = serde_json::from_slice(line).ok()?;
            question["x_later"] = json!({ "of": ["a later version"] });
            question["context"]["x_later"] = json!(true);
            for key in question["keys"].as_array_mut()? {
                key["x_later"] = json!(null);
            }
            Some(format!("{question}\n").into_bytes())
        };
        let lines = (SECOND_ROUND..)
            .zip(&self.questions)
            .filter_map(|(id, question)| Some((id, later(&wire::verify(id, &question.challenge))?)))
            .collect();
        let whole = self.round(lines, report);
        let differs = (0..self.questions.len() as u64).find(|at| {
            let kind = |id: u64| self.seen.get(&id).map(std::mem::discriminant);
            kind(FIRST_ROUND + at) != kind(SECOND_ROUND + at)
        });
        match differs {
            None if whole => report.well("members that it does not know change nothing"),
            None => {}
            Some(_) => report.problem(
                "members that it does not know (x_later) change its answer; ignore what you do not know",
            ),
        }
    }

    /// Asks, and collects the answers; `true` where each came once.
    fn round(&mut self, lines: Vec<(u64, Vec<u8>)>, report: &mut Report) -> bool {
        let bounds = Bounds::default();
        let mut open: BTreeSet<u64> = lines.iter().map(|(id, _)| *id).collect();
        let before = report.problems.len();
        for (_, line) in lines {
            self.process.say(line);
        }
        while !open.is_empty() {
            let line = match self.process.hear(bounds.answer) {
                Heard::Line(line) => line,
                Heard::TooLong => {
                    report.problem("a line of it is longer than any answer; write short answers");
                    break;
                }
                Heard::Silence => {
                    report.problem(format!(
                        "{} questions are not answered within {} s; answer each, and flush the output after \
                         every line",
                        open.len(),
                        bounds.answer.as_secs()
                    ));
                    break;
                }
                Heard::End => {
                    let how = self.process.how_it_ended();
                    report.problem(format!(
                        "it ends with {} questions open; end at bye and at the end of the input only: {how}",
                        open.len()
                    ));
                    break;
                }
            };
            match wire::observation(&line, &self.hello) {
                Ok((id, observation)) if open.remove(&id) => {
                    self.seen.insert(id, observation);
                }
                Ok((id, _)) if self.seen.contains_key(&id) => {
                    report.problem(format!("question {id} is answered twice; answer each once"));
                }
                Ok((id, _)) => {
                    report.problem(format!(
                        "it answers {id}, which was not asked; repeat the id of the question"
                    ));
                }
                Err(problem) => report.problem(format!(
                    "{problem}; write nothing but answers to standard output, anything else to standard error"
                )),
            }
        }
        report.problems.len() == before
    }

    fn bye(mut self, report: &mut Report) {
        self.process.say(wire::bye());
        let ended = match self.process.hear(Bounds::default().end) {
            Heard::End => match self.process.exit_status() {
                Some("exit status: 0") => Ok(()),
                Some(status) => Err(format!("it ends with {status} at bye; end with 0")),
                None => Err("it closes its output at bye and runs on; end".to_owned()),
            },
            Heard::Silence => Err(format!(
                "it does not end within {} s of bye; end there, and at the end of the input",
                Bounds::default().end.as_secs()
            )),
            Heard::Line(_) | Heard::TooLong => {
                Err("it writes after the last answer; answer each question once".to_owned())
            }
        };
        match ended {
            Ok(()) => report.well("it ends at bye"),
            Err(problem) => report.problem(problem),
        }
    }
}

/// Describes a wrong answer and its remedy; `None` for a right answer.
fn wrong(question: &Question, seen: &Observation) -> Option<String> {
    let Question { about, token, accept, remedy, challenge: _ } = question;
    let said = match (seen, accept) {
        (Observation::Accepted { .. }, true) | (Observation::Refused { .. }, false) => return None,
        (Observation::Refused { text, .. }, true) if text.is_empty() => "is refused".to_owned(),
        (Observation::Refused { text, .. }, true) => format!("is refused: {text}"),
        (Observation::Accepted { .. }, false) => "is accepted".to_owned(),
        (Observation::Unsupported { what }, _) => format!("is answered with unsupported: {what}"),
        (Observation::ProtocolError { detail }, _) => format!("is answered wrongly: an answer {detail}"),
        (other, _) => format!("gets {other:?}"),
    };
    let or_not = if about.parse::<Capability>().is_ok() {
        ", or take it out of the capabilities"
    } else if about == questions::SET_UP {
        "; if the library has no such option, a run reports this as a finding"
    } else {
        ""
    };
    Some(format!("{about}: {token} {said}\nhint: {remedy}{or_not}"))
}

/// An adapter whose runner was killed sees only the end of its input.
fn end_of_input(command: &[String], report: &mut Report) {
    let bounds = Bounds::default();
    match AdapterProcess::start(command, &bounds) {
        Ok((mut process, _)) => {
            process.close_input();
            if process.hear(bounds.end) == Heard::End {
                report.well("it ends at the end of its input");
            } else {
                report.problem(format!(
                    "it does not end within {} s of the end of its input; end there too",
                    bounds.end.as_secs()
                ));
            }
        }
        Err(error) => report.problem(format!("it does not start a second time: {error}")),
    }
}

/// The clock that decides, for messages.
const fn clock(clock: Clock) -> &'static str {
    match clock {
        Clock::Settable => "settable",
        Clock::System => "that of the machine",
    }
}
