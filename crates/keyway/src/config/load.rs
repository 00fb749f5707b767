use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keyway_core::Secret;

use super::definitions::{self, Defined, Sources};
use super::doc::{self, At, Node, Value};
use super::environment::Environment;
use super::keys::{Key, all as all_keys};
use super::reader::{Given, Reader, unreadable};
use super::report::{Finding, Place};
use super::servers::{Collected, McpFile, read_file, read_section};
use super::settings::Config;
use super::suggest;
use super::variables::unknown_variables;
use crate::models::GatewayModels;

/// The file that is read when no other is named, if it is there.
pub const DEFAULT_FILE: &str = "keyway.yaml";

/// The section of who answers for agents.
const MODELS: &str = "models";

/// Where a configuration comes from.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The working directory.
    pub directory: &'a Path,
    /// The file named on the command line.
    pub file: Option<PathBuf>,
    /// The environment.
    pub environment: &'a Environment,
    /// Values from the command line; they go before all others.
    pub flags: Vec<Flag>,
}

/// A key given on the command line.
#[derive(Debug, Clone)]
pub struct Flag {
    /// The flag: `--bind`.
    pub name: &'static str,
    /// The key it sets: `bind`.
    pub key: &'static str,
    /// The value.
    pub value: String,
}

/// A configuration, and how it came about.
#[derive(Debug)]
pub struct Loaded {
    /// The values in effect.
    pub config: Config,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Where each key was given; keys at their default are absent.
    pub places: BTreeMap<&'static str, Place>,
    /// The files of `mcp_files`, with what was found in them.
    pub mcp_files: Vec<McpFile>,
    /// Warnings and notes; and errors in the servers, of which each costs that server only.
    pub findings: Vec<Finding>,
}

/// Reads the configuration: the file, then the environment, then flags, the later before the
/// earlier. Everything that stops the start is reported at once.
pub fn load(inputs: &Inputs<'_>) -> Result<Loaded, Vec<Finding>> {
    let mut load = Load {
        environment: inputs.environment,
        config: Config::default(),
        places: BTreeMap::new(),
        errors: Vec::new(),
        findings: Vec::new(),
        servers: Collected::default(),
        definitions: Sources::default(),
        models: None,
    };
    let file = load.file(inputs);
    load.variables(inputs.directory);
    for flag in &inputs.flags {
        let place = Place::Flag(flag.name);
        if let Some(key) = Key::find(flag.key) {
            load.set(key, Given::Text(&flag.value), place, inputs.directory);
        }
    }
    load.master_key();
    load.database_url();
    load.sign_in(inputs.directory);
    load.models();
    load.oauth_clients(inputs.directory);
    let files = load.config.mcp_files.clone();
    for path in &files {
        read_file(&mut load.servers, inputs.environment, path);
    }
    let unknown = unknown_variables(load.environment, &load.servers.variables);
    load.findings.extend(unknown);
    load.consistent();
    let beside = file.as_deref().and_then(Path::parent);
    load.definitions(beside.unwrap_or(inputs.directory));
    if !load.errors.is_empty() {
        load.errors.extend(load.servers.findings);
        return Err(load.errors);
    }
    let Collected {
        servers,
        files,
        findings,
        variables,
        ..
    } = load.servers;
    load.config.mcp_servers = servers;
    load.config.secret_variables.extend(variables);
    load.findings.extend(findings);
    Ok(Loaded {
        config: load.config,
        file,
        places: load.places,
        mcp_files: files,
        findings: load.findings,
    })
}

struct Load<'a> {
    environment: &'a Environment,
    config: Config,
    places: BTreeMap<&'static str, Place>,
    errors: Vec<Finding>,
    findings: Vec<Finding>,
    servers: Collected,
    definitions: Sources,
    /// The section of models, and the file it is in.
    models: Option<(PathBuf, Node)>,
}

impl Load<'_> {
    /// Reads the file, if there is one: the one that was named must be there.
    fn file(&mut self, inputs: &Inputs<'_>) -> Option<PathBuf> {
        let named = inputs
            .file
            .clone()
            .map(|file| (file, Place::Flag("--config")))
            .or_else(|| {
                let file = self.environment.get("KEYWAY_CONFIG")?;
                Some((file.into(), Place::Variable("KEYWAY_CONFIG".into())))
            });
        let (path, named) = match named {
            Some((path, place)) => (inputs.directory.join(path), Some(place)),
            None => (inputs.directory.join(DEFAULT_FILE), None),
        };
        let text = match doc::text_within(&path, doc::Limits::CONFIGURATION.bytes) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
                return None;
            }
            Err(error) => {
                let place = named.unwrap_or(Place::File {
                    path: path.clone(),
                    at: None,
                });
                let message = format!("{} {}", path.display(), unreadable(&error));
                self.errors.push(Finding::error(place, "", message));
                return None;
            }
        };
        match doc::yaml(&text) {
            Ok(root) => self.root(&root, &path),
            Err(fault) => {
                let place = at(&path, fault.at);
                self.errors.push(Finding::error(place, "", fault.message));
            }
        }
        Some(path)
    }

    fn root(&mut self, root: &Node, path: &Path) {
        match root.members() {
            Some(_) => self.section(root, path, ""),
            None => self.errors.push(Finding::error(
                at(path, root.at),
                "",
                format!("expected keys and values, found {}", root.value.kind()),
            )),
        }
    }

    /// Reads the keys of one level; `prefix` is the path of the level with a dot at its end.
    fn section(&mut self, node: &Node, path: &Path, prefix: &str) {
        for (key, value) in node.members().unwrap_or_default() {
            let field = format!("{prefix}{}", key.text);
            let inner = format!("{field}.");
            if field == "mcp_servers" {
                let (defined, rest) = definitions::split(value);
                read_section(&mut self.servers, self.environment, path, &rest);
                if let Some(defined) = defined {
                    self.definitions.section(path, key, &defined);
                }
            } else if field == MODELS {
                self.models = Some((path.to_owned(), value.clone()));
            } else if definitions::is_section(&field) {
                self.definitions.section(path, key, value);
            } else if let Some(known) = Key::find(&field) {
                let base = path.parent().unwrap_or(path);
                let place = at(path, value.at);
                if matches!(value.value, Value::Null) {
                    let missing = Finding::error(place, field, "there is no value");
                    self.errors
                        .push(missing.with_help("give one, or remove the key"));
                } else {
                    self.set(known, Given::Node(value), place, base);
                }
            } else if all_keys().any(|known| known.path.starts_with(&inner)) {
                if value.members().is_some() {
                    self.section(value, path, &inner);
                } else {
                    let message = format!("expected keys under it, found {}", value.value.kind());
                    self.errors
                        .push(Finding::error(at(path, value.at), field, message));
                }
            } else {
                self.errors
                    .push(unknown_key(&key.text, prefix, at(path, key.at)));
            }
        }
    }

    fn variables(&mut self, directory: &Path) {
        for key in all_keys() {
            let name = key.variable();
            if let Some(value) = self.environment.get(&name) {
                self.set(
                    key,
                    Given::Text(value),
                    Place::Variable(name.clone()),
                    directory,
                );
            }
        }
    }

    fn set(&mut self, key: &'static Key, given: Given<'_>, place: Place, base: &Path) {
        let reader = Reader {
            given,
            kind: key.kind,
            base,
            home: self.environment.get("HOME").map(Path::new),
        };
        match (key.set)(&mut self.config, &reader) {
            Ok(()) => {
                self.places.insert(key.path, place);
            }
            Err(wrong) => {
                let mut finding = Finding::error(place, key.path, wrong.0);
                if reader.looks_like_reference() {
                    finding = finding.with_help(format!(
                        "references work in `mcp_servers`; set the variable {} instead",
                        key.variable()
                    ));
                }
                self.errors.push(finding);
            }
        }
    }

    fn master_key(&mut self) {
        const NAME: &str = "KEYWAY_MASTER_KEY";
        match self.environment.get(NAME) {
            Some(value) => self.config.master_key.value = Some(Secret::new(value.to_owned())),
            None if self.environment.is_set(NAME) => {
                let place = Place::Variable(NAME.into());
                let empty = Finding::error(place, "", "the variable is set and holds no key");
                self.errors
                    .push(empty.with_help("give it a key, or unset it"));
            }
            None => {}
        }
    }

    /// Where everything is kept, when that is a server: its URL has a password.
    fn database_url(&mut self) {
        const NAME: &str = "KEYWAY_DATABASE_URL";
        let known = ["postgres://", "postgresql://"];
        match self.environment.get(NAME) {
            Some(value) if known.iter().any(|scheme| value.starts_with(scheme)) => {
                self.config.storage.url = Some(Secret::new(value.to_owned()));
            }
            None if !self.environment.is_set(NAME) => {}
            _ => {
                let place = Place::Variable(NAME.into());
                let wrong = "expected the URL of a PostgreSQL server";
                let finding = Finding::error(place, "", wrong);
                let help = "postgres://user:password@host/name; unset it for a file of SQLite";
                self.errors.push(finding.with_help(help));
            }
        }
    }

    /// The secrets of OpenID providers, which are somewhere else than the file.
    fn sign_in(&mut self, directory: &Path) {
        match self.config.sign_in.fill(self.environment, directory) {
            Ok(used) => self.config.secret_variables.extend(used),
            Err(wrong) => {
                let place = self.places.get("sign_in.oidc").cloned();
                let place = place.unwrap_or(Place::Default);
                self.errors
                    .push(Finding::error(place, "sign_in.oidc", wrong));
            }
        }
    }

    /// Who answers for agents.
    fn models(&mut self) {
        let section = self.models.as_ref();
        let section = section.map(|(path, node)| (path.as_path(), node));
        match GatewayModels::read(section, self.environment) {
            Ok(models) => {
                self.config.secret_variables.extend(models.key_variables());
                self.config.models = models;
            }
            Err(findings) => self.errors.extend(findings),
        }
    }

    fn oauth_clients(&mut self, directory: &Path) {
        const KEY: &str = "oauth_clients";
        match self.config.oauth_clients.fill(self.environment, directory) {
            Ok(used) => self.config.secret_variables.extend(used),
            Err(wrong) => {
                let place = self.places.get(KEY).cloned();
                let place = place.unwrap_or(Place::Default);
                self.errors.push(Finding::error(place, KEY, wrong));
            }
        }
    }

    /// What is defined without code, in the file and in the folder of definitions.
    fn definitions(&mut self, beside: &Path) {
        let mut sources = std::mem::take(&mut self.definitions);
        let place = self.places.get("definitions").cloned();
        let folder = match (&self.config.definitions.dir, &place) {
            (Some(dir), Some(_)) => dir.clone(),
            _ => beside.join(definitions::DEFAULT_FOLDER),
        };
        sources.folder(&folder, place);
        match sources.build() {
            Ok(defined) => {
                let dir = self.config.definitions.dir.take();
                self.config.definitions = Defined {
                    dir,
                    folder,
                    ..defined
                };
            }
            Err(findings) => self.errors.extend(findings),
        }
    }

    /// What no key can know alone.
    fn consistent(&mut self) {
        let listen = &self.config.listen;
        if !self.config.auth.required && !listen.bind.ip().is_loopback() {
            let place = self
                .places
                .get("auth.required")
                .cloned()
                .unwrap_or(Place::Default);
            let refused = Finding::error(
                place,
                "auth.required",
                "without authentication Keyway listens on loopback addresses only",
            );
            self.errors
                .push(refused.with_help("bind to 127.0.0.1, or require API keys"));
        }
    }
}

fn unknown_key(typed: &str, prefix: &str, place: Place) -> Finding {
    let level = all_keys()
        .map(|key| key.path)
        .chain(["mcp_servers", MODELS])
        .chain(definitions::SECTIONS.iter().copied())
        .filter_map(|path| path.strip_prefix(prefix))
        .map(|rest| rest.split('.').next().unwrap_or(rest));
    let field = prefix.trim_end_matches('.');
    let finding = Finding::error(place, field, suggest::unknown("key", typed));
    if let Some(near) = suggest::nearest(typed, level) {
        return finding.with_help(format!("did you mean `{near}`?"));
    }
    // The right name at the wrong level.
    let elsewhere = all_keys().find(|key| key.path.rsplit('.').next() == Some(typed));
    match elsewhere {
        Some(key) if key.path == typed => {
            finding.with_help(format!("`{typed}` stands at the top level"))
        }
        Some(key) => finding.with_help(format!("did you mean `{}`?", key.path)),
        None => finding.with_help("`keyway config schema` lists every key"),
    }
}

fn at(path: &Path, at: At) -> Place {
    Place::File {
        path: path.to_owned(),
        at: Some(at),
    }
}
