use http::Method;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use keyway_app::KeyRequest;
use keyway_core::Role;
use keyway_testkit::authorization::{
    AuthorizationServer, Options, ProtectedPeer, ResourceOptions, browse,
};
use keyway_testkit::peers::{Era, Script};
use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;
use crate::support::mcp::{LEGACY, MODERN};
use crate::support::people;
use crate::support::wait::{soon, until};

const ACCEPT: &str = "application/json, text/event-stream";
/// The pages of the console that tell of the connector.
const PAGES: [&str; 8] = [
    "/console",
    "/console/integrations",
    "/console/connectors/wiki",
    "/console/connectors/wiki/edit",
    "/console/servers/wiki",
    "/console/activity",
    "/console/apps",
    "/console/me/connections",
];
/// The tool that is called.
pub(super) const LOOK: &str = "mcp__wiki__look";

/// A gateway, and an MCP server behind an authorization server that an administrator connects.
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) server: AuthorizationServer,
    pub(super) peer: ProtectedPeer,
    /// Ada, who owns the organization.
    pub(super) owner: Browser,
}

impl World {
    pub(super) async fn start() -> Self {
        Self::with(Era::Modern, Options::default()).await
    }

    pub(super) async fn with(era: Era, options: Options) -> Self {
        let server = AuthorizationServer::start(options).await;
        let script = Script {
            results: [("look".to_owned(), r#"{"content":[],"seen":1}"#.to_owned())].into(),
            ..Script::new(era)
        };
        let peer = ProtectedPeer::start(&server, script, ResourceOptions::default()).await;
        let app = TestApp::builder()
            .config(|config| {
                config.egress.allow = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
            })
            .start()
            .await;
        let owner = set_up(&app).await;
        Self {
            app,
            server,
            peer,
            owner,
        }
    }

    /// Connects the server as `wiki`.
    pub(super) async fn add(&self, auth: Value) -> Value {
        let body = json!({ "name": "Wiki", "url": self.peer.url(), "auth": auth });
        let made = self.app.post("/v1/connectors").json(&body).send().await;
        assert_eq!(made.status(), 201, "{}", made.text());
        made.json()
    }

    pub(super) async fn connector(&self) -> Value {
        self.app.get("/v1/connectors/wiki").send().await.json()
    }

    pub(super) async fn change(&self, mut patch: Value) -> Value {
        patch["revision"] = self.connector().await["revision"].clone();
        let ask = self.app.ask(Method::PATCH, "/v1/connectors/wiki");
        let changed = ask.bearer(&self.app.key).json(&patch).send().await;
        assert_eq!(changed.status(), 200, "{}", changed.text());
        changed.json()
    }

    /// Somebody who joins, with a browser that is signed in and a key of their own.
    pub(super) async fn join(&self, name: &str) -> Person {
        let use_cases = self.app.running.app();
        let email = format!("{name}@example.com");
        let joined = people::join(use_cases, &use_cases.local(), &email, Role::Member).await;
        let request = KeyRequest {
            name: "own".into(),
            ..KeyRequest::default()
        };
        let who = &joined.visitor.principal;
        let issued = use_cases.api_keys().issue(who, request).await.unwrap();
        let mut browser = Browser::of(&self.app);
        browser.sign_in(&email).await;
        Person {
            key: issued.secret.expose().clone(),
            browser,
        }
    }

    /// The key of a machine, behind which there is nobody.
    pub(super) async fn machine(&self) -> String {
        let use_cases = self.app.running.app();
        let who = use_cases.local();
        let people = use_cases.people();
        let account = people.create_service_account(&who, "ci", Role::Member);
        let request = KeyRequest {
            name: "ci".into(),
            service_account: Some(account.await.unwrap().id),
            ..KeyRequest::default()
        };
        let issued = use_cases.api_keys().issue(&who, request).await.unwrap();
        issued.secret.expose().clone()
    }

    /// Everything that was written down or is shown, searched for what nobody may see.
    pub(super) async fn is_clean(&self) {
        let audit = self.app.get("/v1/audit?limit=200").send().await;
        assert_eq!(audit.status(), 200, "{}", audit.text());
        let connector = self.connector().await.to_string();
        let all = self.app.get("/v1/credentials").send().await;
        let mut shown = vec![audit.text().to_owned(), connector, all.text().to_owned()];
        let mut browser = Browser::of(&self.app);
        browser.sign_in("ada@example.com").await;
        for path in PAGES {
            let page = browser.get(path).await;
            assert_eq!(page.status(), 200, "{path}");
            shown.push(page.text().to_owned());
        }
        let secrets = self.server.secrets();
        for secret in &secrets {
            for text in &shown {
                assert!(!text.contains(secret), "{text}");
            }
        }
        for file in std::fs::read_dir(self.app.data_dir()).unwrap() {
            let path = file.unwrap().path();
            let Ok(bytes) = std::fs::read(&path) else {
                continue;
            };
            for secret in &secrets {
                let mut windows = bytes.windows(secret.len());
                let there = windows.any(|window| window == secret.as_bytes());
                assert!(!there, "a secret is in {}", path.display());
            }
        }
        assert!(
            self.server.violations().is_empty(),
            "{:?}",
            self.server.violations()
        );
    }
}

/// Somebody with a browser and a key.
pub(super) struct Person {
    pub(super) key: String,
    pub(super) browser: Browser,
}

impl Person {
    /// Agrees at the authorization server, beginning at an address of the gateway.
    pub(super) async fn agree_at(&mut self, link: &str) -> Answer {
        let path = url::Url::parse(link).unwrap();
        let path = path[url::Position::BeforePath..].to_owned();
        let led = self.browser.get(&path).await;
        assert_eq!(led.status(), 303, "{}", led.text());
        let page = led.header("location").to_owned();
        assert_eq!(page, "/connect/mcp:wiki?for=user");
        agree(&mut self.browser, "user").await
    }

    pub(super) async fn call(&self, app: &TestApp) -> Value {
        call(app, &self.key, &json!({})).await
    }
}

/// Agrees at the authorization server: answers what the gateway says in the end.
pub(super) async fn agree(browser: &mut Browser, place: &str) -> Answer {
    let back = way_back(browser, place).await;
    browser.get(&back).await
}

/// Agrees, and answers where the authorization server leads back to.
pub(super) async fn way_back(browser: &mut Browser, place: &str) -> String {
    browser.get("/connect/mcp:wiki").await;
    let fields = [("keyway_place", place)];
    let begun = browser.post("/connect/mcp:wiki", &fields).await;
    assert_eq!(begun.status(), 200, "{}", begun.text());
    let link = begun.text().split("<a href=\"").find_map(|rest| {
        let link = rest.split('"').next()?;
        link.contains("/authorize?")
            .then(|| link.replace("&amp;", "&"))
    });
    let back = browse(&link.unwrap()).await.unwrap();
    let back = url::Url::parse(&back).unwrap();
    back[url::Position::BeforePath..].to_owned()
}

/// The answer to a request of revision 2026-07-28 of a client that can do this.
pub(super) async fn ask(
    app: &TestApp,
    key: &str,
    method: &str,
    mut params: Value,
    able: &Value,
) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": MODERN,
        "io.modelcontextprotocol/clientInfo": { "name": "test", "version": "1" },
        "io.modelcontextprotocol/clientCapabilities": able,
    });
    let mut ask = app
        .ask(Method::POST, "/mcp")
        .bearer(key)
        .header("accept", ACCEPT)
        .header("mcp-protocol-version", MODERN)
        .header("mcp-method", method);
    if let Some(name) = params["name"].as_str() {
        ask = ask.header("mcp-name", name);
    }
    let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let answer = ask.json(&message).send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    // A call that was asked about may answer as a stream.
    let text = answer.text();
    let last = text
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .next_back();
    serde_json::from_str(last.unwrap_or(text)).unwrap()
}

pub(super) async fn call(app: &TestApp, key: &str, able: &Value) -> Value {
    let params = json!({ "name": LOOK, "arguments": {} });
    ask(app, key, "tools/call", params, able).await
}

/// The names of the tools of servers that somebody is listed.
pub(super) async fn tools(app: &TestApp, key: &str) -> Vec<String> {
    let answer = ask(app, key, "tools/list", json!({}), &json!({})).await;
    let all = answer["result"]["tools"].as_array().unwrap().iter();
    let names = all.map(|tool| tool["name"].as_str().unwrap().to_owned());
    names.filter(|name| name.starts_with("mcp__")).collect()
}

/// Waits until somebody is listed the tool.
pub(super) async fn wait_listed(app: &TestApp, key: &str) {
    until("the tool to be listed", || async {
        tools(app, key).await.iter().any(|name| name == LOOK)
    })
    .await;
}

/// The link of an answer that says what a person has to do.
pub(super) fn link(answer: &Value) -> String {
    let result = &answer["result"];
    assert_eq!(result["isError"], true, "{answer}");
    let text = result.to_string();
    let from = text.find("http://").unwrap();
    let rest = &text[from..];
    let end = rest.find([' ', ',', '"', '\\']).unwrap();
    rest[..end].to_owned()
}

/// A client of revision 2025-11-25 that can be asked to open pages.
pub(super) struct Legacy<'a> {
    app: &'a TestApp,
    key: &'a str,
    session: String,
}

impl<'a> Legacy<'a> {
    pub(super) async fn open(app: &'a TestApp, key: &'a str, able: Value) -> Self {
        let params = json!({
            "protocolVersion": LEGACY,
            "capabilities": able,
            "clientInfo": { "name": "test", "version": "1" }
        });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params });
        let ask = app.ask(Method::POST, "/mcp").bearer(key);
        let answer = ask.header("accept", ACCEPT).json(&body).send().await;
        let session = answer.header("mcp-session-id").to_owned();
        Self { app, key, session }
    }

    async fn send(&self, message: &Value) -> http::Response<Incoming> {
        let ask = self.app.ask(Method::POST, "/mcp").bearer(self.key);
        let ask = ask
            .header("accept", ACCEPT)
            .header("mcp-session-id", &self.session)
            .header("mcp-protocol-version", LEGACY);
        ask.json(message).open().await
    }

    /// Calls the tool; what is said about it comes one by one.
    pub(super) async fn call(&self) -> Stream {
        let params = json!({ "name": LOOK, "arguments": {} });
        let message =
            json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": params });
        Stream {
            body: self.send(&message).await.into_body(),
            text: String::new(),
        }
    }

    /// Answers what was asked.
    pub(super) async fn answer(&self, asked: &Value, action: &str) {
        let message =
            json!({ "jsonrpc": "2.0", "id": asked["id"], "result": { "action": action } });
        assert_eq!(self.send(&message).await.status(), 202);
    }
}

/// An event stream, or one answer.
pub(super) struct Stream {
    body: Incoming,
    text: String,
}

impl Stream {
    /// The next message.
    pub(super) async fn next(&mut self) -> Value {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                let data = event.lines().find_map(|line| line.strip_prefix("data:"));
                if let Some(Ok(message)) = data.map(serde_json::from_str) {
                    return message;
                }
                continue;
            }
            if let Ok(message) = serde_json::from_str(&self.text) {
                self.text.clear();
                return message;
            }
            let frame = soon("a message", self.body.frame()).await;
            let frame = frame.unwrap().unwrap();
            let data = frame.into_data().unwrap();
            self.text
                .push_str(&String::from_utf8_lossy(&data).replace('\r', ""));
        }
    }
}
