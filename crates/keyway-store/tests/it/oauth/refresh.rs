use keyway_store::oauth::{RevokedFor, Rotated};

use super::world::{tokens, world};
use crate::support::at;

#[tokio::test]
async fn a_refresh_token_is_replaced_by_a_new_pair() {
    let world = world().await;
    let store = world.store();
    let (grant, first) = world.granted(0).await;
    let hash = &first.refresh.as_ref().unwrap().hash;
    let seen = store.refresh_token(hash, at(10)).await.unwrap().unwrap();
    assert_eq!((&seen.grant, &seen.successor), (&grant, &None));
    assert!(seen.standing);

    let second = tokens(10);
    let rotated = store.rotate_refresh_token(&seen, &second, at(10)).await;
    assert_eq!(rotated.unwrap(), Rotated::Done);
    let used = store.refresh_token(hash, at(11)).await.unwrap().unwrap();
    assert_eq!(used.used_at, Some(at(10)));
    let successor = used.successor.unwrap();
    assert_eq!(successor.access, second.access.hash);
    assert!(!successor.refresh_used);
    // The old access token lives to its own end: only the refresh token is used up.
    for token in [&first.access.hash, &second.access.hash] {
        assert!(store.access_token(token, at(11)).await.unwrap().is_some());
    }
    let again = store.rotate_refresh_token(&seen, &tokens(11), at(11)).await;
    assert_eq!(
        again.unwrap(),
        Rotated::Changed,
        "decided on what was before"
    );
}

#[tokio::test]
async fn a_pair_that_was_lost_gives_way_to_the_next_one() {
    let world = world().await;
    let store = world.store();
    let (_, first) = world.granted(0).await;
    let hash = &first.refresh.as_ref().unwrap().hash;
    let seen = store.refresh_token(hash, at(10)).await.unwrap().unwrap();
    let lost = tokens(10);
    store
        .rotate_refresh_token(&seen, &lost, at(10))
        .await
        .unwrap();

    let seen = store.refresh_token(hash, at(20)).await.unwrap().unwrap();
    let kept = tokens(20);
    let rotated = store.rotate_refresh_token(&seen, &kept, at(20)).await;
    assert_eq!(rotated.unwrap(), Rotated::Done);
    assert_eq!(
        store.access_token(&lost.access.hash, at(21)).await.unwrap(),
        None
    );
    let lost = &lost.refresh.as_ref().unwrap().hash;
    let lost = store.refresh_token(lost, at(21)).await.unwrap().unwrap();
    assert_eq!((lost.used_at, lost.successor), (Some(at(20)), None));
    let now = store.refresh_token(hash, at(21)).await.unwrap().unwrap();
    assert_eq!(now.used_at, Some(at(10)), "the grace is not prolonged");
    assert_eq!(now.successor.unwrap().access, kept.access.hash);
}

#[tokio::test]
async fn it_is_told_that_the_replacement_was_used() {
    let world = world().await;
    let store = world.store();
    let (grant, first) = world.granted(0).await;
    let mut hash = first.refresh.unwrap().hash;
    let original = hash.clone();
    for second in [10, 20] {
        let seen = store.refresh_token(&hash, at(second)).await.unwrap();
        let next = tokens(second);
        store
            .rotate_refresh_token(&seen.unwrap(), &next, at(second))
            .await
            .unwrap();
        hash = next.refresh.unwrap().hash;
    }
    let seen = store.refresh_token(&original, at(21)).await.unwrap();
    assert!(seen.unwrap().successor.unwrap().refresh_used);

    store.revoke_reused_grant(&grant, at(22)).await.unwrap();
    let last = store.refresh_token(&hash, at(23)).await.unwrap().unwrap();
    assert!(!last.standing);
    let listed = store.oauth_grant(&world.acme, &grant.id).await.unwrap();
    assert_eq!(listed.unwrap().revoked, Some((at(22), RevokedFor::Reuse)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_rotations_at_once_one_has_to_look_again() {
    let world = world().await;
    let store = world.store();
    let (_, first) = world.granted(0).await;
    let hash = first.refresh.unwrap().hash;
    let seen = store.refresh_token(&hash, at(10)).await.unwrap().unwrap();
    let (one, other) = (tokens(10), tokens(10));
    let (one, other) = tokio::join!(
        store.rotate_refresh_token(&seen, &one, at(10)),
        store.rotate_refresh_token(&seen, &other, at(10)),
    );
    let mut outcomes = [one.unwrap(), other.unwrap()];
    outcomes.sort_by_key(|outcome| *outcome == Rotated::Changed);
    assert_eq!(outcomes, [Rotated::Done, Rotated::Changed]);
}
