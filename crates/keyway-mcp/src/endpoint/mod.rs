//! The MCP endpoint: requests of every supported revision in, answers and event streams out.

mod backend;

pub use backend::{
    Backend, CacheScope, Call, HeaderParameter, Icon, List, Notice, Page, ServerInfo,
};
