use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any};

use super::not_found;
use crate::routes::unknown;
use crate::shared::Shared;

/// Whom a page is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who is signed in.
    Member,
    /// Who administers the organization; for anyone else there is no such page.
    Admin,
}

/// A path of the console, and what is served there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsolePath {
    /// The path, `{…}` standing for ids.
    pub path: &'static str,
    /// Whom it is for.
    pub audience: Audience,
    /// The entry of the navigation that leads here.
    pub nav: Option<&'static str>,
    /// Whether it is a page to look at.
    pub get: bool,
    /// Whether a form is sent to it.
    pub post: bool,
}

/// A path of the console with its handlers.
pub(super) struct Route {
    place: ConsolePath,
    methods: MethodRouter<Arc<Shared>>,
}

impl Route {
    /// A path for everyone who is signed in; its handlers take a `Member`.
    pub(super) fn member(path: &'static str) -> Self {
        Self::of(path, Audience::Member)
    }

    /// A path for administrators; its handlers take an `Admin`.
    pub(super) fn admin(path: &'static str) -> Self {
        Self::of(path, Audience::Admin)
    }

    fn of(path: &'static str, audience: Audience) -> Self {
        Self {
            place: ConsolePath {
                path,
                audience,
                nav: None,
                get: false,
                post: false,
            },
            methods: MethodRouter::new(),
        }
    }

    /// With an entry in the navigation; `nav.rs` says where it stands.
    pub(super) fn nav(mut self, key: &'static str) -> Self {
        self.place.nav = Some(key);
        self
    }

    /// With a page to look at.
    pub(super) fn get<H: Handler<T, Arc<Shared>>, T: 'static>(mut self, page: H) -> Self {
        self.place.get = true;
        self.methods = self.methods.get(page);
        self
    }

    /// With what takes a form.
    pub(super) fn post<H: Handler<T, Arc<Shared>>, T: 'static>(mut self, form: H) -> Self {
        self.place.post = true;
        self.methods = self.methods.post(form);
        self
    }
}

/// Every path of the console: one line a noun.
fn routes() -> Vec<Route> {
    let mut all = Vec::new();
    all.extend(super::activity::routes());
    all.extend(super::agents::routes());
    all.extend(super::api_keys::routes());
    all.extend(super::approvals::routes());
    all.extend(super::apps::routes());
    all.extend(super::clients::routes());
    all.extend(super::events::routes());
    all.extend(super::how_to_connect::routes());
    all.extend(super::integrations::routes());
    all.extend(super::my_access::routes());
    all.extend(super::my_connections::routes());
    all.extend(super::my_sessions::routes());
    all.extend(super::organization::routes());
    all.extend(super::overview::routes());
    all.extend(super::sessions::routes());
    all.extend(super::people::routes());
    all.extend(super::policy::routes());
    all.extend(super::publications::routes());
    all.extend(super::servers::routes());
    all.extend(super::service_accounts::routes());
    all.extend(super::settings::routes());
    all.extend(super::tools::routes());
    all.extend(super::webhook_endpoints::routes());
    all.extend(super::webhooks::routes());
    all
}

/// Every path of the console, for the navigation and for whoever walks through them.
pub fn console_paths() -> Vec<ConsolePath> {
    routes().into_iter().map(|route| route.place).collect()
}

static PATHS: LazyLock<Vec<ConsolePath>> = LazyLock::new(console_paths);

/// Every path of the console, kept.
pub(super) fn paths() -> &'static [ConsolePath] {
    &PATHS
}

/// A path, if there is a page for this audience: links to what is not there are not made.
pub(super) fn leads_to(path: &str, audience: Audience) -> Option<&'static str> {
    let mut paths = paths().iter();
    let found = paths.find(|place| {
        let may = place.audience == Audience::Member || audience == Audience::Admin;
        place.path == path && place.get && may
    });
    found.map(|place| place.path)
}

/// Everything below `/console`; where nothing is, who is signed in gets a page with its frame.
pub(crate) fn router(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let elsewhere = ["/console/", "/console/{*rest}"]
        .into_iter()
        .fold(Router::new(), |router, path| {
            router.route(path, any(unknown::path))
        });
    let all = routes().into_iter().fold(elsewhere, |router, route| {
        router.route(route.place.path, route.methods)
    });
    all.route_layer(from_fn_with_state(Arc::clone(shared), not_found::framed))
}
