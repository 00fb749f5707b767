//! Who may do what: one decision guards what is listed and what is called.

mod admit;
mod approve;
mod calls;
mod explain;
mod facts;
mod in_force;
mod question;
mod reading;
mod shown_arguments;
mod view;
mod views;

pub(crate) use admit::{Admission, Admitted, Refused};
pub(crate) use approve::{Choosing, Wish};
pub(crate) use calls::NotAdmitted;
pub(crate) use facts::Facts;
pub(crate) use in_force::InForce;
pub(crate) use shown_arguments::shown;
pub(crate) use view::{View, allows};
pub(crate) use views::Views;

pub use explain::Explained;
pub use facts::Unannotated;
pub use keyway_policy::{
    Access, Act, Approvals, Asker, AskerKind, BUILT_IN, Cases, Decision, Fault, Policies, SCHEMA,
    Shown, Source, Tags, Thing, ThingKind, UnknownAccess, Verdict,
};
pub use question::Question;
pub use reading::PolicyView;
