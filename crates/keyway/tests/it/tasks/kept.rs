use keyway_testkit::models::Turn;
use serde_json::json;

use super::world::{Client, long};
use crate::agents::world::Lab;

/// What was asked and answered is in no file in the clear.
#[tokio::test]
async fn what_a_task_was_asked_and_answered_is_sealed_at_rest() {
    let asked = keyway::Action::new(
        "echo:long",
        |_, input: crate::support::actions::Say| async move {
            Ok(crate::support::actions::Said {
                text: format!("<{}>", input.text.to_lowercase()),
            })
        },
    )
    .read_only()
    .timeout(std::time::Duration::ZERO)
    .expose(keyway::Expose::MCP | keyway::Expose::TASK);
    let actions = vec![asked, long("report", "done")];
    let lab = Lab::with(vec![], actions, Vec::<Turn>::new()).await;
    let client = Client::of(&lab.app);
    let id = client
        .begin("echo-long", json!({ "text": "CANARY-IN" }))
        .await;
    let ended = client.until(&id, "completed").await;
    assert_eq!(ended["result"]["structuredContent"]["text"], "<canary-in>");
    let mut looked = 0;
    for file in std::fs::read_dir(lab.app.data_dir()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        looked += usize::from(text.contains(&id));
        for canary in ["CANARY-IN", "<canary-in>"] {
            assert!(!text.contains(canary), "{} has {canary}", path.display());
        }
    }
    assert!(looked > 0, "the task is in one of the files");
}
