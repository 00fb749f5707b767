use std::ffi::OsString;
use std::io::Read as _;

use bytes::Bytes;
use clap::{Arg, ArgAction, ArgMatches, Command};
use keyway_core::Action;
use keyway_core::rpc::RawJson;
use serde_json::{Map, Value};

use super::flags::{Property, properties};
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::config::suggest;

/// The most bytes of an input.
const LIMIT: u64 = 64 << 20;

/// The action's own command line, made from its input schema.
pub(super) fn command_line(program: &str, action: &Action, properties: &[Property]) -> Command {
    let by_arg: Vec<_> = properties
        .iter()
        .filter(|property| property.flag.is_none())
        .map(|property| property.name.as_str())
        .collect();
    let mut arg_help = "A property by its own name; the value is read like a flag's".to_owned();
    if !by_arg.is_empty() {
        arg_help.push_str(". Needed for: ");
        arg_help.push_str(&by_arg.join(", "));
    }
    let name = format!("{program} call {}", action.slug());
    Command::new(name.clone())
        .bin_name(name)
        .about(action.get_description().to_owned())
        .max_term_width(100)
        .disable_help_flag(true)
        .next_help_heading("Input")
        .args(properties.iter().filter_map(Property::argument))
        .next_help_heading("Options")
        .arg(
            Arg::new(INPUT)
                .long("input")
                .value_name("JSON")
                .help("The whole input: a JSON object, @file:PATH, or - for standard input"),
        )
        .arg(
            Arg::new(ARG)
                .long("arg")
                .value_name("NAME=VALUE")
                .action(ArgAction::Append)
                .help(arg_help),
        )
        .arg(
            Arg::new("\0help")
                .short('h')
                .long("help")
                .action(ArgAction::HelpShort)
                .help("Print this"),
        )
        .arg(
            Arg::new(JSON)
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print the result as JSON"),
        )
        .arg(path_option(CONFIG, "config", "FILE", "The configuration file").short('c'))
        .arg(path_option(
            DATA_DIR,
            "data-dir",
            "DIR",
            "The directory of everything Keyway writes",
        ))
}

// Names of our own options; no property can have them.
const INPUT: &str = "\0input";
const ARG: &str = "\0arg";
const JSON: &str = "\0json";
const CONFIG: &str = "\0config";
const DATA_DIR: &str = "\0data-dir";

fn path_option(
    id: &'static str,
    long: &'static str,
    value: &'static str,
    help: &'static str,
) -> Arg {
    Arg::new(id)
        .long(long)
        .value_name(value)
        .help(help)
        .value_parser(clap::value_parser!(OsString))
}

/// The input that the arguments make: `--input`, with single properties set over it.
pub(super) fn build(
    invocation: &Invocation,
    action: &Action,
    matches: &ArgMatches,
) -> Result<RawJson, Failure> {
    let properties = properties(action.input_schema());
    let given = matches.get_one::<String>(INPUT);
    let single = single(&properties, matches)?;
    let text = match given {
        Some(given) => read_text(invocation, given)?,
        None => "{}".into(),
    };
    // Without flags the text goes on as it was written, large numbers included.
    if single.is_empty() {
        return RawJson::parse(Bytes::from(text)).map_err(|error| not_json(&error));
    }
    let whole = serde_json::from_str(&text).map_err(|error| not_json(&error))?;
    let Value::Object(mut whole) = whole else {
        let message = "the input is not an object, so nothing can be set in it";
        return Err(Failure::usage("invalid_input", message));
    };
    whole.extend(single);
    RawJson::of(&whole).map_err(|error| not_json(&error))
}

/// Properties given one by one. All that is wrong is told at once.
fn single(properties: &[Property], matches: &ArgMatches) -> Result<Map<String, Value>, Failure> {
    let (mut values, mut wrong) = (Map::new(), Vec::new());
    for property in properties {
        let Some(flag) = &property.flag else { continue };
        if let Some(texts) = matches.get_many::<String>(&property.name) {
            let texts: Vec<_> = texts.map(String::as_str).collect();
            match property.shape.read_all(&texts) {
                Ok(value) => drop(values.insert(property.name.clone(), value)),
                Err(expected) => wrong.push(format!("--{flag}: expected {expected}")),
            }
        }
    }
    let mut named: Vec<(&Property, Vec<&str>)> = Vec::new();
    for text in matches.get_many::<String>(ARG).into_iter().flatten() {
        let Some((name, value)) = text.split_once('=') else {
            wrong.push("--arg: expected NAME=VALUE".into());
            continue;
        };
        let Some(property) = properties.iter().find(|property| property.name == name) else {
            wrong.push(no_such(properties, name));
            continue;
        };
        match named.iter_mut().find(|(other, _)| other.name == name) {
            Some((_, texts)) => texts.push(value),
            None => named.push((property, vec![value])),
        }
    }
    for (property, texts) in named {
        match property.shape.read_all(&texts) {
            Ok(value) => drop(values.insert(property.name.clone(), value)),
            Err(expected) => wrong.push(format!("--arg {}: expected {expected}", property.name)),
        }
    }
    if wrong.is_empty() {
        return Ok(values);
    }
    let mut failure = Failure::usage("invalid_input", "the input is not valid");
    failure.details = wrong;
    Err(failure)
}

fn no_such(properties: &[Property], name: &str) -> String {
    let names = properties.iter().map(|property| property.name.as_str());
    match suggest::nearest(name, names) {
        Some(near) => format!("--arg: no property has this name; did you mean `{near}`?"),
        None => "--arg: no property has this name".into(),
    }
}

/// The text of an input that was named on the command line: itself, `@file:PATH`, or `-`.
pub(crate) fn read_text(invocation: &Invocation, given: &str) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| {
        let what = match given.strip_prefix("@file:") {
            Some(path) => format!("the file {}", keyway_client::text::line(path, 256)),
            None => "standard input".into(),
        };
        let why = crate::config::unreadable(&error);
        let message = format!("the input cannot be read: {what} {why}");
        Failure::usage("unreadable_input", message)
    };
    let mut text = String::new();
    if given == "-" {
        let mut input = std::io::stdin().lock().take(LIMIT);
        input.read_to_string(&mut text).map_err(unreadable)?;
    } else if let Some(path) = given.strip_prefix("@file:") {
        let file = std::fs::File::open(invocation.directory.join(path)).map_err(unreadable)?;
        file.take(LIMIT)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
    } else {
        given.clone_into(&mut text);
    }
    Ok(text)
}

fn not_json(error: &serde_json::Error) -> Failure {
    let message = format!(
        "the input is not JSON (line {}, column {})",
        error.line(),
        error.column()
    );
    Failure::usage("malformed_input", message)
        .with_hint("give an object, like --input '{\"name\": \"value\"}'")
}
