use http::Method;
use serde_json::json;

use super::world::gate;
use crate::support::app::TestApp;
use crate::support::mcp::modern_anonymous;

#[tokio::test]
async fn every_form_of_the_metadata_is_there_and_nothing_else() {
    let app = TestApp::with([]).await;
    let issuer = format!("http://{}", app.address());
    let get = async |path: &str| app.ask(Method::GET, path).send().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ] {
        let answer = get(path).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.json()["issuer"], issuer);
        assert!(answer.json().get("jwks_uri").is_none());
    }
    for (path, resource) in [
        ("/.well-known/oauth-protected-resource", "/mcp"),
        ("/.well-known/oauth-protected-resource/mcp", "/mcp"),
        ("/.well-known/oauth-protected-resource/v1", "/v1"),
    ] {
        let answer = get(path).await;
        assert_eq!(answer.json()["resource"], format!("{issuer}{resource}"));
    }
    for path in [
        "/.well-known/oauth-protected-resource/anything",
        "/.well-known/oauth-protected-resource/mcp/",
        "/.well-known/oauth-protected-resource//mcp",
        "/.well-known/oauth-authorization-server/mcp",
        "/.well-known/openid-configuration/x",
        "/.well-known/jwks.json",
    ] {
        assert_eq!(get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn without_authentication_there_is_no_metadata_and_calls_work() {
    let app = TestApp::builder()
        .config(|config| config.auth.required = false)
        .start()
        .await;
    for path in [
        "/.well-known/oauth-protected-resource/mcp",
        "/.well-known/oauth-authorization-server",
    ] {
        assert_eq!(
            app.ask(Method::GET, path).send().await.status(),
            404,
            "{path}"
        );
    }
    let answer = modern_anonymous(&app, "tools/list", json!({})).send().await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn another_method_is_told_which_ones_do() {
    let app = TestApp::with([]).await;
    for (method, path, allowed) in [
        (Method::GET, "/oauth/register", "POST"),
        (Method::GET, "/oauth/token", "POST"),
        (Method::PUT, "/oauth/revoke", "POST"),
        (Method::DELETE, "/oauth/introspect", "POST"),
        (Method::GET, "/oauth/device_authorization", "POST"),
        (
            Method::POST,
            "/.well-known/oauth-authorization-server",
            "GET,HEAD",
        ),
        (Method::PUT, "/oauth/authorize", "GET,HEAD,POST"),
        (Method::DELETE, "/device", "GET,HEAD,POST"),
    ] {
        let answer = app.ask(method.clone(), path).send().await;
        assert_eq!(answer.status(), 405, "{method} {path}");
        assert_eq!(answer.header("allow"), allowed, "{method} {path}");
    }
    let head = app
        .ask(Method::HEAD, "/.well-known/oauth-authorization-server")
        .send()
        .await;
    assert_eq!((head.status(), head.text()), (200, ""));
}

#[tokio::test]
async fn pages_of_allowed_origins_read_every_answer_refusals_included() {
    let app = TestApp::with([]).await;
    let ask = |path: &str, origin: &str| {
        let ask = app.ask(Method::POST, path).header("origin", origin);
        ask.json(&json!({}))
    };
    let good = "https://claude.ai";
    for (path, status) in [
        ("/oauth/register", 400),
        ("/oauth/token", 400),
        ("/mcp", 401),
    ] {
        let answer = ask(path, good).send().await;
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), good);
        assert!(answer.header("vary").contains("Origin"));
        let exposed = answer.header("access-control-expose-headers");
        assert!(exposed.contains("WWW-Authenticate"), "{exposed}");
        assert!(!answer.has("access-control-allow-credentials"));
    }
    for _ in 0..5 {
        ask("/oauth/register", good).send().await;
    }
    let limited = ask("/oauth/register", good).send().await;
    assert_eq!(limited.status(), 429);
    assert_eq!(limited.header("access-control-allow-origin"), good);
    let foreign = ask("/oauth/token", "https://evil.example").send().await;
    assert_eq!(foreign.status(), 403);
    assert!(!foreign.has("access-control-allow-origin"));
    let preflight = app
        .ask(Method::OPTIONS, "/oauth/token")
        .header("origin", good)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type")
        .send()
        .await;
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.header("access-control-allow-origin"), good);
}

#[tokio::test]
async fn the_star_is_a_star_here_too() {
    let app = TestApp::builder()
        .config(|config| config.listen.allowed_origins = vec!["*".into()])
        .start()
        .await;
    let answer = app
        .ask(Method::GET, "/.well-known/oauth-authorization-server")
        .header("origin", "https://anyone.example")
        .send()
        .await;
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(!answer.has("access-control-allow-credentials"));
}

#[tokio::test]
async fn behind_https_the_configured_url_is_the_issuer_whatever_a_request_says() {
    let app = TestApp::builder()
        .config(|config| config.listen.public_url = Some("https://gate.example".into()))
        .start()
        .await;
    let answer = app
        .ask(Method::GET, "/.well-known/oauth-authorization-server")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "host=evil.example;proto=http")
        .send()
        .await;
    assert_eq!(answer.json()["issuer"], "https://gate.example");
    let challenge = modern_anonymous(&app, "tools/list", json!({})).send().await;
    let expected = "https://gate.example/.well-known/oauth-protected-resource/mcp";
    assert!(challenge.header("www-authenticate").contains(expected));
}

#[tokio::test]
async fn plain_http_over_a_network_is_never_an_issuer() {
    let gate = gate().await;
    // What a proxy that is not trusted writes changes nothing.
    let answer = gate
        .app
        .ask(Method::GET, "/.well-known/oauth-authorization-server")
        .header("x-forwarded-proto", "https")
        .send()
        .await;
    assert_eq!(answer.json()["issuer"], gate.issuer());
}
