use keyway_mcp::upstream::ServerSpec;

/// True when two specs are alike in everything, their secrets included.
pub(super) fn same(one: &ServerSpec, other: &ServerSpec) -> bool {
    format!("{one:?}") == format!("{other:?}") && secrets(one) == secrets(other)
}

/// What the debug form of a spec leaves out, in a fixed order.
fn secrets(spec: &ServerSpec) -> Vec<&str> {
    spec.all_secrets()
        .map(|secret| secret.expose().as_str())
        .collect()
}
