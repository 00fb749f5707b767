//! The file that an import writes, and the overrides beside it.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use keyway_core::json::Bounds;
use keyway_manifest::Manifest;
use serde::Serialize as _;
use serde_json::{Map, Value};

use super::json;
use crate::cli::failure::Failure;
use crate::config::read_document;

/// The folder of definitions.
const FOLDER: &str = "definitions";
/// What says in a file that an import wrote it.
const MARK: &str =
    "written by `keyway import`, which writes it anew each time: change it in the overrides";
/// What the file of an import before may be.
const BOUNDS: Bounds = Bounds {
    bytes: 256 << 20,
    depth: 128,
    nodes: 20_000_000,
};

/// Where the definitions of an app go, and where a person's changes of them are.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) file: PathBuf,
    pub(super) overrides: PathBuf,
}

impl Output {
    /// `definitions/<app>.json`, or what was named; the overrides are beside it.
    pub(super) fn of(directory: &Path, app: &str, named: Option<&Path>) -> Self {
        let file = match named {
            Some(named) => directory.join(named),
            None => directory.join(FOLDER).join(format!("{app}.json")),
        };
        let overrides = file.with_file_name(format!("{app}.overrides.yaml"));
        Self { file, overrides }
    }

    /// What the import before wrote. A file that something else wrote is not written over: it would
    /// take what a person wrote by hand along.
    pub(super) fn previous(&self, app: &str) -> Result<Option<Value>, Failure> {
        let text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(&self.file, "cannot be read", error.kind())),
        };
        let previous = json::parse(&text, BOUNDS)
            .ok()
            .filter(|value| is_of(value, app));
        previous.map(Some).ok_or_else(|| {
            let message = format!(
                "{} was not written by an import of `{app}`",
                self.file.display()
            );
            Failure::usage("not_an_import", message).with_hint(
                "nothing was written; name another file with --output, or move what is there away",
            )
        })
    }

    /// The overrides, if there are any.
    pub(super) fn overrides(&self) -> Result<Option<Value>, Failure> {
        if !self.overrides.exists() {
            return Ok(None);
        }
        let read = read_document(&self.overrides);
        read.map(Some).map_err(|reason| {
            let message = format!("{}: {reason}", self.overrides.display());
            Failure::usage("bad_overrides", message)
        })
    }

    /// Writes the whole file at once.
    pub(super) fn write(&self, manifest: &Value) -> Result<(), Failure> {
        let told = |error: std::io::Error| failed(&self.file, "cannot be written", error.kind());
        let directory = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(told)?;
        let mut file = tempfile::NamedTempFile::new_in(directory).map_err(told)?;
        file.write_all(&text(&marked(manifest))).map_err(told)?;
        let mode = fs::metadata(&self.file)
            .map_or_else(|_| Permissions::from_mode(0o644), |old| old.permissions());
        file.as_file().set_permissions(mode).map_err(told)?;
        file.as_file().sync_all().map_err(told)?;
        file.persist(&self.file)
            .map_err(|error| told(error.error))?;
        Ok(())
    }
}

/// The manifest as it is written: one member a line, so that two imports can be compared.
fn text(manifest: &Value) -> Vec<u8> {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut writer = serde_json::Serializer::with_formatter(&mut text, formatter);
    // Writing JSON into memory does not fail.
    let _ = manifest.serialize(&mut writer);
    text.push(b'\n');
    text
}

/// The manifest, with what tells an import that an import wrote it.
fn marked(manifest: &Value) -> Value {
    let mut all = Map::new();
    all.insert(Manifest::COMMENT.to_owned(), MARK.into());
    all.extend(manifest.as_object().cloned().unwrap_or_default());
    Value::Object(all)
}

/// True for definitions of that app alone that an import wrote.
fn is_of(manifest: &Value, app: &str) -> bool {
    let Some(map) = manifest.as_object() else {
        return false;
    };
    if map.get(Manifest::COMMENT).and_then(Value::as_str) != Some(MARK) {
        return false;
    }
    let known = [Manifest::COMMENT, "credentials", "apps", "actions"];
    let apps = map.get("apps").and_then(Value::as_object);
    map.keys().all(|key| known.contains(&key.as_str()))
        && apps.is_some_and(|apps| apps.keys().eq([app]))
}

fn failed(file: &Path, what: &str, kind: std::io::ErrorKind) -> Failure {
    Failure::new("file", format!("{} {what}: {kind}", file.display()))
}
