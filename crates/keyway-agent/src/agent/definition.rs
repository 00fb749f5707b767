use super::{Budget, Price, ToolRules};
use crate::model::ModelName;

/// An agent: who it is, which model answers, what it may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Small letters, digits and `-`, beginning with a letter; 1 to 64 of them.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// What it is for, in a line.
    pub description: String,
    /// The system prompt.
    pub system: String,
    /// The model that answers; `None` leaves it to the caller.
    pub model: Option<ModelName>,
    /// What the model costs, where that is known.
    pub price: Option<Price>,
    /// The most tokens of one answer.
    pub max_output_tokens: Option<u32>,
    /// Which tools it may use.
    pub tools: ToolRules,
    /// What a turn may use.
    pub budget: Budget,
}

impl Default for Agent {
    /// An assistant without a prompt of its own, for a chat that names no agent.
    fn default() -> Self {
        Self {
            slug: "assistant".to_owned(),
            name: "Assistant".to_owned(),
            description: String::new(),
            system: String::new(),
            model: None,
            price: None,
            max_output_tokens: None,
            tools: ToolRules::default(),
            budget: Budget::default(),
        }
    }
}
