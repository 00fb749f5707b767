use futures_util::{StreamExt as _, stream};
use http::Method;
use http_body_util::BodyExt as _;
use keyway::Principal;
use keyway::axum::body::Body;
use keyway::axum::extract::Path;
use keyway::axum::http::HeaderMap;
use keyway::axum::routing::{get, post};
use keyway::axum::{Extension, Router};
use serde_json::json;

use crate::oauth::tenants::stranger;
use crate::support::app::TestApp;
use crate::support::wait::{soon, until};

async fn who(Extension(who): Extension<Principal>, headers: HeaderMap) -> String {
    let shown = ["authorization", "cookie"].map(|name| headers.contains_key(name));
    format!("{} {shown:?}", who.organization())
}

async fn echo(Path(name): Path<String>, body: String) -> String {
    format!("{name}: {body}")
}

async fn broken() -> Result<String, http::StatusCode> {
    Err(http::StatusCode::BAD_GATEWAY)
}

async fn said(headers: HeaderMap) -> String {
    let names = headers
        .keys()
        .filter(|name| name.as_str().contains("method"));
    names.map(|name| name.as_str().to_owned()).collect()
}

/// One line, and then nothing for as long as somebody listens.
async fn endless() -> Body {
    let first = stream::iter([Ok::<_, std::convert::Infallible>("first")]);
    Body::from_stream(first.chain(stream::pending()))
}

fn router() -> Router {
    Router::new()
        .route("/said", get(said))
        .route("/endless", get(endless))
        .route("/who", get(who))
        .route("/echo/{name}", post(echo))
        .route("/broken", post(broken))
}

async fn app() -> TestApp {
    TestApp::builder()
        .config(|config| config.limits.body_bytes = 1000)
        .more(|gateway| gateway.mount("/x/acme", router()))
        .start()
        .await
}

#[tokio::test]
async fn what_is_mounted_is_behind_the_same_door_and_sees_no_key() {
    let app = app().await;
    for key in [None, Some("kw_wrong")] {
        let ask = app.ask(Method::GET, "/x/acme/who");
        let answer = match key {
            Some(key) => ask.bearer(key).send().await,
            None => ask.send().await,
        };
        assert_eq!(answer.status(), 401);
        assert!(answer.header("www-authenticate").starts_with("Bearer"));
    }
    let answer = app.get("/x/acme/who").header("cookie", "a=b").send().await;
    let organization = app.running.app().local().organization().clone();
    assert_eq!(answer.text(), format!("{organization} [false, false]"));
    let echoed = app.post("/x/acme/echo/a%20b").body("hello").send().await;
    assert_eq!(echoed.text(), "a b: hello");
    let large = app
        .post("/x/acme/echo/a")
        .body("x".repeat(2000))
        .send()
        .await;
    assert_eq!(large.status(), 413);
    for path in ["/x/acme/other", "/x/other", "/x/acme2/who"] {
        assert_eq!(app.get(path).send().await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn each_request_is_in_the_log_and_nobody_else_s_key_opens_it() {
    let app = app().await;
    app.post("/x/acme/echo/a").send().await;
    app.post("/x/acme/broken").send().await;
    until("both are in the log", async || {
        let events = app.get("/v1/audit?tool=x-acme").send().await.json();
        let events = events["events"].as_array().unwrap().iter();
        let mut ended: Vec<_> = events
            .filter_map(|event| event["record"]["outcome"].as_str().map(str::to_owned))
            .collect();
        ended.sort();
        ended == ["failed", "ok"]
    })
    .await;
    let stranger = stranger(&app.running).await;
    let answer = app
        .ask(Method::GET, "/x/acme/who")
        .bearer(&stranger)
        .send()
        .await;
    assert_eq!(
        (answer.status(), &answer.json()["code"]),
        (404, &json!("unknown_path"))
    );
    let narrow = json!({ "name": "narrow", "scopes": "mcp:resources" });
    let narrow = app.post("/v1/api-keys").json(&narrow).send().await.json();
    let narrow = narrow["key"].as_str().unwrap();
    let answer = app
        .ask(Method::GET, "/x/acme/who")
        .bearer(narrow)
        .send()
        .await;
    assert_eq!(answer.status(), 403, "{}", answer.text());
    assert_eq!(answer.json()["code"], "insufficient_scope");
}

#[tokio::test]
async fn ids_that_are_bad_or_taken_keep_a_gateway_from_starting() {
    let builder = TestApp::builder().more(|gateway| {
        gateway
            .mount("/x/acme", Router::new())
            .mount("/x/acme", Router::new())
            .mount("/x/No Id", Router::new())
            .mount("/v1/acme", Router::new())
    });
    let error = builder.try_start().await.err().unwrap();
    assert_eq!(error.code(), "mounts_unusable");
    let told = error.to_string();
    assert!(told.contains("`/x/acme` is mounted at "), "{told}");
    assert_eq!(told.matches("is not `/x/<id>`").count(), 2, "{told}");
    assert_eq!(told.matches("transports/mounts.rs:").count(), 4, "{told}");
}

#[tokio::test]
async fn attack_a_stream_of_what_is_mounted_ends_with_the_key_it_was_opened_with() {
    let app = app().await;
    let wanted = json!({ "name": "leaver", "scopes": "mcp" });
    let made = app.post("/v1/api-keys").json(&wanted).send().await.json();
    let ask = app.ask(Method::GET, "/x/acme/endless");
    let answer = ask.bearer(made["key"].as_str().unwrap()).open().await;
    assert_eq!(answer.status(), 200);
    let mut body = answer.into_body();
    let first = soon("the first line", body.frame()).await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "first");
    let id = made["id"].as_str().unwrap();
    let revoked = app.ask(Method::DELETE, &format!("/v1/api-keys/{id}"));
    let revoked = revoked.bearer(&app.key).send().await;
    assert!(revoked.status() < 300, "{}", revoked.text());
    assert!(soon("the end", body.frame()).await.is_none());
}

#[tokio::test]
async fn attack_no_header_makes_a_request_to_what_is_mounted_another_one() {
    let app = app().await;
    let ask = app
        .get("/x/acme/said")
        .header("x-http-method-override", "DELETE")
        .header("x-method-override", "DELETE")
        .header("x-http-method", "DELETE");
    let answer = ask.send().await;
    assert_eq!((answer.status(), answer.text()), (200, ""));
}
