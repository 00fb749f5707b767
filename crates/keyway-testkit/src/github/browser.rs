use keyway_core::provider::Visit;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::authorization::browse;

/// What a browser of a person who agrees does with a visit: goes there once and says where it is sent to.
///
/// Fails with the page when there is no redirect.
pub async fn visit(visit: &Visit) -> Result<String, String> {
    let (url, fields) = match visit {
        Visit::Redirect(url) => return browse(url).await,
        Visit::Post { url, fields } => (url, fields),
    };
    let parsed = Url::parse(url).map_err(|error| error.to_string())?;
    let host = parsed.host_str().unwrap_or_default();
    let port = parsed.port_or_known_default().unwrap_or(80);
    let target = &parsed[url::Position::BeforePath..url::Position::AfterQuery];
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = format!(
        "POST {target} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let fail = |error: std::io::Error| error.to_string();
    let mut socket = TcpStream::connect((host, port)).await.map_err(fail)?;
    socket.write_all(request.as_bytes()).await.map_err(fail)?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.map_err(fail)?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let location = answer
        .lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("location")
                .then(|| value.trim().to_owned())
        });
    location.ok_or(answer)
}
