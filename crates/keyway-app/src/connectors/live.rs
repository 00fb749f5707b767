use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arc_swap::ArcSwap;
use keyway_core::ports::{Upstream, UpstreamStatus};
use keyway_core::{ConnectorId, Error, OrgId};
use keyway_store::{ConnectorReach, StoredConnector};
use parking_lot::{Mutex, RwLock};
use tokio::sync::Notify;
use url::Url;

use super::authorize::{Authorization, authorization};
use super::secrets::ConnectorSecrets;
use super::settings::ConnectorSettings;
use super::{
    ConfiguredServer, ConnectorTarget, OauthMode, OpenConnectors, ProbeServers, Reach, error, oauth,
};
use crate::App;
use crate::bound::Connected;
use crate::changes::Topic;

/// The connectors that are connected to, of every organization.
#[derive(Default)]
pub(crate) struct Live {
    pub(super) opener: RwLock<Option<Arc<dyn OpenConnectors>>>,
    pub(super) prober: RwLock<Option<Arc<dyn ProbeServers>>>,
    pub(super) configured: ArcSwap<Vec<ConfiguredServer>>,
    open: Mutex<BTreeMap<ConnectorId, Open>>,
    /// Held while the store is read and what it says is taken over.
    taking: tokio::sync::Mutex<()>,
    /// Something changed in this process.
    pub(super) changed: Notify,
}

/// A connector as it was taken over.
struct Open {
    organization: OrgId,
    revision: i64,
    slug: String,
    reconnects: i64,
    reach: Option<Reach>,
    /// `None` where nothing is connected that everybody shares.
    connected: Option<(ConnectorTarget, Arc<dyn Upstream>)>,
    /// Set for one that is reached with tokens.
    tokens: Option<Arc<Connected>>,
}

/// Where a connector leads.
struct Leads {
    shared: Option<ConnectorTarget>,
    tokens: Option<Arc<Connected>>,
}

impl Open {
    fn stamp(&self) -> (i64, i64) {
        (self.revision, self.reconnects)
    }
}

/// An upstream as a tenant gets it.
pub(crate) struct Shown {
    pub(crate) upstream: Arc<dyn Upstream>,
    pub(crate) reach: Option<Reach>,
}

/// What a connection is called in a pool: no configured server can have such a name.
pub(super) fn connection(id: &ConnectorId) -> String {
    format!("connector/{id}")
}

impl Live {
    /// Of these connectors, each with its revision and the connection that was asked for, those that are
    /// open as something else, or not at all.
    fn other_than(&self, stamps: &[(ConnectorId, i64, i64)]) -> Vec<ConnectorId> {
        let open = self.open.lock();
        let other = stamps.iter().filter(|(id, revision, reconnects)| {
            let known = open.get(id).map(Open::stamp);
            known != Some((*revision, *reconnects))
        });
        other.map(|(id, _, _)| id.clone()).collect()
    }

    /// How a connector's connection stands, where this process has one.
    pub(super) fn status(&self, id: &ConnectorId) -> Option<UpstreamStatus> {
        let open = self.open.lock();
        let (_, upstream) = open.get(id)?.connected.as_ref()?;
        Some(upstream.status())
    }
}

impl App {
    /// Lets connectors be connected to, of every organization, now and whenever one changes.
    pub async fn serve_connectors(&self, opener: Arc<dyn OpenConnectors>) {
        self.inner.bound.opens_connectors(Arc::clone(&opener));
        *self.inner.connectors.opener.write() = Some(opener);
        if let Err(error) = self.take_connectors().await {
            tracing::warn!(%error, "connectors are connected to later");
        }
    }

    /// How connectors are looked at from outside.
    pub fn set_prober(&self, prober: Arc<dyn ProbeServers>) {
        *self.inner.connectors.prober.write() = Some(prober);
    }

    /// Takes over what the store says of connectors. Does nothing in a process that serves nothing.
    pub(super) async fn take_connectors(&self) -> Result<(), Error> {
        let live = &self.inner.connectors;
        let Some(opener) = live.opener.read().clone() else {
            return Ok(());
        };
        let _taking = live.taking.lock().await;
        let stamps = self.inner.store.connector_stamps().await?;
        let other = live.other_than(&stamps);
        let stored = self.inner.store.connectors_by_id(&other).await?;
        let mut touched: BTreeSet<OrgId> = BTreeSet::new();
        let there: BTreeSet<ConnectorId> = stamps.into_iter().map(|(id, _, _)| id).collect();
        for one in &stored {
            let known = live.open.lock().get(&one.id).map(Open::stamp);
            if known.is_some_and(|(_, reconnects)| reconnects != one.reconnects) {
                // One that is switched off, or that everybody reaches on their own, is none.
                opener.reconnect(&connection(&one.id));
                self.inner.bound.reopen(&one.organization, &one.slug);
            }
            touched.insert(one.organization.clone());
            let leads = match self.leads(one).await {
                Ok(leads) => leads,
                Err(error) => {
                    let connector = &one.slug;
                    tracing::error!(connector, %error, "a connector is not connected to");
                    Leads {
                        shared: None,
                        tokens: None,
                    }
                }
            };
            let reach = self.reach_of(one).await?;
            self.put(one, reach, leads, &*opener);
        }
        let gone: Vec<_> = {
            let mut open = live.open.lock();
            let gone = open.extract_if(.., |id, _| !there.contains(id));
            gone.collect()
        };
        for (id, open) in gone {
            touched.insert(open.organization);
            if open.connected.is_some() {
                opener.close(&connection(&id));
            }
        }
        for organization in touched {
            self.show_connectors(&organization);
        }
        Ok(())
    }

    /// Replaces what is open of a connector, and keeps a connection that serves as well.
    fn put(
        &self,
        stored: &StoredConnector,
        reach: Option<Reach>,
        leads: Leads,
        opener: &dyn OpenConnectors,
    ) {
        let live = &self.inner.connectors;
        let name = connection(&stored.id);
        let before = live.open.lock().remove(&stored.id);
        let before = before.and_then(|open| open.connected);
        let connected = match (before, leads.shared) {
            (Some((was, upstream)), Some(target)) if was.same(&target) => Some((target, upstream)),
            (_, Some(target)) => {
                let upstream = opener.open(&name, &target);
                Some((target, upstream))
            }
            (Some(_), None) => {
                opener.close(&name);
                None
            }
            (None, None) => None,
        };
        let open = Open {
            organization: stored.organization.clone(),
            revision: stored.revision,
            slug: stored.slug.clone(),
            reconnects: stored.reconnects,
            reach,
            connected,
            tokens: leads.tokens,
        };
        live.open.lock().insert(stored.id.clone(), open);
    }

    /// Whom a connector is there for; `None` where that is everybody.
    async fn reach_of(&self, stored: &StoredConnector) -> Result<Option<Reach>, Error> {
        Ok(match &stored.reach {
            ConnectorReach::Organization => None,
            ConnectorReach::Roles(roles) => Some(Reach::Roles(roles.clone())),
            ConnectorReach::Project(id) => {
                let project = self.inner.store.project(&stored.organization, id).await?;
                // One that is gone takes its connectors with it at once: nobody works for it.
                Some(Reach::Project(
                    project.map(|one| one.slug).unwrap_or_default(),
                ))
            }
        })
    }

    /// Where a connector leads, with its secrets: to a connection that everybody shares, or to one for
    /// each instance of its credential.
    async fn leads(&self, stored: &StoredConnector) -> Result<Leads, Error> {
        let settings = ConnectorSettings::read(&stored.settings);
        let secrets = self.connector_secrets(stored).await?;
        let mut target = ConnectorTarget {
            key: stored.slug.clone(),
            url: Url::parse(&stored.url).map_err(Error::internal)?,
            headers: Vec::new(),
            renewed: None,
            enabled: stored.enabled,
            connect_timeout: settings.connect(),
            call_timeout: settings.call(),
            allow: settings.allow.clone(),
            deny: settings.deny.clone(),
            secrets: Vec::new(),
        };
        let oauth = match authorization(&settings, &secrets) {
            Authorization::Headers(headers) => {
                target.headers = headers;
                return Ok(Leads {
                    shared: Some(target),
                    tokens: None,
                });
            }
            Authorization::Tokens => settings.oauth.filter(|_| stored.enabled),
        };
        let tokens = match oauth {
            None => None,
            Some(oauth) => {
                oauth::know(&self.credentials().parts, stored, &oauth).await?;
                let definition = oauth::definition(stored, &oauth);
                let server = oauth::server(stored, &definition);
                let of_each = oauth.mode == OauthMode::PerUser;
                Some(Arc::new(Connected {
                    server,
                    target: Some(target),
                    of_each,
                }))
            }
        };
        Ok(Leads {
            shared: None,
            tokens,
        })
    }

    /// The secrets of a connector.
    ///
    /// # Errors
    ///
    /// `connector_changed` where it is not as it was read any more.
    pub(super) async fn connector_secrets(
        &self,
        stored: &StoredConnector,
    ) -> Result<ConnectorSecrets, Error> {
        let sealed = self.inner.store.sealed_connector(stored).await?;
        let sealed = sealed.ok_or_else(error::stale)?;
        ConnectorSecrets::open(&self.inner.vault, stored, &sealed)
            .map_err(|source| error::unreadable().with_source(source))
    }

    fn show_connectors(&self, organization: &OrgId) {
        let (mut shown, mut tokens, mut reaches) = (Vec::new(), Vec::new(), HashMap::new());
        let open = self.inner.connectors.open.lock();
        let own = open.values();
        for open in own.filter(|open| open.organization == *organization) {
            if let Some((_, upstream)) = &open.connected {
                shown.push(Shown {
                    upstream: Arc::clone(upstream),
                    reach: open.reach.clone(),
                });
            }
            if let Some(connected) = &open.tokens {
                tokens.push(Arc::clone(connected));
                let reach = open.reach.clone();
                reaches.extend(reach.map(|reach| (open.slug.clone(), reach)));
            }
        }
        drop(open);
        self.tenant_of(organization).set_connectors(shown, reaches);
        self.set_connected(organization, tokens);
        self.inner.changes.tell(organization, Topic::Servers);
    }
}
