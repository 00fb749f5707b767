use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use keyway_app::installations::{Came, CameBack};
use keyway_core::provider::Visit as Leave;
use url::form_urlencoded;

use super::Visit;
use super::install_page::{leave, page};
use crate::cookies::Cookie;
use crate::refusal::Refusal;
use crate::shared::Shared;

/// The most parameters that are read.
const MOST: usize = 50;

/// `GET /install/{provider}/callback`: somebody comes back from a third party. What came with them is in no
/// page and no address that follows.
pub(super) async fn complete(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path(provider): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let visitor = visit.visitor.as_ref();
    let back = CameBack {
        provider,
        query: once(query.as_deref().unwrap_or_default()),
        cookie: Cookie::Install.read(&headers, visit.transport),
        visitor: visitor.map(|web| web.principal.clone()),
    };
    let came = shared.app.installations().returned(back).await?;
    let (of, done) = match came {
        Came::On(to, of) => {
            let page = page(&visit, &of, String::new());
            return led(&shared, &visit, to, page);
        }
        Came::Installed(of) => (of, true),
        Came::Waiting(of) | Came::Unfinished(of) => (of, false),
    };
    let mut page = page(&visit, &of, String::new());
    page.fields.clear();
    page.done = done;
    page.waiting = !done;
    Ok(visit.show(&shared, &page)?.into_response())
}

/// Leads the browser on. It was sent here by another site, whose policy is none of ours.
fn led(
    shared: &Shared,
    visit: &Visit,
    to: Leave,
    page: keyway_pages::Install,
) -> Result<Response, Refusal> {
    let known = match &to {
        Leave::Redirect(url) | Leave::Post { url, .. } => url.clone(),
    };
    leave(shared, visit, to, Some(&known), page, None)
}

/// The parameters that are there once: what is there twice could be read in two ways.
fn once(query: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::<String, Option<String>>::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).take(MOST) {
        let value = Some(value.into_owned());
        let twice = |there: &mut Option<String>| *there = None;
        all.entry(name.into_owned())
            .and_modify(twice)
            .or_insert(value);
    }
    let read = |(name, value): (String, Option<String>)| value.map(|value| (name, value));
    all.into_iter().filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_parameter_that_is_there_twice_is_not_read() {
        let read = super::once("state=a&code=1&state=b&error=&x=%26");
        let read: Vec<_> = read
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(read, [("code", "1"), ("error", ""), ("x", "&")]);
    }
}
