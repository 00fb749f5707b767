use keyway_core::Role;
use serde_json::json;

use super::browser::{Browser, hidden};
use super::party::{Party, told, value};
use super::world::{Gate, gate};
use crate::pages::headers::assert_protected;
use crate::support::people::join;

#[tokio::test]
async fn who_says_no_is_taken_back_with_access_denied() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let page = gate.owner.get(&party.url()).await;
    let answer = gate.owner.submit(&page, &[("decision", "cancel")]).await;
    let told = told(&answer);
    assert_eq!(value(&told, "error"), "access_denied");
    assert_eq!(value(&told, "state"), "a state");
    assert_eq!(value(&told, "iss"), gate.issuer());
    // Nothing was remembered.
    assert_eq!(gate.owner.get(&party.url()).await.status(), 200);
}

#[tokio::test]
async fn attack_csrf_a_consent_form_of_another_visit_grants_nothing() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let page = gate.owner.get(&party.url()).await;
    let mut fields = hidden(page.text());
    fields.push(("decision".into(), "allow".into()));
    let change = |name: &str, to: &str| {
        let mut changed = fields.clone();
        for (known, value) in &mut changed {
            if known == name {
                *value = to.to_owned();
            }
        }
        changed
    };
    for (status, forged) in [
        (403, change("csrf", &"0".repeat(64))),
        (400, change("csrf", "")),
        (
            400,
            fields
                .iter()
                .filter(|(name, _)| name != "csrf")
                .cloned()
                .collect(),
        ),
        (400, change("decision", "")),
    ] {
        let answer = gate.owner.post("/oauth/authorize", &forged).await;
        assert_eq!(answer.status(), status, "{}", answer.text());
        assert!(!answer.has("location"));
    }
    // The token of a visitor who is not signed in is no token of a web session.
    let mut stranger = Browser::new(gate.app.address());
    let sign_in = stranger.get("/sign-in").await;
    let token = hidden(sign_in.text());
    let token = token.iter().find(|(name, _)| name == "csrf").unwrap();
    let answer = gate
        .owner
        .post("/oauth/authorize", &change("csrf", &token.1))
        .await;
    assert_eq!(answer.status(), 403);
    // A page of another site cannot send it at all.
    let ask = crate::support::client::Ask::new(
        gate.app.address(),
        http::Method::POST,
        "/oauth/authorize",
    );
    let ask = ask
        .header("origin", "https://evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(super::browser::form(&fields));
    assert_eq!(gate.owner.send(ask).await.status(), 403);
}

#[tokio::test]
async fn attack_what_comes_back_with_the_form_is_checked_anew() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let page = gate.owner.get(&party.url()).await;
    for (from, to, expected) in [
        ("app.example", "evil.example", 400),
        ("scope=mcp", "scope=everything", 303),
        (
            "code_challenge_method=S256",
            "code_challenge_method=plain",
            303,
        ),
    ] {
        let mut fields = hidden(page.text());
        for (name, value) in &mut fields {
            if name == "request" {
                assert!(value.contains(from), "{value}");
                *value = value.replace(from, to);
            }
        }
        fields.push(("decision".into(), "allow".into()));
        let answer = gate.owner.post("/oauth/authorize", &fields).await;
        assert_eq!(answer.status(), expected, "{to}");
        assert!(!answer.header("location").contains("code=kwc_"), "{to}");
        assert!(!answer.header("location").contains("evil"), "{to}");
    }
}

#[tokio::test]
async fn consent_is_remembered_for_what_was_agreed_to_and_asked_for_more() {
    let mut gate = gate().await;
    let party = gate.party().await;
    gate.code(&party).await;
    assert_eq!(
        gate.owner.get(&party.url()).await.status(),
        303,
        "remembered"
    );
    let less = party.url_with(&[("scope", Some("mcp:tools"))]);
    assert_eq!(gate.owner.get(&less).await.status(), 303, "less of it");
    for again in [
        party.url_with(&[("scope", Some("mcp admin"))]),
        party.url_with(&[("prompt", Some("consent"))]),
        gate.party().await.url(),
    ] {
        assert_eq!(gate.owner.get(&again).await.status(), 200, "{again}");
    }
}

#[tokio::test]
async fn a_program_on_the_person_s_machine_is_asked_about_every_time() {
    let mut gate = gate().await;
    for uri in ["http://127.0.0.1:1234/cb", "com.example.app:/cb"] {
        let body = json!({
            "redirect_uris": [uri],
            "application_type": "native",
            "token_endpoint_auth_method": "none",
        });
        let party = Party::register_as(gate.app.address(), &body).await;
        for _ in 0..2 {
            let page = gate.owner.get(&party.url()).await;
            assert_eq!(page.status(), 200, "{uri}");
            let allowed = gate.owner.submit(&page, &[("decision", "allow")]).await;
            assert!(allowed.header("location").starts_with(uri));
        }
        if uri.starts_with("http:") {
            let other = party.url_with(&[("redirect_uri", Some("http://127.0.0.1:999/cb"))]);
            let page = gate.owner.get(&other).await;
            assert_eq!(page.status(), 200, "another port of loopback");
            assert!(page.text().contains("127.0.0.1:999"));
        }
    }
}

#[tokio::test]
async fn a_member_cannot_give_away_what_only_admins_have() {
    let mut gate = gate().await;
    let mut member = member(&gate).await;
    let party = gate.party().await;
    let page = member
        .get(&party.url_with(&[("scope", Some("mcp admin"))]))
        .await;
    assert_eq!(page.status(), 200, "{}", page.text());
    let allowed = member.submit(&page, &[("decision", "allow")]).await;
    let code = value(&told(&allowed), "code").to_owned();
    let answer = party.try_redeem(&code).await;
    assert_eq!(answer.json()["scope"], "mcp");
    let only = party.url_with(&[("scope", Some("admin")), ("prompt", Some("consent"))]);
    let answer = member.get(&only).await;
    assert_eq!(value(&told(&answer), "error"), "invalid_scope");
    // The owner can.
    let owner = gate.owner.get(&only).await;
    assert_eq!(owner.status(), 200);
}

#[tokio::test]
async fn attack_clickjacking_the_consent_page_is_framed_nowhere() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let unknown = party.url_with(&[("client_id", Some("client_unknown"))]);
    for (path, status) in [
        (party.url(), 200),
        (unknown, 400),
        ("/device".to_owned(), 200),
        ("/account".to_owned(), 200),
    ] {
        let page = gate.owner.get(&path).await;
        assert_eq!(page.status(), status, "{path}");
        assert_protected(&page, &path);
    }
}

/// The browser of someone who was invited, signed in.
pub(super) async fn member(gate: &Gate) -> Browser {
    joined(gate, "grace@example.com", Role::Member).await
}

/// The same, for someone with this address and role.
pub(super) async fn joined(gate: &Gate, email: &str, role: Role) -> Browser {
    let app = gate.app.running.app();
    let signed_in = join(app, &app.local(), email, role).await;
    let mut browser = Browser::new(gate.app.address());
    let cookie = signed_in.cookie.expose().clone();
    browser.cookies.insert("keyway_session".into(), cookie);
    browser
}
