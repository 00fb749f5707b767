//! The guide does what it says.

use keyway_testkit::models::{ModelServer, Turn};

use super::world::{call, section};
use crate::support::World;

const GUIDE: &str = include_str!("../../../../../docs/how-to/run-agents.md");

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_s_agents_are_asked_with_the_guide_s_commands() {
    let mut yamls = GUIDE.split("```yaml\n").skip(1);
    let mut yaml = || yamls.next().unwrap().split("```").next().unwrap();
    let agents = yaml().replace("anthropic/claude-sonnet-4.6", "lab/test-1");
    let models = yaml();
    let turns = vec![
        call("status", serde_json::json!({})),
        Turn::text(["It is well."]),
        Turn::text(["Well."]),
    ];
    let model = ModelServer::start(turns).await;
    let world = World::of(&format!("{agents}{}", section(&model)));
    let run = |line: &str| {
        let line = line.strip_prefix("$ keyway ").unwrap();
        let mut words = Vec::new();
        for (nth, part) in line.split('\'').enumerate() {
            match nth % 2 {
                0 => words.extend(part.split_whitespace().map(str::to_owned)),
                _ => words.push(part.to_owned()),
            }
        }
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        tokio::task::block_in_place(|| world.run(&words)).ok()
    };
    let mut commands = GUIDE.lines().filter(|line| line.starts_with("$ keyway "));
    let first = run(commands.next().unwrap());
    assert_eq!(first.out, "It is well.\n", "{}", first.told());
    let session = first
        .err
        .lines()
        .find_map(|line| line.strip_prefix("session "));
    let second = commands
        .next()
        .unwrap()
        .replace("sess_0198…", session.unwrap());
    assert_eq!(run(&second).out, "Well.\n");
    assert!(run(commands.next().unwrap()).out.contains("researcher"));

    let checked = World::of(models)
        .with("LAB_KEY", "k")
        .run(&["config", "check"]);
    assert_eq!(checked.code, 0, "{}", checked.told());
}
