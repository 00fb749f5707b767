use keyway_core::{Actor, Principal, Role};
use proptest::prelude::*;

use super::super::{Class, Signature};
use crate::model::{Act, Tags, Thing};

use super::world::*;
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
