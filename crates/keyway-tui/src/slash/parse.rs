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

/// What a line means. A first word with another slash in it is a path, not a command; one with a
/// colon runs a prompt of a server, which is a message like any other.
pub fn parse(line: &str) -> Line {
    let line = line.trim();
    let (word, rest) = match line.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (line, ""),
    };
    let Some(name) = word.strip_prefix('/') else {
        return Line::Message(line.to_owned());
    };
    if name.contains('/') || keyway_client::mentions::prompt(line).is_some() {
        return Line::Message(line.to_owned());
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
