//! FTP: signs in, makes the folders, sends the file under another name and renames it, so that nobody finds half of it.

use std::net::SocketAddr;
use std::time::Duration;

use suppaftp::FtpError;
use suppaftp::tokio::AsyncFtpStream;
use suppaftp::types::{FileType, Mode};
use tokio::net::TcpStream;
use url::Url;

use super::Upload;
use crate::guard::PullGuard;
use crate::pull::resolve;

const DEFAULT_PORT: u16 = 21;
/// How long a connection may take to be made.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// Folders above a file.
const MAX_FOLDERS: usize = 16;

/// Where a file goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    host: String,
    port: u16,
    folders: Vec<String>,
    file: String,
}

impl Place {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("The URL is not usable: {error}."))?;
        if url.scheme() != "ftp" {
            return Err("The URL begins with ftp://.".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("User name and password have fields of their own.".to_owned());
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or("The URL names no host.")?.to_owned();
        let parts = url.path_segments().into_iter().flatten().filter(|part| !part.is_empty());
        let mut folders: Vec<String> = parts.map(rtsp::url::percent_decode).collect();
        if folders.iter().any(|part| part.chars().any(char::is_control)) {
            return Err("The path holds a control character.".to_owned());
        }
        let file = folders.pop().ok_or("The URL names no file and no folder.")?;
        if folders.len() > MAX_FOLDERS {
            return Err(format!("The path has more than {MAX_FOLDERS} folders."));
        }
        Ok(Self { host, port: url.port().unwrap_or(DEFAULT_PORT), folders, file })
    }
}

pub(super) async fn send(guard: &PullGuard, upload: &Upload<'_>) -> Result<(), String> {
    let place = Place::parse(upload.url)?;
    let stream = connect(guard, &place).await?;
    let peer = stream.peer_addr().map_err(|error| format!("The connection broke: {error}."))?;
    put(guard.clone(), stream, peer, &place, upload).await.map_err(|error| match error {
        FtpError::UnexpectedResponse(response) => {
            format!("The server refuses: {}.", String::from_utf8_lossy(&response.body).trim().trim_end_matches('.'))
        }
        other => format!("FTP failed: {other}."),
    })
}

async fn connect(guard: &PullGuard, place: &Place) -> Result<TcpStream, String> {
    let host = place.host.trim_matches(['[', ']']);
    let addresses = resolve(host, place.port).await.map_err(|failure| super::capitalised(&failure.text))?;
    let mut last = String::new();
    for address in addresses {
        if let Err(refused) = guard.check(address) {
            last = format!("{address} may not be used: {refused}. An administrator can permit it with pull.allow.");
            continue;
        }
        match tokio::time::timeout(CONNECT_PATIENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = format!("{address} does not answer: {error}."),
            Err(_) => last = format!("{address} does not answer in time."),
        }
    }
    Err(last)
}

async fn put(
    guard: PullGuard,
    stream: TcpStream,
    peer: SocketAddr,
    place: &Place,
    upload: &Upload<'_>,
) -> Result<(), FtpError> {
    let mut ftp = AsyncFtpStream::connect_with_stream(stream).await?.passive_stream_builder(move |address| {
        let guard = guard.clone();
        Box::pin(async move {
            // Servers behind an address translation name one that is of no use here, and others shall not send us elsewhere.
            let address = SocketAddr::new(peer.ip(), address.port());
            guard.check(address).map_err(|refused| FtpError::ConnectionError(std::io::Error::other(refused)))?;
            TcpStream::connect(address).await.map_err(FtpError::ConnectionError)
        })
    });
    ftp.set_mode(if peer.is_ipv6() { Mode::ExtendedPassive } else { Mode::Passive });
    let (username, password) = upload.credentials.unwrap_or(("anonymous", "viaduct@"));
    ftp.login(username, password).await?;
    ftp.transfer_type(FileType::Binary).await?;
    for folder in &place.folders {
        if ftp.cwd(folder).await.is_err() {
            ftp.mkdir(folder).await?;
            ftp.cwd(folder).await?;
        }
    }
    let partial = format!("{}.part", place.file);
    ftp.put_file(&partial, &mut &upload.bytes[..]).await?;
    ftp.rename(&partial, &place.file).await?;
    // The file is there; how the server says goodbye does not matter.
    let _goodbye = ftp.quit().await;
    Ok(())
}
