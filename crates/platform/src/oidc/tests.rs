//! Against a provider of our own making that answers what each test wants. The certified one is in the end-to-end tests.

use std::collections::HashMap;
use std::sync::Mutex;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::*;
use crate::clock::{WallClock, time_zone};
use crate::rights::ROOT;
use crate::unix_now;

const ISSUER: &str = "https://id.example/realm";

/// Answers by address, and the last form that was posted.
#[derive(Default)]
struct Scripted {
    answers: Mutex<HashMap<String, (u16, String)>>,
    posted: Mutex<Option<ProviderRequest>>,
    asked: Mutex<Vec<String>>,
}

impl Scripted {
    #[expect(clippy::needless_pass_by_value, reason = "calls read better without a borrow")]
    fn says(&self, path: &str, status: u16, body: impl ToString) {
        self.answers.lock().unwrap().insert(format!("{ISSUER}{path}"), (status, body.to_string()));
    }
}

impl ProviderHttp for Scripted {
    fn send(&self, request: ProviderRequest) -> BoxFuture<'_, Result<ProviderReply, String>> {
        self.asked.lock().unwrap().push(request.url.clone());
        let answer = self.answers.lock().unwrap().get(&request.url).cloned();
        if request.form.is_some() {
            *self.posted.lock().unwrap() = Some(request);
        }
        async move {
            match answer {
                Some((0, _)) => std::future::pending().await,
                Some((status, body)) => Ok(ProviderReply { status, body: body.into_bytes() }),
                None => Err("nobody listens".to_owned()),
            }
        }
        .boxed()
    }
}

struct Signer {
    key: EncodingKey,
    id: &'static str,
}

impl Signer {
    fn new(id: &'static str) -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { key: EncodingKey::from_ec_der(document.as_ref()), id }
    }

    fn public(&self) -> Value {
        let mut key = Jwk::from_encoding_key(&self.key, Algorithm::ES256).unwrap();
        key.common.key_id = Some(self.id.to_owned());
        json!(key)
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}

/// A server with a provider.
struct Desk {
    _folder: tempfile::TempDir,
    database: Database,
    oidc: Oidc,
    http: Arc<Scripted>,
    signer: Signer,
}

fn from() -> IpAddr {
    IpAddr::from([192, 0, 2, 1])
}

fn settings() -> OidcSettings {
    OidcSettings {
        issuer: ISSUER.into(),
        client_id: "viaduct".into(),
        client_secret: Some("s&cret".into()),
        name: "省厅统一身份认证".into(),
        scopes: vec!["openid".into(), "profile".into()],
        username_claim: "preferred_username".into(),
        roles_claim: Some("realm_access.roles".into()),
        role_map: vec!["video-ops=operator@1".parse().unwrap(), "video-audit=auditor@1".parse().unwrap()],
        create_users: true,
    }
}

fn configuration() -> Value {
    let at = |path: &str| format!("{ISSUER}{path}");
    json!({ "issuer": ISSUER, "authorization_endpoint": at("/auth"), "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"), "userinfo_endpoint": at("/userinfo") })
}

impl Desk {
    async fn open(settings: OidcSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
        let clock = Arc::new(WallClock::new(time_zone(Some("UTC")).unwrap()));
        let people = Arc::new(People::open(database.clone(), clock).await.unwrap());
        let accounts = Arc::new(Accounts::new(database.clone(), None).unwrap());
        accounts.force_admin_password("the first password").await.unwrap();
        let http = Arc::new(Scripted::default());
        let signer = Signer::new("k1");
        http.says("/.well-known/openid-configuration", 200, configuration());
        http.says("/keys", 200, json!({ "keys": [{ "kty": "unheard-of" }, signer.public()] }));
        let oidc = Oidc::new(database.clone(), people, accounts);
        oidc.set(Some((settings, Arc::clone(&http) as Arc<dyn ProviderHttp>)));
        Self { _folder: folder, database, oidc, http, signer }
    }

    async fn begin(&self) -> (Begun, HashMap<String, String>) {
        let begun = self.oidc.begin(from(), "https://v.example/back".into()).await.unwrap();
        let query = url::Url::parse(&begun.url).unwrap();
        let query = query.query_pairs().into_owned().collect();
        (begun, query)
    }

    /// What the provider would put into a token for the sign-in of this query.
    fn claims(&self, query: &HashMap<String, String>) -> Value {
        let now = unix_now();
        json!({ "iss": ISSUER, "sub": "248289761001", "aud": "viaduct", "exp": now + 300, "iat": now,
            "nonce": query["nonce"], "preferred_username": "li.na", "name": "李娜",
            "realm_access": { "roles": ["offline", "video-ops"] } })
    }

    /// A whole sign-in whose token says what `change` makes of the right claims.
    async fn sign_in(&self, change: impl FnOnce(&mut Value)) -> Result<SignedIn, OidcError> {
        let (begun, query) = self.begin().await;
        let mut claims = self.claims(&query);
        change(&mut claims);
        self.http.says("/token", 200, json!({ "access_token": "at", "id_token": self.signer.sign(&claims) }));
        self.come_back(&begun, &query).await
    }

    async fn come_back(&self, begun: &Begun, query: &HashMap<String, String>) -> Result<SignedIn, OidcError> {
        let callback =
            Callback { state: query.get("state").cloned(), code: Some("c0de".into()), ..Callback::default() };
        let finished = self.oidc.finish(from(), &callback, Some(&begun.cookie)).await;
        let client = Client { address: from(), agent: "test" };
        self.oidc.redeem(&finished.code, Some(&finished.cookie), &client).await
    }
}

#[tokio::test]
async fn a_person_signs_in_and_is_the_same_user_the_next_time() {
    let desk = Desk::open(settings()).await;
    let signed_in = desk.sign_in(|_| {}).await.unwrap();
    let user = &signed_in.user;
    assert_eq!((user.name.as_str(), user.display_name.as_str(), user.organisation_id), ("li.na", "李娜", ROOT));
    assert_eq!(desk.oidc.accounts.authenticate(&signed_in.token).await.unwrap().0.id, user.id);
    let renamed = desk.sign_in(|claims| claims["preferred_username"] = json!("somebody.else")).await.unwrap();
    assert_eq!(renamed.user.id, user.id, "by issuer and subject, not by name");
    assert!(desk.sign_in(|claims| claims["sub"] = json!("another")).await.is_err(), "the name is taken");
}

#[tokio::test]
async fn the_request_is_the_code_flow_with_pkce_and_the_secret_is_proved_by_a_header() {
    let desk = Desk::open(settings()).await;
    let (begun, query) = desk.begin().await;
    assert!(begun.url.starts_with(&format!("{ISSUER}/auth?")), "{}", begun.url);
    let sent = ["response_type", "client_id", "redirect_uri", "scope", "code_challenge_method"]
        .map(|name| query[name].as_str());
    assert_eq!(sent, ["code", "viaduct", "https://v.example/back", "openid profile", "S256"]);
    desk.http.says("/token", 200, json!({ "id_token": desk.signer.sign(&desk.claims(&query)) }));
    desk.come_back(&begun, &query).await.unwrap();
    let posted = desk.http.posted.lock().unwrap().clone().unwrap();
    let form: HashMap<String, String> =
        url::form_urlencoded::parse(posted.form.unwrap().as_bytes()).into_owned().collect();
    assert_eq!(form["code"], "c0de");
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
    assert_eq!(challenge, query["code_challenge"], "RFC 7636 §4.6");
    let expected = base64::engine::general_purpose::STANDARD.encode("viaduct:s%26cret");
    assert_eq!(posted.authorization, Some(format!("Basic {expected}")), "RFC 6749 §2.3.1");
    assert!(!form.contains_key("client_secret"));
}

#[tokio::test]
async fn state_is_good_once_in_its_browser_and_for_ten_minutes() {
    let desk = Desk::open(settings()).await;
    let unknown =
        |result: Result<SignedIn, OidcError>| assert!(matches!(result, Err(OidcError::UnknownState)), "{result:?}");
    let (begun, query) = desk.begin().await;
    let stolen = Begun { cookie: random_token(), ..begun.clone() };
    unknown(desk.come_back(&stolen, &query).await);
    unknown(desk.come_back(&begun, &query).await);
    unknown(desk.come_back(&begun, &HashMap::from([("state".to_owned(), "forged".to_owned())])).await);
    unknown(desk.come_back(&begun, &HashMap::new()).await);
    desk.sign_in(|_| {}).await.unwrap();
    let (begun, query) = desk.begin().await;
    tokio::time::pause();
    tokio::time::advance(SIGN_IN_LIFE).await;
    tokio::time::resume();
    unknown(desk.come_back(&begun, &query).await);
}

#[tokio::test]
async fn an_outcome_is_fetched_once_by_the_browser_that_it_is_for() {
    let desk = Desk::open(settings()).await;
    let client = Client { address: from(), agent: "test" };
    for (cookie, again) in [(None, false), (Some("x"), false), (Some(""), true)] {
        let (begun, query) = desk.begin().await;
        desk.http.says("/token", 200, json!({ "id_token": desk.signer.sign(&desk.claims(&query)) }));
        let callback = Callback { state: query.get("state").cloned(), code: Some("c".into()), ..Callback::default() };
        let finished = desk.oidc.finish(from(), &callback, Some(&begun.cookie)).await;
        assert_eq!(finished.cookie, begun.cookie);
        let given = if again { Some(begun.cookie.as_str()) } else { cookie };
        let first = desk.oidc.redeem(&finished.code, given, &client).await;
        assert_eq!(first.is_ok(), again, "{cookie:?}");
        let second = desk.oidc.redeem(&finished.code, Some(&begun.cookie), &client).await;
        assert!(matches!(second, Err(OidcError::OutcomeGone)), "a try uses it up");
    }
}

#[tokio::test]
async fn tokens_that_are_not_what_was_asked_for_are_refused() {
    let desk = Desk::open(settings()).await;
    let now = unix_now();
    let cases: [(&str, Value, TokenFault); 11] = [
        ("iss", json!("https://evil.example"), TokenFault::Issuer),
        ("aud", json!("another"), TokenFault::Audience),
        ("aud", json!(["another", "third"]), TokenFault::Audience),
        ("aud", json!(["viaduct", "another"]), TokenFault::Audience),
        ("azp", json!("another"), TokenFault::Audience),
        ("nonce", json!("of another sign-in"), TokenFault::Nonce),
        ("nonce", Value::Null, TokenFault::Nonce),
        ("exp", json!(now - 70), TokenFault::Expired),
        ("nbf", json!(now + 120), TokenFault::NotYet),
        ("iat", json!(now + 120), TokenFault::NotYet),
        ("sub", json!(""), TokenFault::Form),
    ];
    for (claim, value, fault) in cases {
        let refused = desk.sign_in(|claims| claims[claim] = value.clone()).await;
        assert!(matches!(&refused, Err(OidcError::Token(found)) if *found == fault), "{claim} {value}: {refused:?}");
    }
    for claim in ["iss", "sub", "aud", "exp", "iat"] {
        let refused = desk.sign_in(|claims| drop(claims.as_object_mut().unwrap().remove(claim))).await;
        assert!(matches!(refused, Err(OidcError::Token(TokenFault::Form))), "without {claim}: {refused:?}");
    }
    for (claim, value) in [("exp", now - 30), ("iat", now + 30), ("nbf", now + 30)] {
        desk.sign_in(|claims| claims[claim] = json!(value)).await.expect("clocks may differ by a minute");
    }
    let several = |claims: &mut Value| {
        claims["aud"] = json!(["viaduct", "another"]);
        claims["azp"] = json!("viaduct");
    };
    desk.sign_in(several).await.unwrap();
}

#[tokio::test]
async fn signatures_that_the_provider_did_not_make_are_refused() {
    let desk = Desk::open(settings()).await;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for (case, fault) in [
        ("none", TokenFault::Algorithm),
        ("symmetric, with the public key", TokenFault::Algorithm),
        ("symmetric, with our secret", TokenFault::Algorithm),
        ("another key of the same name", TokenFault::Signature),
        ("a key that is not published", TokenFault::Signature),
        ("changed claims", TokenFault::Signature),
        ("cut off", TokenFault::Algorithm),
    ] {
        let (begun, query) = desk.begin().await;
        let claims = desk.claims(&query);
        let right = desk.signer.sign(&claims);
        let parts: Vec<&str> = right.split('.').collect();
        let symmetric = |secret: &[u8]| {
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret)).unwrap()
        };
        let token = match case {
            "none" => format!("{}.{}.", part(&json!({ "alg": "none" })), parts[1]),
            "symmetric, with the public key" => symmetric(desk.signer.public().to_string().as_bytes()),
            "symmetric, with our secret" => symmetric(b"s&cret"),
            "another key of the same name" => Signer::new("k1").sign(&claims),
            "a key that is not published" => Signer::new("k2").sign(&claims),
            "changed claims" => {
                let mut other = claims.clone();
                other["sub"] = json!("1");
                format!("{}.{}.{}", parts[0], part(&other), parts[2])
            }
            _ => parts[0].to_owned(),
        };
        desk.http.says("/token", 200, json!({ "id_token": token }));
        let refused = desk.come_back(&begun, &query).await;
        assert!(matches!(&refused, Err(OidcError::Token(found)) if *found == fault), "{case}: {refused:?}");
    }
    assert_eq!(desk.database.users().await.unwrap().len(), 1, "nobody was made");
}

#[tokio::test]
async fn groups_give_roles_that_change_with_them_and_what_people_gave_stays() {
    let desk = Desk::open(settings()).await;
    let id = desk.sign_in(|_| {}).await.unwrap().user.id;
    let roles = async || -> Vec<(String, bool)> {
        let grants = desk.database.grants_of(id).await.unwrap();
        grants.into_iter().map(|grant| (grant.built_in.unwrap_or_default(), grant.mapped)).collect()
    };
    assert_eq!(roles().await, [("operator".to_owned(), true)]);
    let row = desk.database.user(id).await.unwrap().unwrap();
    let by_hand = db::GrantRow { built_in: Some("viewer".into()), organisation_id: ROOT, ..Default::default() };
    desk.database.update_user(&row, &[by_hand]).await.unwrap();
    desk.sign_in(|claims| claims["realm_access"]["roles"] = json!("video-audit")).await.unwrap();
    assert_eq!(roles().await, [("viewer".to_owned(), false), ("auditor".to_owned(), true)]);
    desk.sign_in(|claims| claims["realm_access"]["roles"] = json!([])).await.expect("what people gave is enough");
    assert_eq!(roles().await, [("viewer".to_owned(), false)]);
    let row = desk.database.user(id).await.unwrap().unwrap();
    desk.database.update_user(&row, &[]).await.unwrap();
    let none = desk.sign_in(|claims| claims["realm_access"]["roles"] = json!([])).await;
    assert!(matches!(none, Err(OidcError::NoRights)), "{none:?}");
    let row = desk.database.user(id).await.unwrap().unwrap();
    desk.database.update_user(&UserRow { enabled: false, ..row }, &[]).await.unwrap();
    assert!(matches!(desk.sign_in(|_| {}).await, Err(OidcError::Disabled)));
}

#[tokio::test]
async fn nobody_becomes_a_user_who_is_there_already_or_without_being_wanted() {
    let desk = Desk::open(settings()).await;
    let admin = desk.sign_in(|claims| claims["preferred_username"] = json!("admin")).await;
    assert!(matches!(&admin, Err(OidcError::NameTaken { name, .. }) if name == "admin"), "{admin:?}");
    for name in [json!("two words"), json!(""), json!(7), Value::Null] {
        let refused = desk.sign_in(|claims| claims["preferred_username"] = name.clone()).await;
        assert!(matches!(&refused, Err(OidcError::NoName { claim }) if claim == "preferred_username"), "{refused:?}");
    }
    let stranger = desk.sign_in(|claims| claims["realm_access"]["roles"] = json!(["others"])).await;
    assert!(matches!(stranger, Err(OidcError::NoRights)), "{stranger:?}");
    let closed = Desk::open(OidcSettings { create_users: false, ..settings() }).await;
    let refused = closed.sign_in(|_| {}).await;
    assert!(matches!(&refused, Err(OidcError::NoUser { subject }) if subject == "248289761001"), "{refused:?}");
}

#[tokio::test]
async fn what_the_token_does_not_say_is_asked_for_of_the_same_person_only() {
    let desk = Desk::open(settings()).await;
    let without = |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove("realm_access"));
    let told =
        |sub: &str| json!({ "sub": sub, "realm_access": { "roles": ["video-ops"] }, "preferred_username": "evil" });
    desk.http.says("/userinfo", 200, told("somebody else"));
    assert!(matches!(desk.sign_in(without).await, Err(OidcError::Token(TokenFault::Form))));
    desk.http.says("/userinfo", 200, told("248289761001"));
    assert_eq!(desk.sign_in(without).await.unwrap().user.name, "li.na", "the token goes first");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_is_told_apart_and_left_alone_for_a_while() {
    let long = "x".repeat(300);
    let at = |issuer: &str, token: &str| {
        let mut changed = configuration();
        changed["issuer"] = json!(issuer);
        changed["token_endpoint"] = json!(token);
        changed.to_string()
    };
    let cases: [(u16, String, &str); 8] = [
        (500, String::new(), "configuration cannot be used: it answers 500"),
        (302, String::new(), "redirects are not followed"),
        (200, "<html>".into(), "not the JSON"),
        (200, "{}".into(), "not the JSON"),
        (200, at("https://evil.example", ISSUER), "calls itself https://evil.example"),
        (200, at(&long, ISSUER), "calls itself xxx"),
        (200, at(ISSUER, "http://169.254.169.254/latest"), "is no https address"),
        (0, String::new(), "nothing came within 10 s"),
    ];
    for (status, body, expected) in cases {
        let http = Arc::new(Scripted::default());
        let provider = Provider::new(settings(), Arc::clone(&http) as Arc<dyn ProviderHttp>);
        http.says("/.well-known/openid-configuration", status, &body);
        for _ in 0..3 {
            let error = provider.metadata().await.unwrap_err();
            assert!(error.to_string().contains(expected) && error.to_string().len() < 400, "{body}: {error}");
        }
        assert_eq!(http.asked.lock().unwrap().len(), 1, "it is left alone");
        http.says("/.well-known/openid-configuration", 200, configuration());
        tokio::time::advance(Duration::from_secs(6)).await;
        provider.metadata().await.expect("it is back");
    }
}

#[tokio::test]
async fn refusals_of_the_provider_are_told_without_its_sentences() {
    let desk = Desk::open(settings()).await;
    for (error, shown) in [("access_denied", "access_denied"), ("call 555-1234 <b>now</b>", "unknown_error")] {
        let (begun, query) = desk.begin().await;
        let callback =
            Callback { state: query.get("state").cloned(), error: Some(error.to_owned()), ..Callback::default() };
        let finished = desk.oidc.finish(from(), &callback, Some(&begun.cookie)).await;
        let refusal = finished.outcome.unwrap_err();
        assert!(matches!(&refusal.error, OidcError::Refused { error } if error == shown), "{refusal:?}");
    }
    for (body, secret) in [(json!({ "error": "invalid_client" }), true), (json!({ "error": "invalid_grant" }), false)] {
        let (begun, query) = desk.begin().await;
        desk.http.says("/token", 401, body);
        let refused = desk.come_back(&begun, &query).await.unwrap_err();
        assert_eq!(matches!(refused, OidcError::ClientRefused { .. }), secret, "{refused}");
    }
    let (begun, query) = desk.begin().await;
    let mixed_up = Callback {
        state: query.get("state").cloned(),
        code: Some("c".into()),
        issuer: Some("https://evil.example".into()),
        ..Callback::default()
    };
    let finished = desk.oidc.finish(from(), &mixed_up, Some(&begun.cookie)).await;
    assert!(matches!(finished.outcome.unwrap_err().error, OidcError::Token(TokenFault::Issuer)), "RFC 9207");
}

#[tokio::test]
async fn without_a_provider_nobody_begins() {
    let desk = Desk::open(settings()).await;
    desk.oidc.set(None);
    assert_eq!(desk.oidc.name(), None);
    let refused = desk.oidc.begin(from(), String::new()).await;
    assert!(matches!(refused, Err(OidcError::NotConfigured)));
}
