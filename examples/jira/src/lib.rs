//! A provider of one's own: a tracker like Jira, beside those that come with the gateway. All of it is in one
//! folder, as the guide "A provider of your own" writes it.

mod jira;

pub use jira::Jira;

/// The gateway, ready to run.
pub fn gateway() -> keyway::Builder {
    keyway::Gateway::builder()
        .name("jira")
        .version(env!("CARGO_PKG_VERSION"))
        .description("Agents in a Jira.")
        .provider(Jira)
}
