use keyway_core::Channel;

/// A channel, as those see it who may subscribe.
#[derive(Debug, Clone, serde::Serialize)]
pub struct ChannelView {
    /// Its name.
    pub name: String,
    /// What is said there.
    pub description: String,
    /// Where it is, as a resource of MCP.
    pub uri: String,
}

impl From<&Channel> for ChannelView {
    fn from(channel: &Channel) -> Self {
        Self {
            name: channel.name().to_owned(),
            description: channel.description().to_owned(),
            uri: channel.uri(),
        }
    }
}
