use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use keyway_core::json;
use keyway_core::ports::{Decided, Definition, Lists};
use keyway_core::rpc::RawJson;
use keyway_store::{NewTools, Pinning};

use super::rules::Rules;

/// What is shown of a server, and what may be called.
pub(crate) struct Shown {
    /// What the server listed.
    pub(crate) of: Arc<Lists>,
    /// What was decided about it.
    pub(crate) rules: Arc<Rules>,
    /// What is shown of it.
    pub(crate) lists: Arc<Lists>,
    /// The server's own names of the tools that are shown; `None` where all are.
    callable: Option<HashSet<String>>,
    /// What was decided about them, by the name they are shown under. Nothing about most.
    decided: HashMap<String, Decided>,
}

impl Shown {
    /// True when a tool may be called, by the server's own name. Of a server that is shown as it is,
    /// whoever calls has found it in a list.
    pub(crate) fn may_call(&self, own: &str) -> bool {
        self.callable.as_ref().is_none_or(|all| all.contains(own))
    }

    /// True when nothing of the server is reached.
    pub(crate) fn is_disabled(&self) -> bool {
        self.rules.disabled
    }

    /// What was decided about a tool, by the name it is shown under.
    pub(crate) fn decided(&self, name: &str) -> Decided {
        self.decided.get(name).cloned().unwrap_or_default()
    }
}

/// What is shown of a server under rules. Every tool that is shown is listed by the server at this
/// moment, is not denied, and, where definitions are pinned, looks as it was accepted. Resources and
/// prompts are as the server lists them, unless it is disabled.
pub(crate) fn curate(of: Arc<Lists>, rules: Arc<Rules>) -> Shown {
    if rules.is_plain() {
        return Shown {
            lists: Arc::clone(&of),
            callable: None,
            decided: HashMap::new(),
            of,
            rules,
        };
    }
    let mut lists = Lists {
        fetched_at: of.fetched_at,
        warnings: of.warnings.clone(),
        ..Lists::default()
    };
    let mut callable = HashSet::new();
    let mut decided = HashMap::new();
    if !rules.disabled {
        lists.resources.clone_from(&of.resources);
        lists.templates.clone_from(&of.templates);
        lists.prompts.clone_from(&of.prompts);
        let mut taken: HashSet<&str> = rules
            .tools
            .values()
            .filter_map(|tool| tool.name.as_deref())
            .collect();
        for tool in once_each(&of.tools) {
            let Some(definition) = shown(tool, &rules) else {
                continue;
            };
            let own = tool.key.as_str();
            let settings = rules.tools.get(own);
            let name = settings.and_then(|tool| tool.name.as_deref());
            // A name that an administrator gave is nobody else's, whatever the server lists.
            if name.is_none() && !taken.insert(own) {
                continue;
            }
            let needs_approval = rules.needs_approval(own);
            if name.is_some() || needs_approval {
                let about = Decided {
                    own: name.map(|_| own.to_owned()),
                    needs_approval,
                };
                decided.insert(name.unwrap_or(own).to_owned(), about);
            }
            callable.insert(own.to_owned());
            lists.tools.push(Definition {
                key: name.unwrap_or(own).to_owned(),
                json: definition,
            });
        }
    }
    Shown {
        lists: Arc::new(lists),
        callable: Some(callable),
        decided,
        of,
        rules,
    }
}

/// Of tools with the same name the first one counts.
pub(super) fn once_each(tools: &[Definition]) -> impl Iterator<Item = &Definition> {
    let mut seen = HashSet::new();
    tools
        .iter()
        .filter(move |tool| seen.insert(tool.key.as_str()))
}

/// The definition a tool is shown with; `None` where it is not shown.
fn shown(tool: &Definition, rules: &Rules) -> Option<RawJson> {
    let settings = rules.tools.get(&tool.key);
    match settings.and_then(|settings| settings.allowed) {
        Some(false) => return None,
        None if rules.only_allowed => return None,
        _ => {}
    }
    let accepted = rules
        .pins
        .get(&tool.key)
        .and_then(|pin| pin.accepted.as_ref());
    let definition = match (rules.pinning, rules.new_tools) {
        (Pinning::Pin, _) => &accepted?.json,
        (Pinning::Follow, NewTools::Off) => {
            accepted?;
            &tool.json
        }
        (Pinning::Follow, NewTools::On) => &tool.json,
    };
    // The same text is kept once.
    let definition = if *definition == tool.json {
        &tool.json
    } else {
        definition
    };
    match settings.and_then(|settings| settings.description.as_deref()) {
        Some(description) => with_member(definition, "description", description),
        None => Some(definition.clone()),
    }
}

/// A definition with a text in place of a member's value, or as one member more.
fn with_member(definition: &RawJson, member: &str, value: &str) -> Option<RawJson> {
    let text = definition.as_str();
    let quoted = json::quote(value);
    let edits: Vec<_> = json::members(text)
        .filter(|found| found.key == member)
        .map(|found| (found.value_range, quoted.as_str()))
        .collect();
    if !edits.is_empty() {
        return RawJson::parse(json::splice(text, &edits).into()).ok();
    }
    let last = json::members(text).last()?;
    let more = format!(",{}:{quoted}", json::quote(member));
    let end = last.value_range.end;
    RawJson::parse(json::splice(text, &[(end..end, more.as_str())]).into()).ok()
}
