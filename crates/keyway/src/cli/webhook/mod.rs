mod post;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use http::{HeaderMap, HeaderName, HeaderValue};
use keyway_app::inbox::{DeliveryView, Trial, TrialOf};
use keyway_client::text::line;
use keyway_core::provider::IntegrationProvider;
use keyway_core::{Principal, PublicationId};
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::{Organization, id};
use super::terminal::Terminal;
use crate::config::Config;

/// How often it is looked whether the agent has answered.
const PACE: Duration = Duration::from_millis(100);
/// The longest file that is sent, in bytes.
const LONGEST: u64 = 4 << 20;

const EXAMPLES: &str = "\
Examples:
  keyway webhook list                             the webhooks that each provider brings to try it with
  keyway webhook send github mention              one of them, to the one publication of GitHub
  keyway webhook send webhook event.json --publication pub_0198…
  keyway webhook send github saved.json -H x-github-event=issues -H content-type=application/json
  keyway webhook send slack mention --app-wide    to the one address of all installations

In a file, {{id}} is another number each time, {{seconds}} and {{milliseconds}} are the time, and {{workspace}},
{{app}}, {{bot}} and {{bot_name}} are those of the installation.";

/// Try publications with webhooks that are signed as the third party would
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Webhook {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the webhooks that providers bring to try them with
    List,
    /// Sign one with the secret of a publication, send it to the gateway, and say what happened
    Send(Send),
}

#[derive(Debug, Args)]
struct Send {
    /// The provider's id
    provider: String,
    /// One that `list` shows, or a file with a body
    fixture: String,
    /// The publication, by its id [default: the only one of the provider]
    #[arg(long, value_name = "ID")]
    publication: Option<String>,
    /// A header of the third party, as NAME=VALUE
    #[arg(long = "header", short = 'H', value_name = "NAME=VALUE")]
    headers: Vec<String>,
    /// Send it to the one address of all installations, where the body says whose it is
    #[arg(long)]
    app_wide: bool,
    /// Where the gateway is [default: the one that serves this data directory]
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// How many seconds to wait for the agent
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    wait: u64,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Webhook,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let operator = local.app().local();
    let organization = &command.organization.organization;
    let people = local.app().people();
    let done = match people.operator_of(&operator, organization).await {
        Ok(who) => match command.command {
            Command::List => Ok(list(&local, terminal)),
            Command::Send(command) => {
                let sending = Sending {
                    invocation,
                    config: &config,
                    local: &local,
                    who: &who,
                };
                sending.run(&command, terminal).await
            }
        },
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

fn list(local: &Local, terminal: &mut Terminal) -> ExitCode {
    let providers = local.app().providers();
    let all = providers.iter().flat_map(|one| {
        one.fixtures()
            .iter()
            .map(move |fixture| (one.id(), fixture))
    });
    if terminal.is_json() {
        let all: Vec<_> = all
            .map(|(id, one)| json!({ "provider": id, "name": one.name, "about": one.about }))
            .collect();
        terminal.value(&json!({ "fixtures": all }));
        return ExitCode::SUCCESS;
    }
    let rows: Vec<_> = all
        .map(|(id, one)| vec![id.to_owned(), one.name.to_owned(), one.about.to_owned()])
        .collect();
    terminal.table(&["PROVIDER", "NAME", "WHAT HAPPENS"], &rows);
    ExitCode::SUCCESS
}

/// Where a webhook is sent from, and as whom.
struct Sending<'a> {
    invocation: &'a Invocation,
    config: &'a Config,
    local: &'a Local,
    who: &'a Principal,
}

impl Sending<'_> {
    async fn run(&self, command: &Send, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
        let providers = self.local.app().providers();
        let provider = providers.get(&command.provider).ok_or_else(|| {
            let message = "there is no provider with this id";
            Failure::usage("unknown_provider", message)
                .with_hint("`keyway webhook list` shows them")
        })?;
        let publication = self.publication(command).await?;
        let (headers, body) = self.webhook(provider, command)?;
        let trial = TrialOf {
            publication: &publication,
            headers: &headers,
            body: &body,
        };
        let deliveries = self.local.app().deliveries();
        let trial = deliveries.sign(self.who, &trial).await?;
        let path = if command.app_wide {
            format!("/webhook/{}", provider.id())
        } else {
            format!("/webhook/{}/{publication}", provider.id())
        };
        let to = post::gateway(self.config, command.to.as_deref());
        let url = format!("{to}{path}");
        let answer = post::post(self.config, &url, &trial.webhook).await?;
        if !answer.status.is_success() {
            let message = format!("{url} answered {}", answer.status.as_u16());
            let hint = "the log of the gateway says why; is it the one of this data directory?";
            return Err(Failure::new("webhook_refused", message).with_hint(hint));
        }
        let found = self.outcome(&trial, command.wait).await?;
        told(&url, found.as_ref(), &answer.body, terminal);
        Ok(ExitCode::SUCCESS)
    }

    /// The publication that is named, or the only one there is.
    async fn publication(&self, command: &Send) -> Result<PublicationId, Failure> {
        if let Some(named) = &command.publication {
            return id(named, "keyway publications list");
        }
        let all = self.local.app().publications();
        let page = all.list(self.who, None, Some(200)).await?;
        let all = page.publications.into_iter();
        let mut of = all.filter(|one| one.provider == command.provider);
        match (of.next(), of.next()) {
            (Some(one), None) => Ok(one.id),
            (None, _) => Err(Failure::new(
                "publication_not_found",
                "nothing is published through this provider",
            )
            .with_hint("`keyway publications add` publishes an agent")),
            (Some(_), Some(_)) => Err(Failure::usage(
                "which_publication",
                "more than one is published through this provider",
            )
            .with_hint("name one with --publication; `keyway publications list` shows them")),
        }
    }

    /// The headers and the body of a fixture or a file.
    fn webhook(
        &self,
        provider: &dyn IntegrationProvider,
        command: &Send,
    ) -> Result<(HeaderMap, String), Failure> {
        let mut headers = HeaderMap::new();
        let mut shipped = provider.fixtures().iter();
        let body = match shipped.find(|one| one.name == command.fixture) {
            Some(fixture) => {
                for (name, value) in fixture.headers {
                    headers.insert(*name, HeaderValue::from_static(value));
                }
                fixture.body.to_owned()
            }
            None => self.file(&command.fixture)?,
        };
        for header in &command.headers {
            let pair = header.split_once('=').and_then(|(name, value)| {
                let name = HeaderName::try_from(name.trim()).ok()?;
                Some((name, HeaderValue::from_str(value.trim()).ok()?))
            });
            let (name, value) = pair.ok_or_else(|| {
                Failure::usage("bad_header", "a header is no NAME=VALUE that can be sent")
            })?;
            headers.insert(name, value);
        }
        Ok((headers, body))
    }

    fn file(&self, name: &str) -> Result<String, Failure> {
        let path = self.invocation.directory.join(Path::new(name));
        let unread = |why: String| {
            let message = format!("{}: {why}", path.display());
            let hint =
                "`keyway webhook list` shows what providers bring; everything else is a file";
            Failure::usage("fixture_unreadable", message).with_hint(hint)
        };
        let found = std::fs::metadata(&path).map_err(|error| unread(error.kind().to_string()))?;
        if found.len() > LONGEST {
            return Err(unread("it is longer than 4 MiB".to_owned()));
        }
        std::fs::read_to_string(&path).map_err(|error| unread(error.kind().to_string()))
    }

    /// What was recorded, once the agent has answered or does not any more.
    async fn outcome(&self, trial: &Trial, seconds: u64) -> Result<Option<DeliveryView>, Failure> {
        let deliveries = self.local.app().deliveries();
        let mut left = Duration::from_secs(seconds);
        loop {
            let found = deliveries.of_trial(self.who, trial).await?;
            let busy = found
                .as_ref()
                .is_some_and(|one| matches!(one.state, "queued" | "running"));
            if !busy || left.is_zero() {
                return Ok(found);
            }
            tokio::time::sleep(PACE).await;
            left = left.saturating_sub(PACE);
        }
    }
}

fn told(url: &str, found: Option<&DeliveryView>, answer: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!({ "url": url, "delivery": found, "answer": answer }));
    }
    terminal.line(format!("sent to {url}"));
    let Some(of) = found else {
        terminal.line(format!(
            "nothing is recorded; it was answered {}",
            line(answer, 200)
        ));
        return;
    };
    terminal.line(format!("{}: {} ({})", of.id, of.state, of.rule));
    terminal.line(line(&of.rule_text, 500));
    if of.duplicates > 0 {
        terminal.line(format!("the same came {} more times", of.duplicates));
    }
    if let Some(session) = &of.session {
        terminal.line(format!("session {session}"));
    }
    if let Some(error) = &of.last_error {
        terminal.line(format!("last error: {error}"));
    }
    terminal.note(format!("`keyway deliveries why {}` says more", of.id));
}
