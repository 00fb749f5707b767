//! Parameters of tools that are mirrored into headers (`x-mcp-header`).

use http::{HeaderName, HeaderValue};
use keyway_core::json;

use crate::endpoint::HeaderParameter;
use crate::wire::encode_header;

/// How deep annotations are looked for.
const DEPTH: usize = 64;

/// Reads the annotations of a tool's `inputSchema`. An error says what is wrong with them: such a
/// tool must not be offered (MCP 2026-07-28, Streamable HTTP, "Schema Extension").
pub fn header_parameters(input_schema: &str) -> Result<Vec<HeaderParameter>, &'static str> {
    let mut found = Vec::new();
    // Nearly no tool has any, and the search costs less than the walk.
    if memchr::memmem::find(input_schema.as_bytes(), b"x-mcp-header").is_none() {
        return Ok(found);
    }
    let mut path = Vec::new();
    walk(input_schema, &mut path, true, 0, &mut found)?;
    for (at, parameter) in found.iter().enumerate() {
        let again = found
            .iter()
            .skip(at + 1)
            .any(|other| other.header.eq_ignore_ascii_case(&parameter.header));
        if again {
            return Err("two parameters have the same `x-mcp-header`");
        }
    }
    Ok(found)
}

/// Walks a schema. `reachable` holds as long as only `properties` were passed.
fn walk(
    schema: &str,
    path: &mut Vec<String>,
    reachable: bool,
    depth: usize,
    found: &mut Vec<HeaderParameter>,
) -> Result<(), &'static str> {
    if depth > DEPTH {
        return Err("its schema nests too deep");
    }
    if schema.starts_with('[') {
        for item in json::items(schema) {
            walk(item, path, false, depth + 1, found)?;
        }
        return Ok(());
    }
    for member in json::members(schema) {
        match member.key.as_ref() {
            "x-mcp-header" => {
                if !reachable || path.is_empty() {
                    return Err("an `x-mcp-header` stands where no value can be read");
                }
                found.push(HeaderParameter {
                    header: header_name(member.value)?,
                    path: path.clone(),
                });
                if !is_primitive(schema) {
                    return Err("an `x-mcp-header` stands at a type that cannot be a header");
                }
            }
            "properties" if member.value.starts_with('{') => {
                for property in json::members(member.value) {
                    path.push(property.key.into_owned());
                    walk(property.value, path, reachable, depth + 1, found)?;
                    path.pop();
                }
            }
            // Values, not schemas.
            "enum" | "const" | "default" | "examples" => {}
            "$defs" | "definitions" | "patternProperties" | "dependentSchemas" => {
                for entry in json::members(member.value) {
                    walk(entry.value, path, false, depth + 1, found)?;
                }
            }
            _ if member.value.starts_with(['{', '[']) => {
                walk(member.value, path, false, depth + 1, found)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn header_name(value: &str) -> Result<String, &'static str> {
    if !value.starts_with('"') {
        return Err("an `x-mcp-header` is no string");
    }
    let name = json::unquote(value);
    if name.is_empty() || HeaderName::from_bytes(name.as_bytes()).is_err() {
        return Err("an `x-mcp-header` is no header name");
    }
    Ok(name.into_owned())
}

fn is_primitive(schema: &str) -> bool {
    json::member(schema, "type").is_some_and(|kind| {
        matches!(
            json::unquote(kind.value).as_ref(),
            "string" | "integer" | "boolean"
        )
    })
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
    fn annotations_are_read_and_mirrored() {
        let schema = r#"{"type":"object","properties":{
            "region":{"type":"string","x-mcp-header":"Region"},
            "deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"}}},
            "x-mcp-header":{"type":"string"},"plain":{"type":"number"}}}"#;
        let found = header_parameters(schema).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].path, ["deep", "n"]);
        let sent = mirrored(
            &found,
            r#"{"name":"t","arguments":{"region":"世界","deep":{"n":-7}}}"#,
        );
        assert_eq!(sent[0].0, "mcp-param-region");
        assert_eq!(sent[0].1, "=?base64?5LiW55WM?=");
        assert_eq!(sent[1].1, "-7");
        assert!(mirrored(&found, r#"{"arguments":{"region":null,"deep":[]}}"#).is_empty());
        assert!(header_parameters("{}").unwrap().is_empty());
    }

    #[test]
    fn bad_annotations_are_refused() {
        for bad in [
            r#"{"properties":{"a":{"type":"string","x-mcp-header":""}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"a b"}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":1}}}"#,
            r#"{"properties":{"a":{"type":"number","x-mcp-header":"A"}}}"#,
            r#"{"properties":{"a":{"x-mcp-header":"A"}}}"#,
            r#"{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}}"#,
            r#"{"x-mcp-header":"A"}"#,
            r#"{"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}}"#,
            r#"{"properties":{"a":{"anyOf":[{"type":"string","x-mcp-header":"A"}]}}}"#,
            r#"{"$defs":{"a":{"type":"string","x-mcp-header":"A"}}}"#,
        ] {
            assert!(header_parameters(bad).is_err(), "{bad}");
        }
    }
}
