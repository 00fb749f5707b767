use keyway_core::json;
use keyway_core::rpc::RawJson;
use serde_json::{Map, Value, json};

/// Which instances of credentials whoever calls wants used, beyond what the order of resolution would
/// find: by name or id for a key, and the project the call is for.
///
/// MCP clients say it in `_meta`: `"keyway/project": "web"` and
/// `"keyway/credentials": {"acme": "sandbox"}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CredentialChoice {
    /// The project, by slug.
    pub project: Option<String>,
    /// For a key the name or the id of an instance.
    pub instances: Vec<(String, String)>,
}

impl CredentialChoice {
    /// What the `params` of an MCP request say.
    pub fn of_params(params: &RawJson) -> Self {
        let mut choice = Self::default();
        let Some(meta) = json::member(params.as_str(), "_meta") else {
            return choice;
        };
        let text = |value: &str| {
            let is_text = value.starts_with('"');
            is_text.then(|| json::unquote(value).into_owned())
        };
        if let Some(project) = json::member(meta.value, "keyway/project") {
            choice.project = text(project.value);
        }
        if let Some(chosen) = json::member(meta.value, "keyway/credentials") {
            for member in json::members(chosen.value) {
                if let Some(instance) = text(member.value) {
                    choice.instances.push((member.key.into_owned(), instance));
                }
            }
        }
        choice
    }

    /// The `_meta` of an MCP request that says the same; `None` where nothing was chosen.
    pub(crate) fn to_meta(&self) -> Option<Value> {
        if *self == Self::default() {
            return None;
        }
        let each = self.instances.iter();
        let instances = each.map(|(key, instance)| (key.clone(), Value::from(instance.as_str())));
        let mut meta = json!({ "keyway/credentials": instances.collect::<Map<_, _>>() });
        if let (Some(project), Some(fields)) = (&self.project, meta.as_object_mut()) {
            fields.insert("keyway/project".into(), project.as_str().into());
        }
        Some(meta)
    }

    /// The instance that was chosen for a key.
    pub(super) fn of(&self, key: &str) -> Option<&str> {
        let found = self.instances.iter().find(|(chosen, _)| chosen == key);
        found.map(|(_, instance)| instance.as_str())
    }
}
