//! Broadcasts: who may ask for the sound, when it begins, how it ends. The device's words are written here.

use super::*;
use crate::manscdp::Acknowledgement;
use crate::profile::{BroadcastStart, MediaMode};
use crate::sdp::{Description, Direction, Setup, Ssrc, Transport as MediaTransport};
use sip::transaction::ClientId;

const SPEAKER: &str = "34020000001370000001";
const UDP: &str = "m=audio 15066 RTP/AVP 8\r\na=recvonly\r\na=rtpmap:8 PCMA/8000\r\n";

/// An INVITE of the device.
struct Asked {
    client: ClientId,
    request: Request,
}

fn offer(media: &str) -> String {
    format!(
        "v=0\r\no={SPEAKER} 0 0 IN IP4 192.168.1.64\r\ns=Play\r\nc=IN IP4 192.168.1.64\r\nt=0 0\r\n{media}\
        y=0200000042\r\nf=v/////a/1/8/1\r\n"
    )
}

fn source() -> SoundSource {
    SoundSource { address: "10.0.0.1".to_owned(), port: 10_004, ssrc: Ssrc(200_000_042) }
}

impl Bench {
    fn with_start(start: BroadcastStart) -> Self {
        let mut bench = Self::new();
        bench.rules.admission.as_mut().unwrap().overrides.broadcast = Some(start);
        assert_eq!(bench.register("3600"), 200);
        bench.take();
        bench
    }

    fn tell_of_speech(&mut self) -> BroadcastId {
        let id = self.platform.broadcast(self.at(), &id(DEVICE), &id(SPEAKER), &self.rules).unwrap();
        self.settle();
        id
    }

    fn say_in_return(&mut self, outcome: Outcome) {
        let asked = self.asked_message();
        let said = asked.answered(Said::Broadcast(Acknowledgement { result: Some(outcome) }));
        assert_eq!(self.message(&said), 200);
    }

    fn ask_for_sound(&mut self, from: &str, media: &str) -> Asked {
        let own = format!("sip:{from}@{DOMAIN}");
        let request = self.peer.new_request(Method::Invite, &format!("sip:{SERVER}@{DOMAIN}"), &own, &own);
        let request = request
            .with("Contact", &format!("<sip:{from}@192.168.1.64:5060>"))
            .with("Subject", &format!("{SERVER}:0200000042,{SPEAKER}:0"))
            .with_body("application/sdp", offer(media));
        let now = self.start + self.elapsed;
        self.answers.clear();
        let client = self.peer.send_request(now, self.path, "192.168.1.64:5060", request.clone()).unwrap();
        self.settle();
        Asked { client, request }
    }

    fn final_answer(&mut self) -> Option<Response> {
        std::mem::take(&mut self.answers).into_iter().find(|answer| !answer.is_provisional())
    }

    fn accept(&mut self, broadcast: BroadcastId) -> Response {
        self.platform.accept_broadcast(self.at(), broadcast, &source(), &self.rules);
        self.settle();
        self.final_answer().expect("an answer")
    }

    fn acknowledge(&mut self, asked: &Asked, answer: &Response) -> Dialog {
        let dialog = Dialog::from_response(&asked.request, answer, &self.path).unwrap();
        self.peer.send_ack(asked.client, dialog.ack(dialog.local_sequence)).unwrap();
        self.settle();
        dialog
    }

    fn take_broadcast(&mut self) -> Vec<BroadcastEvent> {
        let of_broadcast = |event| match event {
            Event::Broadcast { what, .. } => Some(what),
            _ => None,
        };
        self.take().into_iter().filter_map(of_broadcast).collect()
    }

    fn end_of_speech(&mut self, broadcast: BroadcastId) {
        self.platform.end_broadcast(self.at(), broadcast, &self.rules);
        self.settle();
    }

    fn was_told_bye(&mut self) -> bool {
        std::mem::take(&mut self.asked).iter().any(|request| request.method == Method::Bye)
    }

    fn status_of_call(&mut self, from: &str, media: &str) -> u16 {
        self.ask_for_sound(from, media);
        self.final_answer().expect("an answer").status
    }
}

fn ended(why: BroadcastEnding) -> [BroadcastEvent; 1] {
    [BroadcastEvent::Ended(why)]
}

#[test]
fn a_device_is_told_asks_for_the_sound_and_gets_it_until_either_side_ends_it() {
    for (start, is_ended_by_us) in [(BroadcastStart::AfterAck, true), (BroadcastStart::AfterOk, false)] {
        let mut bench = Bench::with_start(start);
        let broadcast = bench.tell_of_speech();
        let told = bench.asked.last().unwrap();
        assert_eq!(told.uri, format!("sip:{DEVICE}@192.168.1.64:5060"));
        let text = String::from_utf8_lossy(&told.body).into_owned();
        assert!(text.contains(&format!("<SourceID>{SERVER}</SourceID>")), "{text}");
        assert!(text.contains(&format!("<TargetID>{SPEAKER}</TargetID>")) && !text.contains("<DeviceID>"), "{text}");
        bench.say_in_return(Outcome::Ok);
        assert_eq!(bench.take_broadcast(), [BroadcastEvent::Taken]);

        let asked = bench.ask_for_sound(DEVICE, UDP);
        let listener = Listener {
            way: MediaMode::Udp,
            address: Some("192.168.1.64".to_owned()),
            port: 15_066,
            ssrc: Some(Ssrc(200_000_042)),
            payload_type: 8,
        };
        assert_eq!(bench.take_broadcast(), [BroadcastEvent::Invited(listener)]);
        let answer = bench.accept(broadcast);
        assert_eq!(answer.status, 200);
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        for line in ["s=Play", "m=audio 10004 RTP/AVP 8", "a=sendonly", "a=rtpmap:8 PCMA/8000", "f=v/////a/1/8/1"] {
            assert!(body.lines().any(|it| it == line), "{line} is missing: {body}");
        }
        assert!(body.ends_with("y=0200000042\r\n"), "{body}");

        let begins = |events: &[BroadcastEvent]| matches!(events, [BroadcastEvent::Started { .. }]);
        assert_eq!(begins(&bench.take_broadcast()), start == BroadcastStart::AfterOk);
        let mut dialog = bench.acknowledge(&asked, &answer);
        assert_eq!(begins(&bench.take_broadcast()), start == BroadcastStart::AfterAck);

        if is_ended_by_us {
            bench.end_of_speech(broadcast);
            assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::HungUp));
            assert!(bench.was_told_bye());
        } else {
            assert_eq!(bench.request(dialog.request(Method::Bye)).status, 200);
            assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::ByDevice));
            assert!(!bench.was_told_bye());
        }
        bench.end_of_speech(broadcast);
        assert!(bench.take_broadcast().is_empty(), "it ends once");
        bench.assert_idle();
    }
}

#[test]
fn the_device_chooses_the_way_and_is_answered_by_it() {
    let tcp = "m=audio 15066 TCP/RTP/AVP 8\r\na=connection:new\r\n";
    for (media, way, setup) in [
        (UDP.to_owned(), MediaMode::Udp, None),
        (format!("{tcp}a=setup:active\r\n"), MediaMode::TcpPassive, Some(Setup::Passive)),
        (format!("{tcp}a=setup:actpass\r\n"), MediaMode::TcpPassive, Some(Setup::Passive)),
        (tcp.to_owned(), MediaMode::TcpPassive, Some(Setup::Passive)),
        (format!("{tcp}a=setup:passive\r\n"), MediaMode::TcpActive, Some(Setup::Active)),
        // It connects, so that its port says nothing.
        ("m=audio 0 TCP/RTP/AVP 8\r\na=setup:active\r\n".to_owned(), MediaMode::TcpPassive, Some(Setup::Passive)),
        // Quirk 34: no rtpmap, or nothing but the port.
        ("m=audio 15066 RTP/AVP 0 8\r\n".to_owned(), MediaMode::Udp, None),
        ("m=audio 15066 RTP/AVP\r\n".to_owned(), MediaMode::Udp, None),
    ] {
        let mut bench = Bench::signed_in();
        let broadcast = bench.tell_of_speech();
        bench.ask_for_sound(SPEAKER, &media);
        let events = bench.take_broadcast();
        let [BroadcastEvent::Invited(listener)] = &events[..] else { panic!("{media}: {events:?}") };
        assert_eq!((listener.way, listener.payload_type), (way, 8), "{media}");
        let answer = Description::parse(&bench.accept(broadcast).body).unwrap();
        let section = answer.audio().unwrap();
        let transport = if way == MediaMode::Udp { MediaTransport::Udp } else { MediaTransport::Tcp };
        assert_eq!((section.transport, section.setup), (transport, setup), "{media}");
        assert_eq!(section.direction, Some(Direction::SendOnly));
    }
}

#[test]
fn an_invite_that_nobody_asked_for_is_refused() {
    let mut bench = Bench::signed_in();
    assert_eq!(bench.status_of_call(DEVICE, UDP), 403, "nobody speaks");

    bench.tell_of_speech();
    let home = bench.path;
    bench.path = path("192.168.1.65:5060", Transport::Udp);
    assert_eq!(bench.status_of_call(DEVICE, UDP), 403, "it comes from elsewhere");
    bench.path = Path { transport: Transport::Tcp, ..home };
    assert_eq!(bench.status_of_call(DEVICE, UDP), 403, "it comes by another transport");
    bench.path = home;
    assert!(bench.take_broadcast().is_empty());

    bench.ask_for_sound(DEVICE, UDP);
    assert!(matches!(bench.take_broadcast()[..], [BroadcastEvent::Invited(_)]));
    assert_eq!(bench.status_of_call(DEVICE, UDP), 403, "it has been asked for once");
}

#[test]
fn a_loudspeaker_of_another_name_is_taken_where_only_one_is_awaited() {
    let mut bench = Bench::signed_in();
    bench.tell_of_speech();
    bench.ask_for_sound("34020000001370000099", UDP);
    assert!(matches!(bench.take_broadcast()[..], [BroadcastEvent::Invited(_)]));
}

#[test]
fn sound_that_we_do_not_have_is_refused() {
    for media in [
        "m=audio 15066 RTP/AVP 96\r\na=rtpmap:96 PS/90000\r\n",
        "m=video 15066 RTP/AVP 8\r\n",
        "m=audio 0 RTP/AVP 8\r\n",
    ] {
        let mut bench = Bench::signed_in();
        bench.tell_of_speech();
        assert_eq!(bench.status_of_call(DEVICE, media), 488, "{media}");
        assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::Unusable));
        bench.assert_idle();
    }
}

#[test]
fn a_device_that_declines_is_silent_or_refuses_ends_it() {
    let mut bench = Bench::signed_in();
    bench.tell_of_speech();
    bench.say_in_return(Outcome::Error);
    assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::Declined));

    bench.status = Some(404);
    bench.tell_of_speech();
    let refused = Fault::Refused { status: 404, reason: "Not Found".to_owned() };
    assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::Failed(refused)));

    bench.status = Some(200);
    bench.tell_of_speech();
    bench.pass(INVITATION_WAIT - Duration::from_millis(500));
    assert!(bench.take_broadcast().is_empty());
    bench.pass(Duration::from_millis(500));
    assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::NoInvitation));
    assert_eq!(bench.status_of_call(DEVICE, UDP), 403, "it is late");
    bench.assert_idle();
}

#[test]
fn a_device_that_does_not_acknowledge_is_told_that_it_is_over() {
    let mut bench = Bench::signed_in();
    let broadcast = bench.tell_of_speech();
    bench.ask_for_sound(DEVICE, UDP);
    bench.accept(broadcast);
    bench.take_broadcast();
    bench.pass(Duration::from_secs(40));
    assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::NotAcknowledged));
    assert!(bench.was_told_bye());
    bench.assert_idle();
}

#[test]
fn who_leaves_before_the_ack_is_followed_by_a_bye_behind_it() {
    let mut bench = Bench::signed_in();
    let broadcast = bench.tell_of_speech();
    let asked = bench.ask_for_sound(DEVICE, UDP);
    let answer = bench.accept(broadcast);
    bench.end_of_speech(broadcast);
    assert!(!bench.was_told_bye());
    assert_eq!(bench.take_broadcast().last(), Some(&BroadcastEvent::Ended(BroadcastEnding::HungUp)));
    bench.acknowledge(&asked, &answer);
    assert!(bench.was_told_bye() && bench.take_broadcast().is_empty());
    bench.assert_idle();
}

#[test]
fn who_leaves_before_the_answer_refuses_the_call_and_a_cancel_ends_it() {
    let mut bench = Bench::signed_in();
    let broadcast = bench.tell_of_speech();
    bench.ask_for_sound(DEVICE, UDP);
    bench.end_of_speech(broadcast);
    assert_eq!(bench.final_answer().unwrap().status, 480);

    bench.tell_of_speech();
    let asked = bench.ask_for_sound(DEVICE, UDP);
    bench.take_broadcast();
    // Who calls may not take it back before our 100 has come (RFC 3261 §9.1).
    bench.pass(Duration::from_millis(500));
    bench.peer.cancel(bench.start + bench.elapsed, asked.client);
    bench.settle();
    assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::Withdrawn));
    bench.assert_idle();
}

#[test]
fn a_device_that_is_gone_ends_it() {
    let mut bench = Bench::signed_in();
    let broadcast = bench.tell_of_speech();
    let asked = bench.ask_for_sound(DEVICE, UDP);
    let answer = bench.accept(broadcast);
    bench.acknowledge(&asked, &answer);
    bench.take_broadcast();
    bench.platform.dismiss(&id(DEVICE));
    bench.settle();
    assert_eq!(bench.take_broadcast(), ended(BroadcastEnding::DeviceGone));
    let unknown = bench.platform.broadcast(bench.at(), &id(DEVICE), &id(SPEAKER), &bench.rules);
    assert_eq!(unknown, Err(Fault::NotSignedIn));
    bench.assert_idle();
}
