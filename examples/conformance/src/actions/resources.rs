//! Resources: text, bytes, a template, and one to watch.

use keyway_core::action::{Action, ResourceBody};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::content::PNG;

#[derive(Deserialize, JsonSchema)]
struct Template {
    /// The id in the URI.
    id: String,
}

pub(super) fn actions() -> Vec<Action> {
    vec![
        Action::new("static-text", |_, (): ()| async {
            Ok(ResourceBody::text(
                "This is the content of the static text resource.",
            ))
        })
        .title("Static text")
        .description("A text that never changes")
        .resource("test://static-text", Some("text/plain")),
        Action::new("static-binary", |_, (): ()| async {
            Ok(ResourceBody::bytes(PNG))
        })
        .title("Static picture")
        .description("A picture that never changes")
        .resource("test://static-binary", Some("image/png")),
        Action::new("template", |_, input: Template| async move {
            let data = json!({
                "id": input.id,
                "templateTest": true,
                "data": format!("Data for ID: {}", input.id),
            });
            Ok(ResourceBody::text(data.to_string()))
        })
        .title("Data by id")
        .description("Data whose id is in the URI")
        .resource_template("test://template/{id}/data", Some("application/json")),
        Action::new("watched-resource", |_, (): ()| async {
            Ok(ResourceBody::text("Watched resource content"))
        })
        .title("Watched resource")
        .description("A text to subscribe to")
        .resource("test://watched-resource", Some("text/plain")),
    ]
}
