/// Settings and triggers as somebody could write them: JSON texts. Both are `{}` where nothing has to be
/// said.
///
/// ```
/// use keyway_core::provider::Examples;
///
/// let examples = Examples { triggers: r#"{ "labels": ["agent"] }"#, ..Examples::default() };
/// assert_eq!(examples.settings, "{}");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Examples {
    /// What the provider is told.
    pub settings: &'static str,
    /// What wakes the agent.
    pub triggers: &'static str,
}

impl Default for Examples {
    fn default() -> Self {
        Self {
            settings: "{}",
            triggers: "{}",
        }
    }
}
