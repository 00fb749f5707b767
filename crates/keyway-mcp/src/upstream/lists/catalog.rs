use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::action::HeaderParameter;
use keyway_core::json;
use keyway_core::ports::{Definition, Lists};

use super::echo::Echo;
use super::pages::{Kind, PROMPTS, RESOURCES, TEMPLATES, TOOLS, read_all};
use super::warnings::Warnings;
use crate::upstream::connection::{Connection, Link};
use crate::upstream::failure::Failure;
use crate::upstream::inbound;
use crate::upstream::params::annotated;
use crate::upstream::spec::ToolFilter;

/// The last known lists of a server, and what was read out of them.
#[derive(Debug, Default)]
pub(in crate::upstream) struct Catalog {
    pub(in crate::upstream) lists: Arc<Lists>,
    /// Parameters of tools that are mirrored into headers, by tool. Most tools have none.
    pub(in crate::upstream) headers: HashMap<String, Vec<HeaderParameter>>,
    warnings: [Warnings; 3],
}

/// What listing needs to know.
pub(in crate::upstream) struct Listing<'a> {
    pub(in crate::upstream) connection: &'a Connection,
    pub(in crate::upstream) tools: &'a ToolFilter,
    pub(in crate::upstream) echo: &'a Echo,
    pub(in crate::upstream) most: usize,
    pub(in crate::upstream) limit: Duration,
    /// How many more times a page is asked for that did not come.
    pub(in crate::upstream) retries: u32,
    pub(in crate::upstream) now: jiff::Timestamp,
}

/// Reads the lists named by `which` anew; the others stay. A list that cannot be read costs only
/// itself, unless the connection is gone. The flag tells whether anything is different.
pub(in crate::upstream) async fn refresh(
    old: &Catalog,
    which: u8,
    listing: &Listing<'_>,
) -> Result<(Catalog, bool), Failure> {
    let caps = listing.connection.caps;
    let mut new = Catalog {
        lists: Arc::new(Lists::default()),
        headers: old.headers.clone(),
        warnings: old.warnings.clone(),
    };
    let (mut tools, mut prompts) = (old.lists.tools.clone(), old.lists.prompts.clone());
    let mut resources = old.lists.resources.clone();
    let mut templates = old.lists.templates.clone();
    let [about_tools, about_resources, about_prompts] = &mut new.warnings;
    if which & inbound::TOOLS != 0 {
        *about_tools = Warnings::default();
        let mut headers = HashMap::new();
        let over_http = matches!(listing.connection.link, Link::Http(_));
        let check = |name: &str, tool: &str| {
            if !listing.tools.admits(name) {
                return Ok(false);
            }
            let schema = json::member(tool, "inputSchema")
                .filter(|schema| schema.value.starts_with('{'))
                .ok_or_else(|| "it has no `inputSchema`".to_owned())?;
            match annotated(schema.value) {
                Ok(parameters) if !parameters.is_empty() => {
                    headers.insert(name.to_owned(), parameters);
                }
                Err(wrong) if over_http => return Err(wrong.to_string()),
                _ => {}
            }
            Ok(true)
        };
        replace(&mut tools, caps.tools, TOOLS, listing, about_tools, check).await?;
        new.headers = headers;
    }
    if which & inbound::RESOURCES != 0 {
        *about_resources = Warnings::default();
        let any = |_: &str, _: &str| Ok(true);
        let about = about_resources;
        replace(
            &mut resources,
            caps.resources,
            RESOURCES,
            listing,
            about,
            any,
        )
        .await?;
        replace(
            &mut templates,
            caps.resources,
            TEMPLATES,
            listing,
            about,
            any,
        )
        .await?;
    }
    if which & inbound::PROMPTS != 0 {
        *about_prompts = Warnings::default();
        let any = |_: &str, _: &str| Ok(true);
        let about = about_prompts;
        replace(&mut prompts, caps.prompts, PROMPTS, listing, about, any).await?;
    }
    let mut warnings = Warnings::default();
    for about in &new.warnings {
        warnings.extend(about);
    }
    let lists = Lists {
        tools,
        resources,
        templates,
        prompts,
        fetched_at: Some(listing.now),
        warnings: warnings.texts(),
    };
    let changed = old.lists.fetched_at.is_none() || differ(&old.lists, &lists);
    new.lists = Arc::new(lists);
    Ok((new, changed))
}

async fn replace(
    list: &mut Vec<Definition>,
    offered: bool,
    kind: Kind,
    listing: &Listing<'_>,
    warnings: &mut Warnings,
    mut check: impl FnMut(&str, &str) -> Result<bool, String>,
) -> Result<(), Failure> {
    if !offered {
        list.clear();
        return Ok(());
    }
    let connection = listing.connection;
    let check = |key: &str, item: &str| {
        if listing.echo.is_in(key) {
            return Err(Echo::WRONG.to_owned());
        }
        check(key, item)
    };
    match read_all(listing, kind, warnings, check).await {
        Ok(read) => *list = read,
        Err(failure) if failure.breaks_connection() || connection.line.gone.is_cancelled() => {
            return Err(failure);
        }
        // Servers that offer resources need not have templates.
        Err(Failure::Rpc(error)) if kind.items == TEMPLATES.items && is_unknown(&error) => {
            list.clear();
        }
        Err(failure) => warnings.add(format!(
            "{}: could not be listed: {}",
            kind.items,
            failure.reason()
        )),
    }
    Ok(())
}

fn is_unknown(error: &keyway_core::rpc::RawJson) -> bool {
    crate::upstream::failure::read_error(error).0 == keyway_core::rpc::RpcError::METHOD_NOT_FOUND
}

fn differ(old: &Lists, new: &Lists) -> bool {
    let same = |old: &[Definition], new: &[Definition]| {
        old.len() == new.len()
            && old
                .iter()
                .zip(new)
                .all(|(old, new)| old.key == new.key && old.json == new.json)
    };
    !(same(&old.tools, &new.tools)
        && same(&old.resources, &new.resources)
        && same(&old.templates, &new.templates)
        && same(&old.prompts, &new.prompts))
}
