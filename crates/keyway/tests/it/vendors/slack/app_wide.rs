use keyway_testkit::models::Turn;
use keyway_testkit::slack::Slack;
use serde_json::json;

use super::{Office, texts};

#[tokio::test]
async fn slack_may_send_everything_to_the_one_address_of_its_app() {
    let office = Office::open(vec![Turn::text(["It was the joint."])]).await;
    let Office { desk, slack } = &office;
    let url = format!("http://{}/webhook/slack", desk.lab.app.address());
    // It asks whether somebody is there before it says where it is installed.
    let asked = json!({ "type": "url_verification", "challenge": "abc", "token": "t" });
    let answer = slack.deliver(&url, &asked, None).await.unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "abc"));
    assert!(desk.deliveries().await.is_empty());

    let (_, mention) = slack.mention("C0ONE", "U0ADA", "which pipe leaks?", None);
    let mut elsewhere = mention.clone();
    elsewhere["team_id"] = "T0ELSE".into();
    elsewhere["context_team_id"] = "T0ELSE".into();
    let mut another = mention.clone();
    another["api_app_id"] = "A0ELSE".into();
    for body in [&elsewhere, &another] {
        let answer = slack.deliver(&url, body, None).await.unwrap();
        assert_eq!(answer.status, 401, "{}", answer.body);
    }
    let ask = desk.lab.app.ask(http::Method::POST, "/webhook/slack");
    for unsigned in [&asked, &mention] {
        assert_eq!(ask.clone().json(unsigned).send().await.status(), 401);
    }
    let answer = slack.deliver(&url, &mention, None).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    let first = desk.settled(1, &["answered"]).await.remove(0);
    assert_eq!(first["rule"], "mention");
    assert_eq!(texts(&office.said("C0ONE")), ["It was the joint."]);

    // The app is removed: told twice, it is heard twice.
    let gone = slack.event(&json!({ "type": "app_uninstalled" }));
    assert_eq!(gone["api_app_id"], Slack::APP);
    for _ in 0..2 {
        let answer = slack.deliver(&url, &gone, None).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(desk.state().await, "revoked");
    }
}
