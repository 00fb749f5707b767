use super::Reload;
use crate::config::{Config, Environment, Finding};

/// What a gateway starts with.
#[derive(Debug)]
pub struct Setup {
    /// The configuration in effect.
    pub config: Config,
    /// The environment it was read from; child processes inherit what is not Keyway's own.
    pub environment: Environment,
    /// What there is to say about the configuration; written to the log.
    pub findings: Vec<Finding>,
    /// How the configuration is read again while the gateway runs; not at all when absent.
    pub reload: Option<Reload>,
}

impl Setup {
    /// A setup with nothing to remark and an empty environment, that is not read again.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            environment: Environment::default(),
            findings: Vec::new(),
            reload: None,
        }
    }
}
