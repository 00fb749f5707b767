use serde_json::Value;

use crate::fault::{Fault, Spot, unknown};
use crate::manifest::Manifest;
use crate::read::Faults;
use crate::spec::AppCredential;

/// Holds the actions that tell whether a credential is good against what there is.
pub(super) fn checks(manifest: &Manifest, faults: &mut Faults) {
    for named in &manifest.credentials {
        if let Some((slug, at)) = named.spec.as_ref().and_then(|spec| spec.check.as_ref()) {
            check(manifest, &named.name, slug, at, faults);
        }
    }
    for app in &manifest.apps {
        if let Some(AppCredential::Own(own)) = app.spec.as_ref().map(|spec| &spec.credential)
            && let Some((slug, at)) = &own.check
        {
            check(manifest, &app.name, slug, at, faults);
        }
    }
}

fn check(manifest: &Manifest, key: &str, slug: &str, at: &Spot, faults: &mut Faults) {
    let Some(action) = manifest.actions.iter().find(|action| action.name == slug) else {
        let known = manifest.actions.iter().map(|action| action.name.as_str());
        faults.push(unknown(at.clone(), "action", slug, known));
        return;
    };
    let Some(spec) = &action.spec else {
        return;
    };
    let has_app = spec.app.as_ref().is_some_and(|(app, _)| app == key);
    if !has_app && spec.credentials.iter().all(|need| need.key != key) {
        let message = format!("the action `{slug}` does not need the credential it would check");
        faults.push(Fault::new(at.clone(), message));
    }
    let required = spec.input.get("required").and_then(Value::as_array);
    if required.is_some_and(|required| !required.is_empty()) {
        let message =
            format!("the action `{slug}` cannot check anything: it has inputs that are required");
        faults.push(Fault::new(at.clone(), message));
    }
}
