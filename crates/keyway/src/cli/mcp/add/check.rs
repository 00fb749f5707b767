use std::path::Path;

use keyway_core::names::is_server_key;
use url::Url;

use super::super::file::{ServersFile, Whose};
use super::entry::rooted;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::config::{ClientFile, Environment, Finding, read_client, variables};

/// Refuses what cannot be a server's name.
pub(super) fn name(name: &str) -> Result<(), Failure> {
    if is_server_key(name) {
        return Ok(());
    }
    let message = "a server's name is 1 to 128 letters, digits, `_`, `-` and `.`, the first a letter or digit";
    Err(Failure::usage("bad_server_name", message))
}

/// A secret: only a reference is written.
pub(super) fn secret(
    text: &str,
    flag: &str,
    directory: &Path,
    whose: Whose,
) -> Result<String, Failure> {
    if let Some(path) = text.strip_prefix("@file:") {
        return match whose {
            Whose::Person => Ok(format!("@file:{}", rooted(Path::new(path), directory))),
            Whose::Project => Err(Failure::usage(
                "secret_not_referred",
                format!("{flag}: a project's file cannot read other files"),
            )
            .with_hint("give @env:NAME")),
        };
    }
    if variables(text).is_empty() {
        let message =
            format!("{flag}: a secret is not written into a file, and seen on the command line");
        return Err(Failure::usage("secret_not_referred", message).with_hint(
            "put it into a variable and give @env:NAME, or into a file of yours and give @file:PATH",
        ));
    }
    Ok(text.to_owned())
}

/// A value that is a secret if its name says so.
pub(super) fn value(
    name: &str,
    text: &str,
    flag: &str,
    directory: &Path,
    whose: Whose,
) -> Result<String, Failure> {
    if is_secret(name) || text.starts_with("@file:") {
        return secret(text, &format!("{flag} {}", shown(name)), directory, whose);
    }
    Ok(text.to_owned())
}

/// True for names that secrets go by.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "auth",
        "cookie",
        "credential",
        "key",
        "passw",
        "pat",
        "secret",
        "token",
    ]
    .iter()
    .any(|word| match *word {
        // Not a path.
        "pat" => name.split(['_', '-']).any(|part| part == "pat"),
        word => name.contains(word),
    })
}

/// A name as it may be repeated: what is none may be a misplaced secret.
fn shown(name: &str) -> &str {
    crate::config::suggest::shown_key(name).unwrap_or_default()
}

/// Refuses addresses that carry a secret.
pub(super) fn url(text: &str) -> Result<(), Failure> {
    let Ok(url) = Url::parse(text) else {
        // What is wrong with it is told when the whole entry is checked.
        return Ok(());
    };
    let literal = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
        is_secret(&name) && variables(&value).is_empty()
    };
    if url.query_pairs().any(literal) {
        let message = "--url: a secret in the address is not written into a file";
        return Err(Failure::usage("secret_not_referred", message)
            .with_hint("give it with --key or --header, or write ${env:NAME} in its place"));
    }
    Ok(())
}

/// Refuses a content in which this server could not be used. The answer is the variables it reads
/// that are not set now.
pub(super) fn content(
    text: &str,
    name: &str,
    invocation: &Invocation,
    file: &ServersFile,
    whose: Whose,
) -> Result<Vec<String>, Failure> {
    let environment = &invocation.environment;
    let mut unset: Vec<_> = variables_of(text, name)
        .into_iter()
        .filter(|variable| environment.get(variable).is_none())
        .collect();
    unset.sort();
    unset.dedup();
    // What is set later is no mistake now.
    let supposed = variables_of(text, name).into_iter().map(|variable| {
        let value = environment.get(&variable).unwrap_or("x.example");
        (variable.clone(), value.to_owned())
    });
    let supposed: Environment = supposed.collect();
    let origin = ClientFile {
        path: file.path(),
        base: file.base(),
        foreign: whose == Whose::Project,
    };
    let read = read_client(&supposed, &origin, text);
    let mine = read.servers.into_iter().find(|server| server.name == name);
    match mine.map(|server| server.spec) {
        Some(Ok(_)) => Ok(unset),
        Some(Err(findings)) => Err(unusable(&findings)),
        None => Err(Failure::new(
            "not_written",
            "the entry did not get into the file",
        )),
    }
}

/// What is wrong with an entry that is in no file yet, and so has no line.
fn unusable(findings: &[Finding]) -> Failure {
    let message = "a server could not be used like this; nothing was written";
    let mut failure = Failure::usage("invalid_entry", message);
    failure.hint = findings.iter().find_map(|finding| finding.help.clone());
    let told = findings.iter().map(|one| match one.field.as_str() {
        "" => one.message.clone(),
        field => format!("{field}: {}", one.message),
    });
    failure.details = told.collect();
    failure
}

/// Every variable that an entry names.
fn variables_of(text: &str, name: &str) -> Vec<String> {
    let preview = crate::local::Preview::of(text);
    let servers = preview.map(|preview| preview.servers).unwrap_or_default();
    let mine = servers.into_iter().filter(|server| server.name == name);
    mine.flat_map(|server| server.reads)
        .map(|read| read.variable)
        .collect()
}
