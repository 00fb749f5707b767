use crate::support::World;

#[test]
fn every_command_has_help_and_the_main_ones_an_example() {
    let world = World::new();
    for (command, example) in [
        ("", true),
        ("serve", true),
        ("api-keys", true),
        ("api-keys create", false),
        ("config", true),
        ("config show", false),
        ("validate", true),
        ("doctor", true),
        ("mcp", true),
        ("mcp status", true),
        ("mcp tools", true),
        ("mcp call", true),
        ("client", false),
        ("client add", true),
        ("call", true),
    ] {
        let mut arguments: Vec<_> = command.split_whitespace().collect();
        arguments.push("--help");
        let ran = world.run(&arguments).ok();
        assert!(ran.out.contains("Usage: keyway"), "{command}: {}", ran.out);
        assert_eq!(
            ran.out.contains("Example"),
            example,
            "{command}: {}",
            ran.out
        );
    }
}

#[test]
fn the_version_has_the_facts_of_the_build() {
    let out = World::new().run(&["--version"]).ok().out;
    assert!(
        out.starts_with(&format!("keyway {} (", env!("CARGO_PKG_VERSION"))),
        "{out}"
    );
    assert!(out.contains("MCP 2026-07-28"), "{out}");
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let ran = World::new().run(&["srve"]);
    insta::assert_snapshot!(ran.told(), @"
    exit 2
    error: unrecognized subcommand 'srve'

      tip: some similar subcommands exist: 'servers', 'serve'

    Usage: keyway [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}

#[test]
fn nothing_is_written_by_asking_for_help() {
    let world = World::new();
    world.run(&["--help"]).ok();
    world.run(&["config", "check"]).ok();
    world.run(&["doctor", "--offline"]).ok();
    assert!(!world.path(".keyway").exists());
}

/// The pages that are committed are the ones the program would write now.
#[test]
fn the_reference_is_fresh() {
    let world = World::new();
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference");
    for page in [
        "cli.md",
        "config.md",
        "config.schema.json",
        "env.md",
        "openapi.json",
    ] {
        let now = world.run(&["internal-docs", page]).ok().out;
        let committed = std::fs::read_to_string(format!("{docs}/{page}")).unwrap();
        assert!(now == committed, "{page} is stale: cargo xtask gen");
    }
    assert_eq!(world.run(&["internal-docs", "no.md"]).code, 2);
}
