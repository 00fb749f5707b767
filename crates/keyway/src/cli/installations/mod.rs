//! `keyway installations`: what providers are installed with.

mod shown;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use keyway_app::installations::{Came, Fields, Installer};
use keyway_core::{InstallationId, Principal, Secret};
use serde_json::json;

use self::shown::{list, told};
use super::confirm::confirmed;
use super::credentials::secret;
use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, id, page_url};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway installations list
  keyway installations connect inst_0198… --set apiKey=@env:LINEAR_KEY
  keyway installations authorize inst_0198…
  keyway installations setup-link inst_0198…
  keyway installations rotate-secret inst_0198…
  keyway installations remove inst_0198… --yes";

/// Install what publications go through: say where, type in secrets, hand on a link, replace secrets
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Installations {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List them, the last made first
    List,
    /// Show one, with what it asks for and the addresses that the third party is told
    Show {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Install one with what is typed in; nothing is kept where the third party does not take it
    Connect {
        /// Its id, as `list` shows it
        id: String,
        /// A field and its value: the text, `@env:NAME`, `@file:PATH` or `@stdin`
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        set: Vec<String>,
    },
    /// Say where an administrator begins to install one in a browser
    Authorize {
        /// Its id, as `list` shows it
        id: String,
    },
    /// Make a link with which whoever has it installs, once, within seven days
    SetupLink {
        /// Its id, as `list` shows it
        id: String,
        /// Revoke it instead
        #[arg(long)]
        revoke: bool,
    },
    /// Replace what webhooks are signed with; the one before is good for another 24 hours
    RotateSecret {
        /// Its id, as `list` shows it
        id: String,
        /// The new one: `@env:NAME`, `@file:PATH` or `@stdin`; made when not given
        #[arg(long, value_name = "VALUE")]
        secret: Option<String>,
    },
    /// Uninstall one: tokens and secrets go, its publication is paused; it can be installed again
    Remove {
        /// Its id, as `list` shows it
        id: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Installations,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let home = page_url(&config, &Secret::new(String::new()));
    local.app().served_at(home.expose());
    let operator = local.app().local();
    let organization = &command.organization.organization;
    let people = local.app().people();
    let done = match people.operator_of(&operator, organization).await {
        Ok(who) => {
            let at = At {
                invocation,
                local: &local,
                who: &who,
            };
            at.dispatch(command.command, terminal).await
        }
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

/// Where a command works, and as whom.
struct At<'a> {
    invocation: &'a Invocation,
    local: &'a Local,
    who: &'a Principal,
}

impl At<'_> {
    async fn dispatch(
        &self,
        command: Command,
        terminal: &mut Terminal,
    ) -> Result<ExitCode, Failure> {
        let (all, who) = (self.local.app().installations(), self.who);
        match command {
            Command::List => {
                let (mut rows, mut cursor) = (Vec::new(), None);
                loop {
                    let page = all.list(who, cursor.as_deref(), Some(200)).await?;
                    rows.extend(page.installations);
                    cursor = page.next_cursor;
                    if cursor.is_none() {
                        break;
                    }
                }
                list(&rows, terminal);
            }
            Command::Show { id } => told(&all.show(who, &installation(&id)?).await?, terminal),
            Command::Connect { id, set } => self.connect(&id, &set, terminal).await?,
            Command::Authorize { id } => {
                let url = all.authorize(who, &installation(&id)?).await?;
                one("url", &url, terminal);
            }
            Command::SetupLink { id, revoke } => {
                let id = installation(&id)?;
                if revoke {
                    all.revoke_setup_link(who, &id).await?;
                    one("state", "revoked", terminal);
                } else {
                    let link = all.make_setup_link(who, &id).await?;
                    terminal.note(format!("good for one install, until {}:", link.expires_at));
                    one("url", link.url.expose(), terminal);
                }
            }
            Command::RotateSecret { id, secret: given } => {
                let id = installation(&id)?;
                let brought = match given {
                    Some(given) => Some(secret(self.invocation, "--secret", &given, terminal)?),
                    None => None,
                };
                let (_, secret) = all.rotate(who, &id, brought).await?;
                terminal.note("what webhooks are signed with, shown this once:");
                one("secret", secret.expose(), terminal);
            }
            Command::Remove { id, yes } => return self.remove(&id, yes, terminal).await,
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn connect(
        &self,
        id: &str,
        set: &[String],
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let mut fields = Fields::new();
        for pair in set {
            let (name, value) = pair.split_once('=').ok_or_else(|| {
                Failure::usage("bad_value", "--set takes FIELD=VALUE")
                    .with_hint("`keyway installations show` lists the fields")
            })?;
            let flag = format!("--set {name}");
            let value = secret(self.invocation, &flag, value, terminal)?;
            fields.insert(name.to_owned(), Some(value));
        }
        let id = installation(id)?;
        let installer = Installer::Installation(self.who, &id);
        let installations = self.local.app().installations();
        let (Came::Installed(of) | Came::Waiting(of) | Came::Unfinished(of) | Came::On(_, of)) =
            installations.connect(installer, &fields).await?;
        told(&of, terminal);
        Ok(())
    }

    async fn remove(
        &self,
        id: &str,
        yes: bool,
        terminal: &mut Terminal,
    ) -> Result<ExitCode, Failure> {
        let (all, id) = (self.local.app().installations(), installation(id)?);
        let view = all.show(self.who, &id).await?;
        let question = format!("Uninstall {} of {}?", view.provider_name, view.name);
        if !yes && !confirmed(terminal, &question, "give --yes")? {
            return Ok(ExitCode::FAILURE);
        }
        told(&all.uninstall(self.who, &id).await?, terminal);
        Ok(ExitCode::SUCCESS)
    }
}

fn installation(text: &str) -> Result<InstallationId, Failure> {
    id(text, "keyway installations list")
}

/// Shows one value.
fn one(name: &str, value: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ name: value }));
    } else {
        terminal.line(value);
    }
}
