//! What servers ask in `keyway chat` outside any call.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use keyway_testkit::models::Turn;
use keyway_testkit::peers::{Era, Script as Peer};
use serde_json::Value;

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
    assert_eq!(answer["result"]["roots"], serde_json::json!([]), "{answer}");
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
