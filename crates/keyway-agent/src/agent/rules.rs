/// Which tools of which servers an agent may use.
///
/// A rule is `server/tool`, `server/*`, `*/tool` or `*`. Without any `allow`, everything is
/// allowed; what a `deny` names never is.
///
/// ```
/// let rules = keyway_agent::ToolRules {
///     allow: vec!["github/*".into()],
///     deny: vec!["*/delete_repository".into()],
/// };
/// assert!(rules.admit("github", "create_issue"));
/// assert!(!rules.admit("github", "delete_repository"));
/// assert!(!rules.admit("files", "read"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolRules {
    /// What may be used; empty for everything.
    pub allow: Vec<String>,
    /// What may not, whatever `allow` says.
    pub deny: Vec<String>,
}

impl ToolRules {
    /// True when the agent may use the tool.
    pub fn admit(&self, server: &str, tool: &str) -> bool {
        let named = |rules: &[String]| rules.iter().any(|rule| covers(rule, server, tool));
        (self.allow.is_empty() || named(&self.allow)) && !named(&self.deny)
    }
}

fn covers(rule: &str, server: &str, tool: &str) -> bool {
    let fits = |pattern: &str, name: &str| pattern == "*" || pattern == name;
    match rule.split_once('/') {
        Some((of, named)) => fits(of, server) && fits(named, tool),
        None => rule == "*",
    }
}

/// What is wrong with a rule, if anything.
pub(super) fn flaw(rule: &str) -> Option<&'static str> {
    let part = |text: &str| {
        text == "*" || (!text.is_empty() && !text.contains(|c: char| c == '*' || c.is_whitespace()))
    };
    let good = rule == "*"
        || rule
            .split_once('/')
            .is_some_and(|(server, tool)| part(server) && part(tool));
    (!good).then_some("a rule is `server/tool`, `server/*`, `*/tool` or `*`")
}
