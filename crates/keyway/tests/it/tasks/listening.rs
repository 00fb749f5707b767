use http_body_util::BodyExt as _;
use keyway::Expose;
use keyway_testkit::models::{Trouble, Turn};
use serde_json::{Value, json};

use super::world::Client;
use crate::agents::world::{Lab, agent};
use crate::support::wait::soon;

/// The messages of a stream that stays open, as they come.
struct Heard {
    body: hyper::body::Incoming,
    text: String,
}

impl Heard {
    async fn next(&mut self) -> Value {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data:"));
                let message = data.map(|data| serde_json::from_str(data.trim()).unwrap());
                let rest = rest.to_owned();
                self.text = rest;
                match message {
                    Some(message) => return message,
                    None => continue,
                }
            }
            let frame = soon("a message", self.body.frame()).await.unwrap().unwrap();
            let data = frame.into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&data).unwrap());
        }
    }
}

#[tokio::test]
async fn who_listens_is_told_how_their_tasks_stand_and_of_nobody_else_s() {
    let turns = vec![
        Turn::text(["never", "ends"]).with(Trouble::HangAfter(1)),
        Turn::text(["other"]).with(Trouble::HangAfter(1)),
    ];
    let lab = Lab::new(vec![agent("slow").expose(Expose::MCP)], turns).await;
    let client = Client::of(&lab.app);
    let other = lab.member("bot").await;
    let other = Client::with_key(&lab.app, &other);
    let id = client
        .begin("agent__slow", json!({ "message": "go" }))
        .await;
    lab.model.wait_asked(1).await;
    let theirs = other.begin("agent__slow", json!({ "message": "go" })).await;
    lab.model.wait_asked(2).await;
    let listen = json!({ "notifications": { "taskIds": [id, theirs, "task_none"] } });
    let stream = client
        .asking("subscriptions/listen", listen.clone())
        .open()
        .await;
    assert_eq!(stream.status(), 200);
    let mut heard = Heard {
        body: stream.into_body(),
        text: String::new(),
    };
    let acknowledged = heard.next().await;
    assert_eq!(
        acknowledged["params"]["notifications"],
        json!({ "taskIds": [id] })
    );
    let first = heard.next().await;
    assert_eq!(first["method"], "notifications/tasks", "{first}");
    assert_eq!(
        (&first["params"]["taskId"], &first["params"]["status"]),
        (&json!(id), &json!("working"))
    );
    assert_eq!(
        first["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
        1
    );
    other.of_task("tasks/cancel", &theirs).await;
    client.of_task("tasks/cancel", &id).await;
    let last = heard.next().await;
    assert_eq!(
        (&last["params"]["taskId"], &last["params"]["status"]),
        (&json!(id), &json!("cancelled"))
    );

    let plain = Client {
        able: json!({}),
        ..Client::of(&lab.app)
    };
    let refused = plain.ask("subscriptions/listen", listen).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.json()["error"]["code"], -32021);
}
