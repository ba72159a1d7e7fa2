//! Descriptions of platforms and devices.

use media::MediaKind;
use proptest::prelude::*;

use super::*;

const CHANNEL: &str = "34020000001320000001";
const SERVER: &str = "34020000002000000001";

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn live(transport: Transport) -> Description {
    let setup = (transport == Transport::Tcp).then_some(Setup::Passive);
    let media = Media {
        transport,
        setup,
        direction: Some(Direction::RecvOnly),
        ..Media::video(30_000, Media::usual_payloads())
    };
    Description {
        owner: Some(id(SERVER)),
        address: Some("192.0.2.10".to_owned()),
        media: vec![media],
        ssrc: Some(Ssrc(200_000_001)),
        ..Description::default()
    }
}

#[test]
fn a_live_offer_is_written_in_the_order_of_the_standard() {
    let expected = "v=0\r\no=34020000002000000001 0 0 IN IP4 192.0.2.10\r\ns=Play\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n\
        m=video 30000 TCP/RTP/AVP 96 97 98 99\r\na=recvonly\r\na=rtpmap:96 PS/90000\r\na=rtpmap:97 MPEG4/90000\r\n\
        a=rtpmap:98 H264/90000\r\na=rtpmap:99 H265/90000\r\na=setup:passive\r\na=connection:new\r\ny=0200000001\r\n";
    assert_eq!(live(Transport::Tcp).write(), expected);
    assert_eq!(Description::parse(expected.as_bytes()), Ok(live(Transport::Tcp)));
    let udp = live(Transport::Udp).write();
    assert!(udp.contains("m=video 30000 RTP/AVP 96 97 98 99\r\n") && !udp.contains("setup"));
}

#[test]
fn the_source_of_a_recording_stands_right_behind_the_name() {
    let mut offer = live(Transport::Udp);
    offer.kind = SessionKind::Download;
    offer.source = Some(RecordingSource::Channel { channel: id(CHANNEL), cause: 0 });
    (offer.start_unix_s, offer.end_unix_s) = (1_795_824_000, 1_795_827_600);
    offer.media[0].download_speed = Some(4);
    offer.ssrc = Some(Ssrc::new(true, 20_000, 1));
    offer.parameters = FormatParameters::parse("v/2/6/25/1/4000a/1/8/1");
    let text = offer.write();
    assert!(text.contains("s=Download\r\nu=34020000001320000001:0\r\nc="));
    assert!(text.contains("t=1795824000 1795827600\r\n"));
    assert!(text.ends_with("a=downloadspeed:4\r\nf=v/2/6/25/1/4000a/1/8/1\r\ny=1200000001\r\n"));
    assert_eq!(Description::parse(text.as_bytes()), Ok(offer));
}

#[test]
fn a_recording_may_be_a_file() {
    let read = |line: &str| Description::parse(format!("u={line}\nm=video 1 RTP/AVP 96").as_bytes()).unwrap().source;
    let url = "http://34020000002100000001/34020000001320000001/file/1.ps";
    assert_eq!(read(url), Some(RecordingSource::Url(url.to_owned())));
    let channel = RecordingSource::Channel { channel: id(CHANNEL), cause: 3 };
    assert_eq!(read("34020000001320000001:3"), Some(channel));
    assert_eq!(read(CHANNEL), Some(RecordingSource::Channel { channel: id(CHANNEL), cause: 0 }));
}

#[test]
fn answers_without_line_end_mappings_and_order_are_read() {
    let answer = "y=200000001\rs=Embedded Net DVR\nv=0\nm=audio 0x1 RTP/AVP 8\nm=video 15060 TCP/RTP/AVP 96\n\
        c=IN IP4 198.51.100.7\na=setup:ACTIVE\na=filesize:1048576\na=sendonly\nf=v/////a/1/8/1";
    let description = Description::parse(answer.as_bytes()).unwrap();
    assert_eq!(description.kind, SessionKind::Other("Embedded Net DVR".to_owned()));
    assert_eq!(description.ssrc, Some(Ssrc(200_000_001)));
    assert_eq!(description.parameters, Some(FormatParameters::g711()));
    let video = description.video().unwrap();
    assert_eq!((video.port, video.transport, video.setup), (15_060, Transport::Tcp, Some(Setup::Active)));
    assert_eq!((video.direction, video.file_size_bytes), (Some(Direction::SendOnly), Some(1_048_576)));
    assert_eq!(video.payload(96).unwrap().carriage(), Carriage::ProgramStream);
    assert_eq!(description.address_of(video), Some("198.51.100.7"));
    let audio = description.audio().unwrap();
    assert_eq!((audio.port, audio.payloads.as_slice()), (0, &[Payload::pcma()][..]));
}

#[test]
fn mappings_decide_what_numbers_stand_for() {
    let read = |lines: &str| {
        Description::parse(format!("m=video 1 RTP/AVP 96 33\n{lines}").as_bytes()).unwrap().media[0].payloads.clone()
    };
    assert_eq!(read("")[0].carriage(), Carriage::ProgramStream);
    assert_eq!(read("")[1].carriage(), Carriage::TransportStream);
    assert_eq!(read("a=rtpmap:96 H265/90000")[0].carriage(), Carriage::Elementary);
    for maker in ["HIKVISION", "DAHUA", "hikvision"] {
        assert_eq!(read(&format!("a=rtpmap:96 {maker}/90000"))[0].carriage(), Carriage::Private);
    }
    let svac = Description::parse(b"m=video 1 RTP/AVP 99\na=rtpmap:99 SVAC/90000").unwrap();
    assert_eq!(svac.media[0].payloads[0].encoding, "SVAC");
    let known = read("a=rtpmap:96 H264/90000\na=fmtp:96 packetization-mode=1")[0].to_media(MediaKind::Video);
    assert_eq!(
        (known.encoding.as_str(), known.fmtp.as_str(), known.clock_hz.get()),
        ("H264", "packetization-mode=1", 90_000)
    );
}

#[test]
fn streams_are_chosen_by_the_attributes_of_the_makers() {
    for (line, attribute, number) in [
        ("streamnumber:1", StreamAttribute::StreamNumber, 1),
        ("stream:0", StreamAttribute::Stream, 0),
        ("streamprofile:1", StreamAttribute::StreamProfile, 1),
        ("streamMode:SUB", StreamAttribute::StreamMode, 1),
        ("streamMode:MAIN", StreamAttribute::StreamMode, 0),
    ] {
        let text = format!("m=video 1 RTP/AVP 96\na={line}");
        let description = Description::parse(text.as_bytes()).unwrap();
        assert_eq!(description.media[0].stream, Some(StreamChoice { attribute, number }));
        assert!(description.write().contains(&format!("a={line}\r\n")));
    }
}

#[test]
fn format_parameters_are_read_whatever_slashes_are_missing() {
    for (text, written) in [
        ("v/////a/1/8/1", "v/////a/1/8/1"),
        ("v/a/1/8/1", "v/////a/1/8/1"),
        ("a/1/8/1", "v/////a/1/8/1"),
        ("v/2/1920x1080/25/2/4096/a/6//", "v/2/1920x1080/25/2/4096a/6//"),
        ("v/5/6", "v/5/6///a///"),
        ("V/2/4///A///", "v/2/4///a///"),
    ] {
        assert_eq!(FormatParameters::parse(text).unwrap().to_string(), written, "{text}");
    }
    assert_eq!(FormatParameters::parse("x"), None);
}

#[test]
fn names_and_hosts_cannot_break_lines() {
    let mut hostile = live(Transport::Udp);
    hostile.kind = SessionKind::Other("x\r\ny=1".to_owned());
    hostile.address = Some("a\nb".to_owned());
    hostile.source = Some(RecordingSource::Url("u\nv".to_owned()));
    assert_eq!(hostile.write().matches("y=").count(), 2);
    assert_eq!(hostile.write().lines().filter(|line| line.starts_with("y=")).count(), 1);
}

#[test]
fn what_has_no_media_is_refused() {
    assert_eq!(Description::parse(b"v=0\r\ns=Play\r\n"), Err(SdpError::NoMedia));
    assert_eq!(Description::parse(b"m=application 1 x 0\nm=video"), Err(SdpError::NoMedia));
    assert_eq!(
        Description::parse(&vec![b'a'; MAX_DESCRIPTION_BYTES + 1]),
        Err(SdpError::TooLong(MAX_DESCRIPTION_BYTES + 1))
    );
    let many = "m=video 1 RTP/AVP 96\n".repeat(100);
    assert_eq!(Description::parse(many.as_bytes()).unwrap().media.len(), MAX_MEDIA);
}

fn payload() -> impl Strategy<Value = Payload> {
    let encoding = prop_oneof![Just("PS"), Just("H264"), Just("HIKVISION"), Just("PCMA")];
    (encoding, prop_oneof![Just(""), Just("profile-level-id=42e01e")])
        .prop_map(|(encoding, fmtp)| Payload { fmtp: fmtp.to_owned(), ..Payload::video(96, encoding) })
}

fn section() -> impl Strategy<Value = Media> {
    let setup = proptest::option::of(prop_oneof![Just(Setup::Passive), Just(Setup::Active)]);
    let direction = proptest::option::of(prop_oneof![
        Just(Direction::RecvOnly),
        Just(Direction::SendOnly),
        Just(Direction::SendRecv)
    ]);
    let stream = proptest::option::of((0_usize..4, 0_u8..2));
    let sizes = (proptest::option::of(1_u16..20), proptest::option::of(any::<u64>()));
    let kind = prop_oneof![Just(MediaKind::Video), Just(MediaKind::Audio)];
    (kind, any::<u16>(), payload(), setup, direction, stream, sizes).prop_map(
        |(kind, port, payload, setup, direction, stream, (download_speed, file_size_bytes))| {
            let transport = if setup.is_some() { Transport::Tcp } else { Transport::Udp };
            let stream = stream.map(|(index, number)| StreamChoice { attribute: StreamAttribute::ALL[index], number });
            Media {
                transport,
                setup,
                direction,
                stream,
                download_speed,
                file_size_bytes,
                ..Media::new(kind, port, vec![payload])
            }
        },
    )
}

proptest! {
    #[test]
    fn a_written_description_is_read_back(
        media in proptest::collection::vec(section(), 1..4), kind in 0_usize..5, times: (u32, u32),
        ssrc in proptest::option::of(any::<u32>()), has_source: bool, has_parameters: bool
    ) {
        let kind = ["Play", "Playback", "Download", "Talk", "Embedded"].map(SessionKind::from_name)[kind].clone();
        let description = Description {
            owner: Some(id(SERVER)),
            address: Some("2001:db8::1".to_owned()),
            kind,
            source: has_source.then(|| RecordingSource::Channel { channel: id(CHANNEL), cause: 3 }),
            start_unix_s: times.0.into(),
            end_unix_s: times.1.into(),
            media,
            ssrc: ssrc.map(Ssrc),
            parameters: has_parameters.then(FormatParameters::g711),
        };
        prop_assert_eq!(Description::parse(description.write().as_bytes()), Ok(description));
    }

    #[test]
    fn any_text_is_judged_and_what_was_read_is_read_again(text in "([a-z]=|m=video 1 RTP/AVP |a=rtpmap:|[0-9 /:.]|\n|PS){0,60}") {
        if let Ok(description) = Description::parse(text.as_bytes()) {
            prop_assert!(Description::parse(description.write().as_bytes()).is_ok());
        }
    }
}
