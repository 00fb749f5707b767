//! Every secret that an integration has is planted here, calls go well and badly with all that can be
//! logged, and then everything that was written and answered is searched for every secret.

use http::Method;
use keyway_testkit::acme::{Acme, Misbehaviour};
use keyway_testkit::canaries::{Written, forms};
use keyway_testkit::models::{Call, ModelServer, Script as Models, Turn};
use keyway_testkit::peers::{KeyedPeer, Script};
use serde_json::json;

use crate::support::{Served, World};

const ACME_KEY: &str = "canary-acme-key-5d0f";
const NEXT_KEY: &str = "canary-next-key-9a3c";
const SERVER_KEY: &str = "canary-server-key-77e1";
const MODEL_KEY: &str = "canary-model-key-4c4c";

fn definitions(acme: &Acme, peer: &KeyedPeer) -> String {
    let (acme, peer) = (acme.url(), peer.url());
    let host = peer.split('/').nth(2).unwrap();
    format!(
        r#"
credentials:
  files: {{ fields: {{ token: {{}} }}, hosts: ["{host}"] }}
apps:
  acme:
    base_url: {acme}/v1
    credential: {{ fields: {{ apiKey: {{}} }} }}
    headers: {{ Authorization: "Bearer {{{{ credentials.acme.apiKey }}}}" }}
actions:
  acme:whoami:
    app: acme
    read_only: true
    expose: [mcp, http, ws, cli]
    http: {{ url: /me, retries: 0 }}
  acme:misplaced:
    read_only: true
    expose: [http]
    input: {{ type: object, properties: {{ where: {{ type: string }} }} }}
    http: {{ url: "http://127.0.0.1:1/{{{{ input.where }}}}" }}
mcp_servers:
  files:
    url: {peer}
    credentials: [files]
    headers: {{ Authorization: "Bearer {{{{ credentials.files.token }}}}" }}
agents:
  clerk: {{ model: lab/test-1, system_prompt: You look things up., tools: ["acme:whoami", mcp__files] }}
"#
    )
}

/// Runs a command, and keeps what it says.
fn run(search: &mut Written, world: &World, arguments: &[&str]) {
    let ran = tokio::task::block_in_place(|| world.run(arguments));
    search.add(&arguments.join(" "), ran.told());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_an_integration_is_written_or_answered_anywhere() {
    let acme = Acme::start(ACME_KEY).await;
    let peer = KeyedPeer::start([(SERVER_KEY, Script::default())]).await;
    let turns = vec![
        Turn::calls([Call::new("acme__whoami", json!({}))]),
        Turn::text(["Ada it is."]),
    ];
    let model = ModelServer::start(Models {
        key: MODEL_KEY.to_owned(),
        turns,
        ..Models::default()
    })
    .await;
    let world = World::of(&format!(
        "audit: {{ keep_arguments: ['*'] }}\nmodels:\n  vendors:\n    lab: {{ base_url: '{}', key: '@env:MODEL_KEY' }}\n{}",
        model.base_url(),
        definitions(&acme, &peer)
    ))
    .with("ACME_API_KEY", ACME_KEY)
    .with("NEXT_KEY", NEXT_KEY)
    .with("SERVER_KEY", SERVER_KEY)
    .with("MODEL_KEY", MODEL_KEY);
    let mut search = Written::default();
    for arguments in [
        &["validate"][..],
        &["config", "show"],
        &[
            "credentials",
            "set",
            "acme",
            "--set",
            "apiKey=@env:ACME_API_KEY",
        ],
        &[
            "credentials",
            "set",
            "files",
            "--set",
            "token=@env:SERVER_KEY",
        ],
    ] {
        run(&mut search, &world, arguments);
    }
    let gateway = Served::start(&world, &["--log", "trace"]);
    let key = world
        .run(&["api-keys", "create", "canaries", "--json"])
        .ok();
    let key = key.json()["key"].as_str().unwrap().to_owned();
    let calls = [
        ("POST", "/v1/actions/acme:whoami", json!({})),
        (
            "POST",
            "/v1/actions/acme:misplaced",
            json!({ "where": "x" }),
        ),
        (
            "POST",
            "/v1/agents/clerk/prompt",
            json!({ "message": "Who?" }),
        ),
        ("GET", "/v1/credentials", json!(null)),
        ("GET", "/v1/credential-definitions", json!(null)),
        ("GET", "/v1/sessions", json!(null)),
        ("GET", "/v1/mcp-servers", json!(null)),
        ("GET", "/v1/audit?limit=500", json!(null)),
        ("GET", "/metrics", json!(null)),
    ];
    let troubles = [
        None,
        Some(Misbehaviour::Fails),
        Some(Misbehaviour::NoJson),
        Some(Misbehaviour::Redirects {
            to: "http://127.0.0.1:1/".into(),
        }),
    ];
    let mut answered = 0;
    for trouble in troubles {
        for (method, path, body) in &calls {
            if let Some(trouble) = &trouble {
                acme.misbehave(trouble.clone());
            }
            let ask = gateway
                .ask(method.parse::<Method>().unwrap(), path)
                .bearer(&key);
            let ask = if body.is_null() { ask } else { ask.json(body) };
            let answer = ask.send().await;
            answered += usize::from(answer.status() == 200);
            let shown = format!("{:?}\n{}", answer.0.headers(), answer.text());
            search.add(path, shown);
        }
    }
    assert!(answered >= calls.len(), "most of it went well: {answered}");
    let authorized =
        |received: &keyway_testkit::acme::Received| received.authorization.contains(ACME_KEY);
    assert!(acme.received().iter().any(authorized) && !model.asked().is_empty());
    assert!(!peer.seen(SERVER_KEY, "tools/list").is_empty());
    for arguments in [
        &[
            "credentials",
            "set",
            "acme",
            "--set",
            "apiKey=@env:NEXT_KEY",
        ][..],
        &["credentials", "list", "--json"],
        &["credentials", "explain", "acme:whoami"],
        &["call", "acme:whoami"],
        &["vault", "rotate"],
        &["vault", "verify", "--json"],
        &["audit", "export"],
        &["audit", "tail", "-n", "500", "--json"],
    ] {
        run(&mut search, &world, arguments);
    }
    let log = gateway.log();
    assert!(log.contains("\"TRACE\""), "all that can be logged is");
    search.add("log", log);
    let (_, out) = gateway.stop().await;
    search.add("out", out);
    search.files(&world.path(".keyway"), &[]);
    // The search finds what is there.
    for there in ["credential_set", "master_key_changed", "Ada it is."] {
        assert!(search.holds(there).is_some(), "{there} is nowhere");
    }
    for secret in [ACME_KEY, NEXT_KEY, SERVER_KEY, MODEL_KEY] {
        for form in forms(secret) {
            assert_eq!(search.holds(&form), None, "{secret} was written");
        }
    }
}
