use keyway_client::mentions::words_so_far;

use super::HELP;
use crate::event::{Prompt, Server, World};
use crate::text::clean_line;

/// The most that is offered at once.
const MOST: usize = 50;

/// One way a word can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// What the text from `from` to the cursor becomes.
    pub(crate) text: String,
    /// What it is.
    pub(crate) about: String,
    /// Where the word begins, in bytes.
    pub(crate) from: usize,
}

/// How the text before the cursor can go on.
pub(crate) fn choices(before: &str, world: &World) -> Vec<Choice> {
    let start = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + before.get(at..).map_or(1, first_len));
    let last = before.get(start..).unwrap_or_default();
    let mut found = if let Some(resource) = last.strip_prefix('@') {
        resources(resource, start, world)
    } else if before.starts_with('/') && !before.contains('\n') {
        commands(before, world)
    } else {
        Vec::new()
    };
    found.retain(|choice| before.get(choice.from..) != Some(choice.text.trim_end()));
    found.truncate(MOST);
    found
}

/// Whether a server may know how the text before the cursor goes on: a value of a prompt's argument
/// that it declares, or a variable of its resource templates.
pub(crate) fn asks(before: &str, world: &World) -> bool {
    let completes = |server: &&Server| server.completes;
    if before.starts_with('/') {
        let (words, _, last) = words_so_far(before);
        let prompt = words.first().and_then(|head| prompt(head, world));
        return prompt.is_some_and(|(server, prompt)| {
            let key = last.split_once('=').map(|(key, _)| key);
            let declared = key.is_some_and(|key| prompt.arguments.iter().any(|one| one == key));
            server.completes && declared
        });
    }
    let last = before.rsplit(char::is_whitespace).next();
    let Some((name, uri)) = last
        .and_then(|last| last.strip_prefix('@'))
        .and_then(|named| named.split_once(':'))
    else {
        return false;
    };
    let fits = |template: &String| {
        let literal = template.split('{').next().unwrap_or_default();
        uri.trim_start_matches('"').starts_with(literal)
    };
    let mut servers = world.servers.iter().filter(completes);
    servers.any(|server| server.name == name && server.templates.iter().any(fits))
}

/// The prompt of a `/server:prompt`.
fn prompt<'a>(head: &str, world: &'a World) -> Option<(&'a Server, &'a Prompt)> {
    let (server, name) = head.strip_prefix('/')?.split_once(':')?;
    let server = world.servers.iter().find(|one| one.name == server)?;
    let prompt = server.prompts.iter().find(|one| one.name == name)?;
    Some((server, prompt))
}

/// The arguments of a prompt that are not given yet.
fn arguments(before: &str, world: &World) -> Vec<Choice> {
    let (words, from, last) = words_so_far(before);
    let Some((_, prompt)) = words.first().and_then(|head| prompt(head, world)) else {
        return Vec::new();
    };
    let given = |name: &str| {
        let mut names = words.iter().filter_map(|word| word.split_once('='));
        names.any(|(one, _)| one == name)
    };
    let left = prompt.arguments.iter();
    left.filter(|name| name.starts_with(&last) && !given(name))
        .map(|name| Choice {
            text: format!("{}=", clean_line(name)),
            about: String::new(),
            from,
        })
        .collect()
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

fn commands(before: &str, world: &World) -> Vec<Choice> {
    let choice = |from: usize, text: String, about: &str| Choice {
        text,
        about: clean_line(about),
        from,
    };
    if let Some(name) = before.strip_prefix("/mcp connect ") {
        let from = before.len() - name.len();
        let servers =
            named(&world.servers, name).map(|one| choice(from, one.name.clone(), &one.state));
        let tools = world.servers.iter().flat_map(|server| {
            let tools = server.tools.iter().filter(|tool| tool.starts_with(name));
            tools.map(|tool| choice(from, clean_line(tool), &format!("tool of {}", server.name)))
        });
        return match name {
            "" => servers.collect(),
            _ => servers.chain(tools).collect(),
        };
    }
    if let Some(name) = before.strip_prefix("/mcp tools ") {
        let from = before.len() - name.len();
        return named(&world.servers, name)
            .map(|one| {
                choice(
                    from,
                    one.name.clone(),
                    &format!("{} tools", one.tools.len()),
                )
            })
            .collect();
    }
    if let Some(name) = before.strip_prefix("/model ") {
        let from = before.len() - name.len();
        let models = world.models.iter().filter(|model| model.starts_with(name));
        return models
            .map(|model| choice(from, model.clone(), ""))
            .collect();
    }
    let mut found: Vec<_> = HELP
        .iter()
        .filter(|(usage, _)| usage.starts_with(before))
        .map(|(usage, about)| choice(0, with_blank(usage), about))
        .collect();
    if before.contains(' ') {
        found.extend(arguments(before, world));
        return found;
    }
    for server in &world.servers {
        for prompt in &server.prompts {
            let text = clean_line(&format!("/{}:{}", server.name, prompt.name));
            if text.starts_with(before) {
                found.push(choice(0, format!("{text} "), &prompt.description));
            }
        }
    }
    found
}

/// Commands that take a name go on after a blank.
fn with_blank(usage: &str) -> String {
    match usage {
        "/mcp connect" | "/mcp tools" | "/model" => format!("{usage} "),
        _ => usage.to_owned(),
    }
}

fn named<'a>(servers: &'a [Server], begin: &'a str) -> impl Iterator<Item = &'a Server> {
    servers
        .iter()
        .filter(move |one| one.name.starts_with(begin))
}

fn resources(typed: &str, from: usize, world: &World) -> Vec<Choice> {
    let with = |server: &Server| -> Vec<Choice> {
        let all = server.resources.iter().map(|(uri, title)| Choice {
            text: clean_line(&format!("@{}:{uri}", server.name)).replace(' ', "%20") + " ",
            about: clean_line(title),
            from,
        });
        all.filter(|choice| choice.text.starts_with(&format!("@{typed}")))
            .collect()
    };
    if typed.contains(':') {
        return world.servers.iter().flat_map(with).collect();
    }
    let offering = named(&world.servers, typed)
        .filter(|server| !server.resources.is_empty() || !server.templates.is_empty());
    let servers: Vec<_> = offering
        .map(|server| Choice {
            text: format!("@{}:", server.name),
            about: format!("{} resources", server.resources.len()),
            from,
        })
        .collect();
    servers
}
