use keyway_core::{ConnectorId, Error, Principal, Role, Subject};
use keyway_store::{ConnectorChange, ConnectorReach, NewConnector, StoredConnector};
use url::Url;

use super::check::{Checked, For, check};
use super::consent::voids;
use super::secrets::ConnectorSecrets;
use super::settings::ConnectorSettings;
use super::{
    AuthDraft, ConnectorDraft, ConnectorPatch, ConnectorScope, ConnectorView, HeaderDraft,
    OauthDraft, address, error,
};
use crate::App;
use crate::audit::{Event, EventKind};

/// The most rows of a page, and how many where nothing is said.
const ROWS: (u32, u32) = (200, 50);

/// Connecting remote MCP servers: for owners and admins alone.
#[derive(Debug, Clone)]
pub struct Connectors {
    pub(super) app: App,
}

/// Connectors, by their keys.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorPage {
    /// Those of this page.
    pub connectors: Vec<ConnectorView>,
    /// What to ask for the next page with, where there is one.
    pub next_cursor: Option<String>,
}

impl App {
    /// The remote MCP servers that administrators connected.
    pub fn connectors(&self) -> Connectors {
        Connectors { app: self.clone() }
    }
}

impl Connectors {
    /// A page of the connectors of the organization of `who`, by key.
    pub async fn list(
        &self,
        who: &Principal,
        cursor: Option<&str>,
        rows: Option<u32>,
    ) -> Result<ConnectorPage, Error> {
        self.app.administer(who).await?;
        let store = &self.app.inner.store;
        let rows = rows.unwrap_or(ROWS.1).clamp(1, ROWS.0);
        let after = cursor.unwrap_or_default();
        let found = store.connectors_after(who.organization(), after, rows + 1);
        let mut found = found.await?;
        let more = found.len() > usize::try_from(rows).unwrap_or(usize::MAX);
        found.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
        let last = found.last().map(|one| one.slug.clone());
        Ok(ConnectorPage {
            next_cursor: last.filter(|_| more),
            connectors: self.views(who, found).await?,
        })
    }

    /// One connector by its id or key.
    pub async fn get(&self, who: &Principal, name: &str) -> Result<ConnectorView, Error> {
        self.app.administer(who).await?;
        let stored = self.stored(who, name).await?;
        self.view(who, stored).await
    }

    /// Connects a server.
    ///
    /// # Errors
    ///
    /// `invalid_input` with everything that is wrong at its field.
    pub async fn create(
        &self,
        who: &Principal,
        draft: &ConnectorDraft,
    ) -> Result<ConnectorView, Error> {
        let inner = &self.app.inner;
        let id = ConnectorId::generate(&*inner.clock, &*inner.random);
        let event = event(who, EventKind::ConnectorMade, &id);
        let asked = async {
            self.by_hand(who).await?;
            let checked = check(draft, &ConnectorSecrets::default(), For::Making)?;
            self.room(who).await?;
            let slug = checked.slug.clone().unwrap_or_default();
            self.free(who, &slug).await?;
            self.permitted(&checked.url).await?;
            Ok((checked, self.reach(who, &draft.scope).await?, slug))
        };
        let (checked, reach, slug) = inner.audit.checked(event.clone(), asked).await?;
        let event = event.server(&slug).detail("host", host(&checked.url));
        let change = async {
            let with = self.row(who, &id, draft.enabled, reach, &checked)?;
            let new = NewConnector {
                id: id.clone(),
                slug: slug.clone(),
                with,
            };
            let made = inner.store.create_connector(who.organization(), &new).await;
            made.map_err(|found| error::told(found, &slug))
        };
        let made = inner.audit.change(event, change).await?;
        // Of another one that had this key.
        let consents = self.consents(&made).await?;
        self.end_consents(who, consents, "connector_made").await?;
        self.taken_over().await;
        self.app.connect_itself(who, &made).await;
        self.view(who, made).await
    }

    /// Changes a connector while it still has the revision that was read.
    ///
    /// # Errors
    ///
    /// `connector_changed` where somebody else changed it since.
    pub async fn change(
        &self,
        who: &Principal,
        name: &str,
        revision: i64,
        patch: ConnectorPatch,
    ) -> Result<ConnectorView, Error> {
        let kind = EventKind::ConnectorChanged;
        let stored = self.managed_by_hand(who, name, kind).await?;
        let inner = &self.app.inner;
        let event = event(who, kind, &stored.id).server(&stored.slug);
        let event = event.detail("changed", patch.changes());
        let (consents, anew) = (self.consents(&stored).await?, patch.auth.is_some());
        let change = async {
            if stored.revision != revision {
                return Err(error::stale());
            }
            let secrets = self.app.connector_secrets(&stored).await?;
            let draft = patch.over(self.draft(who, &stored).await?);
            let kept = kept(&stored, &draft, secrets);
            let checked = check(&draft, &kept, For::Changing)?;
            if stored.url != checked.url.as_str() {
                self.permitted(&checked.url).await?;
            }
            let reach = self.reach(who, &draft.scope).await?;
            let row = self.row(who, &stored.id, draft.enabled, reach, &checked)?;
            let store = &inner.store;
            let changed = store
                .change_connector(who.organization(), &stored.id, revision, &row)
                .await
                .map_err(|found| error::told(found, &stored.slug))?;
            changed.ok_or_else(error::stale)
        };
        let changed = inner.audit.change(event, change).await?;
        let voids = voids(&stored, &changed);
        if voids {
            self.end_consents(who, consents, "connector_changed")
                .await?;
        }
        self.taken_over().await;
        if voids || anew || !stored.enabled {
            self.app.connect_itself(who, &changed).await;
        }
        self.view(who, changed).await
    }

    /// Removes a connector: its connection ends, its secrets are gone, what the audit log says of it
    /// stays.
    pub async fn remove(&self, who: &Principal, name: &str) -> Result<(), Error> {
        let kind = EventKind::ConnectorRemoved;
        let stored = self.managed_by_hand(who, name, kind).await?;
        let inner = &self.app.inner;
        let event = event(who, kind, &stored.id).server(&stored.slug);
        let consents = self.consents(&stored).await?;
        let change = async {
            let (at, by) = (inner.clock.now(), by(who));
            let store = &inner.store;
            let removed = store.remove_connector(who.organization(), &stored.id, at, &by);
            removed.await?.then_some(()).ok_or_else(error::not_found)
        };
        inner.audit.change(event, change).await?;
        self.end_consents(who, consents, "connector_removed")
            .await?;
        self.taken_over().await;
        let key = (who.organization().clone(), stored.slug.as_str().into());
        Ok(self.app.forget_server(&key).await?)
    }

    /// Has the server connected to anew: a connection that stands is closed first.
    pub async fn refresh(&self, who: &Principal, name: &str) -> Result<ConnectorView, Error> {
        let kind = EventKind::ConnectorTested;
        let stored = self.managed(who, name, kind).await?;
        let inner = &self.app.inner;
        let event = event(who, kind, &stored.id).server(&stored.slug);
        let anew = async {
            let store = &inner.store;
            let asked = store.reconnect_connector(who.organization(), &stored.id);
            asked.await?.then_some(()).ok_or_else(error::not_found)
        };
        inner.audit.change(event, anew).await?;
        self.taken_over().await;
        self.view(who, stored).await
    }

    pub(super) async fn stored(
        &self,
        who: &Principal,
        name: &str,
    ) -> Result<StoredConnector, Error> {
        let store = &self.app.inner.store;
        let found = store.connector(who.organization(), name).await?;
        found.ok_or_else(error::not_found)
    }

    /// What was stored as it would have been typed, but for the secrets.
    pub(super) async fn draft(
        &self,
        who: &Principal,
        stored: &StoredConnector,
    ) -> Result<ConnectorDraft, Error> {
        let settings = ConnectorSettings::read(&stored.settings);
        let auth = match &settings.oauth {
            Some(oauth) => AuthDraft::Oauth(OauthDraft {
                mode: oauth.mode,
                scopes: oauth.scopes.clone(),
                client_id: oauth.client_id.clone(),
                client_secret: None,
            }),
            None if settings.headers.is_empty() => AuthDraft::None,
            None => AuthDraft::Headers(
                settings
                    .headers
                    .iter()
                    .map(|header| HeaderDraft {
                        name: Some(header.name.clone()),
                        scheme: header.scheme.clone(),
                        value: None,
                    })
                    .collect(),
            ),
        };
        Ok(ConnectorDraft {
            name: stored.name.clone(),
            url: stored.url.clone(),
            scope: self.scope(who, &stored.reach).await?,
            auth,
            enabled: stored.enabled,
            connect_timeout: settings.connect(),
            call_timeout: settings.call(),
            allow: settings.allow,
            deny: settings.deny,
        })
    }

    /// Takes a change over at once where this process serves; another one does within a second.
    pub(super) async fn taken_over(&self) {
        if let Err(error) = self.app.take_connectors().await {
            tracing::warn!(%error, "a change of a connector is taken over later");
            self.app.inner.connectors.changed.notify_one();
        }
    }

    fn row(
        &self,
        who: &Principal,
        id: &ConnectorId,
        enabled: bool,
        reach: ConnectorReach,
        checked: &Checked,
    ) -> Result<ConnectorChange, Error> {
        let inner = &self.app.inner;
        let sealed = checked.secrets.seal(&inner.vault, who.organization(), id);
        Ok(ConnectorChange {
            name: checked.name.clone(),
            url: checked.url.as_str().to_owned(),
            reach,
            enabled,
            settings: checked.settings.write(),
            sealed: sealed.map_err(Error::internal)?,
            at: inner.clock.now(),
            by: by(who),
        })
    }

    /// Refuses a key that something else has.
    async fn free(&self, who: &Principal, slug: &str) -> Result<(), Error> {
        let (organization, store) = (who.organization(), &self.app.inner.store);
        let own = store.organization_by_id(organization).await?;
        let own = own.map(|own| own.slug).unwrap_or_default();
        if let Some(by) = self.app.taken_by(organization, &own, slug) {
            return Err(error::slug_taken(slug, by));
        }
        match store.connector(organization, slug).await? {
            Some(_) => Err(error::slug_taken(slug, "another connector")),
            None => Ok(()),
        }
    }

    /// Refuses an address that the guard lets nothing out to.
    pub(crate) async fn permitted(&self, url: &Url) -> Result<(), Error> {
        let prober = self.app.inner.connectors.prober.read().clone();
        let Some(prober) = prober else {
            return Ok(());
        };
        prober.permits(url).await.map_err(|_| {
            Error::invalid_at(
                "/url",
                "an address on the public internet: the operator allows private ones by \
                 `egress.allow`",
            )
        })
    }

    async fn reach(
        &self,
        who: &Principal,
        scope: &ConnectorScope,
    ) -> Result<ConnectorReach, Error> {
        match scope {
            ConnectorScope::Organization => Ok(ConnectorReach::Organization),
            ConnectorScope::Project { project } => {
                let store = &self.app.inner.store;
                let found = store.project_by_slug(who.organization(), project).await?;
                let found = found.ok_or_else(error::no_project)?;
                Ok(ConnectorReach::Project(found.id))
            }
            ConnectorScope::Roles { roles } => {
                let read: Result<Vec<Role>, _> = roles.iter().map(|role| role.parse()).collect();
                let mut read = read.unwrap_or_default();
                read.sort_unstable();
                read.dedup();
                if read.is_empty() {
                    let expected = "one or more of owner, admin and member";
                    return Err(Error::invalid_at("/roles", expected));
                }
                Ok(ConnectorReach::Roles(read))
            }
        }
    }
}

/// The secrets that stay where none were typed: none where they were given for another host.
pub(super) fn kept(
    stored: &StoredConnector,
    draft: &ConnectorDraft,
    secrets: ConnectorSecrets,
) -> ConnectorSecrets {
    let was = Url::parse(&stored.url).ok();
    let now = address::read(&draft.url).ok();
    match (was, now) {
        (Some(was), Some(now)) if was.origin() == now.origin() => secrets,
        _ => ConnectorSecrets::default(),
    }
}

/// Who did it, as rows have it.
pub(crate) fn by(who: &Principal) -> String {
    match (who.actor(), who.subject()) {
        (Some(actor), _) => actor.as_str().to_owned(),
        (None, Subject::Local) => "operator".to_owned(),
        (None, _) => "anonymous".to_owned(),
    }
}

pub(super) fn event(who: &Principal, kind: EventKind, id: &ConnectorId) -> Event {
    Event::new(kind, who).target("connector", id.as_str())
}

fn host(url: &Url) -> String {
    address::host(url).unwrap_or_default()
}
