use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use keyway_manifest::Manifest;
use keyway_manifest::openapi::{
    Auth, Imported, Options, Pattern, Refused, apply_overrides, difference, import,
};
use serde_json::Value;

use super::load::{Loader, Source};
use super::output::Output;
use super::tell::Told;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::local::egress;

const EXAMPLES: &str = "\
Examples:
  keyway import openapi openapi.yaml --app acme
  keyway import openapi https://acme.example/openapi.json --app acme --include 'GET /tickets/**'
  keyway import openapi api.github.com.json --app github --auth bearer --include repos --expose mcp
  keyway import openapi openapi.yaml --app acme --dry-run --json

A pattern is a tag or an operation's id (`repos`, `list*`), or a method and a path (`GET /pets/*`); `**` in a
path stands for any number of segments.

What you change goes into definitions/<app>.overrides.yaml, which no import writes:

  actions:
    acme:list-tickets: { rename: acme:tickets, description: Tickets that are open }
    acme:delete-ticket: { drop: true }";

/// Make an app and its actions of an OpenAPI document, 3.0 or 3.1
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Openapi {
    /// The document: a file or an http(s) address, JSON or YAML
    document: String,
    /// The app's slug; its actions are called `<app>:…`, its credential is `<app>`
    #[arg(long, value_name = "SLUG")]
    app: String,
    /// Import only what this names: a tag, an operation's id, or `METHOD /path`; repeatable
    #[arg(long, value_name = "PATTERN")]
    include: Vec<Pattern>,
    /// Leave out what this names; repeatable
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<Pattern>,
    /// Where the service is, instead of the document's first server
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// How the service knows its callers, instead of what the document says: bearer, basic,
    /// header:NAME, query:NAME, cookie:NAME or none
    #[arg(long, value_name = "HOW")]
    auth: Option<Auth>,
    /// Where the actions are exposed [default: what `expose.default` says]
    #[arg(long, value_name = "TRANSPORTS", value_delimiter = ',', value_parser = ["mcp", "http", "ws", "cli"])]
    expose: Vec<String>,
    /// The file to write [default: definitions/<app>.json]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Openapi,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    if !keyway_core::names::APP_SLUG.allows(&command.app) {
        return Err(refused(&Refused::BadApp));
    }
    let output = Output::of(
        &invocation.directory,
        &command.app,
        command.output.as_deref(),
    );
    let previous = output.previous(&command.app)?;
    let overrides = output.overrides()?;
    let source = Source::of(&command.document, &invocation.directory)?;
    let way_out = egress(&invocation.environment)?;
    let documents = Loader::new(way_out, source, &invocation.directory)
        .load()
        .await?;
    let dry_run = command.dry_run;
    let options = Options {
        app: command.app,
        base_url: command.base_url,
        include: command.include,
        exclude: command.exclude,
        auth: command.auth,
        expose: command.expose,
        previous,
    };
    let made = import(&documents.root, &documents.url, &documents.others, &options);
    let mut imported = made.map_err(|reason| refused(&reason))?;
    if let Some(overrides) = overrides {
        put_over(&mut imported, &options.app, &overrides, &output)?;
    }
    sound(&imported.manifest)?;
    let changes = options
        .previous
        .as_ref()
        .map(|previous| difference(previous, &imported.manifest));
    if !dry_run {
        output.write(&imported.manifest)?;
    }
    Told {
        output: &output,
        imported: &imported,
        difference: changes.as_ref(),
        app: &options.app,
        written: !dry_run,
    }
    .tell(terminal, &invocation.directory);
    Ok(ExitCode::SUCCESS)
}

/// What is written can be read: an override may have made something of it that cannot.
fn sound(manifest: &Value) -> Result<(), Failure> {
    let faults = match Manifest::read(manifest).and_then(|manifest| manifest.build().map(drop)) {
        Ok(()) => return Ok(()),
        Err(faults) => faults,
    };
    let mut failure = Failure::usage("bad_definitions", "what would be written cannot be used")
        .with_hint("nothing was written; look at the overrides of what is named here");
    failure.details = faults.iter().take(20).map(ToString::to_string).collect();
    Err(failure)
}

fn put_over(
    imported: &mut Imported,
    app: &str,
    overrides: &Value,
    output: &Output,
) -> Result<(), Failure> {
    let told = apply_overrides(&mut imported.manifest, app, overrides);
    let told = told.map_err(|bad| {
        let place = if bad.pointer.is_empty() {
            "/"
        } else {
            &bad.pointer
        };
        let message = format!("{}: {place}: {}", output.overrides.display(), bad.expected);
        Failure::usage("bad_overrides", message).with_hint("nothing was written")
    })?;
    imported.report.extend(told);
    Ok(())
}

fn refused(reason: &Refused) -> Failure {
    let (code, hint) = match reason {
        Refused::BadApp => ("bad_app", "for example --app acme"),
        Refused::NotOpenApi => ("not_openapi", "the document begins with `openapi: 3.…`"),
        Refused::Swagger => (
            "swagger_2",
            "converters from Swagger 2.0 to OpenAPI 3 are easy to find",
        ),
        Refused::NoServer | Refused::ServerUnknown => (
            "no_server",
            "for example --base-url https://api.acme.example/v1",
        ),
        Refused::ServerNear => (
            "private_server",
            "for example --base-url http://localhost:8080, if you trust the document with it",
        ),
        Refused::BadBaseUrl => (
            "bad_base_url",
            "for example --base-url https://api.acme.example/v1",
        ),
        Refused::Nothing => (
            "nothing_to_import",
            "--dry-run without --include shows what there is",
        ),
        Refused::TooMany => (
            "too_many_operations",
            "for example --include 'GET /tickets/**'",
        ),
        _ => ("not_imported", "expected OpenAPI 3.0 or 3.1"),
    };
    Failure::usage(code, reason.to_string()).with_hint(hint)
}
