use keyway_app::credentials::Place;
use keyway_core::{Error, Secret};

use super::world::{CANARY, World, any};

#[tokio::test]
async fn what_cannot_be_stored_says_why_and_changes_nothing() {
    let world = World::start().await;
    let (who, all) = (world.operator(), world.credentials());
    let set = async |key: &str, place: Place, name: &str, fields: &str| -> Error {
        let fields = Secret::new(fields.to_owned());
        let refused = all.set(&who, key, &place, Some(name), &fields).await;
        refused.map(drop).unwrap_err()
    };
    let nowhere = || Place::Project {
        project: "absent".to_owned(),
    };
    let nobody = || Place::User {
        user: "somebody".to_owned(),
    };
    let good = format!(r#"{{"apiKey":"{CANARY}"}}"#);
    for (key, place, name, fields, code, pointer) in [
        (
            "absent",
            Place::Organization,
            "x",
            good.as_str(),
            "credential_not_defined",
            "",
        ),
        ("acme", nowhere(), "x", &good, "project_not_found", ""),
        ("acme", nobody(), "x", &good, "not_your_credential", ""),
        (
            "acme",
            Place::Organization,
            " ",
            &good,
            "invalid_input",
            "/name",
        ),
        (
            "acme",
            Place::Organization,
            "a\u{202e}b",
            &good,
            "invalid_input",
            "/name",
        ),
        (
            "acme",
            Place::Organization,
            "x",
            "{}",
            "invalid_input",
            "/apiKey",
        ),
        (
            "acme",
            Place::Organization,
            "x",
            r#"{"apiKey":""}"#,
            "invalid_input",
            "/apiKey",
        ),
        (
            "acme",
            Place::Organization,
            "x",
            r#"{"apiKey":7}"#,
            "invalid_input",
            "/apiKey",
        ),
        (
            "acme",
            Place::Organization,
            "x",
            r#"["canary-7f3a"]"#,
            "invalid_input",
            "",
        ),
        (
            "acme",
            Place::Organization,
            "x",
            "canary-7f3a",
            "invalid_input",
            "",
        ),
        (
            "acme",
            Place::Organization,
            "x",
            r#"{"apiKey":"a","canary-7f3a":1}"#,
            "invalid_input",
            "",
        ),
        (
            "acme",
            Place::Organization,
            "x",
            r#"{"apiKey":"a","account":"canary-7f3a"}"#,
            "invalid_input",
            "/account",
        ),
    ] {
        let refused = set(key, place, name, fields).await;
        assert_eq!(refused.code(), code, "{fields}");
        let at = refused
            .problems()
            .first()
            .map_or("", |first| first.pointer.as_str());
        assert_eq!(at, pointer, "{fields}");
        let told = format!("{refused:?} {}", refused.to_json());
        assert!(!told.contains(CANARY), "{told}");
    }
    assert!(all.list(&who, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_missing_says_how_a_person_connects_it() {
    let world = World::start().await;
    let refused = world.call(&world.operator(), "whose", any()).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "credential_missing");
    let hint = refused.to_json().to_string();
    assert!(hint.contains("/connect/acme"), "{hint}");
    assert!(
        hint.contains("keyway credentials set acme --set apiKey=@stdin --scope org"),
        "{hint}"
    );
}

#[tokio::test]
async fn what_the_service_says_against_it_is_remembered() {
    let mut world = World::start().await;
    let who = world.operator();
    let own = world.set(&who, &Place::Organization, "live", "k").await;
    let own = own.unwrap().id;
    world.call(&who, "busy", any()).await.unwrap_err();
    // Written down when the gateway stops, if not before.
    world = world.restart().await;
    let seen = world.credentials().view(&who, &own).await.unwrap();
    assert_eq!(seen.last_error.as_deref(), Some("upstream_unauthorized"));
    assert!(seen.last_used_at.is_some());
    world
        .set(&who, &Place::Organization, "live", "new")
        .await
        .unwrap();
    let seen = world.credentials().view(&who, &own).await.unwrap();
    assert_eq!(seen.last_error, None);
}
