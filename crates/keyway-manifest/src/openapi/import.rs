use std::collections::HashMap;

use keyway_core::names::APP_SLUG;
use serde_json::{Map, Value, json};

use super::credentials::Credentials;
use super::names::{self, Distinct};
use super::operations::{self, Operation};
use super::report::{Report, Unmapped};
use super::resolver::Resolver;
use super::schemas::{Schemas, shortened};
use super::servers::{self, Server};
use super::{Documents, Options, security};

/// The most operations one import takes.
const MAX_OPERATIONS: usize = 5_000;

/// What an import made.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// `credentials`, `apps` and `actions` in the grammar of manifests.
    pub manifest: Value,
    /// What is not in there as the document says it, in the order in which it was met.
    pub report: Vec<Unmapped>,
    /// How many operations the document has.
    pub operations: usize,
    /// How many of them were asked for.
    pub selected: usize,
}

/// Why a document cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// The app's slug is none.
    #[error("the app is not named as expected: {}", APP_SLUG.expectation())]
    BadApp,
    /// It is no OpenAPI document.
    #[error("this is no OpenAPI document: it has no `openapi` of 3.0 or 3.1")]
    NotOpenApi,
    /// It is one of Swagger 2.0.
    #[error("this document is Swagger 2.0, which has to be converted to OpenAPI 3 first")]
    Swagger,
    /// The version is none that can be read.
    #[error("this version of OpenAPI is not read: expected 3.0 or 3.1")]
    Version,
    /// It has no `servers`.
    #[error("the document names no servers: say where the service is with --base-url")]
    NoServer,
    /// Its server is relative to an address that it does not have, or no address.
    #[error(
        "the address of the document's server is not complete: say where the service is with --base-url"
    )]
    ServerUnknown,
    /// Its server is on this machine or in a private network.
    #[error(
        "the document's server is on this machine or in a private network: say that it is meant with --base-url"
    )]
    ServerNear,
    /// `--base-url` is no address.
    #[error("--base-url: expected http:// or https://, a host and at most a path")]
    BadBaseUrl,
    /// Nothing is left to import.
    #[error("no operation of the document is left by --include and --exclude")]
    Nothing,
    /// There is more than can be taken in.
    #[error("the document has more than {MAX_OPERATIONS} operations: choose with --include")]
    TooMany,
}

/// An import as it runs.
pub(super) struct Importing<'a, 'o> {
    pub(super) resolver: &'a Resolver<'a>,
    pub(super) schemas: Schemas<'a>,
    pub(super) report: Report,
    pub(super) options: &'o Options,
    /// Hosts besides the app's.
    pub(super) hosts: Vec<String>,
}

/// Makes a manifest of a document. `url` is where the document is: relative references and servers are
/// relative to it; a file is `file:///…`.
///
/// ```
/// use keyway_manifest::openapi::{Alone, Options, import};
/// use serde_json::json;
///
/// let document = json!({
///     "openapi": "3.1.0",
///     "info": { "title": "Acme", "version": "1" },
///     "servers": [{ "url": "https://api.acme.example/v1" }],
///     "paths": { "/tickets/{id}": { "get": {
///         "operationId": "getTicket",
///         "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }],
///     } } },
/// });
/// let options = Options { app: "acme".into(), ..Options::default() };
/// let imported = import(&document, "file:///acme.json", &Alone, &options).unwrap();
/// let action = &imported.manifest["actions"]["acme:get-ticket"];
/// assert_eq!(action["http"]["url"], "/tickets/{{ input.id }}");
/// assert_eq!(action["read_only"], true);
/// ```
pub fn import(
    document: &Value,
    url: &str,
    documents: &dyn Documents,
    options: &Options,
) -> Result<Imported, Refused> {
    if !APP_SLUG.allows(&options.app) {
        return Err(Refused::BadApp);
    }
    let version = version(document)?;
    let resolver = Resolver::new(document, url, documents);
    let mut report = Report::default();
    let all = operations::all(&resolver, &mut report);
    let selected = select(&all, options, &mut report)?;
    let base = match &options.base_url {
        Some(given) => Server::read(given).ok_or(Refused::BadBaseUrl)?,
        None => servers::of_document(&resolver.root(), url, &mut report)?,
    };
    let root = resolver.root();
    let asked: Vec<_> = selected
        .iter()
        .map(|operation| (*operation, &root))
        .collect();
    let schemes = security::all(&resolver);
    let auth = options.auth.as_ref();
    let mut credentials = Credentials::choose(&options.app, schemes, auth, &asked, &mut report);
    let mut importing = Importing {
        resolver: &resolver,
        schemas: Schemas::new(&resolver, version),
        report,
        options,
        hosts: Vec::new(),
    };
    let mut made: Vec<(&Operation<'_>, Value)> = Vec::new();
    for operation in &selected {
        if let Some(action) = importing.action(operation, &base, &mut credentials) {
            made.push((operation, action));
        }
    }
    let actions = named(made, options);
    let manifest = importing.manifest(&base, credentials, actions);
    Ok(Imported {
        manifest,
        report: importing.report.finish(),
        operations: all.len(),
        selected: selected.len(),
    })
}

fn version(document: &Value) -> Result<&str, Refused> {
    if document.get("swagger").is_some() {
        return Err(Refused::Swagger);
    }
    let version = document.get("openapi").and_then(Value::as_str);
    let version = version.ok_or(Refused::NotOpenApi)?;
    let known = ["3.0", "3.1"].iter().any(|known| {
        let rest = version.strip_prefix(known);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    if known {
        Ok(version)
    } else {
        Err(Refused::Version)
    }
}

fn select<'o, 'a>(
    all: &'o [Operation<'a>],
    options: &Options,
    report: &mut Report,
) -> Result<Vec<&'o Operation<'a>>, Refused> {
    for (flag, patterns) in [
        ("--include", &options.include),
        ("--exclude", &options.exclude),
    ] {
        for pattern in patterns {
            if !all.iter().any(|operation| pattern.takes(operation)) {
                report.at(format!("{flag} {}", pattern.text()));
                report.noted("it names no operation of the document");
            }
        }
    }
    let wanted = |operation: &&Operation<'_>| {
        let included = options.include.is_empty()
            || options
                .include
                .iter()
                .any(|pattern| pattern.takes(operation));
        included
            && !options
                .exclude
                .iter()
                .any(|pattern| pattern.takes(operation))
    };
    let selected: Vec<_> = all.iter().filter(wanted).collect();
    match selected.len() {
        0 => Err(Refused::Nothing),
        count if count > MAX_OPERATIONS => Err(Refused::TooMany),
        _ => Ok(selected),
    }
}

/// Gives every action its slug. Of several operations of one name, one keeps it: the one that had it at
/// the import before, or else the first by path and method. The others get an ending of their own.
fn named(made: Vec<(&Operation<'_>, Value)>, options: &Options) -> Map<String, Value> {
    let mut groups: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, (operation, _)) in made.iter().enumerate() {
        let slug = names::slug(
            &options.app,
            &operation.name(),
            &operation.identity(),
            Distinct::Plain,
        );
        groups.entry(slug).or_default().push(at);
    }
    let mut slugs: HashMap<usize, String> = HashMap::new();
    for (slug, members) in groups {
        let had = |at: &&usize| {
            let previous = options
                .previous
                .as_ref()?
                .get("actions")?
                .get(&slug)?
                .get("http")?;
            let now = made.get(**at)?.1.get("http")?;
            let same = |key: &str| previous.get(key) == now.get(key);
            (same("method") && same("url")).then_some(())
        };
        let by_path = |at: &&usize| {
            let operation = made.get(**at).map(|(operation, _)| operation);
            operation.map(|operation| (operation.path.clone(), operation.method))
        };
        let keeps = members.iter().find(|at| had(at).is_some());
        let keeps = keeps
            .or_else(|| members.iter().min_by_key(by_path))
            .copied();
        for at in members {
            if Some(at) == keeps {
                slugs.insert(at, slug.clone());
            }
        }
    }
    let mut taken: std::collections::HashSet<String> = slugs.values().cloned().collect();
    let mut actions = Map::new();
    for (at, (operation, action)) in made.into_iter().enumerate() {
        let slug = slugs.remove(&at).unwrap_or_else(|| {
            let identity = operation.identity();
            let distinct = (0..).map(|number| {
                let identity = if number == 0 {
                    identity.clone()
                } else {
                    format!("{identity} {number}")
                };
                names::slug(&options.app, &operation.name(), &identity, Distinct::Ending)
            });
            let mut distinct = distinct.filter(|slug| !taken.contains(slug));
            distinct.next().unwrap_or_default()
        });
        taken.insert(slug.clone());
        actions.insert(slug, action);
    }
    actions
}

impl Importing<'_, '_> {
    fn manifest(
        &self,
        base: &Server,
        credentials: Credentials,
        actions: Map<String, Value>,
    ) -> Value {
        let root = self.resolver.root();
        let info = root.get("info");
        let said = |key: &str| info.as_ref().and_then(|info| info.text(key)).map(str::trim);
        let title = said("title")
            .filter(|title| !title.is_empty())
            .unwrap_or(&self.options.app);
        let title = shortened(title, 80);
        let mut app = Map::new();
        app.insert("title".into(), title.as_str().into());
        if let Some(text) = said("description").filter(|text| !text.is_empty()) {
            app.insert("description".into(), shortened(text, 500).into());
        }
        app.insert("base_url".into(), base.url.as_str().into());
        app.extend(credentials.of_app());
        if !self.hosts.is_empty() {
            let mut hosts = vec![base.host.clone()];
            hosts.extend(
                self.hosts
                    .iter()
                    .filter(|host| **host != base.host)
                    .cloned(),
            );
            app.insert("hosts".into(), hosts.into());
        }
        let slug = self.options.app.as_str();
        let mut manifest = Map::new();
        match credentials.definition(&title) {
            Some(definition) => {
                manifest.insert("credentials".into(), json!({ slug: definition }));
            }
            None => {
                app.insert("credential".into(), "none".into());
            }
        }
        manifest.insert("apps".into(), json!({ slug: app }));
        manifest.insert("actions".into(), Value::Object(actions));
        Value::Object(manifest)
    }
}
