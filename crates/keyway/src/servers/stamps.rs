use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::time::Duration;

/// How often files are looked at. A file that changed is read once it was found unchanged since the
/// look before, so that one that is being written is not read half.
pub(crate) const PACE: Duration = Duration::from_millis(500);

/// What tells one version of a file from another; `None` when it cannot be looked at.
type Stamp = Option<(u64, u64, u64, (i64, i64), (i64, i64))>;

/// Looks at files again and again, and tells when they have to be read.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    last: Vec<Stamp>,
    settled: bool,
    taken: Option<Vec<Stamp>>,
}

impl Looks {
    /// Looks at the files; blocks. True when they changed and have come to rest, and at the first
    /// look.
    pub(crate) fn changed(&mut self, files: &[PathBuf]) -> bool {
        let seen = stamps(files);
        let settled = self.taken.is_none() || seen == self.last;
        self.last = seen;
        self.settled = settled;
        settled && self.taken.as_ref() != Some(&self.last)
    }

    /// True when the files are as they were at the last look, and that they were as at the one before:
    /// what was read since then is no half of anything. Blocks.
    pub(crate) fn rest(&self, files: &[PathBuf]) -> bool {
        self.settled && stamps(files) == self.last
    }

    /// The files were read as they were at the last look.
    pub(crate) fn took(&mut self) {
        self.taken = Some(self.last.clone());
    }

    /// Other files are looked at from here on: they are read anew.
    pub(crate) fn others(&mut self) {
        self.taken = None;
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |file: &PathBuf| {
        let found = std::fs::metadata(file).ok()?;
        Some((
            found.dev(),
            found.ino(),
            found.len(),
            (found.mtime(), found.mtime_nsec()),
            (found.ctime(), found.ctime_nsec()),
        ))
    };
    files.iter().map(stamp).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_what_is_written_while_it_is_read_is_no_whole() {
        let directory = tempfile::tempdir().unwrap();
        let files = [directory.path().join("keyway.yaml")];
        let write = |text: &str| std::fs::write(&files[0], text).unwrap();
        write("a: 1");
        let mut looks = Looks::default();
        assert!(looks.changed(&files) && looks.rest(&files));
        looks.took();
        // It grows between the look and the end of the reading.
        assert!(!looks.changed(&files));
        write("a: 1\nb:");
        assert!(!looks.rest(&files));
        // Found at the next look, and it may still grow: not even who asks for it is given half.
        assert!(!looks.changed(&files));
        assert!(!looks.rest(&files));
        assert!(looks.changed(&files) && looks.rest(&files));
    }
}
