//! Fields of forms, and how the schema of an action's input becomes some.

mod field;
mod form;
mod read;
mod schema;

pub use field::{Field, FieldKind, FieldOption};
pub use form::{BadForm, Form, RESERVED, form_fields};
pub use read::read_form;
