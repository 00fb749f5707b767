//! Running the calls of one round.

use std::collections::HashSet;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cut::cut;
use super::halt::Halt;
use super::turn_loop::Turn;
use super::{TurnError, Update};
use crate::tools::{Offer, ToolCall, ToolOutcome, ToolStatus};
use crate::transcript::{Event, interrupted};

/// A call that ended.
struct Ended {
    at: usize,
    outcome: ToolOutcome,
    millis: u64,
}

impl Turn<'_> {
    /// Runs calls, several at a time, and writes down what they came to. What does not end in time
    /// once the turn is stopped is given up.
    pub(super) async fn run_calls(
        &mut self,
        calls: &[ToolCall],
        offer: &Offer,
    ) -> Result<Option<Halt>, TurnError> {
        let parts = self.parts;
        let stop = CancellationToken::new();
        let mut waiting = calls.iter().enumerate();
        let mut running = FuturesUnordered::new();
        let mut open: HashSet<usize> = (0..calls.len()).collect();
        let mut started = HashSet::new();
        let mut halted = None;
        while !open.is_empty() && halted.is_none() {
            while running.len() < parts.settings.parallel_calls.max(1)
                && let Some((at, call)) = waiting.next()
            {
                self.tell_started(call).await?;
                started.insert(at);
                let stop = &stop;
                running.push(async move {
                    let began = Instant::now();
                    let outcome = match refusal(call, offer) {
                        Some(outcome) => outcome,
                        // Stopped before it could begin.
                        None if stop.is_cancelled() => interrupted(false),
                        None => parts.tools.call(call, stop).await,
                    };
                    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    Ended {
                        at,
                        outcome,
                        millis,
                    }
                });
            }
            match self.halts.unless_halted(running.next()).await {
                Ok(Some(ended)) => {
                    open.remove(&ended.at);
                    self.tell_finished(calls, ended).await?;
                }
                Ok(None) => break,
                Err(halt) => halted = Some(halt),
            }
        }
        if halted.is_some() {
            stop.cancel();
            let give_up = Instant::now() + parts.settings.grace;
            while let Ok(Some(ended)) = tokio::time::timeout_at(give_up, running.next()).await {
                open.remove(&ended.at);
                self.tell_finished(calls, ended).await?;
            }
        }
        for at in 0..calls.len() {
            if open.contains(&at) {
                let outcome = interrupted(started.contains(&at));
                let millis = 0;
                let ended = Ended {
                    at,
                    outcome,
                    millis,
                };
                self.tell_finished(calls, ended).await?;
            }
        }
        Ok(halted)
    }

    /// Writes down that calls are not run.
    pub(super) async fn skip_calls(
        &mut self,
        calls: &[ToolCall],
        why: &str,
    ) -> Result<(), TurnError> {
        for at in 0..calls.len() {
            let outcome = ToolOutcome {
                text: format!("not run: {why}"),
                status: ToolStatus::Interrupted,
            };
            let ended = Ended {
                at,
                outcome,
                millis: 0,
            };
            self.tell_finished(calls, ended).await?;
        }
        Ok(())
    }

    async fn tell_started(&mut self, call: &ToolCall) -> Result<(), TurnError> {
        let id = call.id.clone();
        let name = call.name.clone();
        self.write(Event::ToolStarted { id, name }).await?;
        self.observer.update(Update::ToolStarted(call.clone()));
        Ok(())
    }

    async fn tell_finished(&mut self, calls: &[ToolCall], ended: Ended) -> Result<(), TurnError> {
        let Some(call) = calls.get(ended.at) else {
            return Ok(());
        };
        let outcome = ToolOutcome {
            text: cut(ended.outcome.text, self.parts.settings.result_bytes),
            status: ended.outcome.status,
        };
        self.write(Event::ToolFinished {
            id: call.id.clone(),
            outcome: outcome.clone(),
            millis: ended.millis,
        })
        .await?;
        self.observer.update(Update::ToolFinished {
            id: call.id.clone(),
            name: call.name.clone(),
            outcome,
            millis: ended.millis,
        });
        Ok(())
    }
}

/// Why a call cannot be run at all, for the model to do better.
fn refusal(call: &ToolCall, offer: &Offer) -> Option<ToolOutcome> {
    let failed = |text: String| {
        Some(ToolOutcome {
            text,
            status: ToolStatus::Failed,
        })
    };
    if !offer.definitions.iter().any(|tool| tool.name == call.name) {
        let names: Vec<&str> = offer
            .definitions
            .iter()
            .map(|tool| tool.name.as_str())
            .collect();
        let known = match names.as_slice() {
            [] => "no tool can be called now".to_owned(),
            names => format!("the tools are: {}", names.join(", ")),
        };
        return failed(format!("there is no tool of this name; {known}"));
    }
    if !call.arguments.is_object() {
        return failed("the arguments are no JSON object: call again with one".to_owned());
    }
    None
}

/// Makes calls fit to be written down: ids that are different, `{}` for no arguments.
pub(super) fn tidy(calls: Vec<ToolCall>) -> Vec<ToolCall> {
    let mut ids = HashSet::new();
    let mut tidy = calls;
    for (at, call) in tidy.iter_mut().enumerate() {
        if call.id.is_empty() || !ids.insert(call.id.clone()) {
            call.id = format!("call_{at}_{}", call.id);
            ids.insert(call.id.clone());
        }
        let empty = match &call.arguments {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            _ => false,
        };
        if empty {
            call.arguments = Value::Object(serde_json::Map::new());
        }
    }
    tidy
}
