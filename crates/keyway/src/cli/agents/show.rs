use keyway_app::agents::AgentView;
use serde_json::json;

use crate::cli::terminal::Terminal;

/// Shows one agent.
pub(super) fn show(agent: &AgentView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(agent));
        return;
    }
    terminal.line(format!("{} ({})", agent.name, agent.slug));
    if !agent.description.is_empty() {
        terminal.line(&agent.description);
    }
    terminal.line(format!("model:  {}", agent.model));
    let tools = match agent.tools.as_slice() {
        [] => "none".to_owned(),
        tools => tools.join(", "),
    };
    terminal.line(format!("tools:  {tools}"));
    let budget = &agent.budget;
    let mut bounds = vec![format!("{} rounds", budget.rounds)];
    bounds.extend(budget.tokens.map(|most| format!("{most} tokens")));
    bounds.extend(budget.time_ms.map(|most| format!("{most} ms")));
    bounds.extend(budget.cost_micros.map(|most| {
        let (dollars, micros) = (most / 1_000_000, most % 1_000_000);
        format!("{dollars}.{micros:06} US dollars")
    }));
    terminal.line(format!("budget: {}", bounds.join(", ")));
    if let Some(schema) = &agent.output_schema {
        terminal.line(format!("output: {schema}"));
    }
}
