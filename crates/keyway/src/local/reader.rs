use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::document::{Document, Shared};
use super::servers::{Configured, Ignored};
use super::{Home, Project, Source, Trust};
use crate::config::{
    ClientFile, Environment, Finding, Place, Severity, read_client, section, unknown_variables,
};

/// What status and prompts say of a project's file that nobody trusted yet.
pub(crate) const NOT_TRUSTED: &str = "project file is not trusted: keyway mcp trust";

/// Reads the person's file and the project's.
pub(crate) struct Reader {
    home: Home,
    project: Project,
    environment: Environment,
    /// The project's file as it was when it was last trusted: it stays in use while a changed one
    /// is not.
    trusted: Option<Document>,
}

/// What the two files say, put together.
#[derive(Default)]
pub(crate) struct Reading {
    /// The servers in force: a trusted project's go before the person's own of the same name.
    pub(crate) servers: Vec<Configured>,
    /// What is there and not in force.
    pub(crate) ignored: Vec<Ignored>,
    pub(crate) findings: Vec<Finding>,
    /// Variables that secrets were taken from.
    pub(crate) variables: BTreeSet<String>,
}

impl Reader {
    pub(crate) fn new(home: Home, project: Project, environment: Environment) -> Self {
        Self {
            home,
            project,
            environment,
            trusted: None,
        }
    }

    /// Everything that is read.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        vec![
            self.home.user_file(),
            self.project.file().to_owned(),
            self.home.trust_file(),
        ]
    }

    /// Reads both files; blocks.
    pub(crate) fn read(&mut self) -> Reading {
        let mut reading = Reading::default();
        let (keys, shown) = crate::models::key_variables(&self.home, &self.environment);
        reading.variables.extend(keys);
        reading.findings.extend(shown);
        let project = self.project(&mut reading);
        let hidden: BTreeSet<_> = project
            .iter()
            .map(|configured| configured.server.name.clone())
            .collect();
        let user = self.user(&mut reading);
        let shown = user.filter(|configured| !hidden.contains(&configured.server.name));
        reading.servers.extend(shown);
        reading.servers.extend(project);
        let unknown = unknown_variables(&self.environment, &reading.variables);
        reading.findings.extend(unknown);
        reading
    }

    fn user(&self, reading: &mut Reading) -> impl Iterator<Item = Configured> + use<> {
        let path = self.home.user_file();
        let document = match Document::read(&path) {
            Ok(document) => document,
            Err(why) => {
                reading.findings.push(whole(&path, why));
                None
            }
        };
        let servers = document.map(|document| {
            if let Some(how) = document.shared {
                reading.findings.push(shared(&path, how));
            }
            let file = ClientFile {
                path: &path,
                base: self.home.dir(),
                foreign: false,
            };
            self.parse(&file, &document.text, reading)
        });
        let of_user = |server| Configured {
            source: Source::User,
            server,
        };
        servers.into_iter().flatten().map(of_user)
    }

    fn project(&mut self, reading: &mut Reading) -> Vec<Configured> {
        let path = self.project.file().to_owned();
        let document = match self.project.read(&self.home.user_file()) {
            Ok(Some(document)) => document,
            Ok(None) => {
                self.trusted = None;
                return Vec::new();
            }
            Err(why) => {
                self.trusted = None;
                let reason = format!("{} {why}", name(&path));
                reading.ignored.push(Ignored::file(&path, reason));
                return Vec::new();
            }
        };
        let trust = Trust::read(&self.home).unwrap_or_else(|why| {
            let file = self.home.trust_file();
            let finding = whole(&file, format!("{why}: no project is trusted"));
            reading.findings.push(finding.as_warning());
            Trust::default()
        });
        if trust.covers(&path, &document.digest) {
            self.trusted = Some(document.clone());
            return self.of_project(&document, reading);
        }
        let before = self.trusted.take();
        let before = before.filter(|before| trust.covers(&path, &before.digest));
        let Some(before) = before else {
            ignore(&path, &document.text, reading);
            return Vec::new();
        };
        let reason =
            "changed since it was trusted: keyway mcp trust; its servers stay as they were";
        let reason = format!("{} {reason}", name(&path));
        reading.ignored.push(Ignored::file(&path, reason));
        let servers = self.of_project(&before, reading);
        self.trusted = Some(before);
        servers
    }

    fn of_project(&self, document: &Document, reading: &mut Reading) -> Vec<Configured> {
        let path = self.project.file();
        let file = ClientFile {
            path,
            base: self.project.dir(),
            foreign: true,
        };
        let profile = self.project.profile();
        self.parse(&file, &document.text, reading)
            .into_iter()
            .map(|server| Configured::of_project(server, &profile))
            .collect()
    }

    fn parse(
        &self,
        file: &ClientFile<'_>,
        text: &str,
        reading: &mut Reading,
    ) -> Vec<crate::config::McpServer> {
        let read = read_client(&self.environment, file, text);
        reading.findings.extend(read.findings);
        reading.variables.extend(read.variables);
        read.servers
    }
}

/// Names what an untrusted file has, and reads nothing more of it.
fn ignore(path: &Path, text: &str, reading: &mut Reading) {
    match section(text) {
        Ok(found) => {
            let servers = found.servers.iter().filter_map(|node| node.members());
            let servers: BTreeMap<_, _> = servers
                .flatten()
                .filter(|(key, _)| keyway_core::names::is_server_key(&key.text))
                .map(|(key, node)| (key.text.clone(), node))
                .collect();
            if servers.is_empty() {
                let reason = NOT_TRUSTED.to_owned();
                reading.ignored.push(Ignored::file(path, reason));
            }
            for (name, node) in servers {
                reading.ignored.push(Ignored::server(path, name, node));
            }
        }
        Err((at, message)) => {
            let reason = format!("{NOT_TRUSTED}; {}:{at}: {message}", name(path));
            reading.ignored.push(Ignored::file(path, reason));
        }
    }
}

fn whole(path: &Path, message: String) -> Finding {
    let place = Place::File {
        path: path.to_owned(),
        at: None,
    };
    Finding::error(place, "", message)
}

fn shared(path: &Path, how: Shared) -> Finding {
    let (message, help) = match how {
        Shared::File => (
            "other users can change this file",
            "what is in it is run as you: `chmod 600` it",
        ),
        Shared::Folder => (
            "other users can put another file in its place",
            "what is in it is run as you: `chmod 700` its folder",
        ),
    };
    let mut finding = whole(path, message.into()).with_help(help);
    finding.severity = Severity::Warning;
    finding
}

/// A file without its directories.
fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
