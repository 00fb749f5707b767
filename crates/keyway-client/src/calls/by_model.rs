use std::sync::Arc;

use keyway_agent::model::{Message, ModelRequest, Stop, complete};
use keyway_agent::{Model, ModelName};
use keyway_core::ports::BoxFuture;

use super::sampling::{Sample, Sampled, Sampler};

/// The most tokens of an answer to a server, whatever it asks for.
const MOST_TOKENS: u64 = 16_384;

/// Answers servers with a model of the person's own. It is offered no tools.
pub struct ByModel {
    model: Arc<dyn Model>,
    name: ModelName,
}

impl ByModel {
    /// Asks this model.
    pub fn new(model: Arc<dyn Model>, name: ModelName) -> Self {
        Self { model, name }
    }

    fn request(&self, wanted: &Sample) -> ModelRequest {
        let messages = wanted.messages.iter().map(|(role, text)| {
            let text = text.clone();
            if role == "assistant" {
                Message::Assistant {
                    text,
                    calls: Vec::new(),
                    carry: None,
                }
            } else {
                Message::User { text }
            }
        });
        let most = u32::try_from(wanted.max_tokens.min(MOST_TOKENS)).ok();
        ModelRequest {
            model: self.name.clone(),
            system: wanted.system.clone().unwrap_or_default(),
            messages: messages.collect(),
            tools: Vec::new(),
            max_output_tokens: most.filter(|most| *most > 0),
        }
    }
}

impl Sampler for ByModel {
    fn sample<'a>(&'a self, wanted: &'a Sample) -> BoxFuture<'a, Result<Sampled, String>> {
        Box::pin(async move {
            // What went wrong with the person's model is not the server's to know.
            let answered = complete(self.model.as_ref(), self.request(wanted)).await;
            let (text, _, answer) = answered.map_err(|error| {
                tracing::debug!(
                    code = error.code(),
                    "a server's request for a completion failed"
                );
                "the model could not answer".to_owned()
            })?;
            Ok(Sampled {
                text,
                model: self.name.as_str().to_owned(),
                cut: answer.stop == Stop::OutputLimit,
            })
        })
    }
}

impl std::fmt::Debug for ByModel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ByModel({})", self.name)
    }
}
