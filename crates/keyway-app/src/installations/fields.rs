use std::collections::BTreeMap;

use keyway_core::provider::{Granularity, InstallField, IntegrationProvider, Secrets};
use keyway_core::{Error, Problem, Secret};
use serde_json::Value;

use super::meant::moved;
use super::work::Work;

/// What was typed in, by the names of the provider's fields. `None` takes away what is there.
pub type Fields = BTreeMap<String, Option<Secret<String>>>;

/// The most bytes of one, and of all settings together.
const LONGEST: usize = 16 << 10;

/// Takes over what was typed in, and says whether it can be used. Where an address is another one with it, what
/// is sealed has to be typed in again, and what else there was goes: it was for the one before.
///
/// # Errors
///
/// `invalid_input` with what is wrong at its place, below `/fields`.
pub(super) fn take(
    provider: &dyn IntegrationProvider,
    granularity: Granularity,
    work: &mut Work,
    fields: &Fields,
) -> Result<(), Error> {
    let known = provider.install_fields();
    let before = work.settings.clone();
    let mut problems = Vec::new();
    for (name, value) in fields {
        let Some(field) = known.iter().find(|field| field.name == name) else {
            problems.push(unknown(known, name));
            continue;
        };
        let good = |value: &Secret<String>| (1..=LONGEST).contains(&value.expose().len());
        if !value.as_ref().is_none_or(good) {
            let expected = "a text of 1 to 16384 bytes, or null to take it away";
            problems.push(problem(field.name, expected));
            continue;
        }
        put(field, work, value.as_ref());
        if let Some(value) = value
            .as_ref()
            .filter(|_| provider.signing_field() == Some(field.name))
        {
            work.webhook_secret = value.clone();
        }
    }
    if !moved(&before, &work.settings).is_empty() {
        problems.extend(forget(known, work, fields));
    }
    if !problems.is_empty() {
        return Err(Error::invalid_input(problems));
    }
    if work.settings.to_string().len() > LONGEST {
        return Err(Error::invalid_at("/fields", "at most 16 KiB of settings"));
    }
    let checked = provider.check(&work.checked(), granularity);
    checked.map_err(|error| at_fields(provider, error))
}

/// Forgets every secret that was not typed in just now. What a form asks for is missed at its place.
fn forget(known: &[InstallField], work: &mut Work, fields: &Fields) -> Vec<Problem> {
    let typed = |name: &str| fields.contains_key(name);
    let secrets = std::mem::take(&mut work.secrets);
    let (mut kept, mut missed) = (Secrets::default(), Vec::new());
    for (name, secret) in secrets.iter() {
        if typed(name) {
            kept = kept.with(name, secret.clone());
        } else if let Some(field) = known.iter().find(|field| field.name == name) {
            let expected = "typed in once more, or taken away: it was for another address";
            missed.push(problem(field.name, expected));
        }
    }
    work.secrets = kept;
    missed
}

/// Refuses an installation that lacks something it cannot be without.
pub(super) fn complete(provider: &dyn IntegrationProvider, work: &Work) -> Result<(), Error> {
    let lacks = |field: &&InstallField| field.required && !has(field, work);
    let lacking = provider.install_fields().iter().filter(lacks);
    let expected = "a value: this property is required";
    let problems: Vec<_> = lacking.map(|field| problem(field.name, expected)).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::invalid_input(problems))
}

/// Whether there is something in a field.
pub(super) fn has(field: &InstallField, work: &Work) -> bool {
    if field.secret {
        return work.secrets.get(field.name).is_some();
    }
    let value = work.settings.get(field.name);
    value.is_some_and(|value| !value.is_null())
}

/// What a provider says of settings and secrets, said of the fields they were typed into.
pub(super) fn at_fields(provider: &dyn IntegrationProvider, error: Error) -> Error {
    if error.problems().is_empty() {
        return error;
    }
    let moved = |problem: &Problem| {
        let name = problem.pointer.rsplit('/').next().unwrap_or_default();
        let within = ["/settings/", "/secrets/", "/fields/"];
        let field = within
            .iter()
            .find_map(|at| problem.pointer.strip_prefix(at));
        let known = provider.install_fields().iter().any(|one| one.name == name);
        let pointer = if field == Some(name) && known {
            format!("/fields/{name}")
        } else {
            problem.pointer.clone()
        };
        Problem {
            pointer,
            expected: problem.expected.clone(),
        }
    };
    let problems = error.problems().iter().map(moved).collect();
    Error::invalid_input(problems)
}

fn put(field: &InstallField, work: &mut Work, value: Option<&Secret<String>>) {
    if field.secret {
        let secrets = std::mem::take(&mut work.secrets);
        work.secrets = match value {
            Some(value) => secrets.with(field.name, value.clone()),
            None => secrets.without(field.name),
        };
        return;
    }
    if !work.settings.is_object() {
        work.settings = Value::Object(serde_json::Map::new());
    }
    let Value::Object(settings) = &mut work.settings else {
        return;
    };
    match value {
        Some(value) => {
            let text = Value::String(value.expose().clone());
            settings.insert(field.name.to_owned(), text);
        }
        None => {
            settings.remove(field.name);
        }
    }
}

fn unknown(known: &[InstallField], name: &str) -> Problem {
    let name = name.replace('~', "~0").replace('/', "~1");
    let names: Vec<_> = known.iter().map(|field| field.name).collect();
    let expected = match names[..] {
        [] => "no field: the provider asks for none".to_owned(),
        _ => format!("one of the fields {}", names.join(", ")),
    };
    Problem {
        pointer: format!("/fields/{name}"),
        expected,
    }
}

fn problem(name: &str, expected: &str) -> Problem {
    Problem {
        pointer: format!("/fields/{name}"),
        expected: expected.to_owned(),
    }
}
