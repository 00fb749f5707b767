use std::path::{Path, PathBuf};

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstObject, CstRootNode};
use keyway_app::system::SystemClock;
use keyway_core::ports::Clock as _;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::local::{Document, Home, Project, Trust, write};

/// A file of servers that is about to be changed: the person's own, or the project's.
pub(super) struct ServersFile {
    home: Home,
    /// As it is shown.
    path: PathBuf,
    before: Option<Document>,
    /// The project, when it is the project's file.
    project: Option<Project>,
}

/// Whose file a command changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// The person's own.
    Person,
    /// The project's.
    Project,
}

impl ServersFile {
    /// Reads it; it need not be there yet.
    pub(super) fn open(invocation: &Invocation, whose: Whose) -> Result<Self, Failure> {
        let home = Home::of(&invocation.environment, &invocation.directory)?;
        let project = match whose {
            Whose::Person => None,
            Whose::Project => Some(Project::of(&invocation.directory)),
        };
        let path = match &project {
            Some(project) => project.file().to_owned(),
            None => home.user_file(),
        };
        let before = Document::read(&path)
            .map_err(|why| Failure::usage("invalid_file", format!("{} {why}", path.display())))?;
        Ok(Self {
            home,
            path,
            before,
            project,
        })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where relative paths in it begin.
    pub(super) fn base(&self) -> &Path {
        match &self.project {
            Some(project) => project.dir(),
            None => self.home.dir(),
        }
    }

    /// The content with `edit` done to its `servers`. Everything else stays as it is, comments and
    /// formatting included.
    pub(super) fn edited<T>(
        &self,
        edit: impl FnOnce(&CstObject) -> Result<T, Failure>,
    ) -> Result<(String, T), Failure> {
        let invalid = |what: String| {
            let message = format!("{}{what}", self.path.display());
            Failure::usage("invalid_file", message)
                .with_hint("nothing was written; mend the file first")
        };
        let text = self.before.as_ref().map_or("", |before| &before.text);
        crate::config::section(text)
            .map_err(|(at, message)| invalid(format!(":{at}: {message}")))?;
        let root = CstRootNode::parse(text, &ParseOptions::default())
            .map_err(|error| invalid(format!(":{} is not JSON", error.line_display())))?;
        let servers = root
            .object_value_or_create()
            .and_then(|top| top.object_value_or_create("servers"))
            .ok_or_else(|| invalid(": `servers` is no mapping".into()))?;
        let done = edit(&servers)?;
        let mut text = root.to_string();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok((text, done))
    }

    /// Writes the new content, all of it or nothing. A project's file that was trusted, or was not
    /// there, is trusted with it: the person wrote it.
    pub(super) fn write(&self, text: &str) -> Result<(), Failure> {
        let failed = |error: std::io::Error| {
            let message = format!(
                "{} cannot be written: {}",
                self.path.display(),
                error.kind()
            );
            Failure::new("file", message)
        };
        let trusted = self.project.is_some() && self.is_ours();
        self.home.make().map_err(failed)?;
        // A link stays a link.
        let target = std::fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = target.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        write(folder, &target, text).map_err(failed)?;
        match &self.project {
            Some(project) if trusted => {
                let digest = crate::local::Digest::of(text.as_bytes());
                Trust::add(&self.home, project.file(), &digest, SystemClock.now())
            }
            _ => Ok(()),
        }
    }

    /// True for the project's file when nothing in it is a stranger's.
    fn is_ours(&self) -> bool {
        let Some(before) = &self.before else {
            return true;
        };
        Trust::read(&self.home).is_ok_and(|trust| trust.covers(&self.path, &before.digest))
    }
}
