use http::Method;
use keyway_core::OrgId;
use keyway_core::provider::{InstallKind, PublicationContext};
use keyway_core::{Error, Role};
use keyway_store::{Purpose, Store, StoredPublication};
use keyway_testkit::canaries::{Written, forms};
use keyway_testkit::sql;
use keyway_testkit::tracker::Tracker;
use serde_json::{Value, json};

use super::provider::TrackerProvider;
use crate::agents::world::agent;
use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;
use crate::support::people::join;
use crate::webhooks::world::signature;

/// A gateway with two providers of one tracker: by OAuth, and with a key.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) tracker: Tracker,
    /// Ada, who owns the organization.
    pub(crate) owner: Browser,
    account: String,
}

/// A publication with what was made for it.
pub(crate) struct Published {
    pub(crate) id: String,
    pub(crate) installation: String,
    pub(crate) secret: String,
    /// The path of its install page.
    pub(crate) page: String,
}

impl World {
    pub(crate) async fn start() -> Self {
        let tracker = Tracker::start().await;
        let of = |id, kind| TrackerProvider {
            id,
            kind,
            url: tracker.url(),
        };
        let (oauth, keys) = (
            of("tracker", InstallKind::OAuth),
            of("tracker-key", InstallKind::Credentials),
        );
        let app = TestApp::builder()
            .agents([agent("triage")])
            .config(|config| {
                config.egress.allow = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
            })
            .more(move |gateway| gateway.provider(oauth).provider(keys))
            .start()
            .await;
        let owner = set_up(&app).await;
        let bot = json!({ "name": "triage bot", "role": "member" });
        let bot = app.post("/v1/service-accounts").json(&bot).send().await;
        let account = bot.json()["id"].as_str().unwrap().to_owned();
        Self {
            app,
            tracker,
            owner,
            account,
        }
    }

    pub(crate) fn draft(&self, provider: &str) -> Value {
        json!({
            "provider": provider, "name": "Issues", "agent": "triage",
            "serviceAccount": self.account, "settings": {}
        })
    }

    pub(crate) async fn publish(&self, provider: &str) -> Published {
        let ask = self.app.post("/v1/publications");
        let made = ask.json(&self.draft(provider)).send().await;
        assert_eq!(made.status(), 201, "{}", made.text());
        let made = made.json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        assert_eq!(made["state"], "pending");
        Published {
            page: format!("/install/{provider}?publication={}", text("id")),
            id: text("id"),
            installation: text("installation"),
            secret: text("secret"),
        }
    }

    /// One that is installed by OAuth in a workspace.
    pub(crate) async fn installed(&mut self, workspace: &str) -> Published {
        let published = self.publish("tracker").await;
        let leave = self.set_out(&published.page).await;
        let back = self.tracker.agree(&leave, workspace);
        let done = self.owner.get(&back).await;
        assert_eq!(done.status(), 200, "{}", done.text());
        assert!(
            done.text().contains("Tracker is installed"),
            "{}",
            done.text()
        );
        published
    }

    /// The owner sends the form of an install page: answers where the browser is led to.
    pub(crate) async fn set_out(&mut self, page: &str) -> String {
        let (id, secret) = self.tracker.app();
        let fields = [("clientId", id), ("clientSecret", secret)];
        set_out(&mut self.owner, page, &fields).await
    }

    pub(crate) async fn shown(&self, of: &Published) -> Value {
        let path = format!("/v1/installations/{}", of.installation);
        let shown = self.app.get(&path).send().await;
        assert_eq!(shown.status(), 200, "{}", shown.text());
        shown.json()
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        of: &Published,
        rest: &str,
        body: Value,
    ) -> Answer {
        let path = format!("/v1/installations/{}{rest}", of.installation);
        let ask = self.app.ask(method, &path).bearer(&self.app.key);
        ask.json(&body).send().await
    }

    pub(crate) async fn sql(&self, statements: &str) {
        sql::run(&self.app.data_dir().join("keyway.db"), statements).await;
    }

    pub(crate) async fn stored(&self, of: &Published) -> StoredPublication {
        let database = self.app.data_dir().join("keyway.db");
        let store = Store::open(&database, Purpose::Command).await.unwrap();
        let (organization, id) = (self.organization(), of.id.parse().unwrap());
        let found = store.publication(&organization, &id).await;
        let found = found.unwrap().unwrap();
        store.close().await;
        found
    }

    pub(crate) fn organization(&self) -> OrgId {
        self.app.running.app().local().organization().clone()
    }

    /// What a tool of a publication would act with.
    pub(crate) async fn acting(&self, of: &Published) -> Result<PublicationContext, Error> {
        let stored = self.stored(of).await;
        self.app.running.app().acting(&stored, None, None).await
    }

    /// A webhook for a publication, signed.
    pub(crate) async fn webhook(&self, of: &Published, secret: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let path = of.page.replace("/install/", "/webhook/");
        let path = path.replace("?publication=", "/");
        let signature = signature(secret, &[body.as_bytes()]);
        let ask = self
            .app
            .ask(Method::POST, &path)
            .header("x-sign", &signature);
        ask.body(body).send().await
    }

    /// A webhook for the one address of all installations of a provider, signed.
    pub(crate) async fn app_webhook(&self, provider: &str, secret: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let signature = signature(secret, &[body.as_bytes()]);
        let ask = self.app.ask(Method::POST, &format!("/webhook/{provider}"));
        ask.header("x-sign", &signature).body(body).send().await
    }

    /// Another organization, and a browser of its owner.
    pub(crate) async fn stranger(&self) -> Browser {
        let use_cases = self.app.running.app();
        let (people, local) = (use_cases.people(), use_cases.local());
        people
            .create_organization(&local, "globex", "Globex")
            .await
            .unwrap();
        let operator = people.operator_of(&local, "globex").await.unwrap();
        join(use_cases, &operator, "eve@example.com", Role::Owner).await;
        let mut browser = Browser::of(&self.app);
        browser.sign_in("eve@example.com").await;
        browser
    }

    /// Everything that was written down or is shown, searched for what nobody may see.
    pub(crate) async fn is_clean(&self, more: &[String]) {
        let mut written = Written::default();
        written.files(&self.app.data_dir(), &[]);
        for path in [
            "/v1/audit?limit=200",
            "/v1/installations",
            "/v1/publications",
            "/v1/integrations",
            "/v1/deliveries",
        ] {
            let answer = self.app.get(path).send().await;
            assert_eq!(answer.status(), 200, "{path}");
            written.add(path, answer.text().as_bytes().to_vec());
        }
        for secret in self.tracker.secrets().iter().chain(more) {
            for form in forms(secret) {
                assert_eq!(written.holds(&form), None, "{secret}");
            }
        }
        let violations = self.tracker.violations();
        assert!(violations.is_empty(), "{violations:?}");
    }
}

/// Sends the form of an install page: answers where the browser is led to.
pub(crate) async fn set_out(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> String {
    let form = browser.get(page).await;
    assert_eq!(form.status(), 200, "{}", form.text());
    let begun = browser.post(page, fields).await;
    led(&begun)
}

/// Where an answer leads a browser to: by a redirect, or by a link.
pub(crate) fn led(begun: &Answer) -> String {
    if begun.status() == 303 {
        return begun.header("location").to_owned();
    }
    assert_eq!(begun.status(), 200, "{}", begun.text());
    let link = begun.text().split("<a href=\"").find_map(|rest| {
        let link = rest.split('"').next()?;
        link.contains("/authorize?")
            .then(|| link.replace("&amp;", "&"))
    });
    link.unwrap_or_else(|| panic!("no way on: {}", begun.text()))
}

/// The code of a refusal, and its status.
pub(crate) fn refusal(answer: &Answer) -> (u16, String) {
    let code = answer.json()["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (answer.status(), code)
}
