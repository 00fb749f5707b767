use serde_json::{Value, json};

use super::world::{meta, params, world};

/// Each row: what is changed in a good request, the status and the error code.
#[tokio::test]
async fn checks_what_a_request_says_of_itself() {
    let world = world();
    let good = |method: &str, params: &Value| {
        json!({ "jsonrpc": "2.0", "id": 9, "method": method, "params": params }).to_string()
    };
    let without = |key: &str| {
        let mut meta = meta();
        meta.as_object_mut().unwrap().remove(key);
        json!({ "_meta": meta })
    };
    let with = |key: &str, value: Value| {
        let mut meta = meta();
        meta[key] = value;
        json!({ "_meta": meta })
    };
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    let level = "io.modelcontextprotocol/logLevel";
    let v = "2026-07-28";
    let plain = json!({ "_meta": meta() });
    let list = "tools/list";
    let same = Some("=");
    let rows = [
        (list, plain.clone(), Some(v), same, 200, None),
        (
            list,
            plain.clone(),
            Some(v),
            Some("  tools/list "),
            200,
            None,
        ),
        (list, json!({}), Some(v), same, 400, Some(-32602)),
        (
            list,
            json!({ "_meta": 1 }),
            Some(v),
            same,
            400,
            Some(-32602),
        ),
        (list, without(version), Some(v), same, 400, Some(-32602)),
        (
            list,
            without(capabilities),
            Some(v),
            same,
            400,
            Some(-32602),
        ),
        (
            list,
            with(capabilities, json!([])),
            Some(v),
            same,
            400,
            Some(-32602),
        ),
        (
            list,
            with("progressToken", json!({})),
            Some(v),
            same,
            400,
            Some(-32602),
        ),
        (
            list,
            with(level, json!("loud")),
            Some(v),
            same,
            200,
            Some(-32602),
        ),
        (
            list,
            with(version, json!("v999")),
            Some("v999"),
            same,
            400,
            Some(-32022),
        ),
        (
            list,
            with(version, json!("v999")),
            Some(v),
            same,
            400,
            Some(-32020),
        ),
        (
            list,
            plain.clone(),
            Some("2025-11-25"),
            same,
            400,
            Some(-32020),
        ),
        (list, plain.clone(), None, same, 400, Some(-32020)),
        (list, plain.clone(), Some(v), None, 400, Some(-32020)),
        (
            list,
            plain.clone(),
            Some(v),
            Some("TOOLS/LIST"),
            400,
            Some(-32020),
        ),
        (
            list,
            plain.clone(),
            Some(v),
            Some("prompts/list"),
            400,
            Some(-32020),
        ),
        (
            "initialize",
            plain.clone(),
            Some(v),
            same,
            404,
            Some(-32601),
        ),
        ("ping", plain.clone(), Some(v), same, 404, Some(-32601)),
        (
            "logging/setLevel",
            plain.clone(),
            Some(v),
            same,
            404,
            Some(-32601),
        ),
        (
            "resources/subscribe",
            plain.clone(),
            Some(v),
            same,
            404,
            Some(-32601),
        ),
        (
            "resources/unsubscribe",
            plain.clone(),
            Some(v),
            same,
            404,
            Some(-32601),
        ),
        ("no/such", plain.clone(), Some(v), same, 404, Some(-32601)),
        (
            list,
            params(json!({ "cursor": "what" })),
            Some(v),
            same,
            200,
            Some(-32602),
        ),
        (
            list,
            params(json!({ "cursor": 1 })),
            Some(v),
            same,
            200,
            Some(-32602),
        ),
    ];
    for (method, params, version, mirrored, status, code) in rows {
        let mut headers = Vec::new();
        headers.extend(version.map(|version| ("MCP-Protocol-Version", version)));
        let mirrored = mirrored.map(|text| if text == "=" { method } else { text });
        headers.extend(mirrored.map(|text| ("MCP-METHOD", text)));
        let answer = world.post(&headers, good(method, &params)).await;
        let (got, value) = (answer.status.as_u16(), answer.value().await);
        assert_eq!(got, status, "{method} {params} {headers:?} {value}");
        assert_eq!(value["error"]["code"].as_i64(), code, "{method} {params}");
        assert_eq!(value["id"], 9);
    }
    let twice = [
        ("mcp-protocol-version", v),
        ("mcp-method", list),
        ("mcp-method", list),
    ];
    let refused = world.post(&twice, good(list, &plain)).await.brief().await;
    assert_eq!(refused, (400, Some(-32020)));
    let unsupported = world
        .post(
            &[("mcp-protocol-version", "v999"), ("mcp-method", list)],
            good(list, &with(version, json!("v999"))),
        )
        .await
        .value()
        .await;
    assert_eq!(unsupported["error"]["data"]["requested"], "v999");
    assert_eq!(unsupported["error"]["data"]["supported"][0], v);
}

#[tokio::test]
async fn checks_mirrored_names_and_parameters() {
    let world = world();
    let version = ("mcp-protocol-version", "2026-07-28");
    let method = ("mcp-method", "tools/call");
    let call = |name: &str, arguments: Value| {
        let params = params(json!({ "name": name, "arguments": arguments }));
        json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string()
    };
    for (name, header, code) in [
        ("echo", Some("echo"), None),
        ("echo", Some("=?base64?ZWNobw==?="), None),
        ("echo", Some("=?base64?ZWNobw?="), Some(-32020)),
        ("echo", Some("other"), Some(-32020)),
        ("echo", Some("ECHO"), Some(-32020)),
        ("echo", None, Some(-32020)),
    ] {
        let mut headers = vec![version, method];
        headers.extend(header.map(|header| ("mcp-name", header)));
        let (status, got) = world
            .post(&headers, call(name, json!({})))
            .await
            .brief()
            .await;
        assert_eq!(
            (status == 400, got),
            (code.is_some(), code),
            "{name} {header:?}"
        );
    }
    for (arguments, region, depth, good) in [
        (json!({ "region": "eu" }), Some("eu"), None, true),
        (
            json!({ "region": "Hello" }),
            Some("=?base64?SGVsbG8=?="),
            None,
            true,
        ),
        (
            json!({ "region": "Hello" }),
            Some("=?base64?SGVsbG8?="),
            None,
            false,
        ),
        (
            json!({ "region": "SGVsbG8=" }),
            Some("SGVsbG8="),
            None,
            true,
        ),
        (
            json!({ "region": "=?base64?SGVsbG8=" }),
            Some("=?base64?SGVsbG8="),
            None,
            true,
        ),
        (json!({ "region": "eu" }), None, None, false),
        (json!({ "region": null }), None, None, true),
        (json!({}), Some("eu"), None, false),
        (json!({ "deep": { "n": 42 } }), None, Some("42.0"), true),
        (json!({ "deep": { "n": 42 } }), None, Some("43"), false),
        (json!({ "deep": 42 }), None, None, true),
    ] {
        let mut headers = vec![version, method, ("mcp-name", "mirrored")];
        headers.extend(region.map(|value| ("mcp-param-region", value)));
        headers.extend(depth.map(|value| ("Mcp-Param-Depth", value)));
        let (status, code) = world
            .post(&headers, call("mirrored", arguments.clone()))
            .await
            .brief()
            .await;
        let wanted = if good {
            (200, None)
        } else {
            (400, Some(-32020))
        };
        assert_eq!((status, code), wanted, "{arguments} {region:?} {depth:?}");
    }
}
