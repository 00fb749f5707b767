mod files;
mod keys;

use super::*;

/// Loads `yaml` as the project's file, and tells paths relative to it.
pub(super) struct World {
    pub(super) dir: tempfile::TempDir,
}

impl World {
    pub(super) fn new(yaml: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("keyway.yaml"), yaml).unwrap();
        Self { dir }
    }

    pub(super) fn load_with(
        &self,
        env: &[(&str, &str)],
        flags: Vec<Flag>,
    ) -> Result<Loaded, String> {
        let environment: Environment = env.iter().copied().collect();
        load(&Inputs {
            directory: self.dir.path(),
            file: None,
            environment: &environment,
            flags,
        })
        .map_err(|findings| self.show(&findings))
    }

    pub(super) fn show(&self, findings: &[Finding]) -> String {
        let dir = format!("{}/", self.dir.path().display());
        let lines: Vec<_> = findings.iter().map(ToString::to_string).collect();
        lines.join("\n").replace(&dir, "")
    }
}

pub(super) fn errors(yaml: &str) -> String {
    World::new(yaml)
        .load_with(&[], Vec::new())
        .map(|_| ())
        .unwrap_err()
}
