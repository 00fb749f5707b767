//! Arrows between crates point down only, and heavy dependencies stay in the crate that owns them.

use crate::workspace::Workspace;

/// Which of our crates each of our crates may use. What is not listed here does not exist yet.
const LAYERS: &[(&str, &[&str])] = &[
    ("keyway-macros", &[]),
    ("keyway-core", &[]),
    ("keyway-vault", &["keyway-core"]),
    ("keyway-egress", &["keyway-core"]),
    ("keyway-store", &["keyway-core"]),
    ("keyway-mcp", &["keyway-core"]),
    ("keyway-oauth", &["keyway-core"]),
    ("keyway-agent", &["keyway-core"]),
    ("keyway-pages", &["keyway-core"]),
    ("keyway-policy", &["keyway-core"]),
    ("keyway-manifest", &["keyway-core"]),
    ("keyway-integrations", &["keyway-core"]),
    (
        "keyway-app",
        &[
            "keyway-agent",
            "keyway-core",
            "keyway-store",
            "keyway-vault",
            "keyway-oauth",
            "keyway-policy",
        ],
    ),
    (
        "keyway-client",
        &[
            "keyway-core",
            "keyway-vault",
            "keyway-oauth",
            "keyway-mcp",
            "keyway-agent",
        ],
    ),
    (
        "keyway-http",
        &[
            "keyway-core",
            "keyway-app",
            "keyway-mcp",
            "keyway-oauth",
            "keyway-pages",
        ],
    ),
    (
        "keyway-tui",
        &["keyway-core", "keyway-agent", "keyway-client"],
    ),
    (
        "keyway",
        &[
            "keyway-oauth",
            "keyway-agent",
            "keyway-client",
            "keyway-tui",
            "keyway-core",
            "keyway-vault",
            "keyway-egress",
            "keyway-store",
            "keyway-mcp",
            "keyway-pages",
            "keyway-macros",
            "keyway-manifest",
            "keyway-integrations",
            "keyway-app",
            "keyway-http",
        ],
    ),
    (
        "keyway-testing",
        &["keyway", "keyway-core", "keyway-egress"],
    ),
];

/// Crates that no product crate may depend on, except in its tests.
const DEV_ONLY: &[&str] = &[
    "keyway-testkit",
    "keyway-bench",
    "keyway-acme",
    "keyway-jira",
    "keyway-conformance",
    "keyway-conformance-client",
    "xtask",
];

/// Heavy dependencies and the product crates that may use them.
const CONFINED: &[(&str, &[&str])] = &[
    ("sqlx", &["keyway-store"]),
    ("axum", &["keyway-http"]),
    ("reqwest", &["keyway-egress"]),
    ("genai", &["keyway-agent"]),
    ("minijinja", &["keyway-pages", "keyway-manifest"]),
    ("ratatui", &["keyway-tui"]),
    ("secret-service", &["keyway-client"]),
    ("zbus", &["keyway-client"]),
    ("clap", &["keyway"]),
    ("cedar-policy", &["keyway-policy"]),
    ("governor", &["keyway-app"]),
    ("rmcp", &["keyway-oauth"]),
];

/// Every arrow that points up or sideways, every heavy dependency outside its crate.
pub(super) fn check(workspace: &Workspace) -> Vec<String> {
    let ours: Vec<&str> = workspace
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let mut findings = Vec::new();
    for package in &workspace.packages {
        if DEV_ONLY.contains(&package.name.as_str()) {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == package.name) else {
            findings.push(format!(
                "{} has no layer: add it to xtask/src/lint/layers.rs",
                package.name
            ));
            continue;
        };
        let product = package
            .dependencies
            .iter()
            .filter(|used| used.kind.as_deref() != Some("dev"));
        for used in product {
            let name = used.name.as_str();
            if ours.contains(&name) && !allowed.contains(&name) {
                findings.push(format!("{} must not use {name}", package.name));
            }
            let owners = CONFINED
                .iter()
                .find(|(heavy, _)| *heavy == name)
                .map(|(_, owners)| owners);
            if owners.is_some_and(|owners| !owners.contains(&package.name.as_str())) {
                findings.push(format!(
                    "{} must not use {name}: it is confined",
                    package.name
                ));
            }
        }
    }
    findings
}
