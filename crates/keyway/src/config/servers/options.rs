use keyway_core::names::Prefix;
use keyway_mcp::upstream::{ServerSpec, Timeouts, ToolFilter};

use super::Dialect;
use super::fields::Fields;
use super::timeouts::timeouts;
use crate::config::doc::Value;

/// How often an idle connection is checked.
#[derive(Default)]
enum KeepAlive {
    #[default]
    Default,
    Never,
    Every(std::time::Duration),
}

/// The fields that have nothing to do with the transport.
#[derive(Default)]
pub(super) struct Options {
    prefix: Option<Prefix>,
    organization: Option<String>,
    enabled: Option<bool>,
    tools: ToolFilter,
    timeouts: Timeouts,
    retries: Option<u32>,
    keep_alive: KeepAlive,
}

impl Options {
    pub(super) fn read(fields: &mut Fields<'_>) -> Self {
        Self {
            prefix: prefix(fields),
            organization: organization(fields),
            enabled: enabled(fields),
            tools: tools(fields),
            timeouts: timeouts(fields),
            retries: retries(fields),
            keep_alive: keep_alive(fields),
        }
    }

    /// Puts them into the spec; the organization is no part of it.
    pub(super) fn apply(self, spec: &mut ServerSpec) -> Option<String> {
        if let Some(prefix) = self.prefix {
            spec.prefix = prefix;
        }
        if let Some(enabled) = self.enabled {
            spec.enabled = enabled;
        }
        match self.keep_alive {
            KeepAlive::Default => {}
            KeepAlive::Never => spec.keep_alive = None,
            KeepAlive::Every(pause) => spec.keep_alive = Some(pause),
        }
        if let Some(retries) = self.retries {
            spec.retries = retries;
        }
        spec.tools = self.tools;
        spec.timeouts = self.timeouts;
        self.organization
    }
}

fn prefix(fields: &mut Fields<'_>) -> Option<Prefix> {
    let node = fields.get("prefix")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match &node.value {
        Value::Bool(false) => Some(Prefix::None),
        Value::Text(text) if text.is_empty() => Some(Prefix::None),
        Value::Text(text) if text.len() <= 32 && text.chars().all(plain) => {
            Some(Prefix::Custom(text.clone()))
        }
        _ => {
            let expected = "expected up to 32 letters, digits, `_` and `-`, or `false` for none";
            fields.problem(node.at, "prefix", expected);
            None
        }
    }
}

fn organization(fields: &mut Fields<'_>) -> Option<String> {
    let node = fields.get("organization")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let slug = node.text().filter(|text| {
        (1..=63).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-')
    });
    if slug.is_none() {
        let expected = "expected the slug of an organization: lower-case letters, digits and `-`";
        fields.problem(node.at, "organization", expected);
    }
    slug.map(str::to_owned)
}

fn enabled(fields: &mut Fields<'_>) -> Option<bool> {
    let enabled = fields.bool("enabled");
    if fields.dialect != Dialect::Desktop {
        return enabled;
    }
    enabled.or(fields.bool("disabled").map(|disabled| !disabled))
}

fn tools(fields: &mut Fields<'_>) -> ToolFilter {
    let mut filter = ToolFilter::default();
    if fields.dialect == Dialect::Desktop {
        filter
            .deny
            .extend(names(fields, "disabledTools").unwrap_or_default());
        filter
            .deny
            .extend(names(fields, "excludeTools").unwrap_or_default());
        filter.allow = names(fields, "includeTools");
    }
    let Some(node) = fields.get("tools") else {
        return filter;
    };
    // Some clients write a plain list of names, with `*` for all.
    if fields.dialect == Dialect::Desktop && node.items().is_some() {
        filter.allow = names(fields, "tools").filter(|names| !names.iter().any(|name| name == "*"));
        return filter;
    }
    let Some(members) = node.members() else {
        fields.problem(node.at, "tools", "expected `allow` and `deny`");
        return filter;
    };
    for (key, value) in members {
        let inner = format!("tools.{}", key.text);
        let list: Option<Vec<_>> = value.items().and_then(|items| {
            items
                .iter()
                .map(|item| item.text().map(str::to_owned))
                .collect()
        });
        match (key.text.as_str(), list) {
            ("allow", Some(list)) => filter.allow = Some(list),
            ("deny", Some(list)) => filter.deny.extend(list),
            ("allow" | "deny", None) => {
                fields.problem(value.at, &inner, "expected a list of tool names");
            }
            _ => fields.problem(key.at, "tools", "expected only `allow` and `deny`"),
        }
    }
    filter
}

fn names(fields: &mut Fields<'_>, field: &str) -> Option<Vec<String>> {
    let list = fields.list(field)?;
    Some(list.into_iter().map(|item| item.text).collect())
}

fn keep_alive(fields: &mut Fields<'_>) -> KeepAlive {
    let Some(node) = fields.get("keep_alive") else {
        return KeepAlive::Default;
    };
    if matches!(node.value, Value::Bool(false)) {
        return KeepAlive::Never;
    }
    fields
        .duration(node, "keep_alive")
        .map_or(KeepAlive::Default, KeepAlive::Every)
}

fn retries(fields: &mut Fields<'_>) -> Option<u32> {
    let (_, retries) = fields.whole("retries", 0..=10)?;
    u32::try_from(retries).ok()
}
