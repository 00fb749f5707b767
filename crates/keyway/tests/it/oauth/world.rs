use std::net::{IpAddr, Ipv4Addr};

use keyway::config::Config;
use keyway::{Action, Channel};
use keyway_app::people::{Browser as From, UseLink};
use keyway_core::Secret;
use serde_json::json;

use super::browser::Browser;
use super::party::{Pair, Party, told, value};
use crate::support::actions;
use crate::support::app::TestApp;
use crate::support::client::{Answer, Ask};
use crate::support::mcp::dress;

pub(crate) const EMAIL: &str = "ada@example.com";
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// A gateway whose owner can sign in.
pub(crate) struct Gate {
    pub(crate) app: TestApp,
    /// The owner's browser, signed in.
    pub(crate) owner: Browser,
}

/// The channel of every gate.
pub(crate) const CHANNEL: &str = "of-the-first";

pub(crate) async fn gate() -> Gate {
    gate_with(|_| {}).await
}

pub(crate) async fn gate_with(change: impl FnOnce(&mut Config)) -> Gate {
    gate_of([actions::say_back()], change).await
}

pub(crate) async fn gate_of(
    actions: impl IntoIterator<Item = Action>,
    change: impl FnOnce(&mut Config),
) -> Gate {
    let app = TestApp::builder()
        .actions(actions)
        .channel(Channel::new(CHANNEL).allow_everyone())
        .config(change)
        .start()
        .await;
    let people = app.running.app().people();
    let link = people
        .make_setup_link(&app.running.app().local())
        .await
        .unwrap();
    let signed_in = people
        .use_link(UseLink {
            token: link.token.expose().clone(),
            name: Some("Ada".into()),
            email: Some(EMAIL.into()),
            password: Secret::new(PASSWORD.into()),
            browser: From {
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                user_agent: "test".into(),
                device: None,
            },
        })
        .await
        .unwrap();
    let mut owner = Browser::new(app.address());
    owner
        .cookies
        .insert("keyway_session".into(), signed_in.cookie.expose().clone());
    Gate { app, owner }
}

impl Gate {
    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.app.address())
    }

    pub(crate) async fn party(&self) -> Party {
        Party::register(self.app.address()).await
    }

    /// Has the owner let a client in; answers where the browser is sent.
    pub(crate) async fn consent(&mut self, url: &str) -> Answer {
        let page = self.owner.get(url).await;
        if page.status() == 303 {
            return page;
        }
        assert_eq!(page.status(), 200, "{}", page.text());
        self.owner.submit(&page, &[("decision", "allow")]).await
    }

    pub(crate) async fn code(&mut self, party: &Party) -> String {
        let answer = self.consent(&party.url()).await;
        value(&told(&answer), "code").to_owned()
    }

    pub(crate) async fn tokens(&mut self, party: &Party) -> Pair {
        let code = self.code(party).await;
        party.redeem(&code).await
    }

    /// `tools/list` on `/mcp` with a token.
    pub(crate) fn list(&self, token: &str) -> Ask {
        let ask = self.app.ask(http::Method::POST, "/mcp").bearer(token);
        dress(ask, "tools/list", json!({}))
    }

    pub(crate) async fn works(&self, token: &str) -> bool {
        let answer = self.list(token).send().await;
        assert!(matches!(answer.status(), 200 | 401), "{}", answer.text());
        answer.status() == 200
    }
}
