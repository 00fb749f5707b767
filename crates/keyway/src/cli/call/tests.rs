use clap::Command;
use keyway_core::{Action, Error};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::flags::properties;
use super::input::{build, command_line};
use crate::Gateway;
use crate::cli::args::Global;
use crate::cli::invocation::Invocation;
use crate::config::Environment;

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct View {
    /// Whose.
    user_id: u64,
    #[serde(rename = "dueDate")]
    due_date: Option<jiff::civil::Date>,
    /// How much.
    #[serde(default)]
    ratio: f64,
    urgent: Option<bool>,
    colour: Option<Colour>,
    tags: Option<Vec<String>>,
    counts: Option<Vec<i32>>,
    address: Option<Address>,
    /// Collides with ours.
    json: Option<String>,
    input: Option<String>,
    help: Option<i64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Colour {
    /// Like a rose.
    Red,
    /// Like the sea.
    DeepBlue,
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Address {
    street: String,
}

fn action() -> Action {
    Action::new("user:view", |_, _: View| async { Ok::<_, Error>(()) }).description("View a user.")
}

fn command(action: &Action) -> Command {
    command_line("keyway", action, &properties(action.input_schema())).term_width(100)
}

fn invocation() -> Invocation {
    Invocation {
        gateway: Gateway::builder().build(),
        environment: Environment::default(),
        directory: ".".into(),
        global: Global::default(),
    }
}

fn built(arguments: &[&str]) -> Result<Value, String> {
    let action = action();
    let matches = command(&action)
        .try_get_matches_from([&["keyway"], arguments].concat())
        .map_err(|error| error.to_string())?;
    build(&invocation(), &action, &matches)
        .map(|input| input.read().unwrap())
        .map_err(|failure| failure.to_text())
}

#[test]
fn flags_are_typed_by_the_schema() {
    let input = built(&[
        "--user-id",
        "7",
        "--due-date",
        "2026-01-02",
        "--ratio",
        "-0.5",
        "--urgent",
        "--colour",
        "deep_blue",
        "--tags",
        "a",
        "--tags",
        "b",
        "--counts",
        "[1,-2]",
        "--address",
        "{\"street\": \"x\"}",
    ]);
    insta::assert_snapshot!(input.unwrap(), @r#"{"user_id":7,"dueDate":"2026-01-02","ratio":-0.5,"urgent":true,"colour":"deep_blue","tags":["a","b"],"counts":[1,-2],"address":{"street":"x"}}"#);
    assert_eq!(built(&["--urgent=false"]).unwrap()["urgent"], false);
    assert_eq!(built(&["--counts", "-3"]).unwrap()["counts"][0], -3);
}

#[test]
fn names_that_are_taken_are_given_by_arg() {
    let input = built(&[
        "--arg",
        "json=x",
        "--arg",
        "input=y=z",
        "--arg",
        "help=5",
        "--arg",
        "tags=a",
        "--arg",
        "tags=b",
    ]);
    insta::assert_snapshot!(input.unwrap(), @r#"{"json":"x","input":"y=z","help":5,"tags":["a","b"]}"#);
}

#[test]
fn flags_go_over_the_input() {
    let input = built(&[
        "--input",
        "{\"user_id\": 1, \"ratio\": 2}",
        "--user-id",
        "9",
    ])
    .unwrap();
    assert_eq!(input, serde_json::json!({"user_id": 9, "ratio": 2}));
}

#[test]
fn what_is_wrong_is_told_together_and_not_repeated() {
    let wrong = built(&[
        "--user-id",
        "canary",
        "--ratio",
        "canary",
        "--urgent=canary",
        "--colour",
        "canary",
        "--counts",
        "canary",
        "--address",
        "canary",
        "--arg",
        "canary",
        "--arg",
        "tag=canary",
        "--arg",
        "help=canary",
    ])
    .unwrap_err();
    assert!(!wrong.contains("canary"), "{wrong}");
    insta::assert_snapshot!(wrong, @"
    the input is not valid
      --user-id: expected a whole number
      --ratio: expected a number
      --urgent: expected true or false
      --colour: expected one of red, deep_blue
      --counts: expected a whole number
      --address: expected JSON
      --arg: expected NAME=VALUE
      --arg: no property has this name; did you mean `tags`?
      --arg help: expected a whole number
    ");
}

#[test]
fn an_input_that_is_no_json_says_where() {
    insta::assert_snapshot!(built(&["--input", "{\"a\": canary}"]).unwrap_err(), @r#"
    the input is not JSON (line 1, column 7)
      help: give an object, like --input '{"name": "value"}'
    "#);
    insta::assert_snapshot!(built(&["--input", "[1]", "--ratio", "1"]).unwrap_err(), @"the input is not an object, so nothing can be set in it");
}

#[test]
fn an_unknown_flag_is_refused_with_a_suggestion() {
    insta::assert_snapshot!(built(&["--user-idd", "1"]).unwrap_err(), @"
    error: unexpected argument '--user-idd' found

      tip: a similar argument exists: '--user-id'

    Usage: keyway call user:view --user-id <NUMBER>

    For more information, try '--help'.
    ");
}

#[test]
fn help_says_what_the_action_takes() {
    let action = action();
    insta::assert_snapshot!(command(&action).render_help(), @"
    View a user.

    Usage: keyway call user:view [OPTIONS]

    Input:
          --user-id <NUMBER>  Whose. [required]
          --due-date <TEXT>   
          --ratio <NUMBER>    How much. [default: 0.0]
          --urgent[=<BOOL>]   
          --colour <TEXT>     [one of: red, deep_blue]
          --tags <TEXT>       
          --counts <NUMBER>   
          --address <JSON>    

    Options:
          --input <JSON>      The whole input: a JSON object, @file:PATH, or - for standard input
          --arg <NAME=VALUE>  A property by its own name; the value is read like a flag's. Needed for:
                              json, input, help
      -h, --help              Print this
          --json              Print the result as JSON
      -c, --config <FILE>     The configuration file
          --data-dir <DIR>    The directory of everything Keyway writes
    ");
}

#[test]
fn an_input_without_flags_goes_on_as_written() {
    let action = action();
    let text = "{ \"user_id\": 123456789012345678901234567890 }";
    let matches = command(&action)
        .try_get_matches_from(["keyway", "--input", text])
        .unwrap();
    assert_eq!(
        build(&invocation(), &action, &matches).unwrap().as_str(),
        text
    );
}
