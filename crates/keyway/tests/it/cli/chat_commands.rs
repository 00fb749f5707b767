//! Slash commands of `keyway chat`, line by line.

use keyway_testkit::models::Turn;
use keyway_testkit::peers::Script as Peer;

use super::chat::Talk;
use crate::support::pty::Pty;

/// What a chat says to one command.
fn say(talk: &Talk, command: &str) -> crate::support::Ran {
    talk.pipe(&[], &format!("{command}\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_are_looked_at_and_connected_to() {
    let talk = Talk::with(Peer::default(), vec![]).await;
    let status = say(&talk, "/mcp status").ok().out;
    let [head, files] = status.lines().collect::<Vec<_>>()[..] else {
        panic!("{status}");
    };
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let columns = [
        "SERVER",
        "STATE",
        "SINCE",
        "TRANSPORT",
        "AUTH",
        "TOOLS",
        "WHY",
    ];
    assert_eq!(words(head), columns);
    let files = words(files);
    assert_eq!(files[..2], ["files", "connected"], "{status}");
    assert!(
        files.ends_with(&["http", "none", "14"].map(str::to_owned)),
        "{status}"
    );

    for command in ["/mcp tools", "/mcp tools files"] {
        let tools = say(&talk, command).ok().out;
        assert!(tools.contains("files") && tools.contains("echo"), "{tools}");
    }
    for named in ["files", "echo"] {
        let connected = say(&talk, &format!("/mcp connect {named}")).ok().out;
        assert_eq!(connected, "files is connected: 14 tools\n");
    }
    for (command, why) in [
        ("/mcp tools nobody", "there is no such server"),
        ("/mcp connect file", "did you mean `files`?"),
    ] {
        let wrong = say(&talk, command);
        assert!(
            wrong.code == 1 && wrong.err.contains(why),
            "{}",
            wrong.told()
        );
    }
    assert!(talk.model.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_answers_from_there_on() {
    let talk = Talk::new(vec![Turn::text(["one"]), Turn::text(["two"])]).await;
    let ran = talk
        .pipe(&[], "/model\nhi\n/model lab/other-2\nhi\n/model\n")
        .ok();
    assert_eq!(
        ran.out,
        "lab/test-1 answers\none\nlab/other-2 answers from here on\ntwo\nlab/other-2 answers\n"
    );
    let asked = talk.model.asked();
    let models: Vec<_> = asked.iter().map(|one| &one.body["model"]).collect();
    assert_eq!(models, ["test-1", "other-2"]);
    for wrong in ["nobody/x", "no-slash"] {
        let ran = say(&talk, &format!("/model {wrong}"));
        assert_eq!(ran.code, 1, "{}", ran.told());
    }
    // The session remembers who answers.
    let resumed = talk.pipe(&["--session", "last"], "/model\n").ok().out;
    assert_eq!(resumed, "lab/other-2 answers\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn remembered_answers_are_listed() {
    let talk = Talk::new(vec![]).await;
    let none = say(&talk, "/approvals").ok().out;
    assert_eq!(none, "nothing is remembered: every call is asked for\n");
    let asked = "[n] no, with or without a reason: ";
    tokio::task::block_in_place(|| {
        let pty = Pty::start(&talk.world, &["mcp", "call", "files", "echo"]);
        pty.expect(asked).type_line("always");
        assert_eq!(pty.end().0, 0);
    });
    let listed = say(&talk, "/approvals").ok().out;
    assert!(
        listed.contains("files") && listed.contains("echo"),
        "{listed}"
    );
    assert!(listed.contains("--revoke"), "{listed}");
    let all = ["approvals", "remembered", "--all"];
    let taken = tokio::task::block_in_place(|| talk.world.run(&all))
        .ok()
        .out;
    assert_eq!(taken, "1 taken back\n");
    assert_eq!(say(&talk, "/approvals").ok().out, none);
}
