//! A server process and raw HTTP, for the benchmarks.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A server process that ends with the value.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _status = self.child.wait();
    }
}

pub(crate) fn start(mut command: Command) -> Result<Running, Failure> {
    use std::io::BufRead as _;
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let stdout = child.stdout.take().ok_or("no output")?;
    for line in std::io::BufReader::new(stdout).lines() {
        if let Some((_, address)) = line?.split_once("listening on ") {
            let address = address.trim_start_matches("http://").trim_start_matches("socket://");
            return Ok(Running { child, address: address.to_owned() });
        }
    }
    Err("the server ended before it listened".into())
}

pub(crate) fn binary() -> Result<PathBuf, Failure> {
    if let Ok(path) = std::env::var("LIANMENG_BIN") {
        return Ok(path.into());
    }
    let this = std::env::current_exe()?;
    let folder = this.parent().and_then(Path::parent).ok_or("no target folder")?;
    Ok(folder.join("lianmeng"))
}

pub(crate) fn request(token: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let mut head = String::from("POST /graphql HTTP/1.1\r\nHost: localhost\r\n");
    // Writing to a string cannot fail.
    let _ok = write!(
        head,
        "Content-Type: application/json\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    head.into_bytes()
}

pub(crate) async fn once(address: &str, request: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut buffer = Vec::new();
    let mut stream = TcpStream::connect(address).await?;
    let start = exchange(&mut stream, request, &mut buffer).await?;
    Ok(buffer.split_off(start))
}

/// Sends a request and reads its answer into `buffer`; returns where the body starts.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
) -> Result<usize, Failure> {
    stream.write_all(request).await?;
    buffer.clear();
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return Err("the server closed the connection".into());
        }
        let Some(head) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head])?.to_ascii_lowercase();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length: usize = length.ok_or("no content length")?.trim().parse()?;
        let total = head + 4 + length;
        while buffer.len() < total {
            if stream.read_buf(buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
        }
        return Ok(head + 4);
    }
}
