//! The pages people see: templates, typed contexts with samples, and form fields made of schemas.
//!
//! A page is a context, which is a struct that knows its template; [`Pages::render`] makes HTML of
//! it. The templates are part of the binary; a folder overrides them one by one. Whatever is not
//! marked as [`Html`] is escaped, and a variable that does not exist is an error.

#![deny(missing_docs)]

mod assets;
mod check;
pub mod console;
mod context;
mod fields;
mod html;
mod page;
mod pages;
mod source;
mod texts;

pub use assets::Asset;
pub use check::Broken;
pub use context::console as console_context;
pub use context::{
    Account, Application, Authorize, Choice, Connect, Consent, ConsentClient, Device, ErrorPage,
    Install, InstallAddress, Invitation, OpenSession, Organization, Reach, Reset, ScopeLine, Setup,
    SetupNeeded, SsoProvider, Success, Who,
};
pub use fields::{BadForm, Field, FieldKind, FieldOption, Form, RESERVED, form_fields, read_form};
pub use html::{CSRF_FIELD, Html, alert, csrf_field, hidden_fields, leave_form};
pub use page::Page;
pub use pages::Pages;
pub use source::{BUILT_IN, Template};
pub use texts::{TEXTS, Text, wrong_texts};
