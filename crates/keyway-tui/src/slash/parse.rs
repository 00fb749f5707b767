use crate::text::clean_line;

/// Every command: how it is written, and what it does.
pub const HELP: &[(&str, &str)] = &[
    ("/mcp status", "servers and the state of each"),
    (
        "/mcp connect",
        "connect or sign in to a server, by its name or a tool's",
    ),
    ("/mcp tools", "tools of all servers or of one"),
    ("/approvals", "answers that are remembered"),
    ("/model", "the model, or change it: /model vendor/model"),
    ("/sessions", "earlier sessions"),
    ("/help", "commands and keys"),
    ("/quit", "end"),
];

/// What a person may ask of the chat itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `/mcp status`
    McpStatus,
    /// `/mcp connect NAME`
    McpConnect(String),
    /// `/mcp tools [NAME]`
    McpTools(Option<String>),
    /// `/approvals`
    Approvals,
    /// `/model [vendor/model]`
    Model(Option<String>),
    /// `/sessions`
    Sessions,
    /// `/help`
    Help,
    /// `/quit`
    Quit,
    /// `/server:prompt arguments`
    Prompt {
        /// The server.
        server: String,
        /// The prompt, by the server's own name.
        prompt: String,
        /// What follows.
        arguments: String,
    },
}

/// A line the person entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// For the model.
    Message(String),
    /// For the chat.
    Command(Command),
    /// Meant for the chat, but no command: what to write instead.
    Wrong(String),
}

/// What a line means. A first word with another slash in it is a path, not a command.
pub fn parse(line: &str) -> Line {
    let line = line.trim();
    let (word, rest) = match line.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (line, ""),
    };
    let Some(name) = word.strip_prefix('/') else {
        return Line::Message(line.to_owned());
    };
    if name.contains('/') {
        return Line::Message(line.to_owned());
    }
    if let Some((server, prompt)) = name.split_once(':') {
        return prompt_line(server, prompt, rest);
    }
    let optional = || (!rest.is_empty()).then(|| rest.to_owned());
    let command = match name {
        "mcp" => return mcp(rest),
        "model" => Command::Model(optional()),
        "approvals" | "sessions" | "help" | "quit" | "exit" if !rest.is_empty() => {
            return Line::Wrong(format!("/{name} takes nothing after it"));
        }
        "approvals" => Command::Approvals,
        "sessions" => Command::Sessions,
        "help" => Command::Help,
        "quit" | "exit" => Command::Quit,
        _ => return Line::Wrong(unknown(name)),
    };
    Line::Command(command)
}

fn mcp(rest: &str) -> Line {
    let (word, name) = match rest.split_once(char::is_whitespace) {
        Some((word, name)) => (word, name.trim()),
        None => (rest, ""),
    };
    let several = name.contains(char::is_whitespace);
    match word {
        "status" if name.is_empty() => Line::Command(Command::McpStatus),
        "connect" if !name.is_empty() && !several => {
            Line::Command(Command::McpConnect(name.to_owned()))
        }
        "connect" => Line::Wrong("name one server: /mcp connect NAME".to_owned()),
        "tools" if !several => {
            let name = (!name.is_empty()).then(|| name.to_owned());
            Line::Command(Command::McpTools(name))
        }
        _ => {
            let known = ["status", "connect", "tools"];
            let text = match nearest(word, known.into_iter()) {
                Some(meant) => format!("did you mean /mcp {meant}?"),
                None => "there are /mcp status, /mcp connect NAME and /mcp tools [NAME]".to_owned(),
            };
            Line::Wrong(text)
        }
    }
}

fn prompt_line(server: &str, prompt: &str, rest: &str) -> Line {
    if server.is_empty() || prompt.is_empty() {
        return Line::Wrong("write /server:prompt, as /help shows".to_owned());
    }
    Line::Command(Command::Prompt {
        server: server.to_owned(),
        prompt: prompt.to_owned(),
        arguments: rest.to_owned(),
    })
}

fn unknown(name: &str) -> String {
    let known = HELP.iter().filter_map(|(usage, _)| {
        let usage = usage.strip_prefix('/')?;
        usage.split_whitespace().next()
    });
    // `/status` is what people type first.
    let below_mcp = ["status", "connect", "tools"];
    if below_mcp.contains(&name) {
        return format!("did you mean /mcp {name}?");
    }
    match nearest(name, known) {
        Some(meant) => format!("there is no such command; did you mean /{meant}?"),
        None => "there is no such command: /help lists them".to_owned(),
    }
}

fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .filter(|(distance, name)| *distance <= name.len() / 2)
        .min()
        .map(|(_, name)| name)
}

/// The arguments of a prompt from what follows its name: `name=value` pairs, values in double
/// quotes where they have blanks, or plain text for a prompt with one argument.
///
/// # Errors
/// What to write instead.
pub fn prompt_arguments(text: &str, names: &[String]) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let pair = rest
            .split_once('=')
            .filter(|(name, _)| names.iter().any(|known| known == name));
        let Some((name, after)) = pair else {
            if let ([only], true) = (names, pairs.is_empty()) {
                return Ok(vec![(only.clone(), rest.to_owned())]);
            }
            return Err(usage(names));
        };
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted
                .split_once('"')
                .ok_or_else(|| format!("the value of {} has no closing quote", clean_line(name)))?,
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        pairs.push((name.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    Ok(pairs)
}

fn usage(names: &[String]) -> String {
    if names.is_empty() {
        return "this prompt takes no arguments".to_owned();
    }
    let names: Vec<_> = names
        .iter()
        .map(|name| format!("{}=…", clean_line(name)))
        .collect();
    format!("write the arguments as {}", names.join(" "))
}
