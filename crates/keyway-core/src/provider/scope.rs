use std::collections::BTreeSet;

/// Something that a publication may be let do at the third party.
///
/// ```
/// use keyway_core::provider::PublicationScope;
///
/// const COMMENT: PublicationScope = PublicationScope {
///     name: "comment.create",
///     description: "write comments",
///     usual: true,
/// };
/// assert!(COMMENT.usual);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicationScope {
    /// Its name: a noun and a verb, like `issue.update`.
    pub name: &'static str,
    /// What it permits, for people.
    pub description: &'static str,
    /// Whether a publication has it where nothing is said.
    pub usual: bool,
}

/// The scopes that a publication has.
///
/// ```
/// use keyway_core::provider::GrantedScopes;
///
/// let scopes = GrantedScopes::of(["issue.read"]);
/// assert!(scopes.permits("issue.read") && !scopes.permits("pr.merge"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantedScopes(BTreeSet<String>);

impl GrantedScopes {
    /// These scopes.
    pub fn of<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Whether this one is among them.
    pub fn permits(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Their names, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}
