//! `keyway chat` where there is no terminal.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use keyway_testkit::models::{Call, ModelServer, Script, Turn};
use keyway_testkit::peers::{HttpPeer, Script as Peer};
use serde_json::{Value, json};

use crate::support::{Ran, World};

pub(super) struct Talk {
    pub(super) world: World,
    pub(super) model: ModelServer,
    pub(super) peer: HttpPeer,
}

impl Talk {
    /// A person with one server, `files`, and a model that answers this.
    pub(super) async fn new(turns: Vec<Turn>) -> Self {
        Self::with(Peer::default(), turns).await
    }

    /// With a server that behaves like this.
    pub(super) async fn with(script: Peer, turns: Vec<Turn>) -> Self {
        let model = ModelServer::start(Script::from(turns)).await;
        let peer = HttpPeer::start(script).await;
        let world = World::new()
            .with("KEYWAY_GRANTS", "file")
            .with("KEYWAY_MODEL", "lab/test-1")
            .with("KEYWAY_TOOL_TOKENS", "0");
        let world = {
            let home = world.path("own");
            world.with("KEYWAY_HOME", home.to_str().unwrap())
        };
        let servers = json!({ "servers": { "files": { "url": peer.url() } } });
        world.write("own/mcp.json", &servers.to_string());
        let lab = json!({ "base_url": model.base_url(), "key": model.key() });
        let models = json!({ "vendors": { "lab": lab } });
        world.write("own/models.json", &models.to_string());
        let owner_only = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(world.path("own/models.json"), owner_only).unwrap();
        Self { world, model, peer }
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        tokio::task::block_in_place(|| self.world.run(&[&["chat"], arguments].concat()))
    }

    /// Runs it with this as its input.
    pub(super) fn pipe(&self, arguments: &[&str], input: &str) -> Ran {
        tokio::task::block_in_place(|| {
            let mut command = self.world.command(&[&["chat"], arguments].concat());
            command.stdin(Stdio::piped());
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut pipe = child.stdin.take().unwrap();
            pipe.write_all(input.as_bytes()).unwrap();
            drop(pipe);
            let output = child.wait_with_output().unwrap();
            Ran {
                code: output.status.code().unwrap_or(-1),
                out: String::from_utf8_lossy(&output.stdout).into_owned(),
                err: String::from_utf8_lossy(&output.stderr).into_owned(),
            }
        })
    }
}

fn echo(arguments: &Value) -> Turn {
    let arguments = json!({ "server": "files", "tool": "echo", "arguments": arguments });
    Turn::calls([Call::new("call_mcp_tool", arguments)])
}

#[tokio::test(flavor = "multi_thread")]
async fn one_question_is_answered() {
    let talk = Talk::new(vec![Turn::text(["**Good", "** \u{1b}]0;x\u{7}day"])]).await;
    let ran = talk.run(&["-p", "hello"]).ok();
    assert_eq!(ran.out, "**Good** ␛]0;x␇day\n");
    let asked = talk.model.asked();
    assert!(asked[0].body.to_string().contains("hello"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_approve_is_denied_and_the_exit_code_says_so() {
    let talk = Talk::new(vec![
        echo(&json!({})),
        Turn::text(["It was denied."]),
        echo(&json!({ "a": 1 })),
        Turn::text(["It is done."]),
    ])
    .await;
    let denied = talk.run(&["-p", "echo"]);
    assert_eq!(
        (denied.code, denied.out.as_str()),
        (3, "It was denied.\n"),
        "{}",
        denied.told()
    );
    assert!(
        denied.err.contains("--approve files/echo"),
        "{}",
        denied.err
    );
    let allowed = talk.run(&["-p", "echo", "--approve", "files/echo"]).ok();
    assert_eq!(allowed.out, "It is done.\n");
    assert!(allowed.err.contains("files/echo: done"), "{}", allowed.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn json_is_the_transcript_line_by_line_and_a_result() {
    let talk = Talk::new(vec![echo(&json!({})), Turn::text(["No."])]).await;
    let ran = talk.run(&["-p", "echo", "--json"]);
    assert_eq!(ran.code, 3, "{}", ran.told());
    let lines: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "session_started",
            "user_message",
            "assistant_message",
            "tool_started",
            "tool_finished",
            "assistant_message",
            "turn_ended",
            "result"
        ]
    );
    let result = lines.last().unwrap();
    assert_eq!(result["text"], "No.");
    assert_eq!(result["reason"]["kind"], "finished");
    assert_eq!(
        result["denied"],
        json!([{ "server": "files", "tool": "echo" }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_one_session_that_can_be_gone_on_with() {
    let talk = Talk::new(vec![
        Turn::text(["first"]),
        Turn::text(["second"]),
        Turn::text(["third"]),
    ])
    .await;
    let ran = talk
        .pipe(&[], "one\n\n/mcp status\ntwo\n/quit\nnever\n")
        .ok();
    assert!(
        ran.out.starts_with("first\n") && ran.out.ends_with("second\n"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("files") && ran.out.contains("connected"),
        "{}",
        ran.out
    );
    let resumed = talk.run(&["-p", "three", "--session", "last"]).ok();
    assert_eq!(resumed.out, "third\n");
    let asked = talk.model.asked();
    let last = asked.last().unwrap().body.to_string();
    assert!(last.contains("one") && last.contains("second"), "{last}");
    let sessions = talk.pipe(&[], "/sessions\n").ok().out;
    assert_eq!(sessions.matches("sess_").count(), 1, "{sessions}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_command_is_told_what_was_meant_and_is_a_failure() {
    let talk = Talk::new(vec![]).await;
    let ran = talk.pipe(&[], "/hlep\n");
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("did you mean /help?"), "{}", ran.err);
    assert!(talk.model.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_be_used_says_why_before_anything_is_done() {
    let world = World::new();
    let chat = |arguments: &[&str]| world.run(&[&["chat", "-p", "x"], arguments].concat());
    insta::assert_snapshot!(chat(&[]).told(), @"
    exit 2
    error: no model is chosen
      help: name one: --model vendor/model, `model:` in the agent's file, KEYWAY_MODEL, or `default` in models.json
    ");
    insta::assert_snapshot!(chat(&["--model", "anthropic/x"]).told(), @"
    exit 2
    error: `anthropic` needs an API key: set ANTHROPIC_API_KEY
    ");
    let malformed = chat(&["--model", "canary"]);
    assert!(
        malformed.code == 2 && !malformed.err.contains("canary"),
        "{}",
        malformed.told()
    );
    insta::assert_snapshot!(chat(&["--model", "ollama/x", "--session", "canary"]).told(), @"
    exit 2
    error: there are no sessions yet: `keyway chat` begins one
    ");
    insta::assert_snapshot!(chat(&["--model", "ollama/x", "--approve", "canary"]).told(), @"
    exit 2
    error: --approve: an approval names one server and one tool, like `files/read_file`
    ");
    insta::assert_snapshot!(chat(&["--agent", "no.md"]).told(), @"
    exit 2
    error: the agent no.md cannot be used: it does not exist
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_dies_is_a_failure_and_the_session_goes_on() {
    let talk = Talk::new(vec![Turn::status(400), Turn::text(["again"])]).await;
    let ran = talk.run(&["-p", "one"]);
    assert_eq!(ran.code, 1, "{}", ran.told());
    let resumed = talk.run(&["-p", "two", "--session", "last"]).ok();
    assert_eq!(resumed.out, "again\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_is_attached_and_a_prompt_is_run() {
    let talk = Talk::new(vec![Turn::text(["read"]), Turn::text(["greeted"])]).await;
    talk.run(&["-p", "see @files:test://static"]).ok();
    talk.run(&["-p", "/files:greet who=Ada"]).ok();
    let asked = talk.model.asked();
    let first = asked[0].body.to_string();
    assert!(first.contains("<resource server="), "{first}");
    let wrong = talk.run(&["-p", "/files:no-such-prompt"]);
    assert_eq!(wrong.code, 1, "{}", wrong.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_file_says_who_it_is_and_what_it_may_use() {
    let talk = Talk::new(vec![echo(&json!({})), Turn::text(["no"])]).await;
    let agent = "---\nname: reviewer\nmodel: lab/other-2\ntools:\n  deny:\n    - files/echo\n---\n\
                 You review.\n";
    talk.world.write("reviewer.md", agent);
    let arguments = [
        "-p",
        "x",
        "--agent",
        "reviewer.md",
        "--approve",
        "files/echo",
    ];
    let ran = tokio::task::block_in_place(|| {
        let mut command = talk.world.command(&[&["chat"], &arguments[..]].concat());
        command.env_remove("KEYWAY_MODEL").output().unwrap()
    });
    assert!(ran.status.success());
    let asked = talk.model.asked();
    assert_eq!(asked[0].body["model"], "other-2");
    assert!(asked[0].body.to_string().contains("You review."));
    assert!(
        asked[1].body.to_string().contains("may not"),
        "{}",
        asked[1].body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_piped_in_attaches_nothing() {
    let talk = Talk::new(vec![Turn::text(["Read."]), Turn::text(["Read."])]).await;
    // Somebody else's change, to be reviewed, that names a resource of the person's own server.
    let piped = "+see @files:file:///srv/me/.ssh/id_rsa\n/files:greet\n";
    talk.pipe(&["-p", "review this"], piped).ok();
    assert!(talk.peer.seen("resources/read").is_empty());
    assert!(talk.peer.seen("prompts/get").is_empty());
    let asked = talk.model.asked();
    let body = asked[0].body.to_string();
    assert!(
        body.contains("review this") && body.contains("id_rsa"),
        "{body}"
    );
    // The person's own words do.
    let ran = talk.pipe(&["-p", "see @files:file:///readme"], "x");
    let read = talk.peer.seen("resources/read").len();
    assert_eq!(read, 1, "{}", ran.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_price_of_an_agent_is_for_its_own_model() {
    let talk = Talk::new(vec![Turn::text(["a"]), Turn::text(["b"])]).await;
    let agent = "---\nmodel: lab/other-2\nprice:\n  input: 1\n  output: 2\n---\nYou answer.\n";
    talk.world.write("priced.md", agent);
    let costs = |more: &[&str]| {
        let arguments = [&["-p", "x", "--agent", "priced.md", "--json"], more].concat();
        let ran = talk.run(&arguments).ok();
        let lines = ran.out.lines();
        let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let answer = lines.filter(|line| line["type"] == "assistant_message");
        answer
            .map(|line| line["usage"]["cost_micros"].is_u64())
            .collect::<Vec<_>>()
    };
    assert_eq!(costs(&[]), [true]);
    assert_eq!(costs(&["--model", "lab/test-1"]), [false]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_stays_open_and_silent_does_not_stop_a_question() {
    let talk = Talk::new(vec![Turn::text(["answered"]), Turn::text(["again"])]).await;
    let ran = tokio::task::block_in_place(|| {
        let mut command = talk.world.command(&["chat", "-p", "hello"]);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let open = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(open);
        output
    });
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "answered\n");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("nothing came in within 3 s"), "{said}");
    talk.pipe(&["-p", "-"], "piped and nothing else").ok();
    let asked = talk.model.asked();
    let last = asked.last().unwrap().body["messages"].to_string();
    assert!(last.contains("\"piped and nothing else\""), "{last}");
}
