use std::fmt;
use std::str::FromStr;

use super::ToolPattern;

/// What `tools:<pattern>` starts with.
const TOOLS: &str = "tools:";

/// One scope. The list is closed: a scope that is not on it does not exist.
///
/// ```
/// use keyway_core::scopes::Scope;
///
/// assert_eq!("mcp:tools".parse::<Scope>().unwrap(), Scope::McpTools);
/// assert!("files:read".parse::<Scope>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// `mcp`: tools, resources and prompts.
    Mcp,
    /// `mcp:tools`: to list and call every tool that policy allows.
    McpTools,
    /// `mcp:resources`: to list and read resources.
    McpResources,
    /// `mcp:prompts`: to list and use prompts.
    McpPrompts,
    /// `tools:<pattern>`: to list and call the tools of these names.
    Tools(ToolPattern),
    /// `approvals`: to decide what waits for an approval.
    Approvals,
    /// `admin`: to administer the organization, as far as the role goes.
    Admin,
}

/// A text is no scope of the list. Carries no part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected scopes of mcp, mcp:tools, mcp:resources, mcp:prompts, tools:<pattern>, approvals, admin"
)]
pub struct UnknownScope;

impl Scope {
    /// The scopes that have no parameter, as metadata lists them.
    pub const PLAIN: [Self; 6] = [
        Self::Mcp,
        Self::McpTools,
        Self::McpResources,
        Self::McpPrompts,
        Self::Approvals,
        Self::Admin,
    ];

    /// What holding it allows, in words for a person who is asked for it.
    pub fn describe(&self) -> String {
        match self {
            Self::Mcp => "Use the tools, resources and prompts you may use".into(),
            Self::McpTools => "List and call the tools you may use".into(),
            Self::McpResources => "List and read the resources you may read".into(),
            Self::McpPrompts => "List and use the prompts you may use".into(),
            Self::Tools(pattern) => format!("List and call the tools named {pattern}"),
            Self::Approvals => "Decide, as you, what waits for an approval".into(),
            Self::Admin => "Administer the organization, as you could yourself".into(),
        }
    }

    /// True when whoever holds this may do all that `other` allows.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Mcp,
                Self::Mcp | Self::McpTools | Self::McpResources | Self::McpPrompts | Self::Tools(_),
            )
            | (Self::McpTools, Self::Tools(_)) => true,
            (Self::Tools(wide), Self::Tools(narrow)) => wide.covers(narrow),
            _ => self == other,
        }
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        Ok(match text {
            "mcp" => Self::Mcp,
            "mcp:tools" => Self::McpTools,
            "mcp:resources" => Self::McpResources,
            "mcp:prompts" => Self::McpPrompts,
            "approvals" => Self::Approvals,
            "admin" => Self::Admin,
            _ => {
                let pattern = text.strip_prefix(TOOLS).ok_or(UnknownScope)?;
                Self::Tools(pattern.parse().map_err(|_| UnknownScope)?)
            }
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mcp => "mcp",
            Self::McpTools => "mcp:tools",
            Self::McpResources => "mcp:resources",
            Self::McpPrompts => "mcp:prompts",
            Self::Approvals => "approvals",
            Self::Admin => "admin",
            Self::Tools(pattern) => return write!(f, "{TOOLS}{pattern}"),
        })
    }
}
