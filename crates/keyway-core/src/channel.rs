//! Channels: what actions publish to, and who may listen.

use std::fmt;
use std::sync::Arc;

use crate::action::Origin;
use crate::json::quote;
use crate::names::CHANNEL_NAME;
use crate::rpc::RawJson;
use crate::{Error, Kind, Principal};

/// The most bytes of one message.
pub const MAX_MESSAGE: usize = 64 * 1024;

/// What the URI of a channel starts with, towards MCP clients.
pub const URI_PREFIX: &str = "keyway://channels/";

/// A message, as it reaches who subscribed.
///
/// ```
/// use keyway_core::channel::Message;
/// use keyway_core::rpc::RawJson;
///
/// let message = Message {
///     channel: "orders".into(),
///     id: 7,
///     at: jiff::Timestamp::UNIX_EPOCH,
///     data: RawJson::of(&"shipped").unwrap(),
/// };
/// assert_eq!(message.uri(), "keyway://channels/orders");
/// ```
#[derive(Debug, Clone)]
pub struct Message {
    /// The channel it was published to.
    pub channel: String,
    /// Its number: higher than that of every message of the organization before it.
    pub id: i64,
    /// When it was published.
    pub at: jiff::Timestamp,
    /// What was published.
    pub data: RawJson,
}

impl Message {
    /// Where its channel is, as a resource of MCP.
    pub fn uri(&self) -> String {
        format!("{URI_PREFIX}{}", self.channel)
    }

    /// The message as it is written everywhere: `{"id": …, "channel": …, "at": …, "data": …}`. The
    /// data is what was published, byte for byte.
    pub fn to_json(&self) -> String {
        format!(
            "{{\"id\":{},\"channel\":{},\"at\":\"{}\",\"data\":{}}}",
            self.id,
            quote(&self.channel),
            self.at,
            self.data.as_str()
        )
    }
}

impl PartialEq for Message {
    /// Two messages of one organization are the same when their numbers are.
    fn eq(&self, other: &Self) -> bool {
        (self.id, &self.channel) == (other.id, &other.channel)
    }
}

impl Eq for Message {}

type Rule = Arc<dyn Fn(&Principal) -> bool + Send + Sync>;

/// A channel: a name that actions publish messages to, and a rule that says who of the organization
/// may subscribe. Nobody may unless it says so.
///
/// ```
/// use keyway_core::{Channel, Role};
///
/// let orders = Channel::new("orders").allow(|who| who.role() != Role::Member);
/// assert_eq!(orders.name(), "orders");
/// assert_eq!(orders.uri(), "keyway://channels/orders");
/// ```
#[derive(Clone)]
pub struct Channel {
    name: String,
    description: String,
    rules: Vec<Rule>,
    defined_at: Origin,
}

impl Channel {
    /// A channel that nobody may subscribe to yet.
    #[track_caller]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            rules: Vec::new(),
            defined_at: Origin::here(),
        }
    }

    /// What is said there, for people and models.
    ///
    /// ```
    /// # use keyway_core::Channel;
    /// let orders = Channel::new("orders").describe("Orders as they are shipped");
    /// assert_eq!(orders.description(), "Orders as they are shipped");
    /// ```
    pub fn describe(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Lets everyone subscribe for whom the rule holds, besides those who may already. It is asked
    /// when they begin to listen, and again every few seconds with the role they have then.
    pub fn allow(mut self, rule: impl Fn(&Principal) -> bool + Send + Sync + 'static) -> Self {
        self.rules.push(Arc::new(rule));
        self
    }

    /// Lets everyone of the organization subscribe.
    ///
    /// ```
    /// # use keyway_core::{Channel, Principal, Subject};
    /// let news = Channel::new("news").allow_everyone();
    /// let organization = "org_01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    /// assert!(news.allows(&Principal::new(organization, Subject::Anonymous)));
    /// ```
    pub fn allow_everyone(self) -> Self {
        self.allow(|_| true)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is said there.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Where it is, as a resource of MCP.
    pub fn uri(&self) -> String {
        format!("{URI_PREFIX}{}", self.name)
    }

    /// True when a rule lets `who` subscribe.
    pub fn allows(&self, who: &Principal) -> bool {
        self.rules.iter().any(|rule| rule(who))
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The channels of a gateway, checked.
///
/// ```
/// use keyway_core::channel::{Channel, Channels};
///
/// let channels = Channels::new(vec![Channel::new("orders")]).unwrap();
/// assert_eq!(channels.names().collect::<Vec<_>>(), ["orders"]);
/// let wrong = Channels::new(vec![Channel::new("Orders")]).unwrap_err();
/// assert!(wrong[0].to_string().contains("its name is not a channel name"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Channels {
    all: Arc<[Channel]>,
}

/// Why a channel cannot be there. For the one who starts the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadChannel {
    owner: String,
    reason: String,
}

impl fmt::Display for BadChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.owner, self.reason)
    }
}

impl std::error::Error for BadChannel {}

impl Channels {
    /// Checks channels, each by itself and against each other. Tells everything that is wrong.
    pub fn new(all: Vec<Channel>) -> Result<Self, Vec<BadChannel>> {
        let mut wrong = Vec::new();
        for (index, channel) in all.iter().enumerate() {
            let before = all.iter().take(index);
            let reason = if !CHANNEL_NAME.allows(&channel.name) {
                format!("its name is not {}", CHANNEL_NAME.expectation())
            } else if let Some(first) = before.into_iter().find(|one| one.name == channel.name) {
                format!("the name is taken by {}", owner(first))
            } else {
                continue;
            };
            let owner = owner(channel);
            wrong.push(BadChannel { owner, reason });
        }
        if wrong.is_empty() {
            Ok(Self { all: all.into() })
        } else {
            Err(wrong)
        }
    }

    /// The channel of this name.
    pub fn get(&self, name: &str) -> Option<&Channel> {
        self.all.iter().find(|channel| channel.name == name)
    }

    /// The channel at this URI.
    pub fn at(&self, uri: &str) -> Option<&Channel> {
        self.get(uri.strip_prefix(URI_PREFIX)?)
    }

    /// Their names, in the order they were declared.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(Channel::name)
    }

    /// All of them, in the order they were declared.
    pub fn iter(&self) -> std::slice::Iter<'_, Channel> {
        self.all.iter()
    }
}

impl<'a> IntoIterator for &'a Channels {
    type Item = &'a Channel;
    type IntoIter = std::slice::Iter<'a, Channel>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The error of publishing to a channel that nobody declared. It names those that are there.
pub fn unknown(names: &[&str]) -> Error {
    let there = if names.is_empty() {
        "this gateway declares none".to_owned()
    } else {
        format!("there are: {}", names.join(", "))
    };
    Error::new(
        Kind::NotFound,
        "unknown_channel",
        format!("there is no channel of this name; {there}"),
    )
    .with_hint("declare it where the gateway is put together: `.channel(Channel::new(…))`")
}

fn owner(channel: &Channel) -> String {
    format!("channel \"{}\" ({})", channel.name, channel.defined_at)
}
