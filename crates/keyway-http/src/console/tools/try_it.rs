use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use keyway_app::Call;
use keyway_app::tools::{ToolKind, ToolView};
use keyway_core::Error;
use keyway_core::ports::{Caller, NoCaller, RelayMethod};
use keyway_core::rpc::{RawJson, RpcError};
use keyway_pages::console_context::{Confirm, Filled, Input, InputKind, arguments};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::{answer, href, page};
use crate::console::form;
use crate::console::member::Member;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /console/tools/{name}`: calls the tool as whoever is signed in, the way every call goes. What may
/// destroy something is asked about first.
pub(super) async fn call(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(name): Path<String>,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let tool = page::find(&shared, &member, &name).await?;
    let mut page = page::page(&shared, &member, &tool).await?;
    page.as_json |= form.get("as") == "json";
    page.form = shown(&form, &page.inputs, page.as_json);
    if form.get("definition") != page.digest {
        let text = |key: &str| shared.pages.text(key);
        page.form = page.form.failed(
            &text("tool-changed"),
            Some(text("tool-changed-hint").as_str()),
        );
        return member.show_as(&shared, &page, StatusCode::CONFLICT).await;
    }
    let arguments = match read(&form, &page.inputs, page.as_json) {
        Ok(arguments) => arguments,
        Err((field, expected)) => {
            page.form = page.form.wrong(&field, expected);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return member.show_as(&shared, &page, status).await;
        }
    };
    if tool.kind() == ToolKind::Destroys && form.get("confirmed") != "yes" {
        return ask_first(&shared, &member, &tool, &page.digest, &arguments).await;
    }
    let outcome = run(&shared, &member, &tool, arguments).await?;
    page.answer = Some(answer::of(outcome));
    member.show(&shared, &page).await
}

async fn ask_first(
    shared: &Shared,
    member: &Member,
    tool: &ToolView,
    digest: &str,
    arguments: &Map<String, Value>,
) -> Result<Response, Refusal> {
    let arguments = serde_json::to_string(arguments).map_err(Error::internal)?;
    let href = href(tool.name());
    let question = Confirm::danger("tool-confirm", tool.name(), &href, &href)
        .with("as", "json")
        .with("arguments", &arguments)
        .with("definition", digest)
        .with("confirmed", "yes");
    member.show(shared, &question).await
}

async fn run(
    shared: &Shared,
    member: &Member,
    tool: &ToolView,
    arguments: Map<String, Value>,
) -> Result<Result<RawJson, RpcError>, Error> {
    let params = json!({ "name": tool.name(), "arguments": arguments });
    let params = RawJson::of(&params).map_err(Error::internal)?;
    // A browser that goes away drops this future, and with it the guard.
    let cancel = CancellationToken::new();
    let _gone = cancel.clone().drop_guard();
    let caller: Arc<dyn Caller> = Arc::new(NoCaller);
    let call = Call {
        who: member.who(),
        method: RelayMethod::CallTool,
        target: tool.name(),
        params: &params,
        caller: &caller,
        cancel: &cancel,
        request: &member.visit.request,
        hops: 0,
    };
    Ok(shared.app.call(call).await)
}

/// What was sent, to be shown again; secrets apart.
fn shown(sent: &PageForm, inputs: &[Input], as_json: bool) -> Filled {
    if as_json {
        return form::sent(sent, &["arguments"]);
    }
    let shown = inputs
        .iter()
        .filter(|input| input.kind != InputKind::Secret);
    let fields: Vec<_> = shown.map(|input| input.field.as_str()).collect();
    form::sent(sent, &fields)
}

/// The arguments of a call; the field that is not as it should be, and what was expected of it.
fn read(
    form: &PageForm,
    inputs: &[Input],
    as_json: bool,
) -> Result<Map<String, Value>, (String, &'static str)> {
    if as_json {
        let read = serde_json::from_str(form.get("arguments"));
        return read.map_err(|_| ("arguments".to_owned(), "expected: a JSON object"));
    }
    let sent = |field: &str| form.get(field).replace("\r\n", "\n");
    arguments(inputs, sent).map_err(|input| {
        let expected = match input.kind {
            InputKind::Number => "expected: a number",
            InputKind::Json => "expected: JSON",
            _ => "expected: one of the values offered",
        };
        (input.field.clone(), expected)
    })
}
