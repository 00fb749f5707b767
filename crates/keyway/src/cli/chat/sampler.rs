use std::sync::Arc;

use keyway_agent::model::{Message, ModelRequest, Stop, complete};
use keyway_agent::{Model, ModelName};
use keyway_client::calls::{Sample, Sampled, Sampler};
use keyway_core::ports::BoxFuture;
use parking_lot::Mutex;

/// The chat's model, for servers that the person lets ask it.
pub(super) struct ByModel {
    pub(super) model: Arc<dyn Model>,
    /// The one that answers the person now.
    pub(super) name: Arc<Mutex<ModelName>>,
}

impl Sampler for ByModel {
    fn sample<'a>(&'a self, wanted: &'a Sample) -> BoxFuture<'a, Result<Sampled, String>> {
        let name = self.name.lock().clone();
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
                model: name.clone(),
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
                model: name.model().to_owned(),
                cut: answer.stop == Stop::OutputLimit,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use keyway_agent::model::{ModelError, ModelErrorKind, ModelStream};

    use super::*;

    /// Fails with the name of the model it is asked for.
    struct Named;

    impl Model for Named {
        fn stream(&self, request: ModelRequest) -> ModelStream<'_> {
            let told = ModelError::new(ModelErrorKind::Rejected, request.model.to_string());
            Box::pin(stream::iter([Err(told)]))
        }
    }

    #[tokio::test]
    async fn the_model_that_answers_now_is_asked() {
        let name = Arc::new(Mutex::new("lab/one".parse().unwrap()));
        let sampler = ByModel {
            model: Arc::new(Named),
            name: Arc::clone(&name),
        };
        let wanted = Sample {
            server: "files".into(),
            system: None,
            messages: vec![("user".into(), "x".into())],
            max_tokens: 1,
        };
        assert_eq!(sampler.sample(&wanted).await.unwrap_err(), "lab/one");
        *name.lock() = "lab/two".parse().unwrap();
        assert_eq!(sampler.sample(&wanted).await.unwrap_err(), "lab/two");
    }
}
