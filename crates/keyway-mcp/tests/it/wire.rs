//! Properties of the wire layer.

use bytes::Bytes;
use keyway_core::json::Bounds;
use keyway_mcp::wire::{Id, parse};
use keyway_mcp::wire::{
    Message, ObjectEdit, SseParser, decode_header, encode_header, parse_batch, write_comment,
    write_event, write_request,
};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// Any JSON value of moderate size.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner).prop_map(Value::from),
        ]
    })
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let key = prop_oneof![any::<String>(), "[a-d]"];
    prop::collection::vec((key, inner), 0..5).prop_map(|members| members.into_iter().collect())
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<Vec<u8>>(), json in value()) {
        for bytes in [Bytes::from(text), Bytes::from(json.to_string())] {
            let _ = parse_batch(&bytes, Bounds::default());
        }
    }

    #[test]
    fn a_request_is_read_as_it_was_written(method in any::<String>(), params in value()) {
        let params = serde_json::to_string_pretty(&params).unwrap();
        let bytes = Bytes::from(write_request(&Id::number(7), &method, Some(&params)));
        match parse(&bytes, Bounds::default()) {
            Ok(Message::Request { id, method: read, params: Some(kept) }) => {
                prop_assert_eq!(id, Id::number(7));
                prop_assert_eq!(read, method);
                prop_assert_eq!(kept.as_str(), params);
            }
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn an_edit_changes_what_it_names_and_nothing_else(
        whole in object(value()), key in "[a-d]", gone in "[a-d]", new in value(),
    ) {
        let text = serde_json::to_string_pretty(&whole).unwrap();
        let mut edit = ObjectEdit::new(&text);
        edit.remove(&gone).set(&key, new.to_string());
        let mut wanted = whole;
        wanted.shift_remove(&gone);
        wanted.insert(key, new);
        let read: Map<String, Value> = serde_json::from_str(&edit.finish()).unwrap();
        prop_assert_eq!(read, wanted);
    }

    #[test]
    fn a_stream_reads_the_same_however_it_is_cut(
        values in prop::collection::vec(value(), 1..5), piece in 1usize..40,
    ) {
        let mut stream = Vec::new();
        for (at, one) in values.iter().enumerate() {
            write_comment(&mut stream);
            let text = serde_json::to_string_pretty(one).unwrap();
            write_event(&mut stream, Some(&at.to_string()), &text);
        }
        let mut parser = SseParser::new(1 << 20);
        let mut read = Vec::new();
        for chunk in stream.chunks(piece) {
            parser.push(chunk);
            while let Some(event) = parser.next_event().unwrap() {
                read.push(serde_json::from_slice::<Value>(&event.data).unwrap());
            }
        }
        prop_assert_eq!(read, values);
    }

    #[test]
    fn any_name_survives_its_header(name in any::<String>()) {
        let header = encode_header(&name);
        prop_assert_eq!(decode_header(&header).unwrap(), name);
    }
}
