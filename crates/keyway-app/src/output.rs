use std::sync::OnceLock;

use keyway_core::Problem;
use keyway_core::action::Schema;
use keyway_core::json;
use keyway_core::rpc::RawJson;

/// The largest output schema that is compiled, in bytes.
const MAX_SCHEMA: usize = 256 * 1024;

/// Checks what an upstream's tool answers against the schema it advertised. The schema is read
/// when the first answer comes.
pub(crate) struct OutputCheck {
    definition: RawJson,
    schema: OnceLock<Option<Box<Schema>>>,
}

impl OutputCheck {
    /// For the tool with this definition.
    pub(crate) fn new(definition: RawJson) -> Self {
        Self {
            definition,
            schema: OnceLock::new(),
        }
    }

    /// The definition of the tool.
    pub(crate) fn definition(&self) -> &RawJson {
        &self.definition
    }

    /// True when this was made from the same bytes.
    pub(crate) fn is_of(&self, definition: &RawJson) -> bool {
        self.definition == *definition
    }

    /// What is wrong with a `CallToolResult`. A failure and a result without structured content
    /// are not held against the schema.
    pub(crate) fn check(&self, result: &RawJson) -> Vec<Problem> {
        let Some(schema) = self.schema.get_or_init(|| compile(&self.definition)) else {
            return Vec::new();
        };
        let mut content = None;
        for member in json::members(result.as_str()) {
            match member.key.as_ref() {
                "structuredContent" => content = Some(member.value),
                "isError" if member.value == "true" => return Vec::new(),
                _ => {}
            }
        }
        content
            .and_then(|text| serde_json::from_str(text).ok())
            .map(|value| schema.check(&value))
            .unwrap_or_default()
    }
}

fn compile(definition: &RawJson) -> Option<Box<Schema>> {
    let found = json::member(definition.as_str(), "outputSchema")?;
    if found.value.len() > MAX_SCHEMA {
        return None;
    }
    let schema = serde_json::from_str(found.value).ok()?;
    Schema::compile(&schema).map(Box::new).ok()
}
