//! Devices that depart from the standard: what they send is another thing, and our platform copes.

use super::*;

impl Bench {
    fn odd(quirk: Option<Quirk>) -> Self {
        let mut bench = Self::with("right", Transport::Udp, quirk.into_iter().collect());
        bench.sign_in();
        assert!(matches!(bench.take()[..], [Event::SignedIn { .. }]), "{quirk:?}");
        bench.take_told();
        bench
    }

    /// The first request of the device that holds a text, of all that it sends while `act` is done.
    fn sent(&mut self, what: &str, act: impl FnOnce(&mut Self)) -> String {
        self.sent.clear();
        act(self);
        let texts = self.sent.iter().map(|bytes| crate::charset::decode(bytes).into_owned());
        texts.into_iter().find(|text| text.contains(what)).unwrap_or_else(|| panic!("no {what}"))
    }

    fn heartbeat(&mut self) {
        self.pass(Duration::from_secs(61));
    }

    fn catalog(&mut self) -> crate::collect::Collected<CatalogItem> {
        self.platform
            .ask(self.at(), &id(DEVICE), &id(DEVICE), Query::Catalog(CatalogQuery::default()), &Rules)
            .unwrap();
        self.pass(Duration::from_secs(8));
        let answered = self.take_told().into_iter().find_map(|event| match event {
            platform::Event::Answered { answer: Ok(answer), .. } => Some(*answer),
            _ => None,
        });
        let Some(Answer::Catalog(catalog)) = answered else { panic!("{answered:?}") };
        catalog
    }
}

#[test]
fn catalogs_that_are_odd_in_their_texts_and_values_are_read() {
    for (quirk, odd) in [
        (Quirk::ClaimsUtf8, "encoding=\"UTF-8\""),
        (Quirk::RawText, "A&B <3>\u{1} </Address>"),
        (Quirk::OddValues, "<Parental>65535</Parental>"),
        (Quirk::WrongTotal, "<SumNum>14</SumNum>"),
    ] {
        let usual = Bench::odd(None).sent("<CmdType>Catalog", |bench| drop(bench.catalog()));
        assert!(!usual.contains(odd), "{usual}");
        let mut bench = Bench::odd(Some(quirk));
        let mut catalog = None;
        let sent = bench.sent("<CmdType>Catalog", |bench| catalog = Some(bench.catalog()));
        assert!(sent.contains(odd), "{quirk:?}: {sent}");
        let catalog = catalog.unwrap();
        assert_eq!(catalog.items.len(), 11, "{quirk:?}");
        assert_eq!(catalog.completeness == Completeness::Whole, quirk != Quirk::WrongTotal, "{quirk:?}");
        assert!(catalog.items.iter().all(|item| item.name.as_deref() == Some("K128 上行")), "{quirk:?}");
        if quirk == Quirk::OddValues {
            assert_eq!((catalog.items[0].state, catalog.items[0].longitude), (Some(ChannelState::On), None));
        }
    }
}

#[test]
fn a_device_whose_heartbeats_say_nothing_stays() {
    for (quirk, has_status) in [(None, true), (Some(Quirk::BareKeepalive), false)] {
        let mut bench = Bench::odd(quirk);
        let sent = bench.sent("Keepalive", Bench::heartbeat);
        assert_eq!(sent.contains("<Status>"), has_status, "{sent}");
        bench.pass(Duration::from_secs(600));
        let told = bench.take_told();
        assert!(!told.iter().any(|event| matches!(event, platform::Event::Gone { .. })), "{told:?}");
    }
}

#[test]
fn a_device_that_names_no_time_is_signed_in_for_the_usual_one() {
    let mut bench = Bench::with("right", Transport::Udp, vec![Quirk::NoExpires]);
    let sent = bench.sent("REGISTER", Bench::sign_in);
    assert!(!sent.contains("Expires:"), "{sent}");
    bench.pass(Duration::from_secs(3700));
    let told = bench.take_told();
    assert!(!told.iter().any(|event| matches!(event, platform::Event::Gone { .. })), "{told:?}");
    bench.device.sign_out(bench.at());
    bench.settle();
    assert_eq!(bench.take_told(), [platform::Event::Gone { device: id(DEVICE), why: Gone::SignedOut }]);
}

#[test]
fn the_end_of_a_recording_is_known_whoever_tells_it() {
    for (quirk, from) in [(None, CAMERA), (Some(Quirk::ForeignMediaStatus), SERVER)] {
        let mut bench = Bench::odd(quirk);
        let (session, call) = bench.call();
        let sent = bench.sent("MediaStatus", |bench| {
            bench.device.finish(bench.at(), call);
            bench.settle();
        });
        let named = sent.lines().find(|line| line.starts_with("From:")).unwrap();
        assert!(named.contains(&format!("sip:{from}@")), "{named}");
        let ended = platform::Event::Session { session, what: SessionEvent::Ended(platform::Ending::Finished) };
        assert!(bench.take_told().contains(&ended), "{quirk:?}");
    }
}

#[test]
fn a_question_that_is_answered_with_nothing_ends() {
    let mut bench = Bench::odd(Some(Quirk::EmptyAnswers));
    bench.platform.ask(bench.at(), &id(DEVICE), &id(DEVICE), Query::DeviceInfo, &Rules).unwrap();
    let sent = bench.sent("MESSAGE", |bench| bench.pass(Duration::from_secs(40)));
    assert!(sent.contains("Content-Length: 0"), "{sent}");
    let told = bench.take_told();
    let is_silent = |event: &platform::Event| {
        matches!(event, platform::Event::Answered { answer: Err(platform::Fault::Silent), .. })
    };
    assert!(told.iter().any(is_silent), "{told:?}");
    assert!(bench.device.is_signed_in());
}

#[test]
fn a_device_that_restarts_when_it_is_configured_comes_back() {
    let mut bench = Bench::odd(Some(Quirk::ConfigRestarts));
    // Two challenges of one moment are the same.
    bench.pass(Duration::from_secs(1));
    let control = Control::DeviceConfig(Box::default());
    bench.platform.order(bench.at(), &id(DEVICE), &id(DEVICE), control, &Rules).unwrap();
    bench.settle();
    assert!(matches!(bench.take()[..], [Event::SignedOut(SignedOut::Asked)]));
    let told = bench.take_told();
    let is_over = |event: &platform::Event| matches!(event, platform::Event::Answered { answer: Err(_), .. });
    let gone = platform::Event::Gone { device: id(DEVICE), why: Gone::SignedOut };
    assert!(told.contains(&gone) && told.iter().any(is_over), "{told:?}");
    bench.pass(Duration::from_secs(61));
    assert!(matches!(bench.take()[..], [Event::SignedIn { .. }]));
}
