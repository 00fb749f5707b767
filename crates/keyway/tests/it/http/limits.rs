use std::time::Duration;

use http::Method;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::app::TestApp;
use crate::support::wait::soon;

/// Writes raw bytes, and reads what comes until the connection ends or a whole head is there.
async fn head_after(app: &TestApp, raw: &str) -> String {
    let mut socket = TcpStream::connect(app.address()).await.unwrap();
    socket.write_all(raw.as_bytes()).await.unwrap();
    read_head(&mut socket).await
}

async fn read_head(socket: &mut TcpStream) -> String {
    let mut read = Vec::new();
    soon("the head of an answer", async {
        while !read.windows(4).any(|four| four == b"\r\n\r\n") {
            if socket.read_buf(&mut read).await.unwrap() == 0 {
                break;
            }
        }
    })
    .await;
    String::from_utf8(read).unwrap()
}

fn post(app: &TestApp, more: &str) -> String {
    let (address, key) = (app.address(), &app.key);
    format!(
        "POST /mcp HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n\
         content-type: application/json\r\naccept: application/json, text/event-stream\r\n{more}"
    )
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_before_it_comes() {
    let app = TestApp::with([]).await;
    let head = head_after(&app, &post(&app, "content-length: 4194305\r\n\r\n")).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
}

#[tokio::test]
async fn a_body_that_grows_too_large_is_refused() {
    let app = TestApp::builder()
        .config(|config| config.limits.body_bytes = 1000)
        .start()
        .await;
    let chunk = format!("258\r\n{}\r\n", " ".repeat(600));
    let raw = format!("transfer-encoding: chunked\r\n\r\n{chunk}{chunk}0\r\n\r\n");
    let head = head_after(&app, &post(&app, &raw)).await;
    assert!(head.starts_with("HTTP/1.1 413"), "{head}");
}

#[tokio::test]
async fn a_large_body_that_is_refused_lets_its_answer_be_read() {
    let app = TestApp::with([]).await;
    let answer = app.post("/mcp").body(vec![b' '; 16 << 20]).send().await;
    assert_eq!(answer.status(), 413);
    assert_eq!(answer.json()["error"]["data"]["code"], "body_too_large");
    let answer = app.ask(Method::POST, "/v1/actions/status").bearer(&app.key);
    let answer = answer
        .header("content-type", "application/json")
        .body(vec![b' '; 16 << 20]);
    assert_eq!(answer.send().await.json()["code"], "body_too_large");
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let app = TestApp::builder()
        .config(|config| config.limits.request_timeout = Duration::from_millis(100))
        .start()
        .await;
    let head = head_after(&app, &post(&app, "content-length: 100\r\n\r\n{")).await;
    assert!(head.starts_with("HTTP/1.1 408"), "{head}");
}

#[tokio::test]
async fn too_many_headers_are_refused() {
    let app = TestApp::with([]).await;
    let many = "x-a: b\r\n".repeat(200);
    let head = head_after(&app, &post(&app, &format!("{many}\r\n"))).await;
    assert!(head.starts_with("HTTP/1.1 431"), "{head}");
}

#[tokio::test]
async fn several_requests_share_a_connection() {
    let app = TestApp::with([]).await;
    let mut socket = TcpStream::connect(app.address()).await.unwrap();
    for _ in 0..3 {
        let request = format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", app.address());
        socket.write_all(request.as_bytes()).await.unwrap();
        let head = read_head(&mut socket).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    }
}
