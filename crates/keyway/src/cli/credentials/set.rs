use std::process::ExitCode;

use clap::Args;
use keyway_app::credentials::{CredentialView, DefinitionView, FieldView, Place};
use keyway_core::credential::{CredentialKind, CredentialScope};
use keyway_core::{CredentialId, Principal, Secret};
use serde_json::json;

use super::{told, value};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::local::Local;
use crate::cli::people::{id, member};
use crate::cli::terminal::Terminal;
use crate::config::suggest;

const EXAMPLES: &str = "\
Examples:
  keyway credentials set acme --set apiKey=@env:ACME_API_KEY --scope org
  keyway credentials set acme --set apiKey=@file:key.txt --scope project --project-slug web --project-slug shop
  keyway credentials set acme --set apiKey=@stdin --scope user --user ada@example.com < key.txt
  keyway credentials set cred_0198… --set apiKey=@env:NEW_KEY     replaces what is stored of one";

/// Set a credential: make it, or replace what is stored of it
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Set {
    /// The key of a credential, or the id of one that is set
    key: String,
    /// A field: `@env:NAME` reads a variable, `@file:PATH` a file, `@stdin` what is piped in. What is
    /// not given is asked for
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    fields: Vec<String>,
    /// Who uses it: org, project or user; once for each [default: org]
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    scope: Vec<CredentialScope>,
    /// A project, with --scope project; once for each
    #[arg(long, value_name = "SLUG")]
    project_slug: Vec<String>,
    /// A person, with --scope user: an e-mail address or an id
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Its name, where there are several at one place [default: default]
    #[arg(long)]
    name: Option<String>,
}

pub(in crate::cli) fn scope(text: &str) -> Result<CredentialScope, String> {
    text.parse()
        .map_err(|error: keyway_core::credential::UnknownCredentialScope| error.to_string())
}

pub(super) async fn run(
    invocation: &Invocation,
    local: &Local,
    who: &Principal,
    mut set: Set,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let all = local.app().credentials();
    let places = if set.key.starts_with("cred_") {
        let credential: CredentialId = id(&set.key, "keyway credentials list")?;
        let view = all.view(who, &credential).await?;
        set.key = view.key;
        set.name = Some(view.name);
        vec![view.place]
    } else {
        places(local, who, &set).await?
    };
    let definition = match all.definition(who, &set.key).await {
        Ok(definition) => definition,
        Err(error) => {
            let known = all.definitions(who).await?;
            return Err(unknown(&set.key, &known, error.into()));
        }
    };
    // What is connected in the browser has nothing to type in, and setting it says so.
    let fields = match definition.kind {
        CredentialKind::OAuth2 => Secret::new("{}".to_owned()),
        _ => fields(invocation, &definition, &set.fields, terminal)?,
    };
    let mut views = Vec::new();
    for place in &places {
        let name = set.name.as_deref();
        let done = all.set(who, &definition.key, place, name, &fields).await;
        views.push(done.map_err(|error| partly(error.into(), &views))?);
    }
    if terminal.is_json() {
        let views: Vec<_> = views.iter().map(|(view, _)| view).collect();
        terminal.value(&json!({ "credentials": views }));
    } else {
        for (view, made) in &views {
            told(view, if *made { "set" } else { "replaced" }, terminal);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what was done before it failed.
fn partly(failure: Failure, done: &[(CredentialView, bool)]) -> Failure {
    match done {
        [] => failure,
        done => {
            let places: Vec<_> = done
                .iter()
                .map(|(view, _)| view.place.to_string())
                .collect();
            failure.with_hint(format!("it was set for: {}", places.join(", ")))
        }
    }
}

/// Where it is to be set: each scope once, a project for each slug.
async fn places(local: &Local, who: &Principal, set: &Set) -> Result<Vec<Place>, Failure> {
    let usage = |code: &str, message: &str| Failure::usage(code, message.to_owned());
    let scopes = match set.scope.as_slice() {
        [] if !set.project_slug.is_empty() => &[CredentialScope::Project][..],
        [] if set.user.is_some() => &[CredentialScope::User][..],
        [] => &[CredentialScope::Organization][..],
        scopes => scopes,
    };
    let has = |scope| scopes.contains(&scope);
    if has(CredentialScope::Project) && set.project_slug.is_empty() {
        return Err(usage("no_project", "--scope project needs --project-slug")
            .with_hint("`keyway projects list` shows the slugs"));
    }
    if !has(CredentialScope::Project) && !set.project_slug.is_empty() {
        return Err(usage(
            "bad_scope",
            "--project-slug goes with --scope project",
        ));
    }
    if has(CredentialScope::User) && set.user.is_none() {
        return Err(usage("no_user", "--scope user needs --user")
            .with_hint("`keyway users list` shows the people"));
    }
    if !has(CredentialScope::User) && set.user.is_some() {
        return Err(usage("bad_scope", "--user goes with --scope user"));
    }
    let mut places = Vec::new();
    if has(CredentialScope::Organization) {
        places.push(Place::Organization);
    }
    if has(CredentialScope::Project) {
        let slugs = set.project_slug.iter().cloned();
        places.extend(slugs.map(|project| Place::Project { project }));
    }
    if let Some(text) = &set.user {
        let user = member(local.app().people(), who, text).await?.to_string();
        places.push(Place::User { user });
    }
    Ok(places)
}

/// The fields as one JSON object.
fn fields(
    invocation: &Invocation,
    definition: &DefinitionView,
    set: &[String],
    terminal: &mut Terminal,
) -> Result<Secret<String>, Failure> {
    let mut values: Vec<(&FieldView, Secret<String>)> = Vec::new();
    for pair in set {
        let (name, given) = pair.split_once('=').ok_or_else(|| {
            Failure::usage(
                "bad_value",
                "--set: expected FIELD=VALUE, as in apiKey=@env:ACME_API_KEY",
            )
        })?;
        let field = definition.fields.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| no_field(name, definition))?;
        if values.iter().any(|(other, _)| other.name == field.name) {
            let message = format!("--set {name}: it is given twice");
            return Err(Failure::usage("bad_value", message));
        }
        values.push((field, value::given(invocation, field, given, terminal)?));
    }
    for field in definition.fields.iter().filter(|field| field.required) {
        if values.iter().all(|(other, _)| other.name != field.name) {
            values.push((field, value::asked(field, terminal)?));
        }
    }
    let values: Vec<_> = values
        .into_iter()
        .map(|(field, value)| (field.name.clone(), value))
        .collect();
    Ok(definition.object(&values)?)
}

fn no_field(name: &str, definition: &DefinitionView) -> Failure {
    let names: Vec<_> = definition
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    let near = suggest::nearest(name, names.iter().copied());
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its fields are: {}", names.join(", ")),
    };
    let message = format!(
        "--set: the credential `{}` has no such field",
        definition.key
    );
    Failure::usage("unknown_field", message).with_hint(hint)
}

pub(in crate::cli) fn unknown(key: &str, all: &[DefinitionView], failure: Failure) -> Failure {
    let keys = all.iter().map(|of| of.key.as_str());
    match suggest::nearest(key, keys) {
        Some(near) => failure.with_hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}
