use std::sync::Arc;

use jiff::Timestamp;
use keyway_app::audit::Audit;
use keyway_app::jobs::{JobParts, Jobs};
use keyway_app::oauth::{Oauth, OauthParts};
use keyway_app::system::SystemClock;
use keyway_app::{People, PeopleParts, setup};
use keyway_core::ports::{Clock, Random};
use keyway_core::{OrgId, Principal, Role, Secret, Subject, UserId};
use keyway_store::{Store, announced};
use keyway_vault::random::SystemRandom;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::{self, Local};
use super::terminal::Terminal;
use crate::config::Config;
use crate::serve::base_url;

/// People and machines of the data directory, as its operator sees them. A running gateway notices
/// what changes within a second.
pub(super) struct Desk {
    pub(super) people: People,
    /// The operator, in the organization the command is about.
    pub(super) who: Principal,
    config: Config,
    store: Store,
    first: OrgId,
}

/// Which organization a command is about.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Organization {
    /// The organization, by its slug
    #[arg(long, value_name = "SLUG", default_value = setup::ORGANIZATION, global = true)]
    pub(super) organization: String,
}

impl Desk {
    /// Opens the data directory, for the first organization.
    pub(super) async fn open(invocation: &Invocation) -> Result<Self, Failure> {
        Self::at(invocation, setup::ORGANIZATION).await
    }

    /// Opens the data directory, for one organization.
    pub(super) async fn of(
        invocation: &Invocation,
        organization: &Organization,
    ) -> Result<Self, Failure> {
        Self::at(invocation, &organization.organization).await
    }

    /// Like [`Desk::open`]; a fresh data directory is set up first, as `serve` would.
    pub(super) async fn set_up(
        invocation: &Invocation,
        terminal: &mut Terminal,
    ) -> Result<Self, Failure> {
        let config = invocation.configuration()?.config;
        if !config.storage.is_there() {
            Local::set_up(&invocation.gateway, &config, terminal).await?;
        }
        Self::open(invocation).await
    }

    async fn at(invocation: &Invocation, organization: &str) -> Result<Self, Failure> {
        let config = invocation.configuration()?.config;
        if !config.storage.is_there() {
            return Err(nothing_here());
        }
        let store = local::store(&config).await?;
        let first = setup::organization(&store).await.map_err(|error| {
            Failure::new("database", format!("cannot use the database: {error}"))
        })?;
        let first = first.ok_or_else(nothing_here)?;
        let people = People::new(PeopleParts {
            store: store.clone(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            settings: config.sign_in.settings(),
        });
        let operator = Principal::new(first.id.clone(), Subject::Local);
        Ok(Self {
            who: people.operator_of(&operator, organization).await?,
            people,
            config,
            store,
            first: first.id,
        })
    }

    /// The authorization server, its clients and its grants.
    pub(super) fn oauth(&self) -> Oauth {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        Oauth::new(OauthParts {
            store: self.store.clone(),
            audit: Audit::direct(&self.store, Arc::clone(&clock), Arc::clone(&random)),
            clock,
            random,
            organization: self.first.clone(),
            settings: self.config.oauth.clone(),
        })
    }

    /// Actions that run in the background.
    pub(super) fn jobs(&self) -> Jobs {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        Jobs::new(JobParts {
            store: self.store.clone(),
            audit: Audit::direct(&self.store, Arc::clone(&clock), random),
            clock,
        })
    }

    /// A link as a browser opens it: at `public_url`, else where the gateway of this data directory
    /// is served at this moment, else where it is configured to be.
    pub(super) fn url(&self, path: &Secret<String>) -> Secret<String> {
        page_url(&self.config, path)
    }
}

/// A page as a browser opens it.
pub(super) fn page_url(config: &Config, path: &Secret<String>) -> Secret<String> {
    let listen = &config.listen;
    let served = || announced(&config.storage.database_path());
    let base = listen.public_url.clone().or_else(served);
    let base = base.unwrap_or_else(|| base_url(config, listen.bind));
    Secret::new(format!("{base}{}", path.expose()))
}

/// A member by id or e-mail address.
pub(super) async fn member(
    people: &People,
    who: &Principal,
    text: &str,
) -> Result<UserId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let members = people.members(who).await?;
    let wanted = text.trim().to_ascii_lowercase();
    let found = members
        .into_iter()
        .find(|member| member.email.as_deref() == Some(wanted.as_str()));
    found.map(|member| member.id).ok_or_else(|| {
        let message = "nobody in this organization has this address or id";
        Failure::new("member_not_found", message).with_hint("`keyway users list` shows them")
    })
}

/// A role from the command line.
pub(super) fn role(text: &str) -> Result<Role, String> {
    text.parse()
        .map_err(|error: keyway_core::UnknownRole| error.to_string())
}

/// A moment to the minute, in UTC.
pub(super) fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

/// An id from the command line; `list` is the command that shows them.
pub(super) fn id<T: std::str::FromStr<Err: std::fmt::Display>>(
    text: &str,
    list: &str,
) -> Result<T, Failure> {
    text.parse().map_err(|error: T::Err| {
        Failure::usage("bad_id", error.to_string()).with_hint(format!("`{list}` shows the ids"))
    })
}

pub(super) fn nothing_here() -> Failure {
    Failure::new("no_data", "there is nothing in this data directory yet")
        .with_hint("start the gateway once (`keyway serve`), or name the directory with --data-dir")
}
