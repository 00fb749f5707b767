//! The parsers of `keyway-app`. Every function takes any bytes and must not panic.

use keyway_app::audit::{Chain, Line};
use keyway_app::{SecretText, TokenKind};

/// Lines of an export: one that is taken stands as it would be written, and nothing in it is read
/// past that no hash is about.
pub fn audit_line(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut chain = Chain::part(Vec::new());
    for text in text.lines() {
        let Ok(line) = Line::parse(text) else {
            continue;
        };
        assert_eq!(line.to_text(), text);
        match line {
            Line::Event(event) => {
                if let Ok(row) = event.row() {
                    assert_eq!(row.organization.as_str(), event.organization);
                    assert_eq!(i128::from(row.at) * 1_000_000, event.at.as_nanosecond());
                    assert_eq!(hex(&row.hash), event.hash);
                    assert_eq!(hex(&row.previous), event.previous);
                    assert_eq!(row.record, event.record.get());
                    chain.event(&row);
                    assert_eq!(chain.ends(), event.seq);
                }
            }
            Line::Checkpoint(signed) => {
                if let Ok(row) = signed.row() {
                    assert_eq!(row.organization.as_str(), signed.organization);
                    assert_eq!(hex(&row.signature), signed.signature);
                    chain.checkpoint(&row);
                    assert!(!chain.broken().is_empty() && chain.signed().is_none());
                }
            }
        }
    }
}

/// API keys, tokens and their like: a text is of one kind at most, and is not shown.
pub fn secret_text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read: Vec<_> = TokenKind::ALL
        .into_iter()
        .filter_map(|kind| SecretText::parse(kind, &text).ok())
        .collect();
    assert!(read.len() < 2);
    for secret in read {
        assert_eq!(secret.secret().expose(), &*text);
        assert!(text.starts_with(secret.kind().prefix()));
        assert!(text.starts_with(secret.shown()) && secret.shown().len() < 12);
        assert!(!format!("{secret:?}").contains(secret.shown()));
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|nibble| char::from_digit(u32::from(nibble), 16))
        .collect()
}
