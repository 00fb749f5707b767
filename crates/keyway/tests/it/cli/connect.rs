use std::process::Stdio;

use serde_json::json;

use crate::support::World;

fn world() -> World {
    World::of(
        "
credentials:
  acme:
    kind: oauth2
    oauth2:
      issuer: https://as.acme.example
      scopes: [tickets:write]
    hosts: [api.acme.example]
  plain:
    fields: { apiKey: {} }
    hosts: [api.plain.example]
  open: { kind: none }
oauth_clients:
  acme: { client_id: keyway, client_secret: '@env:ACME_SECRET' }
",
    )
    .with("ACME_SECRET", "canary-secret-1")
}

#[test]
fn a_link_is_shown_for_whoever_opens_it() {
    let world = world();
    world.run(&["setup-link"]).ok();
    let shown = world.run(&["connect", "acme", "--no-wait", "--json"]).ok();
    let json = shown.json();
    assert_eq!(json["key"], "acme");
    let url = json["url"].as_str().unwrap();
    assert!(url.ends_with("/connect/acme"), "{url}");
    assert!(shown.err.contains("keyway serve"), "{}", shown.err);
    let placed = ["--scope", "project", "--project-slug", "web", "--no-wait"];
    let placed = world
        .run(&[&["connect", "plain"][..], &placed].concat())
        .ok();
    assert!(
        placed
            .out
            .trim()
            .ends_with("/connect/plain?for=project+web"),
        "{}",
        placed.out
    );
    let definitions = world.run(&["credentials", "definitions", "--json"]).ok();
    assert_eq!(
        definitions.json()["definitions"][0]["kind"],
        json!("oauth2")
    );
    assert!(!definitions.out.contains("canary"));
}

#[test]
fn without_a_name_it_lists_what_can_be_connected_and_what_is() {
    let world = world();
    world.run(&["setup-link"]).ok();
    let url = "https://mcp.wiki.example/mcp";
    for (name, mode) in [("Wiki", "shared"), ("Notes", "per-user")] {
        let add = ["connectors", "add", name, url, "--oauth", mode, "--no-test"];
        world.run(&add).ok();
    }
    let add = ["connectors", "add", "Open Docs", url, "--no-test"];
    world.run(&add).ok();
    world
        .run(&["credentials", "set", "plain", "--set", "apiKey=canary-9"])
        .ok();
    let listed = world.run(&["connect", "--json"]).ok();
    let all = listed.json();
    let all = all["connections"].as_array().unwrap();
    let of = |key: &str| all.iter().find(|one| one["key"] == key);
    assert!(of("open").is_none() && of("mcp:open-docs").is_none());
    assert_eq!(of("plain").unwrap()["connected"], 1);
    assert_eq!(of("acme").unwrap()["connected"], 0);
    let (wiki, notes) = (of("mcp:wiki").unwrap(), of("mcp:notes").unwrap());
    assert_eq!(
        (&wiki["title"], &wiki["scope"]),
        (&json!("Wiki"), &json!("organization"))
    );
    assert_eq!(
        (&notes["connected"], &notes["scope"]),
        (&json!(0), &json!("user"))
    );
    let table = world.run(&["connect"]).ok().out;
    for part in ["mcp:wiki", "Notes", "connected (1)", "not connected"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert!(!table.contains("canary"), "{table}");
    let link = world.run(&["connect", "mcp:wiki", "--no-wait"]).ok();
    assert!(
        link.out.trim().ends_with("/connect/mcp:wiki"),
        "{}",
        link.out
    );
    let alone = world.run(&["connect", "--scope", "user"]);
    assert_eq!(alone.code, 2, "{}", alone.told());
    let nothing = World::of("{}\n");
    nothing.run(&["setup-link"]).ok();
    let nothing = nothing.run(&["connect"]).ok();
    assert!(nothing.err.contains("nothing"), "{}", nothing.told());
}

#[test]
fn what_cannot_be_connected_is_told_with_what_to_do() {
    let world = world();
    world.run(&["setup-link"]).ok();
    for (arguments, code, told) in [
        (vec!["connect", "acm"], 1, "did you mean `acme`?"),
        (vec!["connect", "open"], 1, "nothing to connect"),
        (
            vec!["connect", "acme", "--scope", "project"],
            2,
            "--project-slug",
        ),
        (
            vec!["connect", "acme", "--scope", "galaxy"],
            2,
            "org, project or user",
        ),
        (
            vec!["connect", "acme", "--no-browser", "--wait", "1s"],
            1,
            "in time",
        ),
        (
            vec!["credentials", "set", "acme", "--set", "accessToken=x"],
            1,
            "keyway connect acme",
        ),
        (vec!["credentials", "set", "acme"], 1, "keyway connect acme"),
    ] {
        let ran = world.run(&arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(told), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn it_waits_until_somebody_has_connected_it() {
    let world = world();
    world.run(&["setup-link"]).ok();
    let waiting = ["connect", "plain", "--no-browser", "--json"];
    let mut command = world.command(&waiting);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It has said where before it looks for what is new.
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("waiting until") {
        line.clear();
        std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    }
    world
        .run(&["credentials", "set", "plain", "--set", "apiKey=canary-9"])
        .ok();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success());
    let view: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(
        (view["key"].as_str(), view["name"].as_str()),
        (Some("plain"), Some("default"))
    );
    let id = view["id"].as_str().unwrap();
    let shown = world.run(&["credentials", "show", id]).ok();
    for part in ["last refreshed  -", "scope           organization"] {
        assert!(shown.out.contains(part), "{}", shown.out);
    }
}

#[test]
fn a_server_that_cannot_be_asked_is_told_with_its_line() {
    let world = World::of(
        "
credentials:
  acme:
    oauth2: { authorization_endpoint: https://as.acme.example/authorize }
    hosts: [api.acme.example]
",
    );
    let ran = world.run(&["validate"]);
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    let told = format!("{}{}", ran.out, ran.err);
    assert!(
        told.contains("go together") && told.contains("keyway.yaml:4"),
        "{told}"
    );
    let world = World::of("oauth_clients: { acme: { client_id: a, client_secret: inline } }\n");
    let ran = world.run(&["config", "check"]);
    assert_eq!(ran.code, 2);
    assert!(!ran.told().contains("inline"), "{}", ran.told());
}

#[test]
fn the_how_to_of_a_connected_credential_is_in_order() {
    let page = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/how-to/credentials.md"
    );
    let page = std::fs::read_to_string(page).unwrap();
    let blocks = page.split("```yaml\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap());
    let block = blocks
        .filter(|block| block.contains("oauth2:"))
        .collect::<Vec<_>>();
    assert_eq!(block.len(), 1);
    let world = World::of(block[0]).with("TRACKER_SECRET", "canary-t");
    world.run(&["validate"]).ok();
    world.run(&["setup-link"]).ok();
    let shown = world.run(&["connect", "tracker", "--no-wait"]).ok();
    assert!(
        shown.out.trim().ends_with("/connect/tracker"),
        "{}",
        shown.out
    );
    // Each row of the table is a key that is taken, with such a value.
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let rows: Vec<_> = rows.filter(|row| row.contains(": ")).collect();
    assert!(rows.len() >= 8, "{rows:?}");
    let more = format!("      {}\n", rows.join("\n      "));
    let whole = block[0].replace("      issuer:", &format!("{more}      issuer:"));
    let world = World::of(&whole).with("TRACKER_SECRET", "canary-t");
    world.run(&["validate"]).ok();
}
