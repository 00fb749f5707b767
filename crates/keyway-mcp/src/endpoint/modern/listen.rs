//! `subscriptions/listen`: notices on a stream that stays open.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use futures_util::stream;
use http::StatusCode;
use keyway_core::channel::Message;
use keyway_core::json;
use keyway_core::rpc::RpcError;
use keyway_core::{Principal, json::quote};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::super::core::{Core, Origin};
use super::super::gauge::Live;
use super::super::method::list_changed;
use super::super::notices::Notices;
use super::super::notify::said_to;
use super::super::params::{Params, invalid, string};
use super::super::reply::{self, Reply};
use super::super::{Body, List, Notice, TaskAsk};
use super::complete::complete;
use super::tasks::undeclared;
use crate::wire::{Id, ObjectEdit, meta, write_comment, write_event, write_notification};

/// Whether a client declares tasks with its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    Tasks,
    NoTasks,
}

/// What a client wants to hear of.
#[derive(Debug, Default)]
struct Filter {
    tools: bool,
    prompts: bool,
    resources: bool,
    uris: Vec<String>,
    tasks: Vec<String>,
}

impl Filter {
    fn read(params: &Params<'_>, most: usize) -> Result<Self, RpcError> {
        let wanted = params
            .notifications
            .filter(|raw| raw.starts_with('{'))
            .ok_or_else(|| invalid("`notifications` must be an object"))?;
        let mut filter = Self::default();
        for member in json::members(wanted) {
            let flag = || match member.value {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(invalid("a notification filter is true or false")),
            };
            match member.key.as_ref() {
                "toolsListChanged" => filter.tools = flag()?,
                "promptsListChanged" => filter.prompts = flag()?,
                "resourcesListChanged" => filter.resources = flag()?,
                "resourceSubscriptions" => filter.uris = texts(member.value, most)?,
                "taskIds" => filter.tasks = texts(member.value, most)?,
                _ => {}
            }
        }
        Ok(filter)
    }

    fn wants(&self, notice: &Notice) -> bool {
        match notice {
            Notice::ListChanged(List::Tools) => self.tools,
            Notice::ListChanged(List::Prompts) => self.prompts,
            Notice::ListChanged(List::Resources | List::Templates) => self.resources,
            Notice::ResourceUpdated(uri) => self.uris.contains(uri),
            Notice::Published(message) => self.uris.contains(&message.uri()),
            Notice::TaskChanged(id) => self.tasks.iter().any(|task| task == id.as_str()),
            Notice::Only(_, notice) => self.wants(notice),
        }
    }

    /// Everything the filter lets through: what a reader is told that has missed notices.
    fn everything(&self) -> Vec<Notice> {
        let lists = [List::Tools, List::Prompts, List::Resources];
        lists
            .into_iter()
            .map(Notice::ListChanged)
            .chain(self.uris.iter().cloned().map(Notice::ResourceUpdated))
            .filter(|notice| self.wants(notice))
            .collect()
    }

    fn written(&self) -> String {
        let mut out = Vec::new();
        for (name, wanted) in [
            ("toolsListChanged", self.tools),
            ("promptsListChanged", self.prompts),
            ("resourcesListChanged", self.resources),
        ] {
            if wanted {
                out.push(format!("\"{name}\":true"));
            }
        }
        if !self.uris.is_empty() {
            let uris: Vec<_> = self.uris.iter().map(|uri| quote(uri)).collect();
            out.push(format!("\"resourceSubscriptions\":[{}]", uris.join(",")));
        }
        if !self.tasks.is_empty() {
            let tasks: Vec<_> = self.tasks.iter().map(|task| quote(task)).collect();
            out.push(format!("\"taskIds\":[{}]", tasks.join(",")));
        }
        format!("{{{}}}", out.join(","))
    }
}

/// What a stream is to tell of, each once.
fn texts(raw: &str, most: usize) -> Result<Vec<String>, RpcError> {
    let bad = || invalid("`resourceSubscriptions` and `taskIds` must be arrays of strings");
    if !raw.starts_with('[') {
        return Err(bad());
    }
    let mut texts: Vec<String> = Vec::new();
    for item in json::items(raw) {
        let text = string(Some(item)).ok_or_else(bad)?;
        if texts.len() >= most {
            return Err(invalid(
                "these are more resources or tasks than one stream may tell of",
            ));
        }
        if !texts.iter().any(|known| *known == text) {
            texts.push(text.into_owned());
        }
    }
    Ok(texts)
}

/// Opens a stream of notices. The first message tells which part of the filter is honoured:
/// resources that cannot be watched are left out, and tasks that are not the client's own. How the tasks
/// stand is told next. Tasks are for a client that declares them.
pub(super) async fn listen(
    core: &Arc<Core>,
    origin: &Origin,
    id: Id,
    params: &Params<'_>,
    declared: Declared,
) -> Reply {
    let mut filter = match Filter::read(params, core.settings.subscriptions) {
        Ok(filter) => filter,
        Err(error) => return reply::error(StatusCode::OK, Some(&id), &error),
    };
    if declared == Declared::NoTasks && !filter.tasks.is_empty() {
        let (status, error) = undeclared();
        return reply::error(status, Some(&id), &error);
    }
    let id = id.detached();
    let who = &origin.who;
    let notices = Notices::open(&core.backend, who);
    let mut watched = Watched {
        core: Arc::clone(core),
        who: who.clone(),
        uris: Vec::new(),
    };
    // An upstream that is slow to watch its resources must not keep the others from being watched.
    let within = core.settings.subscribe_within;
    let asked = filter.uris.iter().map(|uri| async move {
        let watched = core.backend.subscribe(who, uri);
        tokio::time::timeout(within, watched).await.ok()?.ok()?;
        Some(uri.clone())
    });
    watched.uris = join_all(asked).await.into_iter().flatten().collect();
    filter.uris.clone_from(&watched.uris);
    let own = filter.tasks.iter().map(|task| async move {
        let found = core.backend.task(who, task, TaskAsk::Watch).await;
        found.ok().map(|_| task.clone())
    });
    filter.tasks = join_all(own).await.into_iter().flatten().collect();
    let stream_of_it = Listening {
        first: true,
        filter,
        notices,
        id,
        revoked: Box::pin(core.backend.revoked(who).cancelled_owned()),
        shutdown: Box::pin(core.shutdown.clone().cancelled_owned()),
        watched,
        _live: core.streams.enter(),
    };
    reply::stream(Body::stream(stream::unfold(
        Some(stream_of_it),
        |listening| async { listening?.next().await },
    )))
}

/// Resources that are watched until this is dropped.
struct Watched {
    core: Arc<Core>,
    who: Principal,
    uris: Vec<String>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        if self.uris.is_empty() || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let uris = std::mem::take(&mut self.uris);
        let (core, who) = (Arc::clone(&self.core), self.who.clone());
        self.core.tasks.spawn(async move {
            join_all(uris.iter().map(|uri| core.backend.unsubscribe(&who, uri))).await;
        });
    }
}

struct Listening {
    first: bool,
    filter: Filter,
    notices: Notices,
    id: Id,
    revoked: Pin<Box<WaitForCancellationFutureOwned>>,
    shutdown: Pin<Box<WaitForCancellationFutureOwned>>,
    watched: Watched,
    _live: Live,
}

impl Listening {
    async fn next(mut self) -> Option<(Bytes, Option<Self>)> {
        let mut out = Vec::new();
        if std::mem::take(&mut self.first) {
            let params = format!(
                "{{{},\"notifications\":{}}}",
                self.meta(),
                self.filter.written()
            );
            let message =
                write_notification("notifications/subscriptions/acknowledged", Some(&params));
            write_event(&mut out, None, &message);
            // One that ends before anybody listens is told of all the same.
            self.write_tasks(&mut out).await;
            return Some((Bytes::from(out), Some(self)));
        }
        loop {
            tokio::select! {
                biased;
                () = self.revoked.as_mut() => return None,
                notice = self.notices.recv() => match notice {
                    Ok(Notice::TaskChanged(id)) => {
                        if self.filter.tasks.iter().any(|task| task == id.as_str()) {
                            self.write_task(id.as_str(), &mut out).await;
                        }
                    }
                    Ok(notice) => self.write(&notice, &mut out),
                    // Notices were missed: everything may have changed.
                    Err(RecvError::Lagged(_)) => {
                        for notice in self.filter.everything() {
                            self.write(&notice, &mut out);
                        }
                        self.write_tasks(&mut out).await;
                    }
                    Err(RecvError::Closed) => return Some((self.closing(), None)),
                },
                () = self.shutdown.as_mut() => return Some((self.closing(), None)),
                () = tokio::time::sleep(self.watched.core.settings.keep_alive) => {
                    write_comment(&mut out);
                }
            }
            if !out.is_empty() {
                return Some((Bytes::from(out), Some(self)));
            }
        }
    }

    /// How the tasks stand that are listened to.
    async fn write_tasks(&self, out: &mut Vec<u8>) {
        for task in &self.filter.tasks {
            self.write_task(task, out).await;
        }
    }

    async fn write_task(&self, id: &str, out: &mut Vec<u8>) {
        let Watched { core, who, .. } = &self.watched;
        // One that is over its time is told of no more.
        let Ok(task) = core.backend.task(who, id, TaskAsk::Watch).await else {
            return;
        };
        let subscription = format!("{{{}:{}}}", quote(meta::SUBSCRIPTION_ID), self.id.as_str());
        let mut edit = ObjectEdit::new(task.as_str());
        edit.set("_meta", subscription);
        let message = write_notification("notifications/tasks", Some(&edit.finish()));
        write_event(out, None, &message);
    }

    fn write(&self, notice: &Notice, out: &mut Vec<u8>) {
        if !self.filter.wants(notice) {
            return;
        }
        let Some(notice) = said_to(&self.watched.core, &self.watched.who, notice) else {
            return;
        };
        let meta = self.meta();
        let message = match notice {
            Notice::ListChanged(list) => {
                write_notification(list_changed(*list), Some(&format!("{{{meta}}}")))
            }
            Notice::ResourceUpdated(uri) => write_notification(
                "notifications/resources/updated",
                Some(&format!("{{{meta},\"uri\":{}}}", quote(uri))),
            ),
            Notice::Published(message) => {
                let core = &self.watched.core;
                if !core.backend.hears(&self.watched.who, &message.channel) {
                    return;
                }
                self.published(message)
            }
            Notice::TaskChanged(_) | Notice::Only(..) => return,
        };
        write_event(out, None, &message);
    }

    /// The notice of a message, with the message in its `_meta`.
    fn published(&self, message: &Message) -> String {
        let params = format!(
            "{{\"_meta\":{{{}:{},{}:{}}},\"uri\":{}}}",
            quote(meta::SUBSCRIPTION_ID),
            self.id.as_str(),
            quote(meta::MESSAGE),
            message.to_json(),
            quote(&message.uri())
        );
        write_notification("notifications/resources/updated", Some(&params))
    }

    /// The result that tells of a graceful end.
    fn closing(&self) -> Bytes {
        let result = format!("{{{}}}", self.meta());
        let entry = &self.watched.core.written().meta_entry;
        let message = complete(&self.id, &result, entry, false, |_| String::new());
        let mut out = Vec::new();
        write_event(&mut out, None, &message);
        Bytes::from(out)
    }

    fn meta(&self) -> String {
        format!(
            "\"_meta\":{{{}:{}}}",
            quote(meta::SUBSCRIPTION_ID),
            self.id.as_str()
        )
    }
}
