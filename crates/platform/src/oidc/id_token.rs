//! ID tokens (OpenID Connect Core 1.0 §2, §3.1.3.7). Signatures and dates are judged by `jsonwebtoken`; what is particular to
//! OpenID Connect, here.

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::TokenFault;
use super::same;
use crate::unix_now;

/// How far clocks may differ.
const SKEW_S: u64 = 60;
/// Longest token that is looked at.
const MAX_TOKEN: usize = 64 << 10;
/// Signatures with a key that the provider alone has. Symmetric ones, which everybody who checks could make, are not among them.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// Groups of a person that are looked at.
const MAX_GROUPS: usize = 1000;

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
}

/// What the provider says of a person.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Claims {
    all: Map<String, Value>,
}

impl Claims {
    /// Who it is at the provider.
    pub(super) fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// A claim by its name, or by a path through objects (`realm_access.roles`); names with dots in them go first.
    fn find(&self, path: &str) -> Option<&Value> {
        if let Some(value) = self.all.get(path) {
            return Some(value);
        }
        let mut parts = path.split('.');
        let first = self.all.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.find(path).is_some()
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.find(path)?.as_str()
    }

    /// A list of texts, or one text.
    pub(super) fn texts(&self, path: &str) -> Vec<String> {
        match self.find(path) {
            Some(Value::Array(items)) => {
                items.iter().take(MAX_GROUPS).filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(Value::String(text)) => vec![text.clone()],
            _ => Vec::new(),
        }
    }

    /// Adds what was told besides; what the token says stays.
    pub(super) fn add(&mut self, told: Self) {
        for (name, value) in told.all {
            self.all.entry(name).or_insert(value);
        }
    }
}

/// The claims of a token that one of `keys` has signed and that is what was asked for.
pub(super) fn verify(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Claims, TokenFault> {
    if token.len() > MAX_TOKEN {
        return Err(TokenFault::Form);
    }
    // An algorithm that does not exist for the library, such as none, ends here.
    let header = jsonwebtoken::decode_header(token).map_err(|_| TokenFault::Algorithm)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(TokenFault::Algorithm);
    }
    let claims = signed(token, keys, header.kid.as_deref(), &validation(header.alg, expected))?;
    check(&claims, expected)?;
    Ok(claims)
}

fn validation(algorithm: Algorithm, expected: &Expected<'_>) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.leeway = SKEW_S;
    validation.validate_nbf = true;
    validation.set_issuer(&[expected.issuer]);
    validation.set_audience(&[expected.client_id]);
    validation.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    validation
}

/// Tries the key that the token names, or each when it names none.
fn signed(token: &str, keys: &[Jwk], named: Option<&str>, validation: &Validation) -> Result<Claims, TokenFault> {
    let fits = |key: &&Jwk| {
        let signs = !matches!(key.common.public_key_use, Some(PublicKeyUse::Encryption));
        signs && named.is_none_or(|name| key.common.key_id.as_deref().is_none_or(|id| id == name))
    };
    for key in keys.iter().filter(fits).filter_map(|key| DecodingKey::from_jwk(key).ok()) {
        match jsonwebtoken::decode::<Claims>(token, &key, validation) {
            Ok(data) => return Ok(data.claims),
            Err(error) => match fault(error.kind()) {
                TokenFault::Signature => {}
                other => return Err(other),
            },
        }
    }
    Err(TokenFault::Signature)
}

fn fault(kind: &ErrorKind) -> TokenFault {
    match kind {
        ErrorKind::ExpiredSignature => TokenFault::Expired,
        ErrorKind::ImmatureSignature => TokenFault::NotYet,
        ErrorKind::InvalidIssuer => TokenFault::Issuer,
        ErrorKind::InvalidAudience => TokenFault::Audience,
        ErrorKind::MissingRequiredClaim(_)
        | ErrorKind::InvalidClaimFormat(_)
        | ErrorKind::InvalidToken
        | ErrorKind::Base64(_)
        | ErrorKind::Json(_)
        | ErrorKind::Utf8(_) => TokenFault::Form,
        // Also a key of another kind than the signature: another one may fit.
        _ => TokenFault::Signature,
    }
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), TokenFault> {
    if claims.subject().is_empty() || claims.subject().len() > 255 {
        return Err(TokenFault::Form);
    }
    let several = claims.find("aud").and_then(Value::as_array).is_some_and(|list| list.len() > 1);
    let party = claims.text("azp");
    if party.is_some_and(|party| party != expected.client_id) || several && party.is_none() {
        return Err(TokenFault::Audience);
    }
    let issued = claims.find("iat").and_then(Value::as_f64).ok_or(TokenFault::Form)?;
    if issued > unix_now() as f64 + SKEW_S as f64 {
        return Err(TokenFault::NotYet);
    }
    let nonce = claims.text("nonce").unwrap_or_default();
    if same(nonce.as_bytes(), expected.nonce.as_bytes()) { Ok(()) } else { Err(TokenFault::Nonce) }
}
