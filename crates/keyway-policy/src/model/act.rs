/// What someone wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// See that a server is there.
    List,
    /// Call a tool; what may be called is listed.
    Call,
    /// Read a resource or use a prompt; what may be read is listed.
    Read,
    /// Approve a call of a tool that one's own clients and agents ask for.
    Approve,
    /// Decide about a call of a tool that somebody else's clients and agents ask for.
    Decide,
    /// Administer an organization.
    Administer,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 6] = [
        Self::List,
        Self::Call,
        Self::Read,
        Self::Approve,
        Self::Decide,
        Self::Administer,
    ];

    /// The act as policies name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Call => "call",
            Self::Read => "read",
            Self::Approve => "approve",
            Self::Decide => "decide",
            Self::Administer => "administer",
        }
    }
}
