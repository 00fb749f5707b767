use keyway_core::ports::HttpError;

use crate::support::{egress, fetch, get, guarded, start_on_socket};

#[tokio::test]
async fn operators_reach_unix_sockets_and_others_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("peer.sock");
    let seen = start_on_socket(&path, |_, out| {
        out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    });
    let url = format!("unix:{}#/mcp?x=1", path.display());
    assert_eq!(fetch(&egress(), get(&url)).await.unwrap(), "ok");
    assert!(matches!(
        fetch(&egress(), guarded(&url)).await,
        Err(HttpError::Refused(_))
    ));
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].line(), "GET /mcp?x=1 HTTP/1.1");
}

#[tokio::test]
async fn a_socket_cannot_redirect_to_the_network_inside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("peer.sock");
    start_on_socket(&path, |request, out| {
        if request.line().contains(" /there ") {
            return out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        }
        let to = if request.line().contains("inside") {
            "http://127.0.0.1:1/"
        } else {
            "/there"
        };
        write!(
            out,
            "HTTP/1.1 302 X\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
        )
    });
    let url = |path_inside: &str| format!("unix:{}#{path_inside}", path.display());
    assert_eq!(fetch(&egress(), get(url("/here"))).await.unwrap(), "ok");
    let result = fetch(&egress(), get(url("/inside"))).await;
    assert!(matches!(result, Err(HttpError::Refused(_))), "{result:?}");
}
