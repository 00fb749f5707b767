use http::Method;
use keyway::config::{Config, OidcProvider};
use keyway_app::people::{self, GroupRole, MemberView};
use keyway_core::{Role, Secret};
use keyway_testkit::oidc::{OidcServer, Person};

use crate::support::app::TestApp;
use crate::support::browser::{Browser, set_up};
use crate::support::client::{Answer, Ask};

/// A gateway that is set up, where people sign in at a provider: `staff` are members, `admins` admins.
pub(super) struct Corp {
    pub(super) app: TestApp,
    pub(super) provider: OidcServer,
    /// The browser of the owner, who has a password.
    pub(super) owner: Browser,
}

impl Corp {
    pub(super) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub(super) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let provider = OidcServer::start("keyway", "canary-secret").await;
        provider.set_time(jiff::Timestamp::now().as_second());
        let issuer = provider.issuer();
        let app = TestApp::builder()
            .config(|config| {
                config.sign_in.oidc = ["corp", "other"].map(|id| entry(id, &issuer)).into();
                change(config);
            })
            .start()
            .await;
        let owner = set_up(&app).await;
        let corp = Self {
            app,
            provider,
            owner,
        };
        corp.vouch("grace@example.com", &["staff"]);
        corp
    }

    /// Has the provider vouch for Grace.
    pub(super) fn vouch(&self, email: &str, groups: &[&str]) {
        self.provider.vouch_for(Person {
            subject: "grace".to_owned(),
            name: "Grace Hopper".to_owned(),
            email: email.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        });
    }

    pub(super) fn browser(&self) -> Browser {
        Browser::of(&self.app)
    }

    /// Goes to the provider, which signs everybody in at once; answers where it sends the browser
    /// back to.
    pub(super) async fn away(&self, browser: &mut Browser, path: &str) -> String {
        let led = browser.get(path).await;
        assert_eq!(led.status(), 303, "{}", led.text());
        let location = led.header("location");
        let rest = location.strip_prefix(&self.provider.issuer());
        let rest = rest.unwrap_or_else(|| panic!("led to {location}"));
        let provider = self.provider.issuer();
        let address = provider.strip_prefix("http://").unwrap().parse().unwrap();
        let back = Ask::new(address, Method::GET, rest).send().await;
        assert_eq!(back.status(), 302, "{}", back.text());
        let own = format!("http://{}", self.app.address());
        let back = back.header("location").strip_prefix(&own);
        back.expect("back to the gateway").to_owned()
    }

    /// There and back.
    pub(super) async fn sign_in(&self, browser: &mut Browser) -> Answer {
        let back = self.away(browser, "/sso/corp").await;
        browser.get(&back).await
    }

    pub(super) async fn members(&self) -> Vec<MemberView> {
        let app = self.app.running.app();
        app.people().members(&app.local()).await.unwrap()
    }

    /// Nobody came in by this, and nothing was left behind.
    pub(super) async fn nobody_came(&self, answer: &Answer, browser: &Browser) {
        assert_eq!(browser.cookie("keyway_session"), None, "{}", answer.text());
        assert!(answer.text().contains("<h1>"), "{}", answer.text());
        assert!(!answer.text().contains("canary"), "{}", answer.text());
        assert_eq!(self.members().await.len(), 1, "only the owner is there");
    }
}

fn entry(id: &str, issuer: &str) -> OidcProvider {
    let rule = |(group, role): (&str, Role)| GroupRole {
        group: group.to_owned(),
        role,
    };
    let provider = people::OidcProvider {
        id: id.to_owned(),
        name: "Corp".to_owned(),
        issuer: issuer.to_owned(),
        client_id: "keyway".to_owned(),
        client_secret: Some(Secret::new("canary-secret".to_owned())),
        scopes: vec!["email".to_owned()],
        groups_claim: Some("groups".to_owned()),
        roles: [("staff", Role::Member), ("admins", Role::Admin)]
            .map(rule)
            .into(),
        allowed_domains: Vec::new(),
        organization: "default".to_owned(),
    };
    OidcProvider {
        provider: Some(provider),
        secret_reference: None,
    }
}
