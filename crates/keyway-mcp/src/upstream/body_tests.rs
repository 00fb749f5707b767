use std::sync::Arc;

use bytes::Bytes;
use keyway_core::ports::NoCaller;
use keyway_core::rpc::RawJson;
use tokio_util::sync::CancellationToken;

use super::*;

fn relayed(
    revision: Revision,
    method: RelayMethod,
    target: &str,
    params: &str,
    retry: Option<&Retry>,
) -> String {
    let dialect = Dialect {
        revision,
        client_info: r#"{"name":"k"}"#.into(),
    };
    let params = RawJson::parse(Bytes::copy_from_slice(params.as_bytes())).unwrap();
    let caller: Arc<dyn Caller> = Arc::new(NoCaller);
    let relay = Relay {
        method,
        target,
        params: &params,
        caller: &caller,
        cancel: &CancellationToken::new(),
        hops: 0,
    };
    dialect.relayed(7, &relay, retry)
}

#[test]
fn a_modern_call_keeps_the_clients_bytes_and_meta() {
    let params = r#"{ "arguments" : {"n":1.50e+3, "u":"\u0061"},"name":"mcp__x__t","_meta":{"progressToken":"p","com.x/y": [1 ],
        "io.modelcontextprotocol/protocolVersion":"1","io.modelcontextprotocol/related-task":{"taskId":"t"}},"extra":null}"#;
    assert_eq!(
        relayed(
            Revision::V2026_07_28,
            RelayMethod::CallTool,
            "t",
            params,
            None
        ),
        concat!(
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"arguments" : {"n":1.50e+3, "u":"\u0061"},"name":"t","extra":null,"#,
            r#""_meta":{"com.x/y": [1 ],"io.modelcontextprotocol/related-task":{"taskId":"t"},"io.modelcontextprotocol/protocolVersion":"2026-07-28","#,
            r#""io.modelcontextprotocol/clientInfo":{"name":"k"},"io.modelcontextprotocol/clientCapabilities":{}}}}"#
        )
    );
}

#[test]
fn a_legacy_call_has_no_meta_unless_the_client_sent_some() {
    let call = |params| {
        relayed(
            Revision::V2025_11_25,
            RelayMethod::CallTool,
            "t",
            params,
            None,
        )
    };
    assert_eq!(
        call(r#"{"name":"t","_meta":{"progressToken":1}}"#),
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"t"}}"#
    );
    assert_eq!(
        call(r#"{"name":"\u0074","_meta":{"a":1}}"#),
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"\u0074","_meta":{"a":1}}}"#
    );
    assert_eq!(
        call("{}"),
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}"#
    );
}

#[test]
fn completions_and_retries_are_spliced() {
    assert_eq!(
        relayed(
            Revision::V2025_06_18,
            RelayMethod::Complete,
            "greet",
            r#"{"ref":{"type":"ref/prompt","name":"mcp__x__greet"},"argument":{"name":"a","value":"b"}}"#,
            None
        ),
        r#"{"jsonrpc":"2.0","id":7,"method":"completion/complete","params":{"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"a","value":"b"}}}"#
    );
    let retry = Retry {
        responses: Some(r#"{"k":{}}"#.into()),
        state: Some("\"s\"".into()),
    };
    let again = relayed(
        Revision::V2026_07_28,
        RelayMethod::ReadResource,
        "a:b",
        r#"{"uri":"x:b","requestState":"old","inputResponses":{}}"#,
        Some(&retry),
    );
    assert!(
        again.contains(r#"{"uri":"a:b","inputResponses":{"k":{}},"requestState":"s","_meta""#),
        "{again}"
    );
    assert!(!again.contains("old"));
}

#[test]
fn own_requests_carry_what_their_era_wants() {
    let dialect = |revision| Dialect {
        revision,
        client_info: "{}".into(),
    };
    assert_eq!(
        dialect(Revision::V2025_11_25).own(1, "ping", ""),
        r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{}}"#
    );
    let modern = dialect(Revision::V2026_07_28).own(1, "tools/list", r#""cursor":"c""#);
    assert!(
        modern.contains(r#""params":{"cursor":"c","_meta":{"#) && modern.ends_with("{}}}}"),
        "{modern}"
    );
}
