use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// What a browser of a person who agrees does with an authorization URL: asks for it once and says
/// where it is sent to. The callback itself is not asked for.
///
/// Fails with the page when there is no redirect.
pub async fn browse(url: &str) -> Result<String, String> {
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    let host = parsed.host_str().unwrap_or_default();
    let port = parsed.port_or_known_default().unwrap_or(80);
    let target = &parsed[url::Position::BeforePath..url::Position::AfterQuery];
    let request =
        format!("GET {target} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\r\n");
    let fail = |error: std::io::Error| error.to_string();
    let mut socket = TcpStream::connect((host, port)).await.map_err(fail)?;
    socket.write_all(request.as_bytes()).await.map_err(fail)?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.map_err(fail)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let location = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("location")
            .then(|| value.trim().to_owned())
    });
    location.ok_or(answer)
}
