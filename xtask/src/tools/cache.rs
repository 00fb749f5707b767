//! The folder that keeps what was installed.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::workspace::Workspace;

/// The cache's folder: `keyway-dev` in the person's cache, or `.cache` in the checkout.
pub(super) fn root(workspace: &Workspace) -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "a chore reads its own environment"
    )]
    let (cache, home) = (std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"));
    let personal = cache
        .map(PathBuf::from)
        .or_else(|| home.map(|home| PathBuf::from(home).join(".cache")));
    personal.filter(|path| path.is_absolute()).map_or_else(
        || workspace.root.join(".cache"),
        |path| path.join("keyway-dev"),
    )
}

/// A folder whose name says what is in it. `fill` runs when it is not there yet; a fill that
/// fails half-way leaves nothing that a later run would take for whole.
pub(super) fn folder(
    workspace: &Workspace,
    name: &str,
    pins: &[&[u8]],
    fill: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
    let mut hasher = DefaultHasher::new();
    for pin in pins {
        hasher.write(pin);
    }
    let folder = root(workspace).join(format!("{name}-{:016x}", hasher.finish()));
    let done = folder.join(".done");
    if !done.exists() {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fill(&folder)?;
        fs::write(done, "")?;
    }
    Ok(folder)
}
