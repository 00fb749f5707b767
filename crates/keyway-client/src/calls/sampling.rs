use std::fmt::Write as _;

use keyway_core::ports::BoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::block_text;
use crate::text::block;

/// The most characters of a preview.
const MOST_SHOWN: usize = 4_000;

/// A model that answers what servers ask (`sampling/createMessage`), if the person lets it.
pub trait Sampler: Send + Sync {
    /// One answer. The error is a text for the server, without secrets.
    fn sample<'a>(&'a self, wanted: &'a Sample) -> BoxFuture<'a, Result<Sampled, String>>;
}

/// What a server wants to be answered. Only texts: anything else stands there as what it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The server that asks.
    pub server: String,
    /// The system prompt it would like.
    pub system: Option<String>,
    /// The conversation: `user` or `assistant`, and the text.
    pub messages: Vec<(String, String)>,
    /// The most tokens of the answer.
    pub max_tokens: u64,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// The text.
    pub text: String,
    /// The model that gave it.
    pub model: String,
    /// True when it was cut at the most tokens.
    pub cut: bool,
}

impl Sample {
    /// Reads the params of `sampling/createMessage`.
    pub(super) fn read(server: &str, params: &Value) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Params {
            messages: Vec<Message>,
            system_prompt: Option<String>,
            #[serde(default)]
            max_tokens: u64,
        }
        #[derive(Deserialize)]
        struct Message {
            role: String,
            content: Value,
        }
        let params = Params::deserialize(params).ok()?;
        let words = |content: &Value| match content {
            Value::Array(blocks) => {
                let blocks: Vec<_> = blocks.iter().map(block_text).collect();
                blocks.join("\n")
            }
            one => block_text(one),
        };
        let messages: Vec<_> = params
            .messages
            .iter()
            .map(|message| (message.role.clone(), words(&message.content)))
            .collect();
        let known = |(role, _): &(String, String)| matches!(role.as_str(), "user" | "assistant");
        (!messages.is_empty() && messages.iter().all(known)).then_some(Self {
            server: server.to_owned(),
            system: params.system_prompt,
            messages,
            max_tokens: params.max_tokens,
        })
    }

    /// What the model would be asked, ready to be shown.
    pub(super) fn preview(&self) -> String {
        let mut text = String::new();
        if let Some(system) = &self.system {
            let _ = writeln!(text, "system: {system}");
        }
        for (role, words) in &self.messages {
            let _ = writeln!(text, "{role}: {words}");
        }
        block(text.trim_end(), MOST_SHOWN)
    }
}

impl Sampled {
    /// As the server gets it (MCP `CreateMessageResult`).
    pub(super) fn result(&self) -> Value {
        json!({
            "role": "assistant",
            "content": { "type": "text", "text": self.text },
            "model": self.model,
            "stopReason": if self.cut { "maxTokens" } else { "endTurn" },
        })
    }
}
