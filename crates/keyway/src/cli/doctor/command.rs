use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use keyway_mcp::upstream::{ServerSpec, Stdio, Transport};

use super::report::Check;
use crate::cli::invocation::Invocation;
use crate::config::Loaded;

/// Whether each stdio server's program is there.
pub(super) fn checks(invocation: &Invocation, loaded: &Loaded) -> Vec<Check> {
    let specs = loaded.config.mcp_servers.iter();
    let specs = specs.filter_map(|server| server.spec.as_ref().ok());
    specs
        .filter(|spec| spec.enabled)
        .filter_map(|spec| match &spec.transport {
            Transport::Stdio(stdio) => Some(check(invocation, spec, stdio)),
            Transport::Http(_) => None,
        })
        .collect()
}

fn check(invocation: &Invocation, spec: &ServerSpec, stdio: &Stdio) -> Check {
    let name = format!("server {}", spec.key);
    if let Some(cwd) = stdio.cwd.as_ref().filter(|cwd| !cwd.is_dir()) {
        return Check::failed(
            name,
            format!("the directory {} is not there", cwd.display()),
        );
    }
    let own = stdio.env.get("PATH").map(|path| path.expose().as_str());
    let path = own.or_else(|| invocation.environment.get("PATH"));
    let base = stdio.cwd.as_deref().unwrap_or(&invocation.directory);
    match find(&stdio.command, path.unwrap_or_default(), base) {
        Some(program) => Check::passed(name, program.display().to_string()),
        None => Check::failed(name, "its command is not on the PATH, or not executable")
            .with_help("install it, or give the whole path in `command`"),
    }
}

/// The file a command names, as a shell would find it.
fn find(command: &str, path: &str, base: &Path) -> Option<PathBuf> {
    if command.contains('/') {
        return Some(base.join(command)).filter(|file| executable(file));
    }
    std::env::split_paths(path)
        .map(|directory| base.join(directory).join(command))
        .find(|file| executable(file))
}

fn executable(file: &Path) -> bool {
    file.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}
