use super::*;

fn events(stream: &[u8], piece: usize) -> Vec<SseEvent> {
    let mut parser = SseParser::new(1000);
    let mut found = Vec::new();
    for chunk in stream.chunks(piece) {
        parser.push(chunk);
        while let Some(event) = parser.next_event().unwrap() {
            found.push(event);
        }
    }
    found
}

fn event(data: &str) -> SseEvent {
    SseEvent {
        data: Bytes::copy_from_slice(data.as_bytes()),
        ..SseEvent::default()
    }
}

#[test]
fn reads_events_however_they_are_cut() {
    let stream = "\u{feff}: hello\n\ndata: {\"a\":1}\n\nid: 7\nevent: message\ndata:x\r\ndata:  y\r\n\r\n\
         retry: 250\r\rid: 8\ndata:\n\nevent: lonely\n\nunknown: 1\ndata: last\n\ndata: cut off\n";
    let wanted = [
        event("{\"a\":1}"),
        SseEvent {
            id: Some("7".into()),
            event: Some("message".into()),
            ..event("x\n y")
        },
        SseEvent {
            retry: Some(Duration::from_millis(250)),
            ..event("")
        },
        SseEvent {
            id: Some("8".into()),
            ..event("")
        },
        SseEvent {
            event: Some("lonely".into()),
            ..event("last")
        },
    ];
    for piece in [1, 2, 3, 7, 1000] {
        assert_eq!(
            events(stream.as_bytes(), piece),
            wanted,
            "pieces of {piece}"
        );
    }
}

#[test]
fn what_is_written_is_read() {
    let mut stream = Vec::new();
    write_comment(&mut stream);
    write_event(&mut stream, Some("3-1"), "{\"a\":\n1,\r\n\"b\":\r2}");
    write_event(&mut stream, None, "");
    let read = events(&stream, 5);
    assert_eq!(
        read,
        [
            SseEvent {
                id: Some("3-1".into()),
                ..event("{\"a\":\n1,\n\"b\":\n2}")
            },
            event(""),
        ]
    );
}

#[test]
fn refuses_events_that_are_too_large() {
    let mut endless_line = SseParser::new(1000);
    endless_line.push(&[b'x'; 1001]);
    assert_eq!(endless_line.next_event(), Err(TooLarge));

    let mut endless_event = SseParser::new(1000);
    let refused = (0..100).any(|_| {
        endless_event.push(b"data: 0123456789012345678901234567890123456789\n");
        endless_event.next_event().is_err()
    });
    assert!(refused);
}
