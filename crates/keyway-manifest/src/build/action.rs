use std::sync::Arc;

use http::Method;
use keyway_core::action::{Annotations, Clash, Registry};
use keyway_core::credential::CredentialNeed;
use keyway_core::ports::Hosts;
use keyway_core::{Action, CredentialDefinition};

use super::definitions::Found;
use super::references;
use crate::fault::{Fault, Spot, unknown};
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::run::Call;
use crate::spec::{ActionSpec, AppSpec, Named, NeedSpec};
use crate::template::{Base, UrlSource, UrlTemplate};

/// The most bytes of an answer, or of all pages of one.
const MAX_BYTES: u64 = 10 * 1024 * 1024;
const REDIRECTS: u8 = 5;

/// An action, if nothing is wrong with it.
pub(super) fn build(
    manifest: &Manifest,
    found: &Found,
    named: &Named<ActionSpec>,
    spec: &Arc<ActionSpec>,
    faults: &mut Faults,
) -> Option<Action> {
    let before = faults.len();
    let app = app_of(manifest, spec, faults);
    let first = app_need(found, spec);
    let needs = needs(manifest, found, first, &spec.credentials, faults);
    let url = url(spec, app.as_deref(), faults);
    if faults.len() > before || (spec.app.is_some() && app.is_none()) {
        return None;
    }
    let url = url?;
    let keys: Vec<_> = needs
        .iter()
        .map(|need| need.definition().key().to_owned())
        .collect();
    references::action(spec, &url, &keys, found, faults);
    let hosts = hosts(&needs, &url, faults)?;
    let at = &named.at;
    let annotations = annotations(spec);
    let call = Call {
        idempotent: annotations.idempotent == Some(true),
        timeout: timeout(spec, app.as_deref()),
        retries: either(
            spec.http.retries,
            app.as_deref().and_then(|app| app.retries),
        ),
        redirects: spec.http.redirects.unwrap_or(REDIRECTS),
        max_bytes: spec.http.max_bytes.unwrap_or(MAX_BYTES),
        action: Arc::clone(spec),
        app,
        url,
        credentials: keys,
        hosts,
    };
    let timeout = call.timeout;
    let call = Arc::new(call);
    let (input, output) = (spec.input.clone(), spec.output.clone());
    let run = move |context, input| {
        let call = Arc::clone(&call);
        async move { call.run(&context, &input).await }
    };
    let mut action = Action::json(&named.name, input, output, run).annotations(annotations);
    if let Some(timeout) = timeout {
        action = action.timeout(timeout);
    }
    for need in needs {
        action = action.needs(need);
    }
    let action = described(action, spec);
    if faults.len() > before {
        return None;
    }
    match Registry::new(vec![action.clone()]) {
        Ok(_) => Some(action),
        Err(clashes) => {
            for clash in clashes {
                faults.push(told(at, &clash));
            }
            None
        }
    }
}

/// What is wrong with one action, at the part of it that is.
fn told(at: &Spot, clash: &Clash) -> Fault {
    let reason = match clash {
        Clash::Action { reason, .. } => reason.clone(),
        other @ Clash::Both { .. } => other.to_string(),
    };
    let part = [
        ("its input", "input"),
        ("its output", "output"),
        ("its URI template", "resource"),
        ("its route", "route"),
    ];
    let part = part.iter().find(|(start, _)| reason.starts_with(start));
    let at = part.map_or_else(|| at.clone(), |(_, part)| at.member(part));
    Fault::new(at, reason)
}

fn described(mut action: Action, spec: &ActionSpec) -> Action {
    if let Some(title) = &spec.title {
        action = action.title(title);
    }
    if let Some(description) = &spec.description {
        action = action.description(description);
    }
    if let Some(expose) = spec.expose {
        action = action.expose(expose);
    }
    if spec.admin_only {
        action = action.admin_only();
    }
    if spec.markdown {
        action = action.markdown();
    }
    if let Some((method, path)) = &spec.route {
        action = action.route(method.clone(), path);
    }
    match &spec.resource {
        Some(resource) if resource.is_template => {
            action.resource_template(&resource.address, resource.mime_type.as_deref())
        }
        Some(resource) => action.resource(&resource.address, resource.mime_type.as_deref()),
        None => action,
    }
}

/// What the method says (RFC 9110, section 9.2), where the definition says nothing.
fn annotations(spec: &ActionSpec) -> Annotations {
    let method = &spec.http.method;
    let said = spec.annotations;
    let read_only = said.read_only.or(Some(method.is_safe()));
    Annotations {
        read_only,
        destructive: said
            .destructive
            .or((*method == Method::DELETE && read_only != Some(true)).then_some(true)),
        idempotent: said.idempotent.or(method.is_idempotent().then_some(true)),
        open_world: said.open_world,
    }
}

fn either(own: Option<u8>, of_app: Option<u8>) -> u8 {
    own.or(of_app).unwrap_or(0)
}

fn timeout(spec: &ActionSpec, app: Option<&AppSpec>) -> Option<std::time::Duration> {
    let of_app = app.and_then(|app| app.timeout);
    spec.http.timeout.or(of_app)
}

/// The app of an action; nothing where it has none, and where it is wrong itself.
fn app_of(manifest: &Manifest, spec: &ActionSpec, faults: &mut Faults) -> Option<Arc<AppSpec>> {
    let (slug, at) = spec.app.as_ref()?;
    let found = manifest.apps.iter().find(|app| app.name == *slug);
    if found.is_none() {
        let known = manifest.apps.iter().map(|app| app.name.as_str());
        faults.push(unknown(at.clone(), "app", slug, known));
    }
    found?.spec.clone()
}

/// The need of its app's credential, unless an action says itself that it has it.
fn app_need(found: &Found, spec: &ActionSpec) -> Vec<CredentialNeed> {
    let said = |slug: &str| spec.credentials.iter().any(|need| need.key == slug);
    let slug = spec.app.as_ref().map(|(slug, _)| slug);
    let definition = slug
        .filter(|slug| !said(slug))
        .and_then(|slug| found.get(slug));
    let need = |definition: &Arc<CredentialDefinition>| CredentialNeed::new(Arc::clone(definition));
    definition.map(need).into_iter().collect()
}

/// The credentials that are wanted besides those that are needed already.
pub(super) fn needs(
    manifest: &Manifest,
    found: &Found,
    mut needs: Vec<CredentialNeed>,
    all: &[NeedSpec],
    faults: &mut Faults,
) -> Vec<CredentialNeed> {
    let need = |definition: &Arc<CredentialDefinition>| CredentialNeed::new(Arc::clone(definition));
    for wanted in all {
        let twice = needs
            .iter()
            .any(|need| need.definition().key() == wanted.key);
        if twice {
            let message = "this credential is there twice";
            faults.push(Fault::new(wanted.at.clone(), message));
            continue;
        }
        match found.get(&wanted.key) {
            Some(definition) => needs.push(match wanted.scope {
                Some(scope) => need(definition).scope(scope),
                None => need(definition),
            }),
            None if is_named(manifest, &wanted.key) => {}
            None => {
                let known = found.keys().map(String::as_str);
                faults.push(unknown(wanted.at.clone(), "credential", &wanted.key, known));
            }
        }
    }
    needs
}

/// True for a credential that is there and wrong, which is told elsewhere.
fn is_named(manifest: &Manifest, key: &str) -> bool {
    let credential = manifest.credentials.iter().any(|named| named.name == key);
    credential || manifest.apps.iter().any(|named| named.name == key)
}

fn url(spec: &ActionSpec, app: Option<&AppSpec>, faults: &mut Faults) -> Option<UrlTemplate> {
    if spec.app.is_some() && app.is_none() {
        return None;
    }
    let (text, at): &(String, Spot) = &spec.http.url;
    let base: Option<&Base> = app.map(|app| &app.base);
    match UrlSource::parse(text, at).and_then(|source| source.on(base)) {
        Ok(url) => Some(url),
        Err(fault) => {
            faults.push(fault);
            None
        }
    }
}

/// Where the action may send anything: what its credentials declare, else the host of its URL.
fn hosts(needs: &[CredentialNeed], url: &UrlTemplate, faults: &mut Faults) -> Option<Hosts> {
    let mut declared = needs
        .iter()
        .filter_map(|need| need.definition().get_hosts().cloned());
    let base = url.base();
    let Some(first) = declared.next() else {
        return Hosts::new([base.declared()]).ok();
    };
    let all = declared.fold(first, |all, more| all.or(&more));
    if !all.names(base.host(), base.port()) {
        let message = "its host is none that the credentials of the action may be sent to";
        let fault = Fault::new(url.at().clone(), message);
        faults.push(fault.suggest(format!("the declared `hosts` are {all}")));
        return None;
    }
    Some(all)
}
