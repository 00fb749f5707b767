use serde_json::Value;

/// One field of a credential, as forms and commands ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialField {
    /// Its name.
    pub name: String,
    /// Its name for people, if it has one.
    pub title: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Whether it is asked for without echo and never shown. Fields are, unless their schema says
    /// `writeOnly: false`.
    pub secret: bool,
    /// Whether it has to be given.
    pub required: bool,
    /// Whether its value is text as it stands; anything else is read as JSON.
    pub text: bool,
}

/// The fields an object schema names, in its order.
pub(super) fn fields(schema: &Value) -> Vec<CredentialField> {
    let required = |name: &str| {
        let all = schema.get("required").and_then(Value::as_array);
        all.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(name)))
    };
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    let each = properties.iter().map(|(name, property)| {
        let text = |key: &str| property.get(key).and_then(Value::as_str).map(str::to_owned);
        CredentialField {
            name: name.clone(),
            title: text("title"),
            description: text("description"),
            secret: property.get("writeOnly").and_then(Value::as_bool) != Some(false),
            required: required(name),
            text: is_text(property),
        }
    });
    each.collect()
}

/// A property that says nothing of its type takes text.
fn is_text(property: &Value) -> bool {
    match property.get("type") {
        Some(Value::String(one)) => one == "string",
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some("string")),
        _ => true,
    }
}
