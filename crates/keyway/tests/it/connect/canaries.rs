//! Every secret a client has is planted here, everything goes well and badly with all that is
//! logged, and then everything that was written is searched for every secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use keyway_testkit::authorization::{
    AuthorizationServer, Endpoint, Misbehaviour, Options, ProtectedPeer, ResourceOptions, browse,
};
use keyway_testkit::canaries::{Written, forms};
use keyway_testkit::models::{Call, ModelServer, Script as Models, Turn};
use keyway_testkit::peers::{HttpPeer, Script};
use serde_json::json;

use super::trip::Trip;
use crate::support::pty::Pty;

/// What a person says: it stands in the session, and in no log.
const SAID: &str = "canary-said-41c0";

/// The end of the question before a call.
const ASKED: &str = "[n] no, with or without a reason: ";

const CLIENT_SECRET: &str = "canary-client-secret-0c1d";

/// What stands in the person's file and environment, by the place it stands in.
const PLANTED: &[(&str, &str)] = &[
    ("api key", "canary-api-key-7f3a"),
    ("refused api key", "canary-refused-key-19bb"),
    ("header", "canary-header-55e0"),
    (
        "header from the environment",
        "canary-from-environment-aa71",
    ),
    ("variable of a child", "canary-child-variable-c4c4"),
    ("URL password", "canary-url-password-8e21"),
    ("URL query", "canary-url-query-d0d0"),
    ("client secret", CLIENT_SECRET),
    ("model key", "canary-model-key-2b2b"),
    ("password in a model's URL", "canary-model-password-3d3d"),
    ("query of a model's URL", "canary-model-query-1f1f"),
    ("argument of a call", "canary-argument-9f9f"),
];

/// What the test itself writes.
const MINE: &[&str] = &["mcp.json", "models.json"];

/// Runs a command, and keeps what it says.
fn run(search: &mut Written, trip: &Trip, arguments: &[&str]) {
    let output = trip.world.command(arguments).output().unwrap();
    said(search, &arguments.join(" "), output.stdout, output.stderr);
}

fn said(search: &mut Written, what: &str, out: impl Into<Vec<u8>>, err: impl Into<Vec<u8>>) {
    search.add(&format!("{what} (out)"), out);
    search.add(&format!("{what} (err)"), err);
}

async fn planted() -> (Trip, AuthorizationServer, Vec<HttpPeer>, ProtectedPeer) {
    let mut trip = Trip::new(Options::default()).await;
    let other = AuthorizationServer::start(Options::default()).await;
    let back = format!("http://localhost:{}/auth/mcp/callback", trip.port);
    other.add_client("by-hand", Some(CLIENT_SECRET), &back);
    let by_hand = ProtectedPeer::start(&other, Script::default(), ResourceOptions::default()).await;
    let docs = HttpPeer::start(Script::default()).await;
    let refused = HttpPeer::start(Script {
        refuse: Some(401),
        ..Script::default()
    })
    .await;
    let secret = |place: &str| PLANTED.iter().find(|(name, _)| *name == place).unwrap().1;
    trip.world = trip
        .world
        .with("KEYWAY_LOG_FILTER", "trace")
        .with("PLANTED", secret("header from the environment"))
        .with("ANTHROPIC_API_KEY", secret("model key"))
        .with("CLIENT_SECRET", CLIENT_SECRET);
    let with_secrets = format!(
        "http://user:{}@{}/mcp?token={}",
        secret("URL password"),
        docs.address(),
        secret("URL query"),
    );
    let child = "echo \"I was given $TOKEN and $1 $ANTHROPIC_API_KEY\" >&2; exit 3";
    trip.configure(&json!({
        "docs": {
            "url": docs.url(),
            "headers": { "X-One": secret("header"), "X-Two": "${env:PLANTED}" },
            "auth": { "type": "api_key", "key": secret("api key") },
        },
        "refused": {
            "url": refused.url(),
            "auth": { "type": "api_key", "key": secret("refused api key") },
        },
        "in-url": { "url": with_secrets },
        "query": { "url": format!("{}?token={}", docs.url(), secret("URL query")) },
        "child": {
            "command": "sh",
            "args": ["-c", child, "sh", "${env:PLANTED}"],
            "env": { "TOKEN": secret("variable of a child") },
        },
        "by-hand": {
            "url": by_hand.url(),
            "auth": {
                "type": "oauth",
                "client_id": "by-hand",
                "client_secret": "${env:CLIENT_SECRET}",
            },
        },
        "bad": { "url": 7, "auth": { "type": "api_key", "key": secret("api key"), "x": 1 } },
    }));
    (trip, other, vec![docs, refused], by_hand)
}

/// An agent's sessions and skills, with a key of its model that is good, and one that is not.
async fn talk(trip: &Trip, search: &mut Written) {
    let arguments = json!({ "server": "docs", "tool": "echo", "arguments": { "x": "plain" } });
    let turns = vec![
        Turn::calls([Call::new("call_mcp_tool", arguments)]),
        Turn::text(["done"]),
    ];
    let secret = |place: &str| PLANTED.iter().find(|(name, _)| *name == place).unwrap().1;
    let model = ModelServer::start(Models {
        key: secret("model key").to_owned(),
        turns,
        ..Models::default()
    })
    .await;
    let stranger = ModelServer::start(Models::default()).await;
    let key = "${env:ANTHROPIC_API_KEY}";
    let query = secret("query of a model's URL");
    let password = secret("password in a model's URL");
    let gone = format!("http://user:{password}@127.0.0.1:9/v1?key={query}");
    let models = json!({ "vendors": {
        "queried": { "base_url": format!("{}?key={query}", model.base_url()), "key": key },
        "gone": { "base_url": gone, "key": key },
        "nowhere": { "base_url": format!("no address {query}"), "key": key },
        "good": { "base_url": model.base_url(), "key": key },
        "other": { "base_url": stranger.base_url(), "key": key },
    } });
    let home = "home/.keyway";
    trip.world
        .write(&format!("{home}/models.json"), &models.to_string());
    let ask = ["chat", "--approve", "docs/echo", "-p", SAID, "--model"];
    run(
        search,
        trip,
        &[&ask[..], &["good/model", "--json"]].concat(),
    );
    run(search, trip, &[&ask[..], &["other/model"]].concat());
    run(
        search,
        trip,
        &[&ask[..], &["other/model", "--session", "last", "--json"]].concat(),
    );
    run(search, trip, &[&ask[..], &["queried/model"]].concat());
    let hasty = "---\nbudget: { seconds: 1 }\n---\nYou answer.\n";
    trip.world.write("hasty.md", hasty);
    for vendor in ["gone/model", "nowhere/model"] {
        let agent = ["--agent", "hasty.md"];
        run(search, trip, &[&ask[..], &[vendor], &agent].concat());
    }
    run(search, trip, &["mcp", "skills"]);
    run(search, trip, &["mcp", "context"]);
    run(search, trip, &["approvals", "remembered", "--json"]);
    assert!(
        search.holds("\"text\":\"done\"").is_some(),
        "the model answered"
    );
    for folder in ["sessions", "skills/docs"] {
        assert!(
            trip.world.path(&format!("{home}/{folder}")).exists(),
            "{folder}"
        );
    }
    assert!(search.holds("model_key_refused").is_some());
    // Twice for the call, and once at the address with a query.
    assert!(model.asked().len() > 2, "{:?}", model.asked());
    let of_chat = |place: &str| place.starts_with("chat") && place.ends_with("(err)");
    let logs = search.iter().filter(|(place, _)| of_chat(place));
    let logs: String = logs.map(|(_, log)| String::from_utf8_lossy(log)).collect();
    assert!(logs.contains("TRACE") && !logs.contains(SAID), "{logs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_a_client_writes_holds_a_secret() {
    let (trip, other, _peers, _by_hand) = planted().await;
    let mut search = Written::default();
    let status: &[&str] = &["mcp", "status", "--wait", "20s", "--json"];

    run(&mut search, &trip, status);
    run(&mut search, &trip, &["mcp", "connect", "tracker", "--json"]);
    run(&mut search, &trip, &["mcp", "connect", "by-hand"]);
    run(&mut search, &trip, status);
    run(&mut search, &trip, &["mcp", "tools"]);
    run(&mut search, &trip, &["mcp", "grants", "--json"]);
    for name in ["docs", "refused", "child", "in-url", "query", "bad"] {
        run(&mut search, &trip, &["mcp", "connect", name]);
    }

    // The answer of a call is for who called, and for nobody else.
    let arguments = r#"{"x":"canary-argument-9f9f"}"#;
    let call = [
        "mcp",
        "call",
        "docs",
        "echo",
        "--approve",
        "docs/echo",
        "--args",
        arguments,
        "--json",
    ];
    let called = trip.world.command(&call).output().unwrap();
    let answer = String::from_utf8_lossy(&called.stdout);
    assert!(
        called.status.success(),
        "{}",
        String::from_utf8_lossy(&called.stderr)
    );
    assert!(answer.contains("canary-argument-9f9f"), "{answer}");
    said(&mut search, "a call", "", called.stderr.clone());

    // A remembered answer holds no argument of the call it was given to.
    let pty = Pty::start(
        &trip.world,
        &["mcp", "call", "docs", "echo", "--args", arguments],
    );
    pty.expect(ASKED).type_line("always");
    assert_eq!(pty.end().0, 0);
    let remembered = trip.world.read("home/.keyway/approvals.json");
    assert!(remembered.contains("echo"), "{remembered}");

    talk(&trip, &mut search).await;

    // What was pasted is not said again.
    let taken = std::net::TcpListener::bind(("127.0.0.1", trip.port)).unwrap();
    let mut pasting = trip.start(&["mcp", "connect", "tracker", "--no-browser"]);
    let link = loop {
        let line = pasting.line_with("http");
        if line.starts_with("http") {
            break line;
        }
    };
    let back = browse(&link).await.unwrap();
    pasting.type_line(&back.replace("state=", "state=x"));
    pasting.type_line(&back);
    let (code, out, err) = pasting.end_with_all();
    assert_eq!(code, 0, "{err}");
    said(&mut search, "pasting", out.as_bytes(), err.as_bytes());
    drop(taken);

    // Renewing, and servers that say secrets back.
    for misbehaviour in [
        None,
        Some(Misbehaviour::DirtyError),
        Some(Misbehaviour::RefreshInvalidGrant),
        Some(Misbehaviour::RotatedTokenLost),
        Some(Misbehaviour::RefusesEveryToken),
        Some(Misbehaviour::TokenDropped),
        Some(Misbehaviour::DirtyDenial),
    ] {
        trip.world.run(&["mcp", "connect", "tracker"]);
        for server in [&trip.server, &other] {
            server.expire_tokens();
            if let Some(misbehaviour) = misbehaviour {
                server.misbehave(misbehaviour);
            }
        }
        run(&mut search, &trip, status);
        run(
            &mut search,
            &trip,
            &["mcp", "connect", "tracker", "--wait", "5s"],
        );
        run(
            &mut search,
            &trip,
            &["mcp", "connect", "by-hand", "--wait", "5s"],
        );
        trip.server.behave();
        other.behave();
    }
    run(&mut search, &trip, &["mcp", "connect", "tracker"]);
    search.files(trip.world.path("").as_path(), MINE);
    run(&mut search, &trip, &["mcp", "disconnect", "tracker"]);
    run(&mut search, &trip, &["mcp", "disconnect", "by-hand"]);
    search.files(trip.world.path("").as_path(), MINE);

    let mut secrets: Vec<String> = PLANTED.iter().map(|(_, one)| (*one).to_owned()).collect();
    for server in [&trip.server, &other] {
        assert!(server.secrets().len() > 5, "codes and tokens were made");
        secrets.extend(server.secrets());
        let verifiers = server.visits_to(Endpoint::Token).into_iter();
        let verifiers = verifiers.map(|visit| visit.param("code_verifier").to_owned());
        secrets.extend(verifiers.filter(|verifier| !verifier.is_empty()));
    }
    // The search finds what is there.
    let remembered = search
        .iter()
        .any(|(place, _)| place.ends_with("approvals.json"));
    assert!(remembered, "a remembered answer is searched");
    assert!(search.holds("TRACE").is_some(), "everything is logged");
    assert!(search.holds("keyway-grant 1 mcp:tracker").is_some());
    assert!(
        search.holds("I was given").is_some(),
        "what children say is logged"
    );
    for secret in &secrets {
        let with_client = STANDARD_NO_PAD.encode(format!("by-hand:{secret}"));
        for form in forms(secret).into_iter().chain([with_client]) {
            let place = search.holds(&form);
            assert_eq!(place, None, "{secret} was written");
        }
    }
}
