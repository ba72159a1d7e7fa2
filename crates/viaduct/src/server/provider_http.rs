//! Asks an OpenID provider over HTTP.

use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::Context as _;
use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::PullGuard;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use platform::oidc::{MAX_ANSWER, ProviderHttp, ProviderReply, ProviderRequest};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::{Host, Url};

/// A client for one provider. It follows no redirect, and what the provider names may not lead into this machine or to the metadata of a
/// cloud, unless the provider itself is there.
pub(crate) struct HttpProvider {
    client: Client<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>,
    guarded: Guarded,
}

/// Resolves names to addresses that may be asked.
#[derive(Clone)]
struct Guarded {
    guard: PullGuard,
    /// Of the issuer, which people have configured.
    trusted: Arc<str>,
}

impl HttpProvider {
    /// Trusts certificates of the system's roots, or of those in a file instead.
    pub(crate) fn new(issuer: &str, ca_file: Option<&Path>, guard: PullGuard) -> anyhow::Result<Self> {
        let trusted = Url::parse(issuer).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let guarded = Guarded { guard, trusted: trusted.into() };
        let mut http = HttpConnector::new_with_resolver(guarded.clone());
        http.enforce_http(false);
        let tls = rustls::ClientConfig::builder().with_root_certificates(roots(ca_file)?).with_no_client_auth();
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1();
        let client = Client::builder(TokioExecutor::new()).build(builder.wrap_connector(http));
        Ok(Self { client, guarded })
    }

    async fn ask(&self, asked: ProviderRequest) -> Result<ProviderReply, String> {
        self.guarded.check_literal(&asked.url)?;
        let mut request = http::Request::builder()
            .uri(&asked.url)
            .header(http::header::USER_AGENT, concat!("Viaduct/", env!("CARGO_PKG_VERSION")))
            .header(http::header::ACCEPT, "application/json");
        if let Some(authorization) = asked.authorization {
            request = request.header(http::header::AUTHORIZATION, authorization);
        }
        let body = if let Some(form) = asked.form {
            request = request.method("POST").header(http::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            Full::new(Bytes::from(form))
        } else {
            Full::default()
        };
        let request = request.body(body).map_err(|_| "its address cannot be used".to_owned())?;
        let response = self.client.request(request).await.map_err(|error| reason(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
        let body = body.map_err(|_| format!("its answer breaks off or has more than {MAX_ANSWER} bytes"))?;
        Ok(ProviderReply { status, body: body.to_bytes().to_vec() })
    }
}

impl ProviderHttp for HttpProvider {
    fn send(&self, request: ProviderRequest) -> BoxFuture<'_, Result<ProviderReply, String>> {
        self.ask(request).boxed()
    }
}

fn roots(ca_file: Option<&Path>) -> anyhow::Result<rustls::RootCertStore> {
    let mut roots = rustls::RootCertStore::empty();
    let Some(file) = ca_file else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    let of_file = || format!("oidc.ca_file: {} is no PEM file with certificates", file.display());
    for certificate in CertificateDer::pem_file_iter(file).with_context(of_file)? {
        roots.add(certificate.with_context(of_file)?).with_context(of_file)?;
    }
    anyhow::ensure!(!roots.is_empty(), of_file());
    Ok(roots)
}

/// Why there is no answer, in words for people.
fn reason(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = inner(cause) {
        cause = next;
    }
    if let Some(rustls::Error::InvalidCertificate(_)) = cause.downcast_ref() {
        return "its certificate is not trusted; oidc.ca_file names who has signed it".to_owned();
    }
    match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::ConnectionRefused) => "the connection was refused".to_owned(),
        Some(io::ErrorKind::ConnectionReset | io::ErrorKind::UnexpectedEof) => "the connection broke off".to_owned(),
        _ => cause.to_string(),
    }
}

/// The cause of an error; that of an I/O error is inside of it.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
}

impl Guarded {
    fn permits(&self, host: &str, address: SocketAddr) -> bool {
        host == &*self.trusted || self.guard.check(address).is_ok()
    }

    /// Addresses that stand in the URL itself are never resolved.
    fn check_literal(&self, url: &str) -> Result<(), String> {
        let url = Url::parse(url).map_err(|_| "its address cannot be used".to_owned())?;
        let address = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            _ => return Ok(()),
        };
        let port = url.port_or_known_default().unwrap_or(0);
        let host = url.host_str().unwrap_or_default();
        if self.permits(host, SocketAddr::new(address, port)) { Ok(()) } else { Err(refused(host)) }
    }
}

fn refused(host: &str) -> String {
    format!("it names {host}, an address that must not be asked; pull.allow permits it")
}

impl tower::Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let this = self.clone();
        async move {
            let host = name.as_str();
            let found = tokio::net::lookup_host((host, 0)).await;
            let found = found.map_err(|_| io::Error::other(format!("the name {host} is unknown")))?;
            let permitted: Vec<_> = found.filter(|address| this.permits(host, *address)).collect();
            if permitted.is_empty() { Err(io::Error::other(refused(host))) } else { Ok(permitted.into_iter()) }
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(issuer: &str) -> HttpProvider {
        HttpProvider::new(issuer, None, PullGuard::new()).unwrap()
    }

    async fn refusal(issuer: &str, url: &str) -> String {
        let request = ProviderRequest { url: url.to_owned(), authorization: None, form: None };
        provider(issuer).send(request).await.unwrap_err()
    }

    #[tokio::test]
    async fn a_provider_cannot_send_us_into_this_machine() {
        for url in ["http://127.0.0.1:1/", "http://[::1]:1/", "http://169.254.169.254/", "http://localhost:1/"] {
            let why = refusal("https://id.example", url).await;
            assert!(why.contains("must not be asked"), "{url}: {why}");
        }
    }

    #[tokio::test]
    async fn a_provider_that_is_on_this_machine_may_be_asked() {
        for host in ["127.0.0.1", "localhost"] {
            let why = refusal(&format!("http://{host}:1"), &format!("http://{host}:1/")).await;
            assert_eq!(why, "the connection was refused");
        }
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        for text in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&file, text).unwrap();
            let error = roots(Some(&file)).unwrap_err().to_string();
            assert!(error.starts_with("oidc.ca_file"), "{error}");
        }
        assert!(roots(Some(Path::new("/nowhere"))).is_err());
    }
}
