use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::{Meter, RetryPolicy};
use crate::agent::{Agent, Budget, Price};
use crate::model::ModelName;
use crate::transcript::Usage;

/// The bounds of a turn.
#[derive(Debug, Clone)]
pub struct TurnSettings {
    /// What one turn may use.
    pub budget: Budget,
    /// What counts tokens and money and knows how much of them there may be; `None` for the budget
    /// alone.
    pub meter: Option<Arc<Meter>>,
    /// What models cost, by `vendor/model`.
    pub prices: HashMap<String, Price>,
    /// How many calls of one round run at the same time.
    pub parallel_calls: usize,
    /// The most bytes of a call's result that a model is given; the rest is cut out of the middle.
    pub result_bytes: usize,
    /// The most tokens of one answer; `None` leaves it to the vendor.
    pub max_output_tokens: Option<u32>,
    /// When the model is asked again.
    pub retry: RetryPolicy,
    /// How long an interrupted call may take to stop before it is abandoned.
    pub grace: Duration,
}

impl Default for TurnSettings {
    fn default() -> Self {
        Self {
            budget: Budget::default(),
            meter: None,
            prices: HashMap::new(),
            parallel_calls: 8,
            result_bytes: 64 * 1024,
            max_output_tokens: None,
            retry: RetryPolicy::default(),
            grace: Duration::from_secs(2),
        }
    }
}

impl TurnSettings {
    /// The bounds of an agent: its budget, the length of its answers, and its model's price on
    /// top of those that are known.
    pub fn of(agent: &Agent, mut prices: HashMap<String, Price>) -> Self {
        if let (Some(model), Some(price)) = (&agent.model, agent.price) {
            prices.insert(model.to_string(), price);
        }
        Self {
            budget: agent.budget.clone(),
            prices,
            max_output_tokens: agent.max_output_tokens,
            ..Self::default()
        }
    }

    /// The usage with its price, where the model's is known.
    pub(super) fn priced(&self, usage: Usage, model: &ModelName) -> Usage {
        let price = self.prices.get(model.as_str());
        Usage {
            cost_micros: price.map(|price| price.of(usage)),
            ..usage
        }
    }
}
