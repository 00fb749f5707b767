//! Whoever reads the data directory comes in with nothing of it.

use serde_json::json;

use super::party::Party;
use super::world::gate;

#[tokio::test]
async fn attack_a_stolen_data_directory_has_nothing_that_lets_in() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let code = gate.code(&party).await;
    let pair = party.redeem(&code).await;
    let renewed = party.refresh(&pair.refresh).await;
    let confidential = json!({
        "client_name": "Confidential",
        "redirect_uris": ["https://app.example/cb"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let confidential = Party::register_as(gate.app.address(), &confidential).await;
    let invited = json!({ "email": "x@example.com", "role": "member" });
    let invitation = gate.app.post("/v1/invitations").json(&invited).send().await;
    let path = invitation.json()["path"].as_str().unwrap().to_owned();
    let people = gate.app.running.app().people();
    let local = gate.app.running.app().local();
    let link = people
        .make_reset_link(&local, super::world::EMAIL)
        .await
        .unwrap();
    let secrets = [
        gate.app.key.clone(),
        code,
        pair.access,
        pair.refresh,
        renewed.access,
        renewed.refresh,
        confidential.secret.unwrap(),
        path.rsplit('/').next().unwrap().to_owned(),
        link.token.expose().clone(),
        gate.owner.cookies["keyway_session"].clone(),
        super::world::PASSWORD.to_owned(),
    ];
    let mut read = 0;
    for entry in std::fs::read_dir(gate.app.data_dir()).unwrap() {
        let file = entry.unwrap().path();
        let Ok(bytes) = std::fs::read(&file) else {
            continue;
        };
        read += bytes.len();
        for secret in &secrets {
            assert!(secret.len() > 20, "too short to be looked for");
            let found = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds a secret", file.display());
        }
    }
    assert!(read > 10_000, "the database is somewhere else");
}
