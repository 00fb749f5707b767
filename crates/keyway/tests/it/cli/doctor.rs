use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::World;

/// The outcome of one check.
fn outcome(report: &serde_json::Value, name: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["check"] == name);
    let check = check.unwrap_or_else(|| panic!("no check {name}: {report}"));
    format!(
        "{}: {}",
        check["outcome"].as_str().unwrap(),
        check["found"].as_str().unwrap()
    )
}

#[test]
fn a_fresh_setup_is_sound() {
    let ran = World::of("bind: 127.0.0.1:0\n").run(&["doctor"]).ok();
    let lines = ran.out.lines().filter(|line| !line.contains("clock"));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    ok    configuration: DIR/keyway.yaml
    ok    data directory: .keyway is made at the first start
    ok    master key: .keyway/master.key is made at the first start
    ok    database: .keyway/keyway.db is made at the first start
    ok    port: 127.0.0.1:0 is free
    ");
}

#[test]
fn what_is_wrong_fails_and_says_what_to_do() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closed_port = closed.local_addr().unwrap().port();
    drop(closed);
    let world = World::of(&format!(
        "bind: 127.0.0.1:0\nmcp_servers:\n  gone: {{command: no-such-program}}\n  here: {{command: sh}}\n  \
         closed: {{url: 'http://127.0.0.1:{closed_port}/mcp'}}\n  off: {{command: no-such-program, enabled: false}}\n  \
         bad: {{}}\n"
    ));
    world.write(".keyway/master.key", "x");
    let key = world.path(".keyway/master.key");
    std::fs::set_permissions(&key, Permissions::from_mode(0o644)).unwrap();
    world.write(".keyway/keyway.db", "this is no database at all");
    let ran = world.run(&["doctor", "--json"]);
    assert_eq!(ran.code, 1, "{}", ran.told());
    let report = ran.json();
    assert_eq!(report["ok"], false);
    assert!(outcome(&report, "configuration").starts_with("failed"));
    assert!(outcome(&report, "master key").contains("can be read by others (mode 644)"));
    assert!(outcome(&report, "database").contains("is no SQLite database"));
    assert!(outcome(&report, "data directory").starts_with("warned"));
    assert!(outcome(&report, "server gone").starts_with("failed"));
    assert!(outcome(&report, "server here").starts_with("passed"));
    assert!(outcome(&report, "server closed").starts_with("failed"));
    let text = world.run(&["doctor", "--offline"]).out;
    assert!(
        !text.contains("server off") && !text.contains("server closed"),
        "{text}"
    );
}

#[test]
fn a_port_of_another_program_fails() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let world = World::of(&format!("bind: {}\n", taken.local_addr().unwrap()));
    // Whoever listens there closes every connection at once.
    let listener = taken.try_clone().unwrap();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let report = world.run(&["doctor", "--json"]).json();
    assert!(
        outcome(&report, "port").contains("another program"),
        "{report}"
    );
}

#[test]
fn a_configuration_that_stops_the_start_is_told_whole() {
    let ran = World::of("bnid: x\n").run(&["doctor"]);
    insta::assert_snapshot!(ran.told(), @"
    exit 1
    FAIL  configuration: the gateway does not start with it
          DIR/keyway.yaml:1:1: unknown key `bnid`
            help: did you mean `bind`?
    ");
}
