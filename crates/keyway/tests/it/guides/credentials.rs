use keyway_testkit::acme::Acme;

use super::reader::Reader;

const GUIDE: &str = include_str!("../../../../../docs/guides/credentials-and-scopes.md");

#[tokio::test(flavor = "multi_thread")]
async fn each_scope_of_the_guide_gets_its_own_credential() {
    let acme = Acme::start("k-of-all").await;
    for (key, name) in [
        ("k-of-web", "Web"),
        ("k-of-web-2", "Web"),
        ("k-of-tests", "Tess"),
        ("k-of-owner", "Owner"),
    ] {
        acme.take_key(key, name);
    }
    let mut reader = Reader::new().with("https://api.acme.example", &acme.url());
    reader.follow(GUIDE).await;
    let used: Vec<_> = acme.received();
    let used: Vec<_> = used.iter().map(|one| one.authorization.as_str()).collect();
    let keys = [
        "k-of-all",
        "k-of-web",
        "k-of-all",
        "k-of-tests",
        "k-of-web-2",
    ];
    assert_eq!(used, keys.map(|key| format!("Bearer {key}")));
}
