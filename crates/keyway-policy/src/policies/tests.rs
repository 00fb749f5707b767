use jiff::Timestamp;
use keyway_core::{Actor, ClientId, OrgId, Principal, Role, Subject};
use proptest::prelude::*;

use super::{Approvals, Class, Decision, Fault, Policies, Signature, Source, Verdict};
use crate::model::{Act, Asker, Tags, Thing, ThingKind, schema};

const ORGANIZATION: &str = "org_01890a5d-ac96-774b-bcce-b302099a8057";
const OTHER: &str = "org_01890a5d-ac96-774b-bcce-b302099a8058";

fn id(prefix: &str, last: u8) -> String {
    format!("{prefix}_01890a5d-ac96-774b-bcce-b302099a80{last:02}")
}

fn person(role: Role, access: &str, last: u8) -> Principal {
    let owner = Actor::User(id("user", last).parse().unwrap());
    by(owner, role, access)
}

fn by(owner: Actor, role: Role, access: &str) -> Principal {
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

const CLIENT: &str = "https://client.example/metadata";

fn tool(server: &str, own: &str, tags: Tags) -> Thing {
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

fn action(slug: &str, tags: Tags) -> Thing {
    let (app, _) = slug.split_once(':').unwrap();
    Thing {
        name: slug.replace(':', "-").into(),
        own: slug.into(),
        server: None,
        app: Some(app.into()),
        ..tool("x", "x", tags)
    }
}

fn plain() -> Tags {
    Tags::default()
}

fn destructive() -> Tags {
    Tags {
        destructive: true,
        annotated: true,
        ..Tags::default()
    }
}

fn admin_only() -> Tags {
    Tags {
        admin_only: true,
        ..Tags::default()
    }
}

fn source(text: &str) -> Source {
    Source {
        name: "policy.cedar".into(),
        text: text.into(),
    }
}

fn policies(text: &str) -> Policies {
    Policies::read(&[source(text)], Approvals::BuiltIn).unwrap()
}

fn refused(text: &str) -> Vec<Fault> {
    Policies::read(&[source(text)], Approvals::BuiltIn).unwrap_err()
}

fn now() -> Timestamp {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

fn decide(policies: &Policies, who: &Principal, act: Act, thing: &Thing) -> Decision {
    policies.decide(&Asker::of(who), act, thing, now())
}

fn verdict(policies: &Policies, who: &Principal, thing: &Thing) -> Verdict {
    let decision = decide(policies, who, Act::Call, thing);
    assert_eq!(decision.failure, None);
    decision.verdict
}

#[test]
fn the_schema_and_the_built_in_policies_are_sound() {
    schema().unwrap();
    for approvals in [Approvals::BuiltIn, Approvals::Off] {
        let policies = Policies::read(&[], approvals).unwrap();
        assert_eq!(policies.warnings(), []);
        assert!(!policies.mentions().is_volatile());
        for shown in policies.all() {
            assert!(shown.id.starts_with("keyway."), "{}", shown.id);
            assert!(shown.doc.is_some(), "{}", shown.id);
        }
    }
}

#[test]
fn who_may_call_what_unless_the_operator_says_otherwise() {
    use Verdict::{Allow, Deny, NeedsApproval};
    let policies = Policies::read(&[], Approvals::BuiltIn).unwrap();
    let things = [
        tool("s", "plain", plain()),
        tool("s", "drop", destructive()),
        action("app:purge", admin_only()),
    ];
    let service = |access| {
        let id = id("svc", 1).parse().unwrap();
        by(Actor::ServiceAccount(id), Role::Member, access)
    };
    let organization: OrgId = ORGANIZATION.parse().unwrap();
    let table = [
        (person(Role::Member, "key", 1), [Allow, Allow, Deny]),
        (
            person(Role::Member, CLIENT, 1),
            [Allow, NeedsApproval, Deny],
        ),
        (person(Role::Admin, "key", 1), [Allow, Allow, Allow]),
        (
            person(Role::Admin, CLIENT, 1),
            [Allow, NeedsApproval, Allow],
        ),
        (person(Role::Owner, "key", 1), [Allow, Allow, Allow]),
        (service("key"), [Allow, Allow, Deny]),
        (service(CLIENT), [Allow, NeedsApproval, Deny]),
        (
            Principal::new(organization.clone(), Subject::Anonymous),
            [Allow, Allow, Allow],
        ),
        (
            Principal::new(organization, Subject::Local),
            [Allow, Allow, Allow],
        ),
    ];
    for (who, expected) in table {
        let found = things
            .each_ref()
            .map(|thing| verdict(&policies, &who, thing));
        assert_eq!(found, expected, "{who:?}");
    }
    let off = Policies::read(&[], Approvals::Off).unwrap();
    let through_client = person(Role::Member, CLIENT, 1);
    assert_eq!(verdict(&off, &through_client, &things[1]), Allow);
}

#[test]
fn nobody_reaches_what_another_organization_has() {
    let generous = policies("permit (principal, action, resource);");
    let foreign = |thing: Thing| Thing {
        organization: OTHER.into(),
        ..thing
    };
    let organization: OrgId = ORGANIZATION.parse().unwrap();
    let everyone = [
        person(Role::Owner, "key", 1),
        Principal::new(organization.clone(), Subject::Local),
        Principal::new(organization, Subject::Anonymous),
    ];
    for who in everyone {
        for (act, thing) in [
            (Act::Call, foreign(tool("s", "plain", plain()))),
            (Act::Approve, foreign(tool("s", "plain", plain()))),
            (Act::Read, Thing::named(ThingKind::Resource, OTHER, "a://b")),
            (Act::Read, Thing::named(ThingKind::Prompt, OTHER, "p")),
            (Act::List, Thing::server(OTHER, "s")),
            (Act::Administer, Thing::organization(OTHER)),
        ] {
            let decision = decide(&generous, &who, act, &thing);
            assert_eq!(decision.verdict, Verdict::Deny, "{who:?} {act:?}");
            assert_eq!(decision.failure, None);
            assert!(decision.policies[0].ends_with("organization"));
        }
    }
}

#[test]
fn every_act_is_decided_about_everything_it_is_for() {
    let policies = Policies::read(&[], Approvals::BuiltIn).unwrap();
    let owner = person(Role::Owner, "key", 1);
    for (act, thing) in [
        (Act::List, Thing::server(ORGANIZATION, "s")),
        (Act::Call, tool("s", "t", plain())),
        (
            Act::Read,
            Thing::named(ThingKind::Resource, ORGANIZATION, "a://b"),
        ),
        (
            Act::Read,
            Thing::named(ThingKind::Prompt, ORGANIZATION, "p"),
        ),
        (Act::Approve, tool("s", "t", plain())),
        (Act::Administer, Thing::organization(ORGANIZATION)),
    ] {
        let decision = decide(&policies, &owner, act, &thing);
        assert_eq!(decision.verdict, Verdict::Allow, "{act:?}: {decision:?}");
    }
    let member = person(Role::Member, "key", 1);
    let organization = Thing::organization(ORGANIZATION);
    let decision = decide(&policies, &member, Act::Administer, &organization);
    assert_eq!(
        (decision.verdict, decision.policies),
        (Verdict::Deny, vec![])
    );
    // What cannot be asked is denied and says why.
    let decision = decide(&policies, &owner, Act::Call, &organization);
    assert_eq!(decision.verdict, Verdict::Deny);
    assert!(decision.failure.is_some());
}

#[test]
fn an_error_while_a_policy_is_evaluated_denies() {
    for text in [
        "permit (principal, action, resource) when { 9223372036854775807 + 1 == 0 };",
        "forbid (principal, action, resource) when { 9223372036854775807 + 1 == 0 };",
        "@approval(\"required\") forbid (principal, action, resource)
         when { 9223372036854775807 + 1 == 0 };",
    ] {
        let policies = policies(text);
        let who = person(Role::Owner, "key", 1);
        let decision = decide(&policies, &who, Act::Call, &tool("s", "t", plain()));
        assert_eq!(decision.verdict, Verdict::Deny, "{text}");
        assert!(decision.failure.is_some());
    }
}

#[test]
fn an_operator_permits_forbids_and_asks_for_approvals() {
    let all = policies(
        r#"
@id("contractors") @doc("Contractors only read.")
forbid (principal in Client::"https://client.example/metadata", action == Action::"call", resource)
unless { resource.read_only };
@id("purge") permit (principal, action == Action::"call", resource in App::"app");
@id("pay") @approval("required")
forbid (principal, action == Action::"call", resource in Server::"bank");
@id("calm") @approval("waived")
permit (principal, action == Action::"call", resource == Tool::"mcp__s__drop");
"#,
    );
    let (keyed, through) = (
        person(Role::Member, "key", 1),
        person(Role::Member, CLIENT, 1),
    );
    let other = person(Role::Member, "https://other.example/metadata", 1);
    let found = |who, thing: &Thing| {
        let decision = decide(&all, who, Act::Call, thing);
        (decision.verdict, decision.policies.join(" "))
    };
    let plain_tool = tool("s", "plain", plain());
    assert_eq!(
        found(&through, &plain_tool),
        (Verdict::Deny, "contractors".into())
    );
    assert_eq!(
        found(&keyed, &plain_tool),
        (Verdict::Allow, "keyway.members".into())
    );
    let purge = action("app:purge", admin_only());
    assert_eq!(found(&keyed, &purge), (Verdict::Allow, "purge".into()));
    let pay = tool("bank", "pay", plain());
    assert_eq!(found(&keyed, &pay), (Verdict::NeedsApproval, "pay".into()));
    let drop = tool("s", "drop", destructive());
    assert_eq!(found(&other, &drop).0, Verdict::Allow);
    let wipe = tool("s", "wipe", destructive());
    let wanted = (Verdict::NeedsApproval, "keyway.destructive".into());
    assert_eq!(found(&other, &wipe), wanted);
    let shown = all.find("contractors").unwrap();
    assert_eq!((shown.file.as_str(), shown.line), ("policy.cedar", 2));
    assert_eq!(shown.doc.as_deref(), Some("Contractors only read."));
    assert!(shown.text.contains("resource.read_only"));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, line, column, told) in [
        (
            "permit (principal, action, resource)",
            1,
            37,
            "unexpected end",
        ),
        ("\n  permit (principal, actoin, resource);", 2, 22, "actoin"),
        (
            "permit (principal, action, resource)\nwhen { resource.colour == \"red\" };",
            2,
            8,
            "colour",
        ),
        (
            "permit (principal == Person::\"x\", action, resource);",
            1,
            22,
            "Person",
        ),
        (
            "\n@approval(\"later\")\nforbid (principal, action, resource);",
            2,
            1,
            "@approval",
        ),
        (
            "@approval(\"required\")\npermit (principal, action, resource);",
            1,
            1,
            "@approval",
        ),
        (
            "permit (principal == ?principal, action, resource);",
            1,
            1,
            "slots",
        ),
        (
            "@id(\"keyway.mine\") permit (principal, action, resource);",
            1,
            1,
            "keyway.",
        ),
        (
            "@id(\"a\") permit (principal, action, resource);\n@id(\"a\") permit (principal, action, resource);",
            2,
            1,
            "another policy",
        ),
    ] {
        let faults = refused(text);
        let fault = &faults[0];
        assert!(fault.message.contains(told), "{text}: {fault}");
        assert_eq!(
            (fault.line, fault.column),
            (line, column),
            "{text}: {fault}"
        );
        assert!(!fault.message.contains("policy0"), "{fault}");
    }
}

#[test]
fn what_depends_on_time_and_place_is_noticed() {
    for (text, expected) in [
        (
            "permit (principal, action, resource) when { context.scopes.contains(\"admin\") };",
            false,
        ),
        (
            "permit (principal, action, resource) when { context has client };",
            false,
        ),
        (
            "permit (principal, action, resource) when { context.time > datetime(\"2026-01-01\") };",
            true,
        ),
        (
            "forbid (principal, action, resource)
             unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
            true,
        ),
        (
            "forbid (principal, action, resource) when { context has address };",
            true,
        ),
    ] {
        let found = policies(text).mentions().is_volatile();
        assert_eq!(found, expected, "{text}");
    }
    let inside = policies(
        "forbid (principal, action, resource)
         unless { context has address && context.address.isInRange(ip(\"10.0.0.0/8\")) };",
    );
    let who = person(Role::Owner, "key", 1);
    let thing = tool("s", "t", plain());
    assert_eq!(verdict(&inside, &who, &thing), Verdict::Deny);
    let near = who.from_address("10.1.2.3".parse().unwrap());
    assert_eq!(verdict(&inside, &near, &thing), Verdict::Allow);
    let far = who.from_address("192.0.2.1".parse().unwrap());
    assert_eq!(verdict(&inside, &far, &thing), Verdict::Deny);
}

/// Policies of every sort that classes and signatures have to tell apart.
const VARIED: [&str; 8] = [
    "",
    "permit (principal == User::\"user_01890a5d-ac96-774b-bcce-b302099a8001\", action, resource);",
    "forbid (principal, action == Action::\"call\", resource) when { resource.name like \"*t1\" };",
    "forbid (principal, action == Action::\"call\", resource == Tool::\"mcp__a__t0\");",
    "forbid (principal in Client::\"https://client.example/metadata\", action, resource);",
    "forbid (principal, action == Action::\"call\", resource in App::\"a\") when { context has client };",
    "forbid (principal, action == Action::\"call\", resource in Server::\"b\")
     when { context.scopes.contains(\"admin\") };",
    "@approval(\"required\") forbid (principal, action == Action::\"call\", resource)
     unless { resource.own == \"t0\" || resource.read_only };",
];

fn any_principal() -> impl Strategy<Value = Principal> {
    let role = prop::sample::select(vec![Role::Member, Role::Admin, Role::Owner]);
    let access = prop::sample::select(vec!["key", CLIENT, "https://other.example/metadata"]);
    let scopes = prop::sample::select(vec!["", "mcp", "mcp admin", "tools:a"]);
    (role, access, 1..4_u8, scopes, any::<bool>()).prop_map(
        |(role, access, last, scopes, human)| {
            let owner = if human {
                Actor::User(id("user", last).parse().unwrap())
            } else {
                Actor::ServiceAccount(id("svc", last).parse().unwrap())
            };
            by(owner, role, access).with_scopes(scopes.parse().unwrap())
        },
    )
}

fn any_tool() -> impl Strategy<Value = Thing> {
    (
        prop::sample::select(vec!["a", "b", ""]),
        0..3_u8,
        any::<[bool; 3]>(),
    )
        .prop_map(|(server, nth, [read_only, destructive, admin_only])| {
            let tags = Tags {
                read_only,
                destructive,
                admin_only,
                ..Tags::default()
            };
            match server {
                "" => action(&format!("a:t{nth}"), tags),
                server => tool(server, &format!("t{nth}"), tags),
            }
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// What is shared between principals of a class and things of a signature is the same for all.
    #[test]
    fn one_class_and_one_signature_have_one_answer(
        policy in prop::sample::select(VARIED.to_vec()),
        one in any_principal(), two in any_principal(),
        thing in any_tool(), other in any_tool(),
    ) {
        let policies = policies(policy);
        let mentions = policies.mentions();
        let class = Class::of(&one, mentions);
        prop_assert!(class.has(&one, mentions));
        prop_assert_eq!(class.has(&two, mentions), class == Class::of(&two, mentions));
        let signature = Signature::of(&thing, mentions);
        if class.has(&two, mentions) && signature == Signature::of(&other, mentions) {
            let first = decide(&policies, &one, Act::Call, &thing);
            let second = decide(&policies, &two, Act::Call, &other);
            prop_assert_eq!(first, second);
        }
    }
}
