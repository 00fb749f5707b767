use std::process::ExitCode;

use clap::Args;
use keyway_app::credentials::{CredentialChoice, Found};
use keyway_core::{Principal, Subject};
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::local::Local;
use crate::cli::people::member;
use crate::cli::terminal::Terminal;

/// The web session of someone who only might have one.
const NOBODY: &str = "web_00000000-0000-7000-8000-000000000000";

/// Show which credential an action would get, and where it was looked for
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The action's slug
    action: String,
    /// For whom: an e-mail address or an id; the operator when not given
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// The project the call would be for
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
    /// An instance that would be named, by name or id
    #[arg(long, value_name = "NAME")]
    instance: Option<String>,
}

pub(super) async fn run(
    local: &Local,
    who: &Principal,
    explain: Explain,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let app = local.app();
    let asking = match &explain.user {
        Some(text) => {
            let user = member(app.people(), who, text).await?;
            let session = NOBODY.parse().map_err(|error: keyway_core::ids::BadId| {
                Failure::new("bad_id", error.to_string())
            })?;
            Principal::new(
                who.organization().clone(),
                Subject::WebSession { session, user },
            )
        }
        None => who.clone(),
    };
    let choice = CredentialChoice {
        project: explain.project,
        instances: Vec::new(),
    };
    let all = app
        .explain_credentials(
            who,
            &asking,
            &explain.action,
            &choice,
            explain.instance.as_deref(),
        )
        .await?;
    let found = all.iter().all(|one| one.instance.is_some());
    if terminal.is_json() {
        terminal.value(&json!({ "action": explain.action, "credentials": all }));
    } else if all.is_empty() {
        terminal.note("this action needs no credential");
    } else {
        for one in &all {
            let pin = one
                .scope
                .map_or_else(String::new, |pin| format!(", only at {pin} scope"));
            terminal.line(format!("{}{pin}", one.key));
            for (number, rung) in (1..).zip(&one.rungs) {
                let found = match rung.found {
                    Found::This => "found",
                    Found::Nothing => "nothing is set there",
                    Found::NoneThatFits => "none of what is set there fits",
                    Found::NotAsked => "the call names none",
                };
                terminal.line(format!("  {number}. {}: {found}", rung.looked_for));
            }
            match &one.instance {
                Some(view) => terminal.line(format!(
                    "  uses `{}` of the {} ({})",
                    view.name, view.place, view.id
                )),
                None => terminal.line(format!(
                    "  the call would fail: keyway credentials set {}",
                    one.key
                )),
            }
        }
    }
    Ok(ExitCode::from(u8::from(!found)))
}
