//! `keyway credentials`: setting, listing and revoking the secrets of external services.

mod explain;
mod set;
mod value;

pub(super) use set::{scope, unknown};
pub(super) use value::{ask, secret};

use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::credentials::{CredentialView, DefinitionView};
use keyway_core::credential::CredentialKind;
use keyway_core::{CredentialId, Principal};
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, id, minute};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway credentials definitions                  what can be set, and who needs it
  keyway credentials set acme --set apiKey=@env:ACME_API_KEY --scope org
  keyway credentials set acme --set apiKey=@file:key.txt --scope project --project-slug web
  keyway credentials set acme                     asks for the fields, without echo
  keyway credentials list
  keyway credentials show cred_0198…              when it was used and renewed, and what went wrong
  keyway credentials default cred_0198…
  keyway credentials explain ticket:create --as ada@example.com
  keyway credentials revoke cred_0198…";

/// Set, list, test and revoke the secrets of external services; never shown again
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Credentials {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the credentials that are defined, their fields, and the actions that need them
    Definitions,
    /// List what is set; never the values
    List {
        /// Only of this credential
        key: Option<String>,
    },
    /// Show one: where it belongs, when it was used and renewed, and what went wrong last
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
    Set(set::Set),
    /// Give one another name
    Rename {
        /// Its id, as `list` shows it
        id: String,
        /// The new name
        name: String,
    },
    /// Make one the default of its place: it is used where none is named
    Default {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Delete one and all that is stored of it
    Revoke {
        /// Its id, as `list` shows it
        id: String,
        /// Also a default that actions would use
        #[arg(long)]
        force: bool,
    },
    /// Ask its service whether one is good, by the action its definition names
    Test {
        /// Its id, as `list` shows it
        id: String,
    },
    Explain(explain::Explain),
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Credentials,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    if !config.storage.is_there() && matches!(command.command, Command::Set(_)) {
        Local::set_up(&invocation.gateway, &config, terminal).await?;
    }
    let local = Local::open(&invocation.gateway, &config).await?;
    let people = local.app().people();
    let operator = local.app().local();
    let done = match people
        .operator_of(&operator, &command.organization.organization)
        .await
    {
        Ok(who) => dispatch(invocation, &local, &who, command.command, terminal).await,
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

async fn dispatch(
    invocation: &Invocation,
    local: &Local,
    who: &Principal,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    const LIST: &str = "keyway credentials list";
    let all = local.app().credentials();
    match command {
        Command::Definitions => definitions(&all.definitions(who).await?, terminal),
        Command::List { key } => list(&all.list(who, key.as_deref()).await?, terminal),
        Command::Show { id: text } => {
            let credential: CredentialId = id(&text, LIST)?;
            show(&all.view(who, &credential).await?, terminal);
        }
        Command::Set(set) => return set::run(invocation, local, who, set, terminal).await,
        Command::Rename { id: text, name } => {
            let credential: CredentialId = id(&text, LIST)?;
            told(
                &all.rename(who, &credential, &name).await?,
                "renamed",
                terminal,
            );
        }
        Command::Default { id: text } => {
            let credential: CredentialId = id(&text, LIST)?;
            let view = all.make_default(who, &credential).await?;
            told(&view, "now the default", terminal);
        }
        Command::Revoke { id: text, force } => {
            let credential: CredentialId = id(&text, LIST)?;
            all.revoke(who, &credential, force).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": credential, "state": "revoked" }));
            } else {
                terminal.line(format!(
                    "revoked {credential}; a running gateway notices within seconds"
                ));
            }
        }
        Command::Test { id: text } => {
            let credential: CredentialId = id(&text, LIST)?;
            let tested = local.app().test_credential(who, &credential).await?;
            if terminal.is_json() {
                terminal.value(&json!({ "id": credential, "good": true, "action": tested }));
            } else {
                terminal.line(format!("good: `{tested}` succeeded with it"));
            }
        }
        Command::Explain(explain) => {
            return explain::run(local, who, explain, terminal).await;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn definitions(all: &[DefinitionView], terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!({ "definitions": all }));
    }
    if all.is_empty() {
        return terminal.note("no action of this gateway needs a credential");
    }
    let row = |of: &DefinitionView| {
        let field = |field: &keyway_app::credentials::FieldView| {
            let optional = if field.required { "" } else { "?" };
            format!("{}{optional}", field.name)
        };
        let fields: Vec<_> = of.fields.iter().map(field).collect();
        let fields = match of.kind {
            CredentialKind::None => "-".to_owned(),
            CredentialKind::OAuth2 => "(connected in the browser)".to_owned(),
            _ => fields.join(" "),
        };
        let hosts = of.hosts.clone().unwrap_or_else(|| "any".to_owned());
        vec![of.key.clone(), fields, hosts, of.actions.join(" ")]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    terminal.table(&["KEY", "FIELDS", "SENT TO", "NEEDED BY"], &rows);
}

fn list(all: &[CredentialView], terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!({ "credentials": all }));
    }
    if all.is_empty() {
        return terminal.note("nothing is set; `keyway credentials definitions` shows what can be");
    }
    let row = |one: &CredentialView| {
        let used = one.last_used_at.map_or_else(|| "never".to_owned(), minute);
        let state = if one.needs_reconnecting {
            "reconnect".to_owned()
        } else {
            one.last_error.clone().unwrap_or_else(|| "-".to_owned())
        };
        let expires = one.expires_at.map_or_else(|| "-".to_owned(), minute);
        vec![
            one.id.to_string(),
            one.key.clone(),
            one.place.to_string(),
            one.name.clone(),
            if one.default { "yes" } else { "" }.to_owned(),
            minute(one.changed_at),
            used,
            expires,
            state,
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let head = [
        "ID",
        "KEY",
        "SCOPE",
        "NAME",
        "DEFAULT",
        "SET",
        "LAST USED",
        "EXPIRES",
        "LAST ERROR",
    ];
    terminal.table(&head, &rows);
}

fn show(one: &CredentialView, terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!(one));
    }
    let moment = |at: Option<jiff::Timestamp>| at.map_or_else(|| "-".to_owned(), minute);
    let error = match (&one.last_error, one.last_error_at) {
        (Some(code), Some(at)) => format!("{code} ({})", minute(at)),
        _ => "-".to_owned(),
    };
    let rows = [
        ("id", one.id.to_string()),
        ("key", one.key.clone()),
        ("scope", one.place.to_string()),
        ("name", one.name.clone()),
        ("default", if one.default { "yes" } else { "no" }.to_owned()),
        ("set", minute(one.changed_at)),
        ("last used", moment(one.last_used_at)),
        ("last refreshed", moment(one.last_refreshed_at)),
        ("expires", moment(one.expires_at)),
        ("last error", error),
    ];
    for (name, value) in rows {
        terminal.line(format!("{name:<15} {value}"));
    }
    if one.needs_reconnecting {
        terminal.note(format!(
            "it has to be connected again: keyway connect {}",
            one.key
        ));
    }
}

pub(super) fn told(view: &CredentialView, what: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(view));
    } else {
        terminal.line(format!(
            "{what}: {} `{}` for the {} ({})",
            view.key, view.name, view.place, view.id
        ));
    }
}
