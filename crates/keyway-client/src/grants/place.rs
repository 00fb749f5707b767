use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::ports::{BoxFuture, Random};
use keyway_oauth::{Lock, Safe, SafeError};
use parking_lot::Mutex;

use super::choice::{Choice, KeptIn};
use super::files::Files;
use super::folder::Folder;
use super::keyring::Keyring;
use super::record::check_name;

/// Where a person wants grants to be kept (`KEYWAY_GRANTS`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// In the system's keyring where one answers when the first grant is kept, else in sealed
    /// files; from then on where the first one went.
    #[default]
    Auto,
    /// In the system's keyring or not at all.
    Keyring,
    /// In sealed files.
    File,
}

impl FromStr for Keep {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "keyring" => Ok(Self::Keyring),
            "file" => Ok(Self::File),
            _ => Err("one of auto, keyring, file"),
        }
    }
}

/// What a [`Grants`] needs to know.
#[derive(Clone)]
pub struct Settings {
    /// The person's own folder (`~/.keyway`). Made, for its owner alone, with the first grant.
    pub home: PathBuf,
    /// Which place.
    pub keep: Keep,
    /// The address of the D-Bus session (`DBUS_SESSION_BUS_ADDRESS`); `None` where there is none.
    pub bus: Option<String>,
    /// Keys and names are made from it.
    pub random: Arc<dyn Random>,
}

/// Where grants are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nowhere yet: there was never one.
    Nowhere,
    /// In the system's keyring.
    Keyring,
    /// In sealed files, in this folder.
    Files {
        /// The folder.
        folder: PathBuf,
        /// Why not in the keyring, when that was found out by this process.
        because: Option<String>,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("nowhere yet"),
            Self::Keyring => f.write_str("in the system's keyring"),
            Self::Files { folder, because } => {
                write!(f, "in sealed files in {}", folder.display())?;
                because.as_ref().map_or(Ok(()), |why| write!(f, " ({why})"))
            }
        }
    }
}

/// The grants of one person, kept in one place. Making one touches nothing: the place is settled
/// when the first grant is kept, and written down beside the grants.
#[derive(Clone)]
pub struct Grants {
    keep: Keep,
    folder: Arc<Folder>,
    files: Files,
    keyring: Keyring,
    /// Why the keyring was not used, once known.
    because: Arc<Mutex<Option<String>>>,
}

/// A place with what it takes to use it.
enum Used {
    Keyring(String),
    Files,
}

impl Grants {
    /// The grants in this folder.
    pub fn new(settings: Settings) -> Self {
        let folder = Arc::new(Folder::new(settings.home, Arc::clone(&settings.random)));
        Self {
            keep: settings.keep,
            files: Files::new(Arc::clone(&folder), settings.random),
            keyring: Keyring::new(settings.bus),
            folder,
            because: Arc::default(),
        }
    }

    /// Where they are kept.
    ///
    /// # Errors
    /// When the folder cannot be read, or is open to others.
    pub fn place(&self) -> Result<Place, SafeError> {
        Ok(match self.used()? {
            None => Place::Nowhere,
            Some(Used::Keyring(_)) => Place::Keyring,
            Some(Used::Files) => Place::Files {
                folder: self.folder.path().to_owned(),
                because: self.because.lock().clone(),
            },
        })
    }

    /// The place in use; `None` before the first grant.
    fn used(&self) -> Result<Option<Used>, SafeError> {
        let Some(choice) = Choice::load(&self.folder)? else {
            return Ok(None);
        };
        let wanted = match self.keep {
            Keep::Auto => choice.kept_in,
            Keep::Keyring => KeptIn::Keyring,
            Keep::File => KeptIn::Files,
        };
        Ok(match wanted {
            KeptIn::Files => Some(Used::Files),
            // Without an id nothing was ever written there.
            KeptIn::Keyring => choice.keyring.map(Used::Keyring),
        })
    }

    /// The place in use, chosen and written down if it is not yet.
    async fn settle(&self) -> Result<Used, SafeError> {
        let _turn = self.folder.lock("choice").await?;
        let before = Choice::load(&self.folder)?;
        let kept_in = match (self.keep, &before) {
            (Keep::Keyring, _) => KeptIn::Keyring,
            (Keep::File, _) => KeptIn::Files,
            (Keep::Auto, Some(choice)) => choice.kept_in,
            (Keep::Auto, None) => self.look().await,
        };
        let mut choice = before.clone().unwrap_or(Choice {
            kept_in,
            keyring: None,
        });
        choice.kept_in = kept_in;
        if kept_in == KeptIn::Keyring && choice.keyring.is_none() {
            choice.keyring = Some(self.folder.token());
        }
        if before.as_ref() != Some(&choice) {
            if kept_in == KeptIn::Keyring {
                // Nothing is promised to a keyring that keeps nothing.
                let answer = self.keyring.answers().await;
                answer.map_err(explained)?;
            }
            if before.is_some_and(|before| before.kept_in != kept_in) {
                tracing::warn!(
                    "grants are kept in another place from now on, as asked for; those in the place before are not used"
                );
            }
            choice.save(&self.folder)?;
        }
        Ok(match (kept_in, choice.keyring) {
            (KeptIn::Keyring, Some(home)) => Used::Keyring(home),
            _ => Used::Files,
        })
    }

    /// The keyring, if there is one to be used.
    async fn look(&self) -> KeptIn {
        match self.keyring.answers().await {
            Ok(()) => KeptIn::Keyring,
            Err(error) => {
                tracing::info!(reason = %error, "grants are kept in sealed files");
                *self.because.lock() = Some(error.to_string());
                KeptIn::Files
            }
        }
    }
}

impl Safe for Grants {
    fn read<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, SafeError>> {
        Box::pin(async move {
            check_name(name)?;
            match self.used()? {
                None => Ok(None),
                Some(Used::Keyring(home)) => {
                    let read = self.keyring.read(&home, name).await;
                    read.map_err(explained)
                }
                Some(Used::Files) => {
                    let (files, name) = (self.files.clone(), name.to_owned());
                    blocking(move || files.read(&name)).await
                }
            }
        })
    }

    fn write<'a>(
        &'a self,
        name: &'a str,
        value: Secret<Vec<u8>>,
    ) -> BoxFuture<'a, Result<(), SafeError>> {
        Box::pin(async move {
            check_name(name)?;
            match self.settle().await? {
                Used::Keyring(home) => {
                    let written = self.keyring.write(&home, name, &value).await;
                    written.map_err(explained)?;
                }
                Used::Files => {
                    let (files, name) = (self.files.clone(), name.to_owned());
                    blocking(move || files.write(&name, &value)).await?;
                }
            }
            self.folder.tell();
            Ok(())
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, SafeError>> {
        Box::pin(async move {
            check_name(name)?;
            let removed = match self.used()? {
                None => false,
                Some(Used::Keyring(home)) => {
                    let removed = self.keyring.remove(&home, name).await;
                    removed.map_err(explained)?
                }
                Some(Used::Files) => {
                    let (files, name) = (self.files.clone(), name.to_owned());
                    blocking(move || files.remove(&name)).await?
                }
            };
            if removed {
                self.folder.tell();
            }
            Ok(removed)
        })
    }

    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, SafeError>> {
        Box::pin(async move {
            match self.used()? {
                None => Ok(Vec::new()),
                Some(Used::Keyring(home)) => {
                    let names = self.keyring.names(&home).await;
                    names.map_err(explained)
                }
                Some(Used::Files) => {
                    let files = self.files.clone();
                    blocking(move || files.names()).await
                }
            }
        })
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, SafeError>> {
        Box::pin(async move {
            check_name(name)?;
            self.folder.lock(&format!("record {name}")).await
        })
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        self.folder.changed()
    }
}

impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants")
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("home", &self.home)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}

/// Work that waits for the disk, away from the threads that serve everything else.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SafeError> + Send + 'static,
) -> Result<T, SafeError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(SafeError::Io("the work on grants was cut short".to_owned())))
}

/// A keyring that fails, with what a person can do about it.
fn explained(error: SafeError) -> SafeError {
    match error {
        SafeError::Unavailable(why) => SafeError::Unavailable(format!(
            "grants are kept in the system's keyring, and {why}: unlock or start it, or set KEYWAY_GRANTS=file to keep them in sealed files from now on and sign in again"
        )),
        other => other,
    }
}
