use std::ops::Range;

use crate::text::is_hidden;

/// A resource that a text names: `@server:uri`, or `@server:"uri with spaces"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceMention {
    /// The server.
    pub server: String,
    /// The server's own URI.
    pub uri: String,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
}

/// A prompt to be run: `/server:prompt`, and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptMention {
    /// The server.
    pub server: String,
    /// The prompt, by the server's own name.
    pub name: String,
    /// Arguments: `key=value` with their name, others in the order of the prompt's own.
    pub arguments: Vec<(Option<String>, String)>,
}

/// The resources a text names, of servers that `is_server` knows. Anything else with an `@` is
/// text.
pub fn resources(text: &str, is_server: impl Fn(&str) -> bool) -> Vec<ResourceMention> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('@')) {
        let start = from + at;
        from = start + 1;
        let before = text.get(..start).and_then(|before| before.chars().last());
        if before.is_some_and(|before| !before.is_whitespace() && !"([{\"'".contains(before)) {
            continue;
        }
        let Some((server, rest)) = text.get(from..).and_then(|rest| rest.split_once(':')) else {
            break;
        };
        if !is_server(server) {
            continue;
        }
        let uri_start = from + server.len() + 1;
        let (uri, end) = if let Some(quoted) = rest.strip_prefix('"') {
            let Some((uri, _)) = quoted.split_once('"') else {
                continue;
            };
            (uri, uri_start + uri.len() + 2)
        } else {
            let word = rest.split(char::is_whitespace).next().unwrap_or_default();
            let uri = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'']);
            (uri, uri_start + uri.len())
        };
        if uri.is_empty() {
            continue;
        }
        found.push(ResourceMention {
            server: server.to_owned(),
            uri: uri.to_owned(),
            range: start..end,
        });
        from = end;
    }
    found
}

/// The prompt a line wants run, if it begins with `/server:prompt`. A slash command has no colon.
pub fn prompt(line: &str) -> Option<PromptMention> {
    let rest = line.trim().strip_prefix('/')?;
    let (head, arguments) = match rest.split_once(char::is_whitespace) {
        Some((head, arguments)) => (head, arguments),
        None => (rest, ""),
    };
    let (server, name) = head.split_once(':')?;
    if server.is_empty() || name.is_empty() {
        return None;
    }
    Some(PromptMention {
        server: server.to_owned(),
        name: name.to_owned(),
        arguments: words(arguments).iter().map(|word| argument(word)).collect(),
    })
}

/// An argument of a prompt: `key=value`, or a value alone.
pub fn argument(word: &str) -> (Option<String>, String) {
    match word.split_once('=') {
        Some((name, value)) if is_name(name) => (Some(name.to_owned()), value.to_owned()),
        _ => (None, word.to_owned()),
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

/// Words as a shell splits them: single and double quotes keep spaces, a backslash keeps the
/// character after it.
fn words(text: &str) -> Vec<String> {
    split(text).into_iter().map(|(_, word)| word).collect()
}

/// The words of a prompt's line so far: those that are written, and the one at its end, with the
/// byte at which it begins. The last one is empty after a blank.
pub fn words_so_far(line: &str) -> (Vec<String>, usize, String) {
    let mut words = split(line);
    // One more letter belongs to the last word, or is a word of its own.
    let open = split(&format!("{line}x")).len() == words.len();
    let (start, last) = if open {
        words.pop().unwrap_or_default()
    } else {
        (line.len(), String::new())
    };
    let words = words.into_iter().map(|(_, word)| word).collect();
    (words, start, last)
}

/// A value as one word of a prompt's line. `None` for what cannot stand on a line, or is not seen
/// there.
pub fn as_word(value: &str) -> Option<String> {
    if value.is_empty() || value.chars().any(is_hidden) {
        return None;
    }
    let special = |character: char| character.is_whitespace() || "\"'\\".contains(character);
    if !value.contains(special) {
        return Some(value.to_owned());
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    Some(format!("\"{escaped}\""))
}

/// The words, each with the byte it begins at.
fn split(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut word: Option<(usize, String)> = None;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let mut grow = |more: Option<char>| {
            let (_, word) = word.get_or_insert_with(|| (at, String::new()));
            word.extend(more);
        };
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '"' | '\'') => {
                quote = Some(character);
                grow(None);
            }
            (None | Some('"'), '\\') => {
                let kept = characters.next().map_or('\\', |(_, kept)| kept);
                grow(Some(kept));
            }
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            (_, plain) => grow(Some(plain)),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uris(text: &str) -> Vec<(String, String)> {
        let known = |server: &str| matches!(server, "files" | "my.notes");
        resources(text, known)
            .into_iter()
            .map(|found| (found.server, found.uri))
            .collect()
    }

    #[test]
    fn resources_are_found_in_text() {
        let own = |server: &str, uri: &str| (server.to_owned(), uri.to_owned());
        assert_eq!(
            uris("read @files:file:///a.txt, then (@my.notes:note://1)."),
            [own("files", "file:///a.txt"), own("my.notes", "note://1")]
        );
        assert_eq!(
            uris("@files:\"file:///a b.txt\" x"),
            [own("files", "file:///a b.txt")]
        );
        assert!(uris("ada@files:x @unknown:x @files: @files @ @files:\"open").is_empty());
        let text = "see @files:x://y!";
        let found = resources(text, |_| true);
        assert_eq!(text.get(found[0].range.clone()), Some("@files:x://y"));
    }

    #[test]
    fn prompts_and_their_arguments() {
        let read = prompt(r#"/git:review  style="very short" main a=b=c"#).unwrap();
        assert_eq!(
            (read.server.as_str(), read.name.as_str()),
            ("git", "review")
        );
        let own = |name: Option<&str>, value: &str| (name.map(str::to_owned), value.to_owned());
        assert_eq!(
            read.arguments,
            [
                own(Some("style"), "very short"),
                own(None, "main"),
                own(Some("a"), "b=c")
            ]
        );
        for none in [
            "/mcp status",
            "git:review",
            "/",
            "/:x",
            "/x:",
            "hello /git:review",
        ] {
            assert_eq!(prompt(none), None, "{none}");
        }
    }

    #[test]
    fn words_keep_what_is_quoted() {
        assert_eq!(
            words(r#"a "b c" 'd "e' f\ g "" "#),
            ["a", "b c", "d \"e", "f g", ""]
        );
        assert_eq!(words(""), Vec::<String>::new());
        assert_eq!(words(r#""open"#), ["open"]);
    }

    #[test]
    fn the_word_at_the_end_is_told_apart() {
        for (line, before, start, last) in [
            ("", 0, 0, ""),
            ("/git:review", 0, 0, "/git:review"),
            ("/git:review ", 1, 12, ""),
            (r#"/git:review a="b c" é=d"#, 2, 20, "é=d"),
            (r#"/git:review style="very s"#, 1, 12, "style=very s"),
            (r"/git:review a\", 1, 12, r"a\"),
        ] {
            let (words, at, word) = words_so_far(line);
            assert_eq!(
                (words.len(), at, word.as_str()),
                (before, start, last),
                "{line}"
            );
        }
    }

    #[test]
    fn a_value_is_one_word_again() {
        for value in ["main", "very short", "a\"b\\c'd", "é=x", " "] {
            let written = as_word(value).unwrap();
            assert_eq!(words(&written), [value], "{written}");
        }
        for unseen in ["", "a\nb", "a\u{1b}[2J", "a\u{200b}"] {
            assert_eq!(as_word(unseen), None);
        }
    }
}
