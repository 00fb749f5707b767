//! The parsers of `keyway-policy`. Every function takes any bytes and must not panic.

use jiff::Timestamp;
use keyway_core::Role;
use keyway_policy::{
    Access, Act, Approvals, Asker, AskerKind, Cases, Policies, Source, Thing, ThingKind, Verdict,
};

const FILE: &str = "policy.cedar";

/// A file of policies: what is wrong has a place in it, what is shown can be read again, and none
/// opens another organization.
pub fn policy_file(data: &[u8]) {
    let source = Source {
        name: FILE.into(),
        text: String::from_utf8_lossy(data).into_owned(),
    };
    let lines = source.text.matches('\n').count() + 1;
    match Policies::read(std::slice::from_ref(&source), Approvals::BuiltIn) {
        Err(faults) => {
            assert!(!faults.is_empty());
            for fault in faults {
                assert!(fault.file == FILE && !fault.message.is_empty());
                assert!((1..=lines).contains(&fault.line) && fault.column > 0);
            }
        }
        Ok(policies) => {
            let own = policies.all().iter().filter(|shown| shown.file == FILE);
            for shown in own {
                assert!(!shown.id.starts_with("keyway."));
                let text = shown.text.clone();
                let again = Source {
                    text,
                    ..source.clone()
                };
                assert!(Policies::read(&[again], Approvals::BuiltIn).is_ok());
            }
            let foreign = Thing::named(ThingKind::Tool, "org_other", "tool");
            let decision = policies.decide(&owner(), Act::Call, &foreign, Timestamp::UNIX_EPOCH);
            assert_eq!(decision.verdict, Verdict::Deny);
        }
    }
}

/// A file of cases (as JSON): what comes out is told by what was expected and decided.
pub fn policy_cases(data: &[u8]) {
    let Ok(document) = serde_json::from_slice(data) else {
        return;
    };
    let policies = Policies::read(&[], Approvals::BuiltIn);
    let (Ok(cases), Ok(policies)) = (Cases::read(document), policies) else {
        return;
    };
    for outcome in cases
        .run(&policies, Timestamp::UNIX_EPOCH)
        .into_iter()
        .flatten()
    {
        let same = outcome.decided == outcome.expected && outcome.failure.is_none();
        assert_eq!(outcome.ok, same);
    }
}

fn owner() -> Asker {
    Asker {
        kind: AskerKind::User,
        id: "user_1".into(),
        organization: "org_own".into(),
        role: Role::Owner,
        access: Access::ApiKey,
        client: None,
        scopes: keyway_core::Scopes::default(),
        address: None,
    }
}
