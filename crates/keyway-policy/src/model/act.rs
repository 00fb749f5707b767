/// What someone wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    /// See that a server is there.
    List,
    /// Call a tool; what may be called is listed.
    Call,
    /// Read a resource or use a prompt; what may be read is listed.
    Read,
    /// Approve a call of a tool.
    Approve,
    /// Administer an organization.
    Administer,
}

impl Act {
    /// Every act.
    pub const ALL: [Self; 5] = [
        Self::List,
        Self::Call,
        Self::Read,
        Self::Approve,
        Self::Administer,
    ];

    /// The act as policies name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Call => "call",
            Self::Read => "read",
            Self::Approve => "approve",
            Self::Administer => "administer",
        }
    }
}
