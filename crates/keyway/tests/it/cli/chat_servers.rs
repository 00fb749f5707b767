//! What servers ask in `keyway chat` outside any call.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use keyway_testkit::models::Turn;
use keyway_testkit::peers::{Era, Script as Peer};
use serde_json::{Value, json};

use super::chat::Talk;
use crate::support::pty::Pty;

/// A server of an older revision that wants to know the folders before anybody calls anything.
fn curious() -> Peer {
    Peer {
        asks_roots: true,
        ..Peer::new(Era::Legacy)
    }
}

/// The server's answer, once it came; `meanwhile` is done again and again until then.
async fn answer(talk: &Talk, mut meanwhile: impl FnMut()) -> Value {
    for _ in 0..600 {
        if let Some(answer) = talk.peer.seen("").first() {
            return answer.json();
        }
        meanwhile();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server waits in vain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_the_folders_on_its_own_gets_the_person_s_answer() {
    let talk = Talk::with(curious(), vec![]).await;
    let pty = Pty::start(&talk.world, &["chat"]);
    tokio::task::block_in_place(|| pty.expect("Tell the server your folders?"));
    assert!(talk.peer.seen("").is_empty(), "it was told without a yes");
    // What is typed before the question was seen is no answer.
    let answer = answer(&talk, || {
        pty.press("y");
    })
    .await;
    let folder = answer["result"]["roots"][0]["uri"].as_str().unwrap();
    let here = std::fs::canonicalize(talk.world.path("")).unwrap();
    assert_eq!(folder, format!("file://{}", here.display()));
    pty.press("\u{3}\u{3}");
    let ended = tokio::task::block_in_place(|| pty.end());
    assert_eq!(ended.0, 0, "{}", ended.1);
}

/// Presses a key again and again until the server is asked how a line goes on: before it is
/// connected, nobody is.
async fn asked(talk: &Talk, pty: &Pty, key: &str) -> Value {
    for _ in 0..600 {
        if let Some(asked) = talk.peer.seen("completion/complete").first() {
            return asked.json();
        }
        pty.press(key);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server is not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn tab_asks_the_server_for_the_values_of_an_argument() {
    let script = Peer {
        suggests: ["Ada", "Adele", "Bea"].map(str::to_owned).to_vec(),
        ..Peer::default()
    };
    let talk = Talk::with(script, vec![Turn::text(["welcome"])]).await;
    let pty = Pty::start(&talk.world, &["chat"]);
    tokio::task::block_in_place(|| pty.expect("Ask something"));
    pty.press("/files:greet who=A");
    let asked = asked(&talk, &pty, "\t").await;
    let argument = &asked["params"]["argument"];
    assert_eq!(*argument, json!({ "name": "who", "value": "A" }));
    tokio::task::block_in_place(|| {
        pty.expect("who=Adele");
        // What all have in common stands there already: `Ad`.
        pty.press("e\t\r").expect("welcome");
        pty.press("\u{3}\u{3}");
    });
    let asked = talk.model.asked();
    assert!(asked[0].body.to_string().contains("hello Adele"));
    assert_eq!(tokio::task::block_in_place(|| pty.end()).0, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_its_time_stops_nobody_from_writing() {
    let script = Peer {
        slow_completions: true,
        ..Peer::default()
    };
    let talk = Talk::with(script, vec![Turn::text(["answered"])]).await;
    let pty = Pty::start(&talk.world, &["chat"]);
    tokio::task::block_in_place(|| pty.expect("Ask something"));
    pty.press("/files:greet who=A");
    let id = asked(&talk, &pty, "\t").await["id"].to_string();
    assert!(talk.peer.closed().is_empty());
    tokio::task::block_in_place(|| pty.press("da\r").expect("answered"));
    let asked = talk.model.asked();
    assert!(asked[0].body.to_string().contains("hello Ada"));
    // The server was told that nobody waits any more.
    for _ in 0..600 {
        if talk.peer.closed().contains(&id) {
            pty.press("\u{3}\u{3}");
            assert_eq!(tokio::task::block_in_place(|| pty.end()).0, 0);
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the question to the server is still open");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_be_asked_no_folder_is_told_and_nothing_waits() {
    let talk = Talk::with(curious(), vec![Turn::text(["hello"])]).await;
    let mut child = tokio::task::block_in_place(|| {
        let mut command = talk.world.command(&["chat"]);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    });
    // Nothing was said yet.
    let answer = answer(&talk, || {}).await;
    assert_eq!(answer["result"]["roots"], json!([]), "{answer}");
    let mut pipe = child.stdin.take().unwrap();
    pipe.write_all(b"hi\n").unwrap();
    drop(pipe);
    let output = tokio::task::block_in_place(|| child.wait_with_output().unwrap());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("files is not told your folders"), "{said}");
    // It is no call that was denied.
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\n");
}
