use keyway::{Action, Error, Expose, Kind};
use keyway_core::Secret;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::browser::Browser;

#[derive(Deserialize, JsonSchema)]
struct Credentials {
    /// Work address.
    email: String,
    #[schemars(length(min = 4))]
    pin: Secret<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Registration {
    handle: String,
    seats: u8,
    news: bool,
    pin: Secret<String>,
}

fn login(answer: Value) -> Action {
    Action::new("session:create", move |_, input: Credentials| {
        let answer = answer.clone();
        async move {
            if input.pin.expose() == "1234" && input.email == "ada@example.com" {
                return Ok(answer);
            }
            Err(Error::new(
                Kind::Unauthenticated,
                "not_known",
                "this is not right",
            ))
        }
    })
    .login()
}

fn signup() -> Action {
    Action::new("user:create", |_, input: Registration| async move {
        assert!(input.seats == 3 && !input.news && !input.pin.expose().is_empty());
        Ok(json!({ "user": { "id": input.handle, "name": "New Person" } }))
    })
    .signup()
}

fn known() -> Action {
    login(json!({ "user": { "id": 7, "name": "Ada of the shop", "email": "ada@example.com" } }))
}

#[tokio::test]
async fn people_sign_in_with_an_application_s_own_action() {
    let app = TestApp::with([known(), signup()]).await;
    let mut browser = Browser::of(&app);
    let page = browser.get("/sign-in").await;
    assert_eq!(page.status(), 200, "no set-up is needed: {}", page.text());
    for part in [
        "<label for=\"signin-email\">Work address</label>",
        "name=\"pin\" type=\"password\" minlength=\"4\" required",
        "name=\"handle\" type=\"text\" required",
        "name=\"seats\" type=\"number\" min=\"0\" max=\"255\" step=\"1\" required",
        "name=\"news\" type=\"checkbox\"",
    ] {
        assert!(page.text().contains(part), "{part}\n{}", page.text());
    }
    let wrong = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("pin", "9999"),
    ];
    let refused = browser.post("/sign-in", &wrong).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().contains("This is not right."));
    assert!(
        refused.text().contains("value=\"ada@example.com\"") && !refused.text().contains("9999")
    );
    let short = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("pin", "1"),
    ];
    let refused = browser.post("/sign-in", &short).await;
    assert!(
        refused.text().contains("id=\"signin-pin-error\""),
        "{}",
        refused.text()
    );
    let right = [
        ("mode", "signin"),
        ("email", "ada@example.com"),
        ("pin", "1234"),
    ];
    let done = browser.post("/sign-in", &right).await;
    assert_eq!((done.status(), done.header("location")), (303, "/console"));
    assert!(
        browser
            .get("/account")
            .await
            .text()
            .contains("Ada of the shop")
    );
}

#[tokio::test]
async fn people_sign_up_with_an_application_s_own_action() {
    let app = TestApp::with([known(), signup()]).await;
    let mut browser = Browser::of(&app);
    browser.get("/sign-in").await;
    let bad = [
        ("mode", "signup"),
        ("handle", "grace"),
        ("seats", "many"),
        ("pin", "1234"),
    ];
    let refused = browser.post("/sign-in", &bad).await;
    assert_eq!(refused.status(), 422);
    assert!(
        refused.text().contains("id=\"signup-seats-error\""),
        "{}",
        refused.text()
    );
    assert!(
        refused.text().contains("id=\"tab-signup\" checked"),
        "the form that failed is open"
    );
    assert!(refused.text().contains("value=\"grace\""));
    let good = [
        ("mode", "signup"),
        ("handle", "grace"),
        ("seats", "3"),
        ("pin", "1234"),
    ];
    let done = browser.post("/sign-in", &good).await;
    assert_eq!(done.status(), 303, "{}", done.text());
    assert!(browser.get("/account").await.text().contains("New Person"));
}

#[tokio::test]
async fn an_answer_that_names_nobody_is_a_fault_that_says_nothing() {
    for answer in [
        json!({}),
        json!({ "user": { "id": 1.5, "inner": "secret" } }),
        json!("secret"),
    ] {
        let app = TestApp::with([login(answer)]).await;
        let mut browser = Browser::of(&app);
        browser.get("/sign-in").await;
        let fields = [
            ("mode", "signin"),
            ("email", "ada@example.com"),
            ("pin", "1234"),
        ];
        let page = browser.post("/sign-in", &fields).await;
        assert_eq!(page.status(), 500);
        assert!(!page.text().contains("secret") && !page.text().contains("session:create"));
        assert!(page.text().contains("Something went wrong on our side."));
        assert_eq!(browser.cookie("keyway_session"), None);
    }
}

#[tokio::test]
async fn an_action_to_sign_in_with_is_reached_by_nothing_else() {
    let app = TestApp::builder()
        .actions([known()])
        .config(|config| {
            use keyway::config::Surface;
            config.expose.default = vec![Surface::Mcp, Surface::Http, Surface::Cli];
        })
        .start()
        .await;
    let listed = app.get("/v1/actions").send().await;
    assert!(
        !listed.text().contains("session:create"),
        "{}",
        listed.text()
    );
    let input = json!({ "email": "ada@example.com", "pin": "1234" });
    let called = app
        .post("/v1/actions/session:create")
        .json(&input)
        .send()
        .await;
    assert_eq!(called.status(), 404);
    let tools = crate::support::mcp::modern(&app, "tools/list", json!({}))
        .send()
        .await;
    assert!(!tools.text().contains("session-create"), "{}", tools.text());
    let params = json!({ "name": "session-create", "arguments": input });
    let call = crate::support::mcp::modern(&app, "tools/call", params)
        .send()
        .await;
    assert!(call.text().contains("error"), "{}", call.text());
}

#[tokio::test]
async fn an_action_to_sign_in_with_that_is_exposed_or_not_alone_stops_the_start() {
    let exposed = TestApp::builder().actions([known().expose(Expose::HTTP)]);
    let error = exposed.try_start().await.err().unwrap().to_string();
    assert!(
        error.contains("session:create") && error.contains("expose it nowhere"),
        "{error}"
    );
    let second = Action::new("login:again", |_, _: Credentials| async { Ok(json!({})) }).login();
    let two = TestApp::builder().actions([known(), second]);
    let error = two.try_start().await.err().unwrap().to_string();
    assert!(error.contains("\"login action\" is claimed by"), "{error}");
    assert!(
        error.contains("session:create") && error.contains("login:again"),
        "{error}"
    );
}

#[derive(Deserialize, JsonSchema)]
#[expect(dead_code, reason = "only its schema is of interest")]
struct Nested {
    tags: Vec<String>,
}

#[tokio::test]
async fn an_action_no_form_can_be_made_of_stops_the_start() {
    let action = Action::new("login", |_, _: Nested| async { Ok(json!({})) }).login();
    let error = TestApp::builder()
        .actions([action])
        .try_start()
        .await
        .err()
        .unwrap();
    assert_eq!(error.code(), "sign_in_action_unusable");
    assert!(error.to_string().contains("\"tags\""), "{error}");
}
