use std::net::IpAddr;

use keyway_core::Secret;

/// The most characters of a browser's name of itself that are kept.
const MAX_AGENT: usize = 200;

/// From where someone signs in.
#[derive(Debug, Clone)]
pub struct Browser {
    /// The address of the client, behind proxies as they tell it.
    pub address: IpAddr,
    /// What it says of itself (`User-Agent`).
    pub user_agent: String,
    /// The device cookie, if it brought one: what [`super::SignedIn::device`] was.
    pub device: Option<Secret<String>>,
}

impl Browser {
    /// The name of itself as it is kept: bounded, in visible characters.
    pub(crate) fn agent(&self) -> String {
        let plain = |c: &char| !c.is_control();
        self.user_agent
            .chars()
            .filter(plain)
            .take(MAX_AGENT)
            .collect()
    }
}
