use std::io;

use super::folder::Locked;
use super::record::Record;
use super::skills::Report;
use crate::calls::Server;

/// Whose folders may be removed: those of servers that are gone from the files that were read. Who
/// could not read them all has none. Another process may work in another project.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// The mark of the project worked in, where there is one.
    pub project: Option<String>,
}

impl Scope {
    fn forgets(&self, record: &Record, servers: &[Server]) -> bool {
        let known = record.profile.is_empty() || Some(&record.profile) == self.project.as_ref();
        // A project's server stands in front of the person's own of the same name.
        let here = |server: &Server| {
            server.name() == record.server
                && (server.profile == record.profile || record.profile.is_empty())
        };
        known && !servers.iter().any(here)
    }
}

/// Removes the folders of servers that are gone. Returns the names of the folders.
pub(super) fn clear(
    locked: &Locked,
    servers: &[Server],
    scope: Option<&Scope>,
    report: &mut Report,
) -> io::Result<Vec<String>> {
    let mut cleared = Vec::new();
    let Some(scope) = scope else {
        return Ok(cleared);
    };
    for (name, record) in locked.ours()? {
        if !scope.forgets(&record, servers) {
            continue;
        }
        match locked.remove(&name) {
            Ok(()) => report.removed.push(record.server),
            Err(error) => report.failed.push((record.server, error.to_string())),
        }
        cleared.push(name);
    }
    Ok(cleared)
}
