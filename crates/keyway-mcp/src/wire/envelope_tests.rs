use super::*;

fn read(text: &str) -> Result<String, i64> {
    let bytes = Bytes::copy_from_slice(text.as_bytes());
    match parse(&bytes, Bounds::default()) {
        Ok(Message::Request { id, method, params }) => Ok(format!(
            "request {} {method} {}",
            id.as_str(),
            params.as_ref().map_or("-", RawJson::as_str)
        )),
        Ok(Message::Notification { method, params }) => Ok(format!(
            "notification {method} {}",
            params.as_ref().map_or("-", RawJson::as_str)
        )),
        Ok(Message::Response { id, outcome }) => Ok(match outcome {
            Ok(result) => format!("result {} {}", id.as_str(), result.as_str()),
            Err(error) => format!("error {} {}", id.as_str(), error.as_str()),
        }),
        Ok(Message::Complaint { error }) => Ok(format!("complaint {}", error.as_str())),
        Err(refusal) => Err(refusal.code),
    }
}

#[test]
fn reads_each_kind_and_keeps_the_text() {
    for (text, wanted) in [
        (
            r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{ "b" : 1.50 }}"#,
            r#"request 1 a { "b" : 1.50 }"#,
        ),
        (
            r#" {"params":null,"m\u0065thod":"\u0061","id":"x","jsonrpc":"2.0","extra":[1]} "#,
            r#"request "x" a null"#,
        ),
        (r#"{"jsonrpc":"2.0","method":"n"}"#, "notification n -"),
        (r#"{"jsonrpc":"2.0","id":7,"result":{}}"#, "result 7 {}"),
        (
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":1}}"#,
            r#"error 7 {"code":1}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":1}}"#,
            r#"complaint {"code":1}"#,
        ),
        (
            r#"{"jsonrpc":"2.0","error":{"code":1}}"#,
            r#"complaint {"code":1}"#,
        ),
    ] {
        assert_eq!(read(text).as_deref(), Ok(wanted), "{text}");
    }
}

#[test]
fn refuses_what_is_no_message() {
    for text in [
        "",
        "{",
        "nope",
        r#"{"jsonrpc":"2.0","id":1,"method":"a"} x"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{]}"#,
        r#"{"id":1,"id":2,"#,
    ] {
        assert_eq!(read(text), Err(RpcError::PARSE_ERROR), "{text}");
    }
    for text in [
        r#"{"jsonrpc":"2.0","id":null,"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":1.5,"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":{},"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"a","method":"b"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"a","params":{},"params":{}}"#,
        r#"{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"a"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"a"}"#,
        r#"{"id":1,"method":"a"}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"a","result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#,
        r#"{"jsonrpc":"2.0","result":{}}"#,
        r#"{"jsonrpc":"2.0","id":1,"error":"x"}"#,
        r#"{"jsonrpc":"2.0","id":null,"result":{}}"#,
        "[]",
        r#"[{"jsonrpc":"2.0","id":1,"method":"a"}]"#,
        "1",
        "null",
        r#""text""#,
    ] {
        assert_eq!(read(text), Err(RpcError::INVALID_REQUEST), "{text}");
    }
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"a","params":{}"#,
        "[".repeat(200_000)
    );
    assert_eq!(read(&deep), Err(RpcError::INVALID_REQUEST));
    let bytes = Bytes::from_static(b"{\"jsonrpc\":\"2.0\",\"x\":\"\xff\",\"method\":\"a\"}");
    let refusal = parse(&bytes, Bounds::default()).unwrap_err();
    assert_eq!(refusal.code, RpcError::PARSE_ERROR);
}

#[test]
fn a_refusal_names_the_id_when_it_could_be_read() {
    let bytes = Bytes::from_static(br#"{"jsonrpc":"2.0","id":"k","method":7}"#);
    let refusal = parse(&bytes, Bounds::default()).unwrap_err();
    assert_eq!(refusal.id.as_ref().map(Id::as_str), Some("\"k\""));
}

#[test]
fn reads_batches_item_by_item() {
    let bytes = Bytes::from_static(
        br#"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":null,"method":"b"},3]"#,
    );
    let Ok(Messages::Batch(items)) = parse_batch(&bytes, Bounds::default()) else {
        panic!("a batch");
    };
    assert_eq!(
        items.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, false]
    );
    assert!(parse_batch(&Bytes::from_static(b" [ ] "), Bounds::default()).is_err());
    assert!(matches!(
        parse_batch(
            &Bytes::from_static(br#"{"jsonrpc":"2.0","method":"a"}"#),
            Bounds::default()
        ),
        Ok(Messages::One(Message::Notification { .. }))
    ));
}
