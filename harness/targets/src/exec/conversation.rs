//! Asks an adapter, a few questions ahead of its answers, and finds out whose fault a fault is.
//!
//! If an adapter dies or hangs, its open questions have no answer. The adapter is started again and each open
//! question is asked alone, in a new process, until one repeats the fault. The fault is recorded for that
//! question. The others get their own answers. A fault that no question repeats is a failure of the run, not
//! of a case.
//!
//! An invalid line, or an answer without a question, is a mistake in the adapter and says nothing about its
//! library. The conversation ends at the first such line and reports it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jotproof_engine::questions::Questions;
use jotproof_engine::target::{Clock, Deployment, TargetError};
use jotproof_model::Observation;

use super::Run;
use super::process::{AdapterProcess, Heard};
use super::wire::{self, Hello};

/// How many questions are open at a time, at most. An adapter may answer them in any order.
pub const OPEN: usize = 16;

/// The longest expected wait of a question behind other open questions. A token ages while its question
/// waits.
const QUEUED: Duration = Duration::from_millis(500);

/// The number of failures that a run tolerates before it gives up an adapter.
///
/// A death costs two starts. A hang costs its time-out twice. A fault that no question repeats costs a start
/// for every open question.
const DEATHS: usize = 50;
const HANGS: usize = 5;
const UNEXPLAINED: usize = 2;

/// The failures of an adapter in a run.
#[derive(Debug, Default)]
pub(super) struct Incidents {
    deaths: AtomicUsize,
    hangs: AtomicUsize,
    unexplained: AtomicUsize,
}

/// An adapter that is asked.
pub struct Conversation {
    run: Arc<Run>,
    hello: Hello,
    process: AdapterProcess,
    /// Why it cannot go on.
    fault: Option<TargetError>,
    /// What went wrong and no question repeated alone.
    unexplained: Vec<String>,
    /// The time between the last two answers.
    pace: Option<Duration>,
}

/// What ends a conversation with one process.
enum Incident {
    /// The process ended by itself.
    Death(String),
    /// The process did not answer in time.
    Hang(String),
    /// The process wrote something else than the answer to an open question.
    Breach(String),
}

const TOO_LONG: &str = "wrote a line that is longer than any answer";

fn not_asked(id: u64) -> String {
    format!("answered question {id}, which is not open")
}

/// An asked question: its id on the wire, and its number.
#[derive(Debug, Clone, Copy)]
struct Asked {
    id: u64,
    at: usize,
}

/// The state of the questions of one replay.
struct Exchange<'q> {
    questions: &'q Questions<'q>,
    /// The questions to ask again, in another process.
    again: VecDeque<Asked>,
    answered: BTreeSet<u64>,
}

impl Conversation {
    /// A conversation with a process that said hello already, or with one that is started.
    pub(super) fn new(
        run: Arc<Run>,
        hello: Hello,
        waiting: Option<AdapterProcess>,
    ) -> Result<Self, TargetError> {
        let process = match waiting {
            Some(process) => process,
            None => start(&run, &hello)?,
        };
        Ok(Self { run, hello, process, fault: None, unexplained: Vec::new(), pace: None })
    }

    /// The next question and its line. Its token is minted now.
    fn next(&self, exchange: &mut Exchange<'_>) -> Option<(Asked, Vec<u8>)> {
        let (asked, challenge) = match exchange.again.pop_front() {
            Some(asked) => (asked, exchange.questions.again(asked.at)?),
            None => {
                let (at, challenge) = exchange.questions.next()?;
                (Asked { id: self.run.ids.fetch_add(1, Ordering::Relaxed), at }, challenge)
            }
        };
        Some((asked, wire::verify(asked.id, &challenge)))
    }

    /// The number of questions that may be open. It is one until the pace is known.
    fn room(&self) -> usize {
        let within = |pace: Duration| QUEUED.as_millis() / pace.as_millis().max(1);
        self.pace.map_or(1, |pace| usize::try_from(within(pace)).unwrap_or(OPEN).clamp(1, OPEN))
    }

    /// Asks until every question is answered. An incident is returned together with the open questions.
    fn ask(&mut self, exchange: &mut Exchange<'_>) -> Result<(), (Incident, Vec<Asked>)> {
        let mut open: BTreeMap<u64, Asked> = BTreeMap::new();
        let mut since = Instant::now();
        let incident = loop {
            while open.len() < self.room()
                && let Some((asked, line)) = self.next(exchange)
            {
                if open.is_empty() {
                    since = Instant::now();
                }
                self.process.say(line);
                open.insert(asked.id, asked);
            }
            if open.is_empty() {
                return Ok(());
            }
            match self.process.hear(self.run.bounds.answer) {
                Heard::Line(line) => match wire::observation(&line, &self.hello) {
                    Ok((id, observation)) => {
                        if let Some(asked) = open.remove(&id) {
                            self.pace = Some(since.elapsed());
                            since = Instant::now();
                            exchange.answered.insert(id);
                            exchange.questions.answer(asked.at, observation);
                        } else if exchange.answered.contains(&id) {
                            break Incident::Breach(format!("answered question {id} twice"));
                        } else {
                            break Incident::Breach(not_asked(id));
                        }
                    }
                    Err(problem) => break Incident::Breach(format!("wrote {problem}")),
                },
                Heard::TooLong => break Incident::Breach(TOO_LONG.to_owned()),
                Heard::Silence => {
                    let within = self.run.bounds.answer.as_secs_f32();
                    break Incident::Hang(format!("gave no answer within {within} s"));
                }
                Heard::End => break Incident::Death(format!("ended: {}", self.process.how_it_ended())),
            }
        };
        // In the order of asking. Most adapters answer in that order, so the first open question is the
        // likely cause.
        Err((incident, open.into_values().collect()))
    }

    /// Finds the question that causes an incident. Questions that were not tried alone are asked again.
    fn blame(
        &mut self,
        incident: Incident,
        suspects: &[Asked],
        exchange: &mut Exchange<'_>,
    ) -> Result<(), TargetError> {
        let count = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed) + 1;
        let incidents = &self.run.incidents;
        let (what, times, most) = match incident {
            Incident::Breach(what) => return Err(self.breach(&what)),
            Incident::Death(what) => (what, count(&incidents.deaths), DEATHS),
            Incident::Hang(what) => (what, count(&incidents.hangs), HANGS),
        };
        if times > most {
            return Err(self.given_up(&format!("it {what}\nthat was time {times}, and it is asked no more")));
        }
        for (index, asked) in suspects.iter().copied().enumerate() {
            let Some(challenge) = exchange.questions.again(asked.at) else { return Ok(()) };
            let observation = self.alone(asked.id, wire::verify(asked.id, &challenge))?;
            let blamed = matches!(observation, Observation::Crashed { .. } | Observation::TimedOut { .. });
            exchange.questions.answer(asked.at, observation);
            if blamed {
                for asked in suspects[index + 1..].iter().rev() {
                    exchange.again.push_front(*asked);
                }
                return Ok(());
            }
        }
        if count(&incidents.unexplained) > UNEXPLAINED {
            return Err(self.given_up(&format!(
                "it {what}\nthat was time {}, and no question that was open repeats it when it is asked alone: what the \
                 adapter does hangs on chance",
                UNEXPLAINED + 1
            )));
        }
        self.unexplained.push(what);
        Ok(())
    }

    /// Asks one question of a process of its own, and looks at everything that it writes until it ends.
    fn alone(&self, own: u64, line: Vec<u8>) -> Result<Observation, TargetError> {
        let mut process = start(&self.run, &self.hello)?;
        process.say(line);
        process.say(wire::bye());
        process.close_input();
        let mut answer = None;
        loop {
            let within = if answer.is_none() { self.run.bounds.answer } else { self.run.bounds.end };
            match process.hear(within) {
                Heard::Line(line) => match wire::observation(&line, &self.hello) {
                    Ok((id, observation)) if id == own && answer.is_none() => answer = Some(observation),
                    Ok((id, _)) if id == own => {
                        return Err(self.breach(&format!("answered question {id} twice")));
                    }
                    Ok((id, _)) => return Err(self.breach(&not_asked(id))),
                    Err(problem) => return Err(self.breach(&format!("wrote {problem}"))),
                },
                Heard::TooLong => return Err(self.breach(TOO_LONG)),
                Heard::Silence => {
                    let after_ms = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
                    return Ok(answer.unwrap_or(Observation::TimedOut { after_ms }));
                }
                Heard::End => {
                    return Ok(match answer {
                        Some(answer) => answer,
                        None => Observation::Crashed { detail: process.how_it_ended() },
                    });
                }
            }
        }
    }

    /// The error for an invalid line, which is a mistake in the adapter.
    fn breach(&self, what: &str) -> TargetError {
        self.run.fault(&format!(
            "it {what}\nhint: write one answer for each question to standard output, and everything else to standard error; \
             `jotproof adapter check` shows every such line"
        ))
    }

    fn given_up(&self, why: &str) -> TargetError {
        self.run
            .fault(&format!("{why}\nhint: see what it does with one vector, as in --only ID, and run again"))
    }
}

impl Deployment for Conversation {
    fn clock(&self) -> Clock {
        self.hello.clock
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        let mut exchange = Exchange { questions, again: VecDeque::new(), answered: BTreeSet::new() };
        while let Err((incident, suspects)) = self.ask(&mut exchange) {
            let again =
                self.blame(incident, &suspects, &mut exchange).and_then(|()| start(&self.run, &self.hello));
            match again {
                Ok(process) => self.process = process,
                Err(error) => {
                    self.fault = Some(error);
                    break;
                }
            }
        }
    }

    fn finish(mut self: Box<Self>) -> Result<(), TargetError> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        self.process.say(wire::bye());
        self.process.close_input();
        // A late line belongs to a question whose answer is in the log already.
        if let Heard::Line(line) = self.process.hear(self.run.bounds.end) {
            self.unexplained.push(match wire::observation(&line, &self.hello) {
                Ok((id, _)) => format!("answered question {id} twice, or unasked"),
                Err(problem) => problem,
            });
        }
        let Some(one) = self.unexplained.first() else { return Ok(()) };
        let more = match self.unexplained.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} times more)"),
        };
        Err(self.run.fault(&format!(
            "it {one}{more}, and no question that was open does that when it is asked alone; see that its \
             answers depend on nothing but the question"
        )))
    }
}

/// Starts the adapter again. It must be the one that it was.
fn start(run: &Run, hello: &Hello) -> Result<AdapterProcess, TargetError> {
    let (process, again) = AdapterProcess::start(&run.command, &run.bounds)?;
    if again != *hello {
        return Err(run.fault(
            "it says another hello when it is started again; see that hello depends on nothing but the \
             adapter",
        ));
    }
    Ok(process)
}
