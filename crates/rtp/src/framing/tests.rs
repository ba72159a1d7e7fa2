//! What is framed comes back, wherever it was cut, and damage ends at the next packet.

use super::*;
use crate::Header;
use proptest::prelude::*;

const SSRC: u32 = 0x0100_0042;

fn packet(sequence: u16, ssrc: u32, payload: &[u8]) -> Vec<u8> {
    let header = Header { marker: false, payload_type: 96, sequence, timestamp: 7, ssrc };
    [&header.to_bytes()[..], payload].concat()
}

fn length(packet: &[u8]) -> [u8; 2] {
    u16::try_from(packet.len()).unwrap().to_be_bytes()
}

fn with_lengths(packets: &[Vec<u8>]) -> Vec<u8> {
    packets.iter().flat_map(|packet| [&length(packet)[..], packet].concat()).collect()
}

fn interleaved(packets: &[Vec<u8>]) -> Vec<u8> {
    packets.iter().flat_map(|packet| [&[b'$', 2][..], &length(packet), packet].concat()).collect()
}

fn read(stream: &[u8], cut: usize) -> (Vec<Framed>, TcpFraming) {
    let (mut framing, mut out) = (TcpFraming::new(), Vec::new());
    for piece in stream.chunks(cut.max(1)) {
        framing.push(piece);
        out.extend(std::iter::from_fn(|| framing.poll()));
        assert!(framing.buffer.len() <= MAX_FRAMED_BYTES + piece.len());
    }
    (out, framing)
}

fn payloads(framed: &[Framed]) -> Vec<Vec<u8>> {
    framed.iter().map(|framed| framed.packet.to_vec()).collect()
}

/// Ten packets, the first with a pack.
fn session() -> Vec<Vec<u8>> {
    let mut packets: Vec<Vec<u8>> = (0..10).map(|index| packet(index, SSRC, &[0x55; 300])).collect();
    packets[0][12..16].copy_from_slice(&[0, 0, 1, 0xba]);
    packets
}

#[test]
fn lengths_and_dollars_are_told_apart() {
    let packets = session();
    let (plain, framing) = read(&with_lengths(&packets), 7);
    assert_eq!((payloads(&plain), framing.skipped_bytes()), (packets.clone(), 0));
    assert!(plain.iter().all(|framed| framed.channel.is_none() && !framed.after_loss));
    let (dollars, _) = read(&interleaved(&packets), 7);
    assert_eq!(payloads(&dollars), packets);
    assert!(dollars.iter().all(|framed| framed.channel == Some(2)));
    // A length that begins with the byte of '$'.
    let large = vec![packet(1, SSRC, &[0x55; 0x2410]), packet(2, SSRC, &[0x55; 20])];
    assert_eq!(payloads(&read(&with_lengths(&large), 1000).0), large);
}

#[test]
fn the_private_header_of_ehome_is_skipped() {
    let mut header = vec![0u8; 256];
    header[..3].copy_from_slice(&[1, 0, 1]);
    let packets = session();
    // A carriage return behind the RTP header.
    let stray: Vec<Vec<u8>> = packets.iter().map(|packet| [&packet[..12], b"\r", &packet[12..]].concat()).collect();
    let (framed, framing) = read(&[&header[..], &interleaved(&stray)].concat(), 100);
    assert_eq!((payloads(&framed), framing.skipped_bytes()), (packets, 0));
    // A packet of 256 bytes is none.
    let plain = vec![packet(1, SSRC, &[0; 244])];
    assert_eq!(payloads(&read(&with_lengths(&plain), 100).0), plain);
}

#[test]
fn a_length_that_lies_costs_its_packet() {
    let packets = session();
    for style in [with_lengths as fn(&[Vec<u8>]) -> Vec<u8>, interleaved] {
        // The fourth packet was sent by half.
        let mut stream = style(&packets[..4]);
        stream.truncate(stream.len() - 150);
        stream.extend(style(&packets[4..]));
        let (framed, framing) = read(&stream, 64);
        assert_eq!(payloads(&framed), [&packets[..3], &packets[4..]].concat());
        assert_eq!(
            framed.iter().map(|framed| framed.after_loss).collect::<Vec<_>>(),
            [false, false, false, true, false, false, false, false, false]
        );
        assert_eq!(framing.resyncs(), 1);
    }
}

#[test]
fn bytes_that_belong_to_nothing_are_passed_over() {
    let packets = session();
    let noise = [0x11; 77];
    let stream = [&with_lengths(&packets[..4])[..], &noise, &with_lengths(&packets[4..])].concat();
    let (framed, framing) = read(&stream, 50);
    assert_eq!((payloads(&framed), framing.skipped_bytes()), (packets.clone(), 77));
    assert!(framed[4].after_loss);
    // Before a source is known, a pack is the place to begin.
    let (framed, framing) = read(&[&noise[..], &with_lengths(&packets)].concat(), 50);
    assert_eq!((payloads(&framed), framing.skipped_bytes()), (packets, 77));
}

#[test]
fn another_source_and_reports_are_let_through() {
    let report = [&[0x80, 200, 0, 6][..], &[0; 24]].concat();
    let sound = |sequence| packet(sequence, 0x55, &[0xd5; 160]);
    let packets = vec![packet(1, SSRC, &[1; 50]), sound(9), packet(2, SSRC, &[1; 50]), report, sound(10)];
    assert_eq!(payloads(&read(&with_lengths(&packets), 33).0), packets);
    assert_eq!(payloads(&read(&[&[0, 0][..], &with_lengths(&packets)].concat(), 33).0), packets, "a null packet");
}

proptest! {
    #[test]
    fn every_cut_gives_the_same(
        sizes in prop::collection::vec(0usize..600, 1..12),
        damage in prop::collection::vec((any::<prop::sample::Index>(), 0u8..4, any::<u8>()), 0..4),
        cut in 1usize..300,
        dollars: bool,
    ) {
        let packets: Vec<Vec<u8>> =
            sizes.iter().zip(0u16..).map(|(size, index)| packet(index, SSRC, &vec![0x33; *size])).collect();
        let mut stream = if dollars { interleaved(&packets) } else { with_lengths(&packets) };
        let intact = damage.is_empty();
        for (at, kind, value) in damage {
            let at = at.index(stream.len());
            match kind {
                0 => stream[at] = value,
                1 => drop(stream.drain(at..(at + usize::from(value)).min(stream.len()))),
                _ => drop(stream.splice(at..at, vec![value; 5])),
            }
            if stream.is_empty() {
                return Ok(());
            }
        }
        let (whole, _) = read(&stream, stream.len());
        let (pieces, _) = read(&stream, cut);
        prop_assert_eq!(&whole, &pieces);
        if intact {
            prop_assert_eq!(payloads(&whole), packets);
        }
    }

    #[test]
    fn any_bytes_end_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..3000), cut in 1usize..500) {
        let (whole, _) = read(&bytes, bytes.len());
        prop_assert_eq!(whole, read(&bytes, cut).0);
    }
}
