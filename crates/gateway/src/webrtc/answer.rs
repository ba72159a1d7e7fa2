//! Offers of peers (RFC 8829) and our answers to them.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use base::ErrorKind;
use media::{CodecConfig, MediaKind, TrackConfig};
use str0m::change::{SdpAnswer, SdpOffer};
use str0m::config::{CryptoProvider, DtlsCert};
use str0m::format::{Codec, PayloadParams};
use str0m::ice::IceCreds;
use str0m::media::{Mid, Pt};
use str0m::{Candidate, Rtc, RtcConfig};

use super::peer::ENGINE_ADDRESS;

/// Bytes of an offer; a browser's with every codec it knows has 10 KiB.
pub(super) const MAX_OFFER_BYTES: usize = 64 << 10;
/// Media sections of an offer.
const MAX_SECTIONS: usize = 16;
/// How often the engine tells how a peer fares.
const STATISTICS: Duration = Duration::from_secs(5);
/// Characters of the name and of the secret by which a peer knows us (RFC 8839 §5.4 wants 4 and 22 at least).
const UFRAG_CHARACTERS: usize = 16;
const PASSWORD_CHARACTERS: usize = 32;

/// What the tracks of an answer belong to.
const STREAM_ID: &str = "viaduct";

/// Why an offer is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(super) struct OfferRefused {
    pub(super) kind: ErrorKind,
    pub(super) text: String,
}

impl OfferRefused {
    fn invalid(text: impl Into<String>) -> Self {
        Self { kind: ErrorKind::InvalidInput, text: text.into() }
    }

    pub(super) fn unsupported(text: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Unsupported, text: text.into() }
    }
}

/// One media section that both sides have agreed on.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) mid: Mid,
    pub(super) kind: MediaKind,
    /// What may be sent in it, the peer's favourite first.
    pub(super) payloads: Vec<PayloadParams>,
}

impl Section {
    /// The payload type for a track, if the peer takes its codec.
    pub(super) fn payload_for(&self, track: &TrackConfig) -> Option<Pt> {
        let codec = codec_of(track)?;
        let fitting = self.payloads.iter().filter(|params| params.spec().codec == codec);
        let best = fitting.min_by_key(|params| distance(params, track))?;
        Some(best.pt())
    }
}

/// An engine that has agreed with a peer.
pub(super) struct Agreed {
    pub(super) rtc: Rtc,
    /// Names the peer's datagrams.
    pub(super) ufrag: String,
    pub(super) sections: Vec<Section>,
    pub(super) answer: String,
}

/// The codecs that a session may use.
pub(super) type Codecs = Vec<Codec>;

/// The codec as WebRTC knows it; `None` where it does not.
pub(super) fn codec_of(track: &TrackConfig) -> Option<Codec> {
    match &track.codec {
        CodecConfig::H264(_) => Some(Codec::H264),
        CodecConfig::H265(_) => Some(Codec::H265),
        CodecConfig::Av1(_) => Some(Codec::Av1),
        CodecConfig::Opus(_) => Some(Codec::Opus),
        // RFC 7874 §3 knows G.711 at 8 kHz alone.
        CodecConfig::G711A(config) if config.sample_rate_hz.get() == 8000 && config.channels == 1 => Some(Codec::PCMA),
        CodecConfig::G711U(config) if config.sample_rate_hz.get() == 8000 && config.channels == 1 => Some(Codec::PCMU),
        CodecConfig::Opaque(config) => match &*config.id {
            "rtp:VP8" => Some(Codec::Vp8),
            "rtp:VP9" => Some(Codec::Vp9),
            _ => None,
        },
        _ => None,
    }
}

/// How far a payload type is from what a track is; decoders take more than they announce.
fn distance(params: &PayloadParams, track: &TrackConfig) -> u32 {
    let format = params.spec().format;
    let CodecConfig::H264(config) = &track.codec else { return 0 };
    let announced = format.profile_level_id.unwrap_or(0x42_00_1f) >> 16 & 0xFF;
    let own = u32::from(config.picture.profile);
    let pieces = if format.packetization_mode == Some(1) { 0 } else { 1000 };
    // A decoder that announces a higher profile than another is the more likely one to take ours.
    pieces + if announced == own { 0 } else { 255 - announced }
}

/// Reads an offer. Addresses that it names are left out: we answer where a peer proves to be.
///
/// # Errors
/// When it is too large or no offer.
pub(super) fn read_offer(bytes: &[u8]) -> Result<SdpOffer, OfferRefused> {
    if bytes.len() > MAX_OFFER_BYTES {
        return Err(OfferRefused::invalid(format!("The offer is longer than {MAX_OFFER_BYTES} bytes.")));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| OfferRefused::invalid("The offer is not UTF-8."))?;
    let sections = text.lines().filter(|line| line.starts_with("m=")).count();
    if sections > MAX_SECTIONS {
        return Err(OfferRefused::invalid(format!("The offer has {sections} media sections, at most {MAX_SECTIONS}.")));
    }
    let mut kept = String::with_capacity(text.len());
    for line in text.lines().filter(|line| !line.starts_with("a=candidate:") && *line != "a=end-of-candidates") {
        kept.push_str(line.trim_end());
        kept.push_str("\r\n");
    }
    SdpOffer::from_sdp_string(&kept)
        .map_err(|error| OfferRefused::invalid(format!("The body is no SDP offer: {error}.")))
}

/// Names of the codecs that the sections of an offer with `media` ("video", "audio") list, in the peer's order.
pub(super) fn offered(bytes: &[u8], media: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let (mut inside, mut names) = (false, Vec::new());
    for line in text.lines() {
        if let Some(section) = line.strip_prefix("m=") {
            inside = section.starts_with(media);
        } else if let Some(mapping) = line.strip_prefix("a=rtpmap:").filter(|_| inside) {
            let name = mapping.split_once(' ').map_or("", |(_, encoding)| encoding);
            names.push(name.split('/').next().unwrap_or_default().trim().to_ascii_uppercase());
        }
    }
    names
}

/// Answers an offer with those of `codecs` that both sides know.
///
/// # Errors
/// When the offer lacks what a session needs.
pub(super) fn agree(offer: SdpOffer, codecs: &[Codec], candidates: &[String]) -> Result<Agreed, OfferRefused> {
    let now = Instant::now();
    let credentials = IceCreds { ufrag: random_text(UFRAG_CHARACTERS), pass: random_text(PASSWORD_CHARACTERS) };
    let ufrag = credentials.ufrag.clone();
    let mut rtc = config(codecs).set_local_ice_credentials(credentials).build(now);
    for transport in ["udp", "tcp"] {
        let candidate = if transport == "udp" {
            Candidate::host(ENGINE_ADDRESS, transport)
        } else {
            Candidate::builder().tcp().host(ENGINE_ADDRESS).tcptype(str0m::net::TcpType::Passive).build()
        };
        rtc.add_local_candidate(candidate.expect("the address is usable"));
    }
    let answer = rtc
        .sdp_api()
        .accept_offer(offer)
        .map_err(|error| OfferRefused::invalid(format!("The offer cannot be answered: {error}.")))?;
    let answer = write_answer(&answer, candidates);
    let sections = sections(&rtc, &answer);
    Ok(Agreed { rtc, ufrag, sections, answer })
}

/// The sections of an answer that were not refused. The engine itself names them only once the peer has connected.
fn sections(rtc: &Rtc, answer: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut present = None;
    for line in answer.lines() {
        if let Some(section) = line.strip_prefix("m=") {
            let mut words = section.split(' ');
            let kind = match words.next() {
                Some("video") => Some(MediaKind::Video),
                Some("audio") => Some(MediaKind::Audio),
                _ => None,
            };
            present = kind.filter(|_| words.next() != Some("0"));
        } else if let (Some(mid), Some(kind)) = (line.strip_prefix("a=mid:"), present) {
            sections.extend(section(rtc, Mid::from(mid), kind));
        }
    }
    sections
}

fn section(rtc: &Rtc, mid: Mid, kind: MediaKind) -> Option<Section> {
    let known = rtc.codec_config().params();
    let of_type = |pt: &Pt| known.iter().find(|params| params.pt() == *pt).copied();
    let payloads = rtc.media(mid)?.remote_pts().iter().filter_map(of_type).collect();
    Some(Section { mid, kind, payloads })
}

fn config(codecs: &[Codec]) -> RtcConfig {
    let takes = |codec: Codec| codecs.contains(&codec);
    Rtc::builder()
        .set_crypto_provider(CRYPTO.provider.clone().into())
        .set_dtls_cert(CRYPTO.certificate.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_stats_interval(Some(STATISTICS))
        .clear_codecs()
        .enable_h264(takes(Codec::H264))
        .enable_h265(takes(Codec::H265))
        .enable_av1(takes(Codec::Av1))
        .enable_vp8(takes(Codec::Vp8))
        .enable_vp9(takes(Codec::Vp9))
        .enable_opus(takes(Codec::Opus), false)
        .enable_pcma(takes(Codec::PCMA), false)
        .enable_pcmu(takes(Codec::PCMU), false)
}

/// One certificate for all peers: each sees its fingerprint in an answer that came by HTTP.
struct Crypto {
    provider: CryptoProvider,
    certificate: DtlsCert,
}

static CRYPTO: LazyLock<Crypto> = LazyLock::new(|| {
    let provider = str0m::crypto::from_feature_flags();
    let certificate = provider.dtls_provider.generate_certificate().expect("the library makes certificates");
    Crypto { provider, certificate }
});

/// Letters and digits, which ICE takes (RFC 8839 §5.4).
fn random_text(length: usize) -> String {
    use rand::distr::{Alphanumeric, SampleString};
    Alphanumeric.sample_string(&mut rand::rng(), length)
}

/// The answer with the addresses of ours in place of the engine's.
fn write_answer(answer: &SdpAnswer, candidates: &[String]) -> String {
    let text = answer.to_sdp_string();
    let mut out = String::with_capacity(text.len() + candidates.len() * 80);
    // Attributes come last in a section (RFC 8866 §5); a section that was refused has none that matter.
    let mut due = false;
    for line in text.lines() {
        if let Some(section) = line.strip_prefix("m=") {
            due = section.split(' ').nth(1).is_some_and(|port| port != "0");
        } else if line.starts_with("a=candidate") || line == "a=end-of-candidates" {
            continue;
        }
        if line.starts_with("a=") && due {
            due = false;
            candidates.iter().for_each(|candidate| push_line(&mut out, &format!("a={candidate}")));
            push_line(&mut out, "a=end-of-candidates");
        }
        push_line(&mut out, &in_one_stream(line));
    }
    out
}

/// Browsers keep the lips in time only for what belongs to one stream (RFC 8830), where the engine makes one of each.
fn in_one_stream(line: &str) -> Cow<'_, str> {
    if line.starts_with("a=msid-semantic:") {
        return Cow::Owned(format!("a=msid-semantic: WMS {STREAM_ID}"));
    }
    let Some((before, after)) = line.split_once("msid:") else { return Cow::Borrowed(line) };
    let track = after.split_once(' ').map_or("", |(_, track)| track);
    Cow::Owned(format!("{before}msid:{STREAM_ID} {track}"))
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Chromium 156 offers a player, shortened to the codecs that matter.
    const OFFER: &str = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        a=group:BUNDLE 0 1\r\na=msid-semantic: WMS\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97 102 103 104 107 116 117\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n\
        a=candidate:1 1 udp 2122260223 10.0.0.1 9999 typ host\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\na=ice-options:trickle\r\n\
        a=fingerprint:sha-256 66:A8:E0:7C:3F:2E:54:F4:52:45:6E:2D:A6:E6:BB:5F:4C:DC:C0:95:73:0D:76:3D:AF:C6:A6:C7:F6:81:DC:39\r\n\
        a=setup:actpass\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\n\
        a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n\
        a=rtpmap:102 H264/90000\r\na=rtcp-fb:102 nack\r\na=rtcp-fb:102 nack pli\r\n\
        a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f\r\n\
        a=rtpmap:103 rtx/90000\r\na=fmtp:103 apt=102\r\n\
        a=rtpmap:104 H264/90000\r\na=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f\r\n\
        a=rtpmap:107 rtx/90000\r\na=fmtp:107 apt=104\r\n\
        a=rtpmap:116 H264/90000\r\na=fmtp:116 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=4d001f\r\n\
        a=rtpmap:117 rtx/90000\r\na=fmtp:117 apt=116\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 8\r\nc=IN IP4 0.0.0.0\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
        a=fingerprint:sha-256 66:A8:E0:7C:3F:2E:54:F4:52:45:6E:2D:A6:E6:BB:5F:4C:DC:C0:95:73:0D:76:3D:AF:C6:A6:C7:F6:81:DC:39\r\n\
        a=setup:actpass\r\na=mid:1\r\na=recvonly\r\na=rtcp-mux\r\n\
        a=rtpmap:111 opus/48000/2\r\na=rtpmap:8 PCMA/8000\r\n";

    fn agreed(codecs: &[Codec]) -> Agreed {
        let candidates = ["candidate:1 1 udp 2130706431 203.0.113.9 8189 typ host".to_owned()];
        agree(read_offer(OFFER.as_bytes()).unwrap(), codecs, &candidates).unwrap()
    }

    #[test]
    fn an_answer_has_our_addresses_and_one_stream() {
        let Agreed { answer, sections, ufrag, .. } = agreed(&[Codec::H264, Codec::PCMA]);
        assert_eq!(answer.matches("a=candidate:").count(), 2, "{answer}");
        assert!(!answer.contains("127.0.0.1 9 ") && answer.contains("203.0.113.9 8189"), "{answer}");
        assert!(answer.contains(&format!("a=ice-ufrag:{ufrag}")) && answer.contains("a=ice-lite"), "{answer}");
        let streams: Vec<&str> = answer.lines().filter(|line| line.starts_with("a=msid:")).collect();
        assert!(streams.len() == 2 && streams.iter().all(|line| line.starts_with("a=msid:viaduct ")), "{answer}");
        let kinds: Vec<MediaKind> = sections.iter().map(|section| section.kind).collect();
        assert_eq!(kinds, [MediaKind::Video, MediaKind::Audio]);
    }

    #[test]
    fn a_section_without_a_common_codec_is_refused_alone() {
        let Agreed { sections, answer, .. } = agreed(&[Codec::H265, Codec::PCMA]);
        let usable: Vec<MediaKind> =
            sections.iter().filter(|section| !section.payloads.is_empty()).map(|section| section.kind).collect();
        assert_eq!(usable, [MediaKind::Audio], "{answer}");
    }

    #[test]
    fn the_payload_type_with_the_profile_nearest_to_the_stream_is_taken() {
        let Agreed { sections, .. } = agreed(&[Codec::H264]);
        let h264 = |profile: u8| {
            let picture = media::PictureFormat { profile, ..media::PictureFormat::default() };
            let config = media::H264Config { sps: Vec::new(), pps: Vec::new(), picture };
            let clock = std::num::NonZeroU32::new(90_000).unwrap();
            TrackConfig::new(media::TrackId(0), clock, CodecConfig::H264(config))
        };
        for (profile, payload_type) in [(0x42, 102), (0x4d, 116), (0x64, 116)] {
            assert_eq!(sections[0].payload_for(&h264(profile)).map(|pt| *pt), Some(payload_type), "{profile:x}");
        }
    }

    #[test]
    fn offers_that_make_no_sense_are_refused_with_a_sentence() {
        let many = format!("v=0\r\n{}", "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n".repeat(MAX_SECTIONS + 1));
        let long = "a=x\r\n".repeat(MAX_OFFER_BYTES / 5 + 1);
        for offer in ["", "no SDP", "v=0\r\n", &many, &long, "\u{0}", "m=video\r\n"] {
            let answered = read_offer(offer.as_bytes()).and_then(|offer| agree(offer, &[Codec::H264], &[]).map(|_| ()));
            let refused = answered.unwrap_err();
            assert!(refused.text.ends_with('.'), "{}", refused.text);
        }
        assert!(read_offer(&[0xFF, 0xFE]).is_err());
        let without_key = OFFER.replace("a=fingerprint", "a=nothing");
        assert!(agree(read_offer(without_key.as_bytes()).unwrap(), &[Codec::H264], &[]).is_err());
    }

    #[test]
    fn addresses_in_an_offer_are_not_taken_over() {
        let many = OFFER.replace(
            "a=candidate:1 1 udp 2122260223 10.0.0.1 9999 typ host\r\n",
            &"a=candidate:1 1 udp 2122260223 10.0.0.1 9999 typ host\r\n".repeat(900),
        );
        let offer = read_offer(many.as_bytes()).unwrap();
        assert!(!offer.to_sdp_string().contains("a=candidate"));
    }

    #[test]
    fn what_is_offered_is_read_in_the_peers_order() {
        assert_eq!(offered(OFFER.as_bytes(), "video"), ["VP8", "RTX", "H264", "RTX", "H264", "RTX", "H264", "RTX"]);
        assert_eq!(offered(OFFER.as_bytes(), "audio"), ["OPUS", "PCMA"]);
    }
}
