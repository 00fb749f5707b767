use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use keyway_core::ports::{Clock, HttpSend, Random};
use keyway_core::{Error, OrgId, Principal, RequestId, Subject};
use keyway_store::Store;
use keyway_vault::Vault;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::agents::{Answering, Turns};
use crate::approvals::Wake;
use crate::audit::{Audit, AuditParts};
use crate::bound;
use crate::changes::Changes;
use crate::channels::Hub;
use crate::connectors::{self, Live};
use crate::credentials::{self, Credentials, CredentialsParts, Grants, GrantsParts, Held};
use crate::installations::Keeper;
use crate::keys::{self, ApiKeys, KeyRing};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::oauth::{Oauth, OauthParts};
use crate::pages_at::PagesAt;
use crate::people::{People, PeopleParts, Serving, Sso};
use crate::policy::{Approvals, InForce, Policies};
use crate::setup::Ready;
use crate::stats::{Stats, Tally};
use crate::subscriptions::Subscriptions;
use crate::tasks::LiveTasks;
use crate::tenant::Tenant;
use crate::trust::{self, Trust};
use crate::{Definitions, Settings, access};

/// The purpose of what [`App::seal`] seals.
const STATE: &str = "request-state";

/// Every use-case of the gateway. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

/// What an [`App`] is made of.
pub struct AppParts {
    /// The rows.
    pub store: Store,
    /// What [`crate::setup::first_start`] answered.
    pub ready: Ready,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The way out to other machines.
    pub http: Arc<dyn HttpSend>,
    /// The actions and credentials to begin with. They belong to the first organization.
    pub definitions: Definitions,
    /// The dials.
    pub settings: Settings,
    /// Where background work runs.
    pub tasks: TaskTracker,
    /// Ends background work.
    pub shutdown: CancellationToken,
}

pub(crate) struct Inner {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) subscriptions: Subscriptions,
    /// MCP servers that are reached with credentials of their callers.
    pub(crate) bound: bound::Table,
    /// What administrators decided about MCP servers.
    pub(crate) trust: Arc<Trust>,
    /// Remote MCP servers that administrators connected.
    pub(crate) connectors: Live,
    pub(crate) limits: Limits,
    pub(crate) policy: ArcSwap<InForce>,
    pub(crate) tasks: TaskTracker,
    pub(crate) pages: PagesAt,
    pub(crate) store: Store,
    /// A job was queued here.
    pub(crate) jobs: Arc<Notify>,
    /// A delivery was recorded here.
    pub(crate) inbox: Arc<Notify>,
    /// A message to a webhook endpoint was queued here.
    pub(crate) webhooks: Arc<Notify>,
    /// A task was begun here.
    pub(crate) task_begun: Arc<Notify>,
    /// Tasks that run in this process.
    pub(crate) live_tasks: LiveTasks,
    /// Deliveries on their way to the file.
    pub(crate) recorder: crate::inbox::Recorder,
    /// What third parties said of who caused events.
    pub(crate) vouched: crate::inbox::VouchedFor,
    /// Whose turn it is at installations.
    pub(crate) installs: Keeper,
    /// An approval changed.
    pub(crate) approvals: Arc<Wake>,
    pub(crate) channels: Arc<Hub>,
    pub(crate) changes: Changes,
    pub(crate) answering: ArcSwap<Answering>,
    pub(crate) turns: Turns,
    pub(crate) settings: Arc<Settings>,
    pub(crate) organization: OrgId,
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) vault: Vault,
    pub(crate) held: Arc<Held>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) http: Arc<dyn HttpSend>,
    people: People,
    oauth: Oauth,
    sso: Sso,
    pub(crate) audit: Audit,
    pub(crate) stats: Arc<Stats>,
    /// The first organization's; the others are in `tenants`.
    pub(crate) home: Arc<Tenant>,
    pub(crate) tenants: ArcSwap<HashMap<OrgId, Arc<Tenant>>>,
    /// What an organization sees that has nothing.
    nobody: Arc<Tenant>,
}

impl App {
    /// Puts an app together and starts its background work.
    pub fn new(parts: AppParts) -> Self {
        let metrics = Arc::new(Metrics::default());
        let settings = Arc::new(parts.settings);
        let definitions = Arc::new(parts.definitions.metered(&metrics));
        let organization = parts.ready.organization.clone();
        let (server_tools, tools_epoch) = parts.ready.server_tools;
        let trust = Arc::new(Trust::new(server_tools));
        let tenant = |definitions: &Arc<Definitions>| {
            Arc::new(Tenant::new(
                &organization,
                definitions,
                Arc::clone(&metrics),
                Arc::clone(&settings),
                Arc::clone(&trust),
            ))
        };
        let ring = Arc::new(KeyRing::new(parts.store.clone(), Arc::clone(&parts.clock)));
        let changes = Changes::default();
        let tally = Arc::<Tally>::default();
        let audit = AuditParts {
            store: parts.store.clone(),
            clock: Arc::clone(&parts.clock),
            random: Arc::clone(&parts.random),
            vault: parts.ready.vault.clone(),
            settings: settings.audit.clone(),
            counters: Arc::clone(&metrics.audit),
            changes: changes.clone(),
            tally: Arc::clone(&tally),
            shutdown: parts.shutdown.clone(),
        };
        let audit = Audit::start(audit, &parts.tasks);
        let stats = Stats::new(parts.store.clone(), tally);
        let stats = Arc::new(stats);
        let keeping = Arc::clone(&stats).keep(audit.drained());
        parts.tasks.spawn(keeping);
        let oauth = Oauth::serving(
            OauthParts {
                store: parts.store.clone(),
                clock: Arc::clone(&parts.clock),
                random: Arc::clone(&parts.random),
                audit: audit.clone(),
                organization: parts.ready.organization.clone(),
                settings: settings.oauth.clone(),
            },
            Arc::clone(&ring),
            Arc::clone(&parts.http),
        );
        parts
            .tasks
            .spawn(oauth.clone().keep_purging(parts.shutdown.clone()));
        let held = Arc::new(Held::new(parts.store.clone(), parts.ready.vault.clone()));
        let grants = Arc::new(Grants::new(GrantsParts {
            store: parts.store.clone(),
            vault: parts.ready.vault.clone(),
            clock: Arc::clone(&parts.clock),
            random: Arc::clone(&parts.random),
            http: Arc::clone(&parts.http),
            clients: settings.oauth_clients.clone(),
            pages: settings.pages_url.clone(),
            tasks: parts.tasks.clone(),
        }));
        parts.tasks.spawn(credentials::watch(
            Arc::clone(&held),
            Arc::clone(&grants),
            parts.shutdown.clone(),
        ));
        let shutdown = parts.shutdown;
        let settling = Arc::clone(&grants).settle_at_end(shutdown.clone());
        parts.tasks.spawn(settling);
        parts
            .tasks
            .spawn(keys::watch(Arc::clone(&ring), shutdown.clone()));
        let people = People::serving(
            PeopleParts {
                store: parts.store.clone(),
                clock: Arc::clone(&parts.clock),
                random: Arc::clone(&parts.random),
                settings: settings.sign_in.clone(),
            },
            Serving {
                ring: Arc::clone(&ring),
                vault: parts.ready.vault.clone(),
                audit: audit.clone(),
            },
        );
        parts
            .tasks
            .spawn(people.clone().watch_visits(shutdown.clone()));
        let channels = Hub::new(
            settings.channels.clone(),
            parts.store.clone(),
            Arc::clone(&parts.clock),
            parts.ready.organization.clone(),
        );
        let approvals = Arc::new(Wake::default());
        parts.tasks.spawn(Arc::clone(&approvals).watch(
            parts.store.clone(),
            Arc::clone(&parts.clock),
            changes.clone(),
            settings.approvals.keep,
            shutdown.clone(),
        ));
        let sso = Sso::new(people.clone(), Arc::clone(&parts.http));
        let inner = Inner {
            pages: PagesAt::configured(settings.pages_url.as_deref()),
            held,
            grants,
            http: parts.http,
            people,
            oauth,
            sso,
            vault: parts.ready.vault,
            audit,
            stats,
            organization: parts.ready.organization,
            home: tenant(&definitions),
            nobody: tenant(&Arc::default()),
            trust: Arc::clone(&trust),
            tenants: ArcSwap::default(),
            subscriptions: Subscriptions::default(),
            bound: bound::Table::default(),
            connectors: Live::default(),
            jobs: Arc::default(),
            inbox: Arc::default(),
            webhooks: Arc::default(),
            task_begun: Arc::default(),
            live_tasks: LiveTasks::default(),
            recorder: crate::inbox::Recorder::default(),
            vouched: crate::inbox::VouchedFor::default(),
            installs: Keeper::default(),
            approvals,
            channels: Arc::new(channels),
            changes,
            answering: ArcSwap::default(),
            turns: Turns::default(),
            limits: Limits::new(settings.rate_limits, &parts.clock),
            policy: ArcSwap::new(InForce::new(built_in())),
            clock: parts.clock,
            random: parts.random,
            store: parts.store,
            tasks: parts.tasks,
            metrics,
            settings,
            ring,
        };
        let app = Self {
            inner: Arc::new(inner),
        };
        let watching = bound::watch(app.clone(), shutdown.clone());
        app.inner.tasks.spawn(watching);
        let keeping = trust::keep(app.clone(), tools_epoch, shutdown.clone());
        app.inner.tasks.spawn(keeping);
        let watching = connectors::watch(app.clone(), shutdown);
        app.inner.tasks.spawn(watching);
        app
    }

    /// Who comes in with an API key. [`keyway_core::Kind::Unauthenticated`] for one that is not
    /// valid, whatever the reason; access tokens are good at a resource only.
    pub async fn authenticate(&self, bearer: &str) -> Result<Principal, Error> {
        self.inner.ring.authenticate(bearer, None).await
    }

    /// Who comes in at `resource` with an API key, or with an access token that was issued for it.
    pub async fn authenticate_at(
        &self,
        bearer: &str,
        resource: Option<&str>,
    ) -> Result<Principal, Error> {
        self.inner.ring.authenticate(bearer, resource).await
    }

    /// Who comes in without a key, at a gateway that asks for none.
    pub fn anonymous(&self) -> Principal {
        Principal::new(self.inner.organization.clone(), Subject::Anonymous)
    }

    /// The operator at the machine's terminal.
    pub fn local(&self) -> Principal {
        Principal::new(self.inner.organization.clone(), Subject::Local)
    }

    /// Making, listing, replacing and ending API keys.
    pub fn api_keys(&self) -> ApiKeys {
        ApiKeys::new(
            self.inner.store.clone(),
            Arc::clone(&self.inner.clock),
            Arc::clone(&self.inner.random),
        )
        .serving(Arc::clone(&self.inner.ring), self.inner.audit.clone())
    }

    /// People, machine identities and web sessions.
    pub fn people(&self) -> &People {
        &self.inner.people
    }

    /// Signing in at OpenID providers.
    pub fn sso(&self) -> &Sso {
        &self.inner.sso
    }

    /// Refuses `who` unless they administer their organization at this moment: the operator, or an
    /// owner or admin who comes with the scope `admin`. Every administrative use-case asks this first.
    pub async fn administer(&self, who: &Principal) -> Result<(), Error> {
        access::administer(&self.inner.store, who).await.map(drop)
    }

    /// The instances of credentials.
    pub fn credentials(&self) -> Credentials {
        let inner = &self.inner;
        let parts = CredentialsParts {
            store: inner.store.clone(),
            clock: Arc::clone(&inner.clock),
            random: Arc::clone(&inner.random),
            vault: inner.vault.clone(),
            audit: inner.audit.clone(),
            definitions: self.definitions(),
            grants: Arc::clone(&inner.grants),
            pages: inner.pages.clone(),
        };
        Credentials::new(parts).serving(Arc::clone(&inner.held))
    }

    /// The authorization server: clients, grants, tokens.
    pub fn oauth(&self) -> &Oauth {
        &self.inner.oauth
    }

    /// What happened, written down.
    pub fn audit(&self) -> &Audit {
        &self.inner.audit
    }

    /// How often someone may ask, and how they stand.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// What is counted.
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// A new id for a request.
    pub fn new_request_id(&self) -> RequestId {
        RequestId::generate(&*self.inner.clock, &*self.inner.random)
    }

    /// Held for as long as something runs that a shutdown has to wait for.
    pub fn running(&self) -> TaskTrackerToken {
        self.inner.tasks.token()
    }

    /// Answers once the store does.
    pub async fn check_store(&self) -> Result<(), Error> {
        Ok(self.inner.store.ping().await?)
    }

    /// Seals bytes for a principal: unreadable and unalterable outside, and useless to anyone else.
    pub fn seal(&self, who: &Principal, state: &[u8]) -> String {
        // Only texts of 4 GiB cannot be sealed; an empty token then opens nowhere.
        let sealed = self.inner.vault.seal_token(STATE, &bound(who), state);
        sealed.unwrap_or_default()
    }

    /// Opens what [`App::seal`] made for the same principal; `None` for anything else.
    pub fn open(&self, who: &Principal, sealed: &str) -> Option<Vec<u8>> {
        let opened = self.inner.vault.open_token(STATE, &bound(who), sealed);
        opened.ok()
    }

    /// Every organization that has anything.
    pub(crate) fn tenants(&self) -> Vec<Arc<Tenant>> {
        let others = self.inner.tenants.load();
        let home = std::iter::once(&self.inner.home);
        home.chain(others.values()).map(Arc::clone).collect()
    }

    /// Says where the gateway is served, without a final slash; the first word counts. People are led
    /// there where no URL of its pages is configured.
    pub fn served_at(&self, url: &str) {
        self.inner.pages.set(url);
    }

    /// The URL people reach the gateway's pages under, where it is known.
    pub(crate) fn pages_url(&self) -> Option<&str> {
        self.inner.pages.base()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The organization the gateway's own actions belong to.
    pub(crate) fn home(&self) -> &OrgId {
        &self.inner.organization
    }

    /// Takes in what the upstreams of an organization list now.
    pub(crate) fn refresh_of(&self, organization: &OrgId) {
        if *organization == self.inner.organization {
            return self.inner.home.refresh();
        }
        if let Some(tenant) = self.inner.tenants.load().get(organization) {
            tenant.refresh();
        }
    }

    pub(crate) fn home_tenant(&self) -> &Tenant {
        &self.inner.home
    }

    pub(crate) fn tenant(&self, who: &Principal) -> Arc<Tenant> {
        let organization = who.organization();
        if *organization == self.inner.organization {
            return Arc::clone(&self.inner.home);
        }
        let others = self.inner.tenants.load();
        Arc::clone(others.get(organization).unwrap_or(&self.inner.nobody))
    }
}

/// The policies of every gateway. A test reads them; should they ever not be readable, nothing is
/// permitted.
fn built_in() -> Policies {
    Policies::read(&[], Approvals::BuiltIn).unwrap_or_default()
}

/// What a principal's sealed texts are bound to.
fn bound(who: &Principal) -> Vec<u8> {
    format!("{}/{}", who.organization(), subject(who)).into_bytes()
}

/// By what somebody is recognised, and for whom they came in.
pub(crate) fn subject(who: &Principal) -> String {
    match who.subject() {
        Subject::ApiKey { key, owner } => format!("{}/{key}", owner.as_str()),
        Subject::Token { client, owner, .. } => format!("{}/{client}", owner.as_str()),
        Subject::WebSession { session, user } => format!("{user}/{session}"),
        Subject::Publication {
            publication,
            account,
        } => format!("{account}/{publication}"),
        Subject::Linked { link, user } => format!("{user}/{link}"),
        Subject::Local => "local".to_owned(),
        Subject::Anonymous => "anonymous".to_owned(),
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("organization", &self.inner.organization)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for AppParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppParts").finish_non_exhaustive()
    }
}
