use std::path::PathBuf;

use db::{Database, SnapshotFilter};
use device::Drivers;
use hub::Hub;
use tempfile::TempDir;
use vision::{Pictures, WorkerConfig};

use super::*;
use crate::clock::WallClock;
use crate::devices::Devices;
use crate::licence::Licence;
use crate::people::People;
use crate::snapshots::Keeping;

const DEVICE: &str = "34020000001180000001";
/// The begin of a picture of 640 by 360.
const PICTURE: &[u8] = &[0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 1, 0x68, 2, 0x80, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1];

struct Bench {
    requests: Arc<Requests>,
    database: Database,
    folder: TempDir,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&db::Place::File(folder.path().join("db"))).await.unwrap();
    let clock = Arc::new(WallClock::new(jiff::tz::TimeZone::UTC));
    let people = Arc::new(People::open(database.clone(), Arc::clone(&clock)).await.unwrap());
    let hub = Arc::new(Hub::new(hub::StreamOptions::default()));
    let licence = Arc::new(Licence::open(database.clone(), Arc::clone(&clock), None).await.unwrap());
    let drivers = Arc::new(Drivers::new(Vec::new()));
    let devices = Devices::open(database.clone(), people, drivers, Arc::clone(&hub), licence).await.unwrap();
    // Nothing here decodes a picture.
    let worker = WorkerConfig { program: PathBuf::from("/nonexistent"), workers: 1, font: None };
    let keeping = Keeping { days: 3, max_bytes: 0 };
    let pictures = Pictures::new(worker);
    let kept = folder.path().join("snapshots");
    let snapshots = Snapshots::new(database.clone(), hub, pictures, Arc::new(devices), clock, kept, keeping);
    Bench { requests: Requests::new(snapshots), database, folder }
}

fn wanted(channel: &str, count: u8) -> Wanted {
    Wanted {
        device: DEVICE.to_owned(),
        channel: channel.to_owned(),
        key: format!("gb/{channel}").parse().unwrap(),
        count,
        interval: Duration::from_secs(2),
        taken_by: "ann".to_owned(),
    }
}

fn picture(number: u8) -> Bytes {
    [PICTURE, &[number]].concat().into()
}

impl Bench {
    fn standing(&self, ticket: &Ticket) -> (Standing, usize) {
        let progress = self.requests.progress(&ticket.id).unwrap();
        (progress.standing, progress.pictures.len())
    }

    async fn send(&self, ticket: &Ticket, file: Bytes) -> Result<i64, RequestError> {
        self.requests.receive(&ticket.secret).ok_or(RequestError::Over)?.keep(file).await
    }
}

#[tokio::test]
async fn pictures_are_kept_among_others_until_all_have_come() {
    let bench = bench().await;
    let ticket = bench.requests.begin(wanted("1", 2)).unwrap();
    assert!(ticket.id.len() == 32 && ticket.secret.len() >= 43, "{ticket:?}");
    assert!(bench.requests.receive("").is_none() && bench.requests.receive(&ticket.id).is_none());
    let first = bench.send(&ticket, picture(1)).await.unwrap();
    assert_eq!(bench.send(&ticket, picture(1)).await.unwrap(), first, "its answer was lost");
    assert_eq!(bench.standing(&ticket), (Standing::Open, 1));
    let second = bench.send(&ticket, picture(2)).await.unwrap();
    assert_eq!(bench.standing(&ticket), (Standing::Done, 2));
    assert!(bench.requests.receive(&ticket.secret).is_none(), "nothing more is wanted");

    let rows = bench.database.snapshots(&SnapshotFilter::default(), i64::MAX, 9).await.unwrap();
    let facts: Vec<_> = rows.iter().map(|row| (row.id, row.width, row.height, &*row.origin, &*row.taken_by)).collect();
    assert_eq!(facts, [(second, 640, 360, "device", "ann"), (first, 640, 360, "device", "ann")]);
    assert!(rows[0].keep_until.is_some() && rows[0].form == "jpg" && rows[0].name == "1");
    let files = std::fs::read_dir(bench.folder.path().join("snapshots")).unwrap().count();
    assert_eq!(files, 1, "a year");
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_named() {
    let bench = bench().await;
    let ticket = bench.requests.begin(wanted("1", 1)).unwrap();
    for bad in [&b"<html>"[..], b"", b"\x89PNG\r\n\x1a\n", &PICTURE[..8]] {
        let refused = bench.send(&ticket, Bytes::copy_from_slice(bad)).await;
        assert!(matches!(refused, Err(RequestError::NoPicture)), "{refused:?}");
    }
    let large = [PICTURE, &vec![0; MAX_BYTES]].concat();
    assert!(bench.send(&ticket, large.into()).await.is_err());
    let progress = bench.requests.progress(&ticket.id).unwrap();
    assert_eq!(progress.last_refusal.as_deref(), Some("This is no JPEG picture."));
    assert!(bench.database.snapshots(&SnapshotFilter::default(), i64::MAX, 9).await.unwrap().is_empty());
    bench.send(&ticket, picture(1)).await.unwrap();
}

#[tokio::test]
async fn a_request_is_over_when_the_device_says_so_or_its_time_is() {
    let bench = bench().await;
    let [none, late, silent] = ["1", "2", "3"].map(|channel| bench.requests.begin(wanted(channel, 3)).unwrap());
    tokio::time::pause();
    bench.requests.finish("34020000001180000002", &none.id, 0);
    assert_eq!(bench.standing(&none), (Standing::Open, 0), "another device says so");
    bench.requests.finish(DEVICE, &none.id, 0);
    assert_eq!(bench.standing(&none), (Standing::Short, 0));
    assert!(bench.requests.receive(&none.secret).is_none());

    bench.requests.finish(DEVICE, &late.id, 3);
    assert_eq!(bench.standing(&late), (Standing::Open, 0), "they may be on their way");
    tokio::time::advance(LATE).await;
    assert_eq!(bench.standing(&late), (Standing::Short, 0));

    tokio::time::advance(PATIENCE - LATE + Duration::from_secs(3)).await;
    assert_eq!(bench.standing(&silent), (Standing::Open, 0), "the third picture is due");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(bench.standing(&silent), (Standing::Overdue, 0));
    assert!(bench.requests.receive(&silent.secret).is_none());
}

#[tokio::test]
async fn what_is_open_is_bounded() {
    let bench = bench().await;
    let ticket = bench.requests.begin(wanted("1", 3)).unwrap();
    assert!(matches!(bench.requests.begin(wanted("1", 1)), Err(RequestError::Busy)));
    let coming: Vec<_> = (0..MAX_AT_ONCE).map(|_| bench.requests.receive(&ticket.secret).unwrap()).collect();
    assert!(bench.requests.receive(&ticket.secret).is_none());
    drop(coming);
    assert!(bench.requests.receive(&ticket.secret).is_some(), "one that broke off leaves its place");
    bench.requests.withdraw(&ticket.id);
    assert!(bench.requests.progress(&ticket.id).is_none() && bench.requests.receive(&ticket.secret).is_none());

    for number in 0..MAX_OPEN {
        bench.requests.begin(wanted(&number.to_string(), 1)).unwrap();
    }
    assert!(matches!(bench.requests.begin(wanted("more", 1)), Err(RequestError::TooMany)));
    tokio::time::pause();
    for _ in 0..MAX_KNOWN / MAX_OPEN + 1 {
        tokio::time::advance(PATIENCE).await;
        (0..MAX_OPEN).for_each(|number| drop(bench.requests.begin(wanted(&number.to_string(), 1)).unwrap()));
    }
    assert_eq!(bench.requests.known().len(), MAX_KNOWN);
}
