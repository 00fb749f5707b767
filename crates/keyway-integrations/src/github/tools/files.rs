use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_core::{Error, Kind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::shown;
use crate::github::api::unreadable;
use crate::github::call::{Call, missing, path, read};
use crate::github::json::{At, put};
use crate::github::payload::text;
use crate::github::repository::{file_path, reference};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Get {
    repository: Option<String>,
    path: String,
    r#ref: Option<String>,
    #[serde(default)]
    offset: u64,
}

pub(super) async fn get(call: &Call<'_>, input: &Value) -> Result<Value, Error> {
    let input: Get = read(input)?;
    let file = match input.path.as_str() {
        // The root of the repository.
        "" | "/" | "." => String::new(),
        file => file_path(file).ok_or_else(|| missing("/path", "a path within the repository"))?,
    };
    let at = input.r#ref.as_deref();
    if at.is_some_and(|at| reference(at).is_none()) {
        return Err(missing("/ref", "a branch, a tag or a commit"));
    }
    let repository = call.repository(input.repository.as_deref()).await?;
    let query: Vec<_> = at.iter().map(|at| ("ref", *at)).collect();
    let contents = path(&repository, format_args!("/contents/{file}"));
    let found = call.api.query(&contents, &query).await?;
    if let Some(entries) = found.as_array() {
        let entries = entries.iter();
        let entries = entries.map(
            |one| json!({ "name": one.at("name"), "type": one.at("type"), "size": one.at("size") }),
        );
        return Ok(json!({ "entries": entries.collect::<Vec<_>>() }));
    }
    if text(found.at("type")) != "file" {
        return Err(Error::new(
            Kind::Conflict,
            "file_not_text",
            "this is a link or another repository in this one",
        ));
    }
    let content = match text(found.at("encoding")) {
        "base64" => text(found.at("content")).replace(['\n', '\r'], ""),
        // GitHub gives none of what is larger than a mebibyte.
        "none" => {
            let message = "the file is larger than what GitHub shows in one piece";
            return Err(Error::new(Kind::TooLarge, "file_too_large", message));
        }
        _ => return Err(unreadable()),
    };
    let bytes = STANDARD.decode(content).map_err(|_| unreadable())?;
    let whole = String::from_utf8(bytes).map_err(|_| {
        Error::new(
            Kind::Conflict,
            "file_not_text",
            "the file is not text in UTF-8",
        )
    })?;
    let mut shown = shown::piece("content", &whole, input.offset)?;
    put(&mut shown, "sha", found.at("sha").clone());
    Ok(shown)
}
