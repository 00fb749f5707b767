//! Skills on disk and as a model gets them.

mod folders;
mod follow;
mod hostile;
mod offered;

use std::path::Path;
use std::sync::Arc;

use keyway_client::skills::{Report, Scope, Skills};
use keyway_core::ports::UpstreamState;

use crate::calls::world::{Fake, World};

pub(super) const READ: &str = r#"{"name":"read_file","description":"Reads a file","inputSchema":{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}}"#;
pub(super) const WRITE: &str = r#"{"name":"write_file","description":"Writes a file","inputSchema":{"type":"object"},"annotations":{"destructiveHint":true}}"#;

pub(super) fn skills(world: &World) -> Arc<Skills> {
    Arc::new(Skills::new(world.home.path()))
}

pub(super) fn sync(world: &World, skills: &Skills) -> Report {
    use keyway_client::calls::Servers as _;
    skills
        .sync(&world.fleet.servers(), Some(&Scope::default()))
        .unwrap()
}

pub(super) fn enter(fake: &Fake, state: UpstreamState) {
    *fake.state.lock() = state;
}

/// The files under a folder, by path, sorted.
pub(super) fn files(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                let shown = path.strip_prefix(root).unwrap();
                found.push(shown.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}
