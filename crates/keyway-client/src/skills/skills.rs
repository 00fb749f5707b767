use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyway_core::ports::{Lists, UpstreamState, UpstreamStatus};
use parking_lot::Mutex;

use super::definition::tools;
use super::file_name;
use super::folder::{Content, Foreign, Locked, PAGE, ReadError, Root, SCHEMAS, Standing};
use super::page::{self, Reader};
use super::record::{DISABLED, MANAGER, Record, word};
use super::scope::{Scope, clear};
use super::words::plain;
use crate::calls::Server;

/// The most characters of an error that are kept.
const REASON: usize = 500;

/// The skills folder: for every server a folder with a page, a schema file for each tool, and a
/// metadata file. Everything here reads and writes files, and waits for another process that does.
#[derive(Debug)]
pub struct Skills {
    root: Root,
    /// The lists that are on disk, by folder.
    written: Mutex<BTreeMap<String, Arc<Lists>>>,
}

/// What a [`Skills::sync`] did, by server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Written anew.
    pub written: Vec<String>,
    /// Kept, and marked as not connected or disabled.
    pub marked: Vec<String>,
    /// Removed, for there is no such server any more.
    pub removed: Vec<String>,
    /// Left alone: something else has the name.
    pub foreign: Vec<Foreign>,
    /// Not written, and why.
    pub failed: Vec<(String, String)>,
}

impl Skills {
    /// The folder `skills` of the person's own folder. Touches nothing.
    pub fn new(home: &Path) -> Self {
        Self {
            root: Root::new(home.join("skills")),
            written: Mutex::default(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// The folder of a server.
    pub fn folder(&self, server: &Server) -> PathBuf {
        self.root.path().join(name_of(server))
    }

    /// Brings the folders in line with the servers: writes those whose lists are new, marks those
    /// that are not connected or disabled, removes those of servers that are gone. `servers` are all there are;
    /// without a scope nothing is removed.
    pub fn sync(&self, servers: &[Server], scope: Option<&Scope>) -> io::Result<Report> {
        let mut report = Report::default();
        if servers.is_empty() && !self.root.path().exists() {
            return Ok(report);
        }
        let locked = self.root.lock()?;
        for server in servers {
            if let Err(error) = self.sync_one(&locked, server, &mut report) {
                report
                    .failed
                    .push((server.name().to_owned(), error.to_string()));
            }
        }
        for name in clear(&locked, servers, scope, &mut report)? {
            self.written.lock().remove(&name);
        }
        Ok(report)
    }

    /// A file of a server's skill: the page, or `schemas/…`, or the schema of the tool called so.
    /// What a connected server lists is written first where it is not on disk yet.
    pub fn read(&self, server: &Server, file: Option<&str>) -> Result<String, ReadError> {
        let name = name_of(server);
        if self.is_behind(server, &name) {
            let locked = self.root.lock().map_err(ReadError::Io)?;
            self.sync_one(&locked, server, &mut Report::default())
                .map_err(ReadError::Io)?;
        }
        if !matches!(self.root.standing(&name), Standing::Ours(_)) {
            return Err(ReadError::Missing);
        }
        let file = file.map(|file| file.trim_start_matches("./"));
        match file {
            None | Some("" | PAGE) => self.root.read(&name, &[PAGE]),
            Some(file) => {
                let schema = file.strip_prefix("schemas/").map(str::to_owned);
                // Models take the tool's name for the file's.
                let schema = schema.unwrap_or_else(|| file_name::schema(file));
                self.root.read(&name, &[SCHEMAS, &schema])
            }
        }
    }

    fn is_behind(&self, server: &Server, name: &str) -> bool {
        server.upstream.status().state == UpstreamState::Connected
            && !self.is_written(name, &server.upstream.lists())
    }

    fn is_written(&self, name: &str, lists: &Arc<Lists>) -> bool {
        let written = self.written.lock();
        written
            .get(name)
            .is_some_and(|last| Arc::ptr_eq(last, lists))
    }

    fn sync_one(&self, locked: &Locked, server: &Server, report: &mut Report) -> io::Result<()> {
        let name = name_of(server);
        let standing = self.root.standing(&name);
        let status = server.upstream.status();
        if matches!(standing, Standing::Foreign) {
            report.foreign.push(Foreign {
                server: server.name().to_owned(),
                path: self.root.path().join(&name),
            });
            return Ok(());
        }
        match status.state {
            UpstreamState::Connected => {
                let lists = server.upstream.lists();
                let same = self.is_written(&name, &lists);
                let whole = |record: &Record| record.status == word(UpstreamState::Connected);
                if same && matches!(&standing, Standing::Ours(record) if whole(record)) {
                    return Ok(());
                }
                let skill = format!("mcp:{}", server.name());
                let content = content(server, &skill, &lists, &status, Reader::Own);
                locked.replace(&name, &content)?;
                self.written.lock().insert(name, lists);
                report.written.push(server.name().to_owned());
            }
            // On its way: what there is stays as it is.
            UpstreamState::Configured | UpstreamState::Connecting if server.enabled => {}
            _ => {
                let Standing::Ours(old) = standing else {
                    return Ok(());
                };
                let status_word = if server.enabled {
                    word(status.state)
                } else {
                    DISABLED
                };
                let new = Record {
                    status: status_word.to_owned(),
                    last_error: reason(&status).filter(|_| server.enabled),
                    ..old.clone()
                };
                if new == old {
                    return Ok(());
                }
                let page = self.root.read(&name, &[PAGE]);
                let page =
                    page.map(|page| page::marked(&page, &new.status, new.last_error.as_deref()));
                locked.mark(&name, page.ok().as_deref(), &new)?;
                report.marked.push(server.name().to_owned());
            }
        }
        Ok(())
    }
}

/// The folder of a server, under the root.
pub(super) fn name_of(server: &Server) -> String {
    file_name::folder(&server.profile, server.name())
}

/// What a server's folder is to hold.
pub(super) fn content(
    server: &Server,
    skill: &str,
    lists: &Lists,
    status: &UpstreamStatus,
    reader: Reader,
) -> Content {
    Content {
        page: page::page(server.name(), skill, lists, reader),
        schemas: tools(lists)
            .map(|tool| (tool.file(), tool.schema_file(server.name())))
            .collect(),
        record: Record {
            managed_by: MANAGER.to_owned(),
            server: server.name().to_owned(),
            profile: server.profile.clone(),
            status: word(status.state).to_owned(),
            tools: lists.tools.len(),
            refreshed_at: lists.fetched_at,
            last_error: None,
        },
    }
}

fn reason(status: &UpstreamStatus) -> Option<String> {
    status.reason.as_deref().map(|reason| plain(reason, REASON))
}
