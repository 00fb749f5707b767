use keyway_testkit::models::{ModelServer, Turn};
use serde_json::json;

use super::world::section;
use crate::support::World;

const AGENTS: &str = "\
agents:
  researcher:
    name: Research agent
    description: Finds things out
    system_prompt: You find things out.
    model: lab/test-1
    tools: [status, 'agent:writer']
    budget: { rounds: 5, tokens: 10000, time: 30s }
  writer:
    model: lab/test-1
    output: { type: object, required: [text], properties: { text: { type: string } } }
";

#[tokio::test(flavor = "multi_thread")]
async fn agents_without_code_answer_on_the_command_line() {
    let turns = vec![
        Turn::text(["Ada ", "it is."]),
        Turn::text(["Still Ada."]),
        Turn::text(["No JSON."]),
        Turn::text(["None either."]),
    ];
    let model = ModelServer::start(turns).await;
    let world = World::of(&format!("{AGENTS}{}", section(&model)));
    let run = |arguments: &[&str]| tokio::task::block_in_place(|| world.run(arguments));
    let listed = run(&["agents", "list"]).ok();
    assert!(
        listed
            .out
            .contains("researcher  lab/test-1  Finds things out"),
        "{}",
        listed.out
    );
    let shown = run(&["agents", "show", "researcher"]).ok().out;
    assert!(shown.contains("tools:  status, agent:writer"), "{shown}");
    assert!(
        shown.contains("5 rounds, 10000 tokens, 30000 ms"),
        "{shown}"
    );

    let first = run(&["agents", "prompt", "researcher", "--message", "Who?"]).ok();
    assert_eq!(first.out, "Ada it is.\n", "{}", first.told());
    let session = first
        .err
        .lines()
        .find_map(|line| line.strip_prefix("session "));
    let session = session.unwrap().to_owned();
    let again = ["agents", "prompt", "researcher", "--message", "And now?"];
    let again = [&again[..], &["--session-id", &session, "--json"]].concat();
    let second = run(&again).ok().json();
    assert_eq!(second["sessionId"], session.as_str());
    assert_eq!(
        second["messages"],
        json!([{ "role": "assistant", "text": "Still Ada." }])
    );

    let sessions = run(&["agents", "sessions", "list", "--json"]).ok().json();
    assert_eq!(sessions["sessions"][0]["turns"], 2);
    let shown = run(&["agents", "sessions", "show", &session]).ok().out;
    for line in ["> Who?", "Ada it is.", "> And now?", "Still Ada."] {
        assert!(shown.lines().any(|shown| shown == line), "{shown}");
    }
    let failed = run(&["agents", "prompt", "writer", "--message", "x", "--json"]);
    assert_eq!(failed.code, 1, "{}", failed.told());
    assert_eq!(failed.json()["error"]["code"], "agent_output_invalid");
    let unknown = run(&["agents", "prompt", "reseacher", "--message", "x"]);
    assert!(
        unknown.code == 2 && unknown.err.contains("did you mean `researcher`?"),
        "{}",
        unknown.told()
    );
}

#[test]
fn mistakes_are_told_with_their_places_and_what_was_meant() {
    for (old, new, place, said) in [
        (
            "tools: [status",
            "tools: ['Not::One'",
            "7:13",
            "expected an action's slug",
        ),
        (
            "agent:writer",
            "agent:wirter",
            "7:21",
            "did you mean `writer`?",
        ),
        (
            "    model: lab/test-1\n    tools",
            "    model: test-1\n    tools",
            "6:12",
            "`vendor/model`",
        ),
        (
            "system_prompt",
            "system_promt",
            "5:5",
            "did you mean `system_prompt`?",
        ),
        (
            "rounds: 5",
            "rounds: 0",
            "8:23",
            "a whole number from 1 to 1000",
        ),
        ("time: 30s", "time: soon", "8:47", "a time span"),
    ] {
        let yaml = AGENTS.replacen(old, new, 1);
        let world = World::of(&yaml);
        let ran = world.run(&["validate"]);
        assert_eq!(ran.code, 2, "{new}: {}", ran.told());
        assert!(
            ran.out.contains(&format!("keyway.yaml:{place}")) && ran.out.contains(said),
            "{new}: {}",
            ran.out
        );
    }
    let circle = "agents: { a: { model: l/m, tools: ['agent:b'] }, b: { model: l/m, tools: ['agent:a'] } }\n";
    let ran = World::of(circle).run(&["validate"]);
    assert!(
        ran.out.contains("circle: `a` → `b` → `a`"),
        "{}",
        ran.told()
    );
    let absent = "agents: { a: { model: l/m, tools: [mcp__gone] } }\n";
    let ran = World::of(absent).run(&["validate"]);
    assert!(
        ran.out.contains("there is no such MCP server"),
        "{}",
        ran.told()
    );
    let fine = World::of(AGENTS).run(&["validate"]).ok();
    assert!(fine.out.contains("2 agents"), "{}", fine.out);
}

#[test]
fn a_models_section_with_mistakes_stops_the_start_with_file_line_and_field() {
    for (yaml, place, said) in [
        (
            "models: { vendor: {} }\n",
            "1:11",
            "the keys here are vendors, prices",
        ),
        (
            "models:\n  vendors:\n    lab: { key: x }\n",
            "3:10",
            "base_url",
        ),
        (
            "models:\n  vendors:\n    lab: { base_url: 'http://l/', key: '@file:gone' }\n",
            "3:40",
            "gone",
        ),
        ("models: { default: a/b }\n", "1:11", "not known"),
    ] {
        let ran = World::of(yaml).run(&["config", "check"]);
        assert_ne!(ran.code, 0, "{yaml}");
        let told = ran.told();
        assert!(told.contains(&format!("keyway.yaml:{place}")), "{told}");
        assert!(told.contains("models") && told.contains(said), "{told}");
    }
}
