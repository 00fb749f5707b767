use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use keyway_client::approvals::Fingerprint;
use keyway_client::calls::Server;
use keyway_core::ports::{Upstream, UpstreamState, UpstreamStatus};

use super::idle::{idle, kind};
use super::reader::{NOT_TRUSTED, Reading};
use super::{Project, Source, Start};
use keyway_mcp::upstream::{Auth, Transport};

use crate::config::doc::Node;
use crate::config::{Finding, McpServer, Place};
use crate::servers::{Changes, Kept, Unusable};

/// A configured server that is in force.
#[derive(Debug, Clone)]
pub(crate) struct Configured {
    /// Whose file it is from.
    pub(crate) source: Source,
    /// Its name, place, and what it says or what is wrong with it.
    pub(crate) server: McpServer,
}

impl Configured {
    /// One of a project: its tokens are the project's own.
    pub(super) fn of_project(mut server: McpServer, profile: &str) -> Self {
        if let Ok(spec) = &mut server.spec
            && let Transport::Http(http) = &mut spec.transport
            && let Auth::OAuth(oauth) = &mut http.auth
        {
            profile.clone_into(&mut oauth.profile);
        }
        Self {
            source: Source::Project,
            server,
        }
    }
}

/// Something in a file that is not in force.
#[derive(Debug, Clone)]
pub(crate) struct Ignored {
    name: String,
    file: PathBuf,
    kind: (&'static str, &'static str),
    reason: String,
}

impl Ignored {
    /// The project's file as a whole.
    pub(super) fn file(path: &Path, reason: String) -> Self {
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            name: name.to_string_lossy().into_owned(),
            file: path.to_owned(),
            kind: ("unknown", "unknown"),
            reason,
        }
    }

    /// A server of a project's file that is not trusted.
    pub(super) fn server(path: &Path, name: String, entry: &Node) -> Self {
        let command = entry.get("command").and_then(Node::text);
        let stdio = command.is_some_and(|command| !command.trim().is_empty());
        let auth = entry
            .get("auth")
            .map(|auth| auth.get("type").unwrap_or(auth));
        let auth = match auth.and_then(Node::text) {
            None | Some("none") => "none",
            Some("api_key") => "api_key",
            Some("oauth") => "oauth",
            Some(_) => "unknown",
        };
        Self {
            name,
            file: path.to_owned(),
            kind: (if stdio { "stdio" } else { "http" }, auth),
            reason: NOT_TRUSTED.to_owned(),
        }
    }
}

/// One line of the status: a server, or a file that cannot be used.
#[derive(Debug, Clone, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerStatus {
    /// The state of the connection, and why.
    #[serde(flatten)]
    pub(crate) status: UpstreamStatus,
    /// Whose file it is from.
    pub(crate) source: Source,
    /// The file.
    pub(crate) file: PathBuf,
    /// False for what is there and not used: disabled, not trusted, wrong.
    pub(crate) in_force: bool,
}

/// The servers of a local client, as its files have them.
pub(super) struct Servers {
    kept: Kept,
    start: Start,
    call_timeout: Option<Duration>,
    reading: Reading,
    unusable: Vec<(Option<String>, Unusable)>,
    since: Timestamp,
}

impl Servers {
    pub(super) fn new(
        kept: Kept,
        start: Start,
        call_timeout: Option<Duration>,
        now: Timestamp,
    ) -> Self {
        Self {
            kept,
            start,
            call_timeout,
            reading: Reading::default(),
            unusable: Vec::new(),
            since: now,
        }
    }

    /// Takes over what the files say; a server that is as it was keeps its connection.
    pub(super) fn take(&mut self, reading: Reading, now: Timestamp) -> Changes {
        self.kept.withhold(reading.variables.iter().cloned());
        self.reading = reading;
        if let Some(limit) = self.call_timeout {
            let limit = Some(limit).filter(|limit| !limit.is_zero());
            for configured in &mut self.reading.servers {
                if let Ok(spec) = &mut configured.server.spec {
                    spec.timeouts.call = limit;
                }
            }
        }
        self.since = now;
        self.apply(now)
    }

    /// Connects to a server that was left out until now. False when it cannot be.
    pub(super) fn want(&mut self, name: &str, now: Timestamp) -> bool {
        let mine = |configured: &Configured| configured.server.name == name;
        let Some(configured) = self.reading.servers.iter().find(|one| mine(one)) else {
            return false;
        };
        if configured.server.spec.is_err() || self.start.wants(name) {
            return false;
        }
        match &mut self.start {
            Start::All => {}
            Start::Only(names) => names.push(name.to_owned()),
            Start::Nothing => self.start = Start::Only(vec![name.to_owned()]),
        }
        self.apply(now);
        true
    }

    fn apply(&mut self, now: Timestamp) -> Changes {
        let wanted: Vec<_> = self
            .reading
            .servers
            .iter()
            .map(|configured| &configured.server)
            .filter(|server| server.spec.is_err() || self.start.wants(&server.name))
            .collect();
        let taken = self.kept.take(&wanted, &self.reading.findings, now);
        self.unusable = taken.unusable;
        taken.changes
    }

    pub(super) fn configured(&self) -> Vec<Configured> {
        self.reading.servers.clone()
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        self.reading.findings.clone()
    }

    /// The servers that are connected to, or would be.
    pub(super) fn upstreams(&self) -> Vec<Arc<dyn Upstream>> {
        let held = self.kept.held();
        held.map(|(_, held)| Arc::clone(&held.upstream)).collect()
    }

    /// The same for calls, with what approvals are bound to.
    pub(super) fn callable(&self, project: &Project) -> Vec<Server> {
        let held = self.kept.held();
        held.map(|(_, held)| {
            let foreign = held.file.as_deref() == Some(project.file());
            Server {
                upstream: Arc::clone(&held.upstream),
                profile: if foreign {
                    project.profile()
                } else {
                    String::new()
                },
                address: Fingerprint::of(&held.spec),
                enabled: held.spec.enabled,
            }
        })
        .collect()
    }

    /// True when every server that is connected to has come to rest.
    pub(super) fn settled(&self) -> bool {
        let disabled = self.disabled();
        self.kept.held().all(|(name, held)| {
            let status = held.upstream.status();
            let moving = match status.state {
                UpstreamState::Configured | UpstreamState::Connecting => true,
                // When it is tried again is known a moment later.
                UpstreamState::Disconnected => status.next_retry.is_none(),
                _ => false,
            };
            disabled.contains(name) || !moving
        })
    }

    fn disabled(&self) -> BTreeSet<&str> {
        let servers = self.reading.servers.iter();
        servers
            .filter(|one| one.server.spec.as_ref().is_ok_and(|spec| !spec.enabled))
            .map(|one| one.server.name.as_str())
            .collect()
    }

    /// Everything that is configured, by name: usable or not, in force or not.
    pub(super) fn statuses(&self, home_file: &Path) -> Vec<ServerStatus> {
        let disabled = self.disabled();
        let of = |name: &str| {
            let mut servers = self.reading.servers.iter();
            servers.find(|one| one.server.name == name)
        };
        let mut all: Vec<ServerStatus> = Vec::new();
        let mut seen = BTreeSet::new();
        for (name, held) in self.kept.held() {
            let configured = of(name);
            let enabled = !disabled.contains(name);
            let mut status = held.upstream.status();
            if !enabled {
                status.reason = Some("disabled by `enabled`".into());
            }
            seen.insert(name);
            all.push(ServerStatus {
                status,
                source: configured.map_or(Source::User, |one| one.source),
                file: configured.map_or_else(|| home_file.to_owned(), file),
                in_force: enabled,
            });
        }
        for (name, unusable) in &self.unusable {
            let configured = name.as_deref().and_then(of);
            all.push(ServerStatus {
                status: unusable.status(),
                source: configured.map_or(Source::User, |one| one.source),
                file: configured.map_or_else(|| home_file.to_owned(), file),
                in_force: false,
            });
        }
        for configured in &self.reading.servers {
            let name = configured.server.name.as_str();
            if let Ok(spec) = &configured.server.spec
                && !seen.contains(name)
            {
                let reason = disabled
                    .contains(name)
                    .then(|| "disabled by `enabled`".into());
                let status = idle(name.to_owned(), kind(spec), reason, self.since);
                all.push(ServerStatus {
                    status,
                    source: configured.source,
                    file: file(configured),
                    in_force: spec.enabled,
                });
            }
        }
        for ignored in &self.reading.ignored {
            let reason = Some(ignored.reason.clone());
            all.push(ServerStatus {
                status: idle(ignored.name.clone(), ignored.kind, reason, self.since),
                source: Source::Project,
                file: ignored.file.clone(),
                in_force: false,
            });
        }
        all.sort_by(|one, other| {
            (&one.status.name, one.source).cmp(&(&other.status.name, other.source))
        });
        all
    }
}

fn file(configured: &Configured) -> PathBuf {
    match &configured.server.place {
        Place::File { path, .. } => path.clone(),
        _ => PathBuf::new(),
    }
}
