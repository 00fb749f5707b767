use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use keyway_app::Surface;
use keyway_app::credentials::CredentialChoice;
use keyway_app::jobs::Queueing;
use keyway_core::action::{Entry, Expose};
use keyway_core::ports::NoCaller;
use keyway_core::rpc::RawJson;
use keyway_core::{Action, Error};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::flags::properties;
use super::input::{self, command_line};
use super::print::print;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::jobs;
use crate::cli::local::Local;
use crate::cli::people::nothing_here;
use crate::cli::terminal::Terminal;
use crate::config::suggest;

const EXAMPLES: &str = "\
Examples:
  keyway call                                    list the actions
  keyway call status                             call one
  keyway call user:view --user-id 7              its input by flags
  keyway call user:view --input '{\"userId\": 7}'  its input as JSON
  keyway call --background report:make           run it in the background
  keyway call user:view --help                   what it takes";

/// Call an action of this gateway, here and now
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Call {
    #[command(flatten)]
    choice: Choice,
    /// Queue it for a running gateway, and answer the job: `keyway jobs` shows how far it is
    #[arg(long)]
    background: bool,
    /// The action's slug, and its input: flags made from its schema, or --input. Without a slug the
    /// actions are listed
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "SLUG [INPUT]"
    )]
    words: Vec<OsString>,
}

/// Which credentials it uses, beyond what would be found anyway.
#[derive(Debug, Clone, Args)]
pub(crate) struct Choice {
    /// The project the call is for: its credentials come before the organization's
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
    /// An instance to use, by name or id; once for each credential. Stands before the action's slug
    #[arg(long = "credential", value_name = "KEY=NAME", value_parser = chosen)]
    credentials: Vec<(String, String)>,
}

fn chosen(text: &str) -> Result<(String, String), String> {
    let pair = text
        .split_once('=')
        .filter(|(key, name)| !key.is_empty() && !name.is_empty());
    let (key, name) = pair.ok_or("expected <key>=<name or id>, as in acme=sandbox")?;
    Ok((key.to_owned(), name.to_owned()))
}

const HIDDEN: &str = "the action is not exposed on the command line: its author says \
    `.expose(Expose::CLI)`, or the project `expose.default: [cli]`";

/// Runs it: exit code 2 for an input that is not valid, 1 for an action that failed.
pub(crate) async fn run(
    mut invocation: Invocation,
    command: Call,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let choice = CredentialChoice {
        project: command.choice.project,
        instances: command.choice.credentials,
    };
    let mut words = command.words.into_iter();
    let Some(slug) = words.next() else {
        let local = opened(&invocation).await?;
        list(&local, terminal);
        local.close().await;
        return Ok(ExitCode::SUCCESS);
    };
    let slug = slug.to_string_lossy();
    let input: Vec<_> = words.collect();
    own_options(&mut invocation, &input, terminal);
    // An action of the gateway's author is known before anything is opened: its help costs nothing.
    let declared = invocation.gateway.actions().iter();
    let declared = declared
        .clone()
        .find(|action| action.slug() == slug)
        .cloned();
    let (action, local) = if let Some(action) = declared {
        (action, None)
    } else {
        let local = opened(&invocation).await?;
        (find(&local, &slug)?, Some(local))
    };
    let program = invocation.gateway.identity().name.clone();
    let line = command_line(&program, &action, &properties(action.input_schema()));
    let arguments = std::iter::once(OsString::from(&program)).chain(input);
    let matches = match line.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return Ok(terminal.usage(&error)),
    };
    let input = input::build(&invocation, &action, &matches)?;
    // A job is for a gateway: where there was none yet, nobody would ever find it.
    let config = invocation.configuration()?.config;
    if command.background && !config.storage.is_there() {
        return Err(nothing_here());
    }
    let local = match local {
        Some(local) => local,
        None => opened(&invocation).await?,
    };
    if command.background && choice != CredentialChoice::default() {
        let message = "--background takes neither --credential nor --project";
        return Err(Failure::usage("no_choice_in_background", message));
    }
    let done = if command.background {
        queue(&local, &action, input, terminal).await
    } else {
        invoke(&local, &action, input, choice, terminal).await
    };
    local.close().await;
    done
}

async fn opened(invocation: &Invocation) -> Result<Local, Failure> {
    let loaded = invocation.configuration()?;
    Local::open(&invocation.gateway, &loaded.config).await
}

/// Options of every command may also stand behind the slug.
fn own_options(invocation: &mut Invocation, arguments: &[OsString], terminal: &mut Terminal) {
    let value = |names: &[&str]| -> Option<PathBuf> {
        arguments.iter().enumerate().find_map(|(at, argument)| {
            let text = argument.to_str()?;
            if names.contains(&text) {
                return arguments.get(at + 1).map(PathBuf::from);
            }
            let (name, value) = text.split_once('=')?;
            names.contains(&name).then(|| PathBuf::from(value))
        })
    };
    if arguments.iter().any(|argument| argument == "--json") {
        terminal.set_json();
    }
    if let Some(file) = value(&["--config", "-c"]) {
        invocation.global.config = Some(file);
    }
    if let Some(dir) = value(&["--data-dir"]) {
        invocation.global.data_dir = Some(dir);
    }
}

async fn invoke(
    local: &Local,
    action: &Action,
    input: RawJson,
    choice: CredentialChoice,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let app = local.app();
    let (who, request, cancel) = (app.local(), app.new_request_id(), CancellationToken::new());
    let call = app.invoke(keyway_app::Invocation {
        who: &who,
        slug: action.slug(),
        input,
        surface: Surface::Cli,
        caller: Arc::new(NoCaller),
        cancel: &cancel,
        request: &request,
        credentials: choice,
    });
    tokio::pin!(call);
    let reply = tokio::select! {
        reply = &mut call => reply,
        _ = tokio::signal::ctrl_c() => {
            cancel.cancel();
            let _ = call.await;
            return Ok(ExitCode::from(130));
        }
    };
    match reply {
        Ok(reply) => {
            let failed = print(action, &reply, terminal);
            Ok(ExitCode::from(u8::from(failed)))
        }
        Err(error) => {
            if error.kind() == keyway_core::Kind::Internal {
                let source = std::error::Error::source(&error);
                tracing::debug!(source, "the call failed");
            }
            Err(not_called(error))
        }
    }
}

/// Queues it for a gateway over the same data directory.
async fn queue(
    local: &Local,
    action: &Action,
    input: RawJson,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let app = local.app();
    let (who, request, cancel) = (app.local(), app.new_request_id(), CancellationToken::new());
    let queueing = Queueing {
        who: &who,
        slug: action.slug(),
        input,
        surface: Surface::Cli,
        idempotency_key: None,
        caller: Arc::new(NoCaller),
        cancel: &cancel,
        request: &request,
    };
    let job = app.queue(queueing).await.map_err(not_called)?;
    jobs::told(&job, terminal);
    Ok(ExitCode::SUCCESS)
}

/// Why it was not called; for one that is not there, what may be meant.
fn not_called(error: Error) -> Failure {
    let hidden = error.code() == "action_not_found";
    let failure = Failure::from(error);
    if hidden {
        failure.with_hint(HIDDEN)
    } else {
        failure
    }
}

fn find(local: &Local, slug: &str) -> Result<Action, Failure> {
    let definitions = local.app().definitions();
    let registry = definitions.registry();
    if let Some(entry) = registry.get(slug) {
        return Ok(entry.action().clone());
    }
    let failure = Failure::usage("action_not_found", "there is no action of this name");
    let slugs = registry.iter().map(|entry| entry.action().slug());
    Err(match suggest::nearest(slug, slugs) {
        Some(near) => failure.with_hint(format!("did you mean `{near}`?")),
        None => failure.with_hint("without a name the actions are listed"),
    })
}

fn list(local: &Local, terminal: &mut Terminal) {
    let definitions = local.app().definitions();
    let mut actions: Vec<_> = definitions
        .registry()
        .iter()
        .map(Entry::action)
        .filter(|action| action.exposure().contains(Expose::CLI))
        .collect();
    actions.sort_by_key(|action| action.slug());
    if terminal.is_json() {
        let actions = actions.iter().map(|action| {
            json!({
                "slug": action.slug(),
                "title": action.get_title(),
                "description": action.get_description(),
                "inputSchema": action.input_schema(),
            })
        });
        terminal.value(&json!({ "actions": actions.collect::<Vec<_>>() }));
    } else if actions.is_empty() {
        terminal.line("no action is exposed on the command line");
    } else {
        let rows: Vec<_> = actions
            .iter()
            .map(|action| {
                let line = action.get_description().lines().next().unwrap_or_default();
                vec![action.slug().to_owned(), line.to_owned()]
            })
            .collect();
        terminal.table(&["ACTION", "DESCRIPTION"], &rows);
    }
}
