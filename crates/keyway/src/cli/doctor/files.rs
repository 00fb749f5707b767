use std::fs::{self, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use keyway_core::Secret;
use keyway_store::Store;

use super::report::Check;
use crate::config::Config;

/// Bits that let the group or others in.
const OTHERS: u32 = 0o077;

/// What every SQLite file begins with.
const SQLITE: &[u8] = b"SQLite format 3\0";

/// The data directory, the master key, the database.
pub(super) async fn checks(config: &Config) -> Vec<Check> {
    let database = match &config.storage.url {
        Some(url) => server(url).await,
        None => database(config),
    };
    vec![directory(config), master_key(config), database]
}

/// Where everything is on a server; nothing is changed there.
async fn server(url: &Secret<String>) -> Check {
    const NAME: &str = "database";
    match Store::pending_changes(url).await {
        Ok(pending) if pending.is_empty() => Check::passed(NAME, "a PostgreSQL server"),
        Ok(pending) => {
            let told = format!(
                "a PostgreSQL server; {} changes are to be made",
                pending.len()
            );
            Check::passed(NAME, told)
        }
        Err(error) => Check::failed(NAME, error.to_string()),
    }
}

fn directory(config: &Config) -> Check {
    const NAME: &str = "data directory";
    let path = &config.storage.data_dir;
    let shown = path.display().to_string();
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_dir() => {
            Check::failed(NAME, format!("{shown} is no directory"))
        }
        Ok(metadata) if !writable(path) => Check::failed(
            NAME,
            format!("{shown} cannot be written to (mode {})", mode(&metadata)),
        ),
        Ok(metadata) if metadata.mode() & OTHERS != 0 => Check::warned(
            NAME,
            format!("{shown} is open to others (mode {})", mode(&metadata)),
        )
        .with_help("chmod 700 it"),
        Ok(_) => Check::passed(NAME, shown),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let parent = path.ancestors().skip(1).find(|parent| parent.exists());
            let parent = parent.unwrap_or(Path::new("."));
            if writable(parent) {
                Check::passed(NAME, format!("{shown} is made at the first start"))
            } else {
                Check::failed(NAME, format!("{shown} cannot be made"))
            }
        }
        Err(error) => Check::failed(NAME, format!("{shown}: {}", error.kind())),
    }
}

fn master_key(config: &Config) -> Check {
    const NAME: &str = "master key";
    if config.master_key.value.is_some() {
        return Check::passed(NAME, "from KEYWAY_MASTER_KEY");
    }
    if let Some(program) = config.master_key.command.first() {
        return Check::passed(
            NAME,
            format!("from the output of `{program}` (not run now)"),
        );
    }
    let path = config.master_key.file_path(&config.storage);
    let shown = path.display().to_string();
    match fs::metadata(&path) {
        Ok(metadata) if metadata.mode() & OTHERS != 0 => Check::failed(
            NAME,
            format!("{shown} can be read by others (mode {})", mode(&metadata)),
        )
        .with_help("chmod 600 it; if others may have read it, make a new key"),
        Ok(metadata) if metadata.len() == 0 => Check::failed(NAME, format!("{shown} is empty")),
        Ok(_) if fs::File::open(&path).is_err() => {
            Check::failed(NAME, format!("{shown} cannot be read"))
        }
        Ok(_) => Check::passed(NAME, shown),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if config.storage.is_there() {
                Check::failed(NAME, format!("{shown} is missing, and there is a database"))
                    .with_help("bring the key back: what is sealed cannot be opened without it")
            } else {
                Check::passed(NAME, format!("{shown} is made at the first start"))
            }
        }
        Err(error) => Check::failed(NAME, format!("{shown}: {}", error.kind())),
    }
}

fn database(config: &Config) -> Check {
    const NAME: &str = "database";
    let path = config.storage.database_path();
    let shown = path.display().to_string();
    let mut head = [0; SQLITE.len()];
    let read = fs::File::open(&path).and_then(|mut file| file.read_exact(&mut head));
    match read {
        Ok(()) if head == SQLITE => match fs::metadata(&path) {
            Ok(metadata) if metadata.permissions().readonly() => {
                Check::failed(NAME, format!("{shown} is read-only"))
            }
            Ok(metadata) if metadata.mode() & OTHERS != 0 => Check::warned(
                NAME,
                format!("{shown} is open to others (mode {})", mode(&metadata)),
            )
            .with_help("chmod 600 it"),
            _ => Check::passed(NAME, shown),
        },
        Ok(()) => Check::failed(NAME, format!("{shown} is no SQLite database")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Check::passed(NAME, format!("{shown} is made at the first start"))
        }
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Check::failed(NAME, format!("{shown} is no SQLite database"))
        }
        Err(error) => Check::failed(NAME, format!("{shown}: {}", error.kind())),
    }
}

/// True when this user may make files there.
fn writable(directory: &Path) -> bool {
    rustix::fs::access(
        directory,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    )
    .is_ok()
}

fn mode(metadata: &Metadata) -> String {
    format!("{:o}", metadata.mode() & 0o7777)
}
