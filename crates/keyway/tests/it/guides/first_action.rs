use keyway_testkit::acme::Acme;

use super::reader::Reader;

const KEY: &str = "canary-key-of-acme";

#[tokio::test(flavor = "multi_thread")]
async fn your_first_action_is_called_by_an_agent() {
    let acme = Acme::start(KEY).await;
    let mut reader = Reader::new()
        .with("https://api.acme.example", &acme.url())
        .with("k-1234", KEY);
    reader
        .follow(include_str!(
            "../../../../../docs/guides/your-first-action.md"
        ))
        .await;
    let titles = |ticket: &serde_json::Value| ticket["title"].clone();
    let opened: Vec<_> = acme.tickets().iter().map(titles).collect();
    assert_eq!(opened, ["Printer", "Lamp"]);
}
