use keyway_core::{Actor, ClientId, GrantId, Principal, Scopes, Subject};
use serde::Deserialize;

use crate::people::{MembershipView, WebVisitor};
use crate::{App, List};

/// The most pages of tools that are looked at.
const PAGES: usize = 100;

/// What someone could call and read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reachable {
    /// The names of the tools, as clients know them.
    pub tools: Vec<String>,
    /// How many resources there are.
    pub resources: usize,
    /// How many prompts there are.
    pub prompts: usize,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl App {
    /// What a client could call and read that `visitor` lets act for them where they belong to, with
    /// these scopes: policy may tell a client from the person it acts for.
    pub fn reach_through(
        &self,
        client: &ClientId,
        visitor: &WebVisitor,
        place: &MembershipView,
        scopes: &Scopes,
    ) -> Reachable {
        let subject = Subject::Token {
            grant: GrantId::generate(&*self.inner.clock, &*self.inner.random),
            client: client.clone(),
            owner: Actor::User(visitor.user.id.clone()),
        };
        let who = Principal::new(place.organization.clone(), subject);
        self.reach(&who.with_role(place.role).with_scopes(scopes.clone()))
    }

    /// What `who` could call and read: what the lists of the MCP endpoint would show.
    pub fn reach(&self, who: &Principal) -> Reachable {
        let mut tools = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..PAGES {
            let Ok(page) = self.list(who, List::Tools, cursor.as_deref()) else {
                break;
            };
            let named: Vec<Named> = serde_json::from_str(page.items.as_str()).unwrap_or_default();
            tools.extend(named.into_iter().map(|Named { name }| name));
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        Reachable {
            tools,
            resources: self.count(who, List::Resources),
            prompts: self.count(who, List::Prompts),
        }
    }
}
