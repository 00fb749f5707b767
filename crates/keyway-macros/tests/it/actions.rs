use keyway::action::{Block, Content, Expose, ResourceAddress};
use keyway::credential::CredentialScope;
use keyway::{Context, Error, Secret};
use keyway_macros::{Credential, action, data};
use serde_json::json;
use std::time::Duration;

use crate::support::{context, run};

#[derive(Credential)]
struct Acme {
    api_key: Secret<String>,
}

#[derive(Credential)]
struct Billing {
    token: Secret<String>,
}

#[data]
struct Ticket {
    title: String,
    #[serde(default)]
    urgent: bool,
}

/// Opens a ticket.
///
/// It is there at once.
#[action]
async fn create_ticket(context: &Context, input: Ticket, acme: Acme) -> Result<Ticket, Error> {
    let title = format!("{}{}", input.title, acme.api_key.expose().len());
    let urgent = context.now() == jiff::Timestamp::UNIX_EPOCH;
    Ok(Ticket { title, urgent })
}

#[action(
    slug = "invoice:move",
    title = "Move an invoice",
    description = "Moves it.",
    mcp_name = "move_invoice",
    destructive,
    idempotent,
    admin_only,
    markdown,
    timeout = "2m",
    expose(mcp, cli),
    scope = "user"
)]
async fn move_invoice(
    /// Which one.
    number: u32,
    note: Option<String>,
    acme: &Acme,
    #[serde(default)] copies: u8,
    billing: Billing,
) -> Result<String, Error> {
    let keys = acme.api_key.expose().len() + billing.token.expose().len();
    Ok(format!("{number} {note:?} {copies} {keys}"))
}

#[action(
    resource = "acme://tickets/{id}",
    media_type = "text/plain",
    read_only,
    expose(none)
)]
async fn view(Ticket { title, .. }: Ticket, _: Context) -> Result<Content, Error> {
    Ok(Content::text(title))
}

#[action(prompt)]
async fn nothing() -> Result<(), Error> {
    Ok(())
}

#[action]
async fn whoami(acme: Acme) -> Result<usize, Error> {
    Ok(acme.api_key.expose().len())
}

#[tokio::test]
async fn a_function_with_an_input_and_a_credential_is_an_action() {
    let action = create_ticket();
    assert_eq!(action.slug(), "create-ticket");
    assert_eq!(
        action.get_description(),
        "Opens a ticket.\n\nIt is there at once."
    );
    assert_eq!(action.get_credentials()[0].definition().key(), "acme");
    assert_eq!(action.input_schema()["required"], json!(["title"]));
    assert!(action.defined_at().to_string().contains("actions.rs"));
    let leased = context(&[("acme", r#"{"apiKey":"1234"}"#)]);
    let answer = run(&action, leased, r#"{"title":"t"}"#).await.unwrap();
    assert_eq!(answer, json!({ "title": "t4", "urgent": true }));
}

#[tokio::test]
async fn arguments_are_members_of_the_input_and_credentials_are_not() {
    let action = move_invoice();
    let schema = action.input_schema();
    let members: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["number", "note", "copies"]);
    assert_eq!(schema["required"], json!(["number"]));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["properties"]["number"]["description"], "Which one.");
    let keys = action
        .get_credentials()
        .iter()
        .map(|need| need.definition().key().to_owned());
    assert_eq!(keys.collect::<Vec<_>>(), ["acme", "billing"]);
    let leased = context(&[
        ("acme", r#"{"apiKey":"1"}"#),
        ("billing", r#"{"token":"22"}"#),
    ]);
    let answer = run(&action, leased, r#"{"number":7,"note":"n"}"#)
        .await
        .unwrap();
    assert_eq!(answer, "7 Some(\"n\") 0 3");
}

#[test]
fn what_the_attribute_says_is_on_the_action() {
    let action = move_invoice();
    assert_eq!(
        (action.slug(), action.tool_name()),
        ("invoice:move", "move_invoice".to_owned())
    );
    assert_eq!(action.get_title(), Some("Move an invoice"));
    assert_eq!(action.get_description(), "Moves it.");
    let hints = action.get_annotations();
    assert_eq!(
        (hints.destructive, hints.idempotent, hints.read_only),
        (Some(true), Some(true), None)
    );
    assert!(action.is_admin_only());
    assert_eq!(action.get_format(), keyway::action::Format::Markdown);
    assert_eq!(action.get_timeout(), Some(Duration::from_mins(2)));
    assert_eq!(action.exposure(), Expose::MCP | Expose::CLI);
    for need in action.get_credentials() {
        assert_eq!(need.pin(), Some(CredentialScope::User));
    }
    let resource = view().get_resource().cloned().unwrap();
    assert_eq!(
        resource.address,
        ResourceAddress::Template("acme://tickets/{id}".into())
    );
    assert_eq!(resource.mime_type.as_deref(), Some("text/plain"));
    assert!(nothing().get_prompt().is_some());
}

/// Adds a note.
#[action(
    slug = "note:add",
    expose(ws),
    route("POST", "/tickets/{ticket}{?notify}")
)]
async fn add_note(ticket: u64, notify: Option<bool>) -> Result<u64, Error> {
    Ok(ticket + u64::from(notify.unwrap_or_default()))
}

#[test]
fn a_route_says_method_path_and_http() {
    let action = add_note();
    let (method, path) = action.get_route().unwrap();
    assert_eq!(
        (method.as_str(), path),
        ("POST", "/tickets/{ticket}{?notify}")
    );
    assert_eq!(action.exposure(), Expose::WS | Expose::HTTP);
}

#[tokio::test]
async fn an_input_may_be_taken_apart_and_an_answer_be_content() {
    let answer = run(&view(), context(&[]), r#"{"title":"t"}"#)
        .await
        .unwrap();
    assert_eq!(answer, json!({ "content": [Block::text("t")] }));
    assert_eq!(view().output_schema(), None);
    assert!(view().get_credentials().is_empty());
}

#[tokio::test]
async fn an_action_may_take_nothing_or_only_a_credential() {
    let empty = json!({ "type": "object", "additionalProperties": false });
    assert_eq!(nothing().input_schema(), &empty);
    assert_eq!(
        run(&nothing(), context(&[]), "{}").await.unwrap(),
        json!(null)
    );
    let schema = whoami().input_schema().clone();
    assert_eq!(
        (&schema["type"], &schema["properties"]),
        (&json!("object"), &json!({}))
    );
    assert_eq!(schema["additionalProperties"], false);
    let leased = context(&[("acme", r#"{"apiKey":"12"}"#)]);
    assert_eq!(run(&whoami(), leased, "{}").await.unwrap(), 2);
    // What a client sends under the credential's name is not what the action gets.
    let leased = context(&[("acme", r#"{"apiKey":"12"}"#)]);
    assert_eq!(
        run(&whoami(), leased, r#"{"acme":{"apiKey":"x"}}"#)
            .await
            .unwrap(),
        2
    );
    let error = run(&whoami(), context(&[]), "{}").await.unwrap_err();
    assert_eq!(error.code(), "internal_error");
}
