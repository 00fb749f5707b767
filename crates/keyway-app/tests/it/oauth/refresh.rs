use super::world::{gate, refused};

#[tokio::test]
async fn after_the_grace_a_second_use_ends_the_family() {
    let gate = gate().await;
    let first = gate.tokens().await;
    let second = gate.refresh(&first).await.unwrap();
    gate.later(29);
    let again = gate.refresh(&first).await.unwrap();
    assert_eq!(again.access.expose(), second.access.expose());
    gate.later(2);
    assert_eq!(refused(gate.refresh(&first).await), "invalid_grant");
    assert!(gate.come_in(&second).await.is_err());
    assert_eq!(refused(gate.refresh(&second).await), "invalid_grant");
    gate.world.stop().await;
}

#[tokio::test]
async fn an_answer_that_arrived_ends_the_grace() {
    let gate = gate().await;
    let first = gate.tokens().await;
    let second = gate.refresh(&first).await.unwrap();
    let third = gate.refresh(&second).await.unwrap();
    assert_eq!(refused(gate.refresh(&first).await), "invalid_grant");
    assert!(gate.come_in(&third).await.is_err());
    gate.world.stop().await;
}

#[tokio::test]
async fn renewing_does_not_prolong_what_was_granted() {
    let gate = gate().await;
    let mut tokens = gate.tokens().await;
    let day = 24 * 60 * 60;
    for _ in 0..29 {
        gate.later(day);
        tokens = gate.refresh(&tokens).await.unwrap();
    }
    gate.later(day - 60);
    tokens = gate.refresh(&tokens).await.unwrap();
    assert_eq!(
        tokens.expires_in.as_secs(),
        60,
        "no token outlives the grant"
    );
    gate.later(60);
    assert!(gate.come_in(&tokens).await.is_err());
    assert_eq!(refused(gate.refresh(&tokens).await), "invalid_grant");
    gate.world.stop().await;
}
