//! Keys of issuers: Ed25519 (RFC 8032), in the forms that openssl reads and writes (RFC 8410).

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes of a public key.
const PUBLIC_LEN: usize = 32;
/// What stands before the 32 bytes in a SubjectPublicKeyInfo (RFC 8410 §4).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
/// Characters of a key that are looked at.
const MAX_TEXT: usize = 4096;

/// A text that is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidKey(&'static str);

/// What an issuer's licences are checked with.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuerKey([u8; PUBLIC_LEN]);

impl std::fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IssuerKey({})", self.to_text())
    }
}

impl std::str::FromStr for IssuerKey {
    type Err = InvalidKey;

    /// Reads the 32 bytes in base64, or what `openssl pkey -pubout` writes, in PEM or without its frame.
    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let wrong = InvalidKey("an Ed25519 public key is 32 bytes in base64, or PEM as openssl pkey -pubout writes it");
        if text.contains("PRIVATE KEY") {
            return Err(InvalidKey("this is a private key; only its public half belongs here"));
        }
        let bytes = unframed(text).ok_or_else(|| wrong.clone())?;
        let key = bytes.strip_prefix(&PUBLIC_PREFIX).unwrap_or(&bytes);
        key.try_into().map(Self).map_err(|_| wrong)
    }
}

impl IssuerKey {
    /// The 32 bytes in base64.
    pub fn to_text(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// Whether a signature is of these bytes and this key.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0).verify(message, signature).is_ok()
    }
}

/// What an issuer signs with.
pub struct SigningKey(Ed25519KeyPair);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// A new one.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate() -> Result<Self, InvalidKey> {
        Ed25519KeyPair::generate().map(Self).map_err(|_| InvalidKey("the system gave no random bytes"))
    }

    /// Reads PKCS #8 in PEM, as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_pem(text: &str) -> Result<Self, InvalidKey> {
        let wrong =
            InvalidKey("an Ed25519 private key in PEM is needed, as openssl genpkey -algorithm ed25519 writes it");
        let bytes = unframed(text).ok_or_else(|| wrong.clone())?;
        Ed25519KeyPair::from_pkcs8(&bytes).map(Self).map_err(|_| wrong)
    }

    /// PKCS #8 in PEM; a secret.
    ///
    /// # Errors
    /// Never in practice: the key is whole.
    pub fn to_pem(&self) -> Result<String, InvalidKey> {
        let document = self.0.to_pkcs8v1().map_err(|_| InvalidKey("the key cannot be written"))?;
        Ok(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(document)))
    }

    /// What its signatures are checked with.
    ///
    /// # Panics
    /// Never: Ed25519 public keys have 32 bytes.
    pub fn public(&self) -> IssuerKey {
        IssuerKey(self.0.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes"))
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).as_ref().to_vec()
    }
}

/// The bytes of a PEM text, or of one in base64 alone.
fn unframed(text: &str) -> Option<Vec<u8>> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).ok()
}
