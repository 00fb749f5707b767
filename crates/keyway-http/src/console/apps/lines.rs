use std::collections::HashMap;

use keyway_app::credentials::{CredentialView, DefinitionView, Place};
use keyway_core::credential::CredentialKind;
use keyway_pages::console_context::{DefinitionLine, InstanceLine};

use crate::console::show::moment;
use crate::shared::Shared;

/// An instance as a line of a list. `names` are of people, by id.
pub(super) fn instance(
    shared: &Shared,
    view: &CredentialView,
    names: &HashMap<String, String>,
) -> InstanceLine {
    InstanceLine {
        id: view.id.to_string(),
        key: view.key.clone(),
        name: view.name.clone(),
        scope: view.place.scope().as_str().to_owned(),
        whose: match &view.place {
            Place::Organization => None,
            Place::Project { project } => Some(project.clone()),
            Place::User { user } => Some(names.get(user).unwrap_or(user).clone()),
        },
        default: view.default,
        health: health(shared, view),
        error: view.last_error.clone(),
        used: view.last_used_at.map(|at| moment(shared, at)),
    }
}

fn health(shared: &Shared, view: &CredentialView) -> &'static str {
    if view.needs_reconnecting {
        return "reconnect";
    }
    if view.last_error.is_some() {
        return "error";
    }
    if view.expires_at.is_some_and(|at| at <= shared.clock.now()) {
        return "expired";
    }
    match view.last_used_at {
        Some(_) => "good",
        None => "unused",
    }
}

/// What is defined, as a line of a list.
pub(super) fn definition(view: &DefinitionView) -> DefinitionLine {
    DefinitionLine {
        key: view.key.clone(),
        title: view.title.clone().unwrap_or_else(|| view.key.clone()),
        description: view.description.clone(),
        oauth: view.kind == CredentialKind::OAuth2,
        nothing: view.kind == CredentialKind::None,
        uses: view.actions.clone(),
    }
}
