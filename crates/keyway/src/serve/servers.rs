use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyway_app::App;
use keyway_app::setup::ORGANIZATION;
use keyway_core::OrgId;
use keyway_core::ports::{Clock, Upstream};
use keyway_mcp::upstream::{Pool, ServerSpec};
use keyway_store::Store;

use super::Opened;
use super::unusable::Unusable;
use crate::config::{Config, Environment, Finding, McpServer, Place, Severity};

/// The upstream servers in use. Keeps pool and application as the configuration has them, and
/// touches only what changed.
pub(super) struct Servers {
    pool: Arc<Pool>,
    app: App,
    store: Store,
    clock: Arc<dyn Clock>,
    environment: Environment,
    /// Every variable that a secret was ever taken from.
    secret_variables: BTreeSet<String>,
    held: BTreeMap<String, Held>,
    /// Every organization that was ever given servers.
    organizations: BTreeSet<OrgId>,
}

/// A server in use.
struct Held {
    file: Option<PathBuf>,
    spec: ServerSpec,
    organization: OrgId,
    upstream: Arc<dyn Upstream>,
}

/// What became of the servers, by name.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) added: Vec<String>,
    pub(super) changed: Vec<String>,
    pub(super) removed: Vec<String>,
}

impl Changes {
    pub(super) fn any(&self) -> bool {
        !(self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty())
    }
}

type Shown = Vec<(OrgId, Arc<dyn Upstream>)>;

impl Servers {
    pub(super) fn new(pool: Pool, environment: Environment, opened: &Opened) -> Self {
        Self {
            pool: Arc::new(pool),
            app: opened.app.clone(),
            store: opened.store.clone(),
            clock: Arc::clone(&opened.clock),
            environment,
            secret_variables: BTreeSet::new(),
            held: BTreeMap::new(),
            organizations: BTreeSet::new(),
        }
    }

    pub(super) fn pool(&self) -> Arc<Pool> {
        Arc::clone(&self.pool)
    }

    /// Takes over the servers of a configuration, and waits for none of them. A server that is as
    /// it was keeps its connection. What cannot be used any more stays as it was: the servers of a
    /// file that cannot be read, and a server whose entry is wrong.
    pub(super) async fn take(&mut self, config: &Config, findings: &[Finding]) -> Changes {
        self.withhold(config);
        let now = self.clock.now();
        let home = self.app.local().organization().clone();
        let mut before = std::mem::take(&mut self.held);
        let mut changes = Changes::default();
        let mut shown = Shown::new();

        for (path, finding) in whole_files(findings) {
            let from_it = |_: &String, held: &mut Held| held.file.as_deref() == Some(path);
            let kept: Vec<_> = before.extract_if(.., from_it).collect();
            let file = Unusable::file(path, finding, !kept.is_empty(), now);
            shown.push((home.clone(), Arc::new(file)));
            self.held.extend(kept);
        }
        let stays: BTreeSet<String> = self.held.keys().cloned().collect();
        for server in &config.mcp_servers {
            let name = &server.name;
            let Some(organization) = self.organization(server).await else {
                continue;
            };
            match &server.spec {
                Ok(_) if stays.contains(name) => {}
                Ok(spec) => {
                    let upstream = match before.remove(name).or_else(|| self.held.remove(name)) {
                        Some(held) if same(&held.spec, spec) => held.upstream,
                        old => {
                            let told = old.map_or(&mut changes.added, |_| &mut changes.changed);
                            told.push(name.clone());
                            self.pool.add(spec.clone())
                        }
                    };
                    let held = Held {
                        file: file(server),
                        spec: spec.clone(),
                        organization,
                        upstream,
                    };
                    self.held.insert(name.clone(), held);
                }
                Err(problems) => {
                    let mine = |held: &Held| held.file == file(server);
                    let kept = before.get(name).is_some_and(mine);
                    if let Some(held) = before.remove(name).filter(mine) {
                        self.held.insert(name.clone(), held);
                    }
                    let entry = Unusable::entry(config, server, problems, kept, now);
                    shown.push((organization, Arc::new(entry)));
                }
            }
        }
        for name in before.into_keys() {
            self.pool.remove(&name);
            changes.removed.push(name);
        }
        self.show(shown);
        changes
    }

    /// Keeps every server as it is, and shows in the status why the file cannot be used.
    pub(super) fn keep(&mut self, file: &Path, findings: &[Finding]) {
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        let Some(first) = errors.clone().next() else {
            return;
        };
        let now = self.clock.now();
        let home = self.app.local().organization().clone();
        let unusable = Unusable::file(file, first, !self.held.is_empty(), now);
        self.show(vec![(home, Arc::new(unusable))]);
    }

    /// No child that is started from here on inherits what secrets are taken from.
    fn withhold(&mut self, config: &Config) {
        let variables = config.secret_variables.iter().cloned();
        self.secret_variables.extend(variables);
        let base_env = self.environment.for_children(&self.secret_variables);
        self.pool.set_base_env(base_env);
    }

    fn show(&mut self, shown: Shown) {
        let mut all: BTreeMap<OrgId, Vec<Arc<dyn Upstream>>> = BTreeMap::new();
        for organization in &self.organizations {
            all.insert(organization.clone(), Vec::new());
        }
        let held = self.held.values();
        let held = held.map(|held| (held.organization.clone(), Arc::clone(&held.upstream)));
        for (organization, upstream) in held.chain(shown) {
            all.entry(organization).or_default().push(upstream);
        }
        for (organization, upstreams) in all {
            self.app.set_upstreams_of(&organization, upstreams);
            self.organizations.insert(organization);
        }
    }

    async fn organization(&self, server: &McpServer) -> Option<OrgId> {
        let (server, slug) = (&server.name, &server.organization);
        if slug == ORGANIZATION {
            return Some(self.app.local().organization().clone());
        }
        match self.store.organization(slug).await {
            Ok(Some(found)) => Some(found.id),
            Ok(None) => {
                tracing::warn!(%server, %slug, "left out an MCP server: there is no such organization");
                None
            }
            Err(error) => {
                tracing::warn!(%server, %slug, %error, "left out an MCP server");
                None
            }
        }
    }
}

/// The files that could not be read as a whole, and why.
fn whole_files(findings: &[Finding]) -> impl Iterator<Item = (&Path, &Finding)> {
    findings.iter().filter_map(|finding| match &finding.place {
        Place::File { path, .. }
            if finding.severity == Severity::Error && finding.field.is_empty() =>
        {
            Some((path.as_path(), finding))
        }
        _ => None,
    })
}

fn file(server: &McpServer) -> Option<PathBuf> {
    match &server.place {
        Place::File { path, .. } => Some(path.clone()),
        _ => None,
    }
}

/// True when two specs are alike in everything, their secrets included.
fn same(one: &ServerSpec, other: &ServerSpec) -> bool {
    format!("{one:?}") == format!("{other:?}") && secrets(one) == secrets(other)
}

/// What the debug form of a spec leaves out, in a fixed order.
fn secrets(spec: &ServerSpec) -> Vec<&str> {
    spec.all_secrets()
        .map(|secret| secret.expose().as_str())
        .collect()
}
