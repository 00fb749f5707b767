use super::reader::Reader;
use super::{Home, Project};
use crate::cli::{Failure, Invocation};
use crate::config::{Finding, Severity};

/// The warnings of the person's and the project's files and of the environment, for commands that
/// start no [`super::LocalClient`].
pub(crate) fn warnings(invocation: &Invocation) -> Result<Vec<Finding>, Failure> {
    let home = Home::of(&invocation.environment, &invocation.directory)?;
    let project = Project::of(&invocation.directory);
    let mut findings = Reader::new(home, project, invocation.environment.clone())
        .read()
        .findings;
    findings.retain(|finding| finding.severity == Severity::Warning);
    Ok(findings)
}
