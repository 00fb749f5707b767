use serde_json::json;

use super::world::{ASKED, Own};

#[test]
fn a_form_is_filled_in_at_the_terminal() {
    let own = Own::new();
    let pty = own.type_at(&["call", "peer", "ask", "--json"]);
    pty.expect(ASKED).type_line("y");
    pty.expect("peer asks: Who are you?")
        .expect("[n] decline: ")
        .type_line("y");
    pty.expect("name (text): ").type_line("");
    pty.expect("expected a value: this field is required");
    pty.expect("name (text): ").type_line("Ada Lovelace");
    pty.expect("send these answers").type_line("y");
    let (code, screen) = pty.end();
    assert_eq!(code, 0, "{screen}");
    assert!(screen.contains("\"name\": \"Ada Lovelace\""), "{screen}");

    let pty = own.type_at(&["call", "peer", "ask", "--json"]);
    pty.expect(ASKED).type_line("y");
    pty.expect("[n] decline: ").type_line("n");
    let (code, screen) = pty.end();
    assert!(
        code == 0 && screen.contains("\"action\": \"decline\""),
        "{screen}"
    );
    // Nobody there: cancelled, and said.
    let ran = own
        .mcp(&["call", "peer", "ask", "--json", "--approve", "peer/ask"])
        .ok();
    assert_eq!(ran.json()["answer"], json!({ "action": "cancel" }));
    assert!(ran.err.contains("there is no terminal"), "{}", ran.told());
}

#[test]
fn what_is_wrong_is_told_before_anything_is_sent() {
    let own = Own::new();
    let ran = own.mcp(&[
        "call",
        "peer",
        "write",
        "--args",
        r#"{"path":{"canary":1}}"#,
    ]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.err, @"
    error: the arguments do not fit the tool's input schema; nothing was sent
      /path: expected a string
    ");
    for (arguments, says) in [
        (&["call", "per", "write"][..], "did you mean `peer`?"),
        (&["call", "peer", "wirte"], "did you mean `write`?"),
        (
            &["call", "peer", "write", "--args", "[1]"],
            "expected an object",
        ),
        (&["call", "peer", "write", "--args", "{canary"], "not JSON"),
        (
            &["call", "peer", "write", "--args", "@no-such-file"],
            "cannot be read",
        ),
        (&["call", "peer"], "keyway mcp call SERVER TOOL"),
    ] {
        let ran = own.mcp(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}: {}", ran.told());
        assert!(
            ran.err.contains(says) && !ran.err.contains("canary"),
            "{}",
            ran.told()
        );
    }
    own.world.write(
        "large.json",
        &format!(r#"{{"path":"{}"}}"#, "x".repeat(5 << 20)),
    );
    let ran = own.mcp(&["call", "peer", "write", "--args", "@large.json"]);
    assert!(
        ran.code == 2 && ran.err.contains("longer than"),
        "{}",
        ran.told()
    );
    assert!(own.sent().is_empty());
}

#[test]
fn results_go_to_programs_as_they_are_and_to_people_without_surprises() {
    let own = Own::new();
    let nasty = ["call", "peer", "nasty", "--approve", "peer/nasty"];
    assert_eq!(own.mcp(&nasty).ok().out, "a\u{1b}[2Jb\n");
    let (_, screen) = own.type_at(&nasty).end();
    assert!(
        screen.contains(r"a\u{1b}[2Jb") && !screen.contains('\u{1b}'),
        "{screen:?}"
    );
    let failing = own.mcp(&["call", "peer", "failing", "--approve", "peer/failing"]);
    assert_eq!((failing.code, failing.out.as_str()), (1, "no luck\n"));

    let progress = own
        .mcp(&["call", "peer", "progress", "--approve", "peer/progress"])
        .ok();
    assert_eq!(progress.out, "done\n");
    assert!(progress.err.contains("peer: 3 of 3"), "{}", progress.told());
    assert!(
        progress.err.contains("peer [info] a log message"),
        "{}",
        progress.told()
    );
    own.world
        .write("args.json", r#"{"n": 12345678901234567890123}"#);
    let approve = ["--approve", "peer/echo", "--json"];
    own.mcp(
        &[
            &["call", "peer", "echo", "--args", "@args.json"],
            &approve[..],
        ]
        .concat(),
    )
    .ok();
    let sent = own.sent();
    assert!(sent.last().is_some());
    let body = &own.peer.seen("tools/call").last().unwrap().body.clone();
    assert!(body.contains("12345678901234567890123"), "{body}");
}

#[test]
fn a_call_that_takes_too_long_is_given_up() {
    let own = Own::new();
    let ran = own.mcp(&[
        "call",
        "peer",
        "hang",
        "--approve",
        "peer/hang",
        "--timeout",
        "300ms",
    ]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("did not answer in time"), "{}", ran.told());
}

#[test]
fn resources_and_prompts_are_listed_read_and_run() {
    let own = Own::new();
    assert_eq!(
        own.mcp(&["read", "peer", "test://static"]).ok().out,
        "the text\n"
    );
    assert_eq!(
        own.mcp(&["read", "@peer:test://static"]).ok().out,
        "the text\n"
    );
    assert_eq!(own.mcp(&["read", "peer"]).code, 2);
    for arguments in [
        &["prompt", "peer", "greet", "who=Ada"][..],
        &["prompt", "peer", "greet", "Ada"],
        &["prompt", "/peer:greet", "Ada"],
    ] {
        assert_eq!(own.mcp(arguments).ok().out, "hello Ada\n", "{arguments:?}");
    }
    let ran = own.mcp(&["prompt", "peer", "greet", "who=Ada", "how=loud"]);
    assert!(
        ran.code == 2 && ran.err.contains("no arguments besides: who"),
        "{}",
        ran.told()
    );
    let resources = own.mcp(&["resources"]).ok().out;
    for uri in ["test://static", "test://items/{id}"] {
        assert!(resources.contains(uri), "{resources}");
    }
    let prompts = own.mcp(&["prompts", "peer", "--json"]).ok().json();
    assert_eq!(
        (
            &prompts["prompts"][0]["name"],
            &prompts["prompts"][0]["server"]
        ),
        (&json!("greet"), &json!("peer"))
    );
    assert!(own.mcp(&["prompts"]).ok().out.contains("[who]"));
}
