//! Entry points for fuzzing: each takes any bytes and must return.

use bytes::Bytes;

use crate::{amf0, flv, fmp4, m3u8, matroska, mp4, mpegps, mpegts, wav};

/// Every AMF0 value of the input; what was read must survive a round trip.
pub fn amf0(data: &[u8]) {
    let mut decoder = amf0::Decoder::new(data);
    while let Ok(Some(value)) = decoder.next_value() {
        let mut out = bytes::BytesMut::new();
        amf0::write(&mut out, &value);
    }
}

/// A WAV file with all of its sound.
pub fn wav(data: &[u8]) {
    if let Ok(wav) = wav::Wav::read(data) {
        assert_eq!(wav.mono().count(), wav.frames());
    }
}

/// One tag body: the first byte chooses the kind.
pub fn flv_tag(data: &[u8]) {
    let Some((kind, body)) = data.split_first() else {
        return;
    };
    let kind = match kind % 3 {
        0 => flv::TagKind::Audio,
        1 => flv::TagKind::Video,
        _ => flv::TagKind::Script,
    };
    flv::TagDemuxer::new().handle_tag(kind, 0, Bytes::copy_from_slice(body), &mut Vec::new());
}

/// A whole FLV file through the file reader and the tag demuxer.
pub fn flv_file(data: &[u8]) {
    let mut reader = flv::FileReader::new();
    let mut demuxer = flv::TagDemuxer::new();
    let mut events = Vec::new();
    for piece in data.chunks(97) {
        reader.push(piece);
        loop {
            match reader.next_tag() {
                Ok(Some(tag)) => {
                    demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut events);
                }
                Ok(None) => break,
                Err(_) => return,
            }
            events.clear();
        }
    }
}

/// A whole MP4 file, ordinary or fragmented.
pub fn mp4_file(data: &[u8]) {
    let Ok(mut reader) = mp4::FileReader::open(Bytes::copy_from_slice(data)) else {
        return;
    };
    // Samples without bytes may be claimed by the million.
    for _ in 0..10_000 {
        if !matches!(reader.next_unit(), Ok(Some(_))) {
            break;
        }
    }
}

/// A transport stream in pieces; the first byte says how long they are.
pub fn mpegts(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let mut demuxer = mpegts::Demuxer::new();
    let mut events = Vec::new();
    for piece in data.chunks(usize::from(*first) * 8 + 1) {
        demuxer.push(piece, &mut events);
        events.clear();
    }
    demuxer.finish(&mut events);
    let _ = demuxer.is_complete();
}

/// A program stream in pieces: the first byte says how long they are, and after how many one is missing (0: none).
pub fn mpegps(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let data = Bytes::copy_from_slice(data);
    let (size, loss) = (usize::from(first >> 4) * 97 + 1, usize::from(first & 0xf));
    let mut demuxer = mpegps::Demuxer::new();
    let mut sniffer = mpegps::Sniffer::new();
    let mut events = Vec::new();
    for (index, start) in (0..data.len()).step_by(size).enumerate() {
        let piece = data.slice(start..data.len().min(start + size));
        let _ = sniffer.push(&piece);
        if loss > 0 && index % (loss * 8) == loss {
            demuxer.lost(&mut events);
        } else {
            let arrival = mpegps::Arrival { ticks: i64::try_from(index / 4).ok(), marker: index % 5 == 4 };
            demuxer.push(&piece, arrival, &mut events);
        }
        assert!(demuxer.held_len() <= 64 * data.len() + 4096, "more is held than has come");
        events.clear();
    }
    demuxer.finish(&mut events);
    let _ = demuxer.is_complete();
}

/// A playlist, and the same text as a list of channels.
pub fn m3u8(data: &[u8]) {
    if let Ok(m3u8::Playlist::Media(mut playlist)) = m3u8::Playlist::parse(data) {
        let older = playlist.clone();
        playlist.fill_from(&older);
    }
    let _ = m3u8::parse_channel_list(data);
}

/// A fragmented stream in pieces; the first byte says how long they are.
pub fn fmp4(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let mut demuxer = fmp4::Demuxer::new();
    let mut events = Vec::new();
    for piece in data.chunks(usize::from(*first) * 8 + 1) {
        let _ = demuxer.push(piece, &mut events);
        events.clear();
    }
    demuxer.finish(&mut events);
}

/// A Matroska stream in pieces; the first byte says how long they are.
pub fn matroska(data: &[u8]) {
    let Some((first, data)) = data.split_first() else {
        return;
    };
    let mut demuxer = matroska::Demuxer::new();
    let mut events = Vec::new();
    for piece in data.chunks(usize::from(*first) * 8 + 1) {
        let _ = demuxer.push(piece, &mut events);
        events.clear();
    }
}
