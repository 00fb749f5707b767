use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use serde_json::{Value, json};

use crate::support::World;

const DOCUMENT: &str = r#"
openapi: 3.1.0
info: { title: Acme, version: "1" }
servers: [{ url: https://api.acme.example/v1 }]
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
security: [{ key: [] }]
paths:
  /tickets:
    get: { operationId: listTickets, tags: [tickets] }
    post:
      operationId: addTicket
      tags: [tickets]
      requestBody: { required: true, content: { multipart/form-data: {} } }
  /tickets/{id}:
    delete: { operationId: deleteTicket, tags: [tickets, admin] }
"#;

fn imported(world: &World, more: &[&str]) -> Value {
    let arguments = [
        &[
            "import",
            "openapi",
            "openapi.yaml",
            "--app",
            "acme",
            "--json",
        ],
        more,
    ]
    .concat();
    let ran = world.run(&arguments).ok();
    serde_json::from_str(&ran.out).unwrap()
}

fn written(world: &World) -> Value {
    serde_json::from_str(&world.read("definitions/acme.json")).unwrap()
}

/// Answers every request with one document, as long as the test runs.
fn serve(document: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                document.len()
            );
            let _ = stream.write_all(format!("{head}{document}").as_bytes());
        }
    });
    format!("http://{address}")
}

#[test]
fn a_document_becomes_a_file_of_definitions_and_the_rest_is_told() {
    let world = World::new();
    world.write("openapi.yaml", DOCUMENT);
    let ran = world
        .run(&["import", "openapi", "openapi.yaml", "--app", "acme"])
        .ok();
    insta::assert_snapshot!(ran.told(), @"
    exit 0
    definitions/acme.json: 2 actions of 3 operations
    not mapped:
      a body of `multipart/form-data` is not sent: POST /tickets
      there is no action for it: POST /tickets
    to know:
      the parameter `id` of the path is not declared: DELETE /tickets/{id}
    its credential has the fields apiKey
    ");
    let manifest = written(&world);
    assert_eq!(
        manifest["apps"]["acme"]["headers"],
        json!({ "X-Key": "{{ credentials.acme.apiKey }}" })
    );
    assert_eq!(
        manifest["actions"]["acme:delete-ticket"]["destructive"],
        true
    );
}

#[test]
fn a_dry_run_writes_nothing() {
    let world = World::new();
    world.write("openapi.yaml", DOCUMENT);
    let told = imported(&world, &["--dry-run"]);
    assert_eq!(
        (&told["written"], &told["actions"]),
        (&json!(false), &json!(2))
    );
    assert!(!world.path("definitions").exists());
}

#[test]
fn a_second_import_keeps_overrides_and_says_what_changed() {
    let world = World::new();
    world.write("openapi.yaml", DOCUMENT);
    assert_eq!(imported(&world, &[])["difference"], Value::Null);
    let overrides = "actions:\n  acme:list-tickets: { rename: acme:tickets, title: Mine }\n";
    world.write("definitions/acme.overrides.yaml", overrides);
    world.write(
        "openapi.yaml",
        &DOCUMENT.replace("operationId: deleteTicket", "operationId: removeTicket"),
    );
    let told = imported(&world, &[]);
    assert_eq!(
        told["difference"],
        json!({
            "added": ["acme:tickets", "acme:remove-ticket"],
            "removed": ["acme:list-tickets", "acme:delete-ticket"],
            "changed": [],
            "app_changed": false,
        })
    );
    assert_eq!(written(&world)["actions"]["acme:tickets"]["title"], "Mine");
    assert_eq!(world.read("definitions/acme.overrides.yaml"), overrides);
    let again = imported(&world, &[]);
    assert_eq!(again["difference"]["added"], json!([]));
    assert_eq!(again["difference"]["removed"], json!([]));
}

#[test]
fn nothing_is_written_over_and_nothing_half_written() {
    let world = World::new();
    world.write("openapi.yaml", DOCUMENT);
    let run = |more: &[&str]| {
        let ran = world.run(
            &[
                &[
                    "import",
                    "openapi",
                    "openapi.yaml",
                    "--app",
                    "acme",
                    "--json",
                ],
                more,
            ]
            .concat(),
        );
        let failure: Value = serde_json::from_str(&ran.err).unwrap();
        (
            ran.code,
            failure["error"]["code"].as_str().unwrap().to_owned(),
        )
    };
    world.write("definitions/acme.json", "{\"apps\": {\"other\": {}}}");
    assert_eq!(run(&[]), (2, "not_an_import".into()));
    assert_eq!(
        world.read("definitions/acme.json"),
        "{\"apps\": {\"other\": {}}}"
    );
    // Nor what a person wrote of this very app, in a file of its name.
    let by_hand = r#"{"apps":{"acme":{"base_url":"https://api.acme.example"}},"actions":{}}"#;
    world.write("definitions/acme.json", by_hand);
    assert_eq!(run(&[]), (2, "not_an_import".into()));
    assert_eq!(world.read("definitions/acme.json"), by_hand);
    let elsewhere = &["--output", "d/acme.json"];
    for (overrides, code) in [
        (
            "actions: { acme:list-tickets: { drop: maybe } }",
            "bad_overrides",
        ),
        (
            "actions: { acme:list-tickets: { title: 1, title: 2 } }",
            "bad_overrides",
        ),
        (
            "actions: { acme:list-tickets: { http: { method: FETCH } } }",
            "bad_definitions",
        ),
    ] {
        world.write("d/acme.overrides.yaml", overrides);
        assert_eq!(run(elsewhere), (2, code.into()), "{overrides}");
        assert!(!world.path("d/acme.json").exists());
    }
}

#[test]
fn what_cannot_be_imported_says_what_to_do() {
    let world = World::new();
    let mut bomb = "openapi: 3.1.0\na0: &a0 [x]\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        let line = format!("a{level}: &a{level} [*a{before}, *a{before}, *a{before}]\n");
        bomb.push_str(&line);
    }
    for (document, code) in [
        (
            DOCUMENT.replace("servers: [{ url: https://api.acme.example/v1 }]", ""),
            "no_server",
        ),
        (
            DOCUMENT.replace("https://api.acme.example/v1", "/v1"),
            "no_server",
        ),
        ("swagger: \"2.0\"".to_owned(), "swagger_2"),
        ("openapi: 4.0.0".to_owned(), "not_imported"),
        ("{\"a\": 1}".to_owned(), "not_openapi"),
        (
            "{\"openapi\": \"3.1.0\", \"openapi\": \"3.0.0\"}".to_owned(),
            "bad_document",
        ),
        ("a: 1\na: 2".to_owned(), "bad_document"),
        (bomb, "bad_document"),
    ] {
        world.write("openapi.yaml", &document);
        let ran = world.run(&[
            "import",
            "openapi",
            "openapi.yaml",
            "--app",
            "acme",
            "--json",
        ]);
        let failure: Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!(
            (ran.code, failure["error"]["code"].as_str()),
            (2, Some(code)),
            "{}",
            ran.err
        );
        assert!(!world.path("definitions").exists());
    }
    let refused = world.run(&["import", "openapi", "openapi.yaml", "--app", "Not An App"]);
    assert_eq!(refused.code, 2);
    assert!(!refused.err.contains("Not An App"), "{}", refused.err);
}

#[test]
fn the_operator_s_own_address_may_be_private_and_a_reference_s_may_not() {
    let world = World::new();
    let elsewhere = serve("{\"get\": {}}".to_owned());
    let document = json!({
        "openapi": "3.1.0", "info": { "title": "Acme", "version": "1" }, "servers": [{ "url": "/v1" }],
        "paths": {
            "/here": { "get": {} },
            "/there": { "$ref": format!("{elsewhere}/there.json") },
            "/file": { "$ref": "file:///etc/hostname" },
        },
    });
    let own = serve(document.to_string());
    let ran = world
        .run(&[
            "import",
            "openapi",
            &format!("{own}/openapi.json"),
            "--app",
            "acme",
            "--json",
        ])
        .ok();
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let report = told["report"].as_array().unwrap();
    let of = |place: &str| {
        let found = report.iter().find(|one| one["place"] == place).unwrap();
        found["reason"].as_str().unwrap().to_owned()
    };
    assert!(
        of("/there").ends_with("is not used: its address is private"),
        "{}",
        of("/there")
    );
    assert!(
        of("/file").ends_with("a document from elsewhere does not name files here"),
        "{}",
        of("/file")
    );
    let manifest = written(&world);
    assert_eq!(manifest["apps"]["acme"]["base_url"], format!("{own}/v1"));
    assert_eq!(manifest["actions"].as_object().unwrap().len(), 1);
}

#[test]
fn files_are_read_below_the_document_and_nowhere_else() {
    let world = World::new();
    world.write("api/openapi.yaml", "openapi: 3.0.3\nservers: [{ url: https://a.example }]\npaths:\n  /a: { $ref: paths/a.yaml }\n  /b: { $ref: /etc/hostname }\n");
    world.write("api/paths/a.yaml", "get: { summary: Look }\n");
    let ran = world
        .run(&[
            "import",
            "openapi",
            "api/openapi.yaml",
            "--app",
            "acme",
            "--json",
        ])
        .ok();
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(written(&world)["actions"]["acme:get-a"]["title"], "Look");
    assert_eq!(
        told["report"][0]["reason"],
        "`/etc/hostname` is not used: it is outside of the document's folder"
    );
}
