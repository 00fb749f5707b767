use http::Method;
use keyway::{Action, Error, Expose};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::oauth::tenants::stranger;
use crate::support::app::TestApp;
use crate::support::client::Answer;
use crate::support::wait::until;

/// A note on a ticket.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    /// The ticket's number.
    ticket: u64,
    /// What it says.
    text: String,
    notify: Option<bool>,
    tags: Option<Vec<String>>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Find {
    project: String,
    page: Option<u32>,
    state: Option<Vec<String>>,
}

fn add() -> Action {
    Action::new("note:add", |_, input: Note| async move { Ok(input) })
        .route(Method::POST, "/tickets/{ticket}/notes{?notify}")
}

fn find() -> Action {
    Action::new("ticket:find", |_, input: Find| async move { Ok(input) })
        .read_only()
        .route(Method::GET, "/projects/{project}/tickets")
}

fn close() -> Action {
    Action::new("ticket:close", |_, input: Value| async move { Ok(input) })
        .input_schema_override(json!({
            "type": "object",
            "properties": { "ticket": { "type": "integer" }, "late": { "type": "boolean" } }
        }))
        .admin_only()
        .route(Method::DELETE, "/tickets/{ticket}")
}

async fn app() -> TestApp {
    TestApp::with([add(), find(), close()]).await
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let body = answer.json();
    assert_eq!(body["code"], code, "{body}");
    assert_eq!(body["requestId"], answer.header("x-request-id"));
}

#[tokio::test]
async fn an_action_is_served_under_a_method_and_a_path_of_its_own() {
    let app = app().await;
    let note = app
        .post("/api/tickets/7/notes?notify=true")
        .json(&json!({ "text": "done", "tags": ["a"] }));
    let answer = note.send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(
        answer.json(),
        json!({ "ticket": 7, "text": "done", "notify": true, "tags": ["a"] })
    );
    let found = app.get("/api/projects/a%2Fb%20%C3%A9/tickets?page=2&state=open&state=a%26b");
    assert_eq!(
        found.send().await.json(),
        json!({ "project": "a/b é", "page": 2, "state": ["open", "a&b"] })
    );
    let closed = app.ask(Method::DELETE, "/api/tickets/7?late=true");
    let closed = closed.bearer(&app.key).send().await;
    assert_eq!(closed.json(), json!({ "ticket": 7, "late": true }));
    // The other way to it stays.
    let call = app.post("/v1/actions/note:add");
    let call = call.json(&json!({ "ticket": 8, "text": "x" })).send().await;
    assert_eq!(call.json()["ticket"], 8);
}

#[tokio::test]
async fn what_is_given_twice_or_in_another_place_is_refused() {
    let app = app().await;
    let post = |query: &str, body: Value| {
        app.post(&format!("/api/tickets/7/notes{query}"))
            .json(&body)
    };
    for (query, body, status, code) in [
        ("", json!({ "text": "a", "ticket": 8 }), 400, "given_twice"),
        ("?ticket=8", json!({ "text": "a" }), 400, "given_twice"),
        (
            "?notify=true&notify=true",
            json!({ "text": "a" }),
            400,
            "given_twice",
        ),
        (
            "?notify=true",
            json!({ "text": "a", "notify": true }),
            400,
            "given_twice",
        ),
        (
            "",
            json!({ "text": "a", "notify": true }),
            400,
            "misplaced_input",
        ),
        ("?text=canary", json!({}), 400, "unknown_parameter"),
        (
            "?canary=1",
            json!({ "text": "a" }),
            400,
            "unknown_parameter",
        ),
        (
            "?notify=%zz",
            json!({ "text": "a" }),
            400,
            "malformed_query",
        ),
        (
            "?notify=%ff",
            json!({ "text": "a" }),
            400,
            "malformed_query",
        ),
        (
            "?notify=canary",
            json!({ "text": "a" }),
            422,
            "invalid_input",
        ),
        (
            "?background",
            json!({ "text": "a" }),
            400,
            "unknown_parameter",
        ),
        ("", json!({ "text": "a", "other": 1 }), 422, "invalid_input"),
        ("", json!(["canary"]), 422, "invalid_input"),
    ] {
        let answer = post(query, body.clone()).send().await;
        assert_refused(&answer, status, code);
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
    for path in [
        "/api/tickets//notes",
        "/api//tickets/7/notes",
        "/api/tickets/7/notes/",
        "/api/tickets/../tickets/7/notes",
        "/api/tickets/%2e%2e/notes",
        "/api/tickets/%2E/notes",
        "/api/tickets/%zz/notes",
        "/api/tickets/%ff/notes",
        "/api/tickets/%00/notes",
    ] {
        let answer = app.post(path).json(&json!({ "text": "a" })).send().await;
        assert_refused(&answer, 400, "malformed_path");
    }
    let word = app.post("/api/tickets/canary/notes");
    let word = word.json(&json!({ "text": "a" })).send().await;
    assert_refused(&word, 422, "invalid_input");
    assert!(word.text().contains("/ticket") && !word.text().contains("canary"));
    let body = app
        .get("/api/projects/a/tickets")
        .json(&json!({ "page": 1 }));
    assert_refused(&body.send().await, 400, "body_not_taken");
}

#[tokio::test]
async fn the_door_is_the_same_as_everywhere() {
    let app = app().await;
    let path = "/api/tickets/7/notes";
    for answer in [
        app.ask(Method::POST, path).json(&json!({})).send().await,
        app.ask(Method::POST, path).bearer("kw_wrong").send().await,
        app.ask(Method::GET, "/api/nothing").send().await,
    ] {
        assert_eq!(answer.status(), 401);
        assert!(
            answer
                .header("www-authenticate")
                .contains("resource_metadata=")
        );
    }
    assert_refused(
        &app.get("/api/nothing").send().await,
        404,
        "action_not_found",
    );
    let wrong = app.ask(Method::PUT, path).bearer(&app.key).send().await;
    assert_refused(&wrong, 405, "method_not_allowed");
    assert_eq!(wrong.header("allow"), "POST, OPTIONS");
    let options = |path| app.ask(Method::OPTIONS, path).bearer(&app.key);
    let told = options("/api/projects/a/tickets").send().await;
    assert_eq!(
        (told.status(), told.header("allow")),
        (204, "GET, HEAD, OPTIONS")
    );
    let head = app
        .ask(Method::HEAD, "/api/projects/a/tickets")
        .bearer(&app.key);
    let head = head.send().await;
    assert_eq!((head.status(), head.text()), (200, ""));
    let form = app
        .post(path)
        .header("content-type", "text/plain")
        .body("text=a");
    assert_eq!(form.send().await.status(), 415);
    // Each is in the log: what was refused before it named an action is not a call.
    let called = app
        .post(path)
        .json(&json!({ "text": "logged" }))
        .send()
        .await;
    assert_eq!(called.status(), 200);
    until("it is in the log", async || {
        let events = app.get("/v1/audit?tool=note-add").send().await.json();
        let mut events = events["events"].as_array().unwrap().iter();
        events.any(|event| event["record"]["outcome"] == "ok")
    })
    .await;
}

#[tokio::test]
async fn an_action_that_is_not_seen_is_nowhere_and_tells_no_method() {
    let app = app().await;
    let member = member_key(&app).await;
    let ask = |method, path| app.ask(method, path).bearer(&member);
    for answer in [
        ask(Method::DELETE, "/api/tickets/7").send().await,
        ask(Method::DELETE, "/api/tickets/7?nonsense=1")
            .send()
            .await,
        ask(Method::PUT, "/api/tickets/7").send().await,
        ask(Method::OPTIONS, "/api/tickets/7").send().await,
    ] {
        assert_refused(&answer, 404, "action_not_found");
    }
    let seen = ask(Method::GET, "/api/projects/a/tickets").send().await;
    assert_eq!(seen.status(), 200, "{}", seen.text());
}

/// A key of a member that is not an admin.
async fn member_key(app: &TestApp) -> String {
    let account = app
        .post("/v1/service-accounts")
        .json(&json!({ "name": "reader", "role": "member" }));
    let account = account.send().await;
    assert_eq!(account.status(), 201, "{}", account.text());
    let made = app.post("/v1/api-keys").json(&json!({
        "name": "reader", "serviceAccount": account.json()["id"], "scopes": "mcp"
    }));
    let made = made.send().await;
    assert_eq!(made.status(), 201, "{}", made.text());
    made.json()["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_routed_action_is_queued_where_it_may_be() {
    let queued = Action::new("note:queue", |_, input: Note| async move { Ok(input) })
        .expose(Expose::HTTP | Expose::TASK)
        .route(Method::POST, "/tickets/{ticket}/later");
    let app = TestApp::with([queued]).await;
    let ask = |query: &str| {
        app.post(&format!("/api/tickets/7/later{query}"))
            .json(&json!({ "text": "later" }))
    };
    let answer = ask("?background").send().await;
    assert_eq!(answer.status(), 202, "{}", answer.text());
    assert!(answer.header("location").starts_with("/v1/jobs/"));
    assert_eq!(ask("?background=false").send().await.status(), 200);
    assert_refused(
        &ask("?background&background").send().await,
        400,
        "given_twice",
    );
}

#[tokio::test]
async fn documents_and_lists_show_where_an_action_is() {
    let app = app().await;
    let document = app.get("/v1/openapi.json").send().await.json();
    let note = &document["paths"]["/api/tickets/{ticket}/notes"]["post"];
    let places: Vec<_> = note["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["name"].as_str().unwrap(),
                one["in"].as_str().unwrap(),
                one["required"] == true,
            )
        })
        .collect();
    assert_eq!(
        places,
        [("ticket", "path", true), ("notify", "query", false)]
    );
    assert_eq!(note["parameters"][0]["description"], "The ticket's number.");
    let body = &note["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(body["required"], json!(["text"]));
    let mut names: Vec<_> = body["properties"].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["tags", "text"]);
    assert_eq!(
        note["responses"]["200"],
        document["paths"]["/v1/actions/note:add"]["post"]["responses"]["200"]
    );
    let found = &document["paths"]["/api/projects/{project}/tickets"]["get"];
    assert!(found.get("requestBody").is_none());
    assert_eq!(found["parameters"].as_array().unwrap().len(), 3);
    let listed = app.get("/v1/actions").send().await.json();
    let add = listed["actions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|action| action["slug"] == "note:add");
    assert_eq!(
        add.unwrap()["route"],
        json!({ "method": "POST", "path": "/api/tickets/{ticket}/notes" })
    );
}

#[tokio::test]
async fn routes_that_clash_keep_a_gateway_from_starting_and_name_both() {
    let other = Action::new("ticket:remove", |_, (): ()| async { Ok::<_, Error>(1) })
        .input_schema_override(json!({
            "type": "object", "properties": { "id": { "type": "integer" } }
        }))
        .route(Method::DELETE, "/tickets/{id}");
    let error = TestApp::builder()
        .actions([close(), other])
        .try_start()
        .await;
    let error = error.err().unwrap();
    assert_eq!(error.code(), "actions_clash");
    let told = error.to_string();
    assert!(
        told.contains(
            r#"the route "DELETE /api/tickets/{}" is claimed by action "ticket:close" ("#
        ),
        "{told}"
    );
    assert_eq!(told.matches("transports/routes.rs:").count(), 2, "{told}");
}

#[tokio::test]
async fn another_organization_has_no_routes_here() {
    let app = app().await;
    let key = stranger(&app.running).await;
    let answer = app
        .ask(Method::GET, "/api/projects/a/tickets?nonsense=1")
        .bearer(&key);
    assert_refused(&answer.send().await, 404, "action_not_found");
}
