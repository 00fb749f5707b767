use std::time::Duration;

use keyway_core::{Role, Secret};

/// How people sign in.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    /// After how long without a request a web session ends.
    pub session_idle: Duration,
    /// After how long a web session ends in any case.
    pub session_lifetime: Duration,
    /// The fewest characters of a password.
    pub password_min_length: usize,
    /// What hashing a password costs.
    pub hash: HashCost,
    /// Who may become a user.
    pub signup: Signup,
    /// OpenID providers.
    pub oidc: Vec<OidcProvider>,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            session_idle: Duration::from_hours(12),
            session_lifetime: Duration::from_hours(24 * 14),
            password_min_length: 12,
            hash: HashCost::default(),
            signup: Signup::default(),
            oidc: Vec::new(),
        }
    }
}

/// What hashing a password with argon2id costs (RFC 9106). What was hashed at another cost is hashed
/// anew at the next sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for HashCost {
    fn default() -> Self {
        Self {
            memory_kib: 19 * 1024,
            passes: 2,
        }
    }
}

/// Who may become a user without an administrator making them one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Signup {
    /// Nobody new, not even by an invitation.
    Closed,
    /// Who was invited.
    #[default]
    Invited,
    /// Also whose verified e-mail address is in one of these domains.
    Domains(Vec<String>),
    /// Anyone.
    Open,
}

/// An OpenID provider people may sign in at.
#[derive(Debug, Clone)]
pub struct OidcProvider {
    /// Its name in URLs.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Its issuer identifier.
    pub issuer: String,
    /// What Keyway is called there.
    pub client_id: String,
    /// The secret of a confidential client.
    pub client_secret: Option<Secret<String>>,
    /// What to ask for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim that lists a person's groups: a name, or a JSON Pointer that begins with a slash.
    pub groups_claim: Option<String>,
    /// Which groups are members, and as what. Who is in none of them falls under [`Signup`].
    pub roles: Vec<GroupRole>,
    /// The domains of e-mail addresses it may vouch for; any when empty.
    pub allowed_domains: Vec<String>,
    /// The organization it lets people into, by slug.
    pub organization: String,
}

/// One rule of a provider: who is in this group is a member of this role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRole {
    /// The group.
    pub group: String,
    /// `admin` or `member`; an owner is made by owners only.
    pub role: Role,
}
