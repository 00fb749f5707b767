use keyway::{Context, Error, action, data};

use crate::Acme;

/// What a ticket says.
#[data]
pub(crate) struct Ticket {
    /// What it is about, in a few words.
    title: String,
    /// All there is to say.
    body: String,
}

/// A ticket that was opened.
#[data]
pub(crate) struct Created {
    /// The ticket's number.
    id: String,
}

/// Opens a ticket at Acme.
#[action(slug = "acme:create-ticket", expose(mcp, http, cli))]
pub(crate) async fn create_ticket(
    context: &Context,
    input: Ticket,
    acme: Acme,
) -> Result<Created, Error> {
    let request = context
        .http()
        .post(acme.at("tickets"))
        .bearer(&acme.api_key);
    request.json(&input).send().await?.json().await
}
