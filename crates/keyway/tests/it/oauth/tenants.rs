//! Another organization's admin tries every operation that the OpenAPI document lists.

use http::Method;
use keyway::Agent;
use keyway::serve::Running;
use keyway_app::KeyRequest;
use keyway_app::policy::{Approvals, Policies, Source};
use keyway_core::Role;
use keyway_store::{NewJob, NewSession, Purpose, Store};
use serde_json::{Value, json};

use super::world::{CHANNEL, Gate, gate_of};
use crate::support::actions;
use crate::support::client::Answer;
use crate::support::people::join;
use crate::webhooks::world::signature;

/// An agent of the first organization.
const AGENT: &str = "only-ours";

/// The key of an admin of another organization.
pub(crate) async fn stranger(running: &Running) -> String {
    let (app, local) = (running.app(), running.app().local());
    let people = app.people();
    people
        .create_organization(&local, "acme", "Acme")
        .await
        .unwrap();
    let operator = people.operator_of(&local, "acme").await.unwrap();
    // An organization needs an owner before anyone makes keys in it.
    join(app, &operator, "eve@example.com", Role::Owner).await;
    let account = people
        .create_service_account(&operator, "robot", Role::Admin)
        .await
        .unwrap();
    let request = KeyRequest {
        name: "key of another".into(),
        expires_at: None,
        scopes: None,
        service_account: Some(account.id),
    };
    let made = app.api_keys().issue(&operator, request).await.unwrap();
    made.secret.expose().clone()
}

async fn as_owner(gate: &Gate, path: &str, body: Value) -> Value {
    let answer = gate.app.post(path).json(&body).send().await;
    assert_eq!(answer.status(), 201, "{path}: {}", answer.text());
    answer.json()
}

/// What there is of each kind, in the first organization: an id that exists.
async fn things(gate: &mut Gate) -> Vec<(&'static str, String)> {
    let party = gate.party().await;
    gate.tokens(&party).await;
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let project = as_owner(
        gate,
        "/v1/projects",
        json!({ "slug": "web", "name": "Web" }),
    )
    .await;
    let invited = json!({ "email": "x@example.com", "role": "member" });
    let invitation = as_owner(gate, "/v1/invitations", invited).await;
    let robot = json!({ "name": "bot", "role": "member" });
    let account = as_owner(gate, "/v1/service-accounts", robot).await;
    let key = as_owner(gate, "/v1/api-keys", json!({ "name": "of the owner" })).await;
    let client = json!({ "name": "Ours", "redirectUris": ["https://ours.example/cb"] });
    let client = as_owner(gate, "/v1/oauth/clients", client).await;
    let credential = json!({
        "key": "acme", "scope": "organization", "fields": { "apiKey": "ours" }
    });
    let credential = as_owner(gate, "/v1/credentials", credential).await;
    let connector = json!({
        "name": "Quokka", "url": "https://mcp.ours.example/", "enabled": false,
        "auth": { "kind": "oauth", "mode": "per_user" }
    });
    let connector = as_owner(gate, "/v1/connectors", connector).await;
    let published = json!({
        "provider": "webhook", "name": "Ours", "agent": AGENT, "serviceAccount": account["id"],
        "settings": { "verification": { "kind": "hmac", "header": "x-sign" } },
        "secret": "of ours alone"
    });
    let published = as_owner(gate, "/v1/publications", published).await;
    let endpoint = json!({ "url": "https://hooks.ours.example/", "events": ["session.failed"] });
    let endpoint = id(&as_owner(gate, "/v1/webhook-endpoints", endpoint).await);
    let test = format!("/v1/webhook-endpoints/{endpoint}/test");
    let message = as_owner(gate, &test, json!({})).await;
    let installation = published["installation"].as_str().unwrap().to_owned();
    let publication = id(&published);
    let first = |answer: &Answer, list: &str| id(&answer.json()[list][0]);
    let members = gate.app.get("/v1/members").send().await;
    let grants = gate.app.get("/v1/oauth/grants").send().await;
    vec![
        ("/v1/projects/", id(&project)),
        ("/v1/members/", first(&members, "members")),
        ("/v1/invitations/", id(&invitation)),
        ("/v1/service-accounts/", id(&account)),
        ("/v1/api-keys/", id(&key)),
        ("/v1/connectors/", id(&connector)),
        ("/v1/mcp-servers/", "quokka".to_owned()),
        ("/v1/me/connections/", "mcp:quokka".to_owned()),
        ("/v1/credentials/", id(&credential)),
        (
            "/v1/oauth/clients/",
            client["id"].as_str().unwrap().to_owned(),
        ),
        ("/v1/oauth/grants/", first(&grants, "grants")),
        ("/v1/approvals/", approval(gate).await),
        ("/v1/publications/", publication.clone()),
        ("/v1/installations/", installation),
        ("/v1/deliveries/", delivery(gate, &publication).await),
        ("/v1/webhook-endpoints/", endpoint),
        ("/v1/webhook-messages/", id(&message)),
        ("/v1/jobs/", job(gate).await),
        ("/v1/agents/", AGENT.to_owned()),
        ("/v1/sessions/", session(gate).await),
        ("/v1/channels/", CHANNEL.to_owned()),
    ]
}

/// A call of the first organization that waits for an approval.
async fn approval(gate: &Gate) -> String {
    let policies = |sources: &[Source]| Policies::read(sources, Approvals::BuiltIn).unwrap();
    let wanted = Source {
        name: "wanted.cedar".into(),
        text: "@approval(\"required\") forbid (principal, action == Action::\"call\", resource);"
            .into(),
    };
    let app = gate.app.running.app();
    app.set_policies(policies(&[wanted]));
    let ask = gate.app.post("/v1/actions/say:back");
    let answer = ask.json(&json!({ "text": "x" })).send().await;
    app.set_policies(policies(&[]));
    assert_eq!(answer.status(), 409, "{}", answer.text());
    answer.json()["approval"].as_str().unwrap().to_owned()
}

/// A session of the first organization.
async fn session(gate: &Gate) -> String {
    let database = gate.app.data_dir().join("keyway.db");
    let store = Store::open(&database, Purpose::Command).await.unwrap();
    let session = NewSession {
        id: "sess_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        agent: AGENT.into(),
        actor: "operator".into(),
        title: "hello".into(),
        external_key: None,
        scopes: String::new(),
        created_at: jiff::Timestamp::UNIX_EPOCH,
    };
    let local = gate.app.running.app().local();
    let begun = store.begin_session(local.organization(), &session);
    begun.await.unwrap();
    session.id.to_string()
}

/// What came in for the first organization, and wakes nobody.
async fn delivery(gate: &Gate, publication: &str) -> String {
    let path = format!("/webhook/webhook/{publication}");
    let signature = signature("of ours alone", &[b"no JSON"]);
    let ask = gate.app.ask(Method::POST, &path);
    let answer = ask
        .header("x-sign", &signature)
        .body("no JSON")
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let all = gate.app.get("/v1/deliveries").send().await;
    all.json()["deliveries"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A job of the first organization that no worker knows how to do.
async fn job(gate: &Gate) -> String {
    let database = gate.app.data_dir().join("keyway.db");
    let store = Store::open(&database, Purpose::Command).await.unwrap();
    let now = jiff::Timestamp::UNIX_EPOCH;
    let job = NewJob {
        id: "job_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
        kind: "for nobody".into(),
        name: "note:keep".into(),
        ordering_key: None,
        once_key: None,
        actor: "operator".into(),
        asker: "{}".into(),
        payload: "{}".into(),
        run_at: now,
        max_attempts: 1,
        created_at: now,
    };
    let local = gate.app.running.app().local();
    store.queue_job(local.organization(), &job).await.unwrap();
    job.id.to_string()
}

#[tokio::test]
async fn attack_cross_tenant_another_organization_s_admin_reads_and_changes_nothing() {
    let agent = Agent::new(AGENT).model("lab/test-1");
    let gate = gate_of([actions::say_back(), actions::whoami()], |config| {
        config.definitions.agents.push(agent);
        config.approvals.wait = std::time::Duration::ZERO;
    });
    let mut gate = Box::pin(gate).await;
    let things = things(&mut gate).await;
    let key = stranger(&gate.app.running).await;
    let document = gate.app.get("/v1/openapi.json").send().await.json();
    let mut tried = 0;
    let approval = things.iter().find(|(start, _)| *start == "/v1/approvals/");
    let (_, approval) = approval.unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        if !path.starts_with("/v1/") {
            continue;
        }
        for method in operations.as_object().unwrap().keys() {
            let Ok(method) = method.to_uppercase().parse::<Method>() else {
                continue;
            };
            if !["GET", "POST", "PATCH", "DELETE"].contains(&method.as_str()) {
                continue;
            }
            let thing = things.iter().find(|(start, _)| path.starts_with(start));
            let filled = match thing {
                Some((_, id)) if path.contains('{') => path
                    .replace("{id}", id)
                    .replace("{name}", id)
                    .replace("{key}", id)
                    .replace("{slug}", id)
                    .replace("{approval}", approval),
                _ => {
                    assert!(!path.contains('{'), "there is nothing to try {path} with");
                    path.clone()
                }
            };
            tried += 1;
            let ask = gate.app.ask(method.clone(), &filled).bearer(&key);
            let answer = match method.as_str() {
                "POST" if path.ends_with("/prompt") => {
                    ask.json(&json!({ "message": "hello" })).send().await
                }
                "POST" | "PATCH" => {
                    ask.json(&json!({ "name": "Mine", "role": "member" }))
                        .send()
                        .await
                }
                _ => ask.send().await,
            };
            let (status, text) = (answer.status(), answer.text());
            assert!(status < 500, "{method} {path}: {status} {text}");
            // A machine has no connections of its own to look for one among.
            let nobody = path.starts_with("/v1/me/") && text.contains("credential_needs_a_person");
            if path.contains('{') && !nobody {
                assert!(
                    matches!(status, 404 | 422 | 426),
                    "{method} {path}: {status} {text}"
                );
            }
            for (_, id) in &things {
                assert!(!text.contains(id.as_str()), "{method} {path} tells {text}");
            }
        }
    }
    assert!(tried > 25, "only {tried} operations are listed");
    // Everything is as it was.
    for (start, id) in &things {
        // One that is switched off is connected to nothing that could be listed.
        let one = format!("{start}{id}");
        let list = match *start {
            "/v1/mcp-servers/" | "/v1/webhook-messages/" => one.as_str(),
            start => start.trim_end_matches('/'),
        };
        let all = gate.app.get(list).send().await;
        assert_eq!(all.status(), 200);
        assert!(all.text().contains(id.as_str()), "{list} has lost {id}");
    }
}
