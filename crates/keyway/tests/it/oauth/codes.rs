use http::Method;
use serde_json::json;
use tokio::task::JoinSet;

use super::party::{Party, error, told, value};
use super::world::gate;

const INVALID_GRANT: (u16, &str) = (400, "invalid_grant");

fn refused(found: &(u16, String)) -> (u16, &str) {
    (found.0, &found.1)
}

#[tokio::test]
async fn attack_code_replay_ends_what_the_first_use_got() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let code = gate.code(&party).await;
    let pair = party.redeem(&code).await;
    assert!(gate.works(&pair.access).await);
    let again = party.try_redeem(&code).await;
    assert_eq!(refused(&error(&again)), INVALID_GRANT);
    assert!(!gate.works(&pair.access).await);
    assert_eq!(
        refused(&error(&party.try_refresh(&pair.refresh).await)),
        INVALID_GRANT
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attack_code_race_of_many_redemptions_one_succeeds() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let code = gate.code(&party).await;
    let mut racing = JoinSet::new();
    for _ in 0..40 {
        let (party, code) = (party.clone(), code.clone());
        racing.spawn(async move { party.try_redeem(&code).await.status() });
    }
    let all = racing.join_all().await;
    assert_eq!(
        all.iter().filter(|status| **status == 200).count(),
        1,
        "{all:?}"
    );
    assert!(
        all.iter().all(|status| matches!(status, 200 | 400)),
        "{all:?}"
    );
}

#[tokio::test]
async fn attack_stolen_code_without_its_verifier_or_by_another_client_is_nothing() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let code = gate.code(&party).await;
    let redeem = |party: Party, verifier: &'static str| {
        let code = code.clone();
        async move {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("code_verifier", verifier),
            ];
            error(&party.post("/oauth/token", &fields).await)
        }
    };
    let wrong = "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(refused(&redeem(party.clone(), wrong).await), INVALID_GRANT);
    let thief = gate.party().await;
    let right = super::party::VERIFIER;
    assert_eq!(refused(&redeem(thief, right).await), INVALID_GRANT);
    // Whoever tries does not take the code away from its client.
    party.redeem(&code).await;
}

#[tokio::test]
async fn attack_verifier_downgrade_is_refused_before_there_is_a_code() {
    let mut gate = gate().await;
    let party = gate.party().await;
    for changes in [
        &[("code_challenge", None), ("code_challenge_method", None)][..],
        &[("code_challenge_method", None)],
        &[("code_challenge_method", Some("plain"))],
        &[("code_challenge_method", Some("s256"))],
        &[("code_challenge", Some("short"))],
        &[("code_challenge", Some(""))],
    ] {
        let answer = gate.owner.get(&party.url_with(changes)).await;
        let told = told(&answer);
        assert_eq!(value(&told, "error"), "invalid_request", "{changes:?}");
        assert_eq!(value(&told, "code"), "");
    }
    let code = gate.code(&party).await;
    for verifier in ["", "short", super::party::CHALLENGE] {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("code_verifier", verifier),
        ];
        let answer = party.post("/oauth/token", &fields).await;
        assert_eq!(answer.status(), 400, "{verifier}");
    }
    party.redeem(&code).await;
}

#[tokio::test]
async fn attack_code_for_another_redirect_uri_is_refused() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let code = gate.code(&party).await;
    let mut elsewhere = party.clone();
    elsewhere.redirect_uri = "https://evil.example/callback".to_owned();
    assert_eq!(
        refused(&error(&elsewhere.try_redeem(&code).await)),
        INVALID_GRANT
    );
}

#[tokio::test]
async fn attack_a_code_kept_back_does_not_survive_revocation() {
    let mut gate = gate().await;
    let party = gate.party().await;
    gate.tokens(&party).await;
    for body in [json!({ "client": party.id }), json!({ "all": true })] {
        let kept = gate.code(&party).await;
        let ended = gate.app.post("/v1/oauth/grants/revoke").json(&body);
        assert_eq!(ended.send().await.status(), 200);
        let found = error(&party.try_redeem(&kept).await);
        assert_eq!(refused(&found), INVALID_GRANT, "{body}");
    }
    gate.tokens(&party).await;
    let kept = gate.code(&party).await;
    let stranger = gate.party().await;
    let others = gate.code(&stranger).await;
    let listed = gate.app.get("/v1/oauth/grants").send().await.json();
    let id = listed["grants"][0]["id"].as_str().unwrap();
    let path = format!("/v1/oauth/grants/{id}");
    let ended = gate.app.ask(Method::DELETE, &path).bearer(&gate.app.key);
    assert_eq!(ended.send().await.status(), 204);
    let found = error(&party.try_redeem(&kept).await);
    assert_eq!(refused(&found), INVALID_GRANT, "one grant");
    stranger.redeem(&others).await;
}

#[tokio::test]
async fn attack_a_code_kept_back_does_not_survive_its_client_being_disabled() {
    let mut gate = gate().await;
    let party = gate.party().await;
    gate.tokens(&party).await;
    let kept = gate.code(&party).await;
    for verb in ["disable", "enable"] {
        let path = format!("/v1/oauth/clients/{}/{verb}", party.id);
        assert_eq!(gate.app.post(&path).send().await.status(), 204);
        let found = error(&party.try_redeem(&kept).await);
        assert_eq!(refused(&found), INVALID_GRANT, "{verb}");
    }
    gate.tokens(&party).await;
}
