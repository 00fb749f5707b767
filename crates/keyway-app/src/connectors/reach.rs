use keyway_core::{Principal, Role};

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
    /// Who works for this project, by its slug.
    Project(String),
    /// Who has one of these roles.
    Roles(Vec<Role>),
}

impl Reach {
    /// True for somebody it is there for.
    pub(crate) fn includes(&self, who: &Principal) -> bool {
        match self {
            Self::Project(slug) => who.project() == Some(slug),
            Self::Roles(roles) => roles.contains(&who.role()),
        }
    }
}
