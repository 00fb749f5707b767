use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use keyway_core::Secret;
use keyway_core::ports::Random;
use keyway_vault::MasterKey;
use tokio::process::Command;
use zeroize::Zeroizing;

use super::{SetupError, key_file};

/// Room for a key as text and the end of its line.
const KEY_TEXT: usize = 64;

/// How long the command may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);

/// Where the master keys come from: the value, else the command, else the file, which the first
/// start makes. There may be several, with white space between them: the first seals, the others
/// still open what they sealed.
#[derive(Debug, Clone)]
pub struct MasterKeySource {
    /// The key as text (`KEYWAY_MASTER_KEY`).
    pub value: Option<Secret<String>>,
    /// A program and its arguments; it prints the key. Empty for none.
    pub command: Vec<String>,
    /// The key file.
    pub file: PathBuf,
}

impl MasterKeySource {
    /// The keys, never none of them; `None` when there are none yet, which only a file can be the
    /// reason of.
    pub(crate) async fn load(&self) -> Result<Option<Vec<MasterKey>>, SetupError> {
        if let Some(value) = &self.value {
            return parse("KEYWAY_MASTER_KEY", value.expose().as_bytes()).map(Some);
        }
        if let Some((program, arguments)) = self.command.split_first() {
            let printed = run(program, arguments).await?;
            return parse("the master key command", printed.expose()).map(Some);
        }
        key_file::read(&self.file)?
            .map(|text| parse(&self.file.display().to_string(), text.expose()))
            .transpose()
    }

    /// Makes a key and the file for it. Should another process have been quicker, its key counts.
    pub(super) async fn make(&self, random: &dyn Random) -> Result<Vec<MasterKey>, SetupError> {
        let key = MasterKey::generate(random);
        if key_file::write(&self.file, &key.to_text())? {
            tracing::info!(file = %self.file.display(), "made a master key; keep a copy of it");
            return Ok(vec![key]);
        }
        self.load().await?.ok_or_else(|| SetupError::KeyMissing {
            file: self.file.clone(),
        })
    }
}

impl MasterKeySource {
    /// Where the keys are, when that is a file of ours and not somebody's secret store.
    pub(crate) fn own_file(&self) -> Option<&Path> {
        let elsewhere = self.value.is_some() || !self.command.is_empty();
        (!elsewhere).then_some(&*self.file)
    }

    /// What the keys come from, for a message.
    pub(crate) fn origin(&self) -> &'static str {
        match (&self.value, self.command.is_empty()) {
            (Some(_), _) => "KEYWAY_MASTER_KEY",
            (None, false) => "the command that prints the master key",
            (None, true) => "the master key file",
        }
    }

    /// Writes the file anew with these keys.
    pub(crate) fn write(&self, keys: &[MasterKey]) -> Result<(), SetupError> {
        let mut text = Zeroizing::new(String::with_capacity(keys.len() * KEY_TEXT));
        for key in keys {
            text.push_str(key.to_text().expose());
            text.push('\n');
        }
        key_file::replace(&self.file, text.as_bytes())
    }
}

fn parse(origin: &str, text: &[u8]) -> Result<Vec<MasterKey>, SetupError> {
    MasterKey::parse_all(text).map_err(|source| SetupError::KeyMalformed {
        origin: origin.to_owned(),
        source,
    })
}

async fn run(program: &str, arguments: &[String]) -> Result<Secret<Vec<u8>>, SetupError> {
    let failed = |reason: String| SetupError::KeyCommand {
        program: program.to_owned(),
        reason,
    };
    let running = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(COMMAND_LIMIT, running)
        .await
        .map_err(|_| failed("it did not end within 30 seconds".to_owned()))?
        .map_err(|source| failed(source.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    Ok(Secret::new(output.stdout))
}
