use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use keyway_app::audit::Exporting;
use keyway_core::Error;

use super::line::field_moment;
use super::log;
use crate::console::form::{refused, sent};
use crate::console::member::Admin;
use crate::page::protect;
use crate::pages::{PageForm, VisitorForm};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// `POST /console/activity/export`: the log, or a part of it, as JSON lines that can be checked
/// anywhere.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    admin: Admin,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let exporting = match begin(&shared, &admin, &form).await {
        Ok(exporting) => exporting,
        Err(error) => {
            let (status, filled) = refused(error, sent(&form, &["since", "until"]))?;
            let page = log::page(&shared, &admin, filled).await?;
            return admin.show_as(&shared, &page, status).await;
        }
    };
    let lines = unfold(Some(exporting), async |exporting| {
        let mut exporting = exporting?;
        match exporting.next().await {
            Ok(Some(lines)) => {
                let text = lines.iter().map(|line| format!("{}\n", line.to_text()));
                let text = Bytes::from(text.collect::<String>());
                Some((Ok(text), Some(exporting)))
            }
            Ok(None) => None,
            // What is cut off is no whole file: the connection ends.
            Err(error) => Some((Err(error), None)),
        }
    });
    let fields = [
        (CONTENT_TYPE, "application/jsonl; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"audit.jsonl\""),
    ];
    let mut response = (fields, Body::from_stream(lines)).into_response();
    protect(response.headers_mut());
    Ok(response)
}

async fn begin(shared: &Shared, admin: &Admin, form: &PageForm) -> Result<Exporting, Error> {
    let since = field_moment("since", form.get("since"))?;
    let until = field_moment("until", form.get("until"))?;
    shared.app.export_audit(admin.who(), since, until).await
}
