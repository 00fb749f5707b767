use std::sync::Arc;

use keyway_agent::model::{Message, ModelRequest, Stop, complete};
use keyway_agent::{Model, ModelName};
use keyway_client::calls::{Sample, Sampled, Sampler};
use keyway_core::ports::BoxFuture;

/// The chat's model, for servers that the person lets ask it.
pub(super) struct ByModel {
    pub(super) model: Arc<dyn Model>,
    pub(super) name: ModelName,
}

impl Sampler for ByModel {
    fn sample<'a>(&'a self, wanted: &'a Sample) -> BoxFuture<'a, Result<Sampled, String>> {
        Box::pin(async move {
            let messages = wanted
                .messages
                .iter()
                .map(|(role, text)| match role.as_str() {
                    "assistant" => Message::Assistant {
                        text: text.clone(),
                        calls: Vec::new(),
                        carry: None,
                    },
                    _ => Message::User { text: text.clone() },
                });
            let request = ModelRequest {
                model: self.name.clone(),
                system: wanted.system.clone().unwrap_or_default(),
                messages: messages.collect(),
                tools: Vec::new(),
                max_output_tokens: u32::try_from(wanted.max_tokens)
                    .ok()
                    .filter(|most| *most > 0),
            };
            let answered = complete(&*self.model, request).await;
            let (text, _, answer) = answered.map_err(|error| error.message)?;
            Ok(Sampled {
                text,
                model: self.name.model().to_owned(),
                cut: answer.stop == Stop::OutputLimit,
            })
        })
    }
}
