use super::party::error;
use super::world::gate;

#[tokio::test]
async fn attack_refresh_reuse_ends_the_whole_family() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let first = gate.tokens(&party).await;
    let second = party.refresh(&first.refresh).await;
    let third = party.refresh(&second.refresh).await;
    assert!(gate.works(&third.access).await);
    // The first one is long used up: someone else has it.
    let reused = party.try_refresh(&first.refresh).await;
    assert_eq!(error(&reused), (400, "invalid_grant".to_owned()));
    for token in [&first.access, &second.access, &third.access] {
        assert!(!gate.works(token).await);
    }
    assert_eq!(party.try_refresh(&third.refresh).await.status(), 400);
}

#[tokio::test]
async fn a_lost_answer_is_given_again_within_the_grace() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let first = gate.tokens(&party).await;
    let lost = party.refresh(&first.refresh).await;
    let again = party.refresh(&first.refresh).await;
    assert_eq!(
        (&again.access, &again.refresh),
        (&lost.access, &lost.refresh)
    );
    assert!(gate.works(&again.access).await);
    let next = party.refresh(&again.refresh).await;
    assert!(gate.works(&next.access).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_all_found_the_token_expired_do_not_shut_their_client_out() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let first = gate.tokens(&party).await;
    let (one, two, three) = tokio::join!(
        party.refresh(&first.refresh),
        party.refresh(&first.refresh),
        party.refresh(&first.refresh),
    );
    for pair in [&one, &two, &three] {
        assert!(gate.works(&pair.access).await);
    }
    party.refresh(&three.refresh).await;
}

#[tokio::test]
async fn attack_a_refresh_token_of_another_client_is_nothing() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let thief = gate.party().await;
    let pair = gate.tokens(&party).await;
    let answer = thief.try_refresh(&pair.refresh).await;
    assert_eq!(error(&answer), (400, "invalid_grant".to_owned()));
    party.refresh(&pair.refresh).await;
}

#[tokio::test]
async fn a_renewed_token_has_what_was_granted_or_less_and_never_more() {
    let mut gate = gate().await;
    let party = gate.party().await;
    let pair = gate.tokens(&party).await;
    let renew = async |token: &str, scope: &str| {
        party
            .post(
                "/oauth/token",
                &[
                    ("grant_type", "refresh_token"),
                    ("refresh_token", token),
                    ("scope", scope),
                ],
            )
            .await
    };
    let more = renew(&pair.refresh, "mcp admin").await;
    assert_eq!(error(&more), (400, "invalid_scope".to_owned()));
    let unknown = renew(&pair.refresh, "everything").await;
    assert_eq!(error(&unknown), (400, "invalid_scope".to_owned()));
    let less = renew(&pair.refresh, "mcp:prompts").await;
    assert_eq!(less.json()["scope"], "mcp:prompts");
}
