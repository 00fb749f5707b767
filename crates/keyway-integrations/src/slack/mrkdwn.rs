//! Markdown, as models write it, in Slack's markup
//! (<https://docs.slack.dev/messaging/formatting-message-text>).

mod inline;
#[cfg(test)]
mod tests;

use self::inline::Inline;

/// The most characters of a message (`msg_too_long`).
pub(super) const LONGEST: usize = 40_000;
/// What is said where a text was cut.
const CUT: &str = "\n_(cut: it is longer than Slack takes)_";
/// What a block of code begins and ends with.
const FENCE: &str = "```";

/// Whether a text may address everybody in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Broadcasts {
    /// `@channel` and the like reach everybody.
    Allowed,
    /// They are plain words.
    Neutral,
}

/// A text in Slack's markup, at most as long as Slack takes, with something behind it that is never cut.
pub(super) fn message(markdown: &str, broadcasts: Broadcasts, tail: &str) -> String {
    let mut text = convert(markdown, broadcasts);
    if text.chars().count() + tail.chars().count() > LONGEST {
        cut(
            &mut text,
            LONGEST - CUT.len() - FENCE.len() - 1 - tail.chars().count().min(LONGEST / 2),
        );
        text.push_str(CUT);
    }
    text.push_str(tail);
    text
}

/// A link, as Slack writes one.
pub(super) fn link(url: &str, label: &str) -> String {
    let mut link = String::new();
    inline::link(url, label, &mut link);
    link
}

/// A text that is no markup.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    inline::escape(text, &mut escaped);
    escaped
}

fn convert(markdown: &str, broadcasts: Broadcasts) -> String {
    let mut converted = String::with_capacity(markdown.len() + markdown.len() / 8);
    let mut code = false;
    for (number, line) in markdown.lines().enumerate() {
        if number > 0 {
            converted.push('\n');
        }
        if line.trim_start().starts_with(FENCE) {
            // Slack would show the language as the first line of the code.
            let whole = line.trim_start().trim_start_matches('`');
            code = !code;
            converted.push_str(FENCE);
            if let Some((inside, _)) = whole.split_once(FENCE) {
                inline::escape(inside, &mut converted);
                converted.push_str(FENCE);
                code = false;
            }
        } else if code {
            inline::escape(line, &mut converted);
        } else {
            block(line, broadcasts, &mut converted);
        }
    }
    if code {
        converted.extend(["\n", FENCE]);
    }
    converted
}

/// A line outside code.
fn block(line: &str, broadcasts: Broadcasts, out: &mut String) {
    let text = line.trim_start();
    let indent = line.get(..line.len() - text.len()).unwrap_or_default();
    let inline = |text| Inline::new(text, broadcasts);
    let level = text.bytes().take_while(|byte| *byte == b'#').count();
    if let Some(title) = text.get(level..).and_then(|rest| rest.strip_prefix(' '))
        && (1..=6).contains(&level)
    {
        // What is bold already cannot be made so again.
        let title = title
            .trim()
            .trim_end_matches('#')
            .trim_end()
            .replace("**", "");
        out.push('*');
        inline(&title).write(out);
        out.push('*');
    } else if let Some(quoted) = text.strip_prefix('>') {
        out.push('>');
        inline(quoted).write(out);
    } else {
        let point = ["- ", "* ", "+ "];
        let point = point.into_iter().find_map(|point| text.strip_prefix(point));
        out.push_str(indent);
        if let Some(item) = point {
            out.push_str("• ");
            inline(item).write(out);
        } else {
            inline(text).write(out);
        }
    }
}

/// Cuts a text in Slack's markup after so many characters or a little earlier: never inside something that
/// was escaped, never inside a link, and never with code left open.
fn cut(text: &mut String, characters: usize) {
    let Some((end, _)) = text.char_indices().nth(characters) else {
        return;
    };
    text.truncate(end);
    for (opens, closes) in [('<', '>'), ('&', ';')] {
        let Some(open) = text.rfind(opens) else {
            continue;
        };
        let closed = text.get(open..).is_some_and(|rest| rest.contains(closes));
        // A lone one is a word of somebody else and far from the end.
        if !closed && text.len() - open < 4_096 {
            text.truncate(open);
        }
    }
    if text.matches(FENCE).count() % 2 == 1 {
        let half = text.trim_end_matches('`').len();
        text.truncate(half);
        let closing = if text.matches(FENCE).count() % 2 == 1 {
            "\n```"
        } else {
            ""
        };
        text.push_str(closing);
    }
}
