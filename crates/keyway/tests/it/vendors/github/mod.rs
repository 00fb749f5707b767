//! An agent on a GitHub.

mod app_wide;
mod bodies;
mod failures;
mod injected;
mod installing;
mod life;
mod limits;
mod seen;

use jiff::Timestamp;
use keyway_core::provider::Visit;
use keyway_testkit::authorization::browse;
use keyway_testkit::github::{GitHub, Payloads, Signed, visit};
use keyway_testkit::models::Script;
use serde_json::{Value, json};
use url::{Position, Url};

use super::world::{lab, with};
use crate::agents::world::Lab;
use crate::support::browser::{Browser, set_up};
use crate::support::client::Answer;
use crate::webhooks::world::Desk;

const REPOSITORY: &str = "acme/web";

/// An agent that is published on a GitHub and installed there, and an issue in `acme/web`.
struct Office {
    desk: Desk,
    github: GitHub,
    number: u64,
    /// By which name it is mentioned.
    slug: String,
    secret: String,
}

impl Office {
    async fn open(script: impl Into<Script>) -> Self {
        Self::of(lab(script).await, &json!({})).await
    }

    /// The same in a gateway, with changes to the draft of the publication.
    async fn of(lab: Lab, changes: &Value) -> Self {
        let office = Self::pending(lab, changes).await;
        install(&office.desk, &office.github).await;
        let (_, slug, secret) = office.app_of().await;
        Self {
            slug,
            secret,
            ..office
        }
    }

    /// The id and the name of the app that was made, and what its webhooks are signed with.
    async fn app_of(&self) -> (u64, String, String) {
        let id = self.desk.publication["installation"].as_str().unwrap();
        let installed = self.desk.get(&format!("/v1/installations/{id}")).await;
        let text = |name: &str| installed["settings"][name].as_str().unwrap().to_owned();
        let app = text("appId").parse().unwrap();
        (
            app,
            text("appSlug"),
            self.github.webhook_secret(app).unwrap(),
        )
    }

    /// One that is not installed yet.
    async fn pending(lab: Lab, changes: &Value) -> Self {
        let github = GitHub::start(Timestamp::now()).await;
        github.repository(REPOSITORY);
        let number = github.issue(REPOSITORY, "ada", "The pipe leaks", "At the second joint");
        let settings = json!({ "apiUrl": github.api(), "webUrl": github.web() });
        let draft = json!({ "provider": "github", "name": "Plumber", "settings": settings });
        let desk = Desk::at(lab, with(draft, changes)).await;
        Self {
            slug: String::new(),
            secret: String::new(),
            desk,
            github,
            number,
        }
    }

    /// What its GitHub tells of, done by somebody.
    fn payloads<'a>(&'a self, repository: &'a str, sender: &'a str) -> Payloads<'a> {
        Payloads {
            github: &self.github,
            installation: self.github.installations()[0],
            repository,
            sender,
        }
    }

    /// GitHub sends a webhook.
    async fn send(&self, event: &str, payload: &Value) {
        let signed = Signed::json(event, payload, &self.secret);
        assert_eq!(signed.send(&self.desk.url()).await, 200);
    }

    /// Somebody mentions the agent in the issue, as what they are to the repository.
    async fn mentioned_by(&self, who: &str, association: &str, words: &str) -> Value {
        let words = format!("@{} {words}", self.slug);
        let payloads = self.payloads(REPOSITORY, who);
        let payload = payloads.comment(self.number, &words, association);
        self.send("issue_comment", &payload).await;
        payload
    }

    /// Ada, who is a member, mentions the agent in the issue.
    async fn mention(&self, words: &str) -> Value {
        self.mentioned_by("ada", "MEMBER", words).await
    }

    /// The comments on the issue that somebody else than Ada wrote, without what nobody sees.
    fn said(&self) -> Vec<String> {
        let all = self.github.comments(REPOSITORY, self.number).into_iter();
        let own = all.filter(|one| one.contains("<!-- kw-"));
        own.map(|one| one.split("\n\n").next().unwrap().to_owned())
            .collect()
    }

    /// The requests that wanted to change something in a repository, but for reactions.
    fn changed(&self) -> Vec<String> {
        let all = self.github.received().into_iter().map(|one| one.line);
        let changes = all.filter(|line| {
            !line.starts_with("GET ") && line.contains("/repos/") && !line.ends_with("/reactions")
        });
        changes.collect()
    }
}

/// An owner of acme makes the app of the manifest, and installs it.
async fn install(desk: &Desk, github: &GitHub) {
    let mut owner = set_up(&desk.lab.app).await;
    let on = make_app(&mut owner, desk, github).await;
    let installed = browse(&on).await.unwrap();
    let done = back(&mut owner, &installed).await;
    assert!(
        done.text().contains("GitHub is installed"),
        "{}",
        done.text()
    );
}

/// An owner of acme makes the app of the manifest. Answers where they are led to then.
async fn make_app(owner: &mut Browser, desk: &Desk, github: &GitHub) -> String {
    let page = format!("/install/github?publication={}", desk.id());
    owner.get(&page).await;
    // As the form has them: what is empty in it is taken away.
    let (api, web) = (github.api(), github.web());
    let fields = [("organization", "acme"), ("apiUrl", &api), ("webUrl", &web)];
    let leave = owner.post(&page, &fields).await;
    assert_eq!(leave.status(), 200, "{}", leave.text());
    let url = between(leave.text(), "<form method=\"post\" action=\"http:", "\"");
    let manifest = between(leave.text(), "name=\"manifest\" value=\"", "\"");
    let form = Visit::Post {
        url: format!("http:{url}"),
        fields: vec![("manifest".to_owned(), manifest)],
    };
    let made = visit(&form).await.unwrap();
    let on = back(owner, &made).await;
    assert_eq!(on.status(), 303, "{}", on.text());
    on.header("location").to_owned()
}

/// A browser comes back from GitHub.
async fn back(owner: &mut Browser, to: &str) -> Answer {
    let to = Url::parse(to).unwrap();
    owner
        .get(&to[Position::BeforePath..Position::AfterQuery])
        .await
}

/// What stands between two marks in a page.
fn between(html: &str, before: &str, after: &str) -> String {
    let (_, rest) = html.split_once(before).unwrap_or_else(|| panic!("{html}"));
    let (text, _) = rest.split_once(after).unwrap();
    let letters = [
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let plain = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
    letters.iter().fold(text.to_owned(), plain)
}
