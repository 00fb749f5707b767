//! Secrets are planted, everything goes well and badly with all that is logged, and then everything
//! that was written or answered is searched for every one of them.

use keyway::{Context, Error, action};
use keyway_acme::Acme as Credential;
use keyway_testkit::acme::{Acme, Misbehaviour};
use keyway_testkit::canaries::{Written, forms};
use serde_json::json;

use crate::process::{Program, Served, World, told};

/// The test that is a gateway when it is begun as a process.
pub(crate) const CHILD: &str = "canaries::a_gateway_whose_action_breaks";

/// The variable with that process's arguments, one a line.
pub(crate) const ARGUMENTS: &str = "ACME_ARGUMENTS";

const KEY: &str = "canary-acme-key-9e2d";
const OTHER: &str = "canary-other-key-77b1";

/// Panics with all it has in its hands.
#[action(slug = "acme:break", expose(mcp, http))]
async fn breaks(context: &Context, acme: Credential) -> Result<(), Error> {
    let request = context.http().get("http://localhost/").bearer(acme.key());
    let hands = (context.clone(), request, acme);
    #[expect(clippy::panic, reason = "it is to break")]
    {
        panic!("with {hands:?} and {:#?}", hands.2)
    }
}

#[test]
#[ignore = "a process of other tests"]
fn a_gateway_whose_action_breaks() {
    #[expect(
        clippy::disallowed_methods,
        reason = "how a child learns what it is to be"
    )]
    let Ok(arguments) = std::env::var(ARGUMENTS) else {
        return;
    };
    let arguments = std::iter::once("acme")
        .chain(arguments.lines())
        .map(Into::into);
    let gateway = keyway_acme::gateway().action(breaks()).build();
    let ended = keyway::cli::run_with(gateway, arguments.collect::<Vec<_>>());
    assert_eq!(
        format!("{ended:?}"),
        format!("{:?}", std::process::ExitCode::SUCCESS)
    );
}

/// Runs a command, and keeps what it says.
fn run(search: &mut Written, world: &World, arguments: &[&str]) {
    let told = told(&world.run(arguments));
    search.add(&arguments.join(" "), told);
}

async fn calls(gateway: &Served, acme: &Acme, search: &mut Written) {
    let ticket = json!({ "title": "t", "body": "b" });
    for misbehaviour in [
        None,
        Some(Misbehaviour::Fails),
        Some(Misbehaviour::NoJson),
        Some(Misbehaviour::Redirects {
            to: "http://127.0.0.1:9/".into(),
        }),
        Some(Misbehaviour::Busy { retry_after: 1 }),
    ] {
        if let Some(misbehaviour) = misbehaviour {
            acme.misbehave(misbehaviour);
        }
        let (_, answer) = gateway.call("acme:create-ticket", &ticket).await;
        search.add("a call", answer);
    }
    let (status, answer) = gateway.call("acme:break", &json!({})).await;
    assert_eq!(status, 500, "{answer}");
    search.add("a call that breaks", answer);
    acme.forget_keys();
    let (_, answer) = gateway.call("acme:whoami", &json!({})).await;
    search.add("a refused key", answer);
    let wrong = json!({ "title": OTHER });
    let (_, answer) = gateway.call("acme:create-ticket", &wrong).await;
    search.add("an input that is wrong", answer);
    let call = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "acme-break", "arguments": {} },
    });
    for (what, body) in [("a tool", call), ("a wrong body", json!({ "key": OTHER }))] {
        let answer = gateway.post("/mcp", &body).await.unwrap();
        search.add(what, answer.text().await.unwrap());
    }
    let wrong = json!({ "key": "acme", "scope": "nowhere", "fields": { "apiKey": OTHER, "x": 1 } });
    let answer = gateway.post("/v1/credentials", &wrong).await.unwrap();
    search.add("a credential that is wrong", answer.text().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_a_gateway_writes_or_answers_holds_a_secret() {
    let acme = Acme::start(KEY).await;
    let world = World::new(Program::Breaking)
        .with("ACME_API_KEY", KEY)
        .with("OTHER", OTHER)
        .with("RUST_BACKTRACE", "1")
        .with("KEYWAY_LOG_FILTER", "trace");
    let gateway = Served::start(&world);
    let mut search = Written::default();
    let url = format!("url={}", acme.url());
    let set = [
        "credentials",
        "set",
        "acme",
        "--set",
        "apiKey=@env:ACME_API_KEY",
        "--set",
        &url,
    ];
    run(&mut search, &world, &set);
    for wrong in [
        "apiKeys=@env:OTHER",
        "nothing=@env:OTHER",
        "url=@env:OTHER",
        "apiKey=@env:NONE",
    ] {
        run(
            &mut search,
            &world,
            &[
                "credentials",
                "set",
                "acme",
                "--name",
                "wrong",
                "--set",
                wrong,
            ],
        );
    }
    calls(&gateway, &acme, &mut search).await;
    for command in [
        &["credentials", "list", "--json"][..],
        &["credentials", "explain", "acme:whoami"],
        &["vault", "rotate"],
        &["vault", "verify", "--json"],
        &["vault", "retire", "--yes"],
        &["audit", "export"],
        &["audit", "verify", "--json"],
        &["config", "show"],
        &["doctor"],
    ] {
        run(&mut search, &world, command);
    }
    for path in [
        "/metrics",
        "/v1/credentials",
        "/v1/credential-definitions",
        "/v1/audit",
        "/v1/actions",
        "/v1/nothing",
    ] {
        let answer = gateway.get(path).await.unwrap();
        search.add(path, answer.text().await.unwrap());
    }
    search.add("what the gateway wrote", gateway.told());
    search.files(world.path(), &["master.key"]);

    // The search finds what is there: everything is logged, an action broke, a key was changed.
    for there in [
        "TRACE",
        "panicked",
        "[secret]",
        "master_key_changed",
        "keyway_",
    ] {
        assert!(search.holds(there).is_some(), "{there} is nowhere");
    }
    let text = std::fs::read_to_string(world.path().join(".keyway/master.key")).unwrap();
    let mut secrets = vec![KEY.to_owned(), OTHER.to_owned(), gateway.key().to_owned()];
    secrets.extend(text.lines().map(str::to_owned));
    assert_eq!(secrets.len(), 4);
    let used = acme
        .received()
        .iter()
        .filter(|one| one.authorization.contains(KEY))
        .count();
    assert!(used >= 5, "the key was used {used} times");
    for secret in &secrets {
        for form in forms(secret) {
            assert_eq!(search.holds(&form), None, "{secret} was written");
        }
    }
}
