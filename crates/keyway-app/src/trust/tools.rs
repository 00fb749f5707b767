use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use keyway_core::ports::{Definition, Lists};
use keyway_core::rpc::RawJson;
use keyway_core::{Error, Principal, is_visible, json};
use keyway_store::{Pinning, Reason, ToolPin, ToolSettings};

use super::curate::{Shown, curate, once_each};
use super::error;
use super::servers::{McpServers, Standing};
use super::suspicious::suspicious;
use super::view::{ToolPatch, ToolState, ToolView};
use crate::audit::{Event, EventKind};
use crate::{Listed, Part};

/// The most rows of a part of a list.
const ROWS: usize = 50;
/// The most characters of a title or description that are told.
const LONGEST: usize = 2_000;
/// The longest name a tool is given, in bytes: what clients know it by has room for the server's key.
const NAME: usize = 64;
/// The longest name of a tool that is decided about before the server listed it, in bytes.
const LONGEST_NAME: usize = 256;
/// The longest description a tool is given, in characters.
const DESCRIPTION: usize = 8_000;

impl McpServers {
    /// A part of the tools of a server, by name: what it lists, and what it listed and was accepted.
    pub async fn tools(
        &self,
        who: &Principal,
        server: &str,
        part: Part<'_>,
    ) -> Result<Listed<ToolView>, Error> {
        self.app.administer(who).await?;
        let standing = self.standing(who, server).await?;
        let all = Tools::of(&standing);
        let searched = part.search.unwrap_or_default().trim().to_lowercase();
        let mut found = all.names.iter().filter(|name| {
            part.cursor.is_none_or(|after| name.as_str() > after)
                && name.to_lowercase().contains(&searched)
        });
        let rows: Vec<_> = found
            .by_ref()
            .take(ROWS)
            .map(|name| all.view(name))
            .collect();
        let last = rows.last().map(|row| row.tool.clone());
        Ok(Listed {
            next_cursor: last.filter(|_| found.next().is_some()),
            rows,
        })
    }

    /// One tool of a server, by the server's own name.
    pub async fn tool(&self, who: &Principal, server: &str, tool: &str) -> Result<ToolView, Error> {
        self.app.administer(who).await?;
        let standing = self.standing(who, server).await?;
        let all = Tools::of(&standing);
        let known = all.names.contains(tool);
        known.then(|| all.view(tool)).ok_or_else(error::no_tool)
    }

    /// The revision of the settings of a tool; 0 where there are none.
    pub async fn revision_of(
        &self,
        who: &Principal,
        server: &str,
        tool: &str,
    ) -> Result<i64, Error> {
        self.app.administer(who).await?;
        let standing = self.standing(who, server).await?;
        let mut all = standing.stored.tools.iter();
        let found = all.find(|one| one.tool == tool);
        Ok(found.map_or(0, |found| found.revision))
    }

    /// Changes the settings of a tool, made from what had this revision. It holds for every client once
    /// this returned.
    ///
    /// # Errors
    ///
    /// `settings_changed` where somebody else changed them since, `tool_name_taken`.
    pub async fn change_tool(
        &self,
        who: &Principal,
        server: &str,
        tool: &str,
        revision: i64,
        patch: &ToolPatch,
    ) -> Result<ToolView, Error> {
        let mut event = Event::new(EventKind::ToolSettingsChanged, who)
            .target("server", server)
            .server(server)
            .tool(tool);
        if let Some(allowed) = patch.allowed {
            event = event.detail("allowed", allowed);
        }
        if let Some(needs_approval) = patch.needs_approval {
            event = event.detail("needs_approval", needs_approval);
        }
        if let Some(name) = &patch.name {
            event = event.detail("name", name.as_deref());
        }
        if patch.description.is_some() {
            event = event.detail("description", "changed");
        }
        let change = async {
            self.decide(who).await?;
            let standing = self.standing(who, server).await?;
            let all = Tools::of(&standing);
            // Where nothing is connected, nobody knows what the server lists.
            let unknown = standing.shown.is_none() && tool.len() <= LONGEST_NAME;
            if !all.names.contains(tool) && !unknown {
                return Err(error::no_tool());
            }
            let new = changed(&all, tool, revision, patch)?;
            let store = &self.app.inner.store;
            let put = store.put_tool_settings(&standing.key.0, &standing.key.1, &new);
            let done = put.await.map_err(|failed| match failed.reason() {
                Reason::Conflict => error::name_taken(),
                _ => failed.into(),
            })?;
            if !done {
                return Err(error::stale());
            }
            self.app.server_decided(&standing.key).await?;
            Ok(())
        };
        self.app.audit().change(event, change).await?;
        self.tool(who, server, tool).await
    }
}

fn changed(
    all: &Tools<'_>,
    tool: &str,
    revision: i64,
    patch: &ToolPatch,
) -> Result<ToolSettings, Error> {
    let mut new = all.settings(tool).cloned().unwrap_or_default();
    if new.revision != revision {
        return Err(error::stale());
    }
    tool.clone_into(&mut new.tool);
    new.allowed = patch.allowed.unwrap_or(new.allowed);
    new.needs_approval = patch.needs_approval.unwrap_or(new.needs_approval);
    if let Some(name) = &patch.name {
        let name = name.as_deref().map(str::trim);
        let name = name.filter(|name| !name.is_empty() && *name != tool);
        if let Some(name) = name {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
            if name.len() > NAME || !name.bytes().all(plain) {
                let expected = "1 to 64 letters, digits, `_`, `-` and `.`";
                return Err(Error::invalid_at("/name", expected));
            }
            if all.names.contains(name) || all.is_given(name, tool) {
                return Err(error::name_taken());
            }
        }
        new.name = name.map(str::to_owned);
    }
    if let Some(description) = &patch.description {
        let text = description.as_deref().map(str::trim);
        let text = text.filter(|text| !text.is_empty());
        if let Some(text) = text {
            let lines = text
                .lines()
                .all(|line| is_visible(&line.replace('\t', " ")));
            if text.chars().count() > DESCRIPTION || !lines {
                let expected = "at most 8000 characters, all of them visible";
                return Err(Error::invalid_at("/description", expected));
            }
        }
        new.description = text.map(str::to_owned);
    }
    Ok(new)
}

/// The tools of a server.
struct Tools<'a> {
    standing: &'a Standing,
    shown: Shown,
    /// Those that are shown, by the server's own names.
    visible: BTreeMap<String, RawJson>,
    listed: BTreeMap<String, RawJson>,
    pins: BTreeMap<&'a str, &'a ToolPin>,
    names: BTreeSet<String>,
}

impl<'a> Tools<'a> {
    fn of(standing: &'a Standing) -> Self {
        let lists = match &standing.shown {
            Some(_) => standing.lists(),
            None => Arc::new(remembered(&standing.stored.pins)),
        };
        let rules = super::rules::Rules::of(&standing.stored, standing.usual);
        let shown = curate(Arc::clone(&lists), Arc::new(rules));
        let listed: BTreeMap<_, _> = once_each(&lists.tools)
            .map(|tool| (tool.key.clone(), tool.json.clone()))
            .collect();
        let visible = once_each(&shown.lists.tools).map(|tool| {
            let own = shown.decided(&tool.key).own;
            (own.unwrap_or_else(|| tool.key.clone()), tool.json.clone())
        });
        let visible: BTreeMap<_, _> = visible.collect();
        let pins = standing.stored.pins.iter();
        let pins: BTreeMap<_, _> = pins.map(|pin| (pin.tool.as_str(), pin)).collect();
        let settled = standing.stored.tools.iter().map(|tool| tool.tool.clone());
        let names = listed
            .keys()
            .cloned()
            .chain(pins.keys().map(|&name| name.to_owned()))
            .chain(settled);
        Self {
            standing,
            names: names.collect(),
            shown,
            visible,
            listed,
            pins,
        }
    }

    fn settings(&self, tool: &str) -> Option<&ToolSettings> {
        let all = &self.standing.stored.tools;
        all.iter().find(|one| one.tool == tool)
    }

    /// True when another tool than `tool` is shown under a name.
    fn is_given(&self, name: &str, tool: &str) -> bool {
        let all = &self.standing.stored.tools;
        all.iter()
            .any(|one| one.tool != tool && one.name.as_deref() == Some(name))
    }

    fn view(&self, tool: &str) -> ToolView {
        let settings = self.settings(tool).cloned().unwrap_or_default();
        let pin = self.pins.get(tool);
        let accepted = pin.and_then(|pin| pin.accepted.as_ref());
        let held = pin.and_then(|pin| pin.held.as_ref());
        let seen = self.visible.get(tool).or_else(|| self.listed.get(tool));
        let seen = seen.cloned().or_else(|| {
            let kept = accepted.map(|accepted| &accepted.definition);
            let kept = kept.or_else(|| held.map(|held| &held.definition))?;
            RawJson::parse(kept.clone().into()).ok()
        });
        let member = |name| seen.as_ref().and_then(|seen| text(seen, name));
        let description = member("description").unwrap_or_default();
        let mut odd = suspicious(tool);
        odd.extend(suspicious(&description));
        ToolView {
            title: member("title").map(|title| cut(&title)),
            description: cut(&description),
            state: self.state(tool, pin.copied()),
            allowed: settings.allowed,
            needs_approval: self.standing.rules.needs_approval(tool),
            own_needs_approval: settings.needs_approval,
            shown_as: settings.name,
            shown_description: settings.description,
            hash: accepted.map(|accepted| accepted.hash.clone()),
            held: held.map(|held| held.hash.clone()),
            odd,
            revision: settings.revision,
            tool: tool.to_owned(),
        }
    }

    fn state(&self, tool: &str, pin: Option<&ToolPin>) -> ToolState {
        let rules = &self.standing.rules;
        let held = pin.and_then(|pin| pin.held.as_ref());
        let rejected = pin.and_then(|pin| pin.rejected.as_ref());
        let is_rejected = held.is_some_and(|held| Some(&held.hash) == rejected);
        if rules.disabled {
            return ToolState::Disabled;
        }
        if !self.listed.contains_key(tool) {
            return ToolState::Gone;
        }
        if self.visible.contains_key(tool) && self.shown.may_call(tool) {
            return match held {
                Some(_) if rules.pinning == Pinning::Follow => ToolState::Shown,
                Some(_) if is_rejected => ToolState::ChangeRejected,
                Some(_) => ToolState::Changed,
                None => ToolState::Shown,
            };
        }
        let allowed = self.settings(tool).and_then(|one| one.allowed);
        match allowed {
            Some(false) => ToolState::Denied,
            None if rules.only_allowed => ToolState::NotAllowed,
            _ if pin.is_some_and(|pin| pin.accepted.is_some()) => ToolState::NameTaken,
            _ if is_rejected => ToolState::Rejected,
            _ if rules.remember() => ToolState::New,
            _ => ToolState::NameTaken,
        }
    }
}

/// What a server listed, as far as it was kept: all that is known where nothing is connected.
fn remembered(pins: &[ToolPin]) -> Lists {
    let tools = pins.iter().filter_map(|pin| {
        let held = pin.held.as_ref().map(|held| &held.definition);
        let kept = held.or_else(|| Some(&pin.accepted.as_ref()?.definition))?;
        Some(Definition {
            key: pin.tool.clone(),
            json: RawJson::parse(kept.clone().into()).ok()?,
        })
    });
    Lists {
        tools: tools.collect(),
        ..Lists::default()
    }
}

fn text(definition: &RawJson, member: &str) -> Option<String> {
    let found = json::member(definition.as_str(), member)?;
    serde_json::from_str(found.value).ok()
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
