use keyway_core::action::{Expose, Origin, ResourceBody};
use keyway_core::rpc::RawJson;
use keyway_core::{Action, Context, Error};
use serde_json::{Value, json};

use crate::fault::{Fault, Spot};
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::spec::{Named, StaticContent, StaticSpec};

/// The most bytes of a file that is a resource.
pub(super) const MAX_FILE: usize = 1024 * 1024;

/// Reads a file that a definition names, beside the file the definition is in.
pub(super) type ReadFile<'a> = dyn Fn(&Spot, &str) -> Result<Vec<u8>, String> + 'a;

/// Every resource, as an action that is reached as a resource and nowhere else.
pub(super) fn all(
    manifest: &Manifest,
    origin: &impl Fn(&Spot) -> Origin,
    file: &ReadFile<'_>,
    faults: &mut Faults,
) -> Vec<Action> {
    let mut all = Vec::new();
    for named in &manifest.resources {
        let Some(spec) = &named.spec else { continue };
        if let Some(action) = make(named, spec, file, faults) {
            all.push(action.defined(origin(&named.at)));
        }
    }
    all
}

fn make(
    named: &Named<StaticSpec>,
    spec: &StaticSpec,
    file: &ReadFile<'_>,
    faults: &mut Faults,
) -> Option<Action> {
    let action = match &spec.content {
        StaticContent::Text(text) => fixed(&named.name, &ResourceBody::text(text)),
        StaticContent::File(name, at) => match file(at, name) {
            Ok(bytes) if bytes.len() > MAX_FILE => {
                faults.push(Fault::new(at.clone(), "the file is larger than 1 MiB"));
                return None;
            }
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => fixed(&named.name, &ResourceBody::text(text)),
                Err(other) => fixed(&named.name, &ResourceBody::bytes(other.as_bytes())),
            },
            Err(reason) => {
                faults.push(Fault::new(at.clone(), format!("the file {reason}")));
                return None;
            }
        },
        StaticContent::Action(slug, input) => answered(&named.name, slug, input),
    };
    let mut action = action
        .read_only()
        .expose(Expose::NONE)
        .resource(&spec.uri, spec.mime_type.as_deref());
    if let Some(title) = &spec.title {
        action = action.title(title);
    }
    if let Some(description) = &spec.description {
        action = action.description(description);
    }
    Some(if spec.admin_only {
        action.admin_only()
    } else {
        action
    })
}

fn fixed(slug: &str, body: &ResourceBody) -> Action {
    let body = RawJson::of(body).unwrap_or_else(|_| RawJson::empty_object());
    Action::json(slug, nothing(), None, move |_, _| {
        let body = body.clone();
        async move { Ok(body) }
    })
}

fn answered(slug: &str, of: &str, input: &Value) -> Action {
    let (of, input) = (of.to_owned(), input.clone());
    Action::json(slug, nothing(), None, move |context: Context, _| {
        let (of, input) = (of.clone(), input.clone());
        async move {
            let answer: Value = context.call(of, input).await?;
            RawJson::of(&answer).map_err(Error::internal)
        }
    })
}

fn nothing() -> Value {
    json!({ "type": "object", "additionalProperties": false })
}
