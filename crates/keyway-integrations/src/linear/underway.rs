//! What goes on in an agent session while the agent is at it: activities of progress, and a link to more
//! (<https://linear.app/developers/agent-interaction>).

use keyway_core::Error;
use keyway_core::provider::{Doing, PublicationContext, TurnStep};
use serde_json::{Value, json};

use super::api::{Api, Input};
use super::errors;
use super::ids::uuid_of;
use super::place::Place;
use super::reply::{ADD_ACTIVITY, cut};

/// What the link to the session here is called there.
const LABEL: &str = "The whole session";

const ADD_URL: &str = "mutation Link($id: String!, $input: AgentSessionUpdateInput!) { \
    agentSessionUpdate(id: $id, input: $input) { success } }";

/// Whether a place is in an agent session.
pub(super) fn follows(place: &Value) -> bool {
    Place::read(place).session.is_some()
}

/// Adds an activity of progress. What the agent says stays; that it calls a tool disappears with the next
/// activity (`ephemeral`, which thoughts and actions may be).
pub(super) async fn tell(
    context: &PublicationContext,
    place: &Value,
    step: &TurnStep<'_>,
) -> Result<(), Error> {
    let place = Place::read(place);
    let Some(session) = &place.session else {
        return Ok(());
    };
    let (activity, ephemeral) = match step.doing {
        Doing::Says(text) => (json!({ "type": "thought", "body": cut(text, None) }), false),
        Doing::Calls(tool) => {
            let action = json!({ "type": "action", "action": "Calling", "parameter": tool });
            (action, true)
        }
    };
    let input = json!({
        "id": uuid_of(&format!("step {}", step.marker)),
        "agentSessionId": session,
        "content": activity,
        "ephemeral": ephemeral,
    });
    let api = Api::of(context)?;
    let asked = api.ask(ADD_ACTIVITY, json!({ "input": input }), Input::Says);
    succeeded(&asked.await?, "/agentActivityCreate/success")
}

/// Adds a link to an agent session, beside those that are there. Only the app whose session it is may.
pub(super) async fn link(api: &Api<'_>, session: &str, url: &str) -> Result<(), Error> {
    let input = json!({ "addedExternalUrls": [{ "label": LABEL, "url": url }] });
    let variables = json!({ "id": session, "input": input });
    let data = api.ask(ADD_URL, variables, Input::Says).await?;
    succeeded(&data, "/agentSessionUpdate/success")
}

fn succeeded(data: &Value, at: &str) -> Result<(), Error> {
    let done = data.pointer(at) == Some(&Value::Bool(true));
    done.then_some(())
        .ok_or_else(|| errors::failed("it was not posted"))
}
