//! What the consent page says a client will be able to call, and what it then can.

use std::collections::BTreeSet;

use http::Method;
use keyway::{Action, Expose};
use keyway_app::policy::{Approvals, Policies, Source};
use keyway_core::Role;
use serde_json::{Value, json};

use super::browser::Browser;
use super::consent::{joined, member};
use super::party::{Party, told, value};
use super::world::{Gate, gate_of};
use crate::support::actions::{Nothing, Said};
use crate::support::client::Answer;
use crate::support::mcp::dress;

fn action(slug: &'static str) -> Action {
    let action = Action::new(slug, |_, _: Nothing| async move {
        Ok(Said {
            text: "done".into(),
        })
    });
    action.description("One of several").expose(Expose::MCP)
}

/// For everyone; for admins; for owners by policy; at web pages only, never through a client.
fn actions() -> Vec<Action> {
    vec![
        action("notes:read").read_only(),
        action("notes:purge").read_only().admin_only(),
        action("payroll:read").read_only(),
        action("console:open").read_only(),
    ]
}

const POLICIES: &str = "
forbid (principal, action == Action::\"call\", resource == Tool::\"payroll-read\")
unless { principal in Role::\"owner\" };
forbid (principal, action == Action::\"call\", resource == Tool::\"console-open\")
when { principal.access == Access::\"oauth\" };
";

async fn gate() -> Gate {
    let gate = gate_of(actions(), |_| {}).await;
    let source = Source {
        name: "p.cedar".into(),
        text: POLICIES.into(),
    };
    let policies = Policies::read(&[source], Approvals::BuiltIn).unwrap();
    gate.app.running.app().set_policies(policies);
    gate
}

/// The tools a page names.
fn named(page: &Answer) -> BTreeSet<String> {
    assert_eq!(page.status(), 200, "{}", page.text());
    let (_, list) = page.text().split_once("<ul class=\"names\">").unwrap();
    let (list, _) = list.split_once("</ul>").unwrap();
    assert!(!list.contains("class=\"more\""), "{list}");
    list.split("<code>")
        .skip(1)
        .map(|rest| rest.split_once("</code>").unwrap().0.to_owned())
        .collect()
}

/// Has somebody let a client in; answers what the page said, and the client's token.
async fn allow(browser: &mut Browser, party: &Party, scope: &str) -> (BTreeSet<String>, String) {
    let url = party.url_with(&[("scope", Some(scope)), ("prompt", Some("consent"))]);
    let page = browser.get(&url).await;
    let said = named(&page);
    let allowed = browser.submit(&page, &[("decision", "allow")]).await;
    let code = value(&told(&allowed), "code").to_owned();
    (said, party.redeem(&code).await.access)
}

async fn listed(gate: &Gate, token: &str) -> BTreeSet<String> {
    let answer = gate.list(token).send().await;
    assert_eq!(answer.status(), 200, "{}", answer.text());
    let tools = answer.json()["result"]["tools"].as_array().unwrap().clone();
    let name = |tool: &Value| tool["name"].as_str().unwrap().to_owned();
    tools.iter().map(name).collect()
}

async fn callable(gate: &Gate, token: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for name in [
        "console-open",
        "notes-purge",
        "notes-read",
        "payroll-read",
        "status",
    ] {
        let ask = gate.app.ask(Method::POST, "/mcp").bearer(token);
        let params = json!({ "name": name, "arguments": {} });
        let answer = dress(ask, "tools/call", params).send().await;
        let body = answer.json();
        if answer.status() == 200 && body["error"].is_null() && body["result"]["isError"] != true {
            all.insert(name.to_owned());
        }
    }
    all
}

#[tokio::test]
async fn the_consent_page_names_exactly_what_the_token_lists_and_calls() {
    let gate = gate().await;
    let party = gate.party().await;
    let grace = member(&gate).await;
    let boss = joined(&gate, "boss@example.com", Role::Admin).await;
    let owner = gate.owner.clone();
    let (mut seen, all) = (Vec::new(), "mcp");
    for (mut browser, scope) in [
        (owner, all),
        (boss, all),
        (grace.clone(), all),
        (grace, "tools:notes-*"),
    ] {
        let (said, token) = allow(&mut browser, &party, scope).await;
        assert_eq!(said, listed(&gate, &token).await, "{scope}");
        assert_eq!(said, callable(&gate, &token).await, "{scope}");
        seen.push(said);
    }
    let expect = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let expected: [BTreeSet<String>; 4] = [
        expect(&["notes-purge", "notes-read", "payroll-read"]),
        expect(&["notes-purge", "notes-read"]),
        expect(&["notes-read"]),
        expect(&["notes-read"]),
    ];
    let without_own: Vec<BTreeSet<String>> = seen
        .into_iter()
        .map(|names| names.into_iter().filter(|name| name != "status").collect())
        .collect();
    assert_eq!(without_own, expected);
}
