use jiff::Timestamp;
use keyway_core::{Actor, ClientId, OrgId, Principal, Role, Subject};

use super::super::{Approvals, Decision, Fault, Policies, Source, Verdict};
use crate::model::{Act, Asker, Tags, Thing, ThingKind};

pub(super) const ORGANIZATION: &str = "org_01890a5d-ac96-774b-bcce-b302099a8057";
pub(super) const OTHER: &str = "org_01890a5d-ac96-774b-bcce-b302099a8058";

pub(super) fn id(prefix: &str, last: u8) -> String {
    format!("{prefix}_01890a5d-ac96-774b-bcce-b302099a80{last:02}")
}

pub(super) fn person(role: Role, access: &str, last: u8) -> Principal {
    let owner = Actor::User(id("user", last).parse().unwrap());
    by(owner, role, access)
}

pub(super) fn by(owner: Actor, role: Role, access: &str) -> Principal {
    let organization: OrgId = ORGANIZATION.parse().unwrap();
    let subject = match access {
        "key" => Subject::ApiKey {
            key: id("key", 1).parse().unwrap(),
            owner,
        },
        client => Subject::Token {
            grant: id("grant", 1).parse().unwrap(),
            client: client.parse::<ClientId>().unwrap(),
            owner,
        },
    };
    Principal::new(organization, subject)
        .with_role(role)
        .with_scopes("mcp".parse().unwrap())
}

pub(super) const CLIENT: &str = "https://client.example/metadata";

pub(super) fn tool(server: &str, own: &str, tags: Tags) -> Thing {
    Thing {
        kind: ThingKind::Tool,
        organization: ORGANIZATION.into(),
        name: format!("mcp__{server}__{own}").into(),
        own: own.into(),
        server: Some(server.into()),
        app: None,
        tags,
    }
}

pub(super) fn action(slug: &str, tags: Tags) -> Thing {
    let (app, _) = slug.split_once(':').unwrap();
    Thing {
        name: slug.replace(':', "-").into(),
        own: slug.into(),
        server: None,
        app: Some(app.into()),
        ..tool("x", "x", tags)
    }
}

pub(super) fn plain() -> Tags {
    Tags::default()
}

pub(super) fn destructive() -> Tags {
    Tags {
        destructive: true,
        annotated: true,
        ..Tags::default()
    }
}

pub(super) fn admin_only() -> Tags {
    Tags {
        admin_only: true,
        ..Tags::default()
    }
}

pub(super) fn source(text: &str) -> Source {
    Source {
        name: "policy.cedar".into(),
        text: text.into(),
    }
}

pub(super) fn policies(text: &str) -> Policies {
    Policies::read(&[source(text)], Approvals::BuiltIn).unwrap()
}

pub(super) fn refused(text: &str) -> Vec<Fault> {
    Policies::read(&[source(text)], Approvals::BuiltIn).unwrap_err()
}

pub(super) fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

pub(super) fn decide(policies: &Policies, who: &Principal, act: Act, thing: &Thing) -> Decision {
    policies.decide(&Asker::of(who), act, thing, now())
}

pub(super) fn verdict(policies: &Policies, who: &Principal, thing: &Thing) -> Verdict {
    let decision = decide(policies, who, Act::Call, thing);
    assert_eq!(decision.failure, None);
    decision.verdict
}
