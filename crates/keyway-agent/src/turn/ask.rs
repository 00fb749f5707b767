//! Asking a model for one answer, again where that may help.

use futures_util::StreamExt as _;
use keyway_core::ports::Random;

use super::halt::{Halt, Halts};
use super::{Observer, RetryPolicy, Update};
use crate::model::{Answer, Model, ModelChunk, ModelError, ModelErrorKind, ModelRequest};
use crate::tools::ToolCall;

/// The most bytes of an answer. No model that means well comes near it.
const LONGEST: usize = 4 << 20;
/// The most calls of an answer: they run one after the other, and each is written down.
const MOST_CALLS: usize = 128;
const TOO_MANY: &str = "the answer asks for more than 128 calls at once";
const ENDLESS: &str = "the answer does not end: it has more than 4 MiB";

/// What came of asking.
pub(super) struct Asked {
    /// The text, as far as it got.
    pub(super) text: String,
    /// The calls, as far as they got.
    pub(super) calls: Vec<ToolCall>,
    /// How it ended.
    pub(super) end: Result<Answer, NoAnswer>,
}

/// Why there is no whole answer.
pub(super) enum NoAnswer {
    Halted(Halt),
    Failed(ModelError),
}

/// Asks until there is an answer, or no hope of one.
pub(super) async fn ask(
    model: &dyn Model,
    request: ModelRequest,
    policy: &RetryPolicy,
    random: &dyn Random,
    observer: &dyn Observer,
    halts: &Halts<'_>,
) -> Asked {
    let mut attempt = 1;
    loop {
        let mut heard = Heard::default();
        let listening = heard.listen(model, request.clone(), observer);
        let end = match halts.unless_halted(listening).await {
            Ok(Ok(answer)) => Ok(answer),
            Err(halt) => Err(NoAnswer::Halted(halt)),
            Ok(Err(error)) => match policy.wait(attempt, &error, random) {
                None => Err(NoAnswer::Failed(error)),
                Some(after) => {
                    attempt += 1;
                    if heard.shown {
                        observer.update(Update::Discarded);
                    }
                    observer.update(Update::Retrying {
                        attempt,
                        of: policy.attempts,
                        after,
                        code: error.code(),
                        message: error.message,
                    });
                    match halts.unless_halted(tokio::time::sleep(after)).await {
                        Ok(()) => continue,
                        Err(halt) => {
                            heard = Heard::default();
                            Err(NoAnswer::Halted(halt))
                        }
                    }
                }
            },
        };
        return Asked {
            text: heard.text,
            calls: heard.calls,
            end,
        };
    }
}

#[derive(Default)]
struct Heard {
    text: String,
    calls: Vec<ToolCall>,
    /// Whether the observer was given anything of it.
    shown: bool,
}

impl Heard {
    async fn listen(
        &mut self,
        model: &dyn Model,
        request: ModelRequest,
        observer: &dyn Observer,
    ) -> Result<Answer, ModelError> {
        let mut stream = model.stream(request);
        let mut length = 0;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            length += match &chunk {
                ModelChunk::Text(more) | ModelChunk::Reasoning(more) => more.len(),
                ModelChunk::Call(call) => call.name.len() + call.arguments.to_string().len(),
                ModelChunk::End(_) => 0,
            };
            if self.calls.len() > MOST_CALLS {
                return Err(ModelError::new(ModelErrorKind::Rejected, TOO_MANY));
            }
            if length > LONGEST {
                return Err(ModelError::new(ModelErrorKind::Rejected, ENDLESS));
            }
            match chunk {
                ModelChunk::Text(more) => {
                    self.text.push_str(&more);
                    self.shown = true;
                    observer.update(Update::TextDelta(more));
                }
                ModelChunk::Reasoning(more) => {
                    self.shown = true;
                    observer.update(Update::ReasoningDelta(more));
                }
                ModelChunk::Call(call) => self.calls.push(call),
                ModelChunk::End(answer) => return Ok(answer),
            }
        }
        Err(ModelErrorKind::Broken.into())
    }
}
