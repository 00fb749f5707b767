//! One address for all installations of an app.

use std::sync::Arc;

use http::Method;
use jiff::Timestamp;
use keyway_app::inbox::ListDeliveries;
use keyway_core::provider::Granularity;
use keyway_core::{InstallationId, Principal, Role};
use keyway_store::{InstallationState, NewPublication, PublicationChange, Purpose, Store};
use keyway_vault::random::SystemRandom;
use keyway_vault::{Context, KeyRing, MasterKey, Vault};
use serde_json::{Value, json};

use super::world::{Published, World};
use crate::support::client::Answer;
use crate::webhooks::world::signature;

/// What another organization published, by its ids.
const PUBLICATION: &str = "pub_01890a5d-ac96-774b-bcce-b302099a8057";
const INSTALLATION: &str = "inst_01890a5d-ac96-774b-bcce-b302099a8058";

/// What an answer says but for the request's own id.
fn told(answer: &Answer) -> (u16, Value) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("requestId");
    (answer.status(), body)
}

impl World {
    /// The publications that deliveries came to, the last first.
    async fn reached(&self) -> Vec<String> {
        let page = self.app.get("/v1/deliveries?limit=200").send().await.json();
        let all = page["deliveries"].as_array().unwrap().clone();
        all.iter()
            .map(|one| one["publication"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Another organization, which published an agent with a secret, for a workspace of an app.
    async fn foreign(&self, secret: &str, app: &str, workspace: &str) -> Foreign {
        let uses = self.app.running.app();
        let (people, local) = (uses.people(), uses.local());
        let made = people.create_organization(&local, "globex", "Globex");
        made.await.unwrap();
        let operator = people.operator_of(&local, "globex").await.unwrap();
        let bot = people.create_service_account(&operator, "bot", Role::Member);
        let installation: InstallationId = INSTALLATION.parse().unwrap();
        let key = std::fs::read(self.app.data_dir().join("master.key")).unwrap();
        let ring = KeyRing::new(MasterKey::parse(&key).unwrap());
        let place = Context {
            organization: operator.organization().as_str(),
            table: "installations",
            column: "sealed",
            row: installation.as_str(),
        };
        let vault = Vault::new(ring, Arc::new(SystemRandom));
        let new = NewPublication {
            id: PUBLICATION.parse().unwrap(),
            sealed: vault.seal(&place, secret.as_bytes()).unwrap(),
            installation,
            provider: "tracker".into(),
            account: bot.await.unwrap().id,
            state: InstallationState::Pending,
            with: PublicationChange {
                name: "Theirs".into(),
                agent: "triage".into(),
                granularity: Granularity::PerEvent,
                settings: json!({ "clientId": app }).to_string(),
                triggers: "{}".into(),
                scopes: "[]".into(),
                limits: "{}".into(),
                schedule: None,
                next_run_at: None,
                paused_at: None,
                at: Timestamp::now(),
                by: "eve".into(),
            },
        };
        let database = self.app.data_dir().join("keyway.db");
        let store = Store::open(&database, Purpose::Command).await.unwrap();
        let made = store.create_publication(operator.organization(), &new);
        made.await.unwrap();
        store.close().await;
        self.claims(INSTALLATION, app, workspace).await;
        Foreign { operator }
    }

    /// Has an installation be in a workspace, as though the third party had said so.
    async fn claims(&self, installation: &str, app: &str, workspace: &str) {
        let there = json!({ "id": workspace, "name": "There", "url": null, "botId": null, "botName": null });
        self.sql(&format!(
            "UPDATE installations SET state = 'installed', app = '{app}', workspace_id = '{workspace}', \
             workspace = '{there}' WHERE id = '{installation}'"
        ))
        .await;
    }
}

struct Foreign {
    operator: Principal,
}

impl Foreign {
    async fn deliveries(&self, world: &World) -> usize {
        let all = world.app.running.app().deliveries();
        let everything = ListDeliveries::default();
        let page = all.list(&self.operator, &everything).await;
        page.unwrap().deliveries.len()
    }
}

fn body(workspace: &str, number: u32) -> Value {
    json!({ "workspace": workspace, "number": number })
}

#[tokio::test]
async fn a_webhook_of_an_app_reaches_the_installation_that_its_body_names() {
    let mut world = World::start().await;
    let all: Vec<Published> = vec![world.installed("T1").await, world.installed("T2").await];
    for (of, workspace) in all.iter().zip(["T1", "T2"]) {
        for _ in 0..2 {
            let said = body(workspace, 1);
            let answer = world.app_webhook("tracker", &of.secret, &said).await;
            assert_eq!((answer.status(), answer.text()), (200, r#"{"ok":true}"#));
        }
        // The same that comes to the publication's own address is the same.
        let again = world.webhook(of, &of.secret, &body(workspace, 1)).await;
        assert_eq!(again.status(), 200);
    }
    assert_eq!(
        world.reached().await,
        [all[1].id.clone(), all[0].id.clone()]
    );
    // The secret before is good for a day, here as well.
    let path = "/rotate-secret";
    let rotated = world.ask(Method::POST, &all[0], path, json!({})).await;
    assert_eq!(rotated.status(), 200, "{}", rotated.text());
    let secret = rotated.json()["secret"].as_str().unwrap().to_owned();
    for (secret, number) in [(&all[0].secret, 2), (&secret, 3)] {
        let answer = world
            .app_webhook("tracker", secret, &body("T1", number))
            .await;
        assert_eq!(answer.status(), 200, "{}", answer.text());
    }
    assert_eq!(world.reached().await.len(), 4);
    let asked = world.app.ask(Method::GET, "/webhook/tracker").send().await;
    assert_eq!((asked.status(), asked.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn attack_a_body_that_names_another_organization_s_workspace_is_refused_and_not_written_down()
{
    let mut world = World::start().await;
    let own = world.installed("T1").await;
    let theirs = "their own signing secret";
    let foreign = world.foreign(theirs, "app-2", "T9").await;
    let unsigned = |path: &str, body: String| world.app.ask(Method::POST, path).body(body);
    let long = json!({ "workspace": "T1", "text": "x".repeat(1 << 20) });
    let other_app = json!({ "workspace": "T1", "app": "app-2" });
    let refused = [
        (
            "my signature",
            world
                .app_webhook("tracker", &own.secret, &body("T9", 1))
                .await,
        ),
        (
            "their signature",
            world.app_webhook("tracker", theirs, &body("T1", 1)).await,
        ),
        (
            "another app",
            world.app_webhook("tracker", &own.secret, &other_app).await,
        ),
        (
            "nobody's",
            world
                .app_webhook("tracker", &own.secret, &body("T5", 1))
                .await,
        ),
        (
            "no workspace",
            world.app_webhook("tracker", &own.secret, &json!({})).await,
        ),
        (
            "too long",
            world.app_webhook("tracker", &own.secret, &long).await,
        ),
        (
            "unsigned",
            unsigned("/webhook/tracker", body("T1", 1).to_string())
                .send()
                .await,
        ),
        (
            "no JSON",
            unsigned("/webhook/tracker", "{".into()).send().await,
        ),
        (
            "empty",
            unsigned("/webhook/tracker", String::new()).send().await,
        ),
        (
            "no provider",
            world
                .app_webhook("nobody", &own.secret, &body("T1", 1))
                .await,
        ),
        // The generic webhook has no such address.
        (
            "no address",
            world
                .app_webhook("webhook", &own.secret, &body("T1", 1))
                .await,
        ),
    ];
    let publication = format!("/webhook/tracker/{}", own.id);
    let at_home = unsigned(&publication, "{}".into()).send().await;
    for (what, answer) in &refused {
        assert_eq!(told(answer), told(&at_home), "{what}");
        assert_eq!(answer.status(), 401, "{what}");
    }
    assert_eq!(world.reached().await, Vec::<String>::new());
    assert_eq!(foreign.deliveries(&world).await, 0);
    // Either is heard with its own.
    let answer = world.app_webhook("tracker", theirs, &body("T9", 1)).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(
        (
            world.reached().await.len(),
            foreign.deliveries(&world).await
        ),
        (0, 1)
    );
    let answer = world
        .app_webhook("tracker", &own.secret, &body("T1", 1))
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(
        (
            world.reached().await.len(),
            foreign.deliveries(&world).await
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn attack_a_workspace_that_two_organizations_claim_crosses_between_neither() {
    let mut world = World::start().await;
    let own = world.installed("T1").await;
    let theirs = "their own signing secret";
    let foreign = world.foreign(theirs, "app-2", "T1").await;
    let mine = world
        .app_webhook("tracker", &own.secret, &body("T1", 1))
        .await;
    assert_eq!(mine.status(), 200, "{}", mine.text());
    assert_eq!(
        (
            world.reached().await.len(),
            foreign.deliveries(&world).await
        ),
        (1, 0)
    );
    let answer = world.app_webhook("tracker", theirs, &body("T1", 2)).await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(
        (
            world.reached().await.len(),
            foreign.deliveries(&world).await
        ),
        (1, 1)
    );
    // With one secret for both nobody can tell whose it is.
    let shared = json!({ "secret": theirs });
    let rotated = world
        .ask(Method::POST, &own, "/rotate-secret", shared)
        .await;
    assert_eq!(rotated.status(), 200, "{}", rotated.text());
    let refused = world.app_webhook("tracker", theirs, &body("T1", 3)).await;
    assert_eq!(refused.status(), 401, "{}", refused.text());
    assert_eq!(
        (
            world.reached().await.len(),
            foreign.deliveries(&world).await
        ),
        (1, 1)
    );
    // Where it names the app, too, it is told.
    let said = json!({ "workspace": "T1", "app": "app-2" });
    let signed = signature(theirs, &[said.to_string().as_bytes()]);
    let ask = world.app.ask(Method::POST, "/webhook/tracker");
    let answer = ask
        .header("x-sign", &signed)
        .body(said.to_string())
        .send()
        .await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    assert_eq!(
        (
            world.reached().await.len(),
            foreign.deliveries(&world).await
        ),
        (1, 2)
    );
}
