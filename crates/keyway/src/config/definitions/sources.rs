use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use keyway_core::action::Origin;
use keyway_manifest::{Manifest, Spot};

use super::Defined;
use super::folder::{Unusable, files};
use super::place::{Document, finding, place};
use crate::config::doc::{self, Key, Limits, Node, Value};
use crate::config::reader::unreadable;
use crate::config::report::{Finding, Place};

/// More of a file is not read: it is refused then.
const LONGEST: u64 = 2 * 1024 * 1024;

/// Everything that may define something, and what is wrong with reading it.
#[derive(Default)]
pub(in crate::config) struct Sources {
    documents: Vec<Document>,
    findings: Vec<Finding>,
    /// Of all that was read.
    digest: DefaultHasher,
}

impl Sources {
    /// Takes a section of the configuration file.
    pub(in crate::config) fn section(&mut self, file: &Path, key: &Key, value: &Node) {
        (&key.text, key.at.line).hash(&mut self.digest);
        value.to_json().to_string().hash(&mut self.digest);
        let member = (key.clone(), value.clone());
        if let Some(document) = self.documents.first_mut()
            && let Value::Map(members) = &mut document.root.value
        {
            members.push(member);
            return;
        }
        self.documents.push(Document {
            path: file.to_owned(),
            root: Node {
                at: key.at,
                value: Value::Map(vec![member]),
            },
        });
    }

    /// Takes the files of a folder; one that somebody named has to be there.
    pub(in crate::config) fn folder(&mut self, folder: &Path, named: Option<Place>) {
        let files = match files(folder) {
            Ok(files) => files,
            Err(Unusable::Io(_, error))
                if named.is_none() && error.kind() == io::ErrorKind::NotFound =>
            {
                return;
            }
            Err(error) => {
                let place = named.unwrap_or(Place::File {
                    path: folder.to_owned(),
                    at: None,
                });
                let (path, what) = match error {
                    Unusable::Io(path, error) => (path, unreadable(&error)),
                    Unusable::TooMuch(what) => {
                        (folder.to_owned(), format!("cannot be used: {what}"))
                    }
                };
                let message = format!("{} {what}", path.display());
                self.findings
                    .push(Finding::error(place, "definitions", message));
                return;
            }
        };
        for file in files {
            self.file(file);
        }
    }

    fn file(&mut self, path: PathBuf) {
        let wrong = |at, message: String| {
            let place = Place::File {
                path: path.clone(),
                at,
            };
            Finding::error(place, "", message)
        };
        let limits = Limits::DEFINITIONS;
        let text = match doc::text_within(&path, limits.bytes) {
            Ok(text) => text,
            Err(error) => {
                self.findings.push(wrong(None, unreadable(&error)));
                return;
            }
        };
        (&path, &text).hash(&mut self.digest);
        let read = if path.extension().is_some_and(|end| end == "json") {
            doc::json_within(&text, limits)
        } else {
            doc::yaml_within(&text, limits)
        };
        match read {
            // A file of comments defines nothing.
            Ok(root) if matches!(root.value, Value::Null) => {}
            Ok(root) => self.documents.push(Document { path, root }),
            Err(fault) => self.findings.push(wrong(Some(fault.at), fault.message)),
        }
    }

    /// Holds everything together. Everything that is wrong is told, each with its place.
    pub(in crate::config) fn build(self) -> Result<Defined, Vec<Finding>> {
        let Self {
            documents,
            mut findings,
            mut digest,
        } = self;
        let mut whole = Manifest::default();
        let mut faults = Vec::new();
        for document in &documents {
            let file = document.path.to_string_lossy();
            let (manifest, wrong) = Manifest::read_file(&file, &document.root.to_json());
            faults.extend(wrong);
            faults.extend(whole.merge(manifest).err().unwrap_or_default());
        }
        let origin = |spot: &Spot| Origin::File(place(&documents, spot).to_string().into());
        let held = RefCell::new(&mut digest);
        let file = |spot: &Spot, name: &str| {
            let read = beside(spot, name);
            read.hash(&mut **held.borrow_mut());
            read
        };
        let made = whole.build_with(origin, file).unwrap_or_else(|wrong| {
            faults.extend(wrong);
            keyway_manifest::Definitions::default()
        });
        findings.extend(faults.into_iter().map(|fault| finding(&documents, fault)));
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut defined = Defined {
            dir: None,
            folder: PathBuf::new(),
            digest: digest.finish(),
            files: documents
                .into_iter()
                .map(|document| document.path)
                .collect(),
            credentials: made.credentials.into_iter().map(Into::into).collect(),
            actions: made.actions,
            servers: made.servers,
            resources: made.resources,
            prompts: made.prompts,
            schedules: made.schedules,
            answered: made.answered,
            agents: made.agents,
            apps: made.apps.len(),
        };
        for app in made.apps {
            let (credential, actions) = app.into_parts();
            defined.credentials.push(credential);
            defined.actions.extend(actions);
        }
        Ok(defined)
    }
}

/// What a file holds that a definition names, as far as it may be long. It is a file, in the folder of
/// the definition: what a link leads to elsewhere is not for a definition to hand out.
fn beside(spot: &Spot, name: &str) -> Result<Vec<u8>, String> {
    let folder = Path::new(&*spot.file).parent();
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut bytes = Vec::new();
    let found = folder
        .canonicalize()
        .and_then(|folder| Ok((folder.join(name).canonicalize()?, folder)));
    let read = found.and_then(|(path, folder)| {
        if !path.starts_with(&folder) {
            let outside = "it is a link that leads out of the folder";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, outside));
        }
        if !path.is_file() && !path.is_dir() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        std::fs::File::open(path)?
            .take(LONGEST)
            .read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable(&error)),
    }
}
