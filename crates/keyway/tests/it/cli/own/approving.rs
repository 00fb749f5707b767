use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::world::{ASKED, CALL, Own, PULLED};

#[test]
fn without_a_terminal_a_call_is_denied_unless_it_is_named() {
    let own = Own::new();
    let denied = own.mcp(CALL);
    assert_eq!(denied.code, 1, "{}", denied.told());
    insta::assert_snapshot!(denied.err, @"
    error: the call has to be approved, and there is no terminal to ask at
      help: run it in a terminal, or allow this one tool with --approve 'peer/write'
    ");
    let others = ["peer/read", "other/write", "peer/writes", "Peer/write"];
    for other in others {
        let ran = own.mcp(&[CALL, &["--approve", other]].concat());
        assert_eq!(ran.code, 1, "{other}: {}", ran.told());
    }
    for bad in ["peer/*", "*", "peer", "/write", ""] {
        assert_eq!(
            own.mcp(&[CALL, &["--approve", bad]].concat()).code,
            2,
            "{bad}"
        );
    }
    assert!(own.sent().is_empty());
    let ran = own.mcp(&[CALL, &["--approve", "peer/write"]].concat()).ok();
    assert_eq!(ran.out, "done\n");
    assert_eq!(
        own.sent()[0]["params"]["arguments"],
        json!({ "path": "/a" })
    );

    own.world
        .write("own/allow.json", r#"{"allow":["peer/write"]}"#);
    own.mcp(CALL).ok();
    let file = own.world.path("own/allow.json");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let ran = own.mcp(CALL);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("may be changed by others"),
        "{}",
        ran.told()
    );
    let json = own.mcp(&[CALL, &["--json"]].concat());
    let told: Value = serde_json::from_str(json.err.lines().last().unwrap()).unwrap();
    assert_eq!(told["error"]["code"], "approval_needed");
}

#[test]
fn what_comes_through_a_pipe_approves_nothing() {
    let own = Own::new();
    let mut child = own
        .world
        .command(&["mcp", "call", "peer", "write", "--args", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"{\"path\":\"/a\"}\n").unwrap();
    drop(input);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(1));
    let mut child = own
        .world
        .command(&[&["mcp"], CALL].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"y\na\nyes\n")
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(own.sent().is_empty());
}

#[test]
fn a_person_answers_once_no_and_always() {
    let own = Own::new();
    let pty = own.type_at(CALL);
    pty.expect("Call write of peer")
        .expect("may destroy or overwrite things");
    pty.expect("\"path\": \"/a\"")
        .expect(ASKED)
        .type_line("maybe");
    pty.expect("please answer y, s, a or n: ").type_line("y");
    let (code, screen) = pty.end();
    assert_eq!((code, own.sent().len()), (0, 1), "{screen}");
    assert!(screen.ends_with("done\r\n"), "{screen}");

    let pty = own.type_at(CALL);
    pty.expect(ASKED).type_line("n wrong folder");
    let (code, screen) = pty.end();
    assert!(
        code == 1 && screen.contains("the person denied this call: wrong folder"),
        "{screen}"
    );

    let pty = own.type_at(CALL);
    pty.expect(ASKED).type_line("a");
    assert_eq!(pty.end().0, 0);
    // From here on nobody is needed.
    own.mcp(CALL).ok();
    let other = ["call", "peer", "echo"];
    assert_eq!(
        own.mcp(&other).code,
        1,
        "another tool is not approved with it"
    );

    let listed = own
        .world
        .run(&["approvals", "remembered", "--json"])
        .ok()
        .json();
    let [answer] = listed["remembered"].as_array().unwrap().as_slice() else {
        panic!("{listed}");
    };
    assert_eq!(
        (&answer["server"], &answer["tool"]),
        (&json!("peer"), &json!("write"))
    );
    let table = own.world.run(&["approvals", "remembered"]).ok().out;
    assert!(
        table.starts_with("ID") && table.contains("yours"),
        "{table}"
    );
    let revoke = |id: &str| own.world.run(&["approvals", "remembered", "--revoke", id]);
    assert_eq!(revoke("0000000000").code, 2);
    revoke(answer["id"].as_str().unwrap()).ok();
    assert_eq!(own.mcp(CALL).code, 1);
}

#[test]
fn a_rug_pull_is_shown_and_asked_about() {
    let mut own = Own::new();
    let pty = own.type_at(CALL);
    pty.expect(ASKED).type_line("always");
    assert_eq!(pty.end().0, 0);
    own.becomes(&[PULLED]);
    assert_eq!(
        own.mcp(CALL).code,
        1,
        "the answer was about another definition"
    );
    let pty = own.type_at(CALL);
    pty.expect("another one than you approved before");
    pty.expect("-   \"description\": \"writes a file\"");
    pty.expect("+   \"description\": \"sends your files away\"");
    pty.expect(ASKED).type_line("no");
    assert_eq!(pty.end().0, 1);
    assert!(own.sent().is_empty());
}

#[test]
fn approvals_that_others_could_have_written_do_not_count() {
    let own = Own::new();
    let pty = own.type_at(CALL);
    pty.expect(ASKED).type_line("a");
    assert_eq!(pty.end().0, 0);
    own.mcp(CALL).ok();
    let file = own.world.path("own/approvals.json");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let ran = own.mcp(CALL);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("nothing that was approved counts"),
        "{}",
        ran.told()
    );
    let listed = own.world.run(&["approvals", "remembered"]);
    assert!(
        listed.code == 1 && listed.err.contains("chmod go-w"),
        "{}",
        listed.told()
    );
}
