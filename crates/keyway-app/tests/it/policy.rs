#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use keyway_app::limits::{Rate, RateLimits};
use keyway_app::policy::{Approvals, Policies, Source, Tags};
use keyway_app::{App, List, Notice, Settings, Surface};
use keyway_core::action::Content;
use keyway_core::ports::{
    AskError, BoxFuture, Caller, ClientCapabilities, Definition, InputRequests, InputResponses,
    Lists, LogLevel, RelayMethod,
};
use keyway_core::rpc::RpcError;
use keyway_core::{Action, Actor, Principal, Role, Subject};
use keyway_store::Purpose;
use parking_lot::Mutex;
use proptest::prelude::*;
use serde_json::json;
use serde_json::value::RawValue;

use crate::fake_upstream::{FakeUpstream, item, raw};
use crate::support::{Asking, Process, Shared, listed};

const CLIENT: &str = "https://client.example/metadata";

fn id(prefix: &str, last: u8) -> String {
    format!("{prefix}_01890a5d-ac96-774b-bcce-b302099a80{last:02}")
}

/// Somebody of the first organization.
fn someone(app: &App, role: Role, access: &str, scopes: &str) -> Principal {
    let owner = Actor::User(id("user", 1).parse().unwrap());
    let subject = match access {
        "key" => Subject::ApiKey {
            key: id("key", 1).parse().unwrap(),
            owner,
        },
        client => Subject::Token {
            grant: id("grant", 1).parse().unwrap(),
            client: client.parse().unwrap(),
            owner,
        },
    };
    Principal::new(app.local().organization().clone(), subject)
        .with_role(role)
        .with_scopes(scopes.parse().unwrap())
}

fn policies(text: &str) -> Policies {
    let source = Source {
        name: "p.cedar".into(),
        text: text.into(),
    };
    Policies::read(&[source], Approvals::BuiltIn).unwrap()
}

fn tool(name: &str, annotations: &str) -> Definition {
    let json = format!(
        r#"{{"name":"{name}","inputSchema":{{"type":"object"}},"annotations":{annotations}}}"#
    );
    Definition {
        key: name.to_owned(),
        json: raw(&json),
    }
}

fn lists() -> Lists {
    Lists {
        tools: vec![
            tool("look", r#"{"readOnlyHint":true}"#),
            tool("drop", r#"{"destructiveHint":true}"#),
            tool("plain", "{}"),
        ],
        resources: vec![item("uri", "file:///a")],
        templates: vec![item("uriTemplate", "file:///{name}")],
        prompts: vec![item("name", "hello")],
        ..Lists::default()
    }
}

fn actions() -> Vec<Action> {
    let action = |slug: &str| {
        Action::content(slug, |_, _: serde_json::Value| async {
            Ok(Content::text("done"))
        })
        .expose(keyway_core::action::Expose::ALL)
    };
    vec![
        action("app:read").read_only(),
        action("app:purge")
            .admin_only()
            .resource("app://purge", None)
            .prompt(None),
    ]
}

async fn process(directory: &std::path::Path, settings: Settings) -> (Process, Arc<FakeUpstream>) {
    let process = Process::start_with(directory, Purpose::Serve, actions(), settings).await;
    let upstream = FakeUpstream::new("s");
    upstream.list(lists());
    process.app.set_upstreams(vec![Arc::clone(&upstream) as _]);
    (process, upstream)
}

fn names(app: &App, who: &Principal, list: List) -> BTreeSet<String> {
    let member = match list {
        List::Tools | List::Prompts => "name",
        List::Resources => "uri",
        List::Templates => "uriTemplate",
    };
    let items = listed(app, who, list);
    let name = |item: &serde_json::Value| item[member].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

fn asking(app: &App, who: &Principal) -> Asking {
    Asking {
        who: who.clone(),
        ..Asking::new(app)
    }
}

async fn call(app: &App, who: &Principal, tool: &str) -> Result<String, RpcError> {
    let params = json!({ "name": tool, "arguments": {} });
    let asking = asking(app, who);
    let called = asking.call(app, RelayMethod::CallTool, tool, &params).await;
    called.map(|result| result.as_str().to_owned())
}

fn data(error: &RpcError) -> String {
    error
        .data
        .as_ref()
        .map_or_else(String::new, |data| data.as_str().to_owned())
}

#[tokio::test]
async fn everyone_lists_exactly_what_they_may_call() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "forbid (principal, action == Action::\"call\", resource == Tool::\"mcp__s__plain\")
         unless { principal in Role::\"owner\" };",
    ));
    let all: [&str; 5] = [
        "app-purge",
        "app-read",
        "mcp__s__drop",
        "mcp__s__look",
        "mcp__s__plain",
    ];
    let table: [(Principal, &[usize]); 7] = [
        (someone(app, Role::Owner, "key", "mcp"), &[0, 1, 2, 3, 4]),
        (someone(app, Role::Admin, "key", "mcp"), &[0, 1, 2, 3]),
        (someone(app, Role::Member, "key", "mcp"), &[1, 2, 3]),
        (
            someone(app, Role::Member, "key", "tools:mcp__s__*"),
            &[2, 3],
        ),
        (someone(app, Role::Owner, "key", "mcp:resources"), &[]),
        (someone(app, Role::Owner, "key", ""), &[]),
        (app.local(), &[0, 1, 2, 3, 4]),
    ];
    for (who, seen) in table {
        let expected: BTreeSet<_> = seen.iter().map(|nth| all[*nth].to_owned()).collect();
        assert_eq!(names(app, &who, List::Tools), expected, "{who:?}");
        assert_eq!(app.count(&who, List::Tools), expected.len());
        for name in all {
            let outcome = call(app, &who, name).await;
            assert_eq!(outcome.is_ok(), expected.contains(name), "{name} {who:?}");
        }
    }
    process.stop().await;
}

#[tokio::test]
async fn resources_prompts_completions_and_servers_are_guarded_alike() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let (owner, member) = (
        someone(app, Role::Owner, "key", "mcp"),
        someone(app, Role::Member, "key", "mcp"),
    );
    assert!(names(app, &owner, List::Resources).contains("app://purge"));
    assert!(!names(app, &member, List::Resources).contains("app://purge"));
    assert!(!names(app, &member, List::Prompts).contains("app-purge"));
    let read = |who: Principal, uri: &'static str| async move {
        let asking = asking(app, &who);
        let params = json!({ "uri": uri });
        asking
            .call(app, RelayMethod::ReadResource, uri, &params)
            .await
    };
    read(owner.clone(), "app://purge").await.unwrap();
    let unknown = read(member.clone(), "app://none").await.unwrap_err();
    let hidden = read(member.clone(), "app://purge").await.unwrap_err();
    assert_eq!(hidden.code, unknown.code);
    assert_eq!(hidden.message, unknown.message);
    read(member.clone(), "file:///a").await.unwrap();
    app.set_policies(policies(
        "forbid (principal, action in Action::\"use\", resource in Server::\"s\")
         when { principal in Role::\"member\" };
         forbid (principal, action == Action::\"list\", resource == Server::\"s\")
         when { principal in Role::\"member\" };",
    ));
    for list in List::ALL {
        assert!(
            names(app, &member, list)
                .iter()
                .all(|name| name.starts_with("app")),
            "{list:?}"
        );
        assert!(
            names(app, &owner, list).len() > names(app, &member, list).len(),
            "{list:?}"
        );
    }
    for uri in ["file:///a", "file:///never-listed", "app://purge"] {
        read(member.clone(), uri).await.unwrap_err();
        let listening = app.subscribe(&member, uri).await;
        listening.unwrap_err();
    }
    for reference in [
        json!({ "ref": { "type": "ref/prompt", "name": "mcp__s__hello" }, "argument": { "name": "a", "value": "" } }),
        json!({ "ref": { "type": "ref/resource", "uri": "file:///{name}" }, "argument": { "name": "a", "value": "" } }),
    ] {
        let target = reference["ref"]["name"]
            .as_str()
            .or(reference["ref"]["uri"].as_str());
        let target = target.unwrap().to_owned();
        let ask = |who: &Principal| asking(app, who);
        let (theirs, mine) = (ask(&owner), ask(&member));
        theirs
            .call(app, RelayMethod::Complete, &target, &reference)
            .await
            .unwrap();
        mine.call(app, RelayMethod::Complete, &target, &reference)
            .await
            .unwrap_err();
    }
    assert_eq!(app.upstream_statuses(&owner).len(), 1);
    assert_eq!(app.upstream_statuses(&member).len(), 0);
    process.stop().await;
}

#[tokio::test]
async fn wider_scopes_are_named_where_they_would_help_and_nowhere_else() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let needed = |error: RpcError| error.scope.map(|scopes| scopes.to_string());
    for (scopes, expected) in [
        ("mcp:prompts", "mcp:tools mcp:prompts"),
        (
            "tools:mcp__s__drop",
            "tools:mcp__s__drop tools:mcp__s__look",
        ),
        ("", "mcp:tools"),
    ] {
        let who = someone(app, Role::Member, "key", scopes);
        let error = call(app, &who, "mcp__s__look").await.unwrap_err();
        assert!(data(&error).contains("insufficient_scope"), "{error:?}");
        assert_eq!(needed(error).as_deref(), Some(expected));
        // What policy keeps from them is not there, whatever the scopes.
        for hidden in ["app-purge", "mcp__s__none"] {
            let error = call(app, &who, hidden).await.unwrap_err();
            assert_eq!(
                (error.code, needed(error)),
                (RpcError::INVALID_PARAMS, None)
            );
        }
        // The same by plain HTTP.
        let by_http = asking(app, &who)
            .invoke(app, "app:read", json!({}), Surface::Http)
            .await;
        assert_eq!(by_http.unwrap_err().code(), "insufficient_scope");
        let by_http = asking(app, &who)
            .invoke(app, "app:purge", json!({}), Surface::Http)
            .await;
        assert_eq!(by_http.unwrap_err().code(), "action_not_found");
    }
    process.stop().await;
}

#[tokio::test]
async fn an_error_while_policy_is_evaluated_hides_and_refuses() {
    let directory = tempfile::tempdir().unwrap();
    let (process, upstream) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "forbid (principal, action == Action::\"call\", resource in Server::\"s\")
         when { 9223372036854775807 + 1 == 0 };",
    ));
    let who = someone(app, Role::Owner, "key", "mcp");
    let seen = names(app, &who, List::Tools);
    assert_eq!(seen, ["app-purge", "app-read"].map(str::to_owned).into());
    call(app, &who, "mcp__s__look").await.unwrap_err();
    assert_eq!(upstream.last(), "");
    process.stop().await;
}

/// A client at which somebody answers what they are asked.
struct Desk {
    answer: serde_json::Value,
    able: bool,
    asked: Mutex<Vec<String>>,
    /// Runs while the question is open.
    meanwhile: Box<dyn Fn() + Send + Sync>,
}

impl Desk {
    fn new(able: bool, answer: serde_json::Value) -> Arc<Self> {
        Self::with(able, answer, || {})
    }

    fn with(
        able: bool,
        answer: serde_json::Value,
        meanwhile: impl Fn() + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            answer,
            able,
            asked: Mutex::default(),
            meanwhile: Box::new(meanwhile),
        })
    }
}

impl Caller for Desk {
    fn capabilities(&self) -> ClientCapabilities {
        ClientCapabilities {
            elicitation_form: self.able,
            ..ClientCapabilities::default()
        }
    }

    fn wants_progress(&self) -> bool {
        false
    }

    fn log_level(&self) -> Option<LogLevel> {
        None
    }

    fn notify(&self, _: &str, _: Box<RawValue>) {}

    fn ask(&self, requests: InputRequests) -> BoxFuture<'_, Result<InputResponses, AskError>> {
        let answers = requests.into_iter().map(|(key, request)| {
            self.asked
                .lock()
                .push(request.params.unwrap().get().to_owned());
            (key, RawValue::from_string(self.answer.to_string()).unwrap())
        });
        let answers = answers.collect();
        (self.meanwhile)();
        Box::pin(std::future::ready(Ok(answers)))
    }

    fn takes_input_required(&self) -> bool {
        false
    }
}

fn yes() -> serde_json::Value {
    json!({ "action": "accept", "content": { "approve": true } })
}

async fn at(app: &App, who: &Principal, desk: &Arc<Desk>, tool: &str) -> String {
    let asking = Asking {
        caller: Arc::clone(desk) as _,
        ..asking(app, who)
    };
    let params = json!({ "name": tool, "arguments": { "path": "/srv/a", "password": "canary" } });
    match asking.call(app, RelayMethod::CallTool, tool, &params).await {
        Ok(result) => result.as_str().to_owned(),
        Err(error) => error.message,
    }
}

#[tokio::test]
async fn a_destructive_tool_runs_through_a_client_once_a_person_approved() {
    let directory = tempfile::tempdir().unwrap();
    let (process, upstream) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let who = someone(app, Role::Member, CLIENT, "mcp");
    let desk = Desk::new(true, yes());
    let answer = at(app, &who, &desk, "mcp__s__drop").await;
    assert_eq!(answer, r#""tools/call drop""#);
    let asked = desk.asked.lock().join("\n");
    assert!(
        asked.contains("mcp__s__drop") && asked.contains("/srv/a"),
        "{asked}"
    );
    assert!(
        asked.contains(CLIENT) && asked.contains("[hidden]"),
        "{asked}"
    );
    assert!(!asked.contains("canary"), "{asked}");
    // What is not destructive, or comes with the person's own key, is not asked about.
    at(app, &who, &desk, "mcp__s__look").await;
    at(
        app,
        &someone(app, Role::Member, "key", "mcp"),
        &desk,
        "mcp__s__drop",
    )
    .await;
    assert_eq!(desk.asked.lock().len(), 1);
    upstream.log.lock().clear();
    for refusal in [
        json!({ "action": "decline" }),
        json!({ "action": "cancel" }),
        json!({ "action": "accept", "content": { "approve": false } }),
        json!({ "action": "accept", "content": { "approve": "true" } }),
        json!({ "action": "accept" }),
        json!("yes"),
    ] {
        let answer = at(app, &who, &Desk::new(true, refusal), "mcp__s__drop").await;
        assert!(
            answer.contains("approval_denied") && answer.contains("isError"),
            "{answer}"
        );
    }
    assert_eq!(upstream.last(), "");
    process.stop().await;
}

#[tokio::test]
async fn an_approval_that_nobody_can_be_asked_for_is_a_denial() {
    let directory = tempfile::tempdir().unwrap();
    let (process, upstream) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let who = someone(app, Role::Member, CLIENT, "mcp");
    let unavailable = |answer: String| {
        assert!(answer.contains("approval_unavailable"), "{answer}");
    };
    unavailable(at(app, &who, &Desk::new(false, yes()), "mcp__s__drop").await);
    // A machine has nobody.
    let Subject::Token { grant, client, .. } = who.subject().clone() else {
        unreachable!()
    };
    let owner = Actor::ServiceAccount(id("svc", 1).parse().unwrap());
    let machine = Subject::Token {
        grant,
        client,
        owner,
    };
    let machine = Principal::new(who.organization().clone(), machine);
    let machine = machine.with_scopes("mcp".parse().unwrap());
    unavailable(at(app, &machine, &Desk::new(true, yes()), "mcp__s__drop").await);
    // Policy may want somebody else to decide, also from while it is being asked about.
    let other = "forbid (principal, action == Action::\"approve\", resource);";
    let changing = {
        let app = app.clone();
        Desk::with(true, yes(), move || app.set_policies(policies(other)))
    };
    unavailable(at(app, &who, &changing, "mcp__s__drop").await);
    unavailable(at(app, &who, &Desk::new(true, yes()), "mcp__s__drop").await);
    let forbidding = {
        let app = app.clone();
        app.set_policies(Policies::read(&[], Approvals::BuiltIn).unwrap());
        let text = "forbid (principal, action == Action::\"call\", resource);";
        Desk::with(true, yes(), move || app.set_policies(policies(text)))
    };
    let answer = at(app, &who, &forbidding, "mcp__s__drop").await;
    assert!(answer.contains("no tool of this name"), "{answer}");
    assert_eq!(upstream.last(), "");
    app.set_policies(Policies::read(&[], Approvals::Off).unwrap());
    at(app, &who, &Desk::new(false, yes()), "mcp__s__drop").await;
    assert_eq!(upstream.last(), "tools/call drop");
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn once_a_change_is_acknowledged_nobody_gets_the_old_answer() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), unlimited()).await;
    let app = process.app.clone();
    let open = || Policies::read(&[], Approvals::BuiltIn).unwrap();
    let closed =
        || policies("forbid (principal, action == Action::\"call\", resource in Server::\"s\");");
    // What was acknowledged last: even for open, odd for closed.
    let round = Arc::new(AtomicUsize::new(0));
    let stop = Arc::new(AtomicBool::new(false));
    let mut callers = tokio::task::JoinSet::new();
    for nth in 0..64 {
        let (app, round, stop) = (app.clone(), Arc::clone(&round), Arc::clone(&stop));
        let role = [Role::Member, Role::Admin, Role::Owner][nth % 3];
        let scopes = ["mcp", "mcp admin", "tools:mcp__s__*"][nth / 3 % 3];
        callers.spawn(async move {
            let who = someone(&app, role, "key", scopes);
            let mut checked = 0_usize;
            while !stop.load(Ordering::Acquire) {
                let before = round.load(Ordering::Acquire);
                let called = call(&app, &who, "mcp__s__look").await.is_ok();
                let listed = names(&app, &who, List::Tools).contains("mcp__s__look");
                // Only where nothing changed meanwhile is it known what the answer had to be.
                if round.load(Ordering::Acquire) == before && before % 2 == 0 {
                    let expected = before % 4 == 0;
                    assert_eq!((called, listed), (expected, expected), "round {before}");
                    checked += 1;
                }
                tokio::task::yield_now().await;
            }
            checked
        });
    }
    for nth in 0..40 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        // Odd while the change is under way.
        round.fetch_add(1, Ordering::AcqRel);
        app.set_policies(if nth % 2 == 0 { closed() } else { open() });
        round.fetch_add(1, Ordering::AcqRel);
    }
    stop.store(true, Ordering::Release);
    let mut checked = 0;
    while let Some(done) = callers.join_next().await {
        checked += done.unwrap();
    }
    assert!(checked > 1_000, "{checked}");
    process.stop().await;
}

fn unlimited() -> Settings {
    Settings {
        rate_limits: RateLimits {
            principal: Rate::OFF,
            client: Rate::OFF,
            ..RateLimits::default()
        },
        ..Settings::default()
    }
}

#[tokio::test]
async fn a_change_of_policy_is_told_where_it_changes_what_is_seen() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let who = someone(app, Role::Member, "key", "mcp");
    for list in List::ALL {
        names(app, &who, list);
    }
    let mut notices = app.notices(&who);
    app.set_policies(policies(
        "permit (principal, action, resource) when { principal in Role::\"owner\" };",
    ));
    assert!(notices.try_recv().is_err(), "nobody sees anything else");
    app.set_policies(policies(
        "forbid (principal, action == Action::\"read\", resource is Prompt)
         when { principal in Role::\"member\" };",
    ));
    assert_eq!(
        notices.try_recv().unwrap(),
        Notice::ListChanged(List::Prompts)
    );
    assert!(notices.try_recv().is_err());
    assert!(names(app, &who, List::Prompts).is_empty());
    process.stop().await;
}

#[tokio::test]
async fn what_depends_on_the_address_is_decided_anew_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "forbid (principal, action, resource)
         unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
    ));
    let who = someone(app, Role::Owner, "key", "mcp");
    let (near, far) = (
        who.from_address("10.1.1.1".parse().unwrap()),
        who.from_address("192.0.2.1".parse().unwrap()),
    );
    for _ in 0..2 {
        call(app, &near, "mcp__s__look").await.unwrap();
        assert_eq!(names(app, &near, List::Tools).len(), 5);
        call(app, &far, "mcp__s__look").await.unwrap_err();
        assert!(names(app, &far, List::Tools).is_empty());
    }
    process.stop().await;
}

#[tokio::test]
async fn calls_over_a_limit_are_told_when_to_try_again() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings {
        rate_limits: RateLimits {
            principal: Rate::a_minute(6),
            tool: Rate::a_minute(2),
            ..RateLimits::default()
        },
        ..Settings::default()
    };
    let (process, upstream) = process(directory.path(), settings).await;
    let app = &process.app;
    let who = someone(app, Role::Member, "key", "mcp");
    for _ in 0..2 {
        call(app, &who, "mcp__s__look").await.unwrap();
    }
    let told = call(app, &who, "mcp__s__look").await.unwrap();
    assert!(
        told.contains("\"isError\":true") && told.contains("retryAfterMs"),
        "{told}"
    );
    assert!(told.contains("`tool`"), "{told}");
    for _ in 0..3 {
        call(app, &who, "mcp__s__plain").await.unwrap();
    }
    let told = call(app, &who, "app-read").await.unwrap();
    assert!(
        told.contains("`principal`") && told.contains("isError"),
        "{told}"
    );
    let error = app.list(&who, List::Tools, None).unwrap_err();
    assert!(
        data(&error).contains("\"retryAfterMs\":10000"),
        "{}",
        data(&error)
    );
    assert_eq!(upstream.log.lock().len(), 4);
    process.clock.advance(std::time::Duration::from_mins(1));
    call(app, &who, "mcp__s__look").await.unwrap();
    process.stop().await;
}

#[tokio::test]
async fn an_explanation_names_the_policies_behind_a_decision() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    app.set_policies(policies(
        "@id(\"own\") forbid (principal, action, resource == Tool::\"mcp__s__plain\");",
    ));
    let who = someone(app, Role::Member, CLIENT, "mcp");
    let found = |tool: &str, tags| {
        let explained = app.explain(&who, tool, tags);
        let ids: Vec<_> = explained
            .policies
            .iter()
            .map(|shown| shown.id.clone())
            .collect();
        (
            explained.decision.verdict.as_str(),
            ids.join(" "),
            explained.in_scope,
        )
    };
    let tags = Tags::default();
    assert_eq!(found("mcp__s__plain", tags), ("deny", "own".into(), true));
    assert_eq!(
        found("mcp__s__drop", tags),
        ("needs_approval", "keyway.destructive".into(), true)
    );
    assert_eq!(
        found("app:read", tags),
        ("allow", "keyway.members".into(), true)
    );
    assert_eq!(found("app:purge", tags), ("deny", String::new(), true));
    let destructive = Tags {
        destructive: true,
        ..tags
    };
    let unknown = found("mcp__other__wipe", destructive);
    assert_eq!(
        unknown,
        ("needs_approval", "keyway.destructive".into(), true)
    );
    process.stop().await;
}

#[tokio::test]
async fn whom_policy_forbids_to_administer_loses_the_scope_for_it() {
    let directory = tempfile::tempdir().unwrap();
    let (process, _) = process(directory.path(), Settings::default()).await;
    let app = &process.app;
    let admin = someone(app, Role::Admin, CLIENT, "mcp admin");
    let scopes = |who: &Principal| app.governed(who.clone()).scopes().to_string();
    assert_eq!(scopes(&admin), "mcp admin");
    assert_eq!(
        scopes(&someone(app, Role::Member, "key", "mcp admin")),
        "mcp"
    );
    app.set_policies(policies(
        "forbid (principal, action == Action::\"administer\", resource)
         when { principal.access == Access::\"oauth\" };",
    ));
    assert_eq!(scopes(&admin), "mcp");
    assert_eq!(
        scopes(&someone(app, Role::Admin, "key", "mcp admin")),
        "mcp admin"
    );
    assert_eq!(scopes(&app.local()), app.local().scopes().to_string());
    process.stop().await;
}

static SHARED: LazyLock<Shared> = LazyLock::new(Shared::start);

const VARIED: [&str; 5] = [
    "",
    "forbid (principal, action == Action::\"call\", resource) when { resource.name like \"*1\" };",
    "forbid (principal, action == Action::\"call\", resource in Server::\"b\") unless { resource.read_only };",
    "forbid (principal, action == Action::\"call\", resource) when { !context.scopes.contains(\"admin\") && resource.destructive };",
    "permit (principal == User::\"user_01890a5d-ac96-774b-bcce-b302099a8001\", action, resource);",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// What is listed is what can be called, and a scope more takes nothing away.
    #[test]
    fn filtering_is_guarding_and_scopes_only_add(
        policy in prop::sample::select(VARIED.to_vec()),
        role in prop::sample::select(vec![Role::Member, Role::Admin, Role::Owner]),
        access in prop::sample::select(vec!["key", CLIENT]),
        tools in prop::collection::vec((prop::sample::select(vec!["a", "b"]), 0..4_u8, 0..3_u8), 1..8),
        scopes in prop::sample::subsequence(
            vec!["mcp:tools", "tools:mcp__a__*", "tools:mcp__b__t1", "mcp:prompts", "admin"], 0..4),
        more in prop::sample::select(vec!["mcp", "mcp:tools", "tools:mcp__b__*", "admin"]),
    ) {
        let _runtime = SHARED.runtime.enter();
        let app = &SHARED.process.app;
        app.set_policies(policies(policy));
        let upstreams = ["a", "b"].map(|key| {
            let upstream = FakeUpstream::new(key);
            let own = tools.iter().filter(|(server, ..)| *server == key);
            let own = own.map(|(_, nth, kind)| {
                let hints = ["{}", r#"{"readOnlyHint":true}"#, r#"{"destructiveHint":true}"#];
                tool(&format!("t{nth}"), hints[usize::from(*kind)])
            });
            upstream.list(Lists { tools: own.collect(), ..Lists::default() });
            upstream as Arc<dyn keyway_core::ports::Upstream>
        });
        app.set_upstreams(upstreams.to_vec());
        let who = someone(app, role, access, &scopes.join(" "));
        let seen = names(app, &who, List::Tools);
        let desk = Desk::new(true, yes());
        for (server, nth, _) in &tools {
            let name = format!("mcp__{server}__t{nth}");
            let answer = SHARED.runtime.block_on(at(app, &who, &desk, &name));
            prop_assert_eq!(answer.starts_with("\"tools/call"), seen.contains(&name), "{}: {}", name, answer);
        }
        let wider = who.with_scopes(who.scopes().union(&more.parse().unwrap()));
        let seen_then = names(app, &wider, List::Tools);
        prop_assert!(seen.is_subset(&seen_then), "{:?} {:?}", seen, seen_then);
    }
}
