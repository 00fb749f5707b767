use keyway_core::ports::LogLevel;
use keyway_core::rpc::RawJson;
use keyway_core::{Context, Error, Kind};
use serde_json::{Value, json};

use super::filled::Filled;
use super::{Call, answer, link};
use crate::spec::{Pagination, Select, Way};
use crate::template::Place;

/// Asks for page after page and joins what is selected of them. It ends with the last page, with a
/// cursor that was there before, and after as many pages as allowed, which the caller is told.
pub(super) async fn all(
    call: &Call,
    context: &Context,
    mut filled: Filled,
    pagination: &Pagination,
) -> Result<RawJson, Error> {
    let result = &call.action.result;
    let mut all: Vec<Value> = Vec::new();
    let mut budget = call.max_bytes;
    let mut seen: Vec<String> = Vec::new();
    begin(&pagination.way, &mut filled);
    for page in 1..=pagination.max_pages {
        let answer = call.send(context, &filled, budget).await?;
        if answer.is_empty() {
            break;
        }
        budget = budget.saturating_sub(answer.size());
        let value = answer.value()?;
        let next = match &pagination.way {
            Way::Cursor { next, .. } => cursor(next, &value)?,
            _ => None,
        };
        let items = answer::items(result.select.as_ref(), value)?;
        let (found, before) = (items.len() as u64, all.len() as u64);
        all.extend(items);
        let more = match &pagination.way {
            Way::Cursor { parameter, .. } => match next {
                Some(next) if !seen.contains(&next) => {
                    filled.set(parameter, query(&next));
                    seen.push(next);
                    true
                }
                _ => false,
            },
            Way::Page {
                parameter,
                first,
                size,
            } => {
                filled.set(parameter, (first + page).to_string());
                found > 0 && size.as_ref().is_none_or(|(_, size)| found >= *size)
            }
            Way::Offset {
                parameter, size, ..
            } => {
                filled.set(parameter, (before + found).to_string());
                found >= *size
            }
            Way::Link => match link::next(&answer.links, &filled.url())? {
                Some(url) if !seen.contains(&url.to_string()) => {
                    filled.lead_to(&url);
                    seen.push(url.to_string());
                    true
                }
                _ => false,
            },
        };
        if !more {
            break;
        }
        if budget == 0 {
            return Err(too_large());
        }
        if page == pagination.max_pages {
            let told = json!({
                "message": "the list is not complete: there are more pages than are read",
                "pages": page,
            });
            context.log(LogLevel::Warning, None, told);
        }
    }
    answer::written(&all)
}

fn begin(way: &Way, filled: &mut Filled) {
    match way {
        Way::Page {
            parameter,
            first,
            size,
        } => {
            filled.set(parameter, first.to_string());
            if let Some((parameter, size)) = size {
                filled.set(parameter, size.to_string());
            }
        }
        Way::Offset {
            parameter,
            size_parameter,
            size,
        } => {
            filled.set(parameter, "0".to_owned());
            if let Some(parameter) = size_parameter {
                filled.set(parameter, size.to_string());
            }
        }
        Way::Cursor { .. } | Way::Link => {}
    }
}

/// What the next page is asked for with; nothing where there is none.
fn cursor(next: &Select, value: &Value) -> Result<Option<String>, Error> {
    Ok(match next.all(value).first() {
        None | Some(Value::Null | Value::Bool(false)) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(_) => {
            let message = "the cursor of the service is neither text nor a number";
            return Err(answer::unexpected(message));
        }
    })
}

fn query(text: &str) -> String {
    let mut out = String::new();
    // Any text can be in a query.
    let _ = Place::Query.write(text, &mut out);
    out
}

fn too_large() -> Error {
    Error::new(
        Kind::BadGateway,
        "upstream_too_large",
        "the pages of the service are larger together than allowed",
    )
}
