use keyway_testkit::acme::Acme;

use super::reader::Reader;

const GUIDE: &str = include_str!("../../../../../docs/guides/testing.md");
const KEY: &str = "canary-key-of-acme";

#[tokio::test(flavor = "multi_thread")]
async fn checks_of_a_project_pass_and_stop_at_what_is_wrong() {
    let acme = Acme::start(KEY).await;
    let mut reader = Reader::new()
        .with("https://api.acme.example", &acme.url())
        .with("k-1234", KEY);
    reader.follow(GUIDE).await;
    assert_eq!(acme.tickets().len(), 2);
}
