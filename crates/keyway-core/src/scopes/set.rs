use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Scope, ToolPattern, UnknownScope};

/// The most scopes one set may have.
const MAX: usize = 64;

/// A set of scopes in its shortest form: no scope in it is covered by another one of it.
///
/// ```
/// use keyway_core::scopes::Scopes;
///
/// let scopes: Scopes = "mcp:tools mcp admin".parse().unwrap();
/// assert_eq!(scopes.to_string(), "mcp admin");
/// assert!(scopes.covers(&"tools:search mcp:prompts".parse().unwrap()));
/// assert!(scopes.allows_tool("search") && !scopes.approvals());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// No scope at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// Everything there is.
    pub fn all() -> Self {
        Self::of([Scope::Mcp, Scope::Approvals, Scope::Admin])
    }

    /// A set of these.
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Self {
        let all: BTreeSet<_> = scopes.into_iter().collect();
        let covered = |scope: &Scope| {
            all.iter()
                .any(|other| other != scope && other.covers(scope) && !scope.covers(other))
        };
        let kept = all.iter().filter(|scope| !covered(scope)).cloned();
        Self(kept.collect())
    }

    /// The scopes, in the order of the closed list.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// True when whoever holds this may do all that `other` allows.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|scope| self.has(scope))
    }

    /// Both together.
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).cloned())
    }

    /// What both allow: of each set the scopes that the other one covers.
    pub fn both(&self, other: &Self) -> Self {
        let of = |one: &Self, two: &Self| -> Vec<_> {
            one.0
                .iter()
                .filter(|scope| two.has(scope))
                .cloned()
                .collect()
        };
        Self::of(of(self, other).into_iter().chain(of(other, self)))
    }

    /// What has to be asked for besides, to hold `wanted` too.
    pub fn missing(&self, wanted: &Self) -> Self {
        let lacking = wanted.0.iter().filter(|scope| !self.has(scope));
        Self(lacking.cloned().collect())
    }

    /// True when a scope in the set covers this one.
    pub fn has(&self, scope: &Scope) -> bool {
        self.0.contains(scope) || self.0.iter().any(|held| held.covers(scope))
    }

    /// True when a tool of this name may be listed and called.
    pub fn allows_tool(&self, tool: &str) -> bool {
        self.all_tools() || self.patterns().any(|pattern| pattern.matches(tool))
    }

    /// True when every tool may be listed and called.
    pub fn all_tools(&self) -> bool {
        self.has(&Scope::McpTools)
    }

    /// True when some tools may be listed and called.
    pub fn some_tools(&self) -> bool {
        self.all_tools() || self.patterns().next().is_some()
    }

    /// True when resources may be listed and read.
    pub fn resources(&self) -> bool {
        self.has(&Scope::McpResources)
    }

    /// True when prompts may be listed and used.
    pub fn prompts(&self) -> bool {
        self.has(&Scope::McpPrompts)
    }

    /// True when approvals may be decided.
    pub fn approvals(&self) -> bool {
        self.has(&Scope::Approvals)
    }

    /// True when the organization may be administered.
    pub fn admin(&self) -> bool {
        self.has(&Scope::Admin)
    }

    fn patterns(&self) -> impl Iterator<Item = &ToolPattern> {
        self.0.iter().filter_map(|scope| match scope {
            Scope::Tools(pattern) => Some(pattern),
            _ => None,
        })
    }
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    /// Reads a list separated by spaces (RFC 6749 section 3.3).
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        let words = text.split(' ').filter(|word| !word.is_empty());
        let scopes: Vec<Scope> = words
            .take(MAX + 1)
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        if scopes.len() > MAX {
            return Err(UnknownScope);
        }
        Ok(Self::of(scopes))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, scope) in self.0.iter().enumerate() {
            if nth > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{scope}")?;
        }
        Ok(())
    }
}
