use genai::adapter::AdapterKind;
use genai::resolver::{AuthData, Endpoint};
use genai::{Headers, ModelIden, ServiceTarget};

use crate::model::{Vendor, VendorKind};

/// Words at the end of a model's name that `genai` takes for a setting.
const EFFORTS: [&str; 9] = [
    "zero", "none", "minimal", "low", "medium", "high", "xhigh", "max", "default",
];

/// Where a request goes, and with which key. Everything is said here, so that `genai` looks
/// nothing up: no name of a model decides about a vendor, no key comes from the environment.
pub(super) fn target(vendor: &Vendor, model: &str) -> ServiceTarget {
    let adapter = match vendor.kind {
        VendorKind::Anthropic => AdapterKind::Anthropic,
        VendorKind::OpenAi => AdapterKind::OpenAI,
        VendorKind::Gemini => AdapterKind::Gemini,
    };
    let base = with_slash(&vendor.base_url);
    let auth = match &vendor.key {
        Some(key) => AuthData::from_single(key.expose().trim()),
        None => AuthData::RequestOverride {
            url: without_key(vendor.kind, &base, model),
            headers: match vendor.kind {
                VendorKind::Anthropic => Headers::from(("anthropic-version", "2023-06-01")),
                VendorKind::OpenAi | VendorKind::Gemini => Headers::default(),
            },
        },
    };
    ServiceTarget {
        endpoint: Endpoint::from_owned(base),
        auth,
        model: ModelIden::new(adapter, guarded_name(vendor.kind, model)),
    }
}

/// The name under which `genai` plans a request. The name that is sent is put in afterwards (see
/// [`super::request::options`]), so that the ends of names are not taken for settings.
fn guarded_name(kind: VendorKind, model: &str) -> String {
    let is_effort = model
        .rsplit_once('-')
        .is_some_and(|(_, last)| EFFORTS.contains(&last.to_ascii_lowercase().as_str()));
    if is_effort && kind != VendorKind::Gemini {
        return format!("{model}.");
    }
    model.to_owned()
}

/// The base URL with a slash at the end of its path.
fn with_slash(base: &str) -> String {
    let (path, query) = base.split_once('?').unwrap_or((base, ""));
    let slash = if path.ends_with('/') { "" } else { "/" };
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{path}{slash}{mark}{query}")
}

/// The URL of a vendor that takes no key.
fn without_key(kind: VendorKind, base: &str, model: &str) -> String {
    let (path, query) = base.split_once('?').unwrap_or((base, ""));
    let rest = match kind {
        VendorKind::Anthropic => "messages".to_owned(),
        VendorKind::OpenAi => "chat/completions".to_owned(),
        VendorKind::Gemini => format!("models/{model}:streamGenerateContent?alt=sse"),
    };
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{path}{rest}{mark}{query}")
}
