use keyway_core::{Principal, ProjectId, Role};
use keyway_store::ConnectorReach;

/// Who may list and call what a connector has, as people name it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum ConnectorScope {
    /// Everybody of the organization.
    Organization,
    /// Whoever works for one project.
    Project {
        /// Its slug.
        project: String,
    },
    /// Whoever has one of these roles.
    Roles {
        /// The names of the roles.
        roles: Vec<String>,
    },
}

impl std::fmt::Display for ConnectorScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Organization => f.write_str("organization"),
            Self::Project { project } => write!(f, "project {project}"),
            Self::Roles { roles } => write!(f, "roles {}", roles.join(", ")),
        }
    }
}

/// Whom a server is there for, where that is not everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Who works for this project.
    Project(ProjectId),
    /// Who has one of these roles.
    Roles(Vec<Role>),
}

impl Reach {
    /// `None` for a server that is there for everybody.
    pub(super) fn of(stored: &ConnectorReach) -> Option<Self> {
        match stored {
            ConnectorReach::Organization => None,
            ConnectorReach::Project(project) => Some(Self::Project(project.clone())),
            ConnectorReach::Roles(roles) => Some(Self::Roles(roles.clone())),
        }
    }

    /// True for somebody it is there for.
    pub(crate) fn includes(&self, who: &Principal) -> bool {
        match self {
            Self::Project(_) => false,
            Self::Roles(roles) => roles.contains(&who.role()),
        }
    }
}
