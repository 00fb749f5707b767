use std::path::{Path, PathBuf};

use clap::Args;
use keyway_app::publications::{PublicationDraft, PublicationPatch};
use serde_json::{Value, json};

use crate::cli::credentials::secret;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// What a publication is made of.
#[derive(Debug, Args)]
pub(super) struct New {
    /// The provider, by its id
    #[arg(long, value_name = "ID", default_value = "webhook")]
    provider: String,
    /// The agent, by its slug
    #[arg(long, value_name = "SLUG")]
    agent: String,
    /// The service account that its sessions act as, by id
    #[arg(long, value_name = "ID")]
    service_account: String,
    /// A JSON file with the provider's settings; nothing when not given
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A JSON file with what wakes the agent; every webhook that is signed when not given
    #[arg(long, value_name = "FILE")]
    triggers: Option<PathBuf>,
    /// Which events meet in one session: `per_event`, `per_thread`, `per_user` or `per_workspace`
    #[arg(long, value_name = "GRANULARITY")]
    granularity: Option<String>,
    /// Something it may do at the third party, as `/v1/integrations` lists it; the usual when not given
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    #[command(flatten)]
    clock: Clock,
    /// What its turns may use, like `turnsPerDay=100`; also tokensPerTurn, costMicrosPerTurn,
    /// turnsPerSession, tokensPerDay, costMicrosPerDay
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = limit)]
    limits: Vec<(String, u64)>,
    /// What webhooks are signed with: `@env:NAME`, `@file:PATH` or `@stdin`; made when not given
    #[arg(long, value_name = "VALUE")]
    secret: Option<String>,
}

/// What is to change.
#[derive(Debug, Args)]
pub(super) struct Changed {
    /// Its name, for people
    #[arg(long)]
    name: Option<String>,
    /// The agent, by its slug
    #[arg(long, value_name = "SLUG")]
    agent: Option<String>,
    /// A JSON file with the provider's settings
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A JSON file with what wakes the agent
    #[arg(long, value_name = "FILE")]
    triggers: Option<PathBuf>,
    /// Which events meet in one session
    #[arg(long, value_name = "GRANULARITY")]
    granularity: Option<String>,
    /// Something it may do at the third party; all of it has to be given
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    #[command(flatten)]
    clock: Clock,
    /// Have it wake the agent by the clock no more
    #[arg(long, conflicts_with = "cron")]
    no_schedule: bool,
    /// What its turns may use, like `turnsPerDay=100`; all of it has to be given
    #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = limit)]
    limits: Vec<(String, u64)>,
    /// Have nothing but the agent's own budget bound its turns
    #[arg(long, conflicts_with = "limits")]
    no_limits: bool,
}

/// When the agent is woken by the clock.
#[derive(Debug, Args)]
struct Clock {
    /// When it is woken by the clock: five fields of cron, like `0 9 * * 1-5`
    #[arg(long, value_name = "FIELDS", requires = "message")]
    cron: Option<String>,
    /// The time zone of --cron; UTC when not given
    #[arg(long, value_name = "ZONE", requires = "cron")]
    time_zone: Option<String>,
    /// What it is told then
    #[arg(long, value_name = "TEXT", requires = "cron")]
    message: Option<String>,
    /// Have all of these runs be one conversation
    #[arg(long, requires = "cron")]
    same_session: bool,
}

impl Clock {
    fn schedule(self) -> Option<Value> {
        let mut schedule = json!({
            "cron": self.cron?,
            "message": self.message.unwrap_or_default(),
            "sameSession": self.same_session,
        });
        if let (Some(zone), Some(fields)) = (self.time_zone, schedule.as_object_mut()) {
            fields.insert("timeZone".into(), zone.into());
        }
        Some(schedule)
    }
}

fn limit(text: &str) -> Result<(String, u64), String> {
    let read = text.split_once('=').and_then(|(name, most)| {
        let most = most.trim().parse().ok()?;
        Some((name.trim().to_owned(), most))
    });
    read.ok_or_else(|| "expected a name and a whole number, like turnsPerDay=100".to_owned())
}

fn limits(all: Vec<(String, u64)>) -> Value {
    let all = all.into_iter().map(|(name, most)| (name, most.into()));
    Value::Object(all.collect())
}

impl New {
    pub(super) fn draft(
        self,
        invocation: &Invocation,
        name: String,
        terminal: &mut Terminal,
    ) -> Result<PublicationDraft, Failure> {
        let secret = match self.secret {
            Some(given) => Some(secret(invocation, "--secret", &given, terminal)?),
            None => None,
        };
        Ok(PublicationDraft {
            provider: self.provider,
            name,
            agent: self.agent,
            service_account: self.service_account,
            granularity: self.granularity,
            settings: match &self.settings {
                Some(path) => object(path)?,
                None => json!({}),
            },
            scopes: some(self.scopes),
            triggers: match &self.triggers {
                Some(path) => object(path)?,
                None => json!({}),
            },
            limits: limits(self.limits),
            schedule: self.clock.schedule().unwrap_or_else(|| json!({})),
            secret,
        })
    }
}

impl Changed {
    pub(super) fn patch(self) -> Result<PublicationPatch, Failure> {
        let read = |path: Option<PathBuf>| path.as_deref().map(object).transpose();
        Ok(PublicationPatch {
            name: self.name,
            agent: self.agent,
            granularity: self.granularity,
            settings: read(self.settings)?,
            triggers: read(self.triggers)?,
            scopes: some(self.scopes),
            limits: (self.no_limits || !self.limits.is_empty()).then(|| limits(self.limits)),
            schedule: if self.no_schedule {
                Some(json!({}))
            } else {
                self.clock.schedule()
            },
            ..PublicationPatch::default()
        })
    }
}

fn some(scopes: Vec<String>) -> Option<Vec<String>> {
    (!scopes.is_empty()).then_some(scopes)
}

/// The JSON object in a file.
fn object(path: &Path) -> Result<Value, Failure> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| {
        let message = format!("cannot read {shown}: {}", error.kind());
        Failure::usage("unreadable_file", message)
    })?;
    let value: Option<Value> = serde_json::from_slice(&text).ok();
    value.filter(Value::is_object).ok_or_else(|| {
        Failure::usage("malformed_json", format!("{shown} holds no JSON object"))
            .with_hint("the how-to about webhooks shows one")
    })
}
