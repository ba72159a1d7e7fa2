//! Fetches of streams that are published here, into files that are read by their boxes.

use std::num::NonZeroU32;
use std::path::Path;

use bytes::Bytes;
use db::Place;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::resolver::{Asker, Offer};
use hub::{OpenError, PublishRequest, Publisher, PublisherAddress, StreamOptions, StreamProvider};
use media::{AccessUnit, MediaTime, TrackConfig, TrackId};

use super::*;

const RATE: NonZeroU32 = NonZeroU32::new(8000).unwrap();
const KEEPING: Keeping = Keeping { days: 7, max_bytes: 0 };
/// Samples of 20 ms.
const SAMPLES: usize = 160;

fn hub() -> Arc<Hub> {
    let options = StreamOptions {
        ready_wait: Duration::ZERO,
        interleave_wait: Duration::ZERO,
        publisher_grace: Duration::ZERO,
        ..StreamOptions::default()
    };
    let hub = Arc::new(Hub::new(options));
    hub.set_providers(vec![Arc::new(Off)]);
    hub
}

/// A device that refuses.
struct Off;

impl Off {
    const WHY: &str = "The device is off.";
}

impl StreamProvider for Off {
    fn name(&self) -> &'static str {
        "off"
    }

    fn open(&self, _: &StreamKey, _: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>> {
        let refused = OpenError { kind: ErrorKind::NotFound, text: Self::WHY.to_owned() };
        futures_util::future::ready(Err(refused)).boxed()
    }
}

fn publisher(hub: &Hub, name: &str) -> Publisher {
    let address = PublisherAddress { protocol: "test", peer: "peer".to_owned(), socket: None };
    let request = PublishRequest { key: key(name), address, on_demand: false, stands_in: false };
    let mut publisher = hub.publish(request).unwrap();
    let codec = media::CodecConfig::G711A(media::G711Config { sample_rate_hz: RATE, channels: 1 });
    publisher.configure(TrackConfig::new(TrackId(0), RATE, codec));
    publisher
}

fn send(publisher: &mut Publisher, frame: i64) {
    let time = MediaTime::new(frame * 160, RATE);
    let payload = Bytes::from(vec![0xd5; SAMPLES]);
    let unit = AccessUnit { track: TrackId(0), pts: time, dts: Some(time), key: true, payload, capture_utc: None };
    assert!(publisher.push(unit, std::time::Instant::now()));
}

fn key(name: &str) -> StreamKey {
    StreamKey::new("gb", name).unwrap()
}

async fn downloads(hub: &Arc<Hub>, folder: &Path) -> Arc<Downloads> {
    let database = Database::open(&Place::File(folder.join("viaduct.db"))).await.unwrap();
    Downloads::open(database, Arc::clone(hub), folder.join("downloads"), KEEPING).await.unwrap()
}

fn order(name: &str, seconds: i64) -> Order {
    Order {
        stream: key(name),
        device: format!("device of {name}"),
        label: "K128".to_owned(),
        begin_at: 1000,
        end_at: 1000 + seconds,
        speed: 8,
        by: "admin".to_owned(),
    }
}

async fn until(downloads: &Downloads, id: i64, state: &str) -> DownloadRow {
    for _ in 0..2000 {
        let row = downloads.find(id).unwrap();
        if row.state == state {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{:?} is not {state}", downloads.find(id));
}

/// What is over is told first and stored then.
async fn until_stored(downloads: &Downloads, row: &DownloadRow) {
    for _ in 0..2000 {
        if downloads.database.downloads().await.unwrap().contains(row) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{row:?} is not stored");
}

#[tokio::test]
async fn a_recording_is_written_while_it_comes_and_is_whole_at_its_end() {
    let (folder, hub) = (tempfile::tempdir().unwrap(), hub());
    let downloads = downloads(&hub, folder.path()).await;
    tokio::spawn(Arc::clone(&downloads).run());
    let mut device = publisher(&hub, "k1");
    // What comes before the job listens is a part of the recording, too.
    (0..50).for_each(|frame| send(&mut device, frame));
    let row = downloads.order(order("k1", 2)).await.unwrap();
    assert!(matches!(downloads.order(order("k1", 2)).await, Err(DownloadError::Exists)));
    until(&downloads, row.id, state::RUNNING).await;
    assert!(matches!(downloads.file(&row).await, Err(DownloadError::NoFile)));
    (50..=100).for_each(|frame| send(&mut device, frame));
    while downloads.find(row.id).unwrap().seconds < 1.9 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(device);
    let over = until(&downloads, row.id, state::DONE).await;
    assert_eq!(over.note, "");
    let path = downloads.file(&over).await.unwrap();
    let file = std::fs::read(&path).unwrap();
    assert_eq!(file.len(), usize::try_from(over.bytes).unwrap());
    assert_eq!(&file[4..8], b"ftyp");
    until_stored(&downloads, &over).await;
    std::fs::remove_file(path).unwrap();
    assert!(matches!(downloads.file(&over).await, Err(DownloadError::FileGone)));
}

#[tokio::test]
async fn what_ends_early_says_how_much_there_is_and_what_never_comes_why() {
    let (folder, hub) = (tempfile::tempdir().unwrap(), hub());
    let downloads = downloads(&hub, folder.path()).await;
    tokio::spawn(Arc::clone(&downloads).run());
    let mut device = publisher(&hub, "k1");
    send(&mut device, 0);
    let short = downloads.order(order("k1", 60)).await.unwrap();
    let none = downloads.order(order("none", 60)).await.unwrap();
    until(&downloads, short.id, state::RUNNING).await;
    (1..=50).for_each(|frame| send(&mut device, frame));
    while downloads.find(short.id).unwrap().seconds < 0.9 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(device);
    assert_eq!(until(&downloads, short.id, state::DONE).await.note, "The device ended after 1 of 60 seconds.");
    let failed = until(&downloads, none.id, state::FAILED).await;
    assert_eq!(failed.note, Off::WHY);
    assert!(!folder.path().join("downloads").join(format!("{}.part", none.id)).exists());
}

#[tokio::test]
async fn one_device_sends_one_recording_at_a_time_and_a_removed_one_makes_room() {
    let (folder, hub) = (tempfile::tempdir().unwrap(), hub());
    let downloads = downloads(&hub, folder.path()).await;
    tokio::spawn(Arc::clone(&downloads).run());
    let mut device = publisher(&hub, "k1");
    let mut other = publisher(&hub, "k2");
    send(&mut device, 0);
    send(&mut other, 0);
    let first = downloads.order(order("k1", 60)).await.unwrap();
    let second = downloads.order(Order { device: first.device.clone(), ..order("k2", 60) }).await.unwrap();
    until(&downloads, first.id, state::RUNNING).await;
    send(&mut device, 1);
    assert_eq!(downloads.find(second.id).unwrap().state, state::WAITING);
    downloads.remove(first.id).await.unwrap();
    until(&downloads, second.id, state::RUNNING).await;
    assert!(matches!(downloads.find(first.id), Err(DownloadError::NotFound)));
    assert!(matches!(downloads.remove(first.id).await, Err(DownloadError::NotFound)));
}

#[tokio::test]
async fn what_ran_when_the_server_ended_is_begun_anew_and_what_is_too_much_goes() {
    let (folder, hub) = (tempfile::tempdir().unwrap(), hub());
    let downloads = downloads(&hub, folder.path()).await;
    let running = downloads.order(order("k1", 60)).await.unwrap();
    let over = |id: i64, bytes, finished_at| DownloadRow {
        id,
        state: state::DONE.to_owned(),
        bytes,
        finished_at: Some(finished_at),
        ..running.clone()
    };
    let database = downloads.database.clone();
    database.change_download(&DownloadRow { state: state::RUNNING.to_owned(), ..running.clone() }).await.unwrap();
    for (bytes, finished_at) in [(5, 0), (10, unix_now()), (20, unix_now())] {
        let id = database.add_download(&running).await.unwrap();
        database.change_download(&over(id, bytes, finished_at)).await.unwrap();
    }
    let keeping = Keeping { days: 7, max_bytes: 25 };
    let again = Downloads::open(database, hub, folder.path().join("downloads"), keeping).await.unwrap();
    assert_eq!(again.find(running.id).unwrap().state, state::WAITING);
    assert_eq!(again.outlived(), [running.id + 1, running.id + 2], "one is too old, one too much");
    again.tidy().await.unwrap();
    assert_eq!(again.list().iter().map(|row| row.bytes).collect::<Vec<_>>(), [20, 0]);
}
