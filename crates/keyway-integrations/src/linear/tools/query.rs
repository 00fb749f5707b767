use keyway_core::Error;
use keyway_core::provider::PublicationContext;
use serde_json::{Value, json};

use super::super::api::{Api, Input};
use super::super::document;
use super::super::errors;
use super::super::settings::Triggers;
use super::input::{GraphqlRead, read};

/// Asks a query of the model's. It reaches the whole workspace, so it is not for a publication that is for
/// some teams only.
pub(super) async fn graphql_read(
    context: &PublicationContext,
    input: &Value,
) -> Result<Value, Error> {
    let input: GraphqlRead<'_> = read(input)?;
    if Triggers::read(&context.triggers)?.teams.is_some() {
        return Err(errors::outside());
    }
    document::check(input.query).map_err(|bad| Error::invalid_at("/query", bad.expected()))?;
    let variables = input.variables.unwrap_or_else(|| json!({}));
    if !variables.is_object() {
        return Err(Error::invalid_at("/variables", "an object"));
    }
    Api::of(context)?
        .ask(input.query, variables, Input::Says)
        .await
}
