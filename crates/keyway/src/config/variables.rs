use std::collections::BTreeSet;

use super::environment::{Environment, PREFIX};
use super::keys::{Key, all as all_keys};
use super::report::{Finding, Place};
use super::suggest;

/// Variables that are not the variable of a key.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    (
        "KEYWAY_CONFIG",
        "The configuration file, when it is not `keyway.yaml` in the working directory.",
    ),
    (
        "KEYWAY_MASTER_KEY",
        "The master key itself, or several with a space between them, the one that seals first. Goes before `master_key.command` and `master_key.file`.",
    ),
    (
        "KEYWAY_DATABASE_URL",
        "A PostgreSQL server to keep everything on, as `postgres://user:password@host/name`, instead of the SQLite file. Any number of gateways may share it, with the same master key and configuration.",
    ),
    (
        "KEYWAY_API_KEY",
        "The API key that `keyway mcp` and `keyway client` use to speak to a gateway.",
    ),
    (
        "KEYWAY_SERVER",
        "The gateway that `keyway mcp` speaks to, when `--server` is not given.",
    ),
    (
        "KEYWAY_GRANTS",
        "Where your tokens are kept: `keyring`, `file`, or `auto` for the system's keyring where there is one (the default).",
    ),
    (
        "KEYWAY_CALLBACK_URL",
        "Where a browser comes back to when you sign in to one of your MCP servers, when it is not `http://localhost:1456/auth/mcp/callback`: http on `localhost`, `127.0.0.1` or `[::1]`.",
    ),
    (
        "KEYWAY_MODEL",
        "The model that answers in `keyway chat`, as `vendor/model`, when nothing else names one.",
    ),
    (
        "KEYWAY_CLIENT_METADATA_URL",
        "Your Client ID Metadata Document, which is then the client that signs you in wherever the authorization server takes one: an https URL with a path. Without it Keyway registers itself with each server.",
    ),
    (
        "KEYWAY_TOOL_TOKENS",
        "Up to how many estimated tokens of all definitions together a model gets tools as they are; above, as skills. 4000 unless set; 0 for skills always.",
    ),
    (
        "KEYWAY_HOME",
        "Your own folder, with your `mcp.json`, tokens, approvals and sessions, when it is not `~/.keyway`.",
    ),
];

/// A warning for each variable that begins with `KEYWAY_` and means nothing. Those of `referenced` are
/// named by the configuration.
pub(crate) fn unknown_variables(
    environment: &Environment,
    referenced: &BTreeSet<String>,
) -> Vec<Finding> {
    let known: Vec<String> = all_keys()
        .map(Key::variable)
        .chain(OTHER_VARIABLES.iter().map(|(name, _)| (*name).to_owned()))
        .collect();
    let unknown = environment
        .own_names()
        .filter(|name| !known.iter().any(|known| known == name) && !referenced.contains(*name));
    let warning = |name: &str| {
        let place = Place::Variable(name.to_owned());
        let message = format!("no setting has this variable ({PREFIX}…)");
        let finding = Finding::error(place, "", message).as_warning();
        match suggest::nearest(name, known.iter().map(String::as_str)) {
            Some(near) => finding.with_help(format!("did you mean `{near}`?")),
            None => finding,
        }
    };
    unknown.map(warning).collect()
}
