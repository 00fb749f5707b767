use super::Names;

/// How a project is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::cli) enum Kind {
    /// In `keyway.yaml` and its folder of definitions.
    Manifest,
    /// As a program of its own.
    Rust,
}

macro_rules! files {
    ($($path:literal: $file:literal,)*) => {
        &[$(($path, include_str!(concat!("../../../scaffold/", $file)))),*]
    };
}

/// Path and text of each file, before names are filled in.
type Files = &'static [(&'static str, &'static str)];

const MANIFEST: Files = files! {
    "keyway.yaml": "manifest/keyway.yaml",
    "definitions/__NAME__.yaml": "manifest/definitions/app.yaml",
    "README.md": "manifest/README.md",
    "AGENTS.md": "manifest/AGENTS.md",
    ".env.example": "env.example",
    ".gitignore": "gitignore",
};

const RUST: Files = files! {
    "Cargo.toml": "rust/Cargo.toml.txt",
    "src/main.rs": "rust/src/main.rs.txt",
    "src/lib.rs": "rust/src/lib.rs.txt",
    "src/app.rs": "rust/src/app.rs.txt",
    "src/actions/mod.rs": "rust/src/actions/mod.rs.txt",
    "src/actions/whoami.rs": "rust/src/actions/whoami.rs.txt",
    "tests/gateway.rs": "rust/tests/gateway.rs.txt",
    "README.md": "rust/README.md",
    "AGENTS.md": "rust/AGENTS.md",
    ".env.example": "env.example",
    ".gitignore": "gitignore",
};

/// The files of a new project: path and text.
pub(in crate::cli) fn files(kind: Kind, names: &Names) -> Vec<(String, String)> {
    let all = match kind {
        Kind::Manifest => MANIFEST,
        Kind::Rust => RUST,
    };
    all.iter()
        .map(|(path, text)| {
            let mut text = names.fill(text);
            if *path == ".gitignore" && kind == Kind::Rust {
                text.push_str("target/\n");
            }
            (names.fill(path), text)
        })
        .collect()
}
