use keyway_testkit::github::Signed;
use keyway_testkit::models::Turn;
use serde_json::json;

use super::{Office, REPOSITORY};

#[tokio::test]
async fn github_may_send_everything_to_the_one_address_of_its_app() {
    let office = Office::open(vec![Turn::text(["It was the second joint."])]).await;
    let Office { desk, github, .. } = &office;
    let url = format!("http://{}/webhook/github", desk.lab.app.address());
    let words = format!("@{} look into it", office.slug);
    let payloads = office.payloads(REPOSITORY, "ada");
    let payload = payloads.comment(office.number, &words, "MEMBER");
    let mut elsewhere = payload.clone();
    elsewhere["installation"]["id"] = 987_654_321.into();
    let mut nowhere = payload.clone();
    nowhere["installation"] = json!({});
    let refused = [
        Signed::json("issue_comment", &payload, "another secret"),
        Signed::json("issue_comment", &elsewhere, &office.secret),
        Signed::json("issue_comment", &nowhere, &office.secret),
    ];
    for signed in refused {
        assert_eq!(signed.send(&url).await, 401);
    }
    assert!(desk.deliveries().await.is_empty());
    for signed in [
        Signed::json("issue_comment", &payload, &office.secret),
        Signed::form("issue_comment", &payload, &office.secret),
    ] {
        assert_eq!(signed.send(&url).await, 200);
    }
    let first = desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(
        (&first["rule"], &first["duplicates"]),
        (&json!("mentioned"), &json!(1))
    );
    assert_eq!(office.said(), ["It was the second joint."]);

    let gone = payloads.installation("deleted");
    let gone = Signed::json("installation", &gone, &office.secret);
    assert_eq!(gone.send(&url).await, 200);
    assert_eq!(desk.state().await, "revoked");
    assert_eq!(github.comments(REPOSITORY, office.number).len(), 2);
}
