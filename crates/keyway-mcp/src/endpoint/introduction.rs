use std::sync::Arc;

use arc_swap::ArcSwapOption;
use keyway_core::json::quote;
use serde_json::json;

use super::ServerInfo;
use crate::wire::{Revision, TASKS, meta};

/// What the endpoint says about itself, as JSON text that is written once per [`ServerInfo`].
#[derive(Debug, Default)]
pub(super) struct Introduction(ArcSwapOption<Written>);

#[derive(Debug)]
pub(super) struct Written {
    of: Arc<ServerInfo>,
    /// `Implementation`
    pub(super) server_info: String,
    /// `"io.modelcontextprotocol/serverInfo":{…}`
    pub(super) meta_entry: String,
}

impl Introduction {
    pub(super) fn written(&self, info: &Arc<ServerInfo>) -> Arc<Written> {
        if let Some(written) = &*self.0.load()
            && Arc::ptr_eq(&written.of, info)
        {
            return Arc::clone(written);
        }
        let server_info = implementation(info);
        let written = Arc::new(Written {
            of: Arc::clone(info),
            meta_entry: format!("{}:{server_info}", quote(meta::SERVER_INFO)),
            server_info,
        });
        self.0.store(Some(Arc::clone(&written)));
        written
    }
}

fn implementation(info: &ServerInfo) -> String {
    let mut object = json!({ "name": info.name, "version": info.version });
    if let Some(members) = object.as_object_mut() {
        if let Some(title) = &info.title {
            members.insert("title".into(), title.as_str().into());
        }
        if let Some(url) = &info.website_url {
            members.insert("websiteUrl".into(), url.as_str().into());
        }
        if !info.icons.is_empty() {
            members.insert("icons".into(), json!(info.icons));
        }
    }
    object.to_string()
}

/// What the endpoint can do, the same for every client; without the closing brace, because from revision
/// 2026-07-28 on there is more.
const CAPABILITIES: &str = concat!(
    r#"{"logging":{},"completions":{},"tools":{"listChanged":true},"#,
    r#""prompts":{"listChanged":true},"resources":{"listChanged":true,"subscribe":true}"#
);

/// The result of `initialize`.
pub(super) fn initialize_result(
    info: &Arc<ServerInfo>,
    written: &Written,
    as_: Revision,
) -> String {
    let instructions = instructions(info);
    format!(
        r#"{{"protocolVersion":"{as_}","capabilities":{CAPABILITIES}}},"serverInfo":{}{instructions}}}"#,
        written.server_info,
    )
}

/// The result of `server/discover`, without what every result of its revision carries.
pub(super) fn discover_result(info: &Arc<ServerInfo>, ttl_ms: u64) -> String {
    let versions = serde_json::Value::from(
        Revision::SERVED
            .iter()
            .map(|revision| revision.as_str())
            .collect::<Vec<_>>(),
    );
    let instructions = instructions(info);
    format!(
        r#"{{"supportedVersions":{versions},"capabilities":{CAPABILITIES},"extensions":{{"{TASKS}":{{}}}}}}{instructions},"ttlMs":{ttl_ms},"cacheScope":"public"}}"#,
    )
}

fn instructions(info: &ServerInfo) -> String {
    info.instructions
        .as_ref()
        .map(|text| format!(",\"instructions\":{}", quote(text)))
        .unwrap_or_default()
}
