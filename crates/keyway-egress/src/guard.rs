//! Which addresses a request may go to.

use std::net::IpAddr;

use keyway_core::ports::Destination;

use crate::address::{Scope, scope};
use crate::allow::AllowList;

/// What a connection may reach. Decided from who chose the host before anything is resolved;
/// connections of different reach are never shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reach {
    /// Anything: `egress.allow` names the host.
    Anything,
    /// All but metadata services.
    Private,
    /// Public addresses.
    Public,
}

/// The address guard.
#[derive(Debug)]
pub(crate) struct Guard {
    allow: AllowList,
}

impl Guard {
    pub(crate) fn new(allow: AllowList) -> Self {
        Self { allow }
    }

    /// What a request to this host may reach.
    pub(crate) fn reach(&self, destination: Destination, host: &str, port: u16) -> Reach {
        if self.allow.names(host, port) {
            return Reach::Anything;
        }
        match destination {
            Destination::Operator => Reach::Private,
            Destination::Guarded => Reach::Public,
        }
    }

    /// True when a connection of this reach may go to the address.
    pub(crate) fn admits(&self, reach: Reach, ip: IpAddr) -> bool {
        let admitted = match reach {
            Reach::Anything => true,
            Reach::Private => scope(ip) != Scope::Metadata,
            Reach::Public => scope(ip) == Scope::Public,
        };
        admitted || self.allow.contains(ip)
    }
}
