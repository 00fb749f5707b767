use keyway_core::ports::Lists;
use serde::Serialize;

use super::definition::tools;
use super::offer;
use super::page::{Reader, line, page};
use super::tokens::estimate;

/// What a definition takes beside its texts, in tokens.
const FRAME: usize = 8;

/// What one server takes of a model's context, in estimated tokens, as plain definitions and as a
/// skill.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// How many tools.
    pub tools: usize,
    /// All definitions, in every request.
    pub definitions: usize,
    /// The line in the system prompt, in every request.
    pub line: usize,
    /// The page, once it is read.
    pub page: usize,
    /// The largest schema file, once it is read.
    pub largest_schema: usize,
}

/// What skills take in every request whatever the servers: the two tools, and what the system
/// prompt says of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overhead {
    /// In estimated tokens.
    pub tokens: usize,
}

impl Cost {
    /// Of what a server lists.
    pub fn of(server: &str, lists: &Lists) -> Self {
        let mut cost = Self {
            tools: lists.tools.len(),
            line: estimate(&line(server, lists)),
            page: estimate(&page(server, &format!("mcp:{server}"), lists, Reader::Own)),
            ..Self::default()
        };
        for tool in tools(lists) {
            let definition = tool.definition(server);
            cost.definitions += FRAME
                + estimate(&definition.name)
                + estimate(&definition.description)
                + estimate(&definition.input_schema.to_string());
            let schema = estimate(&tool.schema_file(server));
            cost.largest_schema = cost.largest_schema.max(schema);
        }
        cost
    }
}

impl Overhead {
    /// As it is.
    pub fn now() -> Self {
        let definitions = offer::definitions();
        let definitions = definitions.iter().map(|definition| {
            FRAME
                + estimate(&definition.name)
                + estimate(&definition.description)
                + estimate(&definition.input_schema.to_string())
        });
        Self {
            tokens: definitions.sum::<usize>() + estimate(offer::INTRODUCTION),
        }
    }
}
