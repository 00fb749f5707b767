//! Remote MCP servers that administrators connect, without anything to connect to.

use keyway_app::connectors::ConnectorDraft;
use keyway_core::Kind;

use crate::oauth::world::gate_with;

fn draft(number: u32) -> ConnectorDraft {
    ConnectorDraft {
        enabled: false,
        ..ConnectorDraft::new(format!("Mill {number}"), "https://mcp.acme.example/mcp")
    }
}

#[tokio::test]
async fn attack_an_organization_has_only_so_many_connectors() {
    let gate = gate_with(|settings| settings.connectors = 8).await;
    let connectors = gate.world.app().connectors();
    let owner = &gate.owner.visitor.principal;
    for number in 0..8 {
        connectors.create(owner, &draft(number)).await.unwrap();
    }
    let refused = connectors.create(owner, &draft(8)).await.unwrap_err();
    assert_eq!(
        (refused.kind(), refused.code()),
        (Kind::Conflict, "too_many_connectors")
    );
    // Another organization has its own.
    let (people, local) = (gate.world.app().people(), gate.world.app().local());
    people
        .create_organization(&local, "globex", "Globex")
        .await
        .unwrap();
    let other = people.operator_of(&local, "globex").await.unwrap();
    connectors.create(&other, &draft(8)).await.unwrap();
    connectors.remove(owner, "mill-7").await.unwrap();
    connectors.create(owner, &draft(8)).await.unwrap();
    gate.world.stop().await;
}
