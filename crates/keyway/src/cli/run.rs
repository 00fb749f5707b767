use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use super::args::{Cli, Command};
use super::failure::Failure;
use super::invocation::Invocation;
use super::terminal::Terminal;
use super::{
    agents, api_keys, approvals, audit, call, chat, client, config, docs, doctor, mcp, migrate,
    policy, serve, templates, validate, vault, version,
};
use super::{
    connect, connectors, credentials, deliveries, dev, import, installations, invitations, jobs,
    new, oauth, organizations, projects, publications, servers, service_accounts, sessions,
    setup_link, stats, upgrade, users, webhook, webhook_endpoints,
};
use crate::Gateway;
use crate::config::Environment;

/// Runs the command line of this process for a gateway: everything its binary does.
pub fn run(gateway: Gateway) -> ExitCode {
    run_with(gateway, std::env::args_os())
}

/// The same, with the arguments given; the first is the program's name.
pub fn run_with(gateway: Gateway, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let environment = Environment::of_process();
    let no_colour = environment.is_set("NO_COLOR");
    let arguments: Vec<_> = arguments.into_iter().collect();
    let cli = match parse(&gateway, &arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let json = arguments.iter().any(|argument| argument == "--json");
            return Terminal::of_process(json, no_colour).usage(&error);
        }
    };
    let mut terminal = Terminal::of_process(cli.global.json, no_colour);
    let invocation = std::env::current_dir()
        .map_err(|error| {
            let message = format!("the working directory cannot be used: {}", error.kind());
            Failure::new("no_working_directory", message)
        })
        .map(|directory| Invocation {
            gateway,
            environment,
            directory,
            global: cli.global,
        });
    let done = invocation.and_then(|invocation| {
        let runtime = runtime()?;
        let running = Box::pin(dispatch(invocation, cli.command, &mut terminal));
        let done = runtime.block_on(running);
        // What still blocks a thread must not keep the process.
        runtime.shutdown_background();
        done
    });
    match done {
        Ok(code) => code,
        Err(failure) => {
            terminal.fail(&failure);
            ExitCode::from(failure.exit)
        }
    }
}

/// The arguments, read; the program is called what the gateway is called.
fn parse(gateway: &Gateway, arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let name = gateway.identity().name.clone();
    let mut command = Cli::command()
        .name(name.clone())
        .bin_name(name)
        .version(version::describe(gateway));
    if let Some(about) = &gateway.identity().description {
        command = command.about(about.clone());
    }
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

async fn dispatch(
    invocation: Invocation,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(command) => Box::pin(serve::run(invocation, command)).await,
        Command::New(command) => new::run(&invocation, &command, terminal),
        Command::Upgrade(command) => upgrade::run(&invocation, &command, terminal),
        Command::Dev(command) => Box::pin(dev::run(invocation, command)).await,
        Command::ApiKeys(command) => api_keys::run(&invocation, command, terminal).await,
        Command::Connectors(command) => {
            Box::pin(connectors::run(&invocation, *command, terminal)).await
        }
        Command::Servers(command) => Box::pin(servers::run(&invocation, command, terminal)).await,
        Command::Credentials(command) => {
            Box::pin(credentials::run(&invocation, command, terminal)).await
        }
        Command::Connect(command) => Box::pin(connect::run(&invocation, command, terminal)).await,
        Command::SetupLink(command) => setup_link::run(&invocation, &command, terminal).await,
        Command::Users(command) => users::run(&invocation, command, terminal).await,
        Command::Invitations(command) => invitations::run(&invocation, command, terminal).await,
        Command::ServiceAccounts(command) => {
            service_accounts::run(&invocation, command, terminal).await
        }
        Command::Projects(command) => projects::run(&invocation, command, terminal).await,
        Command::Organizations(command) => organizations::run(&invocation, command, terminal).await,
        Command::Jobs(command) => jobs::run(&invocation, command, terminal).await,
        Command::Installations(command) => {
            Box::pin(installations::run(&invocation, command, terminal)).await
        }
        Command::Publications(command) => {
            Box::pin(publications::run(&invocation, command, terminal)).await
        }
        Command::Deliveries(command) => {
            Box::pin(deliveries::run(&invocation, command, terminal)).await
        }
        Command::WebhookEndpoints(command) => {
            Box::pin(webhook_endpoints::run(&invocation, command, terminal)).await
        }
        Command::Webhook(command) => Box::pin(webhook::run(&invocation, command, terminal)).await,
        Command::Agents(command) => agents::run(&invocation, command, terminal).await,
        Command::Sessions(command) => Box::pin(sessions::run(&invocation, command, terminal)).await,
        Command::Oauth(command) => Box::pin(oauth::run(&invocation, command, terminal)).await,
        Command::Config(command) => config::run(&invocation, &command, terminal),
        Command::Validate(_) => Ok(validate::run(&invocation, terminal)),
        Command::Doctor(command) => doctor::run(&invocation, &command, terminal).await,
        Command::Migrate(command) => migrate::run(&invocation, &command, terminal).await,
        Command::Templates(command) => templates::run(&invocation, command, terminal),
        Command::Policy(command) => policy::run(&invocation, command, terminal).await,
        Command::Mcp(command) => mcp::run(&invocation, command, terminal).await,
        Command::Approvals(command) => {
            Box::pin(approvals::run(&invocation, command, terminal)).await
        }
        Command::Audit(command) => Box::pin(audit::run(&invocation, command, terminal)).await,
        Command::Stats(command) => Box::pin(stats::run(&invocation, command, terminal)).await,
        Command::Vault(command) => Box::pin(vault::run(&invocation, command, terminal)).await,
        Command::Chat(command) => Box::pin(chat::run(&invocation, command, terminal)).await,
        Command::Client(command) => client::run(&invocation, command, terminal),
        Command::Import(command) => Box::pin(import::run(&invocation, command, terminal)).await,
        Command::Call(command) => call::run(invocation, command, terminal).await,
        Command::Docs(command) => docs::read(&command, terminal),
        Command::InternalDocs(command) => docs::run(&command, terminal),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("no_runtime", format!("cannot start: {}", error.kind())))
}
