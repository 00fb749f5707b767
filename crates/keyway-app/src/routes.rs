//! Actions at a method and a path of their own.

use http::Method;
use keyway_core::action::{Entry, Expose, Routed};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Principal};

use crate::App;
use crate::invoke::no_action;
use crate::policy::ThingKind;

/// The action that a request means.
#[derive(Debug, Clone)]
pub struct Routing {
    /// Its slug.
    pub slug: String,
    /// Its method and path, as they were said.
    pub route: (Method, String),
    /// What the path says of its parameters, in order.
    pub values: Vec<String>,
    /// Whether it may be queued instead.
    pub queues: bool,
}

/// Why a request means no action.
#[derive(Debug)]
pub enum NotRouted {
    /// There is none at its path.
    Nowhere(Error),
    /// The path is served by these methods.
    OtherMethods(Vec<Method>),
}

impl App {
    /// The action that `who` means by a method and the decoded segments of a path. Methods of
    /// actions that they may not see are not told.
    pub fn route(
        &self,
        who: &Principal,
        method: &Method,
        path: Vec<String>,
    ) -> Result<Routing, NotRouted> {
        let nowhere = || NotRouted::Nowhere(no_action());
        let definitions = self.tenant(who).definitions();
        match definitions.registry().by_route(method, path) {
            Routed::Found(entry, values) => Ok(Routing {
                slug: entry.action().slug().to_owned(),
                route: said(entry).unwrap_or_default(),
                values,
                queues: entry.action().exposure().contains(Expose::TASK),
            }),
            Routed::Others(others) => {
                let seen = others.into_iter().filter(|entry| self.sees(who, entry));
                let mut methods = Vec::new();
                for method in seen.filter_map(|entry| Some(entry.action().get_route()?.0)) {
                    methods.push(method.clone());
                    if *method == Method::GET {
                        methods.push(Method::HEAD);
                    }
                }
                if methods.is_empty() {
                    return Err(nowhere());
                }
                methods.push(Method::OPTIONS);
                Err(NotRouted::OtherMethods(methods))
            }
            Routed::Nothing => Err(nowhere()),
        }
    }

    /// The input of a request to a route. What is wrong with it is told only to who sees the action. One
    /// that was defined with another route since is not there: the values were of other parameters.
    pub fn routed_input(
        &self,
        who: &Principal,
        routing: &Routing,
        query: &[(String, String)],
        body: Option<&RawJson>,
    ) -> Result<RawJson, Error> {
        let definitions = self.tenant(who).definitions();
        let entry = definitions
            .action(&routing.slug)
            .filter(|entry| said(entry).as_ref() == Some(&routing.route))
            .ok_or_else(no_action)?;
        let input = entry.routed_input(&routing.values, query, body);
        input.map_err(|error| {
            if self.sees(who, entry) {
                error
            } else {
                no_action()
            }
        })
    }

    fn sees(&self, who: &Principal, entry: &Entry) -> bool {
        let tenant = self.tenant(who);
        let thing = tenant
            .facts()
            .action(ThingKind::Tool, entry, entry.tool_name());
        self.view(who).sees(&thing)
    }
}

fn said(entry: &Entry) -> Option<(Method, String)> {
    let (method, path) = entry.action().get_route()?;
    Some((method.clone(), path.to_owned()))
}
