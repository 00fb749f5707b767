use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyway_core::Secret;
use keyway_oauth::SafeError;
use secret_service::{Collection, EncryptionType, Error, Item, SecretService};
use tokio::sync::Mutex;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::record;

/// How long the keyring may take for one thing. It is never asked to show a prompt, so that is
/// plenty.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long it may take to answer at all, the first time.
const FIRST: Duration = Duration::from_secs(2);
/// What marks our items among those of other programs.
const APPLICATION: &str = "keyway";

/// Records as items of the default collection of the Secret Service (freedesktop.org Secret Service
/// API 0.2). Locked means unavailable: unlocking shows a prompt, on a screen that may not be there.
#[derive(Clone)]
pub(super) struct Keyring(Arc<Inner>);

struct Inner {
    /// The address of the session bus; `None` when there is no session.
    bus: Option<String>,
    service: Mutex<Option<Arc<SecretService<'static>>>>,
}

impl Keyring {
    pub(super) fn new(bus: Option<String>) -> Self {
        Self(Arc::new(Inner {
            bus,
            service: Mutex::default(),
        }))
    }

    /// Whether there is a keyring that is unlocked and answers quickly.
    pub(super) async fn answers(&self) -> Result<(), SafeError> {
        let looking = self.with(|service| async move { unlocked(&service).await.map(drop) });
        timeout(FIRST, looking)
            .await
            .unwrap_or_else(|_| Err(slow()))
    }

    pub(super) async fn read(
        &self,
        home: &str,
        name: &str,
    ) -> Result<Option<Secret<Vec<u8>>>, SafeError> {
        let text = self
            .with(|service| async move {
                match find(&service, home, name).await? {
                    Some(item) => item.get_secret().await.map(Zeroizing::new).map(Some),
                    None => Ok(None),
                }
            })
            .await?;
        let Some(text) = text else { return Ok(None) };
        let value = STANDARD.decode(&*text).map_err(|_| {
            let mend = record::mend(name);
            SafeError::Corrupt(format!(
                "the grant {name} in the keyring is damaged; {mend}"
            ))
        })?;
        Ok(Some(Secret::new(value)))
    }

    pub(super) async fn write(
        &self,
        home: &str,
        name: &str,
        value: &Secret<Vec<u8>>,
    ) -> Result<(), SafeError> {
        // Text, because some keyrings keep nothing else.
        let text = Zeroizing::new(STANDARD.encode(value.expose()));
        self.with(|service| async move {
            let collection = unlocked(&service).await?;
            let (label, attributes) = (format!("Keyway: {name}"), attributes(home, name));
            collection
                .create_item(&label, attributes, text.as_bytes(), true, "text/plain")
                .await
                .map(drop)
        })
        .await
    }

    pub(super) async fn remove(&self, home: &str, name: &str) -> Result<bool, SafeError> {
        self.with(|service| async move {
            match find(&service, home, name).await? {
                Some(item) => item.delete().await.map(|()| true),
                None => Ok(false),
            }
        })
        .await
    }

    pub(super) async fn names(&self, home: &str) -> Result<Vec<String>, SafeError> {
        let mut names = self
            .with(|service| async move {
                let ours = HashMap::from([("application", APPLICATION), ("home", home)]);
                let found = service.search_items(ours).await?;
                let mut names = Vec::new();
                for item in found.unlocked.iter().chain(&found.locked) {
                    names.extend(item.get_attributes().await?.remove("record"));
                }
                Ok(names)
            })
            .await?;
        names.sort();
        names.dedup();
        Ok(names)
    }

    async fn with<T, F: Future<Output = Result<T, Error>>>(
        &self,
        work: impl FnOnce(Arc<SecretService<'static>>) -> F,
    ) -> Result<T, SafeError> {
        let working = async {
            let service = self.service().await?;
            work(service).await.map_err(|error| told(&error))
        };
        let done = timeout(PATIENCE, working)
            .await
            .unwrap_or_else(|_| Err(slow()));
        if done.is_err() {
            // It may have been started anew: its sessions are gone then.
            *self.0.service.lock().await = None;
        }
        done
    }

    async fn service(&self) -> Result<Arc<SecretService<'static>>, SafeError> {
        let mut kept = self.0.service.lock().await;
        if let Some(service) = &*kept {
            return Ok(Arc::clone(service));
        }
        let bus = self.0.bus.as_deref().ok_or_else(|| {
            SafeError::Unavailable("there is no keyring: no D-Bus session runs here".to_owned())
        })?;
        let connecting = async {
            let connection = zbus::connection::Builder::address(bus)?.build().await?;
            SecretService::connect_with_existing(EncryptionType::Dh, connection).await
        };
        let service = Arc::new(connecting.await.map_err(|error| told(&error))?);
        *kept = Some(Arc::clone(&service));
        Ok(service)
    }
}

/// The default collection, if it is unlocked.
async fn unlocked<'a>(service: &'a SecretService<'_>) -> Result<Collection<'a>, Error> {
    let collection = service.get_default_collection().await?;
    if collection.is_locked().await? {
        return Err(Error::Locked);
    }
    Ok(collection)
}

/// The item of a record.
async fn find<'a>(
    service: &'a SecretService<'_>,
    home: &str,
    name: &str,
) -> Result<Option<Item<'a>>, Error> {
    let mut found = service.search_items(attributes(home, name)).await?;
    if found.unlocked.is_empty() && !found.locked.is_empty() {
        return Err(Error::Locked);
    }
    Ok(found.unlocked.pop())
}

fn attributes<'a>(home: &'a str, name: &'a str) -> HashMap<&'a str, &'a str> {
    HashMap::from([
        ("application", APPLICATION),
        ("home", home),
        ("record", name),
    ])
}

fn slow() -> SafeError {
    SafeError::Unavailable("the system's keyring does not answer".to_owned())
}

fn told(error: &Error) -> SafeError {
    tracing::debug!(%error, "the keyring failed");
    SafeError::Unavailable(
        match error {
            Error::Locked | Error::Prompt | Error::PromptDisconnected => {
                "the system's keyring is locked"
            }
            Error::NoResult => "the system's keyring has no default collection",
            _ => "no keyring answers on the D-Bus session",
        }
        .to_owned(),
    )
}
