//! The server's certificate: the administrator's, or one of our own making.

use std::fs;
use std::path::Path;

use anyhow::Context;
use gateway::TlsMaterial;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::data_dir::{DataDir, write_secret};

/// Life of a generated certificate: browsers take no more for long.
const LIFE: Duration = Duration::days(825);
/// A generated certificate is replaced this long before it ends.
const RENEW_BEFORE: Duration = Duration::days(30);

/// A certificate with what people want to know about it.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) material: TlsMaterial,
    pub(crate) fingerprint_sha256: String,
    pub(crate) self_signed: bool,
    pub(crate) not_after: OffsetDateTime,
}

/// Reads the configured certificate, or the generated one, which is made or renewed when necessary.
pub(crate) fn load(
    configured: Option<&(std::path::PathBuf, std::path::PathBuf)>,
    data: &DataDir,
    public_host: Option<&str>,
) -> anyhow::Result<Certificate> {
    if let Some((certificate, key)) = configured {
        return read(certificate, key);
    }
    let (certificate, key) = data.certificate();
    let usable =
        read(&certificate, &key).ok().filter(|known| known.not_after - RENEW_BEFORE > OffsetDateTime::now_utc());
    if let Some(known) = usable {
        return Ok(known);
    }
    generate(&certificate, &key, public_host)?;
    read(&certificate, &key)
}

fn read(certificate: &Path, key: &Path) -> anyhow::Result<Certificate> {
    let certificate_pem = fs::read(certificate).with_context(|| format!("reading {}", certificate.display()))?;
    let key_pem = fs::read(key).with_context(|| format!("reading {}", key.display()))?;
    let (_, pem) = x509_parser::pem::parse_x509_pem(&certificate_pem)
        .with_context(|| format!("{} is not a PEM certificate", certificate.display()))?;
    let (_, parsed) = X509Certificate::from_der(&pem.contents)
        .with_context(|| format!("{} is not an X.509 certificate", certificate.display()))?;
    let digest = Sha256::digest(&pem.contents);
    let fingerprint = digest.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":");
    Ok(Certificate {
        fingerprint_sha256: fingerprint,
        self_signed: parsed.issuer() == parsed.subject(),
        not_after: parsed.validity().not_after.to_datetime(),
        material: TlsMaterial { certificate_pem, key_pem },
    })
}

fn generate(certificate: &Path, key: &Path, public_host: Option<&str>) -> anyhow::Result<()> {
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(public_host.map(str::to_owned));
    if let Ok(host) = fs::read_to_string("/proc/sys/kernel/hostname") {
        names.push(host.trim().to_owned());
    }
    names.dedup();
    let mut params = CertificateParams::new(names).context("a host name does not fit a certificate")?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, public_host.unwrap_or("Viaduct"));
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + LIFE;
    let key_pair = KeyPair::generate().context("generating a key")?;
    let signed = params.self_signed(&key_pair).context("signing the certificate")?;
    write_secret(key, key_pair.serialize_pem().as_bytes())?;
    write_secret(certificate, signed.pem().as_bytes())?;
    tracing::info!(certificate = %certificate.display(), "Made a self-signed certificate.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_certificate_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let first = load(None, &data, Some("cams.example")).unwrap();
        assert!(first.self_signed);
        let again = load(None, &data, None).unwrap();
        assert_eq!(first.fingerprint_sha256, again.fingerprint_sha256);
    }

    #[test]
    fn a_missing_certificate_names_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let absent = (folder.path().join("absent.pem"), folder.path().join("key.pem"));
        let error = format!("{:#}", load(Some(&absent), &data, None).unwrap_err());
        assert!(error.contains("absent.pem"), "{error}");
    }
}
