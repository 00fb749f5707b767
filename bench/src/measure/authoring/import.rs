//! `keyway import openapi`, process included.

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::{Effort, keyway, median};
use crate::Failure;
use crate::report::Figure;

pub(super) fn run(effort: &Effort) -> Result<Figure, Failure> {
    let text = document(effort.operations).to_string();
    let mut took = Vec::new();
    for _ in 0..effort.rounds {
        let directory = tempfile::tempdir()?;
        std::fs::write(directory.path().join("api.json"), &text)?;
        let begin = Instant::now();
        keyway(
            directory.path(),
            &["import", "openapi", "api.json", "--app", "shop"],
        )?;
        took.push(begin.elapsed().as_secs_f64());
    }
    let operations = effort.operations;
    Ok(Figure::at_most(
        &format!("import of {operations} operations"),
        median(took),
        "s",
        2.0,
    ))
}

/// Four operations a resource: with parameters, bodies, references and composed schemas.
fn document(operations: usize) -> Value {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for number in 0..operations.div_ceil(4) {
        let (thing, reference) = (
            format!("thing{number}"),
            format!("#/components/schemas/Thing{number}"),
        );
        let page = [
            ("limit", "integer"),
            ("cursor", "string"),
            ("sort", "string"),
        ]
        .map(|(name, kind)| json!({ "name": name, "in": "query", "schema": { "type": kind } }));
        let id =
            json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } });
        let one = json!({ "200": { "description": "it", "content": { "application/json": {
            "schema": { "$ref": &reference } } } } });
        let many = json!({ "200": { "description": "all", "content": { "application/json": {
            "schema": { "type": "array", "items": { "$ref": &reference } } } } } });
        let body = json!({ "required": true, "content": { "application/json": {
            "schema": { "$ref": &reference } } } });
        let all = [
            (
                format!("/{thing}"),
                "get",
                json!({ "operationId": format!("list_{thing}"),
                "summary": "All of them", "parameters": page, "responses": many }),
            ),
            (
                format!("/{thing}"),
                "post",
                json!({ "operationId": format!("create_{thing}"),
                "requestBody": body, "responses": one }),
            ),
            (
                format!("/{thing}/{{id}}"),
                "get",
                json!({ "operationId": format!("get_{thing}"),
                "parameters": [id], "responses": one }),
            ),
            (
                format!("/{thing}/{{id}}"),
                "patch",
                json!({ "operationId": format!("change_{thing}"),
                "parameters": [id], "requestBody": body, "responses": one }),
            ),
        ];
        for (path, method, operation) in all.into_iter().take(operations - 4 * number) {
            let methods = paths.entry(path).or_insert_with(|| json!({}));
            if let Some(methods) = methods.as_object_mut() {
                methods.insert(method.to_owned(), operation);
            }
        }
        // Every tenth is what those after it refer to.
        let next = format!("#/components/schemas/Thing{}", number - number % 10);
        let fields = (0..12).map(|field| {
            (
                format!("field{field}"),
                json!({ "type": "string", "description": "Something about it" }),
            )
        });
        let mut properties: Map<String, Value> = fields.collect();
        properties.insert("before".to_owned(), json!({ "$ref": next }));
        let schema = json!({ "allOf": [
            { "type": "object", "required": ["field0"], "properties": properties },
            { "oneOf": [{ "required": ["field1"] }, { "required": ["field2"] }] },
        ] });
        schemas.insert(format!("Thing{number}"), schema);
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Shop", "version": "1" },
        "servers": [{ "url": "https://api.shop.example/v1" }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "key": { "type": "http", "scheme": "bearer" } },
        },
    })
}
