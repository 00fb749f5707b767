use std::time::Duration;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// What one principal asks: one API key, one grant, one web session.
    Principal,
    /// What comes through one OAuth client, whoever lets it act.
    Client,
    /// Calls of one tool, whoever calls, in one organization.
    Tool,
    /// What comes from one address, known or not.
    Address,
    /// Registrations of OAuth clients from one address.
    OauthRegister,
    /// Attempts to sign in, or to get a token, from one address.
    SignIn,
}

impl Limit {
    /// The name of the limit in `RateLimit-Policy` and `RateLimit`, and in errors.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Client => "client",
            Self::Tool => "tool",
            Self::Address => "address",
            Self::OauthRegister => "oauth_register",
            Self::SignIn => "sign_in",
        }
    }
}

/// So often within so much time: a bucket that holds `limit` and fills evenly within `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How often; 0 is without limit.
    pub limit: u32,
    /// Within how much time.
    pub window: Duration,
}

impl Rate {
    /// Without limit.
    pub const OFF: Self = Self {
        limit: 0,
        window: Duration::from_mins(1),
    };

    /// `limit` a minute.
    pub const fn a_minute(limit: u32) -> Self {
        Self {
            limit,
            window: Duration::from_mins(1),
        }
    }
}

/// Every limit there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimits {
    /// Of [`Limit::Principal`].
    pub principal: Rate,
    /// Of [`Limit::Client`].
    pub client: Rate,
    /// Of [`Limit::Tool`].
    pub tool: Rate,
    /// Of [`Limit::Address`]. Off, because behind a proxy that is not in `trusted_hops` everyone has
    /// one address.
    pub address: Rate,
    /// Of [`Limit::OauthRegister`].
    pub oauth_register: Rate,
    /// Of [`Limit::SignIn`].
    pub sign_in: Rate,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            principal: Rate::a_minute(6_000),
            client: Rate::a_minute(30_000),
            tool: Rate::OFF,
            address: Rate::OFF,
            oauth_register: Rate {
                limit: 5,
                window: Duration::from_hours(1),
            },
            sign_in: Rate::a_minute(120),
        }
    }
}

impl RateLimits {
    /// The rate of one limit.
    pub fn rate(&self, limit: Limit) -> Rate {
        match limit {
            Limit::Principal => self.principal,
            Limit::Client => self.client,
            Limit::Tool => self.tool,
            Limit::Address => self.address,
            Limit::OauthRegister => self.oauth_register,
            Limit::SignIn => self.sign_in,
        }
    }
}
