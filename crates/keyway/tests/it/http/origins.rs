use http::Method;
use serde_json::json;

use crate::support::app::TestApp;
use crate::support::mcp;

#[tokio::test]
async fn hosts_and_origins_decide_who_comes_in() {
    let app = TestApp::builder()
        .config(|config| {
            config.listen.public_url = Some("https://gate.example".into());
            config.listen.allowed_hosts = vec!["tunnel.example".into()];
            config.listen.allowed_origins = vec!["https://app.example".into()];
        })
        .start()
        .await;
    let port = app.address().port();
    let local = format!("localhost:{port}");
    let loopback = format!("127.0.0.1:{port}");
    for (host, origin, status) in [
        (loopback.as_str(), None, 200),
        (local.as_str(), None, 200),
        ("[::1]:8420", None, 200),
        ("gate.example", None, 200),
        ("tunnel.example", None, 200),
        ("evil.example", None, 403),
        ("127.0.0.1.evil.example", None, 403),
        (&loopback, Some("https://claude.ai"), 200),
        (&loopback, Some("https://chatgpt.com"), 200),
        (&loopback, Some("https://vscode.dev"), 200),
        (&loopback, Some("https://gate.example"), 200),
        (&loopback, Some("https://app.example"), 200),
        (&loopback, Some("http://localhost:6274"), 200),
        (&loopback, Some("https://evil.example"), 403),
        (&loopback, Some("null"), 403),
        ("evil.example", Some("https://claude.ai"), 403),
    ] {
        for path in ["/mcp", "/v1/actions"] {
            let mut ask = match path {
                "/mcp" => mcp::modern(&app, "tools/list", json!({})),
                _ => app.get(path),
            };
            ask = ask.header("host", host);
            if let Some(origin) = origin {
                ask = ask.header("origin", origin);
            }
            let answer = ask.send().await;
            assert_eq!(
                answer.status(),
                status,
                "{path} {host} {origin:?}: {}",
                answer.text()
            );
            match origin {
                Some(origin) if status == 200 || origin == "https://claude.ai" => {
                    assert_eq!(answer.header("access-control-allow-origin"), origin);
                    assert_eq!(answer.header("vary"), "Origin");
                }
                _ => assert!(
                    !answer.has("access-control-allow-origin"),
                    "{path} {origin:?}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn a_page_reads_refusals_too() {
    let app = TestApp::with([]).await;
    let origin = ("origin", "https://claude.ai");
    let refused = mcp::modern_anonymous(&app, "tools/list", json!({})).header(origin.0, origin.1);
    let refused = refused.send().await;
    let large = app
        .post("/mcp")
        .header(origin.0, origin.1)
        .body(vec![b' '; 5 << 20])
        .send()
        .await;
    for (answer, status) in [(refused, 401), (large, 413)] {
        assert_eq!(answer.status(), status);
        assert_eq!(answer.header("access-control-allow-origin"), origin.1);
        let exposed = answer.header("access-control-expose-headers");
        assert!(exposed.contains("WWW-Authenticate") && exposed.contains("Mcp-Session-Id"));
        assert!(!answer.has("access-control-allow-credentials"));
    }
}

#[tokio::test]
async fn a_preflight_needs_no_key() {
    let app = TestApp::with([]).await;
    for path in ["/mcp", "/v1/actions"] {
        let ask = |origin| {
            app.ask(Method::OPTIONS, path)
                .header("origin", origin)
                .header("access-control-request-method", "POST")
                .header(
                    "access-control-request-headers",
                    "authorization,content-type,mcp-protocol-version,mcp-method,mcp-session-id,last-event-id",
                )
        };
        let answer = ask("https://claude.ai").send().await;
        assert_eq!(answer.status(), 204, "{path}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "https://claude.ai"
        );
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains("DELETE")
        );
        let headers = answer.header("access-control-allow-headers");
        for name in [
            "authorization",
            "content-type",
            "mcp-protocol-version",
            "last-event-id",
        ] {
            assert!(headers.contains(name), "{headers}");
        }
        let foreign = ask("https://evil.example").send().await;
        assert_eq!(foreign.status(), 403);
        assert!(!foreign.has("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn the_star_is_a_literal_star() {
    let app = TestApp::builder()
        .config(|config| config.listen.allowed_origins = vec!["*".into()])
        .start()
        .await;
    let ask = mcp::modern(&app, "tools/list", json!({})).header("origin", "https://any.example");
    let answer = ask.send().await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(!answer.has("access-control-allow-credentials"));
}
