use serde::Serialize;

/// What a template is filled with. A context knows its template, and can make samples of itself, so
/// that a template somebody changed can be tried before anyone sees it.
pub trait Page: Serialize {
    /// The name of the template.
    const TEMPLATE: &'static str;

    /// Contexts that between them go through every branch of the template.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}
