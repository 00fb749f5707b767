use keyway_core::credential::CredentialScope;

/// Where an instance belongs, as people name it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "scope", rename_all = "snake_case")]
pub enum Place {
    /// The whole organization.
    Organization,
    /// One project.
    Project {
        /// Its slug.
        project: String,
    },
    /// One person.
    User {
        /// Their id.
        user: String,
    },
}

impl Place {
    /// The scope it is.
    pub fn scope(&self) -> CredentialScope {
        match self {
            Self::Organization => CredentialScope::Organization,
            Self::Project { .. } => CredentialScope::Project,
            Self::User { .. } => CredentialScope::User,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Organization => f.write_str("organization"),
            Self::Project { project } => write!(f, "project {project}"),
            Self::User { user } => write!(f, "user {user}"),
        }
    }
}
