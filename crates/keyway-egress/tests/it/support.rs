//! A server that answers byte for byte what a test says, and requests to send to it.

use std::io::{self, Read as _, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use keyway_core::ports::{
    BoxFuture, Destination, HttpError, HttpRequest, HttpResponse, HttpSend as _, Limits, Redirects,
};
use keyway_egress::{AllowList, Egress, EgressConfig, Resolve};

/// One request as the server read it.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Received {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        let start = format!("{}:", name.to_lowercase());
        self.head
            .lines()
            .any(|line| line.to_lowercase().starts_with(&start))
    }
}

/// A server on a port of its own.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Received>>>,
    connections: Arc<Mutex<usize>>,
}

impl Peer {
    /// Answers every request with what `answer` writes for it.
    pub(crate) fn start(
        answer: impl Fn(&Received, &mut dyn Write) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            connections: Arc::default(),
        };
        let (seen, connections) = (Arc::clone(&peer.seen), Arc::clone(&peer.connections));
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                *connections.lock().unwrap() += 1;
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(&mut stream.unwrap(), &seen, &*answer));
            }
        });
        peer
    }

    /// Answers everything with these bytes.
    pub(crate) fn saying(bytes: &'static str) -> Self {
        Self::start(move |_, out| out.write_all(bytes.as_bytes()))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn seen(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

/// The same, on a Unix socket.
pub(crate) fn start_on_socket(
    path: &Path,
    answer: impl Fn(&Received, &mut dyn Write) -> io::Result<()> + Send + Sync + 'static,
) -> Arc<Mutex<Vec<Received>>> {
    let listener = UnixListener::bind(path).unwrap();
    let seen = Arc::<Mutex<Vec<Received>>>::default();
    let for_server = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            serve(&mut stream.unwrap(), &for_server, &answer);
        }
    });
    seen
}

fn serve<S: io::Read + Write>(
    stream: &mut S,
    seen: &Mutex<Vec<Received>>,
    answer: &dyn Fn(&Received, &mut dyn Write) -> io::Result<()>,
) {
    while let Ok(request) = read_request(stream) {
        seen.lock().unwrap().push(request.clone());
        if answer(&request, stream).is_err() {
            return;
        }
    }
}

fn read_request(stream: &mut impl io::Read) -> io::Result<Received> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        })
        .unwrap_or(0);
    let mut body = Vec::new();
    stream.take(length).read_to_end(&mut body)?;
    Ok(Received { head, body })
}

/// Names that resolve to what the test says, a step further with every lookup.
pub(crate) struct Names(Mutex<Vec<Vec<IpAddr>>>);

impl Names {
    /// One entry for each lookup; the last one stays.
    pub(crate) fn answering(lookups: &[&[&str]]) -> Arc<Self> {
        let parse = |ips: &&[&str]| ips.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(lookups.iter().rev().map(parse).collect())))
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, _host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        let mut lookups = self.0.lock().unwrap();
        let now = match lookups.len() {
            0 | 1 => lookups.last().cloned().unwrap_or_default(),
            _ => lookups.pop().unwrap(),
        };
        Box::pin(async { Ok(now) })
    }
}

pub(crate) fn egress() -> Egress {
    Egress::new(EgressConfig::default())
}

pub(crate) fn egress_allowing(rules: &[&str]) -> Egress {
    let rules = rules.iter().map(|rule| rule.parse().unwrap()).collect();
    Egress::new(EgressConfig {
        allow: AllowList::new(rules),
        ..EgressConfig::default()
    })
}

pub(crate) fn egress_resolving(names: Arc<Names>) -> Egress {
    Egress::new(EgressConfig {
        resolver: names,
        ..EgressConfig::default()
    })
}

/// An operator's GET with generous limits.
pub(crate) fn get(url: impl Into<String>) -> HttpRequest {
    HttpRequest {
        method: Method::GET,
        url: url.into(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        destination: Destination::Operator,
        redirects: Redirects::Follow(5),
        hosts: None,
        retries: 0,
        limits: Limits {
            connect: Duration::from_secs(20),
            head: Some(Duration::from_secs(20)),
            body_bytes: Some(1 << 20),
        },
    }
}

/// The same, chosen by someone else.
pub(crate) fn guarded(url: impl Into<String>) -> HttpRequest {
    HttpRequest {
        destination: Destination::Guarded,
        ..get(url)
    }
}

/// Sends, and reads the whole body.
pub(crate) async fn fetch(egress: &Egress, request: HttpRequest) -> Result<Bytes, HttpError> {
    let response: HttpResponse = egress.send(request).await?;
    response.body.collect(usize::MAX).await
}
