//! Who may do what: policies in the Cedar language over a fixed schema, and decisions as functions
//! of them. No I/O: the texts come in, and so do the time and the address of a call.

mod cases;
mod model;
mod policies;

pub use cases::{Cases, Outcome};
pub use model::{Access, Act, Asker, AskerKind, SCHEMA, Tags, Thing, ThingKind, UnknownAccess};
pub use policies::{
    Approvals, BUILT_IN, Class, Decision, Fault, Mentions, Policies, Shown, Signature, Source,
    Verdict,
};
