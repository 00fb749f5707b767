use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::kind::{Credential, Kind};
use super::merge::{Merged, merge};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::server::Server;
use crate::cli::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway client add claude-code              print what to put into .mcp.json
  keyway client add claude-code --write      merge it in; everything else in the file stays
  keyway client add cursor --user --write    the same for all projects of this user";

/// Print a client's configuration for this gateway, or merge it into the client's file
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "flags of a command line")]
pub(crate) struct Add {
    /// The client
    #[arg(value_enum)]
    client: Kind,
    /// Merge it into the client's file; the file as it was is kept beside it
    #[arg(long)]
    write: bool,
    /// The file of the user instead of the project's
    #[arg(long)]
    user: bool,
    /// The file to merge into, when it is another
    #[arg(long, value_name = "FILE", conflicts_with = "user")]
    file: Option<PathBuf>,
    /// What the gateway is called there [default: the gateway's name]
    #[arg(long)]
    name: Option<String>,
    /// Write the API key itself into the file instead of a reference to it
    #[arg(long)]
    inline_key: bool,
    /// The gateway asks for no key (it was started with --no-auth)
    #[arg(long, conflicts_with = "inline_key")]
    no_auth: bool,
    #[command(flatten)]
    server: Server,
}

pub(crate) fn run(
    invocation: &Invocation,
    command: &Add,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let address = command.server.address(invocation)?;
    let key = if command.inline_key {
        Some(command.server.key(invocation, terminal)?.ok_or_else(|| {
            Failure::usage("no_api_key", "there is no API key to write")
                .with_hint("set KEYWAY_API_KEY, or give --api-key @file:PATH")
        })?)
    } else {
        None
    };
    let credential = match &key {
        Some(key) => Credential::Inline(key.expose()),
        None if command.no_auth => Credential::None,
        None => Credential::Referred,
    };
    let name = command
        .name
        .clone()
        .unwrap_or_else(|| invocation.gateway.identity().name.clone());
    if command.write {
        write(
            invocation,
            command,
            &name,
            &address.mcp,
            credential,
            terminal,
        )?;
    } else {
        print(command.client, &name, &address.mcp, credential, terminal);
    }
    if matches!(credential, Credential::Referred) {
        terminal.note(command.client.advice());
    }
    Ok(ExitCode::SUCCESS)
}

fn print(client: Kind, name: &str, url: &str, credential: Credential<'_>, terminal: &mut Terminal) {
    let mut whole = serde_json::Map::new();
    if let Some(input) = client.input(credential) {
        whole.insert("inputs".into(), json!([input]));
    }
    let entry = json!({ name: client.entry(url, credential) });
    whole.insert(client.section().into(), entry);
    terminal.value(&whole.into());
}

fn write(
    invocation: &Invocation,
    command: &Add,
    name: &str,
    url: &str,
    credential: Credential<'_>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let path = file(invocation, command)?;
    let shown = path.display().to_string();
    let before = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(&shown, "cannot be read", &error)),
    };
    let merged = merge(
        before.as_deref().unwrap_or_default(),
        command.client,
        name,
        url,
        credential,
    )
    .map_err(|why| {
        Failure::usage("not_merged", format!("{shown}: {why}"))
            .with_hint("nothing was written; without --write the entry is printed")
    })?;
    let mut outcome = json!({ "file": shown, "changed": false });
    match merged {
        Merged::Same => tell(
            terminal,
            &outcome,
            format!("{shown}: `{name}` is there already"),
        ),
        Merged::Changed { text, replaced } => {
            let backup = match before {
                Some(_) => {
                    Some(keep(&path).map_err(|error| failed(&shown, "cannot be kept", &error))?)
                }
                None => None,
            };
            let mode = match credential {
                Credential::Inline(_) => Permissions::from_mode(0o600),
                _ => Permissions::from_mode(0o644),
            };
            replace(&path, &text, mode)
                .map_err(|error| failed(&shown, "cannot be written", &error))?;
            let verb = if replaced { "replaced" } else { "added" };
            let kept = backup.as_ref().map_or_else(String::new, |backup| {
                format!("; as it was: {}", backup.display())
            });
            if let Some(outcome) = outcome.as_object_mut() {
                outcome.insert("changed".into(), true.into());
                outcome.insert("replaced".into(), replaced.into());
                outcome.insert("backup".into(), json!(backup));
            }
            tell(
                terminal,
                &outcome,
                format!("{shown}: {verb} `{name}`{kept}"),
            );
        }
    }
    Ok(())
}

fn tell(terminal: &mut Terminal, outcome: &serde_json::Value, text: String) {
    if terminal.is_json() {
        terminal.value(outcome);
    } else {
        terminal.line(text);
    }
}

fn file(invocation: &Invocation, command: &Add) -> Result<PathBuf, Failure> {
    if let Some(file) = &command.file {
        return Ok(invocation.directory.join(file));
    }
    let home = invocation.environment.get("HOME").map(Path::new);
    command
        .client
        .file(&invocation.directory, home, command.user)
        .ok_or_else(|| {
            let message = "this client has no file of the user that we know";
            Failure::usage("no_user_file", message).with_hint("name it with --file")
        })
}

/// Copies the file to a name beside it that is not taken.
fn keep(path: &Path) -> std::io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let mut name = path.as_os_str().to_owned();
        name.push(if number == 0 {
            ".bak".to_owned()
        } else {
            format!(".bak{number}")
        });
        let backup = PathBuf::from(name);
        match fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&backup)
        {
            Ok(_) => {
                // Copying keeps the mode: a file may hold keys of other servers.
                fs::copy(path, &backup)?;
                return Ok(backup);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Writes the whole file at once, so that a reader never sees half of it. A link stays a link.
/// A new file gets the mode given, an old one keeps its own.
fn replace(path: &Path, text: &str, mode: Permissions) -> std::io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let mut name = target.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    let written = (|| {
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&fresh)?;
        let mode = fs::metadata(&target).map_or(mode, |metadata| metadata.permissions());
        file.set_permissions(mode)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, &target)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn failed(file: &str, what: &str, error: &std::io::Error) -> Failure {
    Failure::new("file", format!("{file} {what}: {}", error.kind()))
}
