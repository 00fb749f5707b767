use super::world::{gate, refused};

/// Thirty days.
const MONTH: u64 = 2_592_000;

#[tokio::test]
async fn a_registration_lapses_a_month_after_its_last_use() {
    let gate = gate().await;
    gate.later(MONTH - 1);
    // A use: it counts anew from here.
    let tokens = gate.tokens().await;
    gate.later(MONTH);
    assert_eq!(refused(gate.authorize("mcp").await), "invalid_client");
    assert_eq!(refused(gate.redeem("kwc_x").await), "invalid_client");
    assert_eq!(refused(gate.refresh(&tokens).await), "invalid_client");
    gate.world.stop().await;
}

#[tokio::test]
async fn using_a_token_is_a_use_of_its_client() {
    let gate = gate().await;
    let tokens = gate.tokens().await;
    gate.later(600);
    gate.come_in(&tokens).await.unwrap();
    let store = gate.world.process.store.clone();
    let id = gate.client.parse().unwrap();
    let before = store.oauth_client(&id).await.unwrap().unwrap();
    let directory = gate.world.directory;
    gate.world.process.stop().await;
    let after = store.oauth_client(&id).await.unwrap().unwrap();
    assert!(
        after.last_used_at > before.last_used_at,
        "told when the process ends"
    );
    drop(directory);
}
