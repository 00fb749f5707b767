//! Sign-ins that are taken up again.

use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::credential::OAuth2;
use keyway_core::ports::ProtectedResource;

use crate::Pending;
use crate::testing::{REDIRECT, World};

#[tokio::test]
async fn attack_a_sign_in_ends_nowhere_but_where_it_was_begun() {
    let world = World::new();
    let described = |home: &str, client: &str| ProtectedResource {
        url: home.to_owned(),
        client_id: Some(client.to_owned()),
        client_secret: Some(Secret::new("canary-secret".to_owned())),
        server: Some(Arc::new(OAuth2::at("https://as.example/authorize", home))),
        ..ProtectedResource::default()
    };
    let begun = described("https://as.example/token", "mine");
    let pending = world
        .client()
        .begin("acme", &begun, REDIRECT)
        .await
        .unwrap();
    let record = pending.record().unwrap();
    let resumed = |resource| Pending::resume(record.expose(), resource);
    assert!(resumed(begun.clone()).is_some());
    // Redefined meanwhile: its code and its tokens are not for the new server, whose client is not
    // for the old one.
    assert!(resumed(described("https://other.example/token", "mine")).is_none());
    assert!(resumed(described("https://as.example/token", "theirs")).is_none());
    let nobody = ProtectedResource {
        client_id: None,
        ..begun
    };
    assert!(resumed(nobody).is_none());
}
