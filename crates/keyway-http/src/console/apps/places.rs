use keyway_app::credentials::{DefinitionView, Place};
use keyway_core::Error;
use keyway_core::credential::CredentialScope;

use crate::console::member::Member;
use crate::console::routes::Audience;
use crate::pages::PageForm;
use crate::shared::Shared;

/// What the form says of a project, before the slug.
const PROJECT: &str = "project ";

/// Who could use what is set: values of the form, and whose they are.
pub(super) async fn places(
    shared: &Shared,
    member: &Member,
    definition: &DefinitionView,
) -> Result<Vec<(String, Place)>, Error> {
    let fits = |scope| definition.scope.is_none_or(|pin| pin == scope);
    let mut places = Vec::new();
    let administers = member.audience == Audience::Admin;
    if administers && fits(CredentialScope::Organization) {
        places.push(("organization".to_owned(), Place::Organization));
    }
    if administers && fits(CredentialScope::Project) {
        for project in shared.app.people().projects(member.who()).await? {
            let value = format!("{PROJECT}{}", project.slug);
            let project = project.slug;
            places.push((value, Place::Project { project }));
        }
    }
    if fits(CredentialScope::User) {
        places.push(("user".to_owned(), own(member)));
    }
    Ok(places)
}

/// Who is to use it, by the form.
pub(super) fn chosen(member: &Member, form: &PageForm, field: &str) -> Place {
    match form.get(field) {
        "organization" => Place::Organization,
        "user" => own(member),
        other => Place::Project {
            project: other.strip_prefix(PROJECT).unwrap_or_default().to_owned(),
        },
    }
}

/// Where a credential is connected for a place.
pub(super) fn connect(key: &str, place: &Place) -> String {
    let wanted = match place {
        Place::Organization => "organization".to_owned(),
        Place::Project { project } => format!("{PROJECT}{project}"),
        Place::User { .. } => "user".to_owned(),
    };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("for", &wanted);
    let key: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    format!("/connect/{key}?{}", query.finish())
}

fn own(member: &Member) -> Place {
    Place::User {
        user: member.web.user.id.to_string(),
    }
}
