use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use keyway_app::installations::{Came, Fields, InstallLook, Installer};
use keyway_core::{Error, Kind, Secret};

use super::install_page::{leave, page, show as show_page, show_wrong};
use super::trouble::troubled;
use super::{PageForm, Visit, Visitor, VisitorForm};
use crate::cookies::{Cookie, Keep};
use crate::refusal::Refusal;
use crate::shared::Shared;

/// How long a browser may be at a third party.
const PATIENCE: Keep = Keep::Seconds(10 * 60);
/// The field that says that what is typed in is enough. No field of a provider has this name.
const HOW: &str = "keyway_how";

/// What the page was reached by.
#[derive(serde::Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    publication: String,
}

/// `GET /install/{provider}`: what has to be typed in, and what the third party is to be told.
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(provider): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let who = &visitor.web.principal;
    let installer = Installer::Publication(who, &provider, &wanted.publication);
    let action = action(&provider, &wanted.publication);
    shown(&shared, &visitor.visit, installer, action).await
}

/// `POST /install/{provider}`: installs, or leads the browser to where it goes on.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    visitor: Visitor,
    Path(provider): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
    VisitorForm(form): VisitorForm,
) -> Result<Response, Refusal> {
    let who = &visitor.web.principal;
    let installer = Installer::Publication(who, &provider, &wanted.publication);
    let sent = Sent {
        shared: &shared,
        visit: &visitor.visit,
        installer,
        action: action(&provider, &wanted.publication),
        form: &form,
        headers: &headers,
    };
    sent.answer().await
}

/// `GET /install/{provider}/setup/{token}`: the same for whoever has the link.
pub(super) async fn show_linked(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path((provider, token)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let installer = Installer::Link(&provider, &token);
    let action = format!("/install/{provider}/setup/{token}");
    shown(&shared, &visit, installer, action).await
}

/// `POST /install/{provider}/setup/{token}`: the same for whoever has the link.
pub(super) async fn submit_linked(
    State(shared): State<Arc<Shared>>,
    visit: Visit,
    Path((provider, token)): Path<(String, String)>,
    headers: HeaderMap,
    form: PageForm,
) -> Result<Response, Refusal> {
    let sent = Sent {
        shared: &shared,
        visit: &visit,
        installer: Installer::Link(&provider, &token),
        action: format!("/install/{provider}/setup/{token}"),
        form: &form,
        headers: &headers,
    };
    sent.answer().await
}

/// Where the form of an administrator is posted.
pub(super) fn action(provider: &str, publication: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("publication", publication)
        .finish();
    format!("/install/{provider}?{query}")
}

async fn shown(
    shared: &Shared,
    visit: &Visit,
    installer: Installer<'_>,
    action: String,
) -> Result<Response, Refusal> {
    let look = shared.app.installations().look(installer).await?;
    let page = page(visit, &look.installation, action);
    Ok(show_page(shared, visit, &look, &page)?.into_response())
}

/// A form that was sent.
struct Sent<'a> {
    shared: &'a Shared,
    visit: &'a Visit,
    installer: Installer<'a>,
    action: String,
    form: &'a PageForm,
    headers: &'a HeaderMap,
}

impl Sent<'_> {
    async fn answer(self) -> Result<Response, Refusal> {
        let installations = self.shared.app.installations();
        let look = installations.look(self.installer).await?;
        let fields = typed(&look, self.form);
        let alone = look.installation.install == "credentials" || self.form.get(HOW) == "connect";
        let done = if alone {
            self.connect(&look, &fields).await
        } else {
            self.begin(&look, &fields).await
        };
        match done {
            Ok(response) => Ok(response),
            Err(Refused::Page(refusal)) => Err(refusal),
            Err(Refused::App(error)) => self.wrong(&look, error),
        }
    }

    async fn connect(&self, look: &InstallLook, fields: &Fields) -> Result<Response, Refused> {
        let installations = self.shared.app.installations();
        let came = installations.connect(self.installer, fields).await?;
        self.came(look, came).await
    }

    async fn begin(&self, look: &InstallLook, fields: &Fields) -> Result<Response, Refused> {
        let visit = self.visit;
        let browser = Cookie::Install.read(self.headers, visit.transport);
        let installations = self.shared.app.installations();
        let begun = installations.begin(self.installer, fields, browser.as_ref());
        let begun = begun.await?;
        let cookie = Cookie::Install.set(&begun.cookie, visit.transport, PATIENCE);
        let page = page(visit, &look.installation, self.action.clone());
        let known = look.target.as_deref();
        Ok(leave(
            self.shared,
            visit,
            begun.visit,
            known,
            page,
            Some(cookie),
        )?)
    }

    async fn came(&self, look: &InstallLook, came: Came) -> Result<Response, Refused> {
        let of = match &came {
            Came::Waiting(of) | Came::Installed(of) => of,
            // What was typed in is kept by now: the browser goes on from there.
            Came::On(..) | Came::Unfinished(_) => return self.begin(look, &Fields::new()).await,
        };
        let mut page = page(self.visit, of, String::new());
        page.done = matches!(came, Came::Installed(_));
        page.waiting = !page.done;
        page.fields.clear();
        Ok(self.visit.show(self.shared, &page)?.into_response())
    }

    fn wrong(self, look: &InstallLook, error: Error) -> Result<Response, Refusal> {
        if matches!(error.kind(), Kind::NotFound | Kind::Internal) {
            return Err(error.into());
        }
        let page = page(self.visit, &look.installation, self.action.clone());
        if error.problems().is_empty() {
            return show_wrong(self.shared, self.visit, look, page, &error);
        }
        let (page, status) = troubled(page, error, self.form)?;
        let reply = show_page(self.shared, self.visit, look, &page)?;
        Ok(reply.status(status).into_response())
    }
}

/// Why nothing came of a form.
enum Refused {
    /// What the application says.
    App(Error),
    /// The page cannot be shown.
    Page(Refusal),
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::App(error)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Page(refusal)
    }
}

/// What was typed in. An empty field keeps a secret, and takes away what can be seen.
fn typed(look: &InstallLook, form: &PageForm) -> Fields {
    let mut fields = Fields::new();
    for typed in &look.installation.fields {
        let (name, secret) = (typed.field.name, typed.field.secret);
        let value = form.get(name).trim();
        if !value.is_empty() {
            let value = Secret::new(value.to_owned());
            fields.insert(name.to_owned(), Some(value));
        } else if !secret && typed.set {
            fields.insert(name.to_owned(), None);
        }
    }
    fields
}
