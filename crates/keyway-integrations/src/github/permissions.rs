//! What an app is asked to be let do: what the publication's scopes need, and no more ("Permissions required
//! for GitHub Apps" in GitHub's documentation).

use std::collections::BTreeMap;

use keyway_core::provider::GrantedScopes;

use super::publication::{COMMENT, DISPATCH, MERGE};
use super::triggers::Triggers;

/// How much of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Access {
    Read,
    Write,
}

use Access::{Read, Write};

/// What each scope needs.
const NEEDED: &[(&str, &[(&str, Access)])] = &[
    (
        COMMENT,
        &[
            ("issues", Write),
            ("pull_requests", Write),
            ("discussions", Write),
        ],
    ),
    (
        "label.update",
        &[("issues", Write), ("pull_requests", Write)],
    ),
    (
        "assignee.update",
        &[("issues", Write), ("pull_requests", Write)],
    ),
    ("issue.create", &[("issues", Write)]),
    ("contents.read", &[("contents", Read)]),
    ("checks.read", &[("checks", Read), ("statuses", Read)]),
    ("contents.write", &[("contents", Write)]),
    ("pr.create", &[("pull_requests", Write)]),
    ("pr.review", &[("pull_requests", Write)]),
    (MERGE, &[("contents", Write), ("pull_requests", Write)]),
    // Files of workflows have a permission of their own.
    (DISPATCH, &[("actions", Write), ("workflows", Write)]),
];

/// What is told of in webhooks is to be read.
const TOLD_OF: [(&str, Access); 4] = [
    ("metadata", Read),
    ("issues", Read),
    ("pull_requests", Read),
    ("discussions", Read),
];

/// The permissions of an app.
pub(super) fn permissions(
    scopes: &GrantedScopes,
    triggers: &Triggers,
) -> BTreeMap<&'static str, Access> {
    let needed = NEEDED.iter().filter(|(scope, _)| scopes.permits(scope));
    let needed = needed.flat_map(|(_, needed)| needed.iter());
    // Who is in a team is told to whoever may read who is in the organization.
    let members = triggers.teams.is_some().then_some(&("members", Read));
    let mut all = BTreeMap::new();
    for (name, access) in TOLD_OF.iter().chain(needed).chain(members) {
        let held = all.entry(*name).or_insert(*access);
        *held = (*held).max(*access);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::publication::OFFER;
    use serde_json::json;

    fn of(scopes: &[&str], triggers: &serde_json::Value) -> serde_json::Value {
        let triggers = Triggers::read(triggers).unwrap();
        let scopes = GrantedScopes::of(scopes.iter().copied());
        serde_json::to_value(permissions(&scopes, &triggers)).unwrap()
    }

    #[test]
    fn an_app_is_asked_for_what_the_scopes_need_and_no_more() {
        let read = json!({
            "metadata": "read", "issues": "read", "pull_requests": "read", "discussions": "read"
        });
        assert_eq!(of(&[], &json!({})), read);
        assert_eq!(of(&["issue.read", "pr.read"], &json!({})), read);
        let usual = OFFER.scopes.iter().filter(|scope| scope.usual);
        let usual: Vec<_> = usual.map(|scope| scope.name).collect();
        let usual = of(&usual, &json!({}));
        let wanted = json!({
            "metadata": "read", "issues": "write", "pull_requests": "write",
            "discussions": "write", "contents": "write", "checks": "read", "statuses": "read"
        });
        assert_eq!(usual, wanted);
        let starts = of(&[DISPATCH], &json!({}));
        assert_eq!(
            (&starts["actions"], &starts["workflows"]),
            (&json!("write"), &json!("write"))
        );
        assert_eq!(starts["issues"], "read");
        let merges = of(&[MERGE, "contents.read"], &json!({}));
        assert_eq!(merges["contents"], "write");
        let team = of(&[], &json!({ "teams": ["web"] }));
        assert_eq!(team["members"], "read");
    }

    #[test]
    fn every_scope_says_what_it_needs_or_only_reads_what_is_told_of() {
        for scope in OFFER.scopes {
            let known = NEEDED.iter().any(|(name, _)| *name == scope.name);
            assert!(
                known || ["issue.read", "pr.read"].contains(&scope.name),
                "{}",
                scope.name
            );
        }
        for (name, _) in NEEDED {
            assert!(
                OFFER.scopes.iter().any(|scope| scope.name == *name),
                "{name}"
            );
        }
    }
}
