//! Skills and what they save, as a person sees them.

use keyway_testkit::peers::{Era, HttpPeer, Script, StdioPeer};
use serde_json::json;

use super::{USER, aside, person};
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn skills_are_written_for_what_is_connected_and_removed_with_their_servers() {
    let http = HttpPeer::start(Script::new(Era::Modern)).await;
    let child = StdioPeer::new(Script::new(Era::Legacy), "local::peer");
    let world = person(&json!({
        "child": { "command": child.command(), "args": child.args(), "env": child.env() },
        "web": { "url": http.url() },
        "gone": { "url": "http://127.0.0.1:1/mcp" },
    }));
    let ran = aside(|| world.run(&["mcp", "skills", "--json"])).ok();
    assert_eq!(ran.json()["written"], json!(["child", "web"]));
    assert!(ran.err.contains("gone: disconnected"), "{}", ran.err);
    let page = world.path("home/.keyway/skills/web/SKILL.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("| `echo` |"), "{page}");
    assert!(
        world
            .path("home/.keyway/skills/child/schemas/echo.json")
            .exists()
    );

    // A server that is away keeps what it had; one that is not configured any more does not.
    let at = http.stop().await;
    let servers = json!({ "servers": { "web": { "url": format!("http://{at}/mcp") } } });
    world.write(USER, &servers.to_string());
    let ran = aside(|| world.run(&["mcp", "skills", "--json"])).ok();
    assert_eq!(ran.json()["kept"], json!(["web"]));
    assert_eq!(ran.json()["removed"], json!(["child"]));
    let page = world.path("home/.keyway/skills/web/SKILL.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("Status: disconnected;"), "{page}");

    // Nothing goes because of a file that cannot be read.
    world.write(USER, "{");
    let ran = aside(|| world.run(&["mcp", "skills", "--json"]));
    assert_eq!(ran.ok().json()["removed"], json!([]));
    assert!(world.path("home/.keyway/skills/web/SKILL.md").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_agents_folder_gets_what_it_can_use() {
    let http = HttpPeer::start(Script::new(Era::Modern)).await;
    let world = person(&json!({ "Web_1": { "url": http.url() } }));
    world.write("out/mine/SKILL.md", "mine");
    let ran = aside(|| world.run(&["mcp", "skills", "--out", "out"])).ok();
    assert!(ran.out.contains("written: Web_1"), "{}", ran.out);
    let mut names: Vec<_> = std::fs::read_dir(world.path("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), 2);
    assert!(names[0].starts_with("mcp-web-1-"), "{names:?}");
    let page = std::fs::read_to_string(world.path("out").join(&names[0]).join("SKILL.md")).unwrap();
    assert!(page.contains("keyway mcp call Web_1 TOOL --args"), "{page}");
    assert!(!world.path("home/.keyway/skills").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_context_tells_what_each_server_takes_both_ways() {
    let few = HttpPeer::start(Script::new(Era::Modern)).await;
    let many = HttpPeer::start(Script {
        extra_tools: 300,
        ..Script::new(Era::Modern)
    })
    .await;
    let world = person(&json!({
        "few": { "url": few.url() },
        "many": { "url": many.url() },
        "gone": { "url": "http://127.0.0.1:1/mcp" },
    }));
    let ran = aside(|| world.run(&["mcp", "context", "--json"])).ok();
    let all = ran.json();
    let of = |name: &str| {
        let mut servers = all["servers"].as_array().unwrap().iter();
        servers.find(|one| one["server"] == name).unwrap().clone()
    };
    let number = |name: &str, part: &str| of(name)[part].as_u64().unwrap();
    assert_eq!(number("many", "tools"), number("few", "tools") + 300);
    assert!(number("many", "definitions") > 4_000);
    assert!(number("many", "line") < 100 && number("few", "page") > number("few", "line"));
    assert!(of("gone")["definitions"].is_null());
    assert_eq!(all["used"], "skills");
    assert!(all["total"]["asSkills"].as_u64() < all["total"]["asDefinitions"].as_u64());

    let ran = aside(|| world.run(&["mcp", "context", "few"])).ok();
    let head = ran.out.lines().next().unwrap();
    assert_eq!(
        head.split_whitespace().collect::<Vec<_>>(),
        ["SERVER", "TOOLS", "DEFINITIONS", "LINE", "PAGE", "SCHEMA"]
    );
    assert!(
        ran.out
            .contains("used: definitions (definitions up to 4000 tokens)")
    );
    let world = world.with("KEYWAY_TOOL_TOKENS", "0");
    let ran = aside(|| world.run(&["mcp", "context", "few", "--json"])).ok();
    assert_eq!(ran.json()["used"], "skills");
    let world = world.with("KEYWAY_TOOL_TOKENS", "many");
    let ran = aside(|| world.run(&["mcp", "context", "few"]));
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("KEYWAY_TOOL_TOKENS: expected a number"),
        "{}",
        ran.err
    );
}

#[test]
fn without_any_server_there_is_nothing_to_write() {
    let world = World::new();
    let ran = world.run(&["mcp", "context"]).ok();
    assert_eq!(ran.out, "no MCP servers are configured\n");
    world.run(&["mcp", "skills"]).ok();
    assert!(!world.path("home/.keyway").exists());
}
