use std::path::{Path, PathBuf};

use super::args::Global;
use super::failure::Failure;
use super::terminal::Terminal;
use crate::Gateway;
use crate::config::{self, Environment, Finding, Flag, Inputs, Loaded, Severity};

/// One run of the program: the gateway, the world around it, and the options of every command.
pub(crate) struct Invocation {
    pub(crate) gateway: Gateway,
    pub(crate) environment: Environment,
    pub(crate) directory: PathBuf,
    pub(crate) global: Global,
}

impl Invocation {
    /// The configuration, with a command's own flags before everything else.
    pub(crate) fn load(&self, flags: Vec<Flag>) -> Result<Loaded, Vec<Finding>> {
        let mut all = flags;
        if let Some(dir) = &self.global.data_dir {
            all.push(Flag {
                name: "--data-dir",
                key: "data_dir",
                value: dir.to_string_lossy().into_owned(),
            });
        }
        config::load(&Inputs {
            directory: &self.directory,
            file: self.global.config.clone(),
            environment: &self.environment,
            flags: all,
        })
    }

    /// The folder of the project: that of its configuration file.
    pub(crate) fn project(&self) -> PathBuf {
        let named = self.environment.get("KEYWAY_CONFIG").map(Path::new);
        config::dotenv_folder(&self.directory, self.global.config.as_deref().or(named))
    }

    /// The same run with the variables of the project's `.env` behind those of the process. For
    /// commands of development; a gateway that serves reads no such file.
    pub(crate) fn with_dotenv(&self) -> Result<Self, Vec<Finding>> {
        Ok(Self {
            gateway: self.gateway.clone(),
            environment: config::with_dotenv(&self.environment, &self.project())?,
            directory: self.directory.clone(),
            global: self.global.clone(),
        })
    }

    /// The configuration, or the failure that ends the command.
    pub(crate) fn configuration(&self) -> Result<Loaded, Failure> {
        self.load(Vec::new()).map_err(Failure::configuration)
    }

    /// The same for a command that is about the configuration itself: warnings are told.
    pub(crate) fn configuration_told(
        &self,
        flags: Vec<Flag>,
        terminal: &mut Terminal,
    ) -> Result<Loaded, Failure> {
        let loaded = self.load(flags).map_err(Failure::configuration)?;
        for finding in &loaded.findings {
            if finding.severity >= Severity::Warning {
                terminal.warn(finding.to_string());
            }
        }
        Ok(loaded)
    }
}
