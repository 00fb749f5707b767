//! People: signing in, links, invitations, members, identities, keys.

mod identities;
mod invitations;
mod invited_back;
mod keys;
mod links;
mod members;
mod sessions;
mod sign_in;
mod sso;
pub(crate) mod world;
