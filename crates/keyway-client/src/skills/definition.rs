use keyway_agent::ToolDefinition;
use keyway_core::names::{Prefix, exposed_name};
use keyway_core::ports::{Definition, Lists};
use serde_json::{Value, json};

use super::file_name;
use super::words::{plain, visible};
use crate::text::is_hidden;

/// The most characters of a description that a plain definition has.
const LONGEST: usize = 2_000;

/// A tool of a server, as pages, files and definitions need it.
pub(super) struct Tool<'a> {
    /// The server's own name of it.
    pub(super) name: &'a str,
    json: Value,
}

/// Every tool that is listed, in the server's order.
pub(super) fn tools(lists: &Lists) -> impl Iterator<Item = Tool<'_>> {
    lists.tools.iter().map(Tool::of)
}

impl<'a> Tool<'a> {
    fn of(definition: &'a Definition) -> Self {
        Self {
            name: &definition.key,
            json: definition.json.read().unwrap_or_default(),
        }
    }

    /// What the server says it does, or what it is called.
    pub(super) fn says(&self) -> &str {
        let member = |name: &str| self.json.get(name).and_then(Value::as_str);
        member("description")
            .or_else(|| member("title"))
            .unwrap_or_default()
    }

    /// The file its schema is in, inside the folder of schemas.
    pub(super) fn file(&self) -> String {
        file_name::schema(self.name)
    }

    /// The content of that file.
    pub(super) fn schema_file(&self, server: &str) -> String {
        let mut content = json!({
            "server": server,
            "tool": self.name,
            "description": seen(self.says()),
            "inputSchema": self.schema(),
        });
        for member in ["outputSchema", "annotations"] {
            if let (Some(value), Value::Object(content)) = (self.json.get(member), &mut content) {
                content.insert(member.to_owned(), value.clone());
            }
        }
        let mut text = visible(&format!("{content:#}"));
        text.push('\n');
        text
    }

    /// The definition a model gets without skills.
    pub(super) fn definition(&self, server: &str) -> ToolDefinition {
        ToolDefinition {
            name: model_name(server, self.name),
            description: plain(self.says(), LONGEST),
            input_schema: self.schema(),
        }
    }

    fn schema(&self) -> Value {
        match self.json.get("inputSchema") {
            Some(schema @ Value::Object(_)) => schema.clone(),
            _ => json!({ "type": "object" }),
        }
    }
}

/// A text of several lines without what cannot be seen.
fn seen(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || !is_hidden(*c))
        .collect()
}

/// What a plain definition of a tool is called towards a model: 1 to 64 letters, digits, `_` and
/// `-`, another name for every tool of every server.
pub fn model_name(server: &str, tool: &str) -> String {
    let name = exposed_name(server, &Prefix::Server, tool);
    if !name.contains('.') {
        return name;
    }
    // A name ahead of a hash need not be exact, and this makes it end in one.
    exposed_name(server, &Prefix::Server, &format!("{tool}\0")).replace('.', "_")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_towards_models_are_theirs_and_unique() {
        let long = "x".repeat(200);
        let tools = ["read", "read.file", "read_file", "a/b", "..", &long, "é"];
        let mut names = BTreeSet::new();
        for server in ["files", "files.v2", "files_v2", "a__b", "A__b"] {
            for tool in tools {
                let name = model_name(server, tool);
                assert!(!name.is_empty() && name.len() <= 64, "{name}");
                assert!(
                    name.bytes()
                        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'),
                    "{name}"
                );
                assert!(names.insert(name), "{server} {tool}");
            }
        }
        assert_eq!(model_name("files", "read"), "mcp__files__read");
    }
}
