//! Speaking to a device of others, by broadcast and by the older talk.

use gateway::gb28181::BYTES_PER_PACKET;
use gb28181_rs::server::AudioTalkbackSink;

use super::*;

/// What the device has heard that is no silence.
#[derive(Default)]
struct Ear(Mutex<Vec<u8>>);

impl AudioTalkbackSink for Ear {
    fn on_audio(&self, payload: &[u8], _ssrc: u32) {
        self.0.lock().unwrap().extend(payload.iter().filter(|byte| **byte != 0xD5));
    }
}

fn speaker(name: &str) -> Speaker {
    Speaker { user: 3, name: name.to_owned(), since_unix_ms: 0 }
}

fn speaking(way: &str) -> DeviceSpec {
    let options = [("speech".to_owned(), way.to_owned())].into();
    DeviceSpec { options, ..stored(PASSWORD) }
}

async fn signed_in(bench: &Bench, ear: Option<Arc<Ear>>, transport: TheirTransport) -> gb28181_rs::ServerHandle {
    let mut server = Gb28181Server::new(theirs(bench, PASSWORD, transport), Arc::new(MockFrameHub::new()));
    if let Some(ear) = ear {
        server = server.with_audio_sink(ear);
    }
    let handle = server.spawn().await.unwrap();
    let is_known = || bench.driver.presence(&id(DEVICE)).is_some_and(|it| it.told().catalog == CatalogState::Whole);
    eventually("its catalog", is_known).await;
    handle
}

async fn talk(bench: &Bench, name: &str) -> (Result<Talk, TalkError>, Vec<TalkStep>) {
    let mut steps = Vec::new();
    let talk = bench.driver.talk(&id(DEVICE), &id(CHANNEL), speaker(name), &mut |step| steps.push(step)).await;
    (talk, steps)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_others_hears_what_is_said_until_it_is_hung_up() {
    for (way, transport) in
        [("broadcast", TheirTransport::Udp), ("broadcast", TheirTransport::TcpOut), ("talk", TheirTransport::Udp)]
    {
        let bench = bench();
        bench.driver.put_device(&speaking(way));
        let ear = Arc::new(Ear::default());
        let handle = signed_in(&bench, Some(Arc::clone(&ear)), transport).await;
        let (first, steps) = talk(&bench, "Li").await;
        let first = first.unwrap_or_else(|error| panic!("{way}, {transport:?}: {error}"));
        assert_eq!(steps.first(), Some(&TalkStep::Asking), "{way}");
        assert_eq!(steps.contains(&TalkStep::Ringing), way == "broadcast");
        assert_eq!(bench.driver.holder(&id(DEVICE)).unwrap().speaker.name, "Li");
        assert_eq!((bench.ports.open_leases(), bench.noted.0.lock().unwrap().len()), (1, 1), "{way}");

        let (second, _) = talk(&bench, "Wang").await;
        assert_eq!(second.unwrap_err(), TalkError::Taken(speaker("Li").name));

        let said: Vec<u8> = (0..20 * BYTES_PER_PACKET).map(|at| u8::try_from(at % 200).unwrap()).collect();
        first.feed(&said).await;
        first.drained().await;
        eventually("what was said", || ear.0.lock().unwrap().len() >= said.len()).await;
        assert_eq!(*ear.0.lock().unwrap(), said, "{way}");

        drop(first);
        eventually("the note of its end", || bench.noted.0.lock().unwrap().is_empty()).await;
        eventually("the port", || bench.ports.open_leases() == 0).await;
        assert_eq!(bench.driver.holder(&id(DEVICE)), None);
        let (again, _) = talk(&bench, "Wang").await;
        drop(again.unwrap_or_else(|error| panic!("{way}: {error}")));
        handle.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_of_others_without_a_loudspeaker_declines() {
    for (way, text) in [("broadcast", "declined"), ("talk", "refused: 488")] {
        let bench = bench();
        bench.driver.put_device(&speaking(way));
        let handle = signed_in(&bench, None, TheirTransport::Udp).await;
        let (talk, _) = talk(&bench, "Li").await;
        let error = talk.unwrap_err().to_string();
        assert!(error.contains(text), "{way}: {error}");
        eventually("the port", || bench.ports.open_leases() == 0).await;
        assert_eq!(bench.driver.holder(&id(DEVICE)), None);
        handle.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_up_leaves_nothing_and_a_device_that_goes_ends_it() {
    let bench = bench();
    bench.driver.put_device(&stored(PASSWORD));
    assert_eq!(talk(&bench, "Li").await.0.unwrap_err(), TalkError::Absent);
    let handle = signed_in(&bench, Some(Arc::default()), TheirTransport::Udp).await;
    let hasty = tokio::time::timeout(Duration::from_millis(1), talk(&bench, "Li")).await;
    drop(hasty);
    eventually("the floor", || bench.driver.holder(&id(DEVICE)).is_none()).await;
    eventually("the port", || bench.ports.open_leases() == 0).await;

    let (talk, _) = talk(&bench, "Li").await;
    let mut talk = talk.unwrap();
    bench.driver.remove_device(&stored(PASSWORD));
    let over = tokio::time::timeout(PATIENCE, talk.over()).await.unwrap();
    assert!(over.contains("not signed in"), "{over}");
    handle.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_played_once_to_its_end_or_until_it_is_stopped() {
    let bench = bench();
    bench.driver.put_device(&stored(PASSWORD));
    let ear = Arc::new(Ear::default());
    let handle = signed_in(&bench, Some(Arc::clone(&ear)), TheirTransport::Udp).await;
    let sound =
        |seconds: usize| FileSound::new("bell.wav".to_owned(), std::iter::repeat_n(8_000.0, 48_000 * seconds), 48_000);

    talk(&bench, "Li").await.0.unwrap().play(sound(1));
    let playing = bench.driver.holder(&id(DEVICE)).unwrap();
    let file = playing.file.unwrap();
    assert_eq!((&*file.name, file.length_ms), ("bell.wav", 1000));
    eventually("its end", || bench.driver.holder(&id(DEVICE)).is_none()).await;
    assert_eq!(bench.driver.last_file(&id(DEVICE)).map(|end| (end.name, end.why)), Some(("bell.wav".to_owned(), None)));
    eventually("all of it", || ear.0.lock().unwrap().len() >= 7_900).await;
    eventually("the port", || bench.ports.open_leases() == 0).await;

    talk(&bench, "Li").await.0.unwrap().play(sound(60));
    eventually("some of it", || bench.driver.holder(&id(DEVICE)).is_some_and(|it| it.file.unwrap().position_ms > 0))
        .await;
    assert!(bench.driver.stop_file(&id(DEVICE)));
    eventually("its end", || bench.driver.holder(&id(DEVICE)).is_none()).await;
    assert!(bench.driver.last_file(&id(DEVICE)).unwrap().why.unwrap().contains("stopped"));
    assert!(!bench.driver.stop_file(&id(DEVICE)));
    handle.abort();
}
