//! Asks an adapter, a few questions ahead of its answers, and finds out whose fault a fault is.
//!
//! If an adapter dies or hangs, everything that was open is unknown. It is started again, and the open questions are
//! asked alone, each of a process of its own, until one of them repeats the fault. That one bears it; the others get
//! their own answers. A fault that none repeats alone is the run's, not a case's.
//!
//! A line that is no answer, or that answers no question, is nobody's but the adapter's: it is a mistake in the
//! adapter and says nothing of its library. The conversation ends at the first one, with its text.

use std::collections::{BTreeSet, VecDeque};
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

/// How long a question may wait for those before it, going by how long the last answer took: a token is as old as its
/// question.
const QUEUED: Duration = Duration::from_millis(500);

/// What a run puts up with before an adapter is given up.
///
/// A death costs two starts. A hang costs its time twice over. A fault that no question repeats costs a start for
/// every question that was open.
const DEATHS: usize = 50;
const HANGS: usize = 5;
const UNEXPLAINED: usize = 2;

/// How often an adapter failed in a run.
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
    /// How long the last answer took, from the one before it.
    pace: Option<Duration>,
}

/// What ends a conversation with one process.
enum Incident {
    /// It ended by itself.
    Death(String),
    /// It gave no answer in time.
    Hang(String),
    /// It wrote something that is no answer to an open question.
    Breach(String),
}

const TOO_LONG: &str = "wrote a line that is longer than any answer";

fn not_asked(id: u64) -> String {
    format!("answered question {id}, which is not open")
}

/// A question that was asked: the id that it has on the wire, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Asked {
    id: u64,
    at: usize,
}

/// What is known of the questions of one replay.
struct Exchange<'q> {
    questions: &'q Questions<'q>,
    /// What was asked and has to be asked again, of another process.
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

    /// The next question with its line, minted now.
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

    /// How many questions may be open: one until it is known how long an answer takes.
    fn room(&self) -> usize {
        let within = |pace: Duration| QUEUED.as_millis() / pace.as_millis().max(1);
        self.pace.map_or(1, |pace| usize::try_from(within(pace)).unwrap_or(OPEN).clamp(1, OPEN))
    }

    /// Asks until all is answered, or something happens, which comes with the questions that were open then.
    fn ask(&mut self, exchange: &mut Exchange<'_>) -> Result<(), (Incident, Vec<Asked>)> {
        let mut open: BTreeSet<Asked> = BTreeSet::new();
        let mut since = Instant::now();
        let incident = loop {
            while open.len() < self.room()
                && let Some((asked, line)) = self.next(exchange)
            {
                if open.is_empty() {
                    since = Instant::now();
                }
                self.process.say(line);
                open.insert(asked);
            }
            if open.is_empty() {
                return Ok(());
            }
            match self.process.hear(self.run.bounds.answer) {
                Heard::Line(line) => match wire::observation(&line, &self.hello) {
                    Ok((id, observation)) => {
                        let asked = open.iter().copied().find(|asked| asked.id == id);
                        if let Some(asked) = asked.filter(|asked| open.remove(asked)) {
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
        // In the order in which they were asked: most adapters answer one after the other, and then the first one is to
        // blame.
        Err((incident, open.into_iter().collect()))
    }

    /// Finds the question that an incident is the fault of. The others are asked again.
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
        if count(&self.run.incidents.unexplained) > UNEXPLAINED {
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

    /// What it wrote is no answer: a mistake in the adapter, whatever was asked.
    fn breach(&self, what: &str) -> TargetError {
        self.fault(format!(
            "it {what}\nhint: write one answer for each question to standard output, and everything else to standard error; \
             `jotproof adapter check` shows every such line"
        ))
    }

    fn given_up(&self, why: &str) -> TargetError {
        self.fault(format!("{why}\nhint: see what it does with one vector, as in --only ID, and run again"))
    }

    fn fault(&self, text: String) -> TargetError {
        TargetError::Fault(format!("adapter {}: {text}", self.run.command.join(" ")))
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
        Err(self.fault(format!(
            "it {one}{more}, and no question that was open does that when it is asked alone; see that its \
             answers depend on nothing but the question"
        )))
    }
}

/// Starts the adapter again. It must be the one that it was.
fn start(run: &Run, hello: &Hello) -> Result<AdapterProcess, TargetError> {
    let (process, again) = AdapterProcess::start(&run.command, &run.bounds)?;
    if again != *hello {
        return Err(TargetError::Fault(format!(
            "adapter {}: it says another hello when it is started again; see that hello depends on nothing \
             but the adapter",
            run.command.join(" ")
        )));
    }
    Ok(process)
}
