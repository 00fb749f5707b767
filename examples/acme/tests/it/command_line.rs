use std::process::Command;

fn run(arguments: &[&str]) -> (bool, String) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_keyway-acme"))
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .output()
        .unwrap();
    let all = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(all).unwrap())
}

#[test]
fn three_lines_have_the_whole_command_line() {
    assert_eq!(include_str!("../../src/main.rs").lines().count(), 3);
    let (well, help) = run(&["--help"]);
    assert!(well, "{help}");
    for command in ["serve", "call", "mcp", "doctor", "audit", "config"] {
        assert!(
            help.lines()
                .any(|line| line.trim_start().starts_with(command)),
            "{help}"
        );
    }
}

#[test]
fn its_actions_are_commands_with_flags_of_their_own() {
    let (well, help) = run(&["call", "acme:create-ticket", "--help"]);
    assert!(well, "{help}");
    for part in [
        "Opens a ticket at Acme",
        "--title",
        "--body",
        "in a few words",
    ] {
        assert!(help.contains(part), "{part}: {help}");
    }
    assert!(
        !help.contains("api-key") && !help.contains("apiKey"),
        "{help}"
    );
}
