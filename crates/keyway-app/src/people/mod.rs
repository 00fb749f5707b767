//! People and machines: who belongs to an organization, how they sign in, and their web sessions.

mod accept;
mod browser;
mod error;
mod identities;
mod invitations;
mod links;
mod members;
mod organizations;
mod password;
mod projects;
mod service;
mod service_accounts;
mod sessions;
mod settings;
mod sign_in;
mod sign_up;
mod sso;
mod throttle;
mod users;
mod visitor;

pub use accept::{Accept, InvitationLook};
pub use browser::Browser;
pub use identities::{IdentitySignIn, Profile};
pub use invitations::{InvitationState, InvitationView, IssuedInvitation};
pub use links::{IssuedLink, LinkLook, LinkPurpose, UseLink};
pub use members::MemberView;
pub use organizations::OrganizationView;
pub use projects::ProjectView;
pub use service::{People, PeopleParts};
pub use service_accounts::ServiceAccountView;
pub use settings::{ClaimRole, HashCost, OidcProvider, SignInSettings, Signup};
pub use sign_in::SignIn;
pub use sign_up::SignUp;
pub use sso::{Begun, Callback, Completed, ProviderView, Sso};
pub use visitor::{MembershipView, SignedIn, UserView, WebSessionView, WebVisitor};
