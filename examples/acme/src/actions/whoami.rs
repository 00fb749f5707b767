use keyway::{Context, Error, action, data};

use crate::Acme;

/// Somebody at Acme.
#[data]
pub(crate) struct Person {
    name: String,
}

/// Tells whose key it is: Keyway asks this to find out whether a key is good.
#[action(slug = "acme:whoami", read_only, expose(mcp, http, cli))]
pub(crate) async fn whoami(context: &Context, acme: Acme) -> Result<Person, Error> {
    let request = context.http().get(acme.at("me")).bearer(&acme.api_key);
    request.retries(2).send().await?.json().await
}
