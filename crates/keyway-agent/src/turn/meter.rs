use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::agent::Budget;
use crate::transcript::Usage;

/// What a turn has used of tokens and money, with that of every turn that runs because of it. Where it
/// runs because of another turn itself, it uses of that one's budget, too.
#[derive(Debug, Default)]
pub struct Meter {
    tokens: AtomicU64,
    cost_micros: AtomicU64,
    most_tokens: Option<u64>,
    most_cost_micros: Option<u64>,
    above: Option<Arc<Self>>,
}

impl Meter {
    /// Of a turn with this budget, which runs because of another one or not.
    pub fn of(budget: &Budget, above: Option<Arc<Self>>) -> Self {
        Self {
            most_tokens: budget.tokens,
            most_cost_micros: budget.cost_micros,
            above,
            ..Self::default()
        }
    }

    /// Adds what an answer took.
    pub(super) fn add(&self, usage: Usage) {
        self.tokens.fetch_add(usage.tokens(), Ordering::Relaxed);
        let cost = usage.cost_micros.unwrap_or(0);
        self.cost_micros.fetch_add(cost, Ordering::Relaxed);
        if let Some(above) = &self.above {
            above.add(usage);
        }
    }

    /// What was used so far: tokens, and money in millionths of a US dollar as far as it is known.
    pub fn used(&self) -> (u64, u64) {
        let read = |used: &AtomicU64| used.load(Ordering::Relaxed);
        (read(&self.tokens), read(&self.cost_micros))
    }

    /// Which budget does not allow another answer: its own, or that of a turn it runs because of.
    pub fn used_up(&self) -> Option<&'static str> {
        let reached = |used: &AtomicU64, most: Option<u64>| {
            most.is_some_and(|most| used.load(Ordering::Relaxed) >= most)
        };
        if reached(&self.tokens, self.most_tokens) {
            Some("tokens")
        } else if reached(&self.cost_micros, self.most_cost_micros) {
            Some("cost")
        } else {
            self.above.as_ref().and_then(|above| above.used_up())
        }
    }

    /// True where some budget is in money: what is not priced cannot be held against it.
    pub(super) fn counts_money(&self) -> bool {
        let above = self.above.as_ref();
        self.most_cost_micros.is_some() || above.is_some_and(|above| above.counts_money())
    }
}
