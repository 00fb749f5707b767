use keyway_core::Role;
use keyway_testkit::models::Turn;

use super::world::{INTEGRATIONS, desk, page, text};
use crate::console::world::{another, stranger};
use crate::webhooks::world::event;

#[tokio::test]
async fn attack_cross_tenant_nothing_of_a_publication_is_there_for_others_and_for_members() {
    let (desk, mut owner) = desk(vec![Turn::text(["One."])]).await;
    desk.send(&event("e1", "7", "a")).await;
    let all = desk.settled(1, &["answered"]).await;
    let (publication, delivery) = (
        page(&desk),
        format!("/console/webhooks/{}", text(&all[0], "id")),
    );
    let app = &desk.lab.app;
    let mut eve = stranger(app).await;
    let mut bob = another(app, "bob@example.com", Role::Member).await;
    let pages = [
        publication.clone(),
        delivery.clone(),
        format!("{publication}/edit"),
        format!("{publication}/remove"),
        format!("{publication}/uninstall"),
        format!("{publication}/setup-link/revoke"),
        format!("{delivery}/replay"),
    ];
    for at in &pages {
        assert_eq!(owner.get(at).await.status(), 200, "{at}");
        for browser in [&mut eve, &mut bob] {
            assert_eq!(browser.get(at).await.status(), 404, "{at}");
        }
    }
    for browser in [&mut eve, &mut bob] {
        browser.get("/console").await;
        for act in [
            "edit",
            "pause",
            "resume",
            "remove",
            "rotate",
            "setup-link",
            "setup-link/revoke",
            "uninstall",
        ] {
            let at = format!("{publication}/{act}");
            let fields = [("name", "theirs"), ("revision", "1")];
            assert_eq!(browser.post(&at, &fields).await.status(), 404, "{at}");
        }
        let replay = format!("{delivery}/replay");
        assert_eq!(browser.post(&replay, &[]).await.status(), 404);
    }
    for at in [INTEGRATIONS, "/console/publications", "/console/webhooks"] {
        let theirs = eve.get(at).await;
        assert_eq!(theirs.status(), 200, "{at}");
        assert!(!theirs.text().contains("Tickets"), "{at}");
        assert_eq!(bob.get(at).await.status(), 404, "{at}");
    }
    let agents = bob.get("/console/agents/triage").await;
    assert!(!agents.text().contains("Tickets"), "{}", agents.text());
    let path = format!("/v1/publications/{}", desk.id());
    assert_eq!(desk.get(&path).await, desk.publication);
    assert_eq!(desk.deliveries().await.len(), 1);
}
