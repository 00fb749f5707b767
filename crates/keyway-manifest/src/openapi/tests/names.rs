use serde_json::{Value, json};

use super::*;
use crate::openapi::{Refused, difference};

fn slugs(manifest: &Value) -> Vec<&str> {
    manifest["actions"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn operations_are_called_by_their_id_or_else_by_method_and_path() {
    let document = document(
        "3.1.0",
        json!({
            "/pets": { "get": { "operationId": "listPets" }, "post": {} },
            "/pets/{petId}/toys": { "delete": { "operationId": " " } },
        }),
    );
    assert_eq!(
        slugs(&imported(&document).manifest),
        [
            "acme:list-pets",
            "acme:post-pets",
            "acme:delete-pets-by-pet-id-toys"
        ]
    );
}

#[test]
fn names_that_clash_are_unique_and_stay_what_they_were() {
    let paths = json!({ "/b": { "get": { "operationId": "get" } }, "/c": { "get": { "operationId": "get" } } });
    let before = imported(&document("3.1.0", paths)).manifest;
    let first = slugs(&before);
    assert_eq!(first[0], "acme:get");
    assert!(first[1].starts_with("acme:get-"), "{first:?}");
    let paths = json!({
        "/a": { "get": { "operationId": "get" } },
        "/c": { "get": { "operationId": "get" } },
        "/b": { "get": { "operationId": "get" } },
    });
    let options = Options {
        previous: Some(before.clone()),
        ..options()
    };
    let after = import(&document("3.1.0", paths), "file:///a", &Alone, &options)
        .unwrap()
        .manifest;
    let told = difference(&before, &after);
    assert_eq!(
        (told.added.len(), told.removed.len(), told.changed.len()),
        (1, 0, 0),
        "{told:?}"
    );
}

#[test]
fn patterns_choose_operations() {
    let document = document(
        "3.1.0",
        json!({
            "/pets": { "get": { "operationId": "listPets", "tags": ["pets"] }, "post": { "operationId": "addPet", "tags": ["pets"] } },
            "/pets/{id}": { "delete": { "operationId": "removePet", "tags": ["pets", "admin"] } },
            "/shops": { "get": { "operationId": "listShops", "tags": ["shops"] } },
        }),
    );
    let chosen = |include: &[&str], exclude: &[&str]| {
        let patterns = |all: &[&str]| all.iter().map(|one| one.parse().unwrap()).collect();
        let options = Options {
            include: patterns(include),
            exclude: patterns(exclude),
            ..options()
        };
        import(&document, "file:///a", &Alone, &options).map(|imported| {
            slugs(&imported.manifest)
                .iter()
                .map(|slug| slug.replace("acme:", ""))
                .collect::<Vec<_>>()
                .join(" ")
        })
    };
    for (include, exclude, expected) in [
        (&["pets"][..], &["admin"][..], "list-pets add-pet"),
        (&["list*"], &[], "list-pets list-shops"),
        (&["GET /pets"], &[], "list-pets"),
        (&["/pets/**"], &[], "remove-pet"),
        (&["/pets*"], &[], "list-pets add-pet"),
        (&["* /shops"], &[], "list-shops"),
        (&[], &["get /*"], "add-pet remove-pet"),
    ] {
        assert_eq!(
            chosen(include, exclude).unwrap(),
            expected,
            "{include:?} {exclude:?}"
        );
    }
    assert_eq!(chosen(&["nothing"], &[]), Err(Refused::Nothing));
}

#[test]
fn a_pattern_that_names_nothing_is_told() {
    let document = document("3.1.0", json!({ "/a": { "get": {} } }));
    let options = Options {
        exclude: vec!["gone".parse().unwrap()],
        ..options()
    };
    let report = import(&document, "file:///a", &Alone, &options)
        .unwrap()
        .report;
    assert_eq!(report[0].place, "--exclude gone");
}

#[test]
fn what_an_operation_is_becomes_hints() {
    let document = document(
        "3.0.0",
        json!({ "/a": {
        "get": { "summary": "Look.", "description": "Look at it", "deprecated": true },
        "delete": {}, "put": {}, "patch": {}, "options": {},
    } }),
    );
    let imported = imported(&document);
    let hints = |slug: &str| {
        let action = &imported.manifest["actions"][slug];
        ["read_only", "destructive", "idempotent"].map(|hint| action[hint].as_bool())
    };
    assert_eq!(hints("acme:get-a"), [Some(true), None, None]);
    assert_eq!(hints("acme:delete-a"), [None, Some(true), None]);
    assert_eq!(hints("acme:put-a"), [None, None, Some(true)]);
    assert_eq!(hints("acme:patch-a"), [None, None, None]);
    let get = &imported.manifest["actions"]["acme:get-a"];
    assert_eq!(get["title"], "Look");
    assert_eq!(get["description"], "Deprecated. Look at it");
    assert_eq!(
        told(&document),
        [
            "Missing /a: the method OPTIONS is none of an action's",
            "Noted GET /a: it is deprecated",
        ]
    );
}
