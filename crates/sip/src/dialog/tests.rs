//! Both ends of calls and subscriptions.

use super::*;
use crate::header::CSeq;

fn path(remote: &str) -> Path {
    Path { transport: Transport::Udp, local: 1, remote: remote.parse().unwrap() }
}

fn invite() -> Request {
    Request::new(Method::Invite, "sip:1320@3402000000")
        .with("From", "<sip:2000@3402000000>;tag=ours")
        .with("To", "<sip:1320@3402000000>")
        .with("Call-ID", "c1")
        .with("CSeq", "7 INVITE")
        .with("Contact", "<sip:2000@10.0.0.1:5060>")
}

fn answer(contact: &str) -> Response {
    let mut response = Response::new(200)
        .with("From", "<sip:2000@3402000000>;tag=ours")
        .with("To", "<sip:1320@3402000000>;tag=theirs")
        .with("Call-ID", "c1")
        .with("CSeq", "7 INVITE");
    if !contact.is_empty() {
        response.headers.push("Contact", contact);
    }
    response
}

fn text(request: &Request, name: &str) -> String {
    request.headers.text(name).unwrap().into_owned()
}

#[test]
fn a_caller_acknowledges_controls_and_ends_its_call() {
    let mut dialog =
        Dialog::from_response(&invite(), &answer("<sip:1320@192.168.1.64:5060>"), &path("1.2.3.4:6000")).unwrap();
    let ack = dialog.ack(7);
    assert_eq!((&*ack.uri, &*text(&ack, "CSeq")), ("sip:1320@192.168.1.64:5060", "7 ACK"));
    assert_eq!(text(&ack, "To"), "<sip:1320@3402000000>;tag=theirs");
    assert_eq!(text(&ack, "From"), "<sip:2000@3402000000>;tag=ours");
    for (method, number) in [(Method::Info, 8), (Method::Bye, 9)] {
        let request = dialog.request(method.clone());
        assert_eq!(request.headers.cseq(), Some(CSeq { number, method }));
        assert_eq!(request.headers.get("Contact"), None);
    }
    assert_eq!(text(&dialog.request(Method::Invite), "Contact"), "<sip:2000@10.0.0.1:5060>");
    assert_eq!(DialogId::of_response(&answer("")), Some(dialog.id()));
}

#[test]
fn requests_go_where_the_peer_can_be_reached() {
    for (contact, route, expected, uri) in [
        // Behind a router: the address of Contact leads nowhere.
        ("<sip:1320@192.168.1.64:5060>", "", "1.2.3.4:6000", "sip:1320@192.168.1.64:5060"),
        ("", "", "1.2.3.4:6000", "sip:1320@1.2.3.4:6000"),
        ("<sip:1320@nvr.local>", "", "1.2.3.4:6000", "sip:1320@nvr.local"),
        ("garbage here", "", "1.2.3.4:6000", "sip:1320@1.2.3.4:6000"),
        ("<sip:1320@8.8.8.8>", "", "8.8.8.8:5060", "sip:1320@8.8.8.8"),
        ("<sip:1320@8.8.8.8>", "<sip:9.9.9.9:5070;lr>", "9.9.9.9:5070", "sip:1320@8.8.8.8"),
        ("<sip:1320@8.8.8.8>", "<sip:9.9.9.9:5070>", "9.9.9.9:5070", "sip:9.9.9.9:5070"),
    ] {
        let mut response = answer(contact);
        if !route.is_empty() {
            response.headers.push("Record-Route", route);
        }
        let mut dialog = Dialog::from_response(&invite(), &response, &path("1.2.3.4:6000")).unwrap();
        assert_eq!(dialog.destination().to_string(), expected, "{contact} {route}");
        assert_eq!(dialog.request(Method::Bye).uri, uri, "{contact} {route}");
        dialog.transport = Transport::Tcp;
        assert_eq!(dialog.destination().to_string(), "1.2.3.4:6000");
    }
}

#[test]
fn recorded_routes_are_followed_from_both_ends() {
    let mut response = answer("<sip:1320@8.8.8.8>");
    response.headers.push("Record-Route", "<sip:p3;lr>, <sip:p2;lr>");
    response.headers.push("Record-Route", "\"x\" <sip:p1;lr>;y=z");
    let mut caller = Dialog::from_response(&invite(), &response, &path("1.2.3.4:6000")).unwrap();
    assert_eq!(caller.request(Method::Bye).headers.items("Route"), ["<sip:p1;lr>", "<sip:p2;lr>", "<sip:p3;lr>"]);

    let mut request = invite();
    request.headers.push("Record-Route", "<sip:p3;lr>, <sip:p2;lr>, <sip:p1>");
    let mut called = Dialog::from_request(&request, "mine", "sip:me@h", &path("1.2.3.4:6000")).unwrap();
    assert_eq!(called.request(Method::Bye).headers.items("Route"), ["<sip:p3;lr>", "<sip:p2;lr>", "<sip:p1>"]);
    // A first proxy that knows no loose routing becomes the Request-URI.
    called.route_set.reverse();
    let bye = called.request(Method::Bye);
    assert_eq!((&*bye.uri, text(&bye, "CSeq")), ("sip:p1", "2 BYE".to_owned()));
    assert_eq!(bye.headers.items("Route"), ["<sip:p2;lr>", "<sip:p3;lr>", "<sip:2000@10.0.0.1:5060>"]);
}

#[test]
fn requests_of_the_peer_are_taken_in_order() {
    let mut dialog = Dialog::from_request(&invite(), "mine", "", &path("1.2.3.4:6000")).unwrap();
    let inside = |method: Method, number: u32| {
        let cseq = format!("{number} {method}");
        Request::new(method, "sip:x")
            .with("From", "<sip:2000@3402000000>;tag=ours")
            .with("To", "<sip:1320@3402000000>;tag=mine")
            .with("Call-ID", "c1")
            .with("CSeq", &cseq)
            .with("Contact", "<sip:moved@8.8.4.4>")
    };
    assert_eq!(DialogId::of_request(&inside(Method::Bye, 9)), Some(dialog.id()));
    assert_eq!(DialogId::of_request(&invite()), None);
    let moved = path("1.2.3.4:7000");
    for (method, number, expected) in [
        (Method::Ack, 7, Sequence::InOrder),
        (Method::Info, 9, Sequence::InOrder),
        (Method::Info, 8, Sequence::Old),
        (Method::Ack, 7, Sequence::InOrder),
    ] {
        assert_eq!(dialog.receive(&inside(method, number), &moved), expected, "{number}");
    }
    // The router has given the peer another port; Contact changes with requests that may change it only.
    assert_eq!((dialog.peer, &*dialog.remote_target), (moved.remote, "sip:2000@10.0.0.1:5060"));
    assert_eq!(dialog.receive(&inside(Method::Invite, 10), &moved), Sequence::InOrder);
    assert_eq!(dialog.remote_target, "sip:moved@8.8.4.4");
    assert_eq!(text(&dialog.request(Method::Bye), "CSeq"), "1 BYE");
}

#[test]
fn a_subscription_is_refreshed_and_may_begin_with_its_notification() {
    let subscribe = Request { method: Method::Subscribe, ..invite() };
    let notify = Request::new(Method::Notify, "sip:2000@10.0.0.1:5060")
        .with("From", "<sip:1320@3402000000>;tag=theirs")
        .with("To", "<sip:2000@3402000000>;tag=ours")
        .with("Call-ID", "c1")
        .with("CSeq", "3 NOTIFY")
        .with("Contact", "<sip:1320@192.168.1.64>");
    let early = Dialog::from_notify(&subscribe, &notify, &path("1.2.3.4:6000")).unwrap();
    let mut dialog =
        Dialog::from_response(&subscribe, &answer("<sip:1320@192.168.1.64>"), &path("1.2.3.4:6000")).unwrap();
    assert_eq!(DialogId::of_request(&notify), Some(dialog.id()));
    assert_eq!(dialog.receive(&notify, &path("1.2.3.4:6000")), Sequence::InOrder);
    assert_eq!(early, dialog);
    let again = dialog.request(Method::Subscribe);
    assert_eq!((&*text(&again, "CSeq"), &*text(&again, "Contact")), ("8 SUBSCRIBE", "<sip:2000@10.0.0.1:5060>"));
    dialog.refresh(&answer("<sip:1320@192.168.1.65>"), &path("1.2.3.4:6001"));
    assert_eq!((&*dialog.remote_target, dialog.peer.port()), ("sip:1320@192.168.1.65", 6001));
}

#[test]
fn messages_that_identify_no_dialog_are_refused() {
    for (name, missing) in [("From", "From"), ("Call-ID", "Call-ID"), ("CSeq", "CSeq"), ("To", "To")] {
        let mut request = invite();
        request.headers.remove(name);
        let called = Dialog::from_request(&request, "t", "", &path("1.2.3.4:1"));
        assert_eq!(called, Err(DialogError::Missing(missing)));
    }
    let mut request = invite();
    request.headers.set("From", "<sip:a@b>");
    let caller = Dialog::from_response(&request, &answer(""), &path("1.2.3.4:1"));
    assert_eq!(caller, Err(DialogError::Missing("From tag")));
}
