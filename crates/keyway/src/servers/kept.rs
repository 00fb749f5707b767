use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::ports::Upstream;
use keyway_mcp::upstream::{Pool, ServerSpec};

use super::Unusable;
use super::same::same;
use crate::config::{Environment, Finding, McpServer, Place, Severity};

/// The servers in use. Keeps the pool as the configuration has it, and touches only what changed.
pub(crate) struct Kept {
    pool: Arc<Pool>,
    environment: Environment,
    /// Every variable that a secret was ever taken from.
    secret_variables: BTreeSet<String>,
    held: BTreeMap<String, Held>,
}

/// A server in use.
pub(crate) struct Held {
    /// The file it is configured in.
    pub(crate) file: Option<PathBuf>,
    /// How it is reached.
    pub(crate) spec: ServerSpec,
    /// The connection.
    pub(crate) upstream: Arc<dyn Upstream>,
}

/// What became of the servers, by name.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) added: Vec<String>,
    pub(crate) changed: Vec<String>,
    pub(crate) removed: Vec<String>,
}

impl Changes {
    pub(crate) fn any(&self) -> bool {
        !(self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty())
    }
}

/// What a configuration came to.
pub(crate) struct Taken {
    pub(crate) changes: Changes,
    /// What cannot be used, with the name of the server where it is one.
    pub(crate) unusable: Vec<(Option<String>, Unusable)>,
}

impl Kept {
    pub(crate) fn new(pool: Pool, environment: Environment) -> Self {
        Self {
            pool: Arc::new(pool),
            environment,
            secret_variables: BTreeSet::new(),
            held: BTreeMap::new(),
        }
    }

    pub(crate) fn pool(&self) -> Arc<Pool> {
        Arc::clone(&self.pool)
    }

    /// The servers in use, by name.
    pub(crate) fn held(&self) -> impl Iterator<Item = (&str, &Held)> {
        let held = self.held.iter();
        held.map(|(name, held)| (name.as_str(), held))
    }

    /// No child that is started from here on inherits what secrets are taken from.
    pub(crate) fn withhold(&mut self, variables: impl IntoIterator<Item = String>) {
        self.secret_variables.extend(variables);
        let base_env = self.environment.for_children(&self.secret_variables);
        self.pool.set_base_env(base_env);
    }

    /// Takes over the servers of a configuration, and waits for none of them. A server that is as
    /// it was keeps its connection. What cannot be used any more stays as it was: the servers of a
    /// file that cannot be read, and a server whose entry is wrong.
    pub(crate) fn take(
        &mut self,
        servers: &[&McpServer],
        findings: &[Finding],
        now: Timestamp,
    ) -> Taken {
        let mut before = std::mem::take(&mut self.held);
        let mut changes = Changes::default();
        let mut unusable = Vec::new();
        for (path, finding) in whole_files(findings) {
            let from_it = |_: &String, held: &mut Held| held.file.as_deref() == Some(path);
            let kept: Vec<_> = before.extract_if(.., from_it).collect();
            let file = Unusable::file(path, finding, !kept.is_empty(), now);
            unusable.push((None, file));
            self.held.extend(kept);
        }
        let stays: BTreeSet<String> = self.held.keys().cloned().collect();
        for server in servers {
            let name = &server.name;
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
                        upstream,
                    };
                    self.held.insert(name.clone(), held);
                }
                Err(problems) => {
                    let mine = |held: &Held| held.file == file(server);
                    let kept = before.get(name).is_some_and(mine);
                    if kept && let Some(held) = before.remove(name) {
                        self.held.insert(name.clone(), held);
                    }
                    let same = |other: &&&McpServer| other.name == *name;
                    let alone = servers.iter().filter(same).count() == 1;
                    let entry = Unusable::entry(server, problems, alone, kept, now);
                    unusable.push((Some(name.clone()), entry));
                }
            }
        }
        for name in before.into_keys() {
            self.pool.remove(&name);
            changes.removed.push(name);
        }
        Taken { changes, unusable }
    }

    /// What is shown for a file that cannot be used while every server stays as it is.
    pub(crate) fn unusable_file(
        &self,
        file: &Path,
        findings: &[Finding],
        now: Timestamp,
    ) -> Option<Unusable> {
        let first = findings
            .iter()
            .find(|finding| finding.severity == Severity::Error)?;
        Some(Unusable::file(file, first, !self.held.is_empty(), now))
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
