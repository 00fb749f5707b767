#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot be set up fails"
)]

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use keyway_app::people::{Callback, Completed, GroupRole, OidcProvider, SignInSettings};
use keyway_core::ports::{Destination, HttpRequest, HttpSend as _, Limits, Redirects};
use keyway_core::{Error, Kind, Role};
use keyway_egress::{Egress, EgressConfig};
use keyway_testkit::oidc::{Lie, OidcServer, Person};

use super::world::{GOOD, World, browser, secret};

const BACK: &str = "http://127.0.0.1:8420/sso/corp/callback";

/// A gateway with one provider.
struct Sso {
    world: World,
    provider: OidcServer,
}

impl Sso {
    async fn start(change: impl FnOnce(&mut SignInSettings)) -> Self {
        let provider = OidcServer::start("keyway", "canary-secret").await;
        let issuer = provider.issuer();
        let (world, _) = World::with(|settings| {
            settings.oidc = vec![OidcProvider {
                id: "corp".to_owned(),
                name: "Corp".to_owned(),
                issuer,
                client_id: "keyway".to_owned(),
                client_secret: Some(secret("canary-secret")),
                scopes: vec!["email".to_owned()],
                groups_claim: Some("groups".to_owned()),
                roles: vec![
                    GroupRole {
                        group: "staff".to_owned(),
                        role: Role::Member,
                    },
                    GroupRole {
                        group: "admins".to_owned(),
                        role: Role::Admin,
                    },
                ],
                allowed_domains: Vec::new(),
                organization: "default".to_owned(),
            }];
            change(settings);
        })
        .await;
        let sso = Self { world, provider };
        sso.vouch(&["staff"]);
        sso
    }

    fn vouch(&self, groups: &[&str]) {
        self.provider.vouch_for(Person {
            subject: "grace".to_owned(),
            name: "Grace Hopper".to_owned(),
            email: "grace@example.com".to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        });
    }

    /// What the browser comes back with, and the cookie it has.
    async fn visit(&self) -> Result<(Callback, String), Error> {
        let begun = self.world.app().sso().begin("corp", BACK, "/next").await?;
        let head = Egress::new(EgressConfig::default())
            .send(HttpRequest {
                method: Method::GET,
                url: begun.url,
                headers: HeaderMap::new(),
                body: Bytes::new(),
                destination: Destination::Operator,
                redirects: Redirects::Return,
                hosts: None,
                retries: 0,
                limits: Limits {
                    connect: Duration::from_secs(5),
                    head: Some(Duration::from_secs(5)),
                    body_bytes: None,
                },
            })
            .await
            .unwrap();
        let location = head.headers["location"].to_str().unwrap();
        let back = url::Url::parse(location).unwrap();
        let value = |name: &str| {
            let mut pairs = back.query_pairs();
            let found = pairs.find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        let callback = Callback {
            code: value("code"),
            state: value("state"),
            error: value("error"),
            iss: value("iss"),
        };
        Ok((callback, begun.cookie.expose().clone()))
    }

    async fn complete(&self, callback: Callback, cookie: &str) -> Result<Completed, Error> {
        let sso = self.world.app().sso();
        sso.complete("corp", BACK, callback, cookie, browser(9))
            .await
    }

    async fn sign_in(&self) -> Result<Completed, Error> {
        let (callback, cookie) = self.visit().await?;
        self.complete(callback, &cookie).await
    }
}

#[tokio::test]
async fn a_provider_signs_people_in_with_the_role_their_groups_give() {
    let sso = Sso::start(|_| {}).await;
    let done = sso.sign_in().await.unwrap();
    assert_eq!(done.next, "/next");
    let visitor = done.signed_in.visitor;
    assert_eq!(visitor.principal.role(), Role::Member);
    assert_eq!(visitor.user.email.as_deref(), Some("grace@example.com"));
    assert!(visitor.user.email_verified);
    sso.vouch(&["staff", "admins"]);
    let again = sso.sign_in().await.unwrap().signed_in.visitor;
    assert_eq!(again.user.id, visitor.user.id);
    assert_eq!(again.principal.role(), Role::Admin);
    let fetched = sso.provider.visits();
    let documents = fetched.iter().filter(|path| *path == "document").count();
    assert_eq!(documents, 1, "what is fresh is not fetched again");
    sso.world.stop().await;
}

#[tokio::test]
async fn whom_no_group_lets_in_falls_under_the_policy() {
    let sso = Sso::start(|_| {}).await;
    sso.vouch(&["visitors"]);
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "signup_closed")
    );
    let local = sso.world.local();
    let invited = sso
        .world
        .people()
        .invite(&local, "grace@example.com", Role::Member);
    invited.await.unwrap();
    sso.provider.lie(Some(Lie::UnverifiedEmail));
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(
        error.code(),
        "signup_closed",
        "an unverified address is nobody's"
    );
    sso.provider.lie(None);
    let done = sso.sign_in().await.unwrap();
    assert_eq!(done.signed_in.visitor.principal.role(), Role::Member);
    sso.world.stop().await;
}

#[tokio::test]
async fn a_domain_that_is_not_allowed_stays_out() {
    let sso = Sso::start(|settings| {
        settings.oidc[0].allowed_domains = vec!["example.org".to_owned()];
    })
    .await;
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "domain_not_allowed")
    );
    sso.world.stop().await;
}

#[tokio::test]
async fn a_token_that_is_not_good_signs_nobody_in() {
    let sso = Sso::start(|_| {}).await;
    for lie in [
        Lie::WrongNonce,
        Lie::WrongAudience,
        Lie::WrongIssuer,
        Lie::Expired,
        Lie::NotSigned,
        Lie::ForeignKey,
    ] {
        sso.provider.lie(Some(lie));
        let error = sso.sign_in().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::BadGateway, "bad_id_token"),
            "{lie:?}"
        );
        assert!(!error.to_json().to_string().contains("canary"), "{lie:?}");
    }
    let members = sso
        .world
        .people()
        .members(&sso.world.local())
        .await
        .unwrap();
    assert_eq!(members.len(), 1, "nobody was made");
    sso.world.stop().await;
}

#[tokio::test]
async fn a_provider_that_is_down_or_slow_keeps_nobody_from_their_password() {
    let sso = Sso::start(|_| {}).await;
    sso.provider.lie(Some(Lie::Down));
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Unavailable, "provider_unavailable")
    );
    assert!(error.hint().is_some());
    sso.world.sign_in("ada@example.com", GOOD).await.unwrap();
    sso.provider.lie(None);
    let (callback, cookie) = sso.visit().await.unwrap();
    sso.provider.lie(Some(Lie::Down));
    let error = sso.complete(callback, &cookie).await.unwrap_err();
    assert_eq!(error.code(), "provider_unavailable");
    sso.provider.lie(Some(Lie::OtherDocument));
    sso.world.process.clock.advance(Duration::from_mins(11));
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::BadGateway, "bad_provider_document")
    );
    sso.provider.lie(Some(Lie::Slow));
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(error.code(), "provider_unavailable");
    sso.world.stop().await;
}

#[tokio::test]
async fn keys_that_the_provider_has_changed_are_fetched_again() {
    let sso = Sso::start(|_| {}).await;
    sso.sign_in().await.unwrap();
    sso.provider.rotate_key();
    sso.sign_in().await.unwrap();
    let visits = sso.provider.visits();
    assert_eq!(visits.iter().filter(|path| *path == "keys").count(), 2);
    sso.world.stop().await;
}

#[tokio::test]
async fn what_comes_back_belongs_to_the_browser_that_began() {
    let sso = Sso::start(|_| {}).await;
    let (mine, cookie) = sso.visit().await.unwrap();
    let (theirs, other) = sso.visit().await.unwrap();
    for (callback, cookie) in [
        (&mine, other.as_str()),
        (&theirs, cookie.as_str()),
        (&mine, ""),
    ] {
        let error = sso.complete(callback.clone(), cookie).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Malformed, "sign_in_lapsed")
        );
    }
    let app = sso.world.app();
    let elsewhere = "http://127.0.0.1:8420/sso/other/callback";
    let error = app
        .sso()
        .complete("corp", elsewhere, mine.clone(), &cookie, browser(9))
        .await;
    assert_eq!(error.unwrap_err().code(), "sign_in_lapsed");
    let mut stateless = mine.clone();
    stateless.state = None;
    let error = sso.complete(stateless, &cookie).await.unwrap_err();
    assert_eq!(error.code(), "bad_callback");
    sso.complete(mine.clone(), &cookie).await.unwrap();
    let again = sso.complete(mine, &cookie).await.unwrap_err();
    assert_eq!(
        (again.kind(), again.code()),
        (Kind::Forbidden, "provider_refused"),
        "a code works once"
    );

    let (late, cookie) = sso.visit().await.unwrap();
    sso.world.process.clock.advance(Duration::from_mins(10));
    let error = sso.complete(late, &cookie).await.unwrap_err();
    assert_eq!(error.code(), "sign_in_lapsed");
    let unknown = app.sso().begin("nowhere", BACK, "/").await.unwrap_err();
    assert_eq!(
        (unknown.kind(), unknown.code()),
        (Kind::NotFound, "provider_not_found")
    );
    sso.world.stop().await;
}

#[tokio::test]
async fn a_no_of_the_person_and_another_provider_s_answer_sign_nobody_in() {
    let sso = Sso::start(|_| {}).await;
    sso.provider.lie(Some(Lie::Denies));
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Forbidden, "provider_refused")
    );
    sso.provider.lie(Some(Lie::MixedUp));
    let error = sso.sign_in().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::Malformed, "bad_callback")
    );
    assert!(
        !sso.provider.visits().contains(&"token".to_owned()),
        "the code went nowhere"
    );
    sso.world.stop().await;
}
