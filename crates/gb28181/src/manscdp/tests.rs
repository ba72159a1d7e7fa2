//! Every message is read as it was written; editions get what they know.

use proptest::prelude::*;

use super::sample::{Entropy, Sample};
use super::*;

fn id() -> Id {
    Id::new("34020000001320000001").unwrap()
}

fn text(message: &Message, version: Version) -> String {
    String::from_utf8(message.write(Charset::Utf8, version)).unwrap()
}

fn round_trip(message: &Message) {
    for charset in [Charset::Gb2312, Charset::Gb18030, Charset::Utf8] {
        let written = message.write(charset, Version::V2022);
        let received = Message::parse(&written).unwrap();
        assert_eq!(&received.message, message, "{}", text(message, Version::V2022));
        assert_eq!((received.cut, received.repairs), (false, 0));
    }
}

/// An `Info` in which nothing stands is read as none.
fn without_empty_info(mut part: CatalogPart) -> CatalogPart {
    for item in &mut part.items {
        item.info = item.info.take().filter(|info| **info != CatalogInfo::default());
    }
    part
}

fn message(entropy: &mut Entropy<'_>, body: Body) -> Message {
    let device_id = Some(Id::sample(entropy));
    Message { sn: entropy.number(), device_id, body, extra: Vec::sample(entropy) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_control_is_read_as_it_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let entropy = &mut Entropy(&bytes);
        let control = Control::sample(entropy);
        round_trip(&message(entropy, Body::Control(control)));
    }

    #[test]
    fn every_query_is_read_as_it_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let entropy = &mut Entropy(&bytes);
        let query = Query::sample(entropy);
        round_trip(&message(entropy, Body::Query(query)));
    }

    #[test]
    fn every_notification_is_read_as_it_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        let entropy = &mut Entropy(&bytes);
        let notify = match Notify::sample(entropy) {
            Notify::Catalog(part) => Notify::Catalog(without_empty_info(part)),
            other => other,
        };
        round_trip(&message(entropy, Body::Notify(notify)));
    }

    #[test]
    fn every_response_is_read_as_it_was_written(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        let entropy = &mut Entropy(&bytes);
        let response = match Response::sample(entropy) {
            Response::Catalog(part) => Response::Catalog(without_empty_info(part)),
            other => other,
        };
        round_trip(&message(entropy, Body::Response(response)));
    }

    #[test]
    fn older_editions_get_a_message_of_the_same_kind(bytes in proptest::collection::vec(any::<u8>(), 0..1500)) {
        let entropy = &mut Entropy(&bytes);
        let body = Body::Response(Response::sample(entropy));
        let written = message(entropy, body.clone()).write(Charset::Gb2312, Version::V2016);
        let received = Message::parse(&written).unwrap().message;
        prop_assert_eq!(received.body.cmd_type(), body.cmd_type());
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = Message::parse(&bytes);
    }
}

#[test]
fn a_catalog_of_2016_has_the_group_inside_and_nothing_of_2022() {
    let info = CatalogInfo { ptz_type: Some(1), kept_days: Some(30), ..CatalogInfo::default() };
    let item = CatalogItem {
        device_id: Some(id()),
        business_group: Some(Id::new("34020000002150000001").unwrap()),
        security_level: Some("A".to_owned()),
        info: Some(Box::new(info)),
        ..CatalogItem::default()
    };
    let part = CatalogPart { result: None, total: Some(1), items: vec![item.clone()] };
    let message = Message::new(1, id(), Body::Response(Response::Catalog(part)));
    let old = text(&message, Version::V2016);
    assert!(old.contains(
        "<Info>\r\n<PTZType>1</PTZType>\r\n<BusinessGroupID>34020000002150000001</BusinessGroupID>\r\n</Info>"
    ));
    assert!(!old.contains("RecordSaveDays") && !old.contains("SecurityLevelCode"));
    let new = text(&message, Version::V2022);
    assert!(new.contains("RecordSaveDays") && new.contains("SecurityLevelCode"));
    for written in [old, new] {
        let received = Message::parse(written.as_bytes()).unwrap().message;
        let Body::Response(Response::Catalog(part)) = received.body else {
            panic!("a catalog");
        };
        assert_eq!(part.items[0].business_group, item.business_group);
    }
}

#[test]
fn unknown_commands_are_kept_and_written_as_they_came() {
    let body = b"<?xml version=\"1.0\"?><Response><CmdType>SensorCatalog</CmdType><SN>3</SN><DeviceID>1</DeviceID><Sensor><A>1</A></Sensor></Response>";
    let received = Message::parse(body).unwrap().message;
    let Body::Response(Response::Unknown(root)) = &received.body else {
        panic!("an unknown response");
    };
    assert_eq!(root.child("Sensor").and_then(|sensor| sensor.value("A")), Some("1"));
    assert_eq!((received.sn, received.body.cmd_type()), (3, "SensorCatalog"));
    let again = Message::parse(&received.write(Charset::Utf8, Version::V2016)).unwrap().message;
    assert_eq!(again, received);
}

#[test]
fn an_unknown_control_command_keeps_its_elements() {
    let body =
        b"<Control><CmdType>DeviceControl</CmdType><SN>1</SN><DeviceID>1</DeviceID><Dance>Waltz</Dance></Control>";
    let Body::Control(Control::DeviceControl(control)) = Message::parse(body).unwrap().message.body else {
        panic!("a control");
    };
    assert_eq!(control.command, Command::Unknown(vec![Element::leaf("Dance", "Waltz")]));
}

#[test]
fn commands_know_their_edition_and_whether_they_are_answered() {
    let since = |command| Body::Control(Control::DeviceControl(DeviceControl { command, info: None })).since();
    assert_eq!(since(Command::TeleBoot), Version::V2011);
    assert_eq!(since(Command::IFrame(IFrameSpelling::IFame)), Version::V2016);
    assert_eq!(since(Command::FormatSdCard(0)), Version::V2022);
    assert_eq!(Body::Query(Query::SdCards).since(), Version::V2022);
    assert_eq!(Body::Query(Query::DeviceInfo).since(), Version::V2011);
    let snap_shot = ConfigBlocks { snap_shot: Some(SnapShotConfig::default()), ..ConfigBlocks::default() };
    let config = |blocks| Body::Control(Control::DeviceConfig(Box::new(Config { blocks, others: Vec::new() })));
    assert_eq!(config(snap_shot).since(), Version::V2022);
    assert_eq!(config(ConfigBlocks::default()).since(), Version::V2011);
    assert!(Command::ResetAlarm.has_response() && !Command::TeleBoot.has_response());
}

#[test]
fn what_is_no_message_is_refused() {
    assert_eq!(Message::parse(b""), Err(ManscdpError::Xml(XmlError::Empty)));
    assert_eq!(Message::parse(b"<SIP_XML EventType=\"x\"/>"), Err(ManscdpError::Root("SIP_XML".to_owned())));
    assert_eq!(Message::parse(b"").unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[test]
fn texts_of_the_sender_are_cut_at_their_limit() {
    let mut long = Message::new(1, id(), Body::Query(Query::DeviceInfo));
    long.extra = vec!["路".repeat(MAX_EXTRA_CHARS + 5)];
    let received = Message::parse(&long.write(Charset::Gb2312, Version::V2022)).unwrap().message;
    assert_eq!(received.extra[0].chars().count(), MAX_EXTRA_CHARS);
}

#[test]
fn answers_are_split_into_messages_that_all_tell_the_whole_number() {
    let items = vec![CatalogItem { device_id: Some(id()), ..CatalogItem::default() }; 5];
    let two = std::num::NonZeroUsize::new(2).unwrap();
    let parts = CatalogPart::split(&items, two);
    assert_eq!(
        parts.iter().map(|part| (part.total, part.items.len())).collect::<Vec<_>>(),
        [(Some(5), 2), (Some(5), 2), (Some(5), 1)]
    );
    let empty = Message::new(1, id(), Body::Response(Response::Catalog(CatalogPart::split(&[], two).remove(0))));
    let written = text(&empty, Version::V2016);
    assert!(written.contains("<SumNum>0</SumNum>") && !written.contains("DeviceList"));
    let recordings = RecordingPart::split(Some("camera"), &vec![RecordingItem::default(); 3], two);
    assert_eq!((recordings.len(), recordings[1].total, recordings[1].name.as_deref()), (2, Some(3), Some("camera")));
}

#[test]
fn an_answer_has_the_number_and_device_of_its_question() {
    let question = Message::new(17, id(), Body::Query(Query::DeviceInfo));
    let answer = question.answered(Response::DeviceInfo(DeviceInfo::default()));
    assert_eq!((answer.sn, &answer.device_id, answer.body.cmd_type()), (17, &question.device_id, "DeviceInfo"));
}
