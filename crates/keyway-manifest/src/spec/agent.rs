use std::time::Duration;

use keyway_core::action::Expose;
use keyway_core::agent::{ModelName, ToolTarget};
use serde_json::Value;

use super::action::expose;
use crate::fault::{Fault, Spot};
use crate::read::{Faults, Fields, Node};

const KEYS: &[&str] = &[
    "name",
    "description",
    "system_prompt",
    "model",
    "tools",
    "budget",
    "max_output_tokens",
    "output",
    "expose",
    "admin_only",
];

const BUDGET: &[&str] = &["rounds", "tokens", "time", "cost_usd"];

/// The most rounds of a turn.
const ROUNDS: u64 = 1000;

/// An agent as a manifest has it.
#[derive(Debug)]
pub(crate) struct AgentSpec {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) system_prompt: Option<String>,
    pub(crate) model: String,
    pub(crate) tools: Vec<(ToolTarget, Spot)>,
    pub(crate) budget: BudgetSpec,
    pub(crate) max_output_tokens: Option<u32>,
    pub(crate) output: Option<Value>,
    pub(crate) expose: Option<Expose>,
    pub(crate) admin_only: bool,
}

/// What one turn may use.
#[derive(Debug, Default)]
pub(crate) struct BudgetSpec {
    pub(crate) rounds: Option<u32>,
    pub(crate) tokens: Option<u64>,
    pub(crate) time: Option<Duration>,
    pub(crate) cost_micros: Option<u64>,
}

impl AgentSpec {
    pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> Option<Self> {
        let fields = node.fields(KEYS, faults)?;
        let model = model(&fields, faults);
        Some(Self {
            name: fields.text("name", faults),
            description: fields.text("description", faults),
            system_prompt: fields.text("system_prompt", faults),
            tools: tools(&fields, faults),
            budget: budget(&fields, faults),
            max_output_tokens: count(&fields, "max_output_tokens", faults),
            output: fields
                .get("output")
                .and_then(|node| node.map(faults).map(|_| node.value.clone())),
            expose: expose(&fields, faults),
            admin_only: fields.flag("admin_only", faults),
            model: model?,
        })
    }
}

fn model(fields: &Fields<'_>, faults: &mut Faults) -> Option<String> {
    let node = fields.need("model", faults)?;
    let text = node.text(faults)?;
    if text.parse::<ModelName>().is_ok() {
        return Some(text.to_owned());
    }
    let message = "expected the model as `vendor/model`";
    let fault = Fault::new(node.at, message);
    faults.push(fault.suggest("like `anthropic/claude-sonnet-4.6` or `ollama/llama3`"));
    None
}

fn tools(fields: &Fields<'_>, faults: &mut Faults) -> Vec<(ToolTarget, Spot)> {
    let Some(node) = fields.get("tools") else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for item in node.items(faults) {
        let Some(text) = item.text(faults) else {
            continue;
        };
        match text.parse::<ToolTarget>() {
            Ok(target) => all.push((target, item.at)),
            Err(error) => {
                faults.push(Fault::new(item.at, error.to_string()));
            }
        }
    }
    all
}

fn budget(fields: &Fields<'_>, faults: &mut Faults) -> BudgetSpec {
    let Some(node) = fields.get("budget") else {
        return BudgetSpec::default();
    };
    let Some(fields) = node.fields(BUDGET, faults) else {
        return BudgetSpec::default();
    };
    let rounds = fields
        .get("rounds")
        .and_then(|node| node.integer(1..=ROUNDS, faults));
    BudgetSpec {
        rounds: rounds.and_then(|rounds| u32::try_from(rounds).ok()),
        tokens: fields
            .get("tokens")
            .and_then(|node| node.integer(1..=u64::MAX >> 1, faults)),
        time: fields.duration("time", faults),
        cost_micros: fields
            .get("cost_usd")
            .and_then(|node| dollars(&node, faults)),
    }
}

fn count(fields: &Fields<'_>, key: &str, faults: &mut Faults) -> Option<u32> {
    let node = fields.get(key)?;
    let number = node.integer(1..=u64::from(u32::MAX), faults)?;
    u32::try_from(number).ok()
}

/// US dollars with at most six decimals, in millionths.
fn dollars(node: &Node<'_>, faults: &mut Faults) -> Option<u64> {
    const EXPECTED: &str = "US dollars with at most six decimals, like `0.25`";
    let text = match node.value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => return node.expected(EXPECTED, faults),
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let good = !whole.is_empty() && digits(whole) && digits(part) && part.len() <= 6;
    let micros = good.then(|| {
        let whole: u64 = whole.parse().ok()?;
        let part: u64 = format!("{part:0<6}").parse().ok()?;
        whole.checked_mul(1_000_000)?.checked_add(part)
    });
    micros
        .flatten()
        .filter(|micros| *micros > 0)
        .or_else(|| node.wrong(EXPECTED, faults))
}
