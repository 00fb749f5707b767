//! A model server as a process for end-to-end tests.
//!
//! Prints `base_url <url>`, `gemini_url <url>` and `key <key>`, one a line, and runs until it is ended.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for tests: it says where it is and ends when it cannot go on"
)]

use keyway_testkit::models::{Call, ModelServer, Rule, Script, Turn};

const HELP: &str = "\
keyway-models [--port PORT] [--key KEY] [--script FILE] [--rule WORDS TOOL ARGUMENTS]... \
[--pause MILLISECONDS]

Speaks Anthropic's Messages and OpenAI's Chat Completions below one base URL, and Gemini.
Without a script or a rule that fits it says back what it is told, and what tools answered.

  --port     the port; a free one without
  --key      the key it wants; empty for none
  --script   what it answers, as JSON: {\"turns\": [{\"text\": [\"Hel\", \"lo\"]}], \"rules\": [{\"when\": \"..\", \"then\": {..}}]}
  --rule     calls TOOL with ARGUMENTS (JSON) when the person's message contains WORDS
  --pause    slows every answer of a rule down: the pause before each piece";

#[tokio::main]
async fn main() {
    let mut script = Script::default();
    let mut port = 0;
    let mut pause = 0;
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().unwrap_or_default();
        match arg.as_str() {
            "--port" => port = value().parse().expect("a port"),
            "--key" => script.key = value(),
            "--pause" => pause = value().parse().expect("milliseconds"),
            "--script" => {
                let text = std::fs::read_to_string(value()).expect("a file that can be read");
                script = serde_json::from_str(&text).expect("a script");
            }
            "--rule" => {
                let (when, tool) = (value(), value());
                let arguments = serde_json::from_str(&value()).expect("arguments in JSON");
                script.rules.push(Rule {
                    when,
                    then: Turn::calls([Call::new(&tool, arguments)]),
                });
            }
            _ => return eprintln!("{HELP}"),
        }
    }
    for rule in &mut script.rules {
        rule.then.pause = rule.then.pause.max(pause);
    }
    let server = ModelServer::start_at(script, ([127, 0, 0, 1], port).into()).await;
    println!("base_url {}", server.base_url());
    println!("gemini_url {}", server.gemini_url());
    println!("key {}", server.key());
    std::future::pending::<()>().await;
}
