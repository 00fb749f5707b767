use keyway_core::Error;
use keyway_core::client::Response;

use super::Call;

/// What the definition, or else the status, says of an answer that is no success. Nothing of its body
/// is read.
pub(super) fn of(call: &Call, response: Response) -> Error {
    let status = response.status().as_u16();
    let plain = match response.ok() {
        Err(error) => error,
        Ok(_) => Error::internal("an answer that is a success was taken for none"),
    };
    let of_app = call.app.iter().flat_map(|app| &app.errors);
    let mut rules = call.action.errors.iter().chain(of_app);
    let Some(rule) = rules.find(|rule| rule.is_about(status)) else {
        return plain;
    };
    let mut error = Error::new(rule.kind(status), rule.code.clone(), rule.message.clone())
        .with_source(format!("status {status}"));
    if let Some(hint) = &rule.hint {
        error = error.with_hint(hint.clone());
    }
    match plain.retry_after() {
        Some(wait) => error.with_retry_after(wait),
        None => error,
    }
}
