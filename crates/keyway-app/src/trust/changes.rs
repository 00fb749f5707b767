use keyway_core::rpc::RawJson;
use keyway_core::{Error, Principal};
use keyway_store::ToolPin;

use super::difference::difference;
use super::error;
use super::servers::McpServers;
use super::view::ChangeView;
use crate::audit::{Event, EventKind};
use crate::connectors::by;
use crate::{Listed, Part};

/// The most rows of a part of a list.
const ROWS: usize = 20;
/// The most tools that are decided about at once, and of which the audit log names each.
const AT_ONCE: usize = 500;

/// What an administrator says to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is shown from here on.
    Accept,
    /// It stays away.
    Reject,
}

/// A change that somebody looked at.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Looked {
    /// The server's own name of the tool.
    pub tool: String,
    /// The hash of the definition.
    pub hash: String,
}

impl McpServers {
    /// A part of the changed and new tools of a server that are held back, by name.
    pub async fn changes(
        &self,
        who: &Principal,
        server: &str,
        part: Part<'_>,
    ) -> Result<Listed<ChangeView>, Error> {
        self.app.administer(who).await?;
        let standing = self.standing(who, server).await?;
        let pins = standing.stored.pins.iter();
        let mut pins = pins.filter(|pin| part.cursor.is_none_or(|after| pin.tool.as_str() > after));
        let rows: Vec<_> = pins.by_ref().filter_map(view).take(ROWS).collect();
        let last = rows.last().map(|row| row.tool.clone());
        let more = pins.any(|pin| pin.held.is_some());
        Ok(Listed {
            next_cursor: last.filter(|_| more),
            rows,
        })
    }

    /// One change of a server.
    ///
    /// # Errors
    ///
    /// `tool_not_found` where nothing of the tool is held back.
    pub async fn held_change(
        &self,
        who: &Principal,
        server: &str,
        tool: &str,
    ) -> Result<ChangeView, Error> {
        self.app.administer(who).await?;
        let standing = self.standing(who, server).await?;
        let pin = standing.stored.pins.iter().find(|pin| pin.tool == tool);
        pin.and_then(view).ok_or_else(error::no_tool)
    }

    /// Accepts or rejects changes, all of them or none. What is accepted is shown to every client once
    /// this returned.
    ///
    /// # Errors
    ///
    /// `tool_changed_again` where a tool's definition is not the one that was looked at.
    pub async fn answer(
        &self,
        who: &Principal,
        server: &str,
        answer: Answer,
        looked: &[Looked],
    ) -> Result<(), Error> {
        let kind = match answer {
            Answer::Accept => EventKind::ToolAccepted,
            Answer::Reject => EventKind::ToolRejected,
        };
        let told = looked.iter().take(AT_ONCE);
        let told: Vec<_> = told
            .map(|one| serde_json::json!({ "name": one.tool, "definition": one.hash }))
            .collect();
        let event = Event::new(kind, who)
            .target("server", server)
            .server(server)
            .detail("tools", told);
        let change = async {
            self.decide(who).await?;
            if looked.is_empty() || looked.len() > AT_ONCE {
                return Err(Error::invalid_at("/changes", "1 to 500 changes"));
            }
            let standing = self.standing(who, server).await?;
            let is_held = |one: &Looked| {
                let pins = &standing.stored.pins;
                let pin = pins.iter().find(|pin| pin.tool == one.tool);
                let held = pin.and_then(|pin| pin.held.as_ref());
                held.is_some_and(|held| held.hash == one.hash)
            };
            if !looked.iter().all(is_held) {
                return Err(error::changed_again());
            }
            let (store, at) = (&self.app.inner.store, self.app.inner.clock.now());
            let (organization, key) = (&standing.key.0, &*standing.key.1);
            let mut all = true;
            for one in looked {
                let (tool, hash) = (&one.tool, &one.hash);
                all &= match answer {
                    Answer::Accept => {
                        let by = by(who);
                        let done = store.accept_tool(organization, key, tool, hash, &by, at);
                        done.await?
                    }
                    Answer::Reject => store.reject_tool(organization, key, tool, hash).await?,
                };
            }
            self.app.server_decided(&standing.key).await?;
            all.then_some(()).ok_or_else(error::changed_again)
        };
        self.app.audit().change(event, change).await
    }
}

fn view(pin: &ToolPin) -> Option<ChangeView> {
    let held = pin.held.as_ref()?;
    let before = pin.accepted.as_ref();
    let before = before.and_then(|before| RawJson::parse(before.definition.clone().into()).ok());
    let after = RawJson::parse(held.definition.clone().into()).ok()?;
    Some(ChangeView {
        tool: pin.tool.clone(),
        is_new: pin.accepted.is_none(),
        hash: held.hash.clone(),
        seen_at: held.at,
        rejected: pin.rejected.as_ref() == Some(&held.hash),
        findings: serde_json::from_str(&held.findings).unwrap_or_default(),
        differences: difference(before.as_ref(), &after),
    })
}
