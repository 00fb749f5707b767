/// A policy as it is shown to people.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    /// Its `@id`, or its file and line.
    pub id: String,
    /// Its `@doc`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// The file it stands in; `built-in` for those of every gateway.
    pub file: String,
    /// The line it begins in, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// `permit` or `forbid`.
    pub effect: &'static str,
    /// Its `@approval`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// True for one of every gateway.
    pub built_in: bool,
    /// The ids of the organizations it names.
    #[serde(skip)]
    pub organizations: Vec<String>,
}
