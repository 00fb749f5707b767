#![expect(
    clippy::needless_pass_by_value,
    reason = "values are written where they are given"
)]

use serde_json::{Value, json};

use super::{Alone, Imported, Options, import};

mod bodies;
mod documents;
mod names;
mod overrides;
mod parameters;
mod schemas;
mod security;
mod servers;
mod wild;

/// A document of these paths, at a server.
fn document(version: &str, paths: Value) -> Value {
    json!({
        "openapi": version,
        "info": { "title": "Acme", "version": "1" },
        "servers": [{ "url": "https://api.acme.example/v1/" }],
        "paths": paths,
    })
}

fn options() -> Options {
    Options {
        app: "acme".into(),
        ..Options::default()
    }
}

/// What a document becomes, which always is a manifest.
fn imported(document: &Value) -> Imported {
    let at = "https://acme.example/openapi.json";
    let imported = import(document, at, &Alone, &options()).unwrap();
    sound(&imported.manifest);
    imported
}

/// Holds a manifest against the grammar.
fn sound(manifest: &Value) {
    let built = crate::Manifest::read(manifest).and_then(|manifest| manifest.build());
    if let Err(faults) = built {
        panic!("{faults:?}\n{manifest}");
    }
}

/// The one action that a document of one operation becomes.
fn action(operation: Value) -> Value {
    action_of("3.1.0", "/things", "post", operation)
}

fn action_of(version: &str, path: &str, method: &str, operation: Value) -> Value {
    let document = document(version, json!({ path: { method: operation } }));
    let manifest = imported(&document).manifest;
    let actions = manifest["actions"].as_object().unwrap();
    actions.values().next().unwrap().clone()
}

/// What a document's report says, as `effect place: reason`.
fn told(document: &Value) -> Vec<String> {
    let report = imported(document).report;
    let tell = |one: super::Unmapped| format!("{:?} {}: {}", one.effect, one.place, one.reason);
    report.into_iter().map(tell).collect()
}
