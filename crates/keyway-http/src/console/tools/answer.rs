use keyway_core::json;
use keyway_core::rpc::{RawJson, RpcError};
use keyway_pages::console_context::{AnswerPart, ToolAnswer};

use super::page::pretty;

/// The most parts of an answer that are shown.
const PARTS: usize = 20;

/// The most bytes of a part that are shown.
const SHOWN: usize = 64 * 1024;

/// What a tool answered, for the page.
pub(super) fn of(outcome: Result<RawJson, RpcError>) -> ToolAnswer {
    match outcome {
        Ok(result) => read(result.as_str()),
        Err(error) => ToolAnswer {
            failed: true,
            parts: vec![AnswerPart {
                kind: "text",
                text: error.message,
            }],
            cut: false,
        },
    }
}

fn read(result: &str) -> ToolAnswer {
    let content = json::member(result, "content");
    let content = content.map_or("[]", |found| found.value);
    let mut items = json::items(content);
    let mut cut = false;
    let mut parts: Vec<_> = items
        .by_ref()
        .take(PARTS)
        .map(|item| part(item, &mut cut))
        .collect();
    cut |= items.next().is_some();
    if let Some(data) = json::member(result, "structuredContent") {
        parts.push(AnswerPart {
            kind: "data",
            text: shortened(pretty(data.value), &mut cut),
        });
    }
    ToolAnswer {
        failed: json::member(result, "isError").is_some_and(|found| found.value == "true"),
        parts,
        cut,
    }
}

fn part(item: &str, cut: &mut bool) -> AnswerPart {
    let text = |name: &str| {
        let found = json::member(item, name).filter(|found| found.value.starts_with('"'))?;
        Some(json::unquote(found.value).into_owned())
    };
    let kind = match text("type").as_deref() {
        Some("text") => "text",
        Some("image") => "image",
        Some("audio") => "audio",
        Some("resource" | "resource_link") => "resource",
        _ => "other",
    };
    let shown = match kind {
        "text" => text("text").unwrap_or_default(),
        "image" | "audio" => text("mimeType").unwrap_or_default(),
        _ => pretty(item),
    };
    AnswerPart {
        kind,
        text: shortened(shown, cut),
    }
}

fn shortened(mut text: String, cut: &mut bool) -> String {
    if text.len() > SHOWN {
        *cut = true;
        let mut end = SHOWN;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(result: &str) -> ToolAnswer {
        of(Ok(RawJson::parse(result.to_owned().into()).unwrap()))
    }

    #[test]
    fn text_is_shown_as_it_is_and_pictures_by_their_type() {
        let shown = answer(
            r#"{"content":[{"type":"text","text":"<b>hi</b>"},
                {"type":"image","mimeType":"image/png","data":"AAAA"},
                {"type":"odd"}],"structuredContent":{"a":1},"isError":true}"#,
        );
        let parts: Vec<_> = shown
            .parts
            .iter()
            .map(|part| (part.kind, &*part.text))
            .collect();
        assert_eq!(
            parts,
            [
                ("text", "<b>hi</b>"),
                ("image", "image/png"),
                ("other", "{\n  \"type\": \"odd\"\n}"),
                ("data", "{\n  \"a\": 1\n}")
            ]
        );
        assert!(shown.failed && !shown.cut);
    }

    #[test]
    fn what_is_too_long_or_too_much_is_cut_and_said_to_be() {
        let text = "é".repeat(SHOWN);
        let shown = answer(&format!(
            r#"{{"content":[{{"type":"text","text":"{text}"}}]}}"#
        ));
        assert!(shown.cut && shown.parts[0].text.len() <= SHOWN);
        let many = vec![r#"{"type":"text","text":"x"}"#; PARTS + 1].join(",");
        let shown = answer(&format!(r#"{{"content":[{many}]}}"#));
        assert!(shown.cut && shown.parts.len() == PARTS);
    }
}
