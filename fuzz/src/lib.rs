//! What each fuzz target does with its bytes: reads them as a stranger could send them, or as a file
//! could hold them, and checks what has to hold of whatever was taken. The crates whose parsers these
//! are run the same functions in their tests.

mod app;
mod http;
mod integrations;
mod oauth;
mod pages;
mod policy;
mod vault;

pub use self::app::*;
pub use self::http::*;
pub use self::integrations::*;
pub use self::oauth::*;
pub use self::pages::*;
pub use self::policy::*;
pub use self::vault::*;
