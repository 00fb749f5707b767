use keyway_testkit::models::Turn;

use super::Office;

#[tokio::test]
async fn linear_may_send_everything_to_the_one_address_of_its_app() {
    let office = Office::open(vec![Turn::text(["I am on it."])]).await;
    let Office { desk, linear, .. } = &office;
    let url = format!("http://{}/webhook/linear", desk.lab.app.address());
    let (_, mention) = linear.mention(&office.issue, "@keyway look into it");
    let mut tampered = mention.clone();
    let at = tampered.body.len() / 2;
    tampered.body[at] ^= 1;
    assert_eq!(linear.deliver(&url, &tampered).await.unwrap(), 401);
    assert!(desk.deliveries().await.is_empty());
    assert_eq!(linear.deliver(&url, &mention).await.unwrap(), 200);
    let first = desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(first["rule"], "session_created");
    assert_eq!(office.said("response"), ["I am on it."]);
    for _ in 0..2 {
        assert_eq!(
            linear.deliver(&url, &linear.uninstall()).await.unwrap(),
            200
        );
        assert_eq!(desk.state().await, "revoked");
    }
}
