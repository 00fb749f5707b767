use std::fs;
use std::path::Path;

const GUIDES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/guides");

/// The names of the files in a folder.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn every_guide_is_followed_by_a_test_and_named_in_the_index() {
    let index = fs::read_to_string(Path::new(GUIDES).join("README.md")).unwrap();
    let tests = files(Path::new(TESTS));
    let tests: Vec<_> = tests
        .iter()
        .map(|name| fs::read_to_string(Path::new(TESTS).join(name)).unwrap())
        .collect();
    let mut count = 0;
    for guide in files(Path::new(GUIDES)) {
        if guide == "README.md" {
            continue;
        }
        count += 1;
        assert!(index.contains(&format!("({guide})")), "{guide}");
        let followed = format!("docs/guides/{guide}\"");
        assert!(tests.iter().any(|test| test.contains(&followed)), "{guide}");
    }
    assert!(count > 0);
}
