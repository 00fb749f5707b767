use keyway_client::sign_in::{AtTerminal, CallbackUrl, PATIENCE, Step};
use keyway_oauth::{SignIn as _, SignInError};
use tokio::io::{AsyncWriteExt as _, BufReader, duplex};

use super::visitor::{ANSWER, REQUEST, Steps, status, visit};
use crate::wait::soon;

/// A callback whose port somebody else has.
fn busy() -> (std::net::TcpListener, CallbackUrl) {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let callback = format!("http://localhost:{port}/auth/mcp/callback");
    (taken, callback.parse().unwrap())
}

#[tokio::test]
async fn a_pasted_address_signs_in_where_nothing_can_listen() {
    let (_taken, callback) = busy();
    let steps = Steps::default();
    let (mut person, input) = duplex(4096);
    let terminal =
        AtTerminal::new(callback.clone(), PATIENCE, steps.tell()).with_input(BufReader::new(input));
    let typing = async {
        steps.until(|step| matches!(step, Step::Link { .. })).await;
        person.write_all(b"\nwhat do I do?\n").await.unwrap();
        let wrong = format!("{callback}?code=canary-other&state=wrong\n");
        person.write_all(wrong.as_bytes()).await.unwrap();
        let right = format!("  {callback}?{ANSWER}\r\n");
        person.write_all(right.as_bytes()).await.unwrap();
    };
    let signing_in = futures_util::future::join(terminal.sign_in(REQUEST), typing);
    let (answer, ()) = soon("the sign-in", signing_in).await;
    assert_eq!(answer.unwrap(), format!("{callback}?{ANSWER}"));
    let told = steps.told();
    let [
        Step::Link {
            link,
            why,
            can_paste,
        },
        Step::AskAgain(no_answer),
        Step::AskAgain(another),
        Step::CameBack,
    ] = told.as_slice()
    else {
        panic!("{told:?}");
    };
    assert_eq!((link.as_str(), why, *can_paste), (REQUEST.url, &None, true));
    assert!(no_answer.contains("whole address"), "{no_answer}");
    assert!(another.contains("another sign-in"), "{another}");
}

#[tokio::test]
async fn an_input_that_ends_is_an_error_where_nothing_can_listen() {
    let (_taken, callback) = busy();
    let terminal =
        AtTerminal::new(callback, PATIENCE, Steps::default().tell()).with_input(&b"hello\n"[..]);
    let ended = soon("the end", terminal.sign_in(REQUEST)).await;
    assert!(
        matches!(ended, Err(SignInError::Unavailable(_))),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_forwarded_port_does_without_pasting() {
    let callback: CallbackUrl = "http://localhost:0/auth/mcp/callback".parse().unwrap();
    let steps = Steps::default();
    let terminal = AtTerminal::new(callback, PATIENCE, steps.tell()).with_input(tokio::io::empty());
    terminal.prepare().unwrap();
    let back: url::Url = terminal.redirect_uri().parse().unwrap();
    let here = format!("127.0.0.1:{}", back.port().unwrap());
    let line = format!("GET {}?{ANSWER}", back.path());
    let coming = async {
        steps.until(|step| matches!(step, Step::Link { .. })).await;
        visit(&here, &line, &here).await
    };
    let signing_in = futures_util::future::join(terminal.sign_in(REQUEST), coming);
    let (answer, page) = soon("the sign-in", signing_in).await;
    assert_eq!(answer.unwrap(), format!("{back}?{ANSWER}"));
    assert_eq!(status(&page.unwrap()), 200);
}
