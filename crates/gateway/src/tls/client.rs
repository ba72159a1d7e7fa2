//! TLS towards other servers: authorities that the system trusts, or the one certificate that a URL names.
//!
//! Cameras sign their own certificates. A URL that ends in `#sha256=` and 64 hexadecimal digits accepts the
//! certificate with that fingerprint and no other; a refusal says which fingerprint was shown, so that a person
//! can compare it with what the camera's own page displays.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use hub::Leg;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, TlsStream};

use crate::pull::PullFailure;

/// How long a handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// SHA-256 of a certificate in DER.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl FromStr for Fingerprint {
    type Err = ();

    /// Reads hexadecimal digits, with or without colons between pairs, as OpenSSL and browsers show them.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|digit| *digit != ':')
            .map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
            .collect::<Option<_>>()
            .ok_or(())?;
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        if digits.len() != 64 {
            return Err(());
        }
        bytes.try_into().map(Self).map_err(|_| ())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// Encrypts a connection to `host`.
///
/// # Errors
/// On [`Leg::Connect`]: when the certificate is not to be trusted or the peer does not speak TLS.
pub(crate) async fn connect(
    stream: TcpStream,
    host: &str,
    expected: Option<Fingerprint>,
) -> Result<TlsStream<TcpStream>, PullFailure> {
    let name = ServerName::try_from(host.to_owned()).map_err(|error| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::InvalidInput,
        text: error.to_string(),
        next_step: "Correct the URL.".to_owned(),
    })?;
    let verifier = Arc::new(Verifier::new(expected));
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("the provider speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&verifier) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    match tokio::time::timeout(HANDSHAKE_TIMEOUT, connector.connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(stream.into()),
        Ok(Err(error)) => Err(verifier.explain(host, &error)),
        Err(_elapsed) => Err(PullFailure::io(Leg::Connect, &io::ErrorKind::TimedOut.into())),
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// What the system trusts; read once. `None` where it trusts nobody.
fn authorities() -> Option<Arc<WebPkiServerVerifier>> {
    static AUTHORITIES: OnceLock<Option<Arc<WebPkiServerVerifier>>> = OnceLock::new();
    let read = || {
        let mut roots = RootCertStore::empty();
        let (added, ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        tracing::debug!(added, ignored, "Read the authorities that the system trusts.");
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().ok()
    };
    AUTHORITIES.get_or_init(read).clone()
}

/// Judges one server's certificate.
#[derive(Debug)]
struct Verifier {
    expected: Option<Fingerprint>,
    provider: Arc<CryptoProvider>,
    /// The certificate that was refused.
    refused: Mutex<Option<(Fingerprint, &'static str)>>,
}

impl Verifier {
    fn new(expected: Option<Fingerprint>) -> Self {
        Self { expected, provider: provider(), refused: Mutex::default() }
    }

    fn judge(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Some(expected) = self.expected {
            let same = Fingerprint::of(certificate) == expected;
            let error = rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
            return same.then(ServerCertVerified::assertion).ok_or(error);
        }
        match authorities() {
            Some(authorities) => authorities.verify_server_cert(certificate, others, name, ocsp, now),
            None => Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)),
        }
    }

    /// What a person can do about a handshake that failed.
    fn explain(&self, host: &str, error: &io::Error) -> PullFailure {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (kind, text, next_step) = match (refused, self.expected) {
            (None, _) => (
                ErrorKind::Unavailable,
                format!("no encrypted connection came about: {error}"),
                "Check the port: perhaps it is not encrypted.".to_owned(),
            ),
            (Some((shown, _)), Some(_)) => (
                ErrorKind::Forbidden,
                format!("{host} shows another certificate than the URL names, with the fingerprint {shown}"),
                "Find out whether the camera's certificate was renewed before you change the URL.".to_owned(),
            ),
            (Some((shown, reason)), None) => (
                ErrorKind::Forbidden,
                format!("the certificate of {host} is not trusted: {reason}"),
                format!("If it is the camera's own certificate, put #sha256={shown} behind the URL."),
            ),
        };
        PullFailure { leg: Leg::Connect, kind, text, next_step }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.judge(end_entity, intermediates, server_name, ocsp_response, now).inspect_err(|error| {
            let refused = (Fingerprint::of(end_entity), reason(error));
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refused);
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Why a certificate is not trusted, for people.
const fn reason(error: &rustls::Error) -> &'static str {
    use CertificateError as Cause;
    match error {
        rustls::Error::InvalidCertificate(Cause::Expired | Cause::ExpiredContext { .. }) => "it has expired",
        rustls::Error::InvalidCertificate(Cause::NotValidYet | Cause::NotValidYetContext { .. }) => {
            "it is not valid yet; check the clocks"
        }
        rustls::Error::InvalidCertificate(Cause::NotValidForName | Cause::NotValidForNameContext { .. }) => {
            "it is for another name"
        }
        rustls::Error::InvalidCertificate(Cause::Revoked) => "it was revoked",
        _ => "nobody whom this system trusts has signed it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_tools_show_it() {
        let plain = "00ff".repeat(16);
        let colons = plain.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase());
        let colons = colons.collect::<Vec<_>>().join(":");
        let fingerprint: Fingerprint = plain.parse().unwrap();
        assert_eq!(colons.parse(), Ok(fingerprint));
        assert_eq!(fingerprint.to_string(), plain);
        for text in ["", "00", &plain[1..], &format!("{plain}0"), &plain.replace("ff", "fg")] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
