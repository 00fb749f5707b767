use std::fs;
use std::path::Path;

use super::Broken;
use crate::assets::media_type;
use crate::source::BUILT_IN;

/// The most bytes a file may have.
const MAX_BYTES: u64 = 256 * 1024;
/// The most files a folder may have.
const MAX_FILES: usize = 200;

/// The files of a folder that pages can be made of, by name: pages, style sheets, pictures. Other
/// files are left alone.
pub(crate) fn read(folder: &Path) -> Result<Vec<(String, String)>, Vec<Broken>> {
    let shown = folder.display().to_string();
    let unreadable =
        |error: &std::io::Error| Broken::new(&shown, format!("cannot be read: {error}"));
    let entries = fs::read_dir(folder).map_err(|error| vec![unreadable(&error)])?;
    let mut files = Vec::new();
    let mut broken = Vec::new();
    for entry in entries {
        let path = match entry {
            Ok(entry) => entry.path(),
            Err(error) => {
                broken.push(unreadable(&error));
                continue;
            }
        };
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let ours = media_type(name).is_some() || has_extension(name, "html");
        if name.starts_with('.') || !ours || !path.is_file() {
            continue;
        }
        match read_file(&path) {
            Ok(text) => files.push((name.to_owned(), text)),
            Err(reason) => broken.push(Broken::new(name, reason)),
        }
    }
    if files.len() > MAX_FILES {
        broken.push(Broken::new(
            &shown,
            format!("has more than {MAX_FILES} files"),
        ));
    }
    files.sort();
    broken.extend(unused(&files));
    if broken.is_empty() {
        Ok(files)
    } else {
        Err(broken)
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map(|found| found.len());
    if size.is_ok_and(|size| size > MAX_BYTES) {
        return Err(format!("is larger than {} KiB", MAX_BYTES / 1024));
    }
    fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => "is not UTF-8".to_owned(),
        _ => format!("cannot be read: {error}"),
    })
}

/// Pages that take the place of none and that none includes: a name somebody mistyped.
fn unused(files: &[(String, String)]) -> impl Iterator<Item = Broken> {
    files.iter().filter_map(|(name, _)| {
        let known = BUILT_IN.iter().any(|template| template.name == name);
        let mut others = files.iter().filter(|(other, _)| other != name);
        let used = others.any(|(_, text)| text.contains(name.as_str()));
        (has_extension(name, "html") && !known && !used).then(|| {
            Broken::new(
                name,
                "takes the place of no page that is built in, and no other file includes it",
            )
        })
    })
}

fn has_extension(name: &str, wanted: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}
