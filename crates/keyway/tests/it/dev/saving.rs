use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

use keyway_testkit::acme::{Acme, Misbehaviour};
use serde_json::{Value, json};

use super::world::{Dev, action};
use crate::support::World;
use crate::support::wait::soon;

const KEY: &str = "canary-of-acme";

/// Definitions of an app at Acme with these actions.
fn acme(url: &str, actions: &str) -> String {
    format!(
        "credentials:\n  acme:\n    fields: {{ apiKey: {{ title: API key }} }}\n\
         apps:\n  acme:\n    base_url: {url}/v1\n    headers:\n      \
         Authorization: \"Bearer {{{{ credentials.acme.apiKey }}}}\"\nactions:\n{actions}"
    )
}

fn whoami(description: &str) -> String {
    format!(
        "  \"acme:whoami\":\n    app: acme\n    description: {description}\n    expose: [mcp]\n    \
         read_only: true\n    http: {{ url: /me }}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_saved_is_served_and_a_bad_edit_is_not() {
    let world = World::new();
    let one = action("app:one", "https://app.example/1", "One");
    world.write("definitions/app.yaml", &format!("actions:\n{one}"));
    let dev = Dev::start(&world, &["--no-auth"]);
    assert_eq!(dev.began_with(), ["app-one"]);
    let listen = json!({ "notifications": { "toolsListChanged": true } });
    let changes = dev.ask("subscriptions/listen", listen).open().await;
    let mut changes = changes.into_body();

    let two = action("app:two", "https://app.example/2", "Two");
    world.write("definitions/more/two.yaml", &format!("actions:\n{two}"));
    let reloaded = dev.next();
    assert_eq!(
        reloaded,
        json!({ "event": "reloaded", "gained": ["app-two"], "lost": [], "changed": [] })
    );
    assert_eq!(dev.tools().await, ["app-one", "app-two"]);
    let mut told = String::new();
    while !told.contains("notifications/tools/list_changed") {
        let frame = http_body_util::BodyExt::frame(&mut changes);
        let frame = soon("a notification", frame).await.unwrap().unwrap();
        told.push_str(&String::from_utf8_lossy(&frame.into_data().unwrap()));
    }

    let other = action("app:one", "https://app.example/1", "Another one");
    let other = format!("{other}    input: {{ type: object, properties: {{ id: {{}} }} }}\n");
    world.write("definitions/app.yaml", &format!("actions:\n{other}"));
    assert_eq!(
        dev.next()["changed"],
        json!([{ "name": "app-one", "what": ["description", "input_schema"] }])
    );

    let bad = format!("actions:\n{other}    htpp: {{}}\n");
    world.write("definitions/app.yaml", &bad);
    let refused = dev.next();
    assert_eq!(refused["event"], "refused", "{refused}");
    let said = world.run(&["validate", "--json"]);
    assert_eq!(
        refused["findings"],
        said.json()["findings"].clone().plain(&world)
    );
    assert_eq!(refused["findings"][0]["line"], 7);
    assert_eq!(dev.tools().await, ["app-one", "app-two"]);
    let clash = action("app-one", "https://app.example/3", "A clash");
    world.write("definitions/app.yaml", &format!("actions:\n{other}{clash}"));
    let refused = dev.next();
    assert_eq!(
        refused["clashes"],
        world.run(&["validate", "--json"]).json()["clashes"]
            .clone()
            .plain(&world)
    );
    assert!(refused["clashes"][0].as_str().unwrap().contains("app-one"));

    world.write("definitions/app.yaml", &format!("actions:\n{other}"));
    let fine = json!({ "event": "reloaded", "gained": [], "lost": [], "changed": [] });
    assert_eq!(dev.next(), fine);
    std::fs::remove_file(world.path("definitions/more/two.yaml")).unwrap();
    assert_eq!(dev.next()["lost"], json!(["app-two"]));
    assert_eq!(dev.tools().await, ["app-one"]);
}

/// Paths as a run shows them.
trait Plain {
    fn plain(self, world: &World) -> Value;
}

impl Plain for Value {
    fn plain(self, world: &World) -> Value {
        let real = std::fs::canonicalize(world.path("")).unwrap();
        let text = self.to_string().replace("DIR", &real.display().to_string());
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_flight_ends_with_what_it_was_begun_with() {
    let acme_server = Acme::start(KEY).await;
    let world = World::new().with("ACME_API_KEY", KEY);
    let text = acme(&acme_server.url(), &whoami("Who"));
    world.write("definitions/acme.yaml", &text);
    let set = [
        "credentials",
        "set",
        "acme",
        "--set",
        "apiKey=@env:ACME_API_KEY",
    ];
    world.run(&[&set[..], &["--scope", "org"]].concat()).ok();
    let dev = Dev::start(&world, &["--no-auth"]);
    let asked = acme_server.received().len();
    acme_server.misbehave(Misbehaviour::Slow {
        after: Duration::from_secs(3),
    });
    let calling = dev.call("acme-whoami", json!({}));
    let saving = async {
        crate::support::wait::until("the call is under way", || async {
            acme_server.received().len() > asked
        })
        .await;
        let other = action("app:one", "https://app.example/1", "One");
        world.write(
            "definitions/acme.yaml",
            &acme("https://gone.example", &other),
        );
        dev.next()
    };
    let (answer, reloaded) = tokio::join!(calling, saving);
    assert_eq!(reloaded["lost"], json!(["acme-whoami"]));
    assert_ne!(answer["isError"], true, "{answer}");
    assert!(answer.to_string().contains("Ada"), "{answer}");
    assert_eq!(dev.tools().await, ["app-one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_says_how_to_connect_and_keeps_its_data_in_the_project() {
    let world = World::of("mcp: { title: Mine }\n");
    let dev = Dev::start(&world, &["--public-url", "https://tunnel.example"]);
    assert_eq!(dev.serving["url"], "https://tunnel.example/mcp");
    let key = dev.serving["apiKey"].as_str().unwrap();
    assert!(key.starts_with("kw_"), "{key}");
    assert!(world.path(".keyway/keyway.db").exists());
    drop(dev);
    let again = Dev::start(&world, &[]);
    assert!(again.serving["apiKey"].is_null(), "shown once");
    let refused = again.ask("tools/list", json!({})).send().await;
    assert_eq!(refused.status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_actions_follow_a_save() {
    let all = |description: &str| {
        let actions: String = (0..5_000)
            .map(|nth| action(&format!("app:a{nth}"), "https://app.example/", "Same"))
            .collect();
        let last = action("app:last", "https://app.example/", description);
        format!("actions:\n{actions}{last}")
    };
    let world = World::new();
    world.write("definitions/app.yaml", &all("before"));
    let dev = Dev::start(&world, &["--no-auth"]);
    assert_eq!(dev.began_with().len(), 5_001);
    world.write("definitions/app.yaml", &all("after"));
    assert_eq!(
        dev.next()["changed"],
        json!([{ "name": "app-last", "what": ["description"] }])
    );
}

#[test]
fn attack_a_project_of_somebody_else_runs_no_program_without_a_word() {
    let world = World::of(
        "mcp_servers:\n  \"helper\": { command: /bin/cat, args: [\"canary\\e]0;title\", b] }\n",
    );
    let mut command = world.command(&["dev", "--bind", "127.0.0.1:0"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let err = BufReader::new(child.stderr.take().unwrap());
    let said = err.lines().map_while(Result::ok);
    let mut said = said.skip_while(|line| !line.contains("helper"));
    let first = said.next().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        first.ends_with(": `helper` runs `/bin/cat` with 2 arguments"),
        "{first}"
    );
    assert!(first.contains("keyway.yaml:2:") && !first.contains("canary"));
}
