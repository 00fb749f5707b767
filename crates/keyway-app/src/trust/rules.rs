use std::collections::HashMap;

use jiff::Timestamp;
use keyway_core::rpc::RawJson;
use keyway_store::{NewTools, Pinning, ServerTools, ToolPin, ToolSettings};

/// What is usual for servers of a kind, where their settings say nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usual {
    /// Configured or defined by the operator: what they list is shown.
    Operators,
    /// Added by an administrator at run time: what was seen then is shown.
    Added,
}

/// All that is decided about one server, ready to be held against what it lists.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) disabled: bool,
    pub(crate) pinning: Pinning,
    pub(crate) new_tools: NewTools,
    pub(crate) only_allowed: bool,
    pub(crate) needs_approval: bool,
    pub(crate) first_listed_at: Option<Timestamp>,
    /// By the server's own name.
    pub(crate) tools: HashMap<String, ToolSettings>,
    pub(crate) pins: HashMap<String, Pin>,
}

/// What was accepted of a tool, and what waits.
#[derive(Debug)]
pub(crate) struct Pin {
    pub(crate) accepted: Option<Accepted>,
    /// The hash of what is held back.
    pub(crate) held: Option<String>,
}

/// A definition that was accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) hash: String,
    pub(crate) json: RawJson,
}

impl Rules {
    /// Of a server of this kind of which nothing is decided.
    pub(crate) fn usual(usual: Usual) -> Self {
        let (pinning, new_tools) = match usual {
            Usual::Operators => (Pinning::Follow, NewTools::On),
            Usual::Added => (Pinning::Pin, NewTools::Off),
        };
        Self {
            disabled: false,
            pinning,
            new_tools,
            only_allowed: false,
            needs_approval: false,
            first_listed_at: None,
            tools: HashMap::new(),
            pins: HashMap::new(),
        }
    }

    /// As they are stored.
    pub(crate) fn of(stored: &ServerTools, usual: Usual) -> Self {
        let (settings, by_default) = (&stored.settings, Self::usual(usual));
        let tools = stored.tools.iter();
        let pins = stored.pins.iter();
        Self {
            disabled: settings.disabled,
            pinning: settings.definitions.unwrap_or(by_default.pinning),
            new_tools: settings.new_tools.unwrap_or(by_default.new_tools),
            only_allowed: settings.only_allowed,
            needs_approval: settings.needs_approval,
            first_listed_at: settings.first_listed_at,
            tools: tools.map(|one| (one.tool.clone(), one.clone())).collect(),
            pins: pins.map(|one| (one.tool.clone(), Pin::of(one))).collect(),
        }
    }

    /// True when it matters what a server listed before.
    pub(crate) fn remember(&self) -> bool {
        self.pinning == Pinning::Pin || self.new_tools == NewTools::Off
    }

    /// True when all that a server lists is shown as it is.
    pub(crate) fn is_plain(&self) -> bool {
        !self.disabled
            && !self.remember()
            && !self.only_allowed
            && !self.needs_approval
            && self.tools.is_empty()
    }

    /// Whether calls of a tool need an approval, by the server's own name of it.
    pub(crate) fn needs_approval(&self, own: &str) -> bool {
        let said = self.tools.get(own).and_then(|tool| tool.needs_approval);
        said.unwrap_or(self.needs_approval)
    }
}

impl Pin {
    fn of(stored: &ToolPin) -> Self {
        let accepted = stored.accepted.as_ref().and_then(|accepted| {
            Some(Accepted {
                hash: accepted.hash.clone(),
                // What cannot be read was never accepted.
                json: RawJson::parse(accepted.definition.clone().into()).ok()?,
            })
        });
        Self {
            accepted,
            held: stored.held.as_ref().map(|held| held.hash.clone()),
        }
    }
}
