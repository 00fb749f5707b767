//! Needing more than was granted.

use std::sync::Arc;

use keyway_core::ports::{AccessToken, BoxFuture, Refusal, TokenError, TokenSources as _};
use parking_lot::Mutex;

use crate::testing::{REDIRECT, World, callback, query, resource, tokens};
use crate::{ClientSettings, SignIn, SignInError, SignInRequest};

/// A person who consents to everything.
#[derive(Default)]
pub(super) struct Willing(Mutex<Vec<String>>);

impl Willing {
    /// The scopes of each visit.
    pub(super) fn visits(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

impl SignIn for Willing {
    fn sign_in<'a>(
        &'a self,
        request: SignInRequest<'a>,
    ) -> BoxFuture<'a, Result<String, SignInError>> {
        let asked = query(request.url);
        self.0.lock().push(asked["scope"].clone());
        let answer = callback(request.url, "code-2");
        Box::pin(async move { Ok(answer) })
    }

    fn redirect_uri(&self) -> String {
        REDIRECT.to_owned()
    }
}

fn insufficient(sent: &str, scope: &str) -> Refusal {
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{scope}\"");
    Refusal {
        status: 403,
        challenges: vec![challenge],
        sent: Some(AccessToken::new(sent.to_owned())),
    }
}

#[tokio::test]
async fn a_person_is_asked_for_the_union_of_scopes() {
    let world = World::new();
    world.signed_in().await;
    let person = Arc::new(Willing::default());
    let client = world.client_with(Some(person.clone()), ClientSettings::default());
    let source = client.source("files", &resource());
    world.web.on(
        "POST https://as.example/token",
        [tokens("access-2", "refresh-2", 3600)],
    );
    let refusal = insufficient("access-1", "write");
    let (one, two) = tokio::join!(source.refused(&refusal), source.refused(&refusal));
    assert_eq!(one.unwrap().expose(), "access-2");
    assert_eq!(two.unwrap().expose(), "access-2");
    assert_eq!(person.visits(), ["read write"]);
}

#[tokio::test]
async fn a_server_that_is_never_content_is_given_up_on() {
    let world = World::new();
    world.signed_in().await;
    let person = Arc::new(Willing::default());
    let client = world.client_with(Some(person.clone()), ClientSettings::default());
    let source = client.source("files", &resource());
    let refusal = insufficient("access-1", "write");
    source.refused(&refusal).await.unwrap();
    for _ in 0..2 {
        let refused = source.refused(&refusal).await;
        assert!(matches!(refused, Err(TokenError::Refused(_))));
    }
    assert_eq!(person.visits().len(), 1);
    // Later it may be another matter.
    world.hands.pass(600);
    let asked = source.refused(&refusal).await;
    assert_eq!(asked.unwrap().expose(), "access-1");
}

/// Nobody ever comes back.
struct Absent(Mutex<u8>);

impl SignIn for Absent {
    fn sign_in<'a>(
        &'a self,
        _request: SignInRequest<'a>,
    ) -> BoxFuture<'a, Result<String, SignInError>> {
        *self.0.lock() += 1;
        Box::pin(async { Err(SignInError::TimedOut) })
    }

    fn redirect_uri(&self) -> String {
        REDIRECT.to_owned()
    }
}

#[tokio::test]
async fn a_person_who_does_not_answer_is_not_asked_for_ever() {
    let world = World::new();
    world.signed_in().await;
    let absent = Arc::new(Absent(Mutex::new(0)));
    let client = world.client_with(Some(absent.clone()), ClientSettings::default());
    let source = client.source("files", &resource());
    for _ in 0..3 {
        let refused = source.refused(&insufficient("access-1", "write")).await;
        assert!(matches!(refused, Err(TokenError::SignInRequired(_))));
    }
    let refused = source.refused(&insufficient("access-1", "write")).await;
    assert!(matches!(refused, Err(TokenError::Refused(_))));
    assert_eq!(*absent.0.lock(), 3);
}

#[tokio::test]
async fn where_nobody_is_the_next_sign_in_asks_for_it() {
    let world = World::new();
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    let refused = source.refused(&insufficient("access-1", "write")).await;
    let Err(TokenError::SignInRequired(reason)) = refused else {
        panic!("not asked to sign in");
    };
    assert!(reason.contains("read write"), "{reason}");
    let pending = world
        .client()
        .begin("files", &resource(), REDIRECT)
        .await
        .unwrap();
    assert_eq!(pending.scopes(), ["read", "write"]);
}

#[tokio::test]
async fn a_plain_403_is_a_refusal() {
    let world = World::new();
    let client = world.signed_in().await;
    let source = client.source("files", &resource());
    let refusal = Refusal {
        status: 403,
        challenges: Vec::new(),
        sent: Some(AccessToken::new(String::from("access-1"))),
    };
    let refused = source.refused(&refusal).await;
    assert!(matches!(refused, Err(TokenError::Refused(_))));
}
