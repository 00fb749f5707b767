//! What browsers visit: one file a page.

mod account;
mod assets;
mod connect;
mod connect_callback;
mod connect_client;
mod form;
mod forms;
mod home;
mod install;
mod install_callback;
mod install_page;
mod invitations;
mod links;
mod next;
mod reset;
mod routes;
mod setup;
mod sign_in;
mod sign_out;
mod signed_in;
mod sso;
mod trouble;
mod visit;

pub(crate) use account::in_words as browser_in_words;
pub(crate) use form::{PageForm, VisitorForm};
pub use forms::{BadSignIn, Forms};
pub(crate) use next::local_path;
pub(crate) use routes::routes;
pub(crate) use sign_in::AGAIN;
pub(crate) use sign_out::out as signed_out;
pub(crate) use visit::{Visit, Visitor};
