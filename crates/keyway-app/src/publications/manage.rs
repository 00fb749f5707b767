use jiff::Timestamp;
use keyway_core::provider::{
    Granularity, IntegrationProvider, ProviderContext, Providers, Workspace,
};
use keyway_core::{
    Error, InstallationId, Principal, Problem, PublicationId, Secret, ServiceAccountId,
};
use keyway_store::{
    InstallationState, NewPublication, PublicationChange, PublicationFilter, StoredPublication,
};
use serde_json::Value;

use super::{
    Clockwork, IntegrationView, Limits, PublicationDraft, PublicationPage, PublicationPatch,
    PublicationView, error, secret,
};
use crate::audit::{Event, EventKind};
use crate::connectors::by;
use crate::installations::{is_there_at_once, workspace};
use crate::pages::Page;
use crate::people::checked_name;
use crate::{App, access};

/// The most bytes of settings or triggers, as JSON.
const LONGEST: usize = 16 << 10;

/// Publishing agents through providers: for owners and admins alone.
#[derive(Debug, Clone)]
pub struct Publications {
    pub(super) app: App,
}

/// A publication that was made, and the secret that is shown this once.
#[derive(Debug, Clone)]
pub struct MadePublication {
    /// The publication.
    pub publication: PublicationView,
    /// What the third party signs its webhooks with.
    pub secret: Secret<String>,
}

/// What can be wrong with a publication, put together.
struct Whole<'a> {
    provider: &'a dyn IntegrationProvider,
    name: &'a str,
    agent: &'a str,
    granularity: Granularity,
    settings: &'a Value,
    triggers: &'a Value,
    scopes: &'a [String],
    workspace: Option<Workspace>,
    secret: &'a Secret<String>,
    limits: &'a Value,
    schedule: &'a Value,
    /// The schedule that stays, and when it is due next.
    due: Option<(&'a str, Timestamp)>,
    paused_at: Option<Timestamp>,
}

impl App {
    /// The providers that agents can be published through.
    pub fn providers(&self) -> &Providers {
        &self.settings().providers
    }

    /// Agents that are reached through providers.
    pub fn publications(&self) -> Publications {
        Publications { app: self.clone() }
    }
}

impl Publications {
    /// The providers, and how many publications each has.
    pub async fn integrations(&self, who: &Principal) -> Result<Vec<IntegrationView>, Error> {
        self.app.administer(who).await?;
        let store = &self.app.inner.store;
        let counts = store.count_publications(who.organization()).await?;
        let count = |id: &str| counts.iter().find(|(provider, _)| provider == id);
        let providers = self.app.settings().providers.iter();
        Ok(providers
            .map(|provider| {
                let count = count(provider.id()).map_or(0, |(_, count)| *count);
                IntegrationView::of(provider, count)
            })
            .collect())
    }

    /// A page of the publications of the organization of `who`, the last made first.
    pub async fn list(
        &self,
        who: &Principal,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<PublicationPage, Error> {
        self.list_of(who, None, cursor, limit).await
    }

    /// The same of those of one agent, by its slug.
    pub async fn list_of(
        &self,
        who: &Principal,
        agent: Option<&str>,
        cursor: Option<&str>,
        limit: Option<u32>,
    ) -> Result<PublicationPage, Error> {
        self.app.administer(who).await?;
        let page = Page::read(cursor, limit)?;
        let filter = PublicationFilter {
            agent,
            before: page.before,
        };
        let store = &self.app.inner.store;
        let found = store.publications(who.organization(), filter, page.wanted());
        let mut found = found.await?;
        let next_cursor = page.cut(&mut found, |one| one.seq);
        Ok(PublicationPage {
            publications: found.into_iter().map(|one| self.view(one)).collect(),
            next_cursor,
        })
    }

    /// One publication.
    pub async fn show(
        &self,
        who: &Principal,
        id: &PublicationId,
    ) -> Result<PublicationView, Error> {
        self.app.administer(who).await?;
        Ok(self.view(self.stored(who, id).await?))
    }

    /// Publishes an agent. Its address is there at once, so that the third party can be told of it.
    ///
    /// # Errors
    ///
    /// `invalid_input` with what is wrong at its field.
    pub async fn create(
        &self,
        who: &Principal,
        draft: &PublicationDraft,
    ) -> Result<MadePublication, Error> {
        let inner = &self.app.inner;
        let id = PublicationId::generate(&*inner.clock, &*inner.random);
        let event = event(who, EventKind::PublicationMade, &id);
        let asked = async {
            self.app.administer(who).await?;
            // It acts as a machine, and outlives the client that made it.
            access::made_by_hand(who)?;
            let provider = self.app.settings().providers.get(&draft.provider);
            let provider =
                provider.ok_or_else(|| Error::invalid_at("/provider", "the id of a provider"))?;
            let account = self.account(who, &draft.service_account).await?;
            Ok((provider, account))
        };
        let (provider, account) = inner.audit.checked(event.clone(), asked).await?;
        let event = event
            .detail("agent", draft.agent.as_str())
            .detail("provider", provider.id());
        let secret = draft.secret.clone();
        let secret = secret.unwrap_or_else(|| provider.new_secret(&draft.settings, &*inner.random));
        let made = async {
            let usual = provider.publication().usual;
            let whole = Whole {
                provider,
                name: &draft.name,
                agent: &draft.agent,
                granularity: granularity(provider, draft.granularity.as_deref())?.unwrap_or(usual),
                settings: &draft.settings,
                triggers: &draft.triggers,
                scopes: &scopes(provider, draft.scopes.as_deref())?,
                workspace: None,
                secret: &secret,
                limits: &draft.limits,
                schedule: &draft.schedule,
                due: None,
                paused_at: None,
            };
            let with = self.checked(who, &whole)?;
            let installation = InstallationId::generate(&*inner.clock, &*inner.random);
            let organization = who.organization();
            let new = NewPublication {
                id: id.clone(),
                sealed: secret::seal(&inner.vault, organization, &installation, &secret)?,
                installation,
                provider: provider.id().to_owned(),
                account,
                state: begins(provider),
                with,
            };
            Ok(inner.store.create_publication(organization, &new).await?)
        };
        inner.audit.change(event, made).await?;
        let publication = self.view(self.stored(who, &id).await?);
        Ok(MadePublication {
            publication,
            secret,
        })
    }

    /// Changes a publication.
    ///
    /// # Errors
    ///
    /// `not_through_a_client`; `publication_changed` where somebody else changed it since it was read.
    pub async fn change(
        &self,
        who: &Principal,
        id: &PublicationId,
        patch: PublicationPatch,
    ) -> Result<PublicationView, Error> {
        self.app.administer(who).await?;
        let stored = self.stored(who, id).await?;
        let inner = &self.app.inner;
        let event = event(who, EventKind::PublicationChanged, id);
        let event = event.detail("changed", patch.changes());
        let change = async {
            // What it does from here on outlives the client that changed it.
            access::made_by_hand(who)?;
            if patch.revision.is_some_and(|read| read != stored.revision) {
                return Err(error::stale());
            }
            let door = inner.store.door(&stored.provider, id).await?;
            let door = door.ok_or_else(error::not_found)?;
            let secret = secret::open(&inner.vault, &door)?;
            let provider = self.app.settings().providers.get(&stored.provider);
            let provider = provider.ok_or_else(error::not_found)?;
            let turn = inner.installs.turn(&stored.installation);
            let _turn = turn.lock().await;
            if let Some(settings) = &patch.settings {
                self.app.stays_put(&stored, settings).await?;
            }
            let before = self.view(stored.clone());
            let chosen = granularity(provider, patch.granularity.as_deref())?;
            let whole = Whole {
                provider,
                name: patch.name.as_ref().unwrap_or(&before.name),
                agent: patch.agent.as_ref().unwrap_or(&before.agent),
                granularity: chosen.unwrap_or(before.granularity),
                settings: patch.settings.as_ref().unwrap_or(&before.settings),
                triggers: patch.triggers.as_ref().unwrap_or(&before.triggers),
                scopes: &match &patch.scopes {
                    Some(wanted) => scopes(provider, Some(wanted))?,
                    None => before.scopes.clone(),
                },
                workspace: workspace(stored.workspace.as_deref()),
                secret: &secret,
                limits: patch.limits.as_ref().unwrap_or(&before.limits),
                schedule: patch.schedule.as_ref().unwrap_or(&before.schedule),
                // What was due while it was paused is not made up for.
                due: match (&stored.schedule, stored.next_run_at, stored.paused_at) {
                    (Some(schedule), Some(due), None) => Some((schedule, due)),
                    _ => None,
                },
                paused_at: match patch.paused {
                    None => stored.paused_at,
                    Some(false) => None,
                    Some(true) => stored.paused_at.or_else(|| Some(inner.clock.now())),
                },
            };
            let change = self.checked(who, &whole)?;
            let changed = inner.store.change_publication(&stored, &change).await?;
            changed.then_some(()).ok_or_else(error::stale)
        };
        inner.audit.change(event, change).await?;
        Ok(self.view(self.stored(who, id).await?))
    }

    /// Removes a publication: its address is nobody's, its secret is gone. What came in stays listed for as
    /// long as it is kept.
    pub async fn remove(&self, who: &Principal, id: &PublicationId) -> Result<(), Error> {
        self.app.administer(who).await?;
        let stored = self.stored(who, id).await?;
        let inner = &self.app.inner;
        let removing = async {
            let (at, by) = (inner.clock.now(), by(who));
            let store = &inner.store;
            let before = store.installation(who.organization(), &stored.installation);
            let before = before.await?;
            let removed = store.remove_publication(who.organization(), id, at, &by);
            removed.await?.then_some(()).ok_or_else(error::not_found)?;
            if let Some(before) = before {
                self.app.take_back(before);
            }
            Ok(())
        };
        let event = event(who, EventKind::PublicationRemoved, id);
        inner.audit.change(event, removing).await
    }

    async fn stored(
        &self,
        who: &Principal,
        id: &PublicationId,
    ) -> Result<StoredPublication, Error> {
        let store = &self.app.inner.store;
        let found = store.publication(who.organization(), id).await?;
        let there = found.filter(|found| found.removed_at.is_none());
        there.ok_or_else(error::not_found)
    }

    fn view(&self, stored: StoredPublication) -> PublicationView {
        PublicationView::of(stored, |path| self.app.inner.pages.at(path))
    }

    async fn account(&self, who: &Principal, id: &str) -> Result<ServiceAccountId, Error> {
        let expected = "the id of a service account of the organization that is not disabled";
        let wrong = || Error::invalid_at("/serviceAccount", expected);
        let id: ServiceAccountId = id.parse().map_err(|_| wrong())?;
        let store = &self.app.inner.store;
        let found = store.service_account(who.organization(), &id).await?;
        let found = found.filter(|found| found.disabled_at.is_none());
        found.map(|found| found.id).ok_or_else(wrong)
    }

    fn checked(&self, who: &Principal, whole: &Whole<'_>) -> Result<PublicationChange, Error> {
        let name = checked_name(whole.name)?;
        let tenant = self.app.tenant(who);
        if tenant.definitions().agents().get(whole.agent).is_none() {
            return Err(Error::invalid_at(
                "/agent",
                "the slug of an agent that is defined",
            ));
        }
        let now = self.app.inner.clock.now();
        let context = ProviderContext {
            settings: whole.settings,
            triggers: whole.triggers,
            secret: whole.secret,
            workspace: whole.workspace.as_ref(),
            now,
        };
        whole.provider.check(&context, whole.granularity)?;
        let text = |value: &Value, at: &str| {
            let text = value.to_string();
            let short = text.len() <= LONGEST;
            let expected = "at most 16 KiB of JSON";
            short
                .then_some(text)
                .ok_or_else(|| Error::invalid_at(at, expected))
        };
        let limits = Limits::said(whole.limits)?;
        let clockwork = Clockwork::said(whole.schedule)?;
        let schedule = clockwork.as_ref().map(serde_json::to_string).transpose();
        let schedule = schedule.map_err(Error::internal)?;
        let next_run_at = match (whole.due, &schedule) {
            (Some((before, due)), Some(schedule)) if before == schedule => Some(due),
            _ => clockwork.and_then(|clockwork| clockwork.next_after(now)),
        };
        Ok(PublicationChange {
            name,
            limits: serde_json::to_string(&limits).map_err(Error::internal)?,
            schedule,
            next_run_at,
            agent: whole.agent.to_owned(),
            granularity: whole.granularity,
            settings: text(whole.settings, "/settings")?,
            triggers: text(whole.triggers, "/triggers")?,
            scopes: serde_json::to_string(whole.scopes).map_err(Error::internal)?,
            paused_at: whole.paused_at,
            at: now,
            by: by(who),
        })
    }
}

/// A granularity by its name, if the provider supports it.
fn granularity(
    provider: &dyn IntegrationProvider,
    name: Option<&str>,
) -> Result<Option<Granularity>, Error> {
    let Some(name) = name else {
        return Ok(None);
    };
    let offered = provider.publication().granularities;
    let chosen = name.parse().ok().filter(|one| offered.contains(one));
    chosen.map(Some).ok_or_else(|| {
        let names: Vec<_> = offered.iter().map(|one| one.as_str()).collect();
        Error::invalid_at("/granularity", format!("one of {}", names.join(", ")))
    })
}

/// The names of scopes that are wanted, each once and in order; the usual ones where nothing is said.
fn scopes(
    provider: &dyn IntegrationProvider,
    wanted: Option<&[String]>,
) -> Result<Vec<String>, Error> {
    let offered = provider.publication().scopes;
    let Some(wanted) = wanted else {
        let usual = offered.iter().filter(|scope| scope.usual);
        return Ok(usual.map(|scope| scope.name.to_owned()).collect());
    };
    let names = || offered.iter().map(|scope| scope.name);
    let unknown = wanted.iter().enumerate();
    let unknown = unknown.filter(|(_, wanted)| !names().any(|name| name == wanted.as_str()));
    let problems: Vec<_> = unknown
        .map(|(at, _)| Problem {
            pointer: format!("/scopes/{at}"),
            expected: match offered {
                [] => "no scope: the provider has none".to_owned(),
                _ => format!("one of {}", names().collect::<Vec<_>>().join(", ")),
            },
        })
        .collect();
    if !problems.is_empty() {
        return Err(Error::invalid_input(problems));
    }
    let granted = names().filter(|name| wanted.iter().any(|one| one == name));
    Ok(granted.map(str::to_owned).collect())
}

/// How far an installation is that was just made: its address is there before anything is installed.
fn begins(provider: &dyn IntegrationProvider) -> InstallationState {
    if is_there_at_once(provider) {
        InstallationState::Installed
    } else {
        InstallationState::Pending
    }
}

fn event(who: &Principal, kind: EventKind, id: &PublicationId) -> Event {
    Event::new(kind, who).target("publication", id.as_str())
}
