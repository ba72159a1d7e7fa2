//! One test for each quirk of devices that concerns bodies; the numbers are those of the project's list. The files
//! are described in `tests/golden/README.md`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use gb28181::collect::{Completeness, Question};
use gb28181::manscdp::{
    AlarmEvent, Body, CatalogEvent, CatalogItem, CatalogPart, ChannelState, Command, Control, DeviceControl,
    IFrameSpelling, ManscdpError, MediaStatus, Message, Notify, Query, Received, RecordingCause, RecordingQuery,
    Response,
};
use gb28181::mansrtsp::{Mansrtsp, Method};
use gb28181::profile::{BroadcastStart, Profile, Vendor};
use gb28181::sdp::{Carriage, Description, FormatParameters, SessionKind, Ssrc};
use gb28181::xml::XmlError;
use gb28181::{BeijingTime, Charset, Collector, Id, Tree, Version};
use std::time::Instant;

macro_rules! golden {
    ($name:literal) => {
        include_bytes!(concat!("golden/", $name)).as_slice()
    };
}

fn received(bytes: &[u8]) -> Received {
    Message::parse(bytes).unwrap()
}

fn catalog(bytes: &[u8]) -> CatalogPart {
    match received(bytes).message.body {
        Body::Response(Response::Catalog(part)) => part,
        other => panic!("no catalog but {other:?}"),
    }
}

fn ids(items: &[CatalogItem]) -> Vec<&str> {
    items.iter().filter_map(|item| item.device_id.as_ref()).map(|id| &id.as_str()[19..]).collect()
}

#[test]
fn quirk_1_raw_markup_and_control_bytes_lose_nothing() {
    let part = catalog(golden!("catalog_raw_markup.gb.xml"));
    assert_eq!((part.total, ids(&part.items)), (Some(3), vec!["1", "2", "3"]));
    assert_eq!(part.items[0].address.as_deref(), Some("G4&G5 <K12 北<南 & 东"));
    assert_eq!(part.items[1].address.as_deref(), Some("镕基路<b>1"));
    assert_eq!(part.items[1].state, Some(ChannelState::On));
}

#[test]
fn quirk_2_broken_tags_lose_nothing() {
    let broken = received(golden!("catalog_broken_tags.xml"));
    assert!(broken.repairs >= 4 && !broken.cut);
    let part = catalog(golden!("catalog_broken_tags.xml"));
    assert_eq!(ids(&part.items), ["1", "2", "3", "4"]);
    for (item, name) in part.items.iter().zip(["one", "two", "three", "four"]) {
        assert_eq!((item.name.as_deref(), item.state), (Some(name), Some(ChannelState::On)));
    }
}

#[test]
fn quirk_3_recordings_before_the_cut_are_kept() {
    let cut = received(golden!("record_info_cut.xml"));
    assert!(cut.cut);
    let Body::Response(Response::RecordInfo(part)) = cut.message.body else {
        panic!("recordings");
    };
    assert_eq!((part.total, part.items.len()), (Some(3), 2));
    assert_eq!(part.items[1].size_bytes, Some(1_048_576));
}

#[test]
fn quirk_4_rare_characters_under_the_name_gb2312() {
    let part = catalog(golden!("catalog_raw_markup.gb.xml"));
    assert_eq!(part.items[2].address.as_deref(), Some("䶮"));
}

#[test]
fn quirk_5_placeholders_are_nothing() {
    let part = catalog(golden!("catalog_placeholders.xml"));
    let item = &part.items[0];
    assert_eq!((item.parental, item.state, item.civil_code.as_deref()), (None, Some(ChannelState::On), None));
    assert!(item.parents.0.is_empty());
    assert_eq!((item.longitude, item.latitude, item.port), (None, None, None));
    // The edition of 2016 has the group inside `Info`.
    assert_eq!(item.business_group.as_ref().map(Id::as_str), Some("34020000002150000001"));
    for word in ["OK", "On", "ONLINE", "on"] {
        assert_eq!(ChannelState::from_word(word), Some(ChannelState::On));
    }
}

#[test]
fn quirk_6_the_end_of_media_is_told_in_the_name_of_another() {
    let body = b"<Notify><CmdType>MediaStatus</CmdType><SN>1</SN><DeviceID>34020000001180000009</DeviceID><NotifyType>121</NotifyType></Notify>";
    let Body::Notify(Notify::MediaStatus(status)) = received(body).message.body else {
        panic!("an end of media");
    };
    assert_eq!(status.kind, Some(MediaStatus::HISTORY_ENDED));
    // Some tell it by INFO, besides or instead.
    assert_eq!(Mansrtsp::parse(b"MediaStatus: Play Finished\r\n"), Ok(Mansrtsp::Finished));
}

#[test]
fn quirk_7_the_order_of_lines_is_what_hikvision_wants() {
    let offer = golden!("offer_playback.sdp");
    let description = Description::parse(offer).unwrap();
    assert_eq!(description.kind, SessionKind::Playback);
    assert_eq!(description.write().as_bytes(), offer);
}

#[test]
fn quirk_8_recordings_are_asked_for_with_their_cause() {
    let query = RecordingQuery { cause: Some(RecordingCause::All), ..RecordingQuery::default() };
    let device = Id::new("34020000001320000001").unwrap();
    let message = Message::new(1, device, Body::Query(Query::RecordInfo(query)));
    let text = String::from_utf8(message.write(Charset::Gb2312, Version::V2016)).unwrap();
    assert!(text.contains("<Type>all</Type>"));
}

#[test]
fn quirk_10_blocks_that_were_not_asked_for_are_kept() {
    let body = b"<Response><CmdType>ConfigDownload</CmdType><SN>1</SN><DeviceID>1</DeviceID><Result>OK</Result><Basic><Name>x</Name></Basic></Response>";
    let Body::Response(Response::ConfigDownload(answer)) = received(body).message.body else {
        panic!("a configuration");
    };
    assert_eq!(answer.config.others[0].value("Name"), Some("x"));
}

#[test]
fn quirk_11_unknown_commands_are_kept() {
    let body =
        b"<Response><CmdType>SensorCatalog</CmdType><SN>1</SN><DeviceID>1</DeviceID><SumNum>2</SumNum></Response>";
    let Body::Response(Response::Unknown(root)) = received(body).message.body else {
        panic!("an unknown command");
    };
    assert_eq!(root.value("SumNum"), Some("2"));
}

#[test]
fn quirk_14_answers_have_another_ssrc_or_none() {
    let read = |line: &str| Description::parse(format!("m=video 1 RTP/AVP 96\r\n{line}").as_bytes()).unwrap().ssrc;
    assert_eq!(read("y=0100000007\r\n"), Some(Ssrc(100_000_007)));
    assert_eq!(read(""), None);
    assert_eq!(read("y=\r\n"), None);
}

#[test]
fn quirk_16_sound_may_have_a_section_and_a_payload_type_of_its_own() {
    let text = "v=0\r\nm=video 9000 RTP/AVP 96\r\na=rtpmap:96 PS/90000\r\nm=audio 9002 RTP/AVP 8\r\n";
    let description = Description::parse(text.as_bytes()).unwrap();
    assert_eq!(description.video().unwrap().payload(96).unwrap().carriage(), Carriage::ProgramStream);
    assert!(description.video().unwrap().payload(8).is_none());
    assert_eq!(description.audio().unwrap().payload(8).unwrap().encoding, "PCMA");
}

#[test]
fn quirk_20_a_transport_stream_is_told_by_its_number_or_name() {
    for text in ["m=video 1 RTP/AVP 33", "m=video 1 RTP/AVP 96\na=rtpmap:96 MP2T/90000"] {
        let description = Description::parse(text.as_bytes()).unwrap();
        assert_eq!(description.media[0].payloads[0].carriage(), Carriage::TransportStream);
    }
}

#[test]
fn quirk_23_makers_differ_in_when_sound_begins() {
    assert_eq!(Profile::preset(Vendor::Hikvision, Version::V2016).broadcast, BroadcastStart::AfterAck);
    assert_eq!(Profile::preset(Vendor::Dahua, Version::V2016).broadcast, BroadcastStart::AfterOk);
}

#[test]
fn quirk_24_answers_to_playback_control_are_read_whatever_they_say() {
    let Ok(Mansrtsp::Answer(answer)) = Mansrtsp::parse(b"RTSP/1.0 400 Bad Request\r\n") else {
        panic!("an answer");
    };
    assert_eq!(answer.status, 400);
    let Ok(Mansrtsp::Request(request)) =
        Mansrtsp::parse(b"PAUSE MANSRTSP/1.0\r\nCSeq: 6 Info\r\nPauseTime: now\r\n\r\n")
    else {
        panic!("a request");
    };
    assert_eq!((request.cseq, request.method), (6, Method::Pause));
}

#[test]
fn quirk_25_catalogs_of_one_item_in_a_message_with_doubles_are_put_together() {
    let device_id = Id::new("34020000001180000001").unwrap();
    let question = Question { device_id: device_id.clone(), sn: 7 };
    let now = Instant::now();
    let mut collector = Collector::default();
    collector.expect(now, question.clone()).unwrap();
    for number in [1, 2, 2, 3] {
        let body = format!(
            "<Response><CmdType>Catalog</CmdType><SN>7</SN><DeviceID>{device_id}</DeviceID><SumNum>3</SumNum>\
             <DeviceList Num=\"1\"><Item><DeviceID>cam-{number}</DeviceID></Item></DeviceList></Response>"
        );
        let part = catalog(body.as_bytes());
        collector.handle_part(now, &question, part.total, part.items).unwrap();
    }
    let collected = collector.poll_finished().unwrap();
    assert_eq!((collected.completeness, collected.items.len(), collected.doubles), (Completeness::Whole, 3, 1));
    assert_eq!(Tree::new(&device_id, collected.items).top().count(), 3);
}

#[test]
fn quirk_26_an_empty_body_is_told_apart() {
    assert_eq!(Message::parse(b"").unwrap_err(), ManscdpError::Xml(XmlError::Empty));
}

#[test]
fn quirk_27_heartbeat_parameters_that_make_no_sense_are_nothing() {
    let body = b"<Response><CmdType>ConfigDownload</CmdType><SN>1</SN><BasicParam><HeartBeatInterval>null</HeartBeatInterval><HeartBeatCount>0</HeartBeatCount></BasicParam></Response>";
    let Body::Response(Response::ConfigDownload(answer)) = received(body).message.body else {
        panic!("a configuration");
    };
    let basic = answer.config.blocks.basic.unwrap();
    assert_eq!((basic.heartbeat_interval_s, basic.heartbeat_count), (None, Some(0)));
}

#[test]
fn quirk_29_events_of_a_catalog_are_told_as_they_came() {
    let body = b"<Notify><CmdType>Catalog</CmdType><SN>1</SN><DeviceID>1</DeviceID><SumNum>2</SumNum><DeviceList Num=\"2\">\
        <Item><DeviceID>11</DeviceID><Event>off</Event></Item><Item><DeviceID>12</DeviceID><Event>VLOST</Event></Item></DeviceList></Notify>";
    let Body::Notify(Notify::Catalog(part)) = received(body).message.body else {
        panic!("changes of a catalog");
    };
    let events: Vec<_> = part.items.iter().map(|item| item.event).collect();
    assert_eq!(events, [Some(CatalogEvent::Off), Some(CatalogEvent::VideoLoss)]);
}

#[test]
fn quirk_30_a_port_of_nothing_is_told() {
    let description = Description::parse(b"m=video 0 RTP/AVP 96\r\ny=0200000001").unwrap();
    assert_eq!(description.media[0].port, 0);
}

#[test]
fn quirk_33_times_are_read_in_every_form() {
    let Body::Response(Response::RecordInfo(part)) = received(golden!("record_info_cut.xml")).message.body else {
        panic!("recordings");
    };
    assert_eq!(part.items[0].start, BeijingTime::parse("2026-11-28T00:00:00"));
    assert_eq!(part.items[0].end, BeijingTime::parse("2026-11-28T00:59:59"));
}

#[test]
fn quirk_34_an_answer_without_line_end_and_mappings_is_read() {
    let description = Description::parse(golden!("answer_talkback.sdp")).unwrap();
    assert_eq!(description.ssrc.unwrap().to_string(), "0000000042");
    let audio = description.audio().unwrap();
    assert_eq!((audio.port, audio.payloads[0].encoding.as_str()), (15_062, "PCMA"));
    assert_eq!(description.parameters, Some(FormatParameters::g711()));
}

#[test]
fn names_in_attributes_and_small_letters_are_read() {
    let message = received(golden!("alarm_lower_info.xml")).message;
    assert_eq!((message.sn, message.device_id.as_ref().map(Id::as_str)), (22, Some("34020000001340000001")));
    let Body::Notify(Notify::Alarm(alarm)) = message.body else {
        panic!("an alarm");
    };
    assert_eq!((alarm.event(), alarm.longitude), (Some(AlarmEvent::WrongWay), None));
}

#[test]
fn both_spellings_of_the_wish_for_a_key_frame_are_read() {
    for (tag, spelling) in [("IFameCmd", IFrameSpelling::IFame), ("IFrameCmd", IFrameSpelling::IFrame)] {
        let body = format!(
            "<Control><CmdType>DeviceControl</CmdType><SN>1</SN><DeviceID>1</DeviceID><{tag}>Send</{tag}></Control>"
        );
        let Body::Control(Control::DeviceControl(control)) = received(body.as_bytes()).message.body else {
            panic!("a control");
        };
        assert_eq!(control, DeviceControl { command: Command::IFrame(spelling), info: None });
        let profile = Profile::preset(Vendor::Other, if tag == "IFameCmd" { Version::V2016 } else { Version::V2022 });
        assert_eq!(profile.i_frame_spellings(), [spelling]);
    }
}

#[test]
fn both_forms_of_positions_are_read() {
    for (bytes, count) in [(golden!("mobile_position_flat.xml"), 1), (golden!("mobile_position_list.xml"), 2)] {
        let message = received(bytes).message;
        let Body::Notify(Notify::MobilePosition(position)) = message.body else {
            panic!("positions");
        };
        let positions = position.positions(message.device_id.as_ref());
        assert_eq!(positions.len(), count);
        assert!(positions.iter().all(|it| it.longitude.is_some() && it.time.is_some()));
        assert_eq!(positions[0].device_id.as_ref().map(Id::as_str), Some("34020000001320000001"));
    }
}

#[test]
fn a_catalog_of_2022_is_read_whole_and_becomes_a_tree() {
    let part = catalog(golden!("catalog_2022.xml"));
    let camera = &part.items[3];
    let info = camera.info.as_deref().unwrap();
    assert_eq!(
        (info.streams.0.as_slice(), info.kept_days, info.place_type.as_deref()),
        (&[0, 1, 2][..], Some(30), Some("0030700"))
    );
    assert_eq!(camera.parents.0.len(), 2);
    let owner = Id::new("34020000002000000001").unwrap();
    let tree = Tree::new(&owner, part.items.clone());
    let node = tree.get("34020000001320000001").unwrap();
    assert_eq!(node.parents, [Id::new("34020000002160000001").unwrap()].into());
    assert_eq!(node.missing, [Id::new("34020000001180000001").unwrap()].into());
    assert_eq!(tree.top().count(), 2);
}
