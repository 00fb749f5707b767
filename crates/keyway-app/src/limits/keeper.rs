use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hash};
use std::net::IpAddr;
use std::sync::Arc;

use keyway_core::ports::Clock;
use keyway_core::{Principal, Subject};

use super::table::Table;
use super::{Exceeded, Limit, RateLimits, Standing};

/// The limits in force, and how everyone stands with them. Bounded in memory, whatever is asked by
/// whomever: when a table is full, keys that are new to it share buckets.
pub struct Limits {
    settings: RateLimits,
    tables: [Table; 6],
    hasher: RandomState,
}

impl Limits {
    pub(crate) fn new(settings: RateLimits, clock: &Arc<dyn Clock>) -> Self {
        let table = |limit| Table::new(limit, settings.rate(limit), Arc::clone(clock));
        Self {
            settings,
            tables: [
                table(Limit::Principal),
                table(Limit::Client),
                table(Limit::Tool),
                table(Limit::Address),
                table(Limit::OauthRegister),
                table(Limit::SignIn),
            ],
            hasher: RandomState::new(),
        }
    }

    /// The rates in force.
    pub fn settings(&self) -> &RateLimits {
        &self.settings
    }

    /// Counts a request that comes from an address against a limit that is kept by address
    /// ([`Limit::Address`], [`Limit::OauthRegister`], [`Limit::SignIn`]). Of an IPv6 address the
    /// network (/64) counts: whoever has one address of it has them all. `None` where the limit is
    /// off.
    pub fn from_address(
        &self,
        limit: Limit,
        address: IpAddr,
    ) -> Result<Option<Standing>, Exceeded> {
        self.count(limit, &network(address))
    }

    /// Counts a request of a principal: its own, and its client's if it has one. `None` where both
    /// are off, and for the operator and anonymous callers, who are not limited. Answers how it
    /// stands with the scarcer one.
    pub fn from_principal(&self, who: &Principal) -> Result<Option<Standing>, Exceeded> {
        if matches!(who.subject(), Subject::Local | Subject::Anonymous) {
            return Ok(None);
        }
        let own = self.count(Limit::Principal, who)?;
        let client = match who.client() {
            Some(client) => self.count(Limit::Client, &(who.organization(), client))?,
            None => None,
        };
        Ok(match (own, client) {
            (Some(own), Some(client)) if client.remaining < own.remaining => Some(client),
            (Some(own), _) => Some(own),
            (None, client) => client,
        })
    }

    /// Counts a call of a tool, by the name clients know. `None` where the limit is off.
    pub fn of_tool(&self, who: &Principal, tool: &str) -> Result<Option<Standing>, Exceeded> {
        self.count(Limit::Tool, &(who.organization(), tool))
    }

    /// How a principal stood when it last asked, without counting anything.
    pub fn standing(&self, who: &Principal) -> Option<Standing> {
        if matches!(who.subject(), Subject::Local | Subject::Anonymous) {
            return None;
        }
        self.table(Limit::Principal).look(self.key(who))
    }

    fn count(&self, limit: Limit, key: &impl Hash) -> Result<Option<Standing>, Exceeded> {
        let table = self.table(limit);
        if table.is_off() {
            return Ok(None);
        }
        table.count(self.key(key)).map(Some)
    }

    /// Hashed with keys of this process: nobody outside can make two that are the same.
    fn key(&self, key: &impl Hash) -> u64 {
        self.hasher.hash_one(key)
    }

    fn table(&self, limit: Limit) -> &Table {
        let [principal, client, tool, address, register, sign_in] = &self.tables;
        match limit {
            Limit::Principal => principal,
            Limit::Client => client,
            Limit::Tool => tool,
            Limit::Address => address,
            Limit::OauthRegister => register,
            Limit::SignIn => sign_in,
        }
    }
}

/// What counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(network.into())
        }
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
