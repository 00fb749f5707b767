use serde_json::Value;

/// What a tool's annotations claim (MCP `ToolAnnotations`), in words, worst first. What a server
/// does not say counts as the specification's default: not read-only, destructive, open world.
pub(super) fn claims(definition: &Value) -> Vec<String> {
    let hint = |name: &str| {
        definition
            .pointer(&format!("/annotations/{name}"))
            .and_then(Value::as_bool)
    };
    let mut claims = Vec::new();
    let mut claim = |words: &str| claims.push(words.to_owned());
    if hint("readOnlyHint") == Some(true) {
        claim("the server says it only reads");
    } else {
        claim(match hint("destructiveHint") {
            Some(true) => "the server says it may destroy or overwrite things",
            Some(false) => "the server says it adds, and destroys nothing",
            None => "the server does not say that it destroys nothing",
        });
        if hint("idempotentHint") == Some(true) {
            claim("the server says that calling it twice does no more than once");
        }
    }
    match hint("openWorldHint") {
        Some(true) => claim("the server says it reaches out to others"),
        Some(false) => claim("the server says it stays within its own system"),
        None => {}
    }
    claims
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn annotations_are_claims() {
        let of = |annotations: Value| claims(&json!({ "annotations": annotations }));
        assert_eq!(
            of(json!({ "readOnlyHint": true })),
            ["the server says it only reads"]
        );
        assert_eq!(
            claims(&json!({})),
            ["the server does not say that it destroys nothing"]
        );
        assert_eq!(
            of(json!({ "destructiveHint": true, "idempotentHint": true, "openWorldHint": false })),
            [
                "the server says it may destroy or overwrite things",
                "the server says that calling it twice does no more than once",
                "the server says it stays within its own system",
            ]
        );
    }
}
