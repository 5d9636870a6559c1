//! A server that does not start, because it turns its configuration down: nobody is let in.
//!
//! That a server ends while it starts is a fault everywhere else. Here it is an answer, and only where three things
//! come together: the context is wrong by its construction, the process ended by itself with an exit status of
//! failure, and the last that it said is that this is what it ends of. That the same server starts where
//! nothing is wrong is what the twin of the case shows: without that, the judgement is `void`.

use jotproof_engine::questions::Questions;
use jotproof_engine::target::{Clock, Deployment, Followed};
use jotproof_model::{Context, FlowChallenge, Observation};
use jotproof_reference::configuration;

use super::leak::{Record, Secrets};
use super::target::Server;
use crate::server::process::LastWords;

/// How profiles call the answer.
const ANSWER: &str = "start";

/// What a process ends with that failed, and was not killed.
const FAILURE: &str = "exit status: 1";

/// A server that was never there for anybody.
pub(super) struct RefusedStart {
    /// What it said.
    text: String,
}

impl RefusedStart {
    /// Such a server, where it is one.
    pub(super) fn of<S: Server>(context: &Context, last_words: &LastWords) -> Option<Self> {
        let LastWords { status, line } = last_words;
        let text = S::configuration_refused(line).filter(|_| status == FAILURE)?;
        configuration::is_wrong(context).then_some(Self { text })
    }

    fn observation(&self, secrets: &Secrets<'_>) -> Observation {
        let refused =
            Observation::Refused { reason: None, answer: Some(ANSWER.to_owned()), text: self.text.clone() };
        Record::default().discreet(secrets, refused)
    }
}

impl Deployment for RefusedStart {
    fn clock(&self) -> Clock {
        Clock::System
    }

    fn replay(&mut self, questions: &Questions<'_>) {
        while let Some((at, challenge)) = questions.next() {
            questions.answer(at, self.observation(&Secrets::of_challenge(&challenge)));
        }
    }

    fn follow(&mut self, flows: &[FlowChallenge]) -> Vec<Followed> {
        let observed = |flow| Followed::at_once(self.observation(&Secrets::of_flow(flow)));
        flows.iter().map(observed).collect()
    }
}

#[cfg(test)]
mod tests {
    use jotproof_model::Application;

    use super::*;
    use crate::anycable::Anycable;
    use crate::centrifugo::Centrifugo;

    const SAID: &str = r#"{"level":"fatal","message":"error creating token verifier: it says two things"}"#;

    #[test]
    fn it_is_one_only_where_context_exit_status_and_last_words_say_so() {
        let plain = Context::new(Application::CentrifugoConnection, &[], &[]);
        let text = Some("chat".to_owned());
        let wrong = Context { audience: text.clone(), audience_regex: text, ..plain.clone() };
        let words = |status: &str, line: &str| LastWords { status: status.to_owned(), line: line.to_owned() };
        let refused = |context: &Context, words: LastWords| {
            RefusedStart::of::<Centrifugo>(context, &words).map(|start| start.text)
        };
        let said = Some("error creating token verifier: it says two things".to_owned());
        assert_eq!(refused(&wrong, words(FAILURE, SAID)), said);
        assert_eq!(refused(&plain, words(FAILURE, SAID)), None, "nothing is wrong with it");
        for status in ["exit status: 0", "exit status: 2", "signal: 9 (SIGKILL)"] {
            assert_eq!(refused(&wrong, words(status, SAID)), None, "{status}");
        }
        for line in ["", "thinking", "panic: error creating token verifier", &SAID.replace("fatal", "error")]
        {
            assert_eq!(refused(&wrong, words(FAILURE, line)), None, "{line}");
        }
        assert!(RefusedStart::of::<Anycable>(&wrong, &words(FAILURE, SAID)).is_none());
    }
}
