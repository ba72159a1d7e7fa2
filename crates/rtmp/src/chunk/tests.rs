use super::*;
use bytes::BytesMut;
use proptest::prelude::*;

fn read_all(bytes: &[u8], step: usize) -> Result<Vec<Message>, ChunkError> {
    let mut reader = ChunkReader::new(Limits::default());
    let mut messages = Vec::new();
    for mut piece in bytes.chunks(step) {
        while let Some(message) = reader.read(&mut piece)? {
            messages.push(message);
        }
    }
    Ok(messages)
}

fn written(chunk_size: usize, messages: &[(u8, Message)]) -> BytesMut {
    let mut out = BytesMut::new();
    let size = u32::try_from(chunk_size).unwrap().to_be_bytes();
    let control = MessageHeader { chunk_stream: 2, timestamp_ms: 0, kind: message_type::SET_CHUNK_SIZE, stream_id: 0 };
    write_message(&mut out, &control, INITIAL_CHUNK_SIZE, &[&size]);
    for (chunk_stream, message) in messages {
        let header = MessageHeader {
            chunk_stream: *chunk_stream,
            timestamp_ms: message.timestamp_ms,
            kind: message.kind,
            stream_id: message.stream_id,
        };
        let (head, tail) = message.body.split_at(message.body.len() / 3);
        write_message(&mut out, &header, chunk_size, &[head, tail]);
    }
    out
}

fn any_message() -> impl Strategy<Value = (u8, Message)> {
    let timestamp = prop_oneof![0u32..100, 0xFF_FFF0u32..0x100_0010, any::<u32>()];
    (
        2u8..64,
        timestamp,
        prop::sample::select(vec![8u8, 9, 18, 20]),
        any::<u32>(),
        prop::collection::vec(any::<u8>(), 0..600),
    )
        .prop_map(|(chunk_stream, timestamp_ms, kind, stream_id, body)| {
            (chunk_stream, Message { kind, stream_id, timestamp_ms, body: body.into() })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn messages_round_trip_whatever_the_fragmentation(
        chunk_size in 1usize..700,
        messages in prop::collection::vec(any_message(), 0..6),
        step in 1usize..300,
    ) {
        let bytes = written(chunk_size, &messages);
        let expected: Vec<Message> = messages.into_iter().map(|(_, message)| message).collect();
        prop_assert_eq!(read_all(&bytes, step), Ok(expected));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000), step in 1usize..50) {
        let _ = read_all(&bytes, step);
    }
}

/// fmt 0 on chunk stream 4, type 8, stream 1.
fn full_header(timestamp: [u8; 3], length: u8) -> Vec<u8> {
    let mut bytes = vec![0x04];
    bytes.extend(timestamp);
    bytes.extend([0, 0, length, 8, 1, 0, 0, 0]);
    bytes
}

fn times(bytes: &[u8]) -> Vec<u32> {
    let whole = read_all(bytes, bytes.len()).unwrap();
    assert_eq!(read_all(bytes, 1).unwrap(), whole, "fragmentation changes nothing");
    whole.iter().map(|message| message.timestamp_ms).collect()
}

#[test]
fn deltas_accumulate_and_repeat() {
    let mut bytes = full_header([0, 3, 0xE8], 1);
    bytes.push(0xAA);
    bytes.extend([0x44, 0, 0, 20, 0, 0, 1, 8, 0xAB]); // fmt 1, +20
    bytes.extend([0x84, 0, 0, 25, 0xAC]); // fmt 2, +25
    bytes.extend([0xC4, 0xAD]); // fmt 3 begins a message: +25 again
    assert_eq!(times(&bytes), [1000, 1020, 1045, 1070]);
}

#[test]
fn a_new_message_of_format_3_after_format_0_adds_the_whole_time_stamp() {
    let mut bytes = full_header([0, 0, 23], 1);
    bytes.extend([0xAA, 0xC4, 0xAB]);
    assert_eq!(times(&bytes), [23, 46]);
}

#[test]
fn chunk_stream_ids_of_one_two_and_three_bytes() {
    for basic in [&[0x03][..], &[0x00, 0x00], &[0x00, 0xFF], &[0x01, 0xFF, 0xFF]] {
        let mut bytes = basic.to_vec();
        bytes.extend(&full_header([0, 0, 1], 1)[1..]);
        bytes.push(0xAA);
        assert_eq!(times(&bytes), [1]);
    }
}

#[test]
fn extended_time_stamps_with_and_without_repetition() {
    const LATE: u32 = 0x0123_4567;
    let body: Vec<u8> = (0..130u8).collect();
    for repeats in [true, false] {
        let mut bytes = full_header([0xFF; 3], 130);
        bytes.extend(LATE.to_be_bytes());
        bytes.extend(&body[..128]);
        bytes.push(0xC4);
        if repeats {
            bytes.extend(LATE.to_be_bytes());
        }
        bytes.extend(&body[128..]);
        // A second message follows, so that the four bytes to look at are there.
        bytes.extend(full_header([0, 0, 5], 1));
        bytes.push(0xEE);
        for step in [1, 2, 3, 5, 131, 1000] {
            let messages = read_all(&bytes, step).unwrap();
            assert_eq!(messages[0].body, body, "repeats: {repeats}, step {step}");
            assert_eq!(messages[0].timestamp_ms, LATE);
            assert_eq!((messages[1].timestamp_ms, &messages[1].body[..]), (5, &[0xEE][..]));
        }
    }
}

#[test]
fn interleaved_messages_and_abort() {
    let mut bytes = full_header([0, 0, 1], 200);
    bytes.extend([1; 128]);
    // A video message on chunk stream 6 in between, whole.
    bytes.extend([0x06, 0, 0, 2, 0, 0, 2, 9, 1, 0, 0, 0, 7, 7]);
    // Abort chunk stream 4, then a fresh message on it.
    bytes.extend([0x02, 0, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 0, 0, 0, 4]);
    bytes.extend(full_header([0, 0, 9], 1));
    bytes.push(0xAA);
    assert_eq!(times(&bytes), [2, 9]);
}

#[test]
fn a_longer_header_within_a_message_continues_it() {
    let mut bytes = full_header([0, 0, 1], 130);
    bytes.extend([1; 128]);
    bytes.extend(full_header([0, 0, 1], 130));
    bytes.extend([2; 2]);
    assert_eq!(read_all(&bytes, 7).unwrap()[0].body.len(), 130);
}

#[test]
fn limits_end_the_connection() {
    let limits = Limits { max_message_len: 1000, max_chunk_streams: 2 };
    let read = |bytes: &[u8]| ChunkReader::new(limits).read(&mut &bytes[..]).map(drop);
    assert_eq!(read(&[0x04, 0, 0, 0, 0, 0x10, 0, 8, 1, 0, 0, 0]), Err(ChunkError::MessageTooLong(4096)));
    assert_eq!(read(&[0xC4]), Err(ChunkError::NoHeader(4)));
    assert_eq!(read(&[0x84, 0, 0, 0]), Err(ChunkError::NoHeader(4)));
    let mut many = Vec::new();
    for id in [3, 4, 5] {
        many.extend([id, 0, 0, 0, 0, 0, 200, 8, 1, 0, 0, 0]);
        many.extend([0; 128]);
    }
    assert_eq!(read(&many), Err(ChunkError::TooManyStreams(2)));
    for size in [[0; 4], [0x80, 0, 0, 0]] {
        let mut bytes = vec![0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0];
        bytes.extend(size);
        assert_eq!(read(&bytes), Err(ChunkError::ChunkSize));
    }
    assert_eq!(read(&[0x02, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]), Err(ChunkError::ChunkSize));
}

#[test]
fn a_claimed_length_reserves_nothing_before_bytes_come() {
    let mut reader = ChunkReader::new(Limits::default());
    let mut bytes = Vec::new();
    for id in 3..60 {
        bytes.extend([id, 0, 0, 0, 0xFF, 0xFF, 0xFF, 8, 1, 0, 0, 0]);
        bytes.extend([0; 128]);
    }
    assert_eq!(reader.read(&mut &bytes[..]), Ok(None));
}
