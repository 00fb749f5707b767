//! Tool parameters that are mirrored into HTTP headers (MCP 2026-07-28, "Custom Headers from Tool
//! Parameters").

use serde_json::Value;

const KEYWORD: &str = "x-mcp-header";

/// One parameter whose value also travels as the header `Mcp-Param-<header>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderParameter {
    /// The header's name without `Mcp-Param-`.
    pub header: String,
    /// The chain of property names that leads to the value.
    pub path: Vec<String>,
}

/// Why a schema's header annotations make its tool unusable.
///
/// ```
/// use keyway_core::action::{BadHeaderParameter, header_parameters};
/// use serde_json::json;
///
/// let schema = json!({ "properties": { "price": { "type": "number", "x-mcp-header": "Price" } } });
/// assert_eq!(header_parameters(&schema), Err(BadHeaderParameter::Type));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHeaderParameter {
    /// Not a text, empty, or not an HTTP token (RFC 9110, section 5.6.2).
    #[error("x-mcp-header must be an HTTP token")]
    Name,
    /// The same header twice.
    #[error("two parameters have the same x-mcp-header")]
    Twice,
    /// On something other than a string, an integer or a truth value.
    #[error("x-mcp-header is for string, integer and boolean parameters")]
    Type,
    /// Not reached by `properties` alone.
    #[error("x-mcp-header stands where no chain of properties leads")]
    Place,
}

/// The parameters of an input schema that are mirrored into headers; none for most tools.
///
/// ```
/// use keyway_core::action::header_parameters;
/// use serde_json::json;
///
/// let schema = json!({ "properties": { "region": { "type": "string", "x-mcp-header": "Region" } } });
/// let found = header_parameters(&schema).unwrap();
/// assert_eq!((found[0].header.as_str(), found[0].path.as_slice()), ("Region", &["region".to_owned()][..]));
/// ```
pub fn header_parameters(schema: &Value) -> Result<Vec<HeaderParameter>, BadHeaderParameter> {
    let mut found = Vec::new();
    collect(schema, &mut Vec::new(), &mut found)?;
    if count(schema) != found.len() {
        return Err(BadHeaderParameter::Place);
    }
    Ok(found)
}

fn collect(
    schema: &Value,
    path: &mut Vec<String>,
    found: &mut Vec<HeaderParameter>,
) -> Result<(), BadHeaderParameter> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Ok(());
    };
    for (name, property) in properties {
        path.push(name.clone());
        if let Some(header) = property.get(KEYWORD) {
            let header = header.as_str().filter(|text| is_token(text));
            let header = header.ok_or(BadHeaderParameter::Name)?;
            let kind = property.get("type").and_then(Value::as_str);
            if !matches!(kind, Some("string" | "integer" | "boolean")) {
                return Err(BadHeaderParameter::Type);
            }
            if found
                .iter()
                .any(|other| other.header.eq_ignore_ascii_case(header))
            {
                return Err(BadHeaderParameter::Twice);
            }
            found.push(HeaderParameter {
                header: header.to_owned(),
                path: path.clone(),
            });
        }
        collect(property, path, found)?;
        path.pop();
    }
    Ok(())
}

/// How often the keyword stands anywhere in the schema. Names of properties do not count.
fn count(schema: &Value) -> usize {
    match schema {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match (key.as_str(), value) {
                (KEYWORD, _) => 1,
                (
                    "properties" | "$defs" | "patternProperties" | "dependentSchemas",
                    Value::Object(of),
                ) => of.values().map(count).sum(),
                ("const" | "enum" | "default" | "examples", _) => 0,
                _ => count(value),
            })
            .sum(),
        Value::Array(all) => all.iter().map(count).sum(),
        _ => 0,
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
