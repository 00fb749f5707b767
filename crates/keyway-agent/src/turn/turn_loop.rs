use std::sync::Arc;

use keyway_core::ports::{Clock, Random};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::ask::{Asked, NoAnswer, ask};
use super::calls::tidy;
use super::halt::{Halt, Halts};
use super::{Meter, Observer, TurnSettings, Update};
use crate::model::{Answer, Model, ModelErrorKind, ModelName, ModelRequest, Stop};
use crate::tools::{Offer, Tools};
use crate::transcript::{Event, SinkError, StopReason, Transcript, Usage, messages};

/// Runs turns: asks the model, runs what it wants called, and asks again, until it has nothing
/// more to call. Everything that happens is in the transcript before the turn goes on, so that a
/// killed process loses at most the answer that was coming and the calls that were running.
#[derive(Clone)]
pub struct TurnLoop {
    parts: Arc<Parts>,
}

/// What a turn loop is made of.
#[derive(Clone)]
pub struct Parts {
    /// Who answers.
    pub model: Arc<dyn Model>,
    /// What can be called.
    pub tools: Arc<dyn Tools>,
    /// When entries are written.
    pub clock: Arc<dyn Clock>,
    /// Spreads retries.
    pub random: Arc<dyn Random>,
    /// The bounds.
    pub settings: TurnSettings,
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnEnd {
    /// Why.
    pub reason: StopReason,
    /// What it cost.
    pub usage: Usage,
}

/// Why a turn could not begin, or not be written down to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TurnError {
    /// There is no text.
    #[error("there is nothing to say: write a message first")]
    Empty,
    /// The transcript could not be kept. The turn stopped where it was.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

impl TurnError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "message_empty",
            Self::Sink(error) => error.code(),
        }
    }
}

impl TurnLoop {
    /// A loop over these parts.
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    /// Runs one turn. Cancelling it ends it as interrupted, with a transcript that can be gone on
    /// with; so does a used-up budget, and a model that fails (see [`TurnEnd::reason`]).
    ///
    /// # Errors
    ///
    /// When there is no text, and when the transcript cannot be kept.
    pub async fn run(
        &self,
        transcript: &mut Transcript,
        text: &str,
        observer: &dyn Observer,
        cancel: &CancellationToken,
    ) -> Result<TurnEnd, TurnError> {
        if text.trim().is_empty() {
            return Err(TurnError::Empty);
        }
        for entry in transcript.repair(self.parts.clock.now()).await? {
            observer.update(Update::EntryWritten(entry));
        }
        let settings = &self.parts.settings;
        let time = settings.budget.time;
        let meter = settings.meter.clone();
        let mut turn = Turn {
            meter: meter.unwrap_or_else(|| Arc::new(Meter::of(&settings.budget, None))),
            parts: &self.parts,
            transcript,
            observer,
            halts: Halts {
                cancel,
                deadline: time.and_then(|time| Instant::now().checked_add(time)),
            },
            usage: Usage::default(),
            rounds: 0,
        };
        let text = text.to_owned();
        turn.write(Event::UserMessage { text }).await?;
        let reason = turn.rounds().await?;
        let usage = turn.usage;
        let ended = Event::TurnEnded {
            reason: reason.clone(),
            usage,
        };
        turn.write(ended).await?;
        observer.update(Update::TurnEnded {
            reason: reason.clone(),
            usage,
        });
        Ok(TurnEnd { reason, usage })
    }
}

impl std::fmt::Debug for TurnLoop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TurnLoop")
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// A turn that is running.
pub(super) struct Turn<'a> {
    pub(super) parts: &'a Parts,
    pub(super) transcript: &'a mut Transcript,
    pub(super) observer: &'a dyn Observer,
    pub(super) halts: Halts<'a>,
    meter: Arc<Meter>,
    usage: Usage,
    rounds: u32,
}

impl Turn<'_> {
    pub(super) async fn write(&mut self, event: Event) -> Result<(), SinkError> {
        let entry = self
            .transcript
            .append(event, self.parts.clock.now())
            .await?;
        self.observer.update(Update::EntryWritten(entry.clone()));
        Ok(())
    }

    async fn rounds(&mut self) -> Result<StopReason, TurnError> {
        let model: ModelName = match self.transcript.model().parse() {
            Ok(model) => model,
            Err(error) => return Ok(failed(error.code(), error.to_string())),
        };
        let settings = &self.parts.settings;
        if self.meter.counts_money() && !settings.prices.contains_key(model.as_str()) {
            let message = "the agent has a budget in money, and the price of its model is not known: set `price` in the agent's file, or take `cost_usd` out of its budget";
            return Ok(failed("model_price_unknown", message));
        }
        loop {
            self.rounds += 1;
            let round = self.rounds;
            self.observer.update(Update::RoundStarted { round });
            let offer = self.parts.tools.offer();
            let request = self.request(&model, &offer);
            let asked = ask(
                &*self.parts.model,
                request,
                &settings.retry,
                &*self.parts.random,
                self.observer,
                &self.halts,
            )
            .await;
            if let Some(reason) = self.take(asked, &model, &offer).await? {
                return Ok(reason);
            }
        }
    }

    fn request(&self, model: &ModelName, offer: &Offer) -> ModelRequest {
        let mut system = self.transcript.system().to_owned();
        if !offer.system.is_empty() {
            if !system.is_empty() {
                system.push_str("\n\n");
            }
            system.push_str(&offer.system);
        }
        ModelRequest {
            model: model.clone(),
            system,
            messages: messages(self.transcript.entries(), model),
            tools: offer.definitions.clone(),
            max_output_tokens: self.parts.settings.max_output_tokens,
        }
    }

    /// Writes an answer down and does what it asks for. Gives the end of the turn, if this was it.
    async fn take(
        &mut self,
        asked: Asked,
        model: &ModelName,
        offer: &Offer,
    ) -> Result<Option<StopReason>, TurnError> {
        let Asked { text, calls, end } = asked;
        let answer = match end {
            Ok(answer) => answer,
            Err(no_answer) => {
                if !text.trim().is_empty() {
                    self.write(cut_short(text)).await?;
                }
                return Ok(Some(match no_answer {
                    NoAnswer::Halted(halt) => halted(halt),
                    NoAnswer::Failed(error) => failed(error.code(), error.to_string()),
                }));
            }
        };
        let Answer { stop, usage, carry } = answer;
        let usage = self.parts.settings.priced(usage, model);
        self.usage = self.usage.plus(usage);
        self.meter.add(usage);
        let calls = tidy(calls);
        self.write(Event::AssistantMessage {
            text,
            calls: calls.clone(),
            usage,
            cut: stop != Stop::Finished && calls.is_empty(),
            carry: carry.filter(|_| !calls.is_empty()),
        })
        .await?;
        if calls.is_empty() {
            return Ok(Some(last_word(stop)));
        }
        if let Some(which) = self.used_up() {
            let why = format!("the turn's budget of {which} is used up");
            self.skip_calls(&calls, &why).await?;
            let which = which.to_owned();
            return Ok(Some(StopReason::Budget { which }));
        }
        if let Some(halt) = self.run_calls(&calls, offer).await? {
            return Ok(Some(halted(halt)));
        }
        // Agents among the tools may have used the rest.
        let which = self.meter.used_up().map(str::to_owned);
        Ok(which.map(|which| StopReason::Budget { which }))
    }

    /// Which budget does not allow another round.
    fn used_up(&self) -> Option<&'static str> {
        if self.rounds >= self.parts.settings.budget.rounds {
            return Some("rounds");
        }
        self.meter.used_up()
    }
}

/// What of an answer arrived before it was cut short. Its usage is not known; its calls were not
/// whole and are left out.
fn cut_short(text: String) -> Event {
    Event::AssistantMessage {
        text,
        calls: Vec::new(),
        usage: Usage::default(),
        cut: true,
        carry: None,
    }
}

fn halted(halt: Halt) -> StopReason {
    match halt {
        Halt::Person => StopReason::Interrupted,
        Halt::Time => StopReason::Budget {
            which: "time".to_owned(),
        },
    }
}

fn failed(code: &str, message: impl Into<String>) -> StopReason {
    StopReason::Failed {
        code: code.to_owned(),
        message: message.into(),
    }
}

/// How a turn ends whose last answer calls nothing.
fn last_word(stop: Stop) -> StopReason {
    match stop {
        Stop::Finished => StopReason::Finished,
        Stop::OutputLimit => failed(
            "model_output_limit",
            "the answer reached the most tokens one answer may have: ask the model to go on",
        ),
        Stop::ContextLimit => {
            let kind = ModelErrorKind::ContextOverflow;
            failed(kind.code(), kind.hint())
        }
        Stop::Filtered => failed(
            "model_answer_filtered",
            "the vendor held the answer back: put the question differently",
        ),
    }
}
