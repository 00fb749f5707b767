use std::io;
use std::path::Path;

use keyway_core::ports::UpstreamState;

use super::file_name;
use super::folder::{Foreign, Root, Standing};
use super::page::Reader;
use super::scope::{Scope, clear};
use super::skills::{Report, content};
use crate::calls::Server;

/// Writes the skills of all connected servers into a folder of another agent's. Names follow the
/// rule such agents go by, and pages tell to call tools with `keyway mcp call`. Folders written
/// here before for servers that are gone are removed, if there is a scope; everything else is left
/// alone.
pub fn export(out: &Path, servers: &[Server], scope: Option<&Scope>) -> io::Result<Report> {
    let root = Root::new(out.to_owned());
    let locked = root.lock()?;
    let mut report = Report::default();
    for server in servers {
        let name = file_name::exported(server.name());
        let status = server.upstream.status();
        let standing = root.standing(&name);
        let path = out.join(&name);
        let server_name = server.name().to_owned();
        match (status.state, standing) {
            (_, Standing::Foreign) => report.foreign.push(Foreign {
                server: server_name,
                path,
            }),
            (UpstreamState::Connected, _) => {
                let lists = server.upstream.lists();
                let content = content(server, &name, &lists, &status, Reader::Other);
                match locked.replace(&name, &content) {
                    Ok(()) => report.written.push(server_name),
                    Err(error) => report.failed.push((server_name, error.to_string())),
                }
            }
            (_, Standing::Ours(_)) => report.marked.push(server_name),
            (_, Standing::None) => {}
        }
    }
    clear(&locked, servers, scope, &mut report)?;
    Ok(report)
}
