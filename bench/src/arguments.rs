use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Measures Keyway and writes `bench/RESULTS.md` and `bench/results.json`.
#[derive(Debug, Parser)]
#[command(name = "keyway-bench", args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) run: Run,
}

/// How much to measure.
#[derive(Debug, Clone, Args)]
pub(crate) struct Run {
    /// Only see that everything runs and every answer is right
    #[arg(long)]
    pub(crate) smoke: bool,
    /// Rounds; every figure is their median
    #[arg(long, default_value_t = 5, value_name = "N")]
    pub(crate) rounds: usize,
    /// Seconds of load per server and round
    #[arg(long, default_value_t = 2.0, value_name = "SECONDS")]
    pub(crate) seconds: f64,
    /// Numbers of connections
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64], value_name = "N,…")]
    pub(crate) connections: Vec<usize>,
    /// Only load, without memory and start-up
    #[arg(long)]
    pub(crate) load_only: bool,
    /// Where the results go
    #[arg(long, default_value = "bench", value_name = "DIR")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// One of the servers that are measured (used by the bench itself)
    #[command(subcommand, hide = true)]
    Serve(Server),
    /// Only the local client: connecting to many servers, and its status
    Fleet {
        /// Rounds; every figure is their median
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Only access tokens: what they cost a call, how fast clients get them, the list of grants
    SignIn {
        /// Rounds; every figure is their median
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Only what authors define: credentials, HTTP actions, imports
    Authoring {
        /// Rounds; every figure is their median
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Only connectors: many of them, their lists, adding one more, and the memory they take
    Connectors {
        /// Rounds; every figure is their median
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// How many connectors there are
        #[arg(long, default_value_t = 2_000, value_name = "N")]
        connectors: usize,
    },
    /// Only webhooks: taking them in, the way to the model, and sessions that wait
    Deliveries {
        /// Rounds; every figure is their median
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Put load on a server that is running already, for a profiler
    Load {
        /// Its address
        address: std::net::SocketAddr,
        /// The echo tool, by the name it has there
        #[arg(long, default_value = "echo")]
        tool: String,
        /// An API key
        #[arg(long)]
        key: Option<String>,
        #[arg(long, default_value_t = 16)]
        connections: usize,
        #[arg(long, default_value_t = 5.0)]
        seconds: f64,
    },
}

/// A server that is measured.
#[derive(Debug, Subcommand)]
pub(crate) enum Server {
    /// Nothing but axum, answering with bytes it is given
    Bare {
        /// A file with the answer; every token in it becomes the request's
        #[arg(long)]
        answer: PathBuf,
    },
    /// An MCP server made with rmcp: stateless, JSON
    Rmcp,
    /// An MCP server that does no more than it has to
    Plain {
        /// How many tools it lists
        #[arg(long)]
        tools: usize,
    },
    /// An HTTP service that answers what it is asked
    Service,
    /// An MCP server over its standard streams
    Child {
        /// Milliseconds before it answers
        #[arg(long)]
        loading: u64,
    },
    /// Keyway with an echo action: the command line of `keyway`
    Keyway {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<std::ffi::OsString>,
    },
}
