//! TLS to a server whose certificate nobody signed, and a TLS end in front of a plain server.

use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned};

use crate::clips::path_text;
use crate::http;
use crate::process::{Process, run};

/// An encrypted connection.
pub type TlsStream = StreamOwned<ClientConnection, TcpStream>;

/// Connects without looking at who answers: the test started the server itself.
pub fn connect(address: SocketAddr) -> TlsStream {
    connect_with(address, &[])
}

/// As [`connect`], asking for one of the protocols by ALPN.
pub fn connect_with(address: SocketAddr, alpn: &[&str]) -> TlsStream {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(connection, http::connect(address))
}

#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// An encrypted front, ended by Python's OpenSSL, for a plain server on this machine.
#[derive(Debug)]
pub struct TlsFront {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    /// SHA-256 of its certificate as `openssl x509 -fingerprint` shows it.
    pub fingerprint: String,
    _process: Process,
    _folder: tempfile::TempDir,
}

impl TlsFront {
    /// Begins to forward to `port` of 127.0.0.1.
    pub fn start(port: u16) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tls_proxy.py");
        let mut command = Command::new("/usr/bin/python3");
        command.arg(script).arg(folder.path()).arg(port.to_string());
        let mut process = Process::run(command, usize::MAX);
        let port = crate::until("the encrypted front (python3, openssl)", crate::PATIENCE, || {
            assert!(process.ended().is_none(), "the front ended: {}", process.messages());
            std::fs::read_to_string(folder.path().join("port")).ok()?.trim().parse().ok()
        });
        let certificate = path_text(&folder.path().join("certificate.pem"));
        let show = ["x509", "-noout", "-sha256", "-fingerprint", "-in", &certificate];
        let (_, shown, _) = run("openssl", show, crate::PATIENCE);
        let fingerprint = shown.trim().split_once('=').unwrap().1.to_owned();
        Self { port, fingerprint, _process: process, _folder: folder }
    }
}
