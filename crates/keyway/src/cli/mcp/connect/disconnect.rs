use std::process::ExitCode;

use clap::Args;
use keyway_client::text;
use keyway_core::ports::ProtectedResource;
use keyway_oauth::{Forgotten, Revocation};
use serde_json::json;

use super::resource;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::mcp::select;
use crate::cli::sign_in;
use crate::cli::terminal::Terminal;
use crate::local::{LocalClient, Options, Start};

const EXAMPLES: &str = "\
Examples:
  keyway mcp disconnect tracker
  keyway mcp disconnect mcp:tracker    by the name `keyway mcp grants` shows, also when no server of
                                       that name is configured any more";

/// Sign out of one of your own servers: forget its tokens, and revoke them where it allows that
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Disconnect {
    /// The server, or the name of a grant
    #[arg(value_name = "SERVER")]
    name: String,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: &Disconnect,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    LocalClient::run(invocation, Options::once(Start::Nothing), async |client| {
        select::warn(client, terminal);
        let (server, resource) = whose(client, &command.name).await?;
        let forgotten = client.oauth().forget(&server, &resource).await;
        let forgotten = forgotten.map_err(|error| sign_in::failure(&server, &error))?;
        let (revocation, told) = told(&server, &forgotten);
        if terminal.is_json() {
            terminal.value(&json!({
                "server": server,
                "forgotten": forgotten.existed,
                "revocation": revocation,
            }));
        } else {
            terminal.line(told);
        }
        Ok(ExitCode::SUCCESS)
    })
    .await
}

/// Whose grant it is: a configured server's, or one that is kept.
async fn whose(client: &LocalClient, name: &str) -> Result<(String, ProtectedResource), Failure> {
    let configured = client.servers();
    let configured = configured.iter().find(|one| one.server.name == name);
    if let Some(Ok(spec)) = configured.map(|one| &one.server.spec) {
        return resource(spec)
            .map(|resource| (name.to_owned(), resource))
            .ok_or_else(|| {
                let message = format!("`{name}` is not signed in to: it does not use OAuth");
                Failure::usage("not_oauth", message)
                    .with_hint("to stop using it, set `\"enabled\": false` in its entry")
            });
    }
    let grants = client.oauth().grants().await;
    let mut kept = grants
        .iter()
        .filter(|grant| grant.name == name || (grant.server == name && grant.profile.is_empty()));
    if let Some(grant) = kept.next() {
        let resource = ProtectedResource {
            url: grant.url.clone(),
            profile: grant.profile.clone(),
            ..ProtectedResource::default()
        };
        return Ok((grant.server.clone(), resource));
    }
    match select::known(client, name)?.server.spec {
        Err(findings) => Err(Failure::configuration(findings)),
        Ok(_) => Err(Failure::usage(
            "not_oauth",
            "the server is not signed in to",
        )),
    }
}

fn told(server: &str, forgotten: &Forgotten) -> (&'static str, String) {
    let held = "here, and hold at the server until they expire";
    match &forgotten.revocation {
        _ if !forgotten.existed => (
            "none",
            format!("nothing to forget: `{server}` was not signed in to"),
        ),
        Revocation::Revoked => (
            "revoked",
            format!(
                "signed out of {server}: the tokens are forgotten here and revoked at the server"
            ),
        ),
        Revocation::NotOffered => (
            "not_offered",
            format!(
                "signed out of {server}: the server offers no revocation, so the tokens are forgotten {held}"
            ),
        ),
        Revocation::Failed(why) => (
            "failed",
            format!(
                "signed out of {server}: revoking failed ({}), so the tokens are forgotten {held}",
                text::line(why, 300)
            ),
        ),
    }
}
