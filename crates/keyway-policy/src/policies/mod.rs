//! Sets of policies: reading them, what they look at, and what they decide.

mod class;
mod decide;
mod decision;
mod depth;
mod fault;
mod mentions;
mod read;
mod shown;
#[cfg(test)]
mod tests;

use cedar_policy::PolicySet;

pub use class::{Class, Signature};
pub use decision::{Decision, Verdict};
pub use fault::Fault;
pub use mentions::Mentions;
pub use read::{Approvals, BUILT_IN, Source};
pub use shown::Shown;

/// Policies that hold together. Read once, then never changed.
#[derive(Debug, Default)]
pub struct Policies {
    /// What permits and what forbids.
    firm: PolicySet,
    /// The prohibitions that an approval lifts: of the operator's files, and built in.
    own_approvals: PolicySet,
    built_in_approvals: PolicySet,
    /// The permits that lift the approvals that are built in.
    waivers: PolicySet,
    mentions: Mentions,
    shown: Vec<Shown>,
    warnings: Vec<Fault>,
    /// How deep their expressions nest.
    deepest: usize,
}

impl Policies {
    /// What the policies look at.
    pub fn mentions(&self) -> &Mentions {
        &self.mentions
    }

    /// All of them, in the order of their files and lines.
    pub fn all(&self) -> &[Shown] {
        &self.shown
    }

    /// The policy of an id.
    pub fn find(&self, id: &str) -> Option<&Shown> {
        self.shown.iter().find(|shown| shown.id == id)
    }

    /// What is suspicious about them and no reason to refuse them.
    pub fn warnings(&self) -> &[Fault] {
        &self.warnings
    }
}
