use std::ops::Range;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::parse::{argument, as_word, words_so_far};
use crate::calls::{Calls, ListKind, Listed, Reference};
use crate::text::is_hidden;

/// The most suggestions.
const MOST: usize = 50;

/// The most characters of a suggestion.
const LONGEST: usize = 500;

/// Something that can stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it takes the place of, in bytes of the text.
    pub range: Range<usize>,
    /// What is put there.
    pub text: String,
    /// What it is, on one line.
    pub about: Option<String>,
}

/// What can stand at the cursor: `/server:prompt` and its arguments, `@server:` and its resources.
/// Servers are asked for values where they know some; cancel what is not wanted any more.
pub async fn suggest(
    calls: &Calls,
    text: &str,
    cursor: usize,
    cancel: &CancellationToken,
) -> Vec<Suggestion> {
    let Some(before) = text.get(..cursor) else {
        return Vec::new();
    };
    let mut start = before
        .char_indices()
        .rev()
        .find(|(_, character)| character.is_whitespace())
        .map_or(0, |(at, space)| at + space.len_utf8());
    let word = before.get(start..).unwrap_or_default();
    let mut found = if start == 0 && word.starts_with('/') {
        prompts(calls, word)
    } else if before.starts_with('/') {
        let (words, at, word) = words_so_far(before);
        start = at;
        prompt_arguments(calls, &words, &word, cancel).await
    } else if let Some(named) = word.strip_prefix('@') {
        match named.split_once(':') {
            Some((server, uri)) => uris(calls, server, uri, cancel).await,
            None => servers(calls, named),
        }
    } else {
        Vec::new()
    };
    let range = start..cursor;
    found.retain(|(text, _)| text.chars().count() <= LONGEST);
    found.truncate(MOST);
    let suggestion = |(text, about)| Suggestion {
        range: range.clone(),
        text,
        about,
    };
    found.into_iter().map(suggestion).collect()
}

type Found = Vec<(String, Option<String>)>;

fn prompts(calls: &Calls, typed: &str) -> Found {
    let prompts = calls.list(ListKind::Prompts, None);
    let of = |prompt: &Listed| (format!("/{}:{}", prompt.server, prompt.key), about(prompt));
    let all = prompts.iter().map(of);
    all.filter(|(text, _)| text.starts_with(typed)).collect()
}

async fn prompt_arguments(
    calls: &Calls,
    words: &[String],
    word: &str,
    cancel: &CancellationToken,
) -> Found {
    let Some((head, words)) = words.split_first() else {
        return Vec::new();
    };
    let named = head.strip_prefix('/').and_then(|head| head.split_once(':'));
    let Some((server, name)) = named else {
        return Vec::new();
    };
    let prompts = calls.list(ListKind::Prompts, Some(server));
    let Some(prompt) = prompts.iter().find(|one| one.key == name) else {
        return Vec::new();
    };
    let given: Vec<(String, String)> = words
        .iter()
        .filter_map(|given| {
            let (name, value) = argument(given);
            Some((name?, value))
        })
        .collect();
    if let Some((key, value)) = word.split_once('=') {
        let reference = Reference::Prompt(name.to_owned());
        let values = calls
            .complete(server, &reference, key, value, &given, cancel)
            .await;
        let words = values.iter().filter_map(|value| as_word(value));
        return words
            .map(|value| (format!("{key}={value}"), None))
            .collect();
    }
    let declared = prompt.definition.get("arguments").and_then(Value::as_array);
    declared
        .into_iter()
        .flatten()
        .filter_map(|one| {
            let key = one.get("name")?.as_str()?;
            let about = one.get("description").and_then(Value::as_str);
            Some((key, about.map(|about| crate::text::line(about, 200))))
        })
        .filter(|(key, _)| key.starts_with(word) && given.iter().all(|(one, _)| one != key))
        .map(|(key, about)| (format!("{key}="), about))
        .collect()
}

fn servers(calls: &Calls, typed: &str) -> Found {
    let has = |name: &str| {
        !calls.list(ListKind::Resources, Some(name)).is_empty()
            || !calls.list(ListKind::Templates, Some(name)).is_empty()
    };
    let names = calls.server_names();
    let fitting = names
        .iter()
        .filter(|name| name.starts_with(typed) && has(name));
    fitting.map(|name| (format!("@{name}:"), None)).collect()
}

async fn uris(calls: &Calls, server: &str, typed: &str, cancel: &CancellationToken) -> Found {
    let typed = typed.trim_start_matches('"');
    let mention = |uri: &str| Some(format!("@{server}:{}", as_uri(uri)?));
    let resources = calls.list(ListKind::Resources, Some(server));
    let mut found: Found = resources
        .iter()
        .filter(|one| one.key.starts_with(typed) || (!typed.is_empty() && one.key.contains(typed)))
        .filter_map(|one| Some((mention(&one.key)?, about(one))))
        .collect();
    for template in calls.list(ListKind::Templates, Some(server)) {
        let Some((before, variable, value)) = open_variable(&template.key, typed) else {
            continue;
        };
        let reference = Reference::Template(template.key.clone());
        let values = calls
            .complete(server, &reference, &variable, &value, &[], cancel)
            .await;
        for value in values {
            let uri = mention(&format!("{before}{value}"));
            found.extend(uri.map(|uri| (uri, about(&template))));
        }
    }
    found
}

/// The variable of a template that the typed text is in: what stands before it, its name, and
/// what was typed of it.
fn open_variable(template: &str, typed: &str) -> Option<(String, String, String)> {
    let (mut template, mut rest) = (template, typed);
    let mut before = String::new();
    loop {
        let (literal, after) = template.split_once('{')?;
        let (variable, after) = after.split_once('}')?;
        rest = rest.strip_prefix(literal)?;
        before.push_str(literal);
        let next = after.split('{').next().unwrap_or_default();
        let Some(end) = rest.find(next).filter(|_| !next.is_empty()) else {
            let name = variable.trim_start_matches(['+', '#', '/', '.', '?', '&']);
            let name = name.split([',', '*', ':']).next().unwrap_or_default();
            return Some((before, name.to_owned(), rest.to_owned()));
        };
        before.push_str(rest.get(..end)?);
        rest = rest.get(end..)?;
        template = after;
    }
}

fn about(one: &Listed) -> Option<String> {
    one.text("title")
        .or_else(|| one.text("description"))
        .or_else(|| one.text("name"))
}

/// A URI as a mention has it. `None` for what it cannot have, or is not seen there.
fn as_uri(uri: &str) -> Option<String> {
    if uri.contains('"') || uri.chars().any(is_hidden) {
        return None;
    }
    // What ends a sentence would not be taken along.
    let ends = uri.ends_with(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
    Some(if ends || uri.contains(char::is_whitespace) {
        format!("\"{uri}\"")
    } else {
        uri.to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_variable_of_a_template() {
        let own = |before: &str, name: &str, value: &str| {
            Some((before.to_owned(), name.to_owned(), value.to_owned()))
        };
        assert_eq!(
            open_variable("test://items/{id}", "test://items/4"),
            own("test://items/", "id", "4")
        );
        assert_eq!(
            open_variable("r://{owner}/{+name}/x", "r://ada/rep"),
            own("r://ada/", "name", "rep")
        );
        assert_eq!(open_variable("test://items/{id}", "other://"), None);
        assert_eq!(open_variable("plain://", "plain://"), None);
    }
}
