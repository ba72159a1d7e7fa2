use std::sync::Mutex;
use std::time::SystemTime;

use db::DeliveryState;
use futures_util::FutureExt;
use hub::{Access, AccessDenied, AccessRequest, Action, Grant, StreamProvider};

use super::access::HookAccess;
use super::*;
use crate::access::OpenAccess;
use crate::applications::RuleSettings;

type Answer = Box<dyn Fn(&HookCall) -> Result<HookReply, String> + Send + Sync>;

/// The other system.
struct Other {
    answer: Mutex<Answer>,
    calls: Mutex<Vec<HookCall>>,
}

impl Other {
    fn new() -> Arc<Self> {
        Arc::new(Self { answer: Mutex::new(Box::new(|_| reply(200, "{}"))), calls: Mutex::default() })
    }

    fn answers(&self, answer: impl Fn(&HookCall) -> Result<HookReply, String> + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    fn bodies(&self) -> Vec<serde_json::Value> {
        self.calls.lock().unwrap().iter().map(|call| serde_json::from_str(&call.body).unwrap()).collect()
    }
}

impl HookSender for Other {
    fn call(&self, call: HookCall) -> BoxFuture<'_, Result<HookReply, String>> {
        let answer = (self.answer.lock().unwrap())(&call);
        self.calls.lock().unwrap().push(call);
        std::future::ready(answer).boxed()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of an answer")]
fn reply(status: u16, body: &str) -> Result<HookReply, String> {
    Ok(HookReply { status, body: body.as_bytes().to_vec() })
}

async fn hooks(folder: &tempfile::TempDir, other: &Arc<Other>) -> Arc<Hooks> {
    let database = Database::open(&db::Place::File(folder.path().join("db"))).await.unwrap();
    let rules = Applications::open(database.clone(), hub::StreamOptions::default()).await.unwrap();
    let record = RuleSettings { record: Some(true), ..Default::default() };
    let _there_from_before = rules.add("road/k9*".parse().unwrap(), record).await;
    let sender = Arc::clone(other) as Arc<dyn HookSender>;
    Hooks::open(database, sender, "here".into(), Arc::new(rules)).await.unwrap()
}

fn input(events: &[&str]) -> HookInput {
    HookInput {
        url: "https://192.0.2.7/hook".into(),
        events: events.iter().map(|&word| word.to_owned()).collect(),
        pattern: "road/*".into(),
        timeout_ms: 1000,
        on_failure: "deny".into(),
        enabled: true,
    }
}

fn request(key: &str) -> AccessRequest {
    AccessRequest {
        action: Action::Play,
        key: key.parse().unwrap(),
        token: Some("never shown to others".into()),
        query: Some("user=li".into()),
        address: [192, 0, 2, 1].into(),
        protocol: "http-flv",
    }
}

async fn until<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..400 {
        if let Some(found) = check().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("waited in vain for {what}");
}

#[tokio::test]
async fn a_question_is_signed_and_its_answer_decides() {
    let folder = tempfile::tempdir().unwrap();
    let other = Other::new();
    let hooks = hooks(&folder, &other).await;
    let (hook, secret) = hooks.add(&input(&["play"])).await.unwrap();
    let access = HookAccess::new(Arc::new(OpenAccess), Arc::clone(&hooks));
    let ask = async |key: &str| access.authorize(request(key)).await.map_err(|denied: AccessDenied| denied.kind);

    other.answers(|_| reply(200, r#"{"allow":true,"subject":"room 3","expires_in_s":60}"#));
    let grant: Grant = ask("road/k1").await.unwrap();
    assert_eq!(grant.subject.as_deref(), Some("room 3"));
    assert!(grant.expires_at.unwrap() <= SystemTime::now() + Duration::from_secs(60));
    assert!(ask("rail/k1").await.unwrap().subject.is_none(), "another application is not asked about");
    let call = other.calls.lock().unwrap()[0].clone();
    let signature = &call.headers.iter().find(|(name, _)| *name == "Viaduct-Signature").unwrap().1;
    assert!(verify(&secret, signature, &call.body, unix_now(), 5));
    assert!(!verify(&secret, signature, &call.body, unix_now() + 60, 5), "an old one");
    assert!(!verify("other", signature, &call.body, unix_now(), 5));
    assert!(!call.body.contains("never shown") && call.body.contains("user=li"), "{}", call.body);

    for (answer, expected) in [
        (reply(200, r#"{"allow":false,"reason":"No."}"#), Err(ErrorKind::Forbidden)),
        (reply(200, "garbage"), Err(ErrorKind::Unavailable)),
        (reply(500, ""), Err(ErrorKind::Unavailable)),
        (Err("refused".to_owned()), Err(ErrorKind::Unavailable)),
    ] {
        other.answers(move |_| answer.clone());
        assert_eq!(ask("road/k1").await.map(drop), expected);
    }
    hooks.change(hook.id, &HookInput { on_failure: "allow".into(), ..input(&["play"]) }).await.unwrap();
    assert!(ask("road/k1").await.is_ok(), "open on failure, where that is wanted");
    hooks.remove(hook.id).await.unwrap();
    assert!(matches!(hooks.remove(hook.id).await, Err(HookError::NotFound)));
}

#[tokio::test]
async fn who_asks_about_a_publisher_says_whether_its_stream_is_to_be_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let other = Other::new();
    let hooks = hooks(&folder, &other).await;
    hooks.add(&input(&["publish", "play"])).await.unwrap();
    other.answers(|_| reply(200, r#"{"allow":true}"#));
    let access = HookAccess::new(Arc::new(OpenAccess), hooks);
    for (key, action) in [("road/k9", Action::Publish), ("road/k1", Action::Publish), ("road/k9", Action::Play)] {
        access.authorize(AccessRequest { action, ..request(key) }).await.unwrap();
    }
    let said: Vec<_> = other.bodies().iter().map(|body| body["data"]["record"].as_bool()).collect();
    assert_eq!(said, [Some(true), Some(false), None]);
}

#[tokio::test]
async fn notices_arrive_in_order_at_least_once_and_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let other = Other::new();
    let key: StreamKey = "road/k1".parse().unwrap();
    let id = {
        let hooks = hooks(&folder, &other).await;
        let (hook, _secret) = hooks.add(&input(&["stream_up", "stream_down"])).await.unwrap();
        other.answers(|_| Err("down".to_owned()));
        let running = tokio::spawn(Arc::clone(&hooks).run());
        for number in 0..3 {
            hooks.notify(HookEvent::StreamUp, Some(&key), &serde_json::json!({ "number": number }));
        }
        hooks.notify(HookEvent::SourceFailed, Some(&key), &serde_json::json!({}));
        until("an attempt", async || (!other.calls.lock().unwrap().is_empty()).then_some(())).await;
        until("all in store", async || (hooks.delivery_counts(hook.id).await.unwrap().0 == 3).then_some(())).await;
        running.abort();
        hook.id
    };
    other.answers(|_| reply(204, ""));
    other.calls.lock().unwrap().clear();
    let hooks = hooks(&folder, &other).await;
    let _running = tokio::spawn(Arc::clone(&hooks).run());
    until("all deliveries", async || (hooks.delivery_counts(id).await.unwrap().1 == 3).then_some(())).await;
    let numbers: Vec<_> = other.bodies().iter().map(|body| body["data"]["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [0, 1, 2]);
    let log = hooks.deliveries(id, i64::MAX, 10).await.unwrap();
    assert!(log.iter().all(|row| row.state == DeliveryState::Delivered && row.status == Some(204)), "{log:?}");
    hooks.retry(id, log[0].id).await.unwrap();
    until("the repetition", async || (other.bodies().len() == 4).then_some(())).await;
    let bodies = other.bodies();
    assert_eq!(bodies[3]["id"], bodies[2]["id"], "a repetition can be told");
}

#[tokio::test]
async fn a_stream_that_nobody_knows_is_asked_for_once_and_started() {
    struct Starter(Mutex<Vec<String>>);
    impl SourceStarter for Starter {
        fn start(&self, _key: &StreamKey, source: &NamedSource) -> Result<(), String> {
            self.0.lock().unwrap().push(source.url.clone());
            if source.url.starts_with("rtsp") { Ok(()) } else { Err("no".to_owned()) }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let other = Other::new();
    let hooks = hooks(&folder, &other).await;
    hooks.add(&input(&["not_found"])).await.unwrap();
    let starter = Arc::new(Starter(Mutex::default()));
    let provider = HookProvider::new(Arc::clone(&hooks), Arc::clone(&starter) as Arc<dyn SourceStarter>);
    let open = async |key: &str| provider.open(&key.parse().unwrap(), &hub::resolver::Asker::default()).await;
    assert_eq!(open("rail/1").await, Ok(hub::resolver::Offer::Unknown));
    for _ in 0..3 {
        assert_eq!(open("road/1").await, Ok(hub::resolver::Offer::Unknown));
    }
    assert_eq!(other.bodies().len(), 1, "a no is remembered for a while");
    other.answers(|_| reply(200, r#"{"source":{"url":"rtsp://192.0.2.9/1"}}"#));
    assert_eq!(open("road/2").await, Ok(hub::resolver::Offer::Started));
    other.answers(|_| reply(200, r#"{"source":{"url":"file:///etc/passwd"}}"#));
    assert_eq!(open("road/3").await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(*starter.0.lock().unwrap(), ["rtsp://192.0.2.9/1", "file:///etc/passwd"]);
}

#[tokio::test]
async fn what_is_typed_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let hooks = hooks(&folder, &Other::new()).await;
    let good = input(&["play", "play", "keepalive"]);
    for (bad, field) in [
        (HookInput { url: "ftp://x".into(), ..good.clone() }, "url"),
        (HookInput { events: vec![], ..good.clone() }, "events"),
        (HookInput { events: vec!["everything".into()], ..good.clone() }, "events"),
        (HookInput { pattern: "x".into(), ..good.clone() }, "pattern"),
        (HookInput { timeout_ms: 1, ..good.clone() }, "timeout_ms"),
        (HookInput { on_failure: "maybe".into(), ..good.clone() }, "on_failure"),
    ] {
        assert_eq!(hooks.add(&bad).await.unwrap_err().field(), Some(field));
    }
    let (hook, secret) = hooks.add(&good).await.unwrap();
    assert_eq!(hook.events, [HookEvent::Play, HookEvent::Keepalive]);
    assert!(secret.len() > 40);
    assert_ne!(hooks.renew_secret(hook.id).await.unwrap(), secret);
}
