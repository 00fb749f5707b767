//! The servers that are measured.

mod bare;
mod child;
mod echo;
mod keyway;
mod plain;
mod rmcp;
mod service;

use std::net::SocketAddr;
use std::process::ExitCode;

use axum::Router;
use axum::serve::ListenerExt as _;

use crate::Failure;
use crate::arguments::Server;

/// Runs until killed.
pub(crate) fn run(server: Server) -> ExitCode {
    let outcome = match server {
        Server::Keyway { arguments } => return keyway::run(arguments),
        Server::Bare { answer } => bare::router(&answer).and_then(serve),
        Server::Child { loading } => child::run(std::time::Duration::from_millis(loading)),
        Server::Plain { tools } => serve(plain::router(tools)),
        Server::Rmcp => serve(rmcp::router()),
        Server::Service => serve(service::router()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn serve(router: Router) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let address: SocketAddr = ([127, 0, 0, 1], 0).into();
        let listener = tokio::net::TcpListener::bind(address).await?;
        println!("{}", listener.local_addr()?);
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await?;
        Ok(())
    })
}
