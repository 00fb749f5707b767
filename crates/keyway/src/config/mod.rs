//! Configuration: typed, read once, from `keyway.yaml`, the environment and flags.

mod settings;

pub use settings::{
    Auth, Config, Egress, Expose, Icon, Limits, Listen, Log, LogFormat, MasterKey, Mcp, Shutdown,
    Storage, Surface,
};
