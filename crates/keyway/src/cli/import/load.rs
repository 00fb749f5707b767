//! The document that is imported, and those that its references lead to.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use keyway_core::json::Bounds;
use keyway_core::ports::{Destination, HttpError, HttpRequest, HttpSend, Limits, Redirects};
use keyway_egress::Egress;
use keyway_manifest::openapi::wanted;
use serde_json::Value;
use url::Url;

use super::json;
use crate::cli::failure::Failure;
use crate::config::doc;

/// The most bytes of one document.
const MAX_BYTES: usize = 32 << 20;
/// The most bytes of all documents together.
const MAX_TOTAL: usize = 64 << 20;
/// The most documents that references may lead to.
const MAX_DOCUMENTS: usize = 500;
/// The most values of one document.
const MAX_NODES: usize = 4_000_000;
/// How deep a document may nest.
const MAX_DEPTH: usize = 100;
/// How long one document may take to arrive.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where a document is.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// On this machine; canonical.
    File(PathBuf),
    /// Elsewhere, as the operator wrote it.
    Remote(Url),
}

/// A document, where it is, and the others it refers to: each, or why it is not used.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) url: String,
    pub(super) root: Value,
    pub(super) others: BTreeMap<String, Result<Value, String>>,
}

impl Source {
    /// What a person named: an address, or else a file.
    pub(super) fn of(text: &str, directory: &Path) -> Result<Self, Failure> {
        if text.starts_with("http://") || text.starts_with("https://") {
            let url = Url::parse(text).ok().filter(|url| {
                url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
            });
            return url.map(Self::Remote).ok_or_else(|| {
                Failure::usage("bad_document_url", "the document's address cannot be used")
                    .with_hint("expected http:// or https://, without a user name and `#…`")
            });
        }
        let path = directory.join(text);
        match path.canonicalize() {
            Ok(path) => Ok(Self::File(path)),
            Err(error) => Err(Failure::usage(
                "no_document",
                format!("{text} cannot be read: {}", error.kind()),
            )),
        }
    }

    fn url(&self) -> Option<Url> {
        match self {
            Self::File(path) => Url::from_file_path(path).ok(),
            Self::Remote(url) => Some(url.clone()),
        }
    }
}

/// Fetches documents: where they may be, and how much there may be of them.
pub(super) struct Loader {
    egress: Egress,
    source: Source,
    /// The folders whose files may be read.
    folders: Vec<PathBuf>,
    left: usize,
}

impl Loader {
    pub(super) fn new(egress: Egress, source: Source, directory: &Path) -> Self {
        let mut folders = Vec::new();
        if let Source::File(path) = &source {
            folders.extend(path.parent().map(Path::to_owned));
            folders.extend(directory.canonicalize());
        }
        Self {
            egress,
            source,
            folders,
            left: MAX_TOTAL,
        }
    }

    /// The document and everything its references lead to. That one of those is not to be had is told
    /// where it is missed; only the document itself has to be there.
    pub(super) async fn load(mut self) -> Result<Documents, Failure> {
        let unusable = |reason: String| {
            Failure::usage(
                "bad_document",
                format!("the document cannot be used: {reason}"),
            )
        };
        let url = self
            .source
            .url()
            .ok_or_else(|| unusable("it has no address".to_owned()))?;
        let root = self.document(&url, None).await.map_err(unusable)?;
        let mut others = BTreeMap::new();
        let mut open: VecDeque<(String, Url)> = VecDeque::new();
        let leads = |document: &Value, from: &Url, open: &mut VecDeque<(String, Url)>| {
            open.extend(
                wanted(document, from.as_str())
                    .into_iter()
                    .map(|to| (to, from.clone())),
            );
        };
        leads(&root, &url, &mut open);
        while let Some((to, from)) = open.pop_front() {
            if others.contains_key(&to) || to == url.as_str() {
                continue;
            }
            let found = match Url::parse(&to) {
                Err(_) => Err("it is no address".to_owned()),
                Ok(_) if others.len() >= MAX_DOCUMENTS => {
                    Err(format!("there are more than {MAX_DOCUMENTS} documents"))
                }
                Ok(target) => {
                    let found = self.document(&target, Some(&from)).await;
                    if let Ok(document) = &found {
                        leads(document, &target, &mut open);
                    }
                    found
                }
            };
            others.insert(to, found);
        }
        Ok(Documents {
            url: url.into(),
            root,
            others,
        })
    }

    /// One document; `from` is the one that refers to it, none for the one that was named.
    async fn document(&mut self, url: &Url, from: Option<&Url>) -> Result<Value, String> {
        let text = match url.scheme() {
            "file" if from.is_none_or(|from| from.scheme() == "file") => self.file(url)?,
            "file" => return Err("a document from elsewhere does not name files here".to_owned()),
            "http" | "https" => self.remote(url).await?,
            _ => return Err("expected http:, https: or a file".to_owned()),
        };
        self.left = self.left.checked_sub(text.len()).ok_or_else(|| {
            format!(
                "all documents together are larger than {} MiB",
                MAX_TOTAL >> 20
            )
        })?;
        parse(&text)
    }

    fn file(&self, url: &Url) -> Result<String, String> {
        let path = url
            .to_file_path()
            .map_err(|()| "it is no file".to_owned())?;
        let told = |error: std::io::Error| format!("it cannot be read: {}", error.kind());
        let path = path.canonicalize().map_err(told)?;
        if !self.folders.iter().any(|folder| path.starts_with(folder)) {
            return Err("it is outside of the document's folder".to_owned());
        }
        let size = path.metadata().map_err(told)?.len();
        if usize::try_from(size).is_ok_and(|size| size <= MAX_BYTES) {
            std::fs::read_to_string(path).map_err(told)
        } else {
            Err(format!("it is larger than {} MiB", MAX_BYTES >> 20))
        }
    }

    /// What is at an address. One of the origin that the operator named is their choice; any other
    /// has to be public.
    async fn remote(&self, url: &Url) -> Result<String, String> {
        let destination = match &self.source {
            Source::Remote(named) if named.origin() == url.origin() => Destination::Operator,
            _ => Destination::Guarded,
        };
        let fetched = tokio::time::timeout(PATIENCE, self.fetch(url, destination)).await;
        fetched.unwrap_or(Err("no answer in time".to_owned()))
    }

    async fn fetch(&self, url: &Url, destination: Destination) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        let accepted = "application/yaml, application/json, text/yaml;q=0.9, */*;q=0.5";
        headers.insert(header::ACCEPT, HeaderValue::from_static(accepted));
        let request = HttpRequest {
            method: Method::GET,
            url: url.as_str().to_owned(),
            headers,
            body: Bytes::new(),
            destination,
            redirects: Redirects::Follow(5),
            hosts: None,
            retries: 1,
            limits: Limits {
                connect: Duration::from_secs(10),
                head: Some(Duration::from_mins(1)),
                body_bytes: u64::try_from(MAX_BYTES).ok(),
            },
        };
        let told = |error: HttpError| match error {
            HttpError::Refused(_) => "its address is private".to_owned(),
            HttpError::TooLarge => format!("it is larger than {} MiB", MAX_BYTES >> 20),
            other => other.to_string(),
        };
        let answer = self.egress.send(request).await.map_err(told)?;
        if !answer.status.is_success() {
            return Err(format!("the answer was {}", answer.status.as_u16()));
        }
        let bytes = answer.body.collect(MAX_BYTES).await.map_err(told)?;
        String::from_utf8(bytes.into()).map_err(|_| "it is not in UTF-8".to_owned())
    }
}

/// Reads JSON where it begins like it, and YAML else.
fn parse(text: &str) -> Result<Value, String> {
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        let bounds = Bounds {
            bytes: MAX_BYTES,
            depth: MAX_DEPTH,
            nodes: MAX_NODES,
        };
        return json::parse(text, bounds);
    }
    let limits = doc::Limits {
        bytes: MAX_BYTES,
        depth: MAX_DEPTH,
        nodes: MAX_NODES,
    };
    let node = doc::yaml_within(text, limits).map_err(|fault| fault.to_string())?;
    Ok(node.to_json())
}
