//! Nothing secret in what can be printed.

use crate::world::{KEY, REDIRECT, World};

#[tokio::test]
async fn what_can_be_printed_holds_no_secret() {
    let world = World::new().await;
    let begun = world.client.begin(KEY, &world.resource, REDIRECT).await;
    let printed = format!("{:?}", begun.expect("a beginning"));
    let grant = world.sign_in().await.expect("a sign-in");
    let token = world.source().token().await.expect("a token");
    let printed = format!("{printed}{grant:?}{token:?}");
    world.assert_clean(&printed);
    assert!(!printed.contains("state="), "{printed}");
}

#[tokio::test]
async fn a_record_that_was_damaged_needs_a_sign_in_and_no_more() {
    let world = World::new().await;
    let grant = world.sign_in().await.expect("a sign-in");
    world.safe.put(&grant.name, b"{\"canary-broken".to_vec());
    let error = world.source().token().await.expect_err("no token");
    assert!(!error.to_string().contains("canary"), "{error}");
    assert_eq!(world.client.grants().await, []);
    world.sign_in().await.expect("a sign-in");
    world.source().token().await.expect("a token");
}
