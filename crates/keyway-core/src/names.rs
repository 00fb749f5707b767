//! Names: how what an upstream server calls its own is called by clients of the gateway.

/// What goes before the names of a server's tools and prompts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Prefix {
    /// `mcp__<server>__`
    #[default]
    Server,
    /// This text, as it is.
    Custom(String),
    /// Nothing: names pass through.
    None,
}
