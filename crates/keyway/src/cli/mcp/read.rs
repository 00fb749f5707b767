use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use keyway_client::calls::{block_text, content_bytes};
use keyway_client::mentions::resources;
use serde_json::{Value, json};

use super::calling::{Calling, print};
use super::plain;
use super::save::{Existing, Out};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway mcp read notes note://first
  keyway mcp read @notes:note://first     the same, as it is written in a chat
  keyway mcp read shots screen://1 --out screen.png

Without --out, text is printed, and of what is no text it is told what it is.";

/// Read a resource of one of your own servers
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Read {
    /// Your server, or `@SERVER:URI`
    #[arg(value_name = "SERVER")]
    server: String,
    /// The resource, by the server's own URI
    uri: Option<String>,
    /// Save it, byte for byte, in this file; `-` for standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace the file if it is there already
    #[arg(long, requires = "out")]
    force: bool,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: &Read,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let (server, uri) = named(command)?;
    let existing = if command.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    let out = command.out.as_deref();
    let out = out.map(|out| Out::of(invocation, out, existing, terminal));
    let out = out.transpose()?;
    let reading = Calling::of(&server).run(invocation, terminal, async |calls, cancel| {
        calls.read_resource(&server, &uri, cancel).await
    });
    let result: Value = Box::pin(reading).await?.read().unwrap_or_default();
    if let Some(out) = out {
        save(&result, &out, terminal)?;
        return Ok(ExitCode::SUCCESS);
    }
    if terminal.is_json() {
        terminal.value(&result);
        return Ok(ExitCode::SUCCESS);
    }
    let mut described = false;
    for content in contents(&result) {
        described |= content.get("text").is_none() && content.get("blob").is_some();
        print(&block_text(content), terminal);
    }
    if described {
        terminal.note("`--out FILE` saves what is no text");
    }
    Ok(ExitCode::SUCCESS)
}

/// Saves the one content there is.
fn save(result: &Value, out: &Out, terminal: &mut Terminal) -> Result<(), Failure> {
    let contents = contents(result);
    let [content] = contents else {
        let message = match contents.len() {
            0 => "the resource has no content; nothing was written".to_owned(),
            parts => format!("the resource has {parts} contents; nothing was written"),
        };
        return Err(Failure::new("not_one_content", message)
            .with_hint("`--json` without --out prints all that the server answers"));
    };
    let Some(bytes) = content_bytes(content) else {
        let message = "the server's content is neither text nor base64; nothing was written";
        return Err(Failure::new("content_unreadable", message));
    };
    out.write(&bytes, terminal)?;
    let Out::File { path, .. } = out else {
        return Ok(());
    };
    if terminal.is_json() {
        let media = content.get("mimeType");
        terminal.value(&json!({ "file": path, "bytes": bytes.len(), "mimeType": media }));
    } else {
        let shown = plain(&path.to_string_lossy());
        terminal.line(format!("{} bytes saved in {shown}", bytes.len()));
    }
    Ok(())
}

fn contents(result: &Value) -> &[Value] {
    let contents = result.get("contents").and_then(Value::as_array);
    contents.map(Vec::as_slice).unwrap_or_default()
}

fn named(command: &Read) -> Result<(String, String), Failure> {
    if let Some(uri) = &command.uri {
        return Ok((command.server.clone(), uri.clone()));
    }
    let mention = resources(&command.server, |_| true).into_iter().next();
    mention
        .map(|mention| (mention.server, mention.uri))
        .ok_or_else(|| {
            Failure::usage(
                "no_resource",
                "name the server and the resource: SERVER URI",
            )
            .with_hint("`keyway mcp resources` lists them")
        })
}
