use std::collections::HashMap;
use std::sync::Arc;

use keyway_agent::{Offer, ToolCall, ToolOutcome, ToolRules, ToolStatus, Tools};
use keyway_core::ports::{BoxFuture, Lists, UpstreamState};
use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::arguments::{CallArguments, ReadArguments, raw};
use super::cost::Cost;
use super::definition::{model_name, tools};
use super::offer::{CALL, INTRODUCTION, READ, definitions};
use super::page::line;
use super::skills::Skills;
use crate::calls::{Calls, Server, Servers, told};
use crate::text;

/// How tools are offered.
#[derive(Debug, Clone)]
pub struct ToolSettings {
    /// Which tools may be used.
    pub rules: ToolRules,
    /// Up to so many estimated tokens of all definitions together the model gets plain definitions,
    /// above them skills. 0 for skills always.
    pub plain_up_to: usize,
    /// The most characters of a result, or of a file, that the model gets.
    pub most_result: usize,
}

impl Default for ToolSettings {
    fn default() -> Self {
        Self {
            rules: ToolRules::default(),
            plain_up_to: 4_000,
            most_result: 60_000,
        }
    }
}

/// The tools of the person's servers, as a model gets them: as skills, or as plain definitions
/// where those are few.
pub struct ClientTools {
    calls: Calls,
    servers: Arc<dyn Servers>,
    skills: Arc<Skills>,
    settings: ToolSettings,
    /// What is known of the servers' lists, as long as they are the same.
    known: Mutex<HashMap<String, Known>>,
    /// What names of plain definitions stand for: server and tool.
    names: Mutex<HashMap<String, (String, String)>>,
}

#[derive(Clone)]
struct Known {
    lists: Arc<Lists>,
    admitted: Arc<Lists>,
    cost: Cost,
}

impl ClientTools {
    /// The tools of `servers`, called through `calls`.
    pub fn new(
        calls: Calls,
        servers: Arc<dyn Servers>,
        skills: Arc<Skills>,
        settings: ToolSettings,
    ) -> Self {
        Self {
            calls,
            servers,
            skills,
            settings,
            known: Mutex::default(),
            names: Mutex::default(),
        }
    }

    /// The connected servers with what they list and the rules admit, by name.
    fn connected(&self) -> Vec<(Server, Known)> {
        let mut servers: Vec<_> = self
            .servers
            .servers()
            .into_iter()
            .filter(|server| server.upstream.status().state == UpstreamState::Connected)
            .map(|server| {
                let known = self.known(&server);
                (server, known)
            })
            .filter(|(_, known)| !known.admitted.tools.is_empty())
            .collect();
        servers.sort_by(|one, other| one.0.name().cmp(other.0.name()));
        servers
    }

    fn known(&self, server: &Server) -> Known {
        let lists = server.upstream.lists();
        let mut all = self.known.lock();
        if let Some(known) = all.get(server.name())
            && Arc::ptr_eq(&known.lists, &lists)
        {
            return known.clone();
        }
        let admitted = self.admitted(server, &lists);
        let known = Known {
            cost: Cost::of(server.name(), &admitted),
            lists,
            admitted,
        };
        all.insert(server.name().to_owned(), known.clone());
        known
    }

    /// What a server lists, without the tools that the rules keep away.
    fn admitted(&self, server: &Server, lists: &Arc<Lists>) -> Arc<Lists> {
        let admits = |tool: &str| self.settings.rules.admit(server.name(), tool);
        if lists.tools.iter().all(|tool| admits(&tool.key)) {
            return Arc::clone(lists);
        }
        let tools = lists.tools.iter().filter(|tool| admits(&tool.key));
        Arc::new(Lists {
            tools: tools.cloned().collect(),
            fetched_at: lists.fetched_at,
            ..Lists::default()
        })
    }

    fn plain(&self, servers: &[(Server, Known)]) -> Offer {
        let mut offer = Offer::default();
        let mut names = self.names.lock();
        for (server, known) in servers {
            for tool in tools(&known.admitted) {
                let target = (server.name().to_owned(), tool.name.to_owned());
                names.insert(model_name(server.name(), tool.name), target);
                offer.definitions.push(tool.definition(server.name()));
            }
        }
        offer
    }

    async fn call_tool(
        &self,
        server: &str,
        tool: &str,
        arguments: &keyway_core::rpc::RawJson,
        cancel: &CancellationToken,
    ) -> ToolOutcome {
        if !self.settings.rules.admit(server, tool) {
            return failed("this agent may not use that tool");
        }
        let ended = self.calls.call_tool(server, tool, arguments, cancel).await;
        told(&ended, self.settings.most_result)
    }

    async fn read_skill(&self, given: ReadArguments<'_>) -> ToolOutcome {
        let servers = self.servers.servers();
        let Some(server) = servers
            .into_iter()
            .find(|server| server.name() == given.server)
        else {
            return failed("there is no MCP server of that name");
        };
        if !server.enabled {
            return failed(
                "the server is disabled: `enabled` is false in mcp.json, so its tools cannot be called",
            );
        }
        let skills = Arc::clone(&self.skills);
        let file = given.file.map(str::to_owned);
        let read = tokio::task::spawn_blocking(move || skills.read(&server, file.as_deref()));
        match read.await {
            Ok(Ok(content)) => ToolOutcome {
                text: text::block(&content, self.settings.most_result),
                status: ToolStatus::Done,
            },
            Ok(Err(error)) => failed(&format!(
                "{error}; without `file` the skill lists its files"
            )),
            Err(_) => failed("the skill cannot be read now"),
        }
    }
}

impl Tools for ClientTools {
    fn offer(&self) -> Offer {
        let servers = self.connected();
        if servers.is_empty() {
            return Offer::default();
        }
        let costs = servers.iter().map(|(_, known)| known.cost.definitions);
        let all: usize = costs.sum();
        if all <= self.settings.plain_up_to {
            return self.plain(&servers);
        }
        let mut system = INTRODUCTION.to_owned();
        for (server, known) in &servers {
            system.push_str(&line(server.name(), &known.admitted));
            system.push('\n');
        }
        Offer {
            definitions: definitions(),
            system,
        }
    }

    fn call<'a>(
        &'a self,
        call: &'a ToolCall,
        cancel: &'a CancellationToken,
    ) -> BoxFuture<'a, ToolOutcome> {
        Box::pin(async move {
            match call.name.as_str() {
                CALL => match CallArguments::read(&call.arguments) {
                    Ok(given) => {
                        let arguments = &given.arguments;
                        self.call_tool(given.server, given.tool, arguments, cancel)
                            .await
                    }
                    Err(wrong) => failed(wrong),
                },
                READ => match ReadArguments::read(&call.arguments) {
                    Ok(given) => self.read_skill(given).await,
                    Err(wrong) => failed(wrong),
                },
                name => {
                    let target = self.names.lock().get(name).cloned();
                    let Some((server, tool)) = target else {
                        return failed("there is no tool of that name");
                    };
                    let empty = Value::Object(serde_json::Map::default());
                    let given = match &call.arguments {
                        Value::Null => &empty,
                        given => given,
                    };
                    let Some(arguments) = raw(given) else {
                        return failed("the arguments must be an object");
                    };
                    self.call_tool(&server, &tool, &arguments, cancel).await
                }
            }
        })
    }
}

impl std::fmt::Debug for ClientTools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientTools")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn failed(why: &str) -> ToolOutcome {
    ToolOutcome {
        text: why.to_owned(),
        status: ToolStatus::Failed,
    }
}
