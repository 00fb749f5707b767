use std::sync::Arc;
use std::time::Duration;

use keyway_agent::transcript::{Event, SinkError, Transcript, Usage};
use keyway_agent::turn::{Meter, Parts, TurnError, TurnLoop, TurnSettings};
use keyway_agent::{Offer, ToolCall, ToolOutcome, ToolStatus, Tools};
use keyway_core::agent::{AgentAnswer, AgentEntry, AgentMessage, AgentUsage, Budget};
use keyway_core::ports::{BoxFuture, CallFrom};
use keyway_core::{ActingAgent, Error, Kind};
use keyway_store::{SessionLease, TurnEnd, TurnUsage};
use parking_lot::Mutex;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::background::Known;
use super::follow::Told;
use super::plain::{Plain, Steps};
use super::sink::{Rows, entries};
use super::tools::AgentTools;
use super::{Answering, Carried, Follower, Following, failure, output};
use crate::App;
use crate::bound::Bound;
use crate::changes::Topic;
use crate::jobs::{later, rights_end};

/// How often is looked whether somebody stopped the turn from another process.
const LOOK: Duration = Duration::from_secs(1);

impl App {
    /// Runs a turn of an agent whose action was let through: in a session of its own, or in one of the
    /// same principal with the same agent. It ends in good order whatever becomes of who waits for it.
    pub(super) async fn turn(
        &self,
        from: CallFrom,
        agent: &str,
        message: AgentMessage,
        carried: Carried,
        following: Option<Arc<Following>>,
    ) -> Result<AgentAnswer, Error> {
        let definitions = self.tenant(&from.principal).definitions();
        let agent = definitions.agents().get(agent).cloned();
        let agent = agent.ok_or_else(failure::no_agent)?;
        if message.text.trim().is_empty() {
            return Err(Error::invalid_at("/message", "a text that says something"));
        }
        // What is used up for whoever asks is used up for whom they ask.
        if let Some(which) = carried.meter.as_ref().and_then(|meter| meter.used_up()) {
            return Err(failure::spent(which));
        }
        let meter = Meter::of(agent.agent().get_budget(), carried.meter.clone());
        let carried = Carried {
            meter: Some(Arc::new(meter)),
            ..carried
        };
        let lease = self.enter(&from, &agent, &message).await?;
        let plain = Plain::new(Arc::clone(&from.caller));
        let follower: Arc<dyn Follower> = Arc::new(Steps {
            plain: Arc::clone(&plain),
            next: following.clone().map(|one| one as Arc<dyn Follower>),
        });
        follower.begun(&lease.id);
        let stop = from.cancel.child_token();
        let known = self.know_turn(&lease, &stop);
        // Stopped before it began, it is written down as that. Whoever stops it from here on finds the session
        // held.
        let job = following.as_ref().and_then(|following| following.job());
        if let Some(job) = job
            && !self.goes_on(job).await
        {
            stop.cancel();
        }
        // Whoever stops waiting stops the turn.
        let _gone = stop.clone().drop_guard();
        let through = ActingAgent {
            slug: agent.agent().slug().to_owned(),
            session: lease.id.clone(),
        };
        let from = CallFrom {
            principal: from.principal.through_agent(through),
            caller: plain,
            ..from
        };
        let turn = Turn {
            app: self.clone(),
            answering: self.inner.answering.load_full(),
            agent,
            from,
            carried,
            lease,
            text: message.text,
            following,
            follower,
            _known: known,
            stop,
        };
        let running = self.inner.tasks.spawn(turn.run());
        running.await.map_err(Error::internal)?
    }
}

/// A turn that is about to run.
struct Turn {
    app: App,
    answering: Arc<Answering>,
    agent: Arc<AgentEntry>,
    from: CallFrom,
    carried: Carried,
    lease: SessionLease,
    text: String,
    following: Option<Arc<Following>>,
    follower: Arc<dyn Follower>,
    stop: CancellationToken,
    _known: Known,
}

/// How a turn ended: its last word, what it took, and why it is no answer.
struct Ended {
    end: TurnEnd,
    usage: Usage,
    answer: Result<(String, Option<serde_json::Value>), Error>,
}

impl Turn {
    async fn run(self) -> Result<AgentAnswer, Error> {
        let turning = self.turning();
        tokio::pin!(turning);
        let inner = &self.app.inner;
        let ending = async {
            tokio::select! {
                () = self.hold() => {}
                () = self.stopped() => {}
                // Whoever lost what they could do when they asked has nothing more done for them.
                () = rights_end(&inner.store, &*inner.clock, &self.from.principal) => {}
            }
        };
        let ended = tokio::select! {
            ended = &mut turning => ended,
            () = ending => {
                self.stop.cancel();
                turning.await
            }
        };
        let code = ended.answer.as_ref().err().map(Error::code);
        let (took, now) = (took(ended.usage), inner.clock.now());
        let end = inner
            .store
            .end_turn(&self.lease, ended.end, code, took, now);
        if let Err(error) = end.await {
            tracing::error!(%error, session = %self.lease.id, "the end of a turn cannot be kept");
        }
        inner
            .changes
            .tell(&self.lease.organization, Topic::Sessions);
        let (text, output) = ended.answer?;
        Ok(AgentAnswer {
            session: self.lease.id.clone(),
            text,
            output,
            usage: AgentUsage {
                input_tokens: ended.usage.input_tokens,
                output_tokens: ended.usage.output_tokens,
                cost_micros: ended.usage.cost_micros,
            },
        })
    }

    /// Holds the session. Ends once somebody else does.
    async fn hold(&self) {
        let inner = &self.app.inner;
        let lease = self.app.settings().agents.lease;
        loop {
            tokio::time::sleep(lease / 4).await;
            let until = later(inner.clock.now(), lease);
            match inner.store.keep_session(&self.lease, until).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(%error, session = %self.lease.id, "a session cannot be held");
                }
            }
        }
    }

    /// Ends once somebody stopped the turn, in whichever process.
    async fn stopped(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            match self.app.inner.store.turn_stopped(&self.lease).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, session = %self.lease.id, "it is not seen whether a turn is stopped");
                }
            }
        }
    }

    async fn turning(&self) -> Ended {
        let broken = |error: Error| Ended {
            end: TurnEnd::Failed,
            usage: Usage::default(),
            answer: Err(error),
        };
        let mut transcript = match self.transcript().await {
            Ok(transcript) => transcript,
            Err(error) => return broken(error),
        };
        let began = Instant::now();
        let bound = self
            .app
            .bind_for_agent(&self.from.principal, &self.agent, &self.carried);
        let bound = self.stop.run_until_cancelled(bound).await;
        let granted = match self.app.granted_tools(&self.from.principal).await {
            Ok(granted) => granted,
            Err(error) => return broken(error),
        };
        let tools = Arc::new(AgentTools {
            granted,
            carried: self.carried.clone(),
            bound: bound.unwrap_or_else(Bound::nothing),
            app: self.app.clone(),
            agent: Arc::clone(&self.agent),
            from: self.from.clone(),
            behind: Mutex::default(),
        });
        let settings = self.settings(self.agent.agent().get_budget().clone());
        let first = self.ask(&mut transcript, tools, settings, &self.text).await;
        let first = match first {
            Ok(end) => end,
            Err(error) => return broken(error),
        };
        if let Some((end, error)) = failure::of(&first.reason) {
            return Ended {
                end,
                usage: first.usage,
                answer: Err(error),
            };
        }
        let text = last_word(&transcript);
        let Some(schema) = self.agent.output() else {
            return finished(first.usage, text, None);
        };
        let problems = match output::read(&text, schema) {
            Ok(value) => return finished(first.usage, text, Some(value)),
            Err(problems) => problems,
        };
        if let Some(which) = self.meter().and_then(|meter| meter.used_up()) {
            return Ended {
                end: TurnEnd::Budget,
                usage: first.usage,
                answer: Err(failure::spent(which)),
            };
        }
        // One more round, without tools, within what is left.
        let settings = self.settings(self.left(began));
        let correction = output::correction(&problems);
        let second = self.ask(&mut transcript, Arc::new(Without), settings, &correction);
        let second = match second.await {
            Ok(end) => end,
            Err(error) => return broken(error),
        };
        let usage = first.usage.plus(second.usage);
        if let Some((end, error)) = failure::of(&second.reason) {
            return Ended {
                end,
                usage,
                answer: Err(error),
            };
        }
        let text = last_word(&transcript);
        match output::read(&text, schema) {
            Ok(value) => finished(usage, text, Some(value)),
            Err(problems) => Ended {
                end: TurnEnd::Failed,
                usage,
                answer: Err(output::invalid(&problems)),
            },
        }
    }

    /// What happened in the session, with the agent's model from here on.
    async fn transcript(&self) -> Result<Transcript, Error> {
        let inner = &self.app.inner;
        let (agent, model) = (self.agent.agent(), self.agent.model());
        let lease = &self.lease;
        let before = entries(&inner.store, &lease.organization, &lease.id).await?;
        let job = self
            .following
            .as_ref()
            .and_then(|following| following.job());
        let job = job.map(|job| job.id.clone());
        let sink = Arc::new(Rows {
            store: inner.store.clone(),
            lease: lease.clone(),
            changes: inner.changes.clone(),
            job,
        });
        let now = inner.clock.now();
        if before.is_empty() {
            let system = output::system(agent.get_system_prompt(), self.agent.output());
            let (id, slug) = (lease.id.as_str(), agent.slug());
            let begun = Transcript::begin(sink, id, slug, model, &system, now);
            return begun.await.map_err(unkept);
        }
        let mut transcript = Transcript::resume(before, sink).map_err(Error::internal)?;
        if transcript.model() != model.as_str() {
            transcript.change_model(model, now).await.map_err(unkept)?;
        }
        Ok(transcript)
    }

    async fn ask(
        &self,
        transcript: &mut Transcript,
        tools: Arc<dyn Tools>,
        settings: TurnSettings,
        text: &str,
    ) -> Result<keyway_agent::turn::TurnEnd, Error> {
        let inner = &self.app.inner;
        let turns = TurnLoop::new(Parts {
            model: Arc::clone(&self.answering.model),
            tools,
            clock: Arc::clone(&inner.clock),
            random: Arc::clone(&inner.random),
            settings,
        });
        let told = Told(&*self.follower);
        let end = turns.run(transcript, text, &told, &self.stop).await;
        end.map_err(|error| match error {
            TurnError::Empty => Error::invalid_at("/message", "a text that says something"),
            TurnError::Sink(error) => unkept(error),
        })
    }

    fn settings(&self, budget: Budget) -> TurnSettings {
        TurnSettings {
            budget,
            meter: self.meter().cloned(),
            prices: self.answering.prices.clone(),
            max_output_tokens: self.agent.agent().get_max_output_tokens(),
            ..TurnSettings::default()
        }
    }

    /// One round, within what the turn has left.
    fn left(&self, began: Instant) -> Budget {
        let whole = self.agent.agent().get_budget();
        let least = Duration::from_millis(1);
        Budget {
            rounds: 1,
            time: whole
                .time
                .map(|most| most.saturating_sub(began.elapsed()).max(least)),
            // The meter of the turn knows.
            ..whole.clone()
        }
    }

    fn meter(&self) -> Option<&Arc<Meter>> {
        self.carried.meter.as_ref()
    }
}

/// No tools: what is left to do is to say it properly.
struct Without;

impl Tools for Without {
    fn offer(&self) -> Offer {
        Offer::default()
    }

    fn call<'a>(&'a self, _: &'a ToolCall, _: &'a CancellationToken) -> BoxFuture<'a, ToolOutcome> {
        Box::pin(std::future::ready(ToolOutcome {
            text: "no tool can be called now".to_owned(),
            status: ToolStatus::Failed,
        }))
    }
}

fn finished(usage: Usage, text: String, output: Option<serde_json::Value>) -> Ended {
    Ended {
        end: TurnEnd::Finished,
        usage,
        answer: Ok((text, output)),
    }
}

/// What a turn took, as it is kept.
pub(super) fn took(usage: Usage) -> TurnUsage {
    TurnUsage {
        input_tokens: usage.input_tokens,
        output_tokens: usage.output_tokens,
        cost_micros: usage.cost_micros.unwrap_or(0),
    }
}

/// The text of the last answer.
fn last_word(transcript: &Transcript) -> String {
    let mut events = transcript.entries().iter().rev().map(|entry| &entry.event);
    let last = events.find_map(|event| match event {
        Event::AssistantMessage { text, .. } => Some(text.clone()),
        _ => None,
    });
    last.unwrap_or_default()
}

fn unkept(error: SinkError) -> Error {
    Error::new(
        Kind::Unavailable,
        "session_unwritable",
        "what happens in the session cannot be kept, so the turn was ended",
    )
    .with_source(error)
}
