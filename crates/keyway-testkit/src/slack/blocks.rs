use std::collections::BTreeMap;

use serde_json::Value;

use super::server::Refusal;

/// The most characters of a section's text, and of what a button carries.
const SECTION: usize = 3_000;
const VALUE: usize = 2_000;

/// The blocks of a message, as far as an agent sends them
/// (<https://docs.slack.dev/reference/block-kit/blocks>).
pub(super) fn read(fields: &BTreeMap<String, String>) -> Result<Option<Value>, Refusal> {
    let Some(blocks) = fields.get("blocks") else {
        return Ok(None);
    };
    let blocks: Value = serde_json::from_str(blocks).map_err(|_| "invalid_blocks_format")?;
    let all = blocks.as_array().ok_or("invalid_blocks_format")?;
    if all.is_empty() || all.len() > 50 || !all.iter().all(is_block) {
        return Err("invalid_blocks".into());
    }
    Ok(Some(blocks))
}

fn is_block(block: &Value) -> bool {
    let elements = block["elements"].as_array();
    match block["type"].as_str() {
        Some("section") => is_text(&block["text"], &["mrkdwn", "plain_text"]),
        Some("context") => elements.is_some_and(|all| {
            all.iter()
                .all(|text| is_text(text, &["mrkdwn", "plain_text"]))
        }),
        Some("actions") => elements.is_some_and(|all| !all.is_empty() && all.iter().all(is_button)),
        _ => false,
    }
}

fn is_button(button: &Value) -> bool {
    let short = |name: &str, most: usize| {
        let text = button[name].as_str();
        text.is_some_and(|text| (1..=most).contains(&text.chars().count()))
    };
    button["type"] == "button"
        && is_text(&button["text"], &["plain_text"])
        && short("action_id", 255)
        && short("value", VALUE)
        && ["primary", "danger"].contains(&button["style"].as_str().unwrap_or("primary"))
}

fn is_text(text: &Value, kinds: &[&str]) -> bool {
    let said = text["text"].as_str().unwrap_or_default();
    kinds.contains(&text["type"].as_str().unwrap_or_default())
        && (1..=SECTION).contains(&said.chars().count())
}
