//! Parameters of tools that are mirrored into headers (`x-mcp-header`).

use http::{HeaderName, HeaderValue};
use keyway_core::action::{BadHeaderParameter, HeaderParameter, header_parameters};
use keyway_core::json;

use crate::wire::encode_header;

/// Reads the annotations of a tool's `inputSchema`. An error means that the tool must not be
/// offered (MCP 2026-07-28, Streamable HTTP, "Schema Extension").
pub(super) fn annotated(input_schema: &str) -> Result<Vec<HeaderParameter>, BadHeaderParameter> {
    // Nearly no tool has any, and the search costs less than reading the schema.
    if memchr::memmem::find(input_schema.as_bytes(), b"x-mcp-header").is_none() {
        return Ok(Vec::new());
    }
    let schema = serde_json::from_str(input_schema).map_err(|_| BadHeaderParameter::Place)?;
    header_parameters(&schema)
}

/// The headers a call with these params mirrors its arguments into. What is absent, null or no
/// primitive value is left out.
pub(super) fn mirrored(
    parameters: &[HeaderParameter],
    params: &str,
) -> Vec<(HeaderName, HeaderValue)> {
    let Some(arguments) = json::member(params, "arguments") else {
        return Vec::new();
    };
    parameters
        .iter()
        .filter_map(|parameter| {
            let mut value = arguments.value;
            for step in &parameter.path {
                value = json::member(value, step)?.value;
            }
            let text = match value.as_bytes().first()? {
                b'"' => json::unquote(value).into_owned(),
                b'{' | b'[' | b'n' => return None,
                _ => value.to_owned(),
            };
            let name = format!("mcp-param-{}", parameter.header);
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, encode_header(&text)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotated_arguments_are_mirrored() {
        let schema = r#"{"type":"object","properties":{
            "region":{"type":"string","x-mcp-header":"Region"},
            "deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}}}}"#;
        let found = annotated(schema).unwrap();
        let sent = mirrored(
            &found,
            r#"{"name":"t","arguments":{"region":"世界","deep":{"n":-7}}}"#,
        );
        assert_eq!(sent.len(), 2);
        assert!(
            sent.iter()
                .any(|(name, value)| name == "mcp-param-region" && value == "=?base64?5LiW55WM?=")
        );
        assert!(
            sent.iter()
                .any(|(name, value)| name == "mcp-param-n" && value == "-7")
        );
        assert!(mirrored(&found, r#"{"arguments":{"region":null,"deep":[]}}"#).is_empty());
        assert!(annotated("{}").unwrap().is_empty());
    }
}
