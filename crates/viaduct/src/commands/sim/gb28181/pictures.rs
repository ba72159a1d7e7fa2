//! Pictures that a platform orders (§9.14): drawn, sent to it by HTTP, told of.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gateway::PullGuard;
use gateway::upload::{Upload, UploadMethod, check_upload, upload};
use gb28181::manscdp::{SnapShotConfig, SnapShotFiles, SnapShotFinished};
use gb28181::{BeijingTime, Id};
use sim::SceneConfig;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use super::plant::Steering;

/// Pictures that are drawn at once: each keeps a processor core busy for a while.
static DRAWING: Semaphore = Semaphore::const_new(2);
/// How long a picture may take on its way.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most pictures of one order (§A.2.1.24).
const MAX_PICTURES: u8 = 10;
/// Characters of the longest name of an order.
const MAX_SESSION_CHARS: usize = 128;
/// The longest pause between two pictures.
const MAX_INTERVAL_S: u32 = 3600;
/// The burnt-in clock is China's.
const CLOCK_OFFSET_MIN: i32 = 480;

/// Where pictures may go. Without it whoever can order pictures could have a device send to anybody.
#[derive(Clone, Debug)]
pub(super) struct Receivers {
    /// Where the device is signed in.
    pub(super) platform: IpAddr,
    /// Names and addresses besides.
    pub(super) others: Arc<[String]>,
}

impl Receivers {
    fn has(&self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return false };
        let Some(host) = url.host_str() else { return false };
        let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        ip == Some(self.platform) || self.others.iter().any(|other| other.eq_ignore_ascii_case(host))
    }
}

/// Pictures to take.
#[derive(Debug)]
pub(super) struct Order {
    count: u8,
    interval: Duration,
    url: String,
    session: String,
}

impl Order {
    /// `None` for an order that is none, or that would have pictures sent elsewhere.
    pub(super) fn of(config: &SnapShotConfig, receivers: &Receivers) -> Option<Self> {
        let count = config.count.filter(|count| (1..=MAX_PICTURES).contains(count))?;
        let interval_s = config.interval_s.unwrap_or(1).clamp(1, MAX_INTERVAL_S);
        let url = config.upload_url.clone().filter(|url| check_upload(UploadMethod::Put, url).is_ok())?;
        let session = config.session.clone().filter(|it| (1..=MAX_SESSION_CHARS).contains(&it.len()))?;
        let interval = Duration::from_secs(interval_s.into());
        receivers.has(&url).then_some(Self { count, interval, url, session })
    }

    /// Takes the pictures and sends them. Those that arrived are in what it answers.
    pub(super) async fn take(
        self,
        channel: Id,
        scene: SceneConfig,
        steering: Arc<Steering>,
        method: UploadMethod,
    ) -> SnapShotFinished {
        let begin = Instant::now();
        let mut files = Vec::new();
        for number in 1..=self.count {
            tokio::time::sleep_until(begin + self.interval * u32::from(number - 1)).await;
            match self.take_one(&channel, number, &scene, &steering, method).await {
                Ok(name) => files.push(name),
                Err(why) => tracing::warn!(%channel, number, why, "A picture was not sent."),
            }
        }
        SnapShotFinished { session: Some(self.session), list: Some(SnapShotFiles { files }) }
    }

    async fn take_one(
        &self,
        channel: &Id,
        number: u8,
        scene: &SceneConfig,
        steering: &Arc<Steering>,
        method: UploadMethod,
    ) -> Result<String, String> {
        let unix_ms = super::unix_ms();
        let jpeg = draw(scene.clone(), Arc::clone(steering), unix_ms).await?;
        let name = file_name(channel, unix_ms, number);
        let sent = Upload {
            method,
            url: &self.url,
            credentials: None,
            token: None,
            headers: &[],
            content_type: "image/jpeg",
            file_name: &name,
            fields: &[],
            bytes: Bytes::from(jpeg),
        };
        let guard = PullGuard::new();
        // Where pictures may go was looked at; the platform may well be on this machine.
        guard.set_allowed(&["0.0.0.0/0".to_owned(), "::/0".to_owned()])?;
        let done = tokio::time::timeout(PATIENCE, upload(&guard, sent)).await;
        done.unwrap_or_else(|_| Err("It was not taken in time.".to_owned()))?;
        Ok(name)
    }
}

async fn draw(scene: SceneConfig, steering: Arc<Steering>, unix_ms: u64) -> Result<Vec<u8>, String> {
    let _turn = DRAWING.acquire().await.map_err(|closed| closed.to_string())?;
    let drawn = tokio::task::spawn_blocking(move || {
        let frame = unix_ms % u64::from(scene.cycle_ms).max(1) * u64::from(scene.fps) / 1000;
        let view = steering.look(std::time::Instant::now());
        sim::snapshot(scene, view, frame, unix_ms, CLOCK_OFFSET_MIN)
    });
    let drawn = drawn.await.map_err(|error| error.to_string())?;
    drawn.map_err(|error| error.to_string())
}

/// As the standard recommends it: the channel, `02`, the time in 17 digits, a number of two (§9.14.2).
fn file_name(channel: &Id, unix_ms: u64, number: u8) -> String {
    let time = i64::try_from(unix_ms).ok().and_then(BeijingTime::from_unix_ms);
    let time: String = time.map(|time| time.with_milliseconds()).unwrap_or_default();
    let digits: String = time.chars().filter(char::is_ascii_digit).collect();
    format!("{channel}02{digits}{number:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> SnapShotConfig {
        let session = Some("0123456789abcdef0123456789abcdef".to_owned());
        SnapShotConfig { count: Some(2), interval_s: Some(1), upload_url: Some(url.to_owned()), session }
    }

    #[test]
    fn pictures_go_to_the_platform_and_to_whom_one_names() {
        let receivers = Receivers {
            platform: "192.0.2.1".parse().unwrap(),
            others: ["Pictures.example".to_owned(), "[2001:db8::1]".to_owned()].into(),
        };
        for (url, is_taken) in [
            ("http://192.0.2.1/a", true),
            ("https://192.0.2.1:8443/a?b", true),
            ("http://pictures.example/a", true),
            ("http://[2001:db8::1]/a", true),
            ("http://192.0.2.2/a", false),
            ("http://other.example/a", false),
            ("http://192.0.2.1@198.51.100.1/a", false),
            ("http://192.0.2.1.example/a", false),
            ("ftp://192.0.2.1/a", false),
            ("file:///etc/passwd", false),
            ("", false),
        ] {
            assert_eq!(Order::of(&config(url), &receivers).is_some(), is_taken, "{url}");
        }
    }

    #[test]
    fn orders_that_the_standard_does_not_know_are_none() {
        let receivers = Receivers { platform: "192.0.2.1".parse().unwrap(), others: Arc::default() };
        let good = config("http://192.0.2.1/a");
        for wrong in [
            SnapShotConfig { count: None, ..good.clone() },
            SnapShotConfig { count: Some(0), ..good.clone() },
            SnapShotConfig { count: Some(11), ..good.clone() },
            SnapShotConfig { session: None, ..good.clone() },
            SnapShotConfig { session: Some("x".repeat(129)), ..good.clone() },
            SnapShotConfig { upload_url: None, ..good },
        ] {
            assert!(Order::of(&wrong, &receivers).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn files_are_named_as_the_standard_recommends() {
        let channel = Id::new("34020000001310000001").unwrap();
        assert_eq!(file_name(&channel, 1_795_824_000_250, 3), "34020000001310000001022026112808000025003");
    }
}
