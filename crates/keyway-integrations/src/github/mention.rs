//! Whether a text of Markdown mentions the agent, as its readers see it.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Whether `@slug` or `@slug[bot]` stands in a text as a word of its own. What is code, what is quoted from
/// somebody else and what nobody sees (HTML comments) mentions nobody.
pub(super) fn mentions(markdown: &str, slug: &str) -> bool {
    !slug.is_empty() && names(&words(markdown), slug)
}

/// What is said in a text: a line for each block.
fn words(markdown: &str) -> String {
    let options =
        Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut words = String::with_capacity(markdown.len());
    // How deep in what does not count.
    let (mut silent, mut code) = (0_usize, 0_usize);
    for event in Parser::new_ext(markdown, options) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::BlockQuote(_) | Tag::HtmlBlock) => silent += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::BlockQuote(_) | TagEnd::HtmlBlock) => {
                silent = silent.saturating_sub(1);
            }
            Event::InlineHtml(tag) => {
                code = tagged(&tag, code);
                words.push(' ');
            }
            Event::Text(text) if silent == 0 && code == 0 => words.push_str(&text),
            Event::Start(tag) if !is_inline(&tag) => words.push('\n'),
            Event::Code(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph) => {
                words.push('\n');
            }
            _ => {}
        }
    }
    words
}

fn is_inline(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
    )
}

/// How deep in HTML's code after one more tag.
fn tagged(tag: &str, depth: usize) -> usize {
    let tag = tag.to_ascii_lowercase();
    let is = |start: &str| {
        ["code", "pre", "kbd", "samp"].iter().any(|name| {
            let rest = tag
                .strip_prefix(start)
                .and_then(|rest| rest.strip_prefix(name));
            rest.is_some_and(|rest| rest.starts_with(['>', ' ']))
        })
    };
    if is("</") {
        depth.saturating_sub(1)
    } else if is("<") {
        depth + 1
    } else {
        depth
    }
}

fn names(words: &str, slug: &str) -> bool {
    let words = words.to_lowercase();
    let name = format!("@{}", slug.to_lowercase());
    words.match_indices(&name).any(|(at, _)| {
        let (before, rest) = (&words[..at], &words[at + name.len()..]);
        let rest = rest.strip_prefix("[bot]").unwrap_or(rest);
        begins(before) && ends(rest)
    })
}

/// Whether a word may begin behind this: an address of mail, a path and another name go on.
fn begins(before: &str) -> bool {
    let goes_on = |last: char| last.is_alphanumeric() || "_-./@+%=&".contains(last);
    !before.ends_with(goes_on)
}

/// Whether the word ends before this: a longer name, a team's and a host's go on.
fn ends(rest: &str) -> bool {
    let mut rest = rest.chars();
    match rest.next() {
        None => true,
        Some('.') => !rest.next().is_some_and(char::is_alphanumeric),
        Some(next) => !next.is_alphanumeric() && !"_-/@".contains(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_a_word_of_its_own() {
        for text in [
            "@keyway",
            "@keyway please look",
            "Hey @Keyway, look",
            "look (@keyway)",
            "@keyway[bot] look",
            "**@keyway** look",
            "- @keyway: look",
            "thanks @keyway.",
            "@keyway's turn",
            "look\n@keyway",
            "# @keyway",
            "~~x~~ @keyway",
            "| a |\n|---|\n| @keyway |",
            "[@keyway](https://x.example)",
            "über @keyway",
            "`code` @keyway",
            "> said before\n\n@keyway yes",
            "<b>@keyway</b>",
            "@keyway?",
            "@keyway!",
        ] {
            assert!(mentions(text, "keyway"), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_mention_is_none() {
        for text in [
            "",
            "keyway",
            "@ keyway",
            "ada@keyway.example",
            "ada@keyway",
            "@keyways",
            "@keyway-dev",
            "@keyway_",
            "x@keyway",
            "@keyway/core",
            "@keyway.example",
            "https://x.example/@keyway",
            "@@keyway",
            "ü@keyway",
            "@keywayü",
            "`@keyway`",
            "``a @keyway``",
            "```\n@keyway\n```",
            "~~~rust\n@keyway\n~~~",
            "    @keyway",
            "> @keyway look",
            "<!-- @keyway -->",
            "text <!-- @keyway --> text",
            "<code>@keyway</code>",
            "<pre>\n@keyway\n</pre>",
            "@keyway[bot]x",
            "a_b+@keyway",
        ] {
            assert!(!mentions(text, "keyway"), "{text}");
        }
        assert!(!mentions("@", ""));
        assert!(!mentions("@key.way", "keyxway"));
    }

    #[test]
    fn a_name_with_a_dash_is_another_one_than_its_beginning() {
        assert!(mentions("@acme-agent", "acme-agent"));
        assert!(!mentions("@acme-agent", "acme"));
        assert!(!mentions("@acme-agent", "agent"));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_written_is_read_without_a_fault(text in ".*", slug in "[a-zA-Z0-9-]{1,39}") {
            let _ = mentions(&text, &slug);
            let _ = mentions(&format!("{text}@{slug}{text}"), &slug);
        }
    }
}
