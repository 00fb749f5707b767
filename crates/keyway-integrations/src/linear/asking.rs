use keyway_core::Error;
use keyway_core::provider::{Posted, PublicationContext, Question};
use serde_json::Value;

use super::api::Api;
use super::place::Place;
use super::reply::{id_of, say};

/// Asks in an agent session, with where it is decided: Linear has no buttons of an agent's. How it went is
/// not said there, since a session that is told something is at work again; the answer says it. Comments are
/// not asked about in comments, since others follow them.
pub(super) async fn ask(
    context: &PublicationContext,
    place: &Value,
    question: &Question<'_>,
) -> Result<Option<Posted>, Error> {
    let place = Place::read(place);
    let Some(session) = &place.session else {
        return Ok(None);
    };
    let api = Api::of(context)?;
    let id = id_of(&place, question.marker);
    let body = format!("{} {}", wants(question), decides(question.link));
    let asked = say(&api, &place, (session, &id), "elicitation", &body);
    asked.await.map(Some)
}

fn wants(question: &Question<'_>) -> String {
    let Question { agent, tool, .. } = question;
    format!(
        "**{agent}** wants to call `{tool}`, and does so only once somebody who may has agreed."
    )
}

fn decides(link: Option<&str>) -> String {
    match link {
        Some(link) => format!("[See what exactly it wants, and decide]({link})"),
        None => "It is decided in the inbox of the gateway.".to_owned(),
    }
}
