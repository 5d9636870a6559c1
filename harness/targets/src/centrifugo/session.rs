//! A session of Centrifugo's client protocol: commands go out, answers are waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::carriage::Carriage;
use super::connect::Flags;
use super::wire::{Command, Disconnect, Frame, Message, Outcome, Reply, Wire, client_name};
use crate::websocket::{Event, Failure};

/// A session on an open connection.
pub(super) struct Session<'a> {
    connection: &'a mut Carriage,
    wire: Wire,
    /// How many commands went out; each is numbered by this.
    sent: u32,
    /// Answers that nobody has waited for yet.
    answers: BTreeMap<u32, (Outcome, SystemTime)>,
    /// The subscriptions that the server has ended, each with code and reason.
    unsubscribed: BTreeMap<String, (i64, String)>,
    /// The clients of which it was told that they came, each with the channel.
    joined: BTreeSet<(String, String)>,
    /// What subscriptions were opened with, by channel: the result of the command that opened them.
    opened: BTreeMap<String, Flags>,
    /// How the server has closed the connection, if it has.
    closed: Option<(u16, String)>,
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was done; the result, and when it came.
    Done { result: Reply, at: SystemTime },
    /// It was not done.
    Error { code: i64, message: String },
    /// The connection was closed instead.
    Closed { code: u16, reason: String },
}

impl<'a> Session<'a> {
    pub(super) fn new(connection: &'a mut Carriage, wire: Wire) -> Self {
        Self {
            connection,
            wire,
            sent: 0,
            answers: BTreeMap::new(),
            unsubscribed: BTreeMap::new(),
            joined: BTreeSet::new(),
            opened: BTreeMap::new(),
            closed: None,
        }
    }

    /// Sends commands in one frame, and gives the number of the first.
    pub(super) async fn send(&mut self, commands: &[Command<'_>]) -> Result<u32, Failure> {
        let first = self.sent + 1;
        // What is sent on a closed connection is answered by how it was closed.
        if self.closed.is_some() {
            return Ok(first);
        }
        self.sent += u32::try_from(commands.len()).unwrap_or(u32::MAX);
        self.connection.send(self.wire.write(first, commands)).await?;
        Ok(first)
    }

    /// Waits for what becomes of the command with this number.
    pub(super) async fn answer(&mut self, id: u32) -> Result<Answer, Failure> {
        loop {
            if let Some((outcome, at)) = self.answers.remove(&id) {
                return Ok(match outcome {
                    Outcome::Done(result) => Answer::Done { result, at },
                    Outcome::Error { code, message } => Answer::Error { code, message },
                });
            }
            if let Some((code, reason)) = &self.closed {
                return Ok(Answer::Closed { code: *code, reason: reason.clone() });
            }
            self.listen().await?;
        }
    }

    /// Hears what the server says of itself until a moment.
    pub(super) async fn listen_until(&mut self, moment: Instant) -> Result<(), Failure> {
        while self.closed.is_none() {
            match timeout_at(moment, self.listen()).await {
                Ok(heard) => heard?,
                Err(_) => return Ok(()),
            }
        }
        sleep_until(moment).await;
        Ok(())
    }

    /// How the server has ended the subscription to a channel, if it has: a code and a reason.
    pub(super) fn unsubscribed(&self, channel: &str) -> Option<&(i64, String)> {
        self.unsubscribed.get(channel)
    }

    /// Keeps what subscriptions were opened with.
    pub(super) fn opened(&mut self, subscriptions: impl IntoIterator<Item = (String, Flags)>) {
        self.opened.extend(subscriptions);
    }

    /// What a subscription was opened with, and whether it was told that this client came.
    pub(super) fn flags(&self, channel: &str, client: &str) -> (Flags, bool) {
        let comer = (channel.to_owned(), client.to_owned());
        (self.opened.get(channel).copied().unwrap_or_default(), self.joined.contains(&comer))
    }

    /// How the server has closed the connection, if it has.
    pub(super) fn closed(&self) -> Option<Answer> {
        self.closed.as_ref().map(|(code, reason)| Answer::Closed { code: *code, reason: reason.clone() })
    }

    /// Waits for the next thing that the server says.
    async fn listen(&mut self) -> Result<(), Failure> {
        match self.connection.receive().await? {
            Event::Text(text) => self.hear(&Frame::Text(text)).await?,
            Event::Binary(octets) => self.hear(&Frame::Binary(octets)).await?,
            Event::Closed { code, reason } => self.closed = Some((code, self.wire.close_reason(&reason))),
        }
        Ok(())
    }

    /// Ends the session.
    pub(super) async fn close(&mut self) {
        self.connection.close().await;
    }

    async fn hear(&mut self, frame: &Frame) -> Result<(), Failure> {
        let at = SystemTime::now();
        for message in self.wire.read(frame).map_err(Failure::Unknown)? {
            match message {
                Message::Answer { id, outcome } if (1..=self.sent).contains(&id) => {
                    if let Outcome::Done(result) = &outcome {
                        self.connection.is_called(|| client_name(result));
                    }
                    self.answers.insert(id, (outcome, at));
                }
                Message::Answer { id, .. } => {
                    return Err(Failure::Unknown(format!("an answer to command {id}, which was never sent")));
                }
                Message::Push => {}
                Message::Joined { channel, client } => {
                    self.joined.insert((channel, client));
                }
                Message::Unsubscribed { channel, code, reason } => {
                    self.unsubscribed.insert(channel, (code, reason));
                }
                Message::Disconnect(Disconnect { code, reason }) => self.closed = Some((code, reason)),
                // A session that does not answer is closed.
                Message::Ping => {
                    if let Some(pong) = self.wire.pong() {
                        self.connection.send(pong).await?;
                    }
                }
            }
        }
        Ok(())
    }
}
