use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use http::Method;
use serde_json::Value;

use super::World;
use super::client::Ask;
use super::wait::{PATIENCE, soon};

/// `keyway serve` as a process of its own.
pub(crate) struct Served {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    out: Option<JoinHandle<String>>,
    log: Arc<Mutex<Vec<Value>>>,
}

impl Served {
    /// Starts it on a free port and waits until it listens.
    pub(crate) fn start(world: &World, arguments: &[&str]) -> Self {
        let mut command =
            world.command(&["serve", "--bind", "127.0.0.1:0", "--log-format", "json"]);
        command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let out = std::thread::spawn(move || {
            let mut text = String::new();
            stdout.read_to_string(&mut text).unwrap();
            text
        });
        let log = Arc::new(Mutex::new(Vec::new()));
        let lines = read_log(
            BufReader::new(child.stderr.take().unwrap()),
            Arc::clone(&log),
        );
        let url = loop {
            let event = lines.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                let _ = child.kill();
                panic!("it does not listen: {:?}", log.lock().unwrap());
            });
            if event["message"] == "listening" {
                break event["url"].as_str().unwrap().to_owned();
            }
        };
        let authority = url
            .strip_prefix("http://")
            .unwrap()
            .split('/')
            .next()
            .unwrap();
        Self {
            child,
            address: authority.parse().unwrap(),
            out: Some(out),
            log,
        }
    }

    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask {
        Ask::new(self.address, method, path)
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits until it said something in its log.
    pub(crate) async fn said(&self, message: &str) {
        soon(message, async {
            while !self.log.lock().unwrap().iter().any(|event| {
                event["message"]
                    .as_str()
                    .is_some_and(|said| said.contains(message))
            }) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    }

    /// Everything in its log, as text.
    pub(crate) fn log(&self) -> String {
        let log = self.log.lock().unwrap();
        let lines: Vec<_> = log.iter().map(Value::to_string).collect();
        lines.join("\n")
    }

    /// Waits for it to end; what it wrote to its standard output.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let status = soon("the process to end", async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        (status, self.out.take().unwrap().join().unwrap())
    }

    /// Asks it to end, and waits.
    pub(crate) async fn stop(self) -> (ExitStatus, String) {
        self.signal(rustix::process::Signal::TERM);
        self.ended().await
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read_log(
    lines: BufReader<std::process::ChildStderr>,
    log: Arc<Mutex<Vec<Value>>>,
) -> Receiver<Value> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
            log.lock().unwrap().push(event.clone());
            let _ = tell.send(event);
        }
    });
    told
}
