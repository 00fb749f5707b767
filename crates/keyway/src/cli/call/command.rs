use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgMatches, Args};
use keyway_app::Surface;
use keyway_core::Action;
use keyway_core::action::Expose;
use keyway_core::ports::NoCaller;
use keyway_core::rpc::RawJson;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::flags::properties;
use super::input::{self, command_line};
use super::print::print;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::local::Local;
use crate::cli::terminal::Terminal;
use crate::config::suggest;

const EXAMPLES: &str = "\
Examples:
  keyway call                                    list the actions
  keyway call status                             call one
  keyway call user:view --user-id 7              its input by flags
  keyway call user:view --input '{\"userId\": 7}'  its input as JSON
  keyway call user:view --help                   what it takes";

/// Call an action of this gateway, here and now
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Call {
    /// The action's slug; without it the actions are listed
    slug: Option<String>,
    /// Its input: flags made from its schema, or --input
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "INPUT"
    )]
    input: Vec<OsString>,
}

/// Runs it: exit code 2 for an input that is not valid, 1 for an action that failed.
pub(crate) async fn run(
    mut invocation: Invocation,
    command: Call,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let Some(slug) = &command.slug else {
        return list(&invocation, terminal);
    };
    let action = find(&invocation, slug)?;
    let properties = properties(action.input_schema());
    let program = invocation.gateway.identity().name.clone();
    let line = command_line(&program, &action, &properties);
    let arguments = std::iter::once(OsString::from(&program)).chain(command.input);
    let matches = match line.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => {
            let _ = error.print();
            return Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)));
        }
    };
    own_options(&mut invocation, &matches, terminal);
    let input = input::build(&invocation, &action, &matches)?;
    let loaded = invocation.configuration()?;
    let local = Local::open(&invocation.gateway, &loaded.config, terminal).await?;
    let done = invoke(&local, &action, input, terminal).await;
    local.close().await;
    done
}

/// Options of every command may also stand behind the slug.
fn own_options(invocation: &mut Invocation, matches: &ArgMatches, terminal: &mut Terminal) {
    if matches.get_flag(input::JSON) {
        terminal.set_json();
    }
    if let Some(file) = matches.get_one::<OsString>(input::CONFIG) {
        invocation.global.config = Some(file.into());
    }
    if let Some(dir) = matches.get_one::<OsString>(input::DATA_DIR) {
        invocation.global.data_dir = Some(dir.into());
    }
}

async fn invoke(
    local: &Local,
    action: &Action,
    input: RawJson,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let app = &local.app;
    let (who, request, cancel) = (app.local(), app.new_request_id(), CancellationToken::new());
    let call = app.invoke(keyway_app::Invocation {
        who: &who,
        slug: action.slug(),
        input,
        surface: Surface::Cli,
        caller: Arc::new(NoCaller),
        cancel: &cancel,
        request: &request,
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
            Err(error.into())
        }
    }
}

fn find(invocation: &Invocation, slug: &str) -> Result<Action, Failure> {
    let actions = invocation.gateway.actions();
    if let Some(action) = actions.iter().find(|action| action.slug() == slug) {
        return Ok(action.clone());
    }
    let failure = Failure::usage("action_not_found", "there is no action of this name");
    let slugs = actions.iter().map(Action::slug);
    Err(match suggest::nearest(slug, slugs) {
        Some(near) => failure.with_hint(format!("did you mean `{near}`?")),
        None => failure.with_hint("without a name the actions are listed"),
    })
}

fn list(invocation: &Invocation, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let loaded = invocation.configuration()?;
    let mut actions = loaded.config.expose.apply(invocation.gateway.actions());
    actions.retain(|action| action.exposure().contains(Expose::CLI));
    actions.sort_by(|a, b| a.slug().cmp(b.slug()));
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
    Ok(ExitCode::SUCCESS)
}
