//! Calls that go wrong, and what is told of them; nothing is left of any.

use super::*;

const REFUSALS: [(u16, &str); 12] = [
    (400, "Bad Request"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (408, "Request Timeout"),
    (480, "Temporarily Unavailable"),
    (486, "Busy Here"),
    (488, "Not Acceptable Here"),
    (500, "Server Internal Error"),
    (503, "Service Unavailable"),
    (504, "Server Time-out"),
    (600, "Busy Everywhere"),
    (603, "Decline"),
];

impl Bench {
    /// A call that the device has taken note of, and not answered.
    fn calling() -> (Self, SessionId, Called) {
        let mut bench = Self::signed_in();
        bench.status = None;
        let session = bench.invite();
        assert_eq!(bench.take_session(), [SessionEvent::Proceeding(100)]);
        bench.status = Some(200);
        let called = bench.called.take().unwrap();
        (bench, session, called)
    }

    /// What the device sends without its stack, as one that has lost its mind would.
    fn say_raw(&mut self, text: &str) {
        self.platform.handle_datagram(self.at(), self.path, text.as_bytes(), &self.rules);
        self.settle();
    }

    /// A response to a call, with a tag of the device's.
    fn raw_answer(&self, called: &Called, status: &str, tag: &str) -> String {
        let header = |name: &str| called.request.headers.text(name).unwrap().into_owned();
        format!(
            "SIP/2.0 {status}\r\nVia: {}\r\nFrom: {}\r\nTo: {};tag={tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: <sip:{DEVICE}@192.168.1.64:5060>\r\nContent-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{}",
            header("Via"),
            header("From"),
            header("To"),
            header("Call-ID"),
            header("CSeq"),
            self.description.len(),
            self.description
        )
    }

    /// Heartbeats go on while time passes.
    fn pass_alive(&mut self, time: Duration) {
        for _ in 0..time.as_secs() / 30 {
            self.pass(Duration::from_secs(30));
            self.message(&keepalive());
        }
    }
}

#[test]
fn a_refusal_is_told_with_its_number_and_words() {
    for (status, reason) in REFUSALS {
        let mut bench = Bench::signed_in();
        bench.status = Some(status);
        bench.invite();
        let fault = Fault::Refused { status, reason: reason.to_owned() };
        let told = fault.to_string();
        assert_eq!(bench.take_session().last(), Some(&SessionEvent::Ended(Ending::Failed(fault))), "{status}");
        assert_eq!(told, format!("device answered {status} {reason}"));
        assert_eq!(bench.methods(), ["INVITE"], "{status}");
        bench.assert_idle();
    }
}

#[test]
fn a_refusal_that_is_repeated_is_acknowledged_again_and_told_once() {
    let (mut bench, _, called) = Bench::calling();
    let busy = bench.raw_answer(&called, "486 Busy Here", "a");
    bench.say_raw(&busy);
    assert!(matches!(&bench.take_session()[..], [SessionEvent::Ended(Ending::Failed(_))]));
    bench.unheard = Some(0);
    bench.say_raw(&busy);
    assert_eq!(bench.unheard, Some(1), "the ACK");
    // It has changed its mind too late.
    let taken = bench.raw_answer(&called, "200 OK", "a");
    bench.say_raw(&taken);
    assert_eq!((bench.take_session(), bench.unheard), (Vec::new(), Some(1)));
    bench.unheard = None;
    bench.assert_idle();
}

#[test]
fn an_invitation_that_nobody_hears_fails_in_half_a_minute() {
    let mut bench = Bench::signed_in();
    bench.unheard = Some(0);
    bench.invite();
    bench.pass(Duration::from_secs(31));
    assert!(bench.take_session().is_empty());
    bench.pass(Duration::from_secs(2));
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::Failed(Fault::NoAnswer))]);
    assert_eq!(bench.unheard, Some(7), "sent again after 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s");
    bench.assert_idle();
}

#[test]
fn an_invitation_that_is_only_noted_ends_when_its_caller_leaves() {
    let (mut bench, session, _) = Bench::calling();
    bench.pass_alive(Duration::from_secs(60));
    assert!(bench.take_session().is_empty());
    bench.unheard = Some(0);
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::HungUp)]);
    // The CANCEL is heard by nobody either.
    bench.assert_idle();
}

#[test]
fn an_answer_that_comes_when_nobody_waits_any_more_is_taken_for_nothing() {
    let (mut bench, session, called) = Bench::calling();
    bench.unheard = Some(0);
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.pass(Duration::from_secs(40));
    bench.unheard = None;
    bench.take();
    let late = bench.raw_answer(&called, "200 OK", "a");
    bench.say_raw(&late);
    assert!(bench.take_session().is_empty());
    bench.assert_idle();
}

#[test]
fn a_success_that_is_repeated_is_acknowledged_again_and_told_once() {
    let (mut bench, session, called) = Bench::calling();
    let taken = bench.raw_answer(&called, "200 OK", "a");
    bench.say_raw(&taken);
    assert!(matches!(&bench.take_session()[..], [SessionEvent::Established { .. }]));
    bench.unheard = Some(0);
    bench.say_raw(&taken);
    assert_eq!((bench.take_session(), bench.unheard), (Vec::new(), Some(1)));
    // Two that answer one call: the second one changes nothing of the session with the first.
    let other = bench.raw_answer(&called, "200 OK", "b");
    bench.say_raw(&other);
    assert!(bench.take_session().is_empty());
    bench.unheard = None;
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::HungUp)]);
    bench.assert_idle();
}

#[test]
fn a_farewell_that_is_lost_is_repeated_and_given_up() {
    let (mut bench, session) = Bench::established();
    bench.unheard = Some(0);
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::HungUp)], "at once for who watched");
    bench.pass(Duration::from_secs(40));
    assert_eq!(bench.unheard, Some(11), "after 0.5, 1, 2 and each further 4 s until 32 s");
    assert!(bench.take_session().is_empty());
    bench.assert_idle();
}

#[test]
fn a_device_that_was_restarted_knows_nothing_of_its_session_and_takes_a_new_one() {
    let (mut bench, session) = Bench::established();
    assert_eq!(bench.register("3600"), 200);
    assert_eq!(bench.take(), [Event::SignedIn { device: id(DEVICE), how: SignIn::Renewed }]);
    bench.status = Some(481);
    bench.platform.hang_up(bench.at(), session, &bench.rules);
    bench.settle();
    assert_eq!(bench.take_session(), [SessionEvent::Ended(Ending::HungUp)]);
    bench.status = Some(200);
    bench.asked.clear();
    let again = bench.invite();
    assert!(matches!(bench.take_session().last(), Some(SessionEvent::Established { .. })));
    bench.platform.hang_up(bench.at(), again, &bench.rules);
    bench.settle();
    assert_eq!(bench.methods(), ["INVITE", "BYE"]);
    bench.assert_idle();
}

#[test]
fn two_devices_with_one_code_take_it_from_each_other_and_nothing_piles_up() {
    let mut bench = Bench::signed_in();
    for round in 0..10 {
        let session = bench.invite();
        assert!(matches!(bench.take_session().last(), Some(SessionEvent::Established { .. })), "{round}");
        bench.path.remote = format!("192.168.1.{}:5060", 65 - round % 2).parse().unwrap();
        assert_eq!(bench.message(&keepalive()), 404, "the other one is not heard before it has signed in");
        assert_eq!(bench.register("3600"), 200);
        let ended = Event::Session { session, what: SessionEvent::Ended(Ending::DeviceMoved) };
        assert_eq!(bench.take(), [ended, Event::SignedIn { device: id(DEVICE), how: SignIn::Moved }]);
    }
    assert_eq!((bench.platform.devices().count(), bench.platform.places.len()), (1, 1));
    bench.assert_idle();
    assert_eq!(bench.platform.deadlines.len(), 1);
}
