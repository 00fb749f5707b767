use std::collections::BTreeSet;

use keyway_agent::ModelName;
use keyway_client::calls::{Calls, ListKind};
use keyway_tui::{Prompt, Server, World};
use serde_json::Value;

use crate::local::LocalClient;

/// What is around the chat now.
pub(super) fn world(
    client: &LocalClient,
    calls: &Calls,
    model: &ModelName,
    models: &BTreeSet<String>,
) -> World {
    let server = |status: &crate::local::ServerStatus| {
        let name = status.status.name.clone();
        let all = |kind| calls.list(kind, Some(&name));
        let tools = all(ListKind::Tools).into_iter().map(|tool| tool.key);
        let resources = all(ListKind::Resources).into_iter().map(|resource| {
            let title = resource.text("title").or_else(|| resource.text("name"));
            (resource.key, title.unwrap_or_default())
        });
        let templates = all(ListKind::Templates).into_iter().map(|one| one.key);
        let prompts = all(ListKind::Prompts).into_iter().map(|prompt| Prompt {
            description: prompt.text("description").unwrap_or_default(),
            arguments: arguments(&prompt.definition),
            name: prompt.key,
        });
        Server {
            state: word(status),
            tools: tools.collect(),
            resources: resources.collect(),
            templates: templates.collect(),
            completes: calls.completes(&name),
            prompts: prompts.collect(),
            name: name.clone(),
        }
    };
    let statuses = client.statuses();
    World {
        model: model.to_string(),
        servers: statuses.iter().map(server).collect(),
        models: models.iter().cloned().collect(),
    }
}

fn arguments(definition: &Value) -> Vec<String> {
    let arguments = definition.get("arguments").and_then(Value::as_array);
    let names = arguments.into_iter().flatten();
    names
        .filter_map(|one| one.get("name")?.as_str().map(str::to_owned))
        .collect()
}

/// The state by its stable name.
pub(super) fn word(status: &crate::local::ServerStatus) -> String {
    let state = serde_json::to_value(status.status.state).unwrap_or_default();
    state.as_str().unwrap_or_default().to_owned()
}
