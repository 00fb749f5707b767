use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use keyway_app::policy::{Access, Explained, Question, Tags};
use keyway_app::tools::ToolView;
use keyway_core::Error;
use keyway_pages::console_context::{Filled, Input, Reason, ToolPage, Verdict, inputs};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::href;
use crate::console::member::Member;
use crate::console::routes::Audience;
use crate::refusal::Refusal;
use crate::routes::unknown;
use crate::shared::Shared;

/// What keys and tokens are good for unless somebody said otherwise.
const USUAL_SCOPES: &str = "mcp";

/// The most bytes of a schema that are shown.
const SHOWN: usize = 64 * 1024;

/// `GET /console/tools/{name}`, with `as=json` for entering arguments as JSON.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    member: Member,
    Path(name): Path<String>,
) -> Result<Response, Refusal> {
    let tool = find(&shared, &member, &name).await?;
    let mut page = page(&shared, &member, &tool).await?;
    if member.params.get("as") == "json" {
        page.as_json = true;
        page.form = Filled::new().with("arguments", "{}");
    }
    member.show(&shared, &page).await
}

/// The tool of a name; where somebody may not call it, there is none.
pub(super) async fn find(
    shared: &Shared,
    member: &Member,
    name: &str,
) -> Result<ToolView, Refusal> {
    match shared.app.tool(member.who(), name) {
        Some(tool) => Ok(tool),
        None => Err(unknown::path().await),
    }
}

/// The page as it stands.
pub(super) async fn page(
    shared: &Shared,
    member: &Member,
    tool: &ToolView,
) -> Result<ToolPage, Error> {
    let name = tool.name();
    let own = shared.app.explain(member.who(), name, Tags::default());
    let fields = fields(tool);
    Ok(ToolPage {
        href: href(name),
        title: tool.title(),
        description: tool.description(),
        server: tool.server().map(str::to_owned),
        own: tool.own().to_owned(),
        kind: tool.kind().as_str(),
        says_so: tool.says_so(),
        input_schema: pretty(tool.schema("inputSchema").unwrap_or("{}")),
        output_schema: tool.schema("outputSchema").map(pretty),
        definition: pretty(tool.json.as_str()),
        own_verdict: verdict("you", &own),
        verdicts: verdicts(shared, member, name).await?,
        as_json: fields.is_none(),
        form: match &fields {
            Some(_) => Filled::new(),
            None => Filled::new().with("arguments", "{}"),
        },
        inputs: fields.unwrap_or_default(),
        digest: digest(tool),
        answer: None,
        name: name.to_owned(),
    })
}

/// The fields of its form; none where it can only be filled in as JSON.
pub(super) fn fields(tool: &ToolView) -> Option<Vec<Input>> {
    let schema = tool.schema("inputSchema").unwrap_or("{}");
    let schema: Value = serde_json::from_str(schema).ok()?;
    inputs(&schema)
}

/// What a form is made of, so that one that is too old is noticed.
pub(super) fn digest(tool: &ToolView) -> String {
    let mut digest = String::new();
    for byte in Sha256::digest(tool.json.bytes()).iter().take(16) {
        let _ = write!(digest, "{byte:02x}");
    }
    digest
}

/// JSON as people read it, of what is long the beginning.
pub(super) fn pretty(json: &str) -> String {
    let value: Result<Value, _> = serde_json::from_str(json);
    let text = value.and_then(|value| serde_json::to_string_pretty(&value));
    let mut text = text.unwrap_or_else(|_| json.to_owned());
    if text.len() > SHOWN {
        let mut end = SHOWN;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

async fn verdicts(shared: &Shared, member: &Member, tool: &str) -> Result<Vec<Verdict>, Error> {
    if member.audience != Audience::Admin {
        return Ok(Vec::new());
    }
    let mut verdicts = Vec::new();
    for (who, principal) in [
        ("owner", "role:owner"),
        ("admin", "role:admin"),
        ("member", "role:member"),
    ] {
        let question = Question {
            principal,
            tool,
            access: Access::ApiKey,
            client: None,
            scopes: USUAL_SCOPES.parse().unwrap_or_default(),
            tags: Tags::default(),
        };
        let explained = shared.app.check_policy(member.who(), &question).await?;
        verdicts.push(verdict(who, &explained));
    }
    Ok(verdicts)
}

fn verdict(who: &'static str, explained: &Explained) -> Verdict {
    let views = explained.views().into_iter();
    Verdict {
        who,
        verdict: explained.outcome(),
        policies: views
            .map(|policy| Reason {
                id: policy.id,
                doc: policy.doc,
            })
            .collect(),
    }
}
