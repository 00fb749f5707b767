use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::{Value, json};

use super::form::{Form, confirm, fill, follow, plain, secret, wrong};
use super::world::{owned, stranger};
use crate::support::app::TestApp;
use crate::support::browser::Browser;
use crate::support::client::Answer;

const LIST: &str = "/console/clients";
const NEW: &str = "/console/clients/new";
const GRANTS: &str = "/console/clients/grants";
const CALLBACK: &str = "https://app.example/callback";

async fn clients(app: &TestApp) -> Vec<Value> {
    let all = app.get("/v1/oauth/clients").send().await.json();
    all["clients"].as_array().unwrap().clone()
}

/// Makes a client that acts as a service account. Answers its id and its secret.
async fn machine(app: &TestApp, owner: &mut Browser) -> (String, String) {
    let bot = json!({ "name": "bot", "role": "member" });
    let bot = app
        .post("/v1/service-accounts")
        .json(&bot)
        .send()
        .await
        .json();
    let account = bot["id"].as_str().unwrap();
    let fields = [("name", "robot"), ("account", account), ("scope", "mcp")];
    let made = fill(owner, NEW, NEW, &fields).await;
    let id = clients(app).await[0]["id"].as_str().unwrap().to_owned();
    assert!(plain(made.text()).contains(&id));
    (id, secret(&made))
}

/// A token of a client that acts by itself.
async fn token(app: &TestApp, id: &str, secret: &str) -> Answer {
    let basic = STANDARD.encode(format!("{id}:{secret}"));
    let ask = app
        .ask(Method::POST, "/oauth/token")
        .header("authorization", &format!("Basic {basic}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials&scope=mcp");
    ask.send().await
}

async fn works(app: &TestApp, token: &Answer) -> bool {
    let token = token.json()["access_token"].as_str().unwrap().to_owned();
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "ping" });
    let ask = app.ask(Method::POST, "/mcp").bearer(&token);
    ask.json(&body).send().await.status() != 401
}

#[tokio::test]
async fn a_client_is_made_by_hand_and_its_secret_is_shown_once() {
    let (app, mut owner) = owned().await;
    let empty = owner.get(LIST).await;
    assert!(plain(empty.text()).contains("No client was let in yet."));
    let fields = [("name", "Sample app"), ("redirectUris", CALLBACK)];
    let made = fill(&mut owner, NEW, NEW, &fields).await;
    let secret = secret(&made);
    let client = clients(&app).await.remove(0);
    let page = format!("{LIST}/{}", client["id"].as_str().unwrap());
    for path in [LIST, &page] {
        let shown = owner.get(path).await;
        assert!(!shown.text().contains(&secret), "{path}");
        assert!(shown.text().contains("Sample app"), "{path}");
    }
    let text = plain(owner.get(&page).await.text());
    assert!(
        text.contains(CALLBACK) && text.contains("made here"),
        "{text}"
    );
    let public = [
        ("name", "Native"),
        ("redirectUris", "http://127.0.0.1/callback"),
        ("auth", "public"),
    ];
    let made = fill(&mut owner, NEW, NEW, &public).await;
    let text = follow(&mut owner, &made).await;
    assert!(
        text.contains("The client is made.") && text.contains("not at all"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_client_is_told_at_its_field() {
    let (app, mut owner) = owned().await;
    for (fields, at) in [
        (&[("name", "<b>"), ("redirectUris", CALLBACK)][..], "name"),
        (
            &[("name", "x"), ("redirectUris", "ftp://canary")],
            "redirectUris",
        ),
        (
            &[
                ("name", "x"),
                ("redirectUris", CALLBACK),
                ("scope", "canary"),
            ],
            "scope",
        ),
        (
            &[
                ("name", "x"),
                ("redirectUris", CALLBACK),
                ("auth", "private_key_jwt"),
                ("jwks", "canary"),
            ],
            "jwks",
        ),
        (&[("name", "x"), ("account", "canary")], "account"),
    ] {
        let refused = fill(&mut owner, NEW, NEW, fields).await;
        assert_eq!(refused.status(), 422, "{at}: {}", refused.text());
        assert!(!wrong(&refused, at).contains("canary"), "{at}");
    }
    let nothing = fill(&mut owner, NEW, NEW, &[("name", "x")]).await;
    assert_eq!(nothing.status(), 422);
    assert!(clients(&app).await.is_empty());
}

#[tokio::test]
async fn a_client_of_ones_own_is_changed_and_an_old_form_is_told_what_changed() {
    let (app, mut owner) = owned().await;
    let fields = [("name", "Sample app"), ("redirectUris", CALLBACK)];
    fill(&mut owner, NEW, NEW, &fields).await;
    let id = clients(&app).await[0]["id"].as_str().unwrap().to_owned();
    let page = format!("{LIST}/{id}");
    let old = Form::of(&owner.get(&page).await, &page);
    assert_eq!(old.value("redirectUris"), CALLBACK);
    let two = format!("{CALLBACK}\r\nhttps://app.example/second\r\n");
    let change = [
        ("name", "Other app"),
        ("redirectUris", two.as_str()),
        ("scope", "mcp"),
    ];
    let done = fill(&mut owner, &page, &page, &change).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The client is changed.")
    );
    let now = clients(&app).await.remove(0);
    assert_eq!(
        now["redirectUris"],
        json!([CALLBACK, "https://app.example/second"])
    );
    assert_eq!(
        (&now["name"], &now["scope"]),
        (&json!("Other app"), &json!("mcp"))
    );
    let late = old.with("name", "Third app").send(&mut owner).await;
    assert_eq!(late.status(), 409, "{}", late.text());
    let text = plain(late.text());
    assert!(
        text.contains("Other app") && text.contains("https://app.example/second"),
        "{text}"
    );
    assert_eq!(clients(&app).await[0]["name"], "Other app");
    let bad = fill(
        &mut owner,
        &page,
        &page,
        &[("redirectUris", "http://canary.example/")],
    )
    .await;
    assert_eq!(bad.status(), 422);
    wrong(&bad, "redirectUris");
}

#[tokio::test]
async fn a_client_is_kept_out_let_in_again_and_deleted() {
    let (app, mut owner) = owned().await;
    let (id, secret) = machine(&app, &mut owner).await;
    let issued = token(&app, &id, &secret).await;
    assert!(works(&app, &issued).await);
    let page = format!("{LIST}/{id}");
    let done = confirm(&mut owner, &format!("{page}/disable")).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The client is kept out.")
    );
    assert!(!works(&app, &issued).await);
    let done = fill(&mut owner, &page, &format!("{page}/enable"), &[]).await;
    assert!(follow(&mut owner, &done).await.contains("is let in again"));
    assert!(works(&app, &issued).await);
    let done = confirm(&mut owner, &format!("{page}/delete")).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The client is deleted")
    );
    assert!(!works(&app, &issued).await);
    assert_eq!(owner.get(&page).await.status(), 404);
    assert_eq!(token(&app, &id, &secret).await.status(), 401);
}

#[tokio::test]
async fn grants_are_ended_one_by_one_of_a_client_and_all_at_once() {
    let (app, mut owner) = owned().await;
    let (id, secret) = machine(&app, &mut owner).await;
    let first = token(&app, &id, &secret).await;
    let listed = plain(owner.get(GRANTS).await.text());
    assert!(listed.contains("robot") && listed.contains("bot") && listed.contains("valid"));
    let found = plain(owner.get(&format!("{GRANTS}?q=nobody")).await.text());
    assert!(found.contains("No grant is here."));
    let of_client = plain(owner.get(&format!("{GRANTS}?client={id}")).await.text());
    let revoke = of_client.split("href=\"").find(|link| {
        link.split('"')
            .next()
            .is_some_and(|link| link.ends_with("/revoke"))
    });
    let revoke = revoke.unwrap().split('"').next().unwrap().to_owned();
    let done = confirm(&mut owner, &revoke).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("The grant has ended")
    );
    assert!(!works(&app, &first).await);

    let second = token(&app, &id, &secret).await;
    let page = format!("{LIST}/{id}");
    assert!(plain(owner.get(&page).await.text()).contains("valid"));
    let done = confirm(&mut owner, &format!("{page}/revoke")).await;
    assert!(
        follow(&mut owner, &done)
            .await
            .contains("Everything it was let do has ended.")
    );
    assert!(!works(&app, &second).await);

    let third = token(&app, &id, &secret).await;
    let done = confirm(&mut owner, &format!("{GRANTS}/revoke")).await;
    let text = follow(&mut owner, &done).await;
    assert!(text.contains("All grants have ended.") && text.contains("No grant is here."));
    assert!(!works(&app, &third).await);
    let over = plain(owner.get(&format!("{GRANTS}?state=any")).await.text());
    assert!(over.contains("ended") && !over.contains("valid<"));
}

#[tokio::test]
async fn what_a_grants_address_asks_for_that_is_not_there_is_not_found() {
    let (_app, mut owner) = owned().await;
    for query in ["owner=canary", "cursor=canary", "client=client_canary"] {
        let answer = owner.get(&format!("{GRANTS}?{query}")).await;
        assert_eq!(answer.status(), 404, "{query}: {}", answer.text());
    }
    let id = "grant_01890a5d-ac96-774b-bcce-b302099a8057";
    assert_eq!(
        owner.get(&format!("{GRANTS}/{id}/revoke")).await.status(),
        404
    );
    owner.get(GRANTS).await;
    assert_eq!(
        owner
            .post(&format!("{GRANTS}/{id}/revoke"), &[])
            .await
            .status(),
        404
    );
}

#[tokio::test]
async fn attack_cross_tenant_a_client_of_another_organization_is_not_there() {
    let (app, mut owner) = owned().await;
    let (id, secret) = machine(&app, &mut owner).await;
    let issued = token(&app, &id, &secret).await;
    let mut eve = stranger(&app).await;
    let page = format!("{LIST}/{id}");
    assert_eq!(eve.get(&page).await.status(), 404);
    eve.get("/console").await;
    for act in ["", "/disable", "/enable", "/revoke", "/delete"] {
        let fields = [("name", "theirs"), ("redirectUris", CALLBACK)];
        let answer = eve.post(&format!("{page}{act}"), &fields).await;
        assert_eq!(answer.status(), 404, "{act}: {}", answer.text());
    }
    assert_eq!(
        eve.post(&format!("{GRANTS}/revoke"), &[]).await.status(),
        303
    );
    assert!(works(&app, &issued).await);
}
