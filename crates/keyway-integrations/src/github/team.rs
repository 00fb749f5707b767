//! Who is in which team, which no webhook tells: the organization is asked.

use keyway_core::provider::{ProviderContext, PublicationContext, Vouched, WebhookEvent};
use keyway_core::{Error, Kind};

use super::api::Api;
use super::json::At;
use super::payload::text;
use super::settings::{Settings, is_login};
use super::triggers::{Triggers, has};

/// The rule of who is in none of the teams.
pub(super) const TEAM_NOT_LISTED: &str = "team_not_listed";

/// Of whom the organization is to be asked; of nobody where teams count for nothing, or they are listed
/// themselves.
pub(super) fn vouching(context: &ProviderContext<'_>, event: &WebhookEvent) -> Option<String> {
    let who = event.user.as_deref().unwrap_or_default();
    let Ok(triggers) = Triggers::read(context.triggers) else {
        return Some(who.to_owned());
    };
    let listed = triggers.people.as_ref().is_some_and(|all| has(all, who));
    (triggers.teams.is_some() && !listed).then(|| who.to_lowercase())
}

/// Whether who caused an event is in one of the teams: of the account where the app is installed, active, or
/// in a team below it. An invitation that nobody answered is no membership.
pub(super) async fn vouch(
    context: &PublicationContext,
    event: &WebhookEvent,
) -> Result<Vouched, Error> {
    let settings = Settings::read(&context.settings)?;
    let triggers = Triggers::read(&context.triggers)?;
    let (organization, who) = (
        context.workspace.name.as_str(),
        event.user.as_deref().unwrap_or_default(),
    );
    // They are put into a path.
    if !is_login(organization) || !is_login(who) {
        return Ok(Vouched::No(TEAM_NOT_LISTED));
    }
    let api = Api::of(context, settings.api());
    let teams = triggers.teams.unwrap_or_default();
    for team in teams.iter().filter(|team| is_login(team)) {
        let path = format!("/orgs/{organization}/teams/{team}/memberships/{who}");
        match api.get(&path).await {
            Ok(found) if text(found.at("state")) == "active" => return Ok(Vouched::Yes),
            Ok(_) => {}
            Err(error) if error.kind() == Kind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Vouched::No(TEAM_NOT_LISTED))
}
