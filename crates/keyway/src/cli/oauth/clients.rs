use std::path::PathBuf;

use clap::Subcommand;
use keyway_app::oauth::{ClientView, NewOauthClient};
use keyway_core::ClientId;
use serde_json::json;

use super::super::failure::Failure;
use super::super::people::{Desk, id, minute};
use super::super::terminal::Terminal;

const LIST: &str = "keyway oauth clients list";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the clients an admin made, and those that somebody let in
    List,
    /// Make a client; its secret is shown this once
    Create {
        /// Its name, as people are shown it when they are asked
        name: String,
        /// Where browsers may be sent for it; can be given several times
        #[arg(long = "redirect-uri", value_name = "URI")]
        redirect_uris: Vec<String>,
        /// How it proves itself
        #[arg(long, value_name = "METHOD", default_value = "client_secret_basic",
            value_parser = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"])]
        auth_method: String,
        /// A file with its public keys (a JWK set), with `--auth-method private_key_jwt`
        #[arg(long, value_name = "FILE")]
        jwks: Option<PathBuf>,
        /// How it comes by tokens; can be given several times. By codes and refresh tokens when it
        /// has a redirect URI, for itself when it has a service account
        #[arg(long = "grant-type", value_name = "TYPE")]
        grant_types: Vec<String>,
        /// The most it may ask for; can be given several times
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// The service account it acts as by itself
        #[arg(long, value_name = "ID")]
        service_account: Option<String>,
    },
    /// Keep a client out: its tokens stop working at once
    Disable {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Let a client in again
    Enable {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Delete a client with all that was granted to it
    Delete {
        /// Its id, as `list` shows it
        id: String,
    },
}

pub(super) async fn run(
    desk: &Desk,
    command: Command,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let (oauth, who) = (desk.oauth(), &desk.who);
    match command {
        Command::List => list(&oauth.clients(who).await?, terminal),
        Command::Create {
            name,
            redirect_uris,
            auth_method,
            jwks,
            grant_types,
            scopes,
            service_account,
        } => {
            let new = NewOauthClient {
                name,
                redirect_uris,
                auth_method: Some(auth_method),
                grant_types,
                scope: (!scopes.is_empty()).then(|| scopes.join(" ")),
                service_account: service_account
                    .map(|text| id(&text, "keyway service-accounts list"))
                    .transpose()?,
                jwks: jwks.map(|path| keys(&path)).transpose()?,
            };
            let issued = oauth.create_client(who, &new).await?;
            let view = &issued.view;
            if terminal.is_json() {
                let mut value = json!(view);
                if let (Some(secret), Some(value)) = (&issued.secret, value.as_object_mut()) {
                    value.insert("secret".into(), secret.expose().as_str().into());
                }
                terminal.value(&value);
            } else if let Some(secret) = &issued.secret {
                terminal.note(format!(
                    "{} ({}) made. Its secret is shown this once and kept only as a hash:",
                    view.name, view.id
                ));
                terminal.line(secret.expose());
            } else {
                terminal.line(view.id.as_str());
            }
        }
        Command::Disable { id: text } => {
            let client = client(&text)?;
            oauth.disable_client(who, &client).await?;
            told(&client, "disabled", terminal);
        }
        Command::Enable { id: text } => {
            let client = client(&text)?;
            oauth.enable_client(who, &client).await?;
            told(&client, "enabled", terminal);
        }
        Command::Delete { id: text } => {
            let client = client(&text)?;
            oauth.delete_client(who, &client).await?;
            told(&client, "deleted", terminal);
        }
    }
    Ok(())
}

/// A client's id from the command line.
pub(super) fn client(text: &str) -> Result<ClientId, Failure> {
    id(text, LIST)
}

fn keys(path: &std::path::Path) -> Result<serde_json::Value, Failure> {
    let text = std::fs::read(path).map_err(|error| {
        let message = format!("cannot read {}: {}", path.display(), error.kind());
        Failure::usage("bad_jwks", message)
    })?;
    serde_json::from_slice(&text).map_err(|_| {
        Failure::usage("bad_jwks", format!("{} is not JSON", path.display()))
            .with_hint("it has to be a JWK set: {\"keys\": […]}")
    })
}

fn list(clients: &[ClientView], terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "clients": clients }));
        return;
    }
    let rows: Vec<_> = clients
        .iter()
        .map(|client| {
            let state = serde_json::to_value(client.state).unwrap_or_default();
            vec![
                client.id.to_string(),
                client.name.clone(),
                client.kind.to_owned(),
                state.as_str().unwrap_or("-").to_owned(),
                client.auth_method.to_owned(),
                minute(client.created_at),
                minute(client.last_used_at),
            ]
        })
        .collect();
    let head = [
        "ID",
        "NAME",
        "KIND",
        "STATE",
        "PROVES ITSELF BY",
        "MADE",
        "LAST USED",
    ];
    terminal.table(&head, &rows);
}

fn told(client: &ClientId, state: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "id": client, "state": state }));
    } else {
        terminal.line(format!(
            "{state} {client}; a running gateway notices within a second"
        ));
    }
}
