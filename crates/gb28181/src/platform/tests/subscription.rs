//! Subscriptions, their renewal and their end.

use super::*;
use crate::manscdp::{CatalogEvent, MobilePositionQuery};

impl Bench {
    fn subscribe(&mut self, query: Query) -> SubscriptionId {
        let device = id(DEVICE);
        let subscription = self.platform.subscribe(self.at(), &device, &device, query, &self.rules).unwrap();
        self.settle();
        subscription
    }

    fn of_subscription(&mut self) -> Vec<SubscriptionEvent> {
        let what = |event| match event {
            Event::Subscription { what, .. } => Some(what),
            _ => None,
        };
        self.take().into_iter().filter_map(what).collect()
    }

    /// A NOTIFY of what was subscribed to last.
    fn notify(&mut self, state: &str, body: Option<&Message>) -> u16 {
        let called = self.called.as_mut().unwrap();
        let event = called.request.headers.text("Event").unwrap().into_owned();
        let mut request = called.dialog.request(Method::Notify).with("Event", &event).with("Subscription-State", state);
        if let Some(body) = body {
            request = request.with_body("Application/MANSCDP+xml", body.write(crate::Charset::Gb18030, Version::V2022));
        }
        self.request(request).status
    }
}

#[test]
fn a_device_tells_what_was_subscribed_to_and_is_asked_again_in_time() {
    let mut bench = Bench::signed_in();
    bench.subscribe(Query::Catalog(CatalogQuery::default()));
    assert_eq!(bench.of_subscription(), [SubscriptionEvent::Active]);
    let first = bench.asked.pop().unwrap();
    assert_eq!((first.method.as_str(), first.headers.text("Expires").as_deref()), ("SUBSCRIBE", Some("3600")));
    assert_eq!(first.headers.text("Event").as_deref(), Some("Catalog;id=1"));

    let item = CatalogItem {
        device_id: Some(id("34020000001320000001")),
        event: Some(CatalogEvent::Off),
        ..CatalogItem::default()
    };
    let part = CatalogPart { result: None, total: Some(1), items: vec![item] };
    let told = Message::new(9, id(DEVICE), Body::Notify(Notify::Catalog(part)));
    assert_eq!(bench.notify("active;expires=3000", Some(&told)), 200);
    assert!(matches!(&bench.take()[..], [Event::Notice { message, .. }] if message.body == told.body));

    // The device is heard all the while.
    for _ in 0..49 {
        bench.pass(Duration::from_secs(60));
        assert_eq!(bench.message(&keepalive()), 200);
    }
    let renewed = bench.asked.pop().expect("a renewal");
    assert_eq!(renewed.headers.call_id(), first.headers.call_id());
    assert!(renewed.headers.cseq().unwrap().number > first.headers.cseq().unwrap().number);
    assert!(bench.of_subscription().is_empty(), "a renewal is no news");

    assert_eq!(bench.notify("terminated;reason=noresource", None), 200);
    assert_eq!(bench.of_subscription(), [SubscriptionEvent::Ended(None)]);
}

#[test]
fn a_subscription_that_comes_to_nothing_says_why() {
    for (status, fault) in
        [(Some(489), Fault::Refused { status: 489, reason: "Bad Event".to_owned() }), (None, Fault::NoAnswer)]
    {
        let mut bench = Bench::signed_in();
        bench.status = status;
        bench.subscribe(Query::MobilePosition(MobilePositionQuery::default()));
        bench.pass(Duration::from_secs(40));
        assert_eq!(bench.of_subscription(), [SubscriptionEvent::Ended(Some(fault))]);
        bench.assert_idle();
    }
}

#[test]
fn a_subscription_is_given_back_and_goes_with_its_device() {
    let mut bench = Bench::signed_in();
    let subscription = bench.subscribe(Query::Catalog(CatalogQuery::default()));
    bench.asked.clear();
    bench.platform.unsubscribe(bench.at(), subscription, &bench.rules);
    bench.settle();
    assert_eq!(bench.asked.pop().unwrap().headers.text("Expires").as_deref(), Some("0"));
    bench.take();
    bench.assert_idle();

    bench.subscribe(Query::Catalog(CatalogQuery::default()));
    bench.take();
    bench.pass(Duration::from_secs(200));
    assert_eq!(bench.of_subscription(), [SubscriptionEvent::Ended(None)]);
    bench.assert_idle();
}

#[test]
fn what_is_told_of_a_subscription_that_has_ended_counts_and_the_device_is_told_to_stop() {
    let mut bench = Bench::signed_in();
    let subscription = bench.subscribe(Query::Catalog(CatalogQuery::default()));
    let part = CatalogPart { result: None, total: Some(0), items: Vec::new() };
    let told = Message::new(9, id(DEVICE), Body::Notify(Notify::Catalog(part)));
    // A dialog that it has made up.
    bench.called.as_mut().unwrap().dialog.call_id = "made-up".to_owned();
    assert_eq!(bench.notify("active;expires=3000", Some(&told)), 200);
    bench.platform.unsubscribe(bench.at(), subscription, &bench.rules);
    bench.settle();
    bench.take();
    assert_eq!(bench.notify("active;expires=3000", Some(&told)), 481);
    assert!(matches!(&bench.take()[..], [Event::Notice { message, .. }] if message.body == told.body));
    assert_eq!(bench.notify("active;expires=3000", None), 481);
    assert_eq!(bench.notify("terminated;reason=timeout", None), 200);
}
