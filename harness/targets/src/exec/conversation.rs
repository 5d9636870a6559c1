//! Asks an adapter, a few questions ahead of its answers, and finds out whose fault a fault is.
//!
//! Where an adapter dies, hangs, or writes what is no answer, everything that was open is unknown: it
//! is started again, and the open questions are asked alone, each of a process of its own, until one of
//! them repeats the fault. That one bears it; the others get their own answers. A fault that none
//! repeats alone is the run's, not a case's.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jotproof_engine::target::{Clock, Deployment, TargetError};
use jotproof_model::{Challenge, Observation};

use super::Run;
use super::process::{AdapterProcess, Heard};
use super::wire::{self, Hello};

/// How many questions are open at a time, at most. An adapter may answer them in any order.
pub const OPEN: usize = 16;

/// How often an adapter may die, hang or break the protocol in a run before it is given up.
const INCIDENTS: usize = 50;

/// An adapter that is asked.
pub struct Conversation {
    run: Arc<Run>,
    hello: Hello,
    process: AdapterProcess,
    /// Why it cannot go on.
    fault: Option<TargetError>,
    /// What went wrong and no question repeated alone.
    unexplained: Vec<String>,
}

/// What ends a conversation with one process.
struct Incident {
    /// What happened.
    what: String,
    /// The question that it was about, where that is known though it is answered.
    about: Option<usize>,
    /// How many questions were open.
    open: usize,
}

/// The questions of one replay.
struct Questions {
    first: u64,
    lines: Vec<Vec<u8>>,
    seen: Vec<Option<Observation>>,
}

impl Questions {
    fn id(&self, at: usize) -> u64 {
        self.first + at as u64
    }

    fn at(&self, id: u64) -> Option<usize> {
        let at = usize::try_from(id.checked_sub(self.first)?).ok()?;
        (at < self.lines.len()).then_some(at)
    }
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
        Ok(Self { run, hello, process, fault: None, unexplained: Vec::new() })
    }

    /// Asks what is waiting until all is answered, or something happens.
    fn ask(&mut self, questions: &mut Questions, waiting: &mut VecDeque<usize>) -> Result<(), Incident> {
        let mut open = BTreeSet::new();
        let incident = loop {
            while open.len() < OPEN
                && let Some(at) = waiting.pop_front()
            {
                self.process.say(questions.lines[at].clone());
                open.insert(at);
            }
            if open.is_empty() {
                return Ok(());
            }
            let (what, about) = match self.process.hear(self.run.bounds.answer) {
                Heard::Line(line) => match wire::observation(&line, &self.hello) {
                    Ok((id, observation)) => match questions.at(id) {
                        Some(at) if open.remove(&at) => {
                            questions.seen[at] = Some(observation);
                            continue;
                        }
                        Some(at) if questions.seen[at].is_some() => {
                            (format!("answered question {id} twice"), Some(at))
                        }
                        Some(_) | None => (format!("answered {id}, which is no open question"), None),
                    },
                    Err(problem) => (problem, None),
                },
                Heard::TooLong => ("wrote a line that is longer than any answer".to_owned(), None),
                Heard::Silence => {
                    (format!("gave no answer within {} s", self.run.bounds.answer.as_secs_f32()), None)
                }
                Heard::End => (format!("ended: {}", self.process.how_it_ended()), None),
            };
            break Incident { what, about, open: open.len() };
        };
        // In the order in which they were asked: most adapters answer one after the other, and then
        // the first one is to blame.
        for at in open.into_iter().rev() {
            waiting.push_front(at);
        }
        Err(incident)
    }

    /// Finds the question that an incident is the fault of. What was open stands first in `waiting`.
    fn blame(
        &mut self,
        incident: Incident,
        questions: &mut Questions,
        waiting: &mut VecDeque<usize>,
    ) -> Result<(), TargetError> {
        if self.run.incidents.fetch_add(1, Ordering::Relaxed) + 1 > INCIDENTS {
            return Err(self.fault(format!(
                "it died, hung or broke the protocol more than {INCIDENTS} times, and is given up; at last it {}",
                incident.what
            )));
        }
        // An answer that came twice is none.
        if let Some(at) = incident.about {
            questions.seen[at] = None;
            waiting.push_front(at);
        }
        let suspects = incident.open + usize::from(incident.about.is_some());
        let suspects: Vec<usize> = waiting.drain(..suspects).collect();
        for (index, at) in suspects.iter().copied().enumerate() {
            let observation = self.alone(questions, at)?;
            let blamed = matches!(
                observation,
                Observation::Crashed { .. }
                    | Observation::TimedOut { .. }
                    | Observation::ProtocolError { .. }
            );
            questions.seen[at] = Some(observation);
            if blamed {
                for at in suspects[index + 1..].iter().rev() {
                    waiting.push_front(*at);
                }
                return Ok(());
            }
        }
        self.unexplained.push(incident.what);
        Ok(())
    }

    /// Asks one question of a process of its own, and looks at everything that it writes until it ends.
    fn alone(&self, questions: &Questions, at: usize) -> Result<Observation, TargetError> {
        let own = questions.id(at);
        let mut process = start(&self.run, &self.hello)?;
        process.say(questions.lines[at].clone());
        process.say(wire::bye());
        process.close_input();
        let mut answer = None;
        let broken = |detail: String| Ok(Observation::ProtocolError { detail });
        loop {
            let within = if answer.is_none() { self.run.bounds.answer } else { self.run.bounds.end };
            match process.hear(within) {
                Heard::Line(line) => match wire::observation(&line, &self.hello) {
                    Ok((id, observation)) if id == own && answer.is_none() => answer = Some(observation),
                    Ok((id, _)) if id == own => return broken("answered twice".to_owned()),
                    Ok((id, _)) => return broken(format!("answered {id}, where only {own} was asked")),
                    Err(problem) => return broken(problem),
                },
                Heard::TooLong => return broken("wrote a line that is longer than any answer".to_owned()),
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

    fn fault(&self, text: String) -> TargetError {
        TargetError::Fault(format!("adapter {}: {text}", self.run.command.join(" ")))
    }
}

impl Deployment for Conversation {
    fn clock(&self) -> Clock {
        self.hello.clock
    }

    fn replay(&mut self, challenges: &[Challenge]) -> Vec<Observation> {
        let first = self.run.ids.fetch_add(challenges.len() as u64, Ordering::Relaxed);
        let mut questions = Questions {
            first,
            lines: (first..).zip(challenges).map(|(id, challenge)| wire::verify(id, challenge)).collect(),
            seen: vec![None; challenges.len()],
        };
        let mut waiting: VecDeque<usize> = (0..challenges.len()).collect();
        while let Err(incident) = self.ask(&mut questions, &mut waiting) {
            let again = self
                .blame(incident, &mut questions, &mut waiting)
                .and_then(|()| start(&self.run, &self.hello));
            match again {
                Ok(process) => self.process = process,
                Err(error) => {
                    self.fault = Some(error);
                    break;
                }
            }
        }
        questions.seen.into_iter().map_while(|seen| seen).collect()
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
