use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::file::Whose;
use super::{Add, check};
use crate::cli::failure::Failure;

/// The entry as it is written. A person's own file holds paths from the root, so that it means the
/// same wherever the person works.
pub(super) fn of(add: &Add, directory: &Path, whose: Whose) -> Result<Value, Failure> {
    let mut entry = Map::new();
    match (&add.url, add.command.split_first()) {
        (Some(url), _) => {
            check::url(url)?;
            entry.insert("url".into(), url.as_str().into());
            let headers = pairs(&add.header, "--header", directory, whose)?;
            if !headers.is_empty() {
                entry.insert("headers".into(), headers.into());
            }
            if let Some(auth) = auth(add, directory, whose)? {
                entry.insert("auth".into(), auth);
            }
        }
        (None, Some((command, args))) => {
            let command = match whose {
                // A path that begins here would be another program elsewhere.
                Whose::Person if command.contains('/') => rooted(Path::new(command), directory),
                _ => command.clone(),
            };
            entry.insert("command".into(), command.into());
            if !args.is_empty() {
                entry.insert("args".into(), json!(args));
            }
            let env = pairs(&add.env, "--env", directory, whose)?;
            if !env.is_empty() {
                entry.insert("env".into(), env.into());
            }
            if let Some(cwd) = &add.cwd {
                let cwd = match whose {
                    Whose::Person => rooted(cwd, directory),
                    Whose::Project => cwd.to_string_lossy().into_owned(),
                };
                entry.insert("cwd".into(), cwd.into());
            }
        }
        (None, None) => {
            let message = "neither a URL nor a program";
            return Err(Failure::usage("incomplete_server", message)
                .with_hint("give --url URL, or `-- COMMAND ARGUMENTS…`"));
        }
    }
    Ok(entry.into())
}

fn auth(add: &Add, directory: &Path, whose: Whose) -> Result<Option<Value>, Failure> {
    let mut auth = Map::new();
    if let Some(key) = &add.key {
        auth.insert("type".into(), "api_key".into());
        let key = check::secret(key, "--key", directory, whose)?;
        auth.insert("key".into(), key.into());
        for (name, value) in [("header", &add.key_header), ("scheme", &add.key_scheme)] {
            if let Some(value) = value {
                auth.insert(name.into(), value.as_str().into());
            }
        }
    } else if add.oauth {
        auth.insert("type".into(), "oauth".into());
        if !add.scope.is_empty() {
            auth.insert("scopes".into(), json!(add.scope));
        }
        if let Some(id) = &add.client_id {
            auth.insert("client_id".into(), id.as_str().into());
        }
        if let Some(secret) = &add.client_secret {
            let secret = check::secret(secret, "--client-secret", directory, whose)?;
            auth.insert("client_secret".into(), secret.into());
        }
    } else {
        return Ok(None);
    }
    Ok(Some(auth.into()))
}

fn pairs(
    given: &[String],
    flag: &str,
    directory: &Path,
    whose: Whose,
) -> Result<Map<String, Value>, Failure> {
    let mut pairs = Map::new();
    for pair in given {
        let Some((name, value)) = pair.split_once('=') else {
            let message = format!("{flag}: expected `NAME=value`");
            return Err(Failure::usage("bad_command_line", message));
        };
        let value = check::value(name.trim(), value.trim(), flag, directory, whose)?;
        pairs.insert(name.trim().to_owned(), value.into());
    }
    Ok(pairs)
}

pub(super) fn rooted(path: &Path, directory: &Path) -> String {
    directory.join(path).to_string_lossy().into_owned()
}
