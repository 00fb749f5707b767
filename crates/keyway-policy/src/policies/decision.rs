/// What policies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may be done.
    Allow,
    /// It may be done once a person has approved it.
    NeedsApproval,
    /// It may not be done.
    Deny,
}

impl Verdict {
    /// True unless it may not be done.
    pub fn permits(self) -> bool {
        self != Self::Deny
    }

    /// The verdict in one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::NeedsApproval => "needs_approval",
            Self::Deny => "deny",
        }
    }
}

/// A verdict, and the policies behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What policies say.
    pub verdict: Verdict,
    /// The ids of the policies that decided: those that permit, that want an approval, or that
    /// forbid. None for what nothing permits.
    pub policies: Vec<String>,
    /// Why it could not be decided; the verdict is then [`Verdict::Deny`].
    pub failure: Option<String>,
}
