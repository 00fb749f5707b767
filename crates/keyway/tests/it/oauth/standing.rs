use http::Method;
use keyway_core::Role;
use serde_json::json;

use super::browser::Browser;
use super::party::{Party, error, told, value};
use super::world::{Gate, gate};

async fn give_role(gate: &Gate, role: Role) {
    let app = gate.app.running.app();
    let members = app.people().members(&app.local()).await.unwrap();
    let grace = members.iter().find(|member| member.name == "Grace");
    let id = &grace.unwrap().id;
    let set = app.people().set_role(&app.local(), id, role).await;
    set.unwrap();
}

/// Has someone let a client in at `/v1`; answers with which code it comes back.
async fn let_in(gate: &Gate, browser: &mut Browser, party: &Party, scope: &str) -> String {
    let api = format!("{}/v1", gate.issuer());
    let url = party.url_with(&[("scope", Some(scope)), ("resource", Some(&api))]);
    let page = browser.get(&url).await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let allowed = browser.submit(&page, &[("decision", "allow")]).await;
    value(&told(&allowed), "code").to_owned()
}

async fn members(gate: &Gate, token: &str) -> u16 {
    let ask = gate.app.ask(Method::GET, "/v1/members").bearer(token);
    ask.send().await.status()
}

#[tokio::test]
async fn a_renewed_token_says_what_it_is_good_for_at_that_moment() {
    let gate = gate().await;
    let mut grace = super::consent::member(&gate).await;
    give_role(&gate, Role::Admin).await;
    let party = gate.party().await;
    let code = let_in(&gate, &mut grace, &party, "mcp admin").await;
    let first = party.try_redeem(&code).await.json();
    assert_eq!(first["scope"], "mcp admin");
    let text = |answer: &serde_json::Value, name: &str| answer[name].as_str().unwrap().to_owned();
    assert_eq!(members(&gate, &text(&first, "access_token")).await, 200);

    give_role(&gate, Role::Member).await;
    let demoted = party.try_refresh(&text(&first, "refresh_token")).await;
    assert_eq!(demoted.json()["scope"], "mcp", "{}", demoted.text());
    let token = text(&demoted.json(), "access_token");
    assert_eq!(members(&gate, &token).await, 403);
    let told = party.post("/oauth/introspect", &[("token", &token)]).await;
    assert_eq!(told.json()["scope"], "mcp", "{}", told.text());

    give_role(&gate, Role::Admin).await;
    let refresh = text(&demoted.json(), "refresh_token");
    let again = party.try_refresh(&refresh).await;
    assert_eq!(again.json()["scope"], "mcp admin");
    let token = text(&again.json(), "access_token");
    assert_eq!(members(&gate, &token).await, 200);
}

#[tokio::test]
async fn a_promotion_gives_a_grant_no_more_than_was_granted() {
    let gate = gate().await;
    let mut grace = super::consent::member(&gate).await;
    let party = gate.party().await;
    let code = let_in(&gate, &mut grace, &party, "mcp admin").await;
    let first = party.try_redeem(&code).await.json();
    assert_eq!(first["scope"], "mcp", "members cannot give more");
    give_role(&gate, Role::Admin).await;
    let refresh = first["refresh_token"].as_str().unwrap();
    let renewed = party.try_refresh(refresh).await.json();
    assert_eq!(renewed["scope"], "mcp");
    let token = renewed["access_token"].as_str().unwrap();
    assert_eq!(members(&gate, token).await, 403);
}

#[tokio::test]
async fn a_token_of_nothing_is_not_issued() {
    let gate = gate().await;
    let mut grace = super::consent::member(&gate).await;
    give_role(&gate, Role::Admin).await;
    let party = gate.party().await;
    let code = let_in(&gate, &mut grace, &party, "admin").await;
    let first = party.try_redeem(&code).await.json();
    give_role(&gate, Role::Member).await;
    let refresh = first["refresh_token"].as_str().unwrap();
    let refused = party.try_refresh(refresh).await;
    assert_eq!(error(&refused), (400, "invalid_scope".to_owned()));
    // The refresh token was not used up by it.
    give_role(&gate, Role::Admin).await;
    let renewed = party.try_refresh(refresh).await;
    assert_eq!(renewed.json()["scope"], "admin", "{}", renewed.text());
}

#[tokio::test]
async fn a_client_that_nobody_has_let_in_yet_is_disabled_by_its_id() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let path = |verb: &str| format!("/v1/oauth/clients/{}/{verb}", party.id);
    let refused = gate.app.ask(Method::POST, &path("disable")).send().await;
    assert_eq!(refused.status(), 401);
    assert_eq!(gate.app.post(&path("disable")).send().await.status(), 204);
    let listed = gate.app.get("/v1/oauth/clients").send().await.json();
    assert_eq!(listed["clients"][0]["state"], "disabled");
    let answer = gate.owner.get(&party.url()).await;
    assert!(answer.header("location").contains("error=access_denied"));
    let unknown = "/v1/oauth/clients/client_01890a5d-ac96-774b-bcce-b302099a8057/disable";
    assert_eq!(gate.app.post(unknown).send().await.status(), 404);

    assert_eq!(gate.app.post(&path("enable")).send().await.status(), 204);
    assert_eq!(gate.owner.get(&party.url()).await.status(), 200);
}

#[tokio::test]
async fn a_client_that_gives_its_grant_back_is_asked_about_again() {
    let mut gate = gate().await;
    for give_back in ["refresh", "access"] {
        let party = gate.party().await;
        let pair = gate.tokens(&party).await;
        let again = gate.owner.get(&party.url()).await;
        assert_eq!(again.status(), 303, "remembered while the grant lives");
        let token = match give_back {
            "refresh" => &pair.refresh,
            _ => &pair.access,
        };
        let revoked = party.post("/oauth/revoke", &[("token", token)]).await;
        assert_eq!(revoked.status(), 200);
        assert!(!gate.works(&pair.access).await);
        let asked = gate.owner.get(&party.url()).await;
        assert_eq!(asked.status(), 200, "{give_back}");
        let silent = party.url_with(&[("prompt", Some("none"))]);
        let answer = gate.owner.get(&silent).await;
        assert_eq!(value(&told(&answer), "error"), "consent_required");
    }
}

#[tokio::test]
async fn what_a_person_ends_takes_the_codes_on_their_way_along() {
    let mut gate = gate().await;
    let party = gate.party().await;
    gate.tokens(&party).await;
    let waiting = gate.code(&party).await;
    let body = json!({ "client": party.id });
    let revoked = gate.app.post("/v1/oauth/grants/revoke").json(&body);
    assert_eq!(revoked.send().await.status(), 200);
    let late = party.try_redeem(&waiting).await;
    assert_eq!(error(&late), (400, "invalid_grant".to_owned()));
    assert_eq!(gate.owner.get(&party.url()).await.status(), 200);
}
