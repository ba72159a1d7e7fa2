//! Invitations, and how they end.

use super::*;
use crate::manscdp::MediaStatus;
use crate::mansrtsp;
use crate::sdp::{Description, Media, Transport as MediaTransport};
use crate::subject::Subject;

const CHANNEL: &str = "34020000001320000001";

fn invitation() -> Invitation {
    let subject = Subject {
        sender: id(CHANNEL),
        sender_sequence: "0200000001".to_owned(),
        receiver: id(SERVER),
        receiver_sequence: "0".to_owned(),
    };
    let offer = Description::parse(
        b"v=0\r\no=34020000002000000001 0 0 IN IP4 10.0.0.1\r\ns=Play\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n\
        m=video 10000 RTP/AVP 96\r\na=recvonly\r\na=rtpmap:96 PS/90000\r\ny=0200000001\r\n",
    );
    Invitation { device: id(DEVICE), channel: id(CHANNEL), subject, offer: offer.unwrap() }
}

impl Bench {
    pub(super) fn invite(&mut self) -> SessionId {
        let session = self.platform.invite(self.at(), &invitation(), &self.rules).unwrap();
        self.settle();
        session
    }

    /// What happened to a session.
    pub(super) fn take_session(&mut self) -> Vec<SessionEvent> {
        let of_session = |event| match event {
            Event::Session { what, .. } => Some(what),
            _ => None,
        };
        self.take().into_iter().filter_map(of_session).collect()
    }

    pub(super) fn established() -> (Self, SessionId) {
        let mut bench = Self::signed_in();
        let session = bench.invite();
        assert!(matches!(&bench.take_session()[..], [SessionEvent::Proceeding(100), SessionEvent::Established { .. }]));
        (bench, session)
    }

    pub(super) fn methods(&mut self) -> Vec<String> {
        std::mem::take(&mut self.asked).iter().map(|request| request.method.to_string()).collect()
    }
}

#[test]
fn a_device_is_invited_sends_and_is_told_to_stop() {
    let mut bench = Bench::signed_in();
    let session = bench.invite();
    let events = bench.take_session();
    let [SessionEvent::Proceeding(100), SessionEvent::Established { answer, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    let video: &Media = answer.video().unwrap();
    assert_eq!((video.port, video.transport), (15060, MediaTransport::Udp));
    let invite = bench.called.take().unwrap().request;
    assert_eq!(invite.uri, format!("sip:{CHANNEL}@192.168.1.64:5060"));
    let subject = invite.headers.text("Subject").unwrap().into_owned();
    assert_eq!(subject, "34020000001320000001:0200000001,34020000002000000001:0");
    assert_eq!(invite.headers.text("Contact").as_deref(), Some("<sip:34020000002000000001@10.0.0.1:5060>"));
    assert!(invite.headers.is_content_type("application/sdp"));

    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::HungUp)]);
    assert_eq!(bench.methods(), ["INVITE", "BYE"]);
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    assert!(bench.take_session().is_empty(), "it ends once");
    bench.assert_idle();
}

#[test]
fn an_invitation_that_comes_to_nothing_says_why() {
    for (status, ending) in [
        (Some(486), Ending::Failed(Fault::Refused { status: 486, reason: "Busy Here".to_owned() })),
        (None, Ending::HungUp),
    ] {
        let mut bench = Bench::signed_in();
        bench.status = status;
        let session = bench.invite();
        if status.is_none() {
            bench.platform.hang_up(bench.at(), session, &bench.rules);
            bench.settle();
            assert_eq!(bench.methods(), ["INVITE"], "a CANCEL is no request of its own");
        }
        let events = bench.take_session();
        assert_eq!(events, [SessionEvent::Proceeding(100), SessionEvent::Ended(ending)]);
        bench.assert_idle();
    }
    let mut bench = Bench::signed_in();
    bench.description = "v=0".to_owned();
    bench.invite();
    assert_eq!(bench.take_session().last(), Some(&SessionEvent::Ended(Ending::Unusable)));
    assert_eq!(bench.methods(), ["INVITE", "BYE"]);
    bench.assert_idle();
}

#[test]
fn a_success_that_crosses_our_leaving_is_ended() {
    let mut bench = Bench::signed_in();
    bench.status = None;
    let session = bench.invite();
    // The device answers in the moment in which nobody waits for it any more; it has not seen the CANCEL.
    let called = bench.called.take().unwrap();
    bench.status = Some(200);
    bench.respond(called.id, 200, &called.request);
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Proceeding(100), SessionEvent::Ended(Ending::HungUp)]);
    assert_eq!(bench.methods(), ["INVITE", "BYE"]);
    bench.assert_idle();
}

#[test]
fn a_device_that_ends_a_session_or_goes_is_believed() {
    let (mut bench, _) = Bench::established();
    let mut dialog = bench.called.take().unwrap().dialog;
    let bye = dialog.request(Method::Bye);
    assert_eq!(bench.request(bye).status, 200);
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::ByDevice)]);
    let again = dialog.request(Method::Bye);
    assert_eq!(bench.request(again).status, 481);
    bench.assert_idle();

    let (mut bench, _) = Bench::established();
    bench.pass(Duration::from_secs(200));
    let events = bench.take();
    let gone = Event::Gone { device: id(DEVICE), why: Gone::Silent };
    let ended = |event: &Event| matches!(event, Event::Session { what: SessionEvent::Ended(Ending::DeviceGone), .. });
    assert!(events.iter().any(ended) && events.last() == Some(&gone), "{events:?}");
    bench.assert_idle();
}

#[test]
fn a_device_at_another_address_is_told_there_to_stop_what_it_sends() {
    let (mut bench, session) = Bench::established();
    let subscription = bench.platform.subscribe(
        bench.at(),
        &id(DEVICE),
        &id(DEVICE),
        Query::Catalog(CatalogQuery::default()),
        &bench.rules,
    );
    bench.settle();
    bench.take();
    bench.asked.clear();
    bench.path.remote = "192.168.1.99:5060".parse().unwrap();
    assert_eq!(bench.register("3600"), 200);
    let events = bench.take();
    let ended = Event::Session { session, what: SessionEvent::Ended(Ending::DeviceMoved) };
    let what = SubscriptionEvent::Ended(None);
    let untold = Event::Subscription { subscription: subscription.unwrap(), what };
    assert_eq!(events, [ended, untold, Event::SignedIn { device: id(DEVICE), how: SignIn::Moved }]);
    assert_eq!(bench.methods(), ["BYE"], "at its new address");
    bench.invite();
    assert!(matches!(&bench.take_session()[..], [SessionEvent::Proceeding(100), SessionEvent::Established { .. }]));
}

#[test]
fn a_recording_is_controlled_and_comes_to_its_end() {
    let (mut bench, session) = Bench::established();
    let speed = mansrtsp::Method::speed(2.0);
    bench.platform.control(bench.at(), session, speed, &bench.rules).unwrap();
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Controlled(Ok(None))]);
    let info = bench.asked.pop().unwrap();
    assert_eq!(&info.body[..], b"PLAY RTSP/1.0\r\nCSeq: 1\r\nScale: 2.0\r\n\r\n");
    bench.status = Some(400);
    bench.platform.control(bench.at(), session, mansrtsp::Method::Pause, &bench.rules).unwrap();
    bench.settle();
    assert!(matches!(&bench.take_session()[..], [SessionEvent::Controlled(Err(Fault::Refused { status: 400, .. }))]));
    bench.status = Some(200);

    // Hikvision sends the end with a `From` of its own and the session's `Call-ID` (quirk 6).
    let call_id = bench.called.as_ref().unwrap().dialog.call_id.clone();
    let status = MediaStatus { kind: Some(MediaStatus::HISTORY_ENDED) };
    let message = Message::new(7, id("34020000001310000009"), Body::Notify(Notify::MediaStatus(status)));
    let own = "sip:34020000001310000009@3402000000";
    let mut request = bench.peer.new_request(Method::Message, &format!("sip:{SERVER}@{DOMAIN}"), own, own);
    request.headers.set("Call-ID", &call_id);
    let request = request.with_body("Application/MANSCDP+xml", message.write(crate::Charset::Gb18030, Version::V2016));
    assert_eq!(bench.request(request).status, 200);
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::Finished)]);
    assert_eq!(bench.methods().last().map(String::as_str), Some("BYE"));
    bench.assert_idle();
}

#[test]
fn a_session_of_before_a_restart_is_ended() {
    let (mut bench, _) = Bench::established();
    let dialog = match bench.called.take() {
        Some(called) => called.dialog,
        None => panic!("no call"),
    };
    // What the platform had stored is the other end of it.
    let stored = Dialog {
        local_tag: dialog.remote_tag.clone(),
        remote_tag: dialog.local_tag.clone(),
        local_uri: dialog.remote_uri.clone(),
        remote_uri: dialog.local_uri.clone(),
        local_sequence: 1,
        remote_target: dialog.local_contact.clone(),
        ..dialog
    };
    let mut after = Bench::signed_in();
    after.platform.end_stale(after.at(), &id(DEVICE), stored.clone(), &after.rules).unwrap();
    after.settle();
    let bye = after.asked.pop().unwrap();
    assert_eq!((bye.method, bye.headers.call_id()), (Method::Bye, Some(stored.call_id)));
    after.assert_idle();
}

#[test]
fn a_session_that_is_over_takes_no_control() {
    let (mut bench, session) = Bench::established();
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    let refused = bench.platform.control(bench.at(), session, mansrtsp::Method::Pause, &bench.rules);
    assert_eq!(refused, Err(Fault::NoSession));
}

/// A success to the INVITE, of a branch with this tag.
fn success(bench: &Bench, tag: &str) -> Vec<u8> {
    let request = &bench.called.as_ref().unwrap().request;
    let mut answer = Response::new(200).with("Contact", "<sip:34020000001320000002@192.168.1.64:5060>");
    for name in ["Via", "From", "Call-ID", "CSeq"] {
        answer = answer.with(name, &request.headers.text(name).unwrap());
    }
    let to = request.headers.to().unwrap();
    answer
        .with("To", &to.with_tag(tag).to_string())
        .with_body("application/sdp", bench.description.clone())
        .write()
        .to_vec()
}

#[test]
fn another_branch_that_takes_an_invitation_is_told_to_stop_and_the_first_goes_on() {
    let (mut bench, session) = Bench::established();
    bench.methods();
    let first = bench.called.as_ref().unwrap().dialog.id();
    let acks = bench.peer.counters().stray_acks;
    for (tag, ends) in [("other", true), (&*first.local_tag, false), ("third", true)] {
        let bytes = success(&bench, tag);
        bench.platform.handle_datagram(bench.at(), bench.path, &bytes, &bench.rules);
        bench.settle();
        let said = std::mem::take(&mut bench.asked);
        let told: Vec<_> = said.iter().map(|request| (&request.method, request.headers.to().unwrap())).collect();
        match &told[..] {
            [(Method::Bye, to)] if ends => assert_eq!(to.tag(), Some(tag)),
            [] if !ends => {}
            _ => panic!("{tag}: {told:?}"),
        }
    }
    assert_eq!(bench.peer.counters().stray_acks - acks, 2);
    assert!(bench.take_session().is_empty());
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::HungUp)]);
    bench.assert_idle();
}
