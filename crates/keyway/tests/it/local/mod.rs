//! The client side without a gateway: files, trust, states.

mod add;
mod failures;
mod files;
mod kills;
mod skills;
mod status;
mod tokens;
mod tools;
mod trust;
mod warnings;

use serde_json::{Value, json};

use crate::support::World;

/// The child process of these tests.
#[test]
fn peer() {
    keyway_testkit::peers::run_if_asked();
}

/// The person's file.
const USER: &str = "home/.keyway/mcp.json";
/// The project's file.
const PROJECT: &str = ".keyway/mcp.json";

/// A person with these servers.
fn person(servers: &Value) -> World {
    let world = World::new();
    world.write(USER, &json!({ "servers": servers }).to_string());
    world
}

/// The status of one server, by name and source, while the runtime of the test goes on.
fn status(world: &World, name: &str, source: &str) -> Value {
    let all = statuses(world);
    let mine = |one: &&Value| one["name"] == name && one["source"] == source;
    let found = all.iter().find(mine).cloned();
    found.unwrap_or_else(|| panic!("no {name} of {source}: {all:?}"))
}

fn statuses(world: &World) -> Vec<Value> {
    let ran = aside(|| world.run(&["mcp", "status", "--wait", "20s", "--json"]));
    ran.ok().json()["servers"].as_array().unwrap().clone()
}

/// Does what blocks while servers of the same test go on.
fn aside<T>(work: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(work)
}

/// Trusts the project's file as it is.
fn trust(world: &World) {
    let shown = world.run(&["mcp", "trust", "--json"]);
    let hash = shown.json()["sha256"].as_str().unwrap().to_owned();
    world.run(&["mcp", "trust", "--yes", &hash]).ok();
}
