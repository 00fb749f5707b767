use serde_json::json;

use super::pair;
use crate::cli::invocation::Invocation;
use crate::cli::mcp::plain;
use crate::cli::terminal::Terminal;
use crate::config::{ClientFile, Environment, read_client};
use crate::local::{Document, Home, Plan, Planned, Preview, Project};

/// Shows what a project's file would do.
pub(super) fn show(
    invocation: &Invocation,
    home: &Home,
    project: &Project,
    document: &Document,
    preview: &Preview,
    known: bool,
    terminal: &mut Terminal,
) {
    let own = own_names(&invocation.environment, home);
    if terminal.is_json() {
        let mut told = pair(project.file(), document.digest.as_str());
        if let Some(told) = told.as_object_mut() {
            told.insert("trusted".into(), known.into());
            told.insert("servers".into(), json!(preview.servers));
            let names = preview.servers.iter().map(|server| &server.name);
            let hides: Vec<_> = names.filter(|name| own.contains(name)).collect();
            told.insert("insteadOfYourOwn".into(), json!(hides));
        }
        terminal.value(&told);
        return;
    }
    terminal.line(plain(&project.file().to_string_lossy()));
    terminal.line(format!("SHA-256 {}", document.digest));
    for server in &preview.servers {
        terminal.line("");
        for line in lines(server, &invocation.environment) {
            terminal.line(line);
        }
        if own.contains(&server.name) {
            terminal.line(format!(
                "  instead of your own server `{}`, whose tokens and keys it does not get",
                server.name
            ));
        }
    }
    if preview.servers.is_empty() {
        terminal.line("It names no servers.");
    }
    terminal.line("");
    let programs = |server: &&Planned| matches!(server.plan, Plan::Run { .. });
    if preview.servers.iter().any(|server| programs(&server)) {
        terminal.line(
            "Programs run as you and inherit your environment, without KEYWAY_… variables and those \
             your own servers take secrets from.",
        );
    }
    if known {
        terminal.line("This content is trusted.");
    }
}

fn lines(server: &Planned, environment: &Environment) -> Vec<String> {
    let mut lines = vec![server.name.clone()];
    let mut add = |label: &str, text: &str| lines.push(format!("  {label:<9} {text}"));
    match &server.plan {
        Plan::Run {
            command,
            args,
            cwd,
            env,
        } => {
            add("runs", command);
            for argument in args {
                add("argument", argument);
            }
            add("in", cwd.as_deref().unwrap_or("the project"));
            for variable in env {
                add("sets", variable);
            }
        }
        Plan::Connect { url, headers, auth } => {
            add("connects", url);
            add("auth", auth);
            for header in headers {
                add("header", header);
            }
        }
        Plan::Nothing => add("nothing", "neither `command` nor `url`"),
    }
    for read in &server.reads {
        let state = match environment.get(&read.variable) {
            Some(_) => "its value goes to",
            None => "it is not set; its value would go to",
        };
        add("reads", &format!("${}: {state} {}", read.variable, read.to));
    }
    lines
}

/// The names of the person's own servers.
fn own_names(environment: &Environment, home: &Home) -> Vec<String> {
    let path = home.user_file();
    let Ok(Some(document)) = Document::read(&path) else {
        return Vec::new();
    };
    let file = ClientFile {
        path: &path,
        base: home.dir(),
        foreign: false,
    };
    let read = read_client(environment, &file, &document.text);
    read.servers.into_iter().map(|server| server.name).collect()
}
