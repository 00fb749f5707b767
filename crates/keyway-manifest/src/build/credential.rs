use std::sync::Arc;

use keyway_core::CredentialDefinition;
use keyway_core::action::Origin;
use keyway_core::credential::CredentialKind;
use keyway_core::ports::Hosts;

use super::definitions::Found;
use crate::fault::{Fault, Spot};
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::spec::{AppCredential, AppSpec, CredentialSpec, Named};

/// Every credential, those of apps with the hosts and names of the apps.
pub(super) fn all(
    manifest: &Manifest,
    origin: &impl Fn(&Spot) -> Origin,
    faults: &mut Faults,
) -> Found {
    let mut found = Found::new();
    for app in &manifest.apps {
        let Some(spec) = &app.spec else {
            continue;
        };
        if let Some(definition) = of_app(manifest, app, spec, faults) {
            let definition = definition.defined(origin(&app.at));
            keep(definition, &app.at, &mut found, faults);
        }
    }
    for named in &manifest.credentials {
        let taken = manifest.apps.iter().any(|app| app.name == named.name);
        let Some(spec) = named.spec.as_ref().filter(|_| !taken) else {
            continue;
        };
        if spec.hosts.is_none() && spec.kind != CredentialKind::None {
            let message = "it says nowhere that it may be sent";
            let fault = Fault::new(named.at.clone(), message);
            faults.push(fault.suggest("declare `hosts`, or an app of the same name"));
        }
        let definition = define(&named.name, spec, spec.hosts.clone());
        let definition = definition.defined(origin(&named.at));
        keep(definition, &named.at, &mut found, faults);
    }
    found
}

fn keep(definition: CredentialDefinition, at: &Spot, found: &mut Found, faults: &mut Faults) {
    if let Some(reason) = definition.fault() {
        faults.push(Fault::new(at.clone(), reason));
        return;
    }
    found.insert(definition.key().to_owned(), Arc::new(definition));
}

fn of_app(
    manifest: &Manifest,
    app: &Named<AppSpec>,
    spec: &AppSpec,
    faults: &mut Faults,
) -> Option<CredentialDefinition> {
    let shared = manifest
        .credentials
        .iter()
        .find(|credential| credential.name == app.name);
    let own = match (&spec.credential, shared) {
        (AppCredential::Shared, Some(shared)) => Some(shared.spec.as_deref()?),
        (AppCredential::Shared, None) => {
            let message = format!("the app `{}` has no credential", app.name);
            let suggestion = format!(
                "define `credentials.{}`, or say `credential: none`",
                app.name
            );
            faults.push(Fault::new(app.at.clone(), message).suggest(suggestion));
            return None;
        }
        (_, Some(shared)) => {
            let message = format!("the credential `{}` is defined twice", app.name);
            let fault = Fault::new(app.at.member("credential"), message);
            faults.push(fault.after(&shared.at));
            return None;
        }
        (AppCredential::Own(own), None) => Some(&**own),
        (AppCredential::None, None) => None,
    };
    let declared = match (own.and_then(|own| own.hosts.as_ref()), &spec.hosts) {
        (Some(_), Some(_)) => {
            let message = "the hosts are declared twice: here and with the credential";
            faults.push(Fault::new(app.at.member("hosts"), message));
            return None;
        }
        (Some(hosts), None) | (None, Some(hosts)) => hosts.clone(),
        (None, None) => vec![spec.base.declared()],
    };
    let named = Hosts::new(&declared).ok()?;
    if !named.names(spec.base.host(), spec.base.port()) {
        let fault = Fault::new(
            app.at.member("base_url"),
            "its host is not among the declared `hosts`",
        );
        faults.push(fault.suggest(format!("add `{}` to them", spec.base.declared())));
    }
    let definition = match own {
        Some(own) => define(&app.name, own, Some(declared)),
        None => CredentialDefinition::none(&app.name).hosts(&declared),
    };
    let definition = match &spec.title {
        Some(title) => definition.title(title),
        None => definition,
    };
    Some(match &spec.description {
        Some(description) => definition.description(description),
        None => definition,
    })
}

fn define(key: &str, spec: &CredentialSpec, hosts: Option<Vec<String>>) -> CredentialDefinition {
    let mut made = match (spec.kind, &spec.oauth2) {
        (CredentialKind::None, _) => CredentialDefinition::none(key),
        (_, Some(server)) => CredentialDefinition::oauth2(key, server.clone()),
        _ => CredentialDefinition::new(key, spec.schema.clone()),
    };
    if let Some(title) = &spec.title {
        made = made.title(title);
    }
    if let Some(description) = &spec.description {
        made = made.description(description);
    }
    if let Some(hosts) = hosts {
        made = made.hosts(hosts);
    }
    if let Some(scope) = spec.scope {
        made = made.scope(scope);
    }
    match &spec.check {
        Some((check, _)) => made.check(check),
        None => made,
    }
}
