use keyway_store::{Announced, announced};

#[test]
fn where_a_database_is_served_is_known_as_long_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("keyway.db");
    assert_eq!(announced(&database), None);
    let first = Announced::announce(&database, "http://127.0.0.1:40001").unwrap();
    for _ in 0..3 {
        let found = announced(&database);
        assert_eq!(found.as_deref(), Some("http://127.0.0.1:40001"));
    }
    drop(first);
    assert_eq!(
        announced(&database),
        None,
        "what was left behind is not believed"
    );
    let _second = Announced::announce(&database, "https://gate.example").unwrap();
    assert_eq!(
        announced(&database).as_deref(),
        Some("https://gate.example")
    );
}
