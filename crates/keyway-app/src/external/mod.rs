//! People at third parties who decide about calls as somebody here (ADR 0050). Nobody that a webhook names
//! is anybody here until they say so themselves, signed in.

mod claim;
mod error;
mod linked;

use crate::App;

pub use claim::ClaimLook;
pub use linked::LinkedView;

/// Who members are at third parties: said by themselves, ended by them or by who administers.
#[derive(Debug, Clone)]
pub struct ExternalPeople {
    app: App,
}

impl App {
    /// Who members are at third parties.
    pub fn external_people(&self) -> ExternalPeople {
        ExternalPeople { app: self.clone() }
    }
}
