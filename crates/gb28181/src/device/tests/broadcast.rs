//! Broadcasts of our platform, and of one that answers as it is told.

use super::*;
use crate::platform::{BroadcastEnding, BroadcastEvent, BroadcastId, SoundSource};
use crate::sdp::{Direction, Payload, Ssrc};

fn offer() -> Description {
    let mut media = Media::audio(15_066, vec![Payload::pcma()]);
    media.direction = Some(Direction::RecvOnly);
    let address = Some("192.168.1.64".to_owned());
    Description { media: vec![media], address, ssrc: Some(Ssrc(200_000_042)), ..Description::default() }
}

impl Bench {
    fn speak_to(&mut self, target: &str) -> BroadcastId {
        let broadcast = self.platform.broadcast(self.at(), &id(DEVICE), &id(target), &Rules).unwrap();
        self.settle();
        broadcast
    }

    /// The device invites the platform, which has said that somebody speaks.
    fn listen(&mut self) -> HearingId {
        let events = self.take();
        let [Event::SpokenTo { source, target }] = &events[..] else { panic!("{events:?}") };
        assert_eq!((source.as_str(), target.as_str()), (SERVER, CAMERA));
        let hearing = self.device.listen(self.at(), source, target, &offer()).unwrap();
        self.settle();
        hearing
    }

    fn take_broadcast(&mut self) -> Vec<BroadcastEvent> {
        let of_broadcast = |event| match event {
            platform::Event::Broadcast { what, .. } => Some(what),
            _ => None,
        };
        self.take_told().into_iter().filter_map(of_broadcast).collect()
    }

    fn accept(&mut self, broadcast: BroadcastId) {
        let source = SoundSource { address: "10.0.0.1".to_owned(), port: 10_004, ssrc: Ssrc(200_000_042) };
        self.platform.accept_broadcast(self.at(), broadcast, &source, &Rules);
        self.settle();
    }

    fn heard(&mut self) -> (BroadcastId, HearingId) {
        let broadcast = self.speak_to(CAMERA);
        let hearing = self.listen();
        let told = self.take_broadcast();
        let listens = |event: &BroadcastEvent| matches!(event, BroadcastEvent::Invited(it) if it.port == 15_066);
        assert!(told.contains(&BroadcastEvent::Taken) && told.iter().any(listens), "{told:?}");
        self.accept(broadcast);
        let events = self.take();
        let [Event::Hearing { hearing: its, what: HearingEvent::Begun(answer) }] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!((*its, answer.audio().map(|audio| audio.port)), (hearing, Some(10_004)));
        assert!(matches!(self.take_broadcast()[..], [BroadcastEvent::Started { .. }]));
        (broadcast, hearing)
    }
}

const fn ended(hearing: HearingId, why: HearingEnding) -> Event {
    Event::Hearing { hearing, what: HearingEvent::Ended(why) }
}

#[test]
fn a_broadcast_is_asked_for_and_heard_until_either_side_ends_it() {
    let mut bench = Bench::signed_in();
    let (broadcast, hearing) = bench.heard();
    bench.platform.end_broadcast(bench.at(), broadcast, &Rules);
    bench.settle();
    assert_eq!(bench.take(), [ended(hearing, HearingEnding::ByPlatform)]);

    bench.take_told();
    let (_, hearing) = bench.heard();
    bench.device.stop_listening(bench.at(), hearing);
    bench.device.stop_listening(bench.at(), hearing);
    bench.settle();
    assert_eq!(bench.take(), [ended(hearing, HearingEnding::HungUp)]);
    assert_eq!(bench.take_broadcast(), [BroadcastEvent::Ended(BroadcastEnding::ByDevice)]);

    let (_, hearing) = bench.heard();
    bench.device.restart(bench.at(), Duration::from_secs(5));
    bench.settle();
    assert_eq!(bench.take(), [ended(hearing, HearingEnding::Forgotten)]);
}

#[test]
fn who_has_no_loudspeaker_or_is_spoken_to_declines() {
    let mut bench = Bench::signed_in();
    bench.speak_to(DEVICE);
    assert_eq!(bench.take_broadcast(), [BroadcastEvent::Ended(BroadcastEnding::Declined)]);
    let (_, hearing) = bench.heard();
    bench.speak_to(CAMERA);
    assert_eq!(bench.take_broadcast(), [BroadcastEvent::Ended(BroadcastEnding::Declined)]);
    assert_eq!(bench.take(), []);
    bench.device.stop_listening(bench.at(), hearing);
    bench.settle();
    bench.take();
    bench.take_told();
    bench.heard();
}

#[test]
fn an_invitation_that_comes_to_nothing_is_told() {
    let mut bench = Bench::signed_in();
    let broadcast = bench.speak_to(CAMERA);
    bench.platform.end_broadcast(bench.at(), broadcast, &Rules);
    let hearing = bench.listen();
    assert_eq!(bench.take(), [ended(hearing, HearingEnding::Refused(403))]);

    bench.speak_to(CAMERA);
    bench.is_cut = true;
    let hearing = bench.listen();
    bench.pass(Duration::from_secs(33));
    let events = bench.take();
    assert!(events.contains(&ended(hearing, HearingEnding::NoAnswer)), "{events:?}");
}

#[test]
fn an_invitation_that_is_taken_back_ends_once_whatever_the_platform_says() {
    for crosses in [false, true] {
        let mut bench = Bench::signed_in();
        let broadcast = bench.speak_to(CAMERA);
        let hearing = bench.listen();
        bench.take_broadcast();
        if crosses {
            bench.device.stop_listening(bench.at(), hearing);
            let source = SoundSource { address: "10.0.0.1".to_owned(), port: 10_004, ssrc: Ssrc(200_000_042) };
            bench.platform.accept_broadcast(bench.at(), broadcast, &source, &Rules);
        } else {
            bench.pass(Duration::from_millis(500));
            bench.device.stop_listening(bench.at(), hearing);
        }
        bench.settle();
        assert_eq!(bench.take(), [ended(hearing, HearingEnding::HungUp)]);
        let told = bench.take_broadcast();
        let is_over = |event: &BroadcastEvent| matches!(event, BroadcastEvent::Ended(_));
        assert!(told.last().is_some_and(is_over), "{told:?}");
        assert!(bench.device.hearings.is_empty());
    }
}
