//! What several nouns of administrators share: parts of lists, lines of tables, confirmations.

use keyway_app::oauth::{GrantState, GrantView};
use keyway_app::{ApiKeyState, ApiKeyView, Part};
use keyway_core::{Actor, Kind, Role};
use keyway_pages::console_context::{Confirm, Filled, GrantLine, KeyLine};
use url::form_urlencoded::byte_serialize;

use super::member::Member;
use super::show::{ROWS, moment};
use crate::shared::Shared;

impl Member {
    /// The part of a list that the address asks for: `q` is searched, `cursor` is where to go on.
    pub(super) fn part(&self) -> Part<'_> {
        Part {
            search: self.params.some("q"),
            cursor: self.params.some("cursor"),
            limit: Some(ROWS),
        }
    }

    /// Whether who looks is an owner of the organization.
    pub(super) fn owns(&self) -> bool {
        let here = self.who().organization();
        let mut places = self.web.memberships.iter();
        places.any(|place| place.organization == *here && place.role == Role::Owner)
    }

    /// The person or service account that the address asks for by this name.
    pub(super) fn actor(&self, name: &str) -> Option<Actor> {
        actor(self.params.some(name)?)
    }
}

/// A person or service account by its id.
pub(super) fn actor(id: &str) -> Option<Actor> {
    if let Ok(account) = id.parse() {
        return Some(Actor::ServiceAccount(account));
    }
    Some(Actor::User(id.parse().ok()?))
}

/// The page of a person or service account.
pub(super) fn actor_href(id: &str) -> String {
    if id.starts_with("svc_") {
        return format!("/console/service-accounts/{id}");
    }
    format!("/console/people/{id}")
}

/// The page of an OAuth client, whose id may be an address.
pub(super) fn client_href(id: &str) -> String {
    let id: String = byte_serialize(id.as_bytes()).collect();
    format!("/console/clients/{id}")
}

pub(super) fn key_line(shared: &Shared, key: ApiKeyView) -> KeyLine {
    KeyLine {
        href: format!("/console/api-keys/{}", key.id),
        owner_href: actor_href(&key.owner),
        owner: key.owner_name.unwrap_or(key.owner),
        name: key.name,
        shown: key.shown,
        scopes: key.scopes,
        state: match key.state {
            ApiKeyState::Active => "active",
            ApiKeyState::Expired => "expired",
            ApiKeyState::Revoked => "revoked",
        },
        made: moment(shared, key.created_at),
        used: key.last_used_at.map(|at| moment(shared, at)),
        until: key.expires_at.map(|at| moment(shared, at)),
    }
}

pub(super) fn grant_line(shared: &Shared, grant: GrantView) -> GrantLine {
    let active = grant.state == GrantState::Active;
    GrantLine {
        client_href: client_href(grant.client.as_str()),
        client: grant.client_name,
        owner_href: actor_href(&grant.owner),
        owner: grant.owner_name,
        scopes: grant.scopes,
        resource: grant.resource,
        state: match grant.state {
            GrantState::Active => "active",
            GrantState::Expired => "expired",
            GrantState::Revoked => "revoked",
        },
        made: moment(shared, grant.created_at),
        used: grant.last_used_at.map(|at| moment(shared, at)),
        until: moment(shared, grant.expires_at),
        revoke: active.then(|| format!("/console/clients/grants/{}/revoke", grant.id)),
    }
}

/// The text of a role, where it is one.
pub(super) fn role_text(role: &str) -> Option<&'static str> {
    Some(match role.parse().ok()? {
        Role::Owner => "role-owner",
        Role::Admin => "role-admin",
        Role::Member => "role-member",
    })
}

/// A question whether to do `act` with what has its page at `href`.
pub(super) fn ask(key: &'static str, name: &str, href: &str, act: &str) -> Confirm {
    Confirm::danger(key, name, &format!("{href}/{act}"), href)
}

/// What is wrong at fields that a form calls by other names: the name in the input, the name in the
/// form.
pub(super) fn renamed(mut filled: Filled, fields: &[(&str, &str)]) -> Filled {
    for (there, here) in fields {
        if let Some(wrong) = filled.errors.remove(*there) {
            filled.errors.insert((*here).to_owned(), wrong);
        }
    }
    filled
}

/// Whether a change was refused because it was made of an old reading.
pub(super) fn is_stale(error: &keyway_core::Error) -> bool {
    error.kind() == Kind::Conflict && error.code() == keyway_app::people::CHANGED_MEANWHILE
}

/// A revision as forms carry it.
pub(super) fn shown_revision(revision: i64) -> u64 {
    u64::try_from(revision).unwrap_or_default()
}

/// The revision a form was made of, as use-cases take it.
pub(super) fn sent_revision(form: &crate::pages::PageForm) -> Option<i64> {
    super::form::revision(form).and_then(|revision| i64::try_from(revision).ok())
}
