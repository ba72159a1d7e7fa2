//! TLS for every listener from one certificate that can be replaced while running; towards others in [`client`].

pub(crate) mod client;

use std::sync::{Arc, Mutex, PoisonError};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Protocol;
use crate::http::http2;

/// HTTP/1.1 in ALPN.
const HTTP1: &[u8] = b"http/1.1";

/// A certificate chain and its key, PEM.
#[derive(Clone)]
pub struct TlsMaterial {
    /// Certificates, the server's first.
    pub certificate_pem: Vec<u8>,
    /// PKCS#8, PKCS#1 or SEC1 key.
    pub key_pem: Vec<u8>,
}

impl std::fmt::Debug for TlsMaterial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsMaterial(..)")
    }
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// Not PEM, or no certificate or key in it.
    #[error("the certificate or key file is not readable as PEM")]
    Pem(#[source] rustls::pki_types::pem::Error),
    /// The key does not belong to the certificate, or an algorithm is not supported.
    #[error("the certificate and key do not work together")]
    Config(#[source] rustls::Error),
}

/// The acceptors in use.
pub(crate) struct Tls {
    acceptors: Mutex<Option<Acceptors>>,
}

struct Acceptors {
    /// Offers HTTP/2 too.
    https: TlsAcceptor,
    others: TlsAcceptor,
    /// Negotiates no protocol within TLS.
    plain: TlsAcceptor,
}

impl Tls {
    pub(crate) fn new(material: Option<&TlsMaterial>) -> Result<Self, TlsError> {
        let acceptors = material.map(acceptors).transpose()?;
        Ok(Self { acceptors: Mutex::new(acceptors) })
    }

    /// Uses another certificate for connections from now on.
    pub(crate) fn replace(&self, material: &TlsMaterial) -> Result<(), TlsError> {
        let acceptors = acceptors(material)?;
        *self.acceptors.lock().unwrap_or_else(PoisonError::into_inner) = Some(acceptors);
        Ok(())
    }

    /// For connections of protocols that are none of the gateway's, such as SIP.
    pub(crate) fn plain_acceptor(&self) -> Option<TlsAcceptor> {
        let acceptors = self.acceptors.lock().unwrap_or_else(PoisonError::into_inner);
        acceptors.as_ref().map(|acceptors| acceptors.plain.clone())
    }

    /// For connections of one protocol.
    pub(crate) fn acceptor(&self, protocol: Protocol) -> Option<TlsAcceptor> {
        let acceptors = self.acceptors.lock().unwrap_or_else(PoisonError::into_inner);
        let acceptors = acceptors.as_ref()?;
        Some(if protocol == Protocol::Https { &acceptors.https } else { &acceptors.others }.clone())
    }
}

fn acceptors(material: &TlsMaterial) -> Result<Acceptors, TlsError> {
    let chain = CertificateDer::pem_slice_iter(&material.certificate_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(TlsError::Pem)?;
    let key = PrivateKeyDer::from_pem_slice(&material.key_pem).map_err(TlsError::Pem)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Config)?;
    // One ticket is enough: browsers open several connections at once anyway.
    config.send_tls13_tickets = 1;
    let with = |alpn: &[&[u8]]| {
        let mut config = config.clone();
        config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    };
    Ok(Acceptors { https: with(&[http2::ALPN, HTTP1]), others: with(&[HTTP1]), plain: with(&[]) })
}
