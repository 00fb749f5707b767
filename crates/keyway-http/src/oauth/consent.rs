use keyway_app::oauth::{AskedScope, AskingClient};
use keyway_app::people::{MembershipView, WebVisitor};
use keyway_core::{ClientId, OrgId, Scopes};
use keyway_pages::{Choice, Consent, ConsentClient, Html, Reach, ScopeLine, Who};

use crate::shared::Shared;

/// What someone is asked, to be shown.
pub(super) struct Question<'a> {
    /// Where the answer is posted.
    pub(super) form_action: &'a str,
    /// What comes back with the answer.
    pub(super) hidden_fields: Html,
    /// Who asks.
    pub(super) client: AskingClient,
    /// What for.
    pub(super) scopes: &'a [AskedScope],
    /// The organizations it could be for.
    pub(super) organizations: &'a [OrgId],
}

/// The page that asks it.
pub(super) fn page(shared: &Shared, visitor: &WebVisitor, question: Question<'_>) -> Consent {
    let asked = question.scopes.iter().map(|asked| asked.scope.clone());
    let asked = Scopes::of(asked);
    let here = visitor.principal.organization();
    let selected = if question.organizations.contains(here) {
        Some(here)
    } else {
        question.organizations.first()
    };
    let own = visitor.memberships.iter();
    let organizations = own
        .filter(|own| question.organizations.contains(&own.organization))
        .map(|own| Choice {
            id: own.organization.as_str().to_owned(),
            name: own.name.clone(),
            role: own.role.to_string(),
            selected: selected == Some(&own.organization),
            reach: reach(shared, visitor, own, &question.client.id, &asked),
        })
        .collect();
    let client = question.client;
    Consent {
        form_action: question.form_action.to_owned(),
        hidden_fields: question.hidden_fields,
        client: ConsentClient {
            name: client.name,
            host: client.host,
            device: client.redirect_host.is_none(),
            redirect_host: client.redirect_host.unwrap_or_default(),
            unverified: client.unverified,
            loopback: client.loopback,
        },
        who: Who {
            name: visitor.user.name.clone(),
            email: visitor.user.email.clone(),
        },
        organizations,
        scopes: question.scopes.iter().map(line).collect(),
    }
}

fn line(asked: &AskedScope) -> ScopeLine {
    let line = ScopeLine::of(&asked.scope);
    if asked.agreed { line.granted() } else { line }
}

/// What the client could call there, as the person it would act for.
fn reach(
    shared: &Shared,
    visitor: &WebVisitor,
    own: &MembershipView,
    client: &ClientId,
    asked: &Scopes,
) -> Reach {
    let found = shared.app.reach_through(client, visitor, own, asked);
    Reach {
        resources: found.resources,
        prompts: found.prompts,
        ..Reach::of_tools(found.tools)
    }
}
