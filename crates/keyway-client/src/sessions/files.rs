use std::fs::{self, DirBuilder, OpenOptions};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use keyway_core::SessionId;

use super::lines::Transcript;
use super::{Journal, SessionError, Summary};

const SUFFIX: &str = ".jsonl";

/// The folder of one person's sessions: `sessions/<id>.jsonl`, for the owner alone.
#[derive(Debug, Clone)]
pub struct Sessions {
    folder: PathBuf,
}

/// A session that goes on: what was said, and where to write what comes.
#[derive(Debug)]
pub struct Opened {
    /// What the file holds.
    pub transcript: Transcript,
    /// The one writer.
    pub journal: Journal,
}

impl Sessions {
    /// Sessions in a folder, which is made with the first one.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// Begins a session. Its file is there when the first entry is.
    pub fn create(&self, id: &SessionId) -> Result<Journal, SessionError> {
        make_folder(&self.folder)?;
        let path = self.path(id.as_str());
        let mut options = OpenOptions::new();
        options.create_new(true);
        Journal::open(&mut options, id.as_str(), &path)
    }

    /// Goes on with a session. A last line that was cut off is taken out of the file; any other
    /// damage is an error and changes nothing.
    pub fn open(&self, id: &str) -> Result<Opened, SessionError> {
        let path = self.path(id);
        let mut journal = Journal::open(&mut OpenOptions::new(), id, &path)?;
        let transcript = Transcript::read(&path)?;
        journal.mend(transcript.whole)?;
        Ok(Opened {
            transcript,
            journal,
        })
    }

    /// What a session's file holds, for reading: nobody is kept out.
    pub fn load(&self, id: &str) -> Result<Transcript, SessionError> {
        Transcript::read(&self.path(id))
    }

    /// The id that is meant: `last`, an id, or how only one id begins, with or without `sess_`.
    pub fn find(&self, wanted: &str) -> Result<String, SessionError> {
        let all = self.files()?;
        if all.is_empty() {
            return Err(SessionError::Empty);
        }
        if wanted == "last" {
            let last = all.into_iter().next().map(|(id, _)| id);
            return last.ok_or(SessionError::Empty);
        }
        let begins = |id: &str| {
            let bare = id.split_once('_').map_or(id, |(_, bare)| bare);
            id.starts_with(wanted) || bare.starts_with(wanted)
        };
        let mut found: Vec<_> = all
            .into_iter()
            .map(|(id, _)| id)
            .filter(|id| !wanted.is_empty() && begins(id))
            .collect();
        if let Some(exact) = found.iter().position(|id| id == wanted) {
            return Ok(found.swap_remove(exact));
        }
        match (found.pop(), found.len()) {
            (None, _) => Err(SessionError::NotFound),
            (Some(id), 0) => Ok(id),
            (Some(_), others) => Err(SessionError::Ambiguous(others + 1)),
        }
    }

    /// All sessions in which something was said, the one that was used last first.
    pub fn list(&self) -> Result<Vec<Summary>, SessionError> {
        let mut summaries = Vec::new();
        for (id, at) in self.files()? {
            summaries.extend(Summary::of(&id, at, &self.path(&id)));
        }
        Ok(summaries)
    }

    /// Ids with the time they were last written to, newest first.
    fn files(&self) -> Result<Vec<(String, Timestamp)>, SessionError> {
        let reading = match fs::read_dir(&self.folder) {
            Ok(reading) => reading,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(SessionError::io("read the folder", &self.folder)(error)),
        };
        let mut files: Vec<_> = reading
            .filter_map(Result::ok)
            .filter_map(|entry| {
                let id = entry.file_name().to_str()?.strip_suffix(SUFFIX)?.to_owned();
                let metadata = entry.metadata().ok()?;
                let at = Timestamp::try_from(metadata.modified().ok()?).ok()?;
                (metadata.is_file() && metadata.len() > 0).then_some((id, at))
            })
            .collect();
        files.sort_by(|(a, a_at), (b, b_at)| b_at.cmp(a_at).then_with(|| b.cmp(a)));
        Ok(files)
    }

    fn path(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}{SUFFIX}"))
    }
}

fn make_folder(folder: &Path) -> Result<(), SessionError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(SessionError::io("make the folder", folder))
}
