#!/usr/bin/env python3
"""Makes the seeds in corpus/ from the golden files of the crates and from small hand-made messages.

Run it after golden files have changed: python3 fuzz/make_seeds.py. It adds and overwrites, and removes nothing.
"""

import struct
from pathlib import Path

ROOT = Path(__file__).parent
CRATES = ROOT.parent / "crates"
CONTAINER = CRATES / "container/tests/golden"
RTP = CRATES / "rtp/tests/golden"


def seed(target: str, name: str, data: bytes) -> None:
    folder = ROOT / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def flv_tags(data: bytes):
    at = 13
    while at + 11 <= len(data):
        kind, size = data[at] & 31, int.from_bytes(data[at + 1 : at + 4], "big")
        yield kind, data[at + 11 : at + 11 + size]
        at += 11 + size + 4


def rtp_packets(data: bytes):
    at = 0
    while at + 2 <= len(data):
        size = int.from_bytes(data[at : at + 2], "big")
        yield data[at + 2 : at + 2 + size]
        at += 2 + size


def amf_string(text: str) -> bytes:
    return b"\x02" + struct.pack(">H", len(text)) + text.encode()


def amf_number(value: float) -> bytes:
    return b"\x00" + struct.pack(">d", value)


def amf_object(fields: dict) -> bytes:
    out = b"\x03"
    for name, value in fields.items():
        out += struct.pack(">H", len(name)) + name.encode()
        out += amf_number(value) if isinstance(value, (int, float)) else amf_string(value)
    return out + b"\x00\x00\x09"


def chunk(stream: int, kind: int, message_stream: int, body: bytes, size: int = 128) -> bytes:
    out = bytes([stream]) + b"\0\0\0" + len(body).to_bytes(3, "big") + bytes([kind]) + struct.pack("<I", message_stream)
    out += body[:size]
    for at in range(size, len(body), size):
        out += bytes([0xC0 | stream]) + body[at : at + size]
    return out


def containers() -> None:
    for path in sorted(CONTAINER.iterdir()):
        data = path.read_bytes()
        if path.suffix == ".flv":
            seed("container_flv_file", path.stem, data[:4000])
            of_kind = {8: 0, 9: 1, 18: 2}
            for index, (kind, body) in enumerate(list(flv_tags(data))[:6]):
                seed("container_flv_tag", f"{path.stem}_{index}", bytes([of_kind[kind]]) + body[:1500])
                if kind == 18:
                    seed("container_amf0", path.stem, body)
        elif path.suffix == ".mp4":
            seed("container_mp4_file", path.stem, data)
            if b"moof" in data:
                seed("container_fmp4", path.stem, b"\x17" + data)
        elif path.suffix == ".ts":
            seed("container_mpegts", path.stem, b"\x17" + data[:15040])
        elif path.suffix in {".vob", ".mpg"}:
            seed("container_mpegps", path.stem, b"\xf0" + data[:15000])
        elif path.suffix in {".mkv", ".webm"}:
            seed("container_matroska", path.stem, b"\x17" + data)
        elif path.suffix in {".m3u8", ".m3u"}:
            seed("container_m3u8", path.stem, data)
    wav = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 44, b"WAVE", b"fmt ", 16, 1, 2, 8000, 32000, 4, 16, b"data", 8)
    seed("container_wav", "stereo", wav + bytes(range(8)))
    hevc = bytes.fromhex(
        "01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff016000000300900000030000030078959809"
        "a10001002a42010101600000030090000003000003007 8a003c08010e596566924caf0168080000003008000000c84"
        "a2000100074401c172b46240".replace(" ", "")
    )
    seed("container_flv_tag", "hevc_enhanced_start", b"\x01\x90hvc1" + hevc)
    seed("container_flv_tag", "hevc_enhanced_frame", b"\x01\x91hvc1\0\0\x28" + b"\0\0\0\x05\x26\x01\xaf\x08\x40")
    seed("container_flv_tag", "hevc_domestic_start", b"\x01\x1c\x00\0\0\0" + hevc)
    seed("container_flv_tag", "av1_enhanced_start", b"\x01\x90av01" + bytes.fromhex("81010c000a0b0000000cc4ff6736be4010"))
    seed("container_flv_tag", "opus_enhanced_start", b"\x00\x90OpusOpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0")
    seed("container_flv_tag", "multitrack", b"\x01\x96\x10avc1\x00" + b"\0\0\x08" + bytes(8))
    strict = b"\x0a\0\0\0\x02" + amf_number(1) + amf_string("a")
    ecma = b"\x08\0\0\0\x01\x00\x01a" + amf_object({"b": 1}) + b"\x00\x00\x09"
    seed("container_amf0", "arrays", strict + ecma + b"\x01\x01\x05\x06\x0b" + bytes(10) + b"\x0c\0\0\0\x01x")


def program_streams() -> None:
    pack = bytes.fromhex("000001ba440004000401" "00de43f8")

    def system_map(*streams: tuple) -> bytes:
        entries = b"".join(bytes([kind, stream, 0, 0]) for kind, stream in streams)
        head = b"\0\0\1\xbc" + struct.pack(">H", len(entries) + 10) + b"\xe1\xff\0\0"
        return head + struct.pack(">H", len(entries)) + entries + bytes(4)

    def pes(stream: int, pts, data: bytes, open_length: bool = False) -> bytes:
        fields = b""
        if pts is not None:
            fields = struct.pack(">BHH", 0x21 | pts >> 29 & 14, (pts >> 14 & 0xFFFE) | 1, (pts << 1 & 0xFFFE) | 1)
        header = bytes([0x80, 0x80 if fields else 0, len(fields)]) + fields
        length = 0 if open_length else len(header) + len(data)
        return b"\0\0\1" + bytes([stream]) + struct.pack(">H", length) + header + data

    system_header = bytes.fromhex("000001bb000c81000104e17fe0e800c0c020")
    avc, hevc = ((RTP / f"source.{codec}").read_bytes() for codec in ["h264", "h265"])
    h264 = pack + system_header + system_map((0x1B, 0xE0), (0x90, 0xC0)) + pes(0xE0, 9000, avc[:3000])
    h264 += pes(0xE0, None, avc[3000:5000]) + pack + pes(0xC0, 9000, b"\xd5" * 160) + pack + pes(0xE0, 12600, avc[5000:7000])
    seed("container_mpegps", "h264_g711", b"\xe0" + h264)
    seed("container_mpegps", "h264_lost", b"\x33" + h264)
    lies = pack + system_map((0x1B, 0xE0)) + pes(0xE0, 9000, hevc[:3000]) + pack + pes(0xE0, 12600, hevc[3000:6000])
    seed("container_mpegps", "h265_map_lies", b"\xe0" + lies)
    opened = pack + pes(0xE0, 9000, avc[:2000], True) + pack + pes(0xE0, 12600, avc[2000:4000], True)

    def sessions(*contents: tuple) -> bytes:
        out = b""
        for index, (kind, ssrc, data) in enumerate(contents):
            for at in range(0, len(data), 900):
                number = index * 16 + at // 900
                packet = struct.pack(">BBHII", 0x80, kind, number, index * 3600, ssrc) + data[at : at + 900]
                out += struct.pack(">H", len(packet)) + packet
        return out

    ts = (CONTAINER / "h264_bframes_aac.ts").read_bytes()[: 188 * 30]
    sound = (8, 1, b"\xd5" * 160)
    report = struct.pack(">HBBHI", 28, 0x80, 200, 6, 1) + bytes(20)
    for name, by in {"udp": b"\x50", "tcp": b"\x51"}.items():
        mixed = sessions((96, 1, h264), sound, (96, 9, h264), (96, 2, h264)) + report
        seed("gateway_gb28181_intake", f"program_stream_{name}", by + mixed)
        seed("gateway_gb28181_intake", f"transport_stream_{name}", by + sessions((33, 0, ts[:900]), (33, 0, ts)))
        seed("gateway_gb28181_intake", f"byte_stream_{name}", by + sessions((98, 1, avc[:2000]), (98, 1, avc[2000:4000])))
    private = pes(0xBD, None, bytes(40)) + b"\0\0\1\xbe\0\5" + b"\xff" * 5 + b"\0\0\1\xbf\0\2ab" + b"\0\0\1\xb9"
    seed("container_mpegps", "open_lengths", b"\x20" + opened + private + pack + pes(0xE0, 16200, avc[4000:5000]))
    carried = system_map((0x80, 0xE0), (0x99, 0xC0), (0x24, 0xE1))
    seed("container_mpegps", "carried", b"\x10" + pack + carried + pes(0xE0, 9000, avc[:500]) + pes(0xC0, None, bytes(20)))


def framings() -> None:
    packets = list(rtp_packets((RTP / "ffmpeg-h264.rtp").read_bytes()))[:8]
    framed = [struct.pack(">H", len(packet)) + packet for packet in packets]
    dollars = b"".join(b"$\0" + packet for packet in framed)
    seed("rtp_framing", "lengths", b"\x63" + b"".join(framed))
    seed("rtp_framing", "dollars", b"\x63" + dollars)
    seed("rtp_framing", "ehome", b"\x63" + b"\1\0\1" + bytes(253) + dollars)
    halved = framed[1][: len(framed[1]) // 2]
    seed("rtp_framing", "length_lies", b"\x63" + framed[0] + halved + b"".join(framed[2:]))
    pack = packets[0][:12] + bytes.fromhex("000001ba440004000401")
    seed("rtp_framing", "noise", b"\x63" + b"\x11" * 40 + struct.pack(">H", len(pack)) + pack + b"".join(framed))


def rtmp() -> None:
    url = {"app": "live", "type": "nonprivate", "tcUrl": "rtmp://host/live", "fpad": 0, "videoCodecs": 252}
    connect = chunk(3, 20, 0, amf_string("connect") + amf_number(1) + amf_object(url))
    create = chunk(3, 20, 0, amf_string("createStream") + amf_number(4) + b"\x05")
    publish = chunk(8, 20, 1, amf_string("publish") + amf_number(5) + b"\x05" + amf_string("cam1") + amf_string("live"))
    play = chunk(8, 20, 1, amf_string("play") + amf_number(5) + b"\x05" + amf_string("cam1?token=x") + amf_number(-2))
    set_size = chunk(2, 1, 0, struct.pack(">I", 4096))
    acknowledge = chunk(2, 5, 0, struct.pack(">I", 2500000)) + chunk(2, 3, 0, bytes(4)) + chunk(2, 4, 0, b"\0\6\0\0\0\1")
    media = b"".join(
        chunk(4 if kind == 8 else 6, kind, 1, body, 4096)
        for kind, body in list(flv_tags((CONTAINER / "h264_bframes_aac.flv").read_bytes()))[:6]
    )
    client = bytes(1536)
    seed("rtmp_server_session", "publish", client + connect + set_size + create + publish + media)
    seed("rtmp_server_session", "play", client + connect + acknowledge + create + play)
    seed("rtmp_server_session", "publish_at_once", connect + set_size + create + publish + media)
    seed("rtmp_server_session", "play_at_once", connect + create + play)
    info = amf_object({"level": "status", "code": "NetConnection.Connect.Success", "objectEncoding": 0})
    connected = chunk(3, 20, 0, amf_string("_result") + amf_number(1) + amf_object({"fmsVer": "FMS/3,5"}) + info)
    created = chunk(3, 20, 0, amf_string("_result") + amf_number(2) + b"\x05" + amf_number(1))
    started = chunk(
        5, 20, 1, amf_string("onStatus") + amf_number(0) + b"\x05"
        + amf_object({"level": "status", "code": "NetStream.Play.Start"})
    )
    refused = chunk(
        5, 20, 1, amf_string("onStatus") + amf_number(0) + b"\x05"
        + amf_object({"level": "error", "code": "NetStream.Play.StreamNotFound"})
    )
    server = connected + created + chunk(2, 4, 0, b"\0\0\0\0\0\1") + started
    seed("rtmp_client_session", "play", acknowledge + connected + created + started + set_size + media)
    seed("rtmp_client_session", "refused", acknowledge + connected + created + refused)
    seed("rtmp_chunks", "publish", connect + set_size + create + publish + media)
    seed("rtmp_chunks", "play", server)
    seed("rtmp_chunks", "kinds", chunk(3, 8, 1, b"\xaf\x01ab") + b"\x43\0\0\x05\0\0\x02\x08ab" + b"\x83\0\0\x05ab" + b"\xc3ab")
    extended = b"\x03\xff\xff\xff\0\0\x02\x08\1\0\0\0\1\0\0\0ab" + b"\xc3\1\0\0\0ab"
    seed("rtmp_chunks", "extended", extended + b"\x00\x00" + b"\0\0\0\0\0\x01\x08\0\0\0\0a" + b"\x01\x00\x01" + b"\0\0\0\0\0\x01\x08\0\0\0\0a")
    seed("rtmp_chunks", "aborted", b"\x04\0\0\0\0\x01\0\x08\1\0\0\0" + bytes(128) + chunk(2, 2, 0, struct.pack(">I", 4)))


def rtp() -> None:
    encodings = {"h264": 0, "h265": 1, "av1": 2, "aac": 3, "mp3": 4, "alaw": 6, "latm": 9}
    for path in sorted(RTP.glob("*.rtp")):
        packets = list(rtp_packets(path.read_bytes()))
        seed("rtp_packet", path.stem, packets[0][:200])
        choice = encodings[path.stem.split("-")[1]]
        data, timestamp = bytes([choice]), None
        for packet in packets[:10]:
            moved = timestamp is not None and timestamp != packet[4:8]
            timestamp = packet[4:8]
            data += bytes([packet[1] >> 7 | (2 if moved else 0), min(len(packet) - 12, 255)]) + packet[12 : 12 + 255]
        seed("rtp_payload", path.stem, data)
    seed("rtp_payload", "opus", b"\x05\x03\x04\xfcabc\x03\x04\xfcdef")
    seed("rtp_payload", "metadata", b"\x07\x02\x04<tt:\x03\x05data>")
    seed("rtp_payload", "vp8", b"\x08\x02\x05\x10abcd\x03\x05\x00efgh")
    header = struct.pack(">BBHII", 0x91, 96, 7, 9000, 1) + b"\0\0\0\2\xbe\xde\0\1\x10\xaa\0\0abc"
    seed("rtp_packet", "extension", header)
    seed("rtp_packet", "padding", struct.pack(">BBHII", 0xA0, 96, 7, 9000, 1) + b"abc\0\0\3")
    report = struct.pack(">BBHIQIII", 0x80, 200, 6, 1, 0xE8000000_00000000, 9000, 10, 1000)
    block = struct.pack(">IIIIII", 2, 0x01000002, 70000, 5, 0xE8000000, 65536)
    receiver = struct.pack(">BBHI", 0x81, 201, 7, 3) + block
    sdes = struct.pack(">BBHI", 0x81, 202, 3, 1) + b"\x01\x05cam01\0"
    bye = struct.pack(">BBHI", 0x81, 203, 3, 1) + b"\x04done\0\0\0"
    pli, fir = struct.pack(">BBHII", 0x81, 206, 2, 1, 2), struct.pack(">BBHIIII", 0x84, 206, 4, 1, 0, 2, 1 << 24)
    seed("rtp_rtcp", "sender", report + sdes)
    seed("rtp_rtcp", "receiver", receiver + sdes + bye)
    seed("rtp_rtcp", "feedback", receiver + pli + fir)
    for path in sorted(RTP.glob("*.sdp")):
        seed("rtp_sdp", path.stem, path.read_bytes())
    camera = (
        "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=Media\nc=IN IP4 0.0.0.0\nt=0 0\na=control:*\na=range:npt=0-\n"
        "m=video 0 RTP/AVP 96\nb=AS:4096\na=framerate:25.0\na=control:trackID=1\na=rtpmap:96 H265/90000\n"
        "a=fmtp:96 sprop-vps=QAEMAf//AWAAAAMAsAAAAwAAAwB4rAk=;sprop-sps=QgEBAWAAAAMAsAAAAwAAAwB4oAPAgBDl\n"
        "m=audio 0 RTP/AVP 0 8 97\na=rtpmap:97 MPEG4-GENERIC/16000/1\n"
        "a=fmtp:97 streamtype=5;mode=AAC-hbr;config=1408;sizelength=13;indexlength=3;indexdeltalength=3\n"
        "a=control:trackID=2\nm=application 0 RTP/AVP 107\na=rtpmap:107 vnd.onvif.metadata/90000\n"
    )
    seed("rtp_sdp", "camera", camera.replace("\n", "\r\n").encode())


def rtsp() -> None:
    def message(first: str, *lines: str, body: str = "") -> bytes:
        length = [f"Content-Length: {len(body)}"] if body else []
        return "\r\n".join([first, *lines, *length, "", body]).encode()

    url = "rtsp://host:8554/live/cam1"
    sdp = (RTP / "ffmpeg-h264.sdp").read_text().replace("\n", "\r\n") + "a=control:track1\r\n"
    tcp = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
    session = "Session: 0123456789"
    packets = list(rtp_packets((RTP / "ffmpeg-h264.rtp").read_bytes()))[:5]
    media = b"".join(b"$\x00" + struct.pack(">H", len(it)) + it for it in packets)
    options = message(f"OPTIONS {url} RTSP/1.0", "CSeq: 1", "User-Agent: seed")
    describe = message(f"DESCRIBE {url} RTSP/1.0", "CSeq: 2", "Accept: application/sdp")
    setup = message(f"SETUP {url}/track1 RTSP/1.0", "CSeq: 3", tcp)
    setup_trackid = message(f"SETUP {url}/trackID=0 RTSP/1.0", "CSeq: 3", tcp)
    start = message(f"PLAY {url} RTSP/1.0", "CSeq: 4", session, "Range: npt=0.000-")
    end = message(f"TEARDOWN {url} RTSP/1.0", "CSeq: 5", session)
    announce = message(f"ANNOUNCE {url} RTSP/1.0", "CSeq: 2", "Content-Type: application/sdp", body=sdp)
    record = message(f"RECORD {url} RTSP/1.0", "CSeq: 4", session, "Range: npt=0.000-")
    keep = message(f"GET_PARAMETER {url} RTSP/1.0", "CSeq: 9", session)
    udp = message(f"SETUP {url}/track1 RTSP/1.0", "CSeq: 3", "Transport: RTP/AVP;unicast;client_port=4000-4001," + tcp[11:])
    play = options + describe + setup + setup_trackid + start + keep + end
    publish = options + announce + udp + setup_trackid.replace(b"interleaved=0-1", b"interleaved=0-1;mode=record") + record + media + end
    seed("rtsp_server", "play", play)
    seed("rtsp_server", "publish", publish)
    seed("rtsp_parser", "play", play)
    seed("rtsp_parser", "publish", publish)
    seed("rtsp_parser", "dirty", b"\r\n\r\nnoise" + media[:700] + b"RTSP/1.0 200 OK\nCSeq: 7\n\n" + options)
    ok = "RTSP/1.0 200 OK"
    answers = [
        message(ok, "CSeq: 1", "Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"),
        message(ok, "CSeq: 2", "Content-Base: " + url + "/", "Content-Type: application/sdp", body=sdp),
        message(ok, "CSeq: 3", tcp + ";ssrc=DEADBEEF", session + ";timeout=60"),
        message(ok, "CSeq: 4", session, f"RTP-Info: url={url}/track1;seq=1;rtptime=0"),
    ]
    seed("rtsp_puller", "play", b"".join(answers) + media)
    digest = message(
        "RTSP/1.0 401 Unauthorized", "CSeq: 1", 'WWW-Authenticate: Digest realm="cam", nonce="abc", qop="auth"',
        'WWW-Authenticate: Basic realm="cam"',
    )
    later = [answer.replace(b"CSeq: %d" % at, b"CSeq: %d" % (at + 1)) for at, answer in enumerate(answers, 1)]
    seed("rtsp_puller", "digest", digest + b"".join(later) + media)
    seed("rtsp_puller", "moved", message("RTSP/1.0 302 Moved", "CSeq: 1", "Location: rtsp://other/x"))
    values = {
        "url": "rtsps://user:p%40ss@[::1]:322/a/b%20c?channel=1&subtype=0",
        "transport": "RTP/AVP/TCP;unicast;interleaved=2-3;ssrc=1;mode=\"PLAY\",RTP/AVP;multicast;destination=239.0.0.1;port=5000-5001;ttl=3",
        "session": "0123456789;timeout=60",
        "digest": 'Digest username="u", realm="r", nonce="n", uri="/", response="0", qop=auth, nc=00000001, cnonce="c", algorithm=SHA-256',
        "basic": "Basic dTpw",
        "challenge": 'Digest realm="r", nonce="n", stale=TRUE, opaque="o", qop="auth,auth-int", algorithm=MD5',
    }
    for name, value in values.items():
        seed("rtsp_values", name, value.encode())


def platform() -> None:
    schedules = {
        "workdays": "1-5 07:00-19:00",
        "nights": "5,6 22:00-06:00; 7 00:00-24:00",
        "spread": "1,3,5-7 08:30-08:30;2 00:00-00:00",
    }
    for name, text in schedules.items():
        seed("platform_schedule", name, text.encode())


def media() -> None:
    avcc = bytes.fromhex("0164001effe1001a6764001eacd940a02ff97011000003000100000300320f162d9601000668ebe3cb22c0fdf8f800")
    hvcc = bytes.fromhex(
        "01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff016000000300900000030000030078959809"
        "a10001002a420101016000000300900000030000030078a003c08010e596566924caf0168080000003008000000c84"
        "a2000100074401c172b46240"
    )
    av1c = bytes.fromhex("81010c000a0b0000000cc4ff6736be4010")
    seed("media_jpeg", "baseline", bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc00011080010002003012200021101031101ffda"))
    seed("media_jpeg", "progressive", bytes.fromhex("ffd8ffe00005616263ffffffc20011080168028003012200021101031101"))
    seed("media_h264", "avcc", avcc)
    seed("media_h264", "sps", avcc[8:34])
    seed("media_h265", "hvcc", hvcc)
    seed("media_h265", "sps", bytes.fromhex("420101016000000300900000030000030078a003c08010e596566924caf0168080000003008000000c84"))
    seed("media_av1", "av1c", av1c)
    seed("media_av1", "sequence_header", av1c[4:])
    obus = (RTP / "source.obu").read_bytes()
    seed("media_av1", "unit", obus[:1200])
    for name, config in {"lc": "1210", "sbr": "2b92080 0".replace(" ", ""), "explicit": "17feed", "usac": "f94850"}.items():
        seed("media_audio", name, bytes.fromhex(config if len(config) % 2 == 0 else config + "0"))
    seed("media_audio", "mp3", (RTP / "source.mp3").read_bytes()[:64])
    for codec, choice in {"h264": 0, "h265": 1}.items():
        stream = (RTP / f"source.{codec}").read_bytes()[:1500]
        seed("media_nal", codec, b"\x04" + stream)
        nals = [nal.rstrip(b"\0") for nal in stream.split(b"\0\0\1")[1:]]
        seed("media_inband", codec, bytes([choice]) + b"".join(struct.pack(">I", len(nal)) + nal for nal in nals))
    seed("media_nal", "lengths", b"\x02\0\3abc\0\2de\0\0")
    seed("media_inband", "av1", b"\x02" + obus[:1200])


def gateway() -> None:
    upgrade = (
        "GET /live/cam1.flv?token=abc HTTP/1.1\r\nHost: host:8080\r\nConnection: keep-alive, Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Origin: http://host\r\nX-Forwarded-For: 192.0.2.1, 10.0.0.1\r\n\r\n"
    )
    seed("gateway_http_head", "upgrade", upgrade.encode())
    seed("gateway_http_head", "post", b"POST /api/v1/login HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}")

    def frame(opcode: int, payload: bytes) -> bytes:
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack(">H", len(payload))
        return bytes([0x80 | opcode]) + length + b"\1\2\3\4" + bytes(it ^ (at % 4 + 1) for at, it in enumerate(payload))

    seed("gateway_websocket", "talk", frame(1, b'{"ack":1}') + frame(9, b"ping") + frame(2, bytes(200)) + frame(8, b"\x03\xe8"))
    seed("gateway_websocket", "fragment", b"\x01\x82\0\0\0\0ab" + frame(0, b"cd"))


def worker_protocol() -> None:
    def message(body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + body

    unit = b"\0\0\0\1" + (RTP / "source.h264").read_bytes()[4:400]
    text = "K1+500 北京".encode()
    request = struct.pack(">BBBHHH", 1, 1, 80, 640, 0, len(text)) + text + unit
    seed("worker_protocol_requests", "two", message(request) + message(struct.pack(">BBBHHH", 3, 3, 100, 0, 0, 0)))
    answer = struct.pack(">BHH", 0, 640, 360) + b"\xff\xd8\xff\xd9"
    seed("worker_protocol_answers", "two", message(answer) + message(b"\1The key frame cannot be decoded."))


def sip() -> None:
    def request(method: str, number: int, extra: str = "", body: bytes = b"", branch: str = "z9hG4bK1", to: str = "") -> bytes:
        head = (
            f"{method} sip:34020000002000000001@3402000000 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 192.168.1.64:5060;rport;branch={branch}\r\n"
            "From: <sip:34020000001320000001@3402000000>;tag=1\r\n"
            f"To: <sip:34020000002000000001@3402000000>{to}\r\nCall-ID: 1@192.168.1.64\r\nCSeq: {number} {method}\r\n"
            f"Contact: <sip:34020000001320000001@192.168.1.64:5060>\r\nMax-Forwards: 70\r\n{extra}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("gb18030") + body

    keepalive = b'<?xml version="1.0" encoding="GB2312"?>\r\n<Notify><CmdType>Keepalive</CmdType><SN>1</SN></Notify>\r\n'
    register = request("REGISTER", 1, "Expires: 3600\r\nX-GB-Ver: 3.0\r\n")
    message = request("MESSAGE", 20, "Content-Type: Application/MANSCDP+xml\r\n", keepalive)
    compact = (
        "v: SIP / 2.0 / TCP [2001:db8::9]:5061 ; branch = z9hG4bK2 , SIP/2.0/UDP p;received=1.2.3.4\n"
        'f: "摄像机 \\"1\\"" <sip:a@b;lr> ; tag=2\nt: sip:c@d\n e\ni: 2\nCSeq: 2 NOTIFY\no: Catalog;id=1\nl: 0\n\n'
    ).encode("gb18030")
    response = (
        b"SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP h:5060;rport=5060;received=1.2.3.4;branch=z9hG4bK1\r\n"
        b"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>;tag=2\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n"
        b'WWW-Authenticate: Digest realm="3402000000", nonce="ab", algorithm=MD5, qop="auth"\r\nContent-Length: 0\r\n\r\n'
    )
    for name, data in {
        "register": register,
        "message": message,
        "compact": b"NOTIFY sip:a@b SIP/2.0\n" + compact,
        "response": response,
    }.items():
        seed("sip_datagram", name, data)
    seed("sip_datagram", "keep_alive", b"jaK")
    seed("sip_stream", "two", register + b"\r\n\r\n" + message)
    seed("sip_stream", "dirty", b"\r\njaK\0" + message + b"</Notify>\r\n" + response + register[:100])
    for name, text in {
        "uri": "sip:34020000001320000001:x@[2001:db8::1]:5060;transport=tcp;lr?a=b",
        "via": "SIP/2.0/UDP 10.0.0.1:5060;rport=1;received=1.2.3.4;branch=z9hG4bK1",
        "name_addr": '"a \\"b" <sip:a@b;lr>;tag=c;q="d;e"',
        "cseq": "20 MESSAGE",
        "event": "Catalog;id=1894",
        "state": "terminated;reason=timeout;expires=60",
        "subject": "34020000001320000001:0200000001,34020000002000000001:0",
        "date": "2026-11-28T08:00:00.250",
    }.items():
        seed("sip_values", name, text.encode())

    def datagrams(*messages: bytes) -> bytes:
        out = b""
        for message in messages:
            padded = message + b"\0" * (-len(message) % 4)
            out += bytes([len(padded) // 4]) + padded
        return out

    invite, ack, cancel = request("INVITE", 1), request("ACK", 1), request("CANCEL", 1)
    seed("sip_endpoint", "call", datagrams(invite, invite, ack, request("BYE", 2, branch="z9hG4bK2", to=";tag=x")))
    seed("sip_endpoint", "cancel", datagrams(invite, cancel) + b"\xff" + datagrams(ack, request("INFO", 3)))
    seed("sip_endpoint", "register", datagrams(register, message, register) + b"\xff\xff")


def gb28181() -> None:
    golden = CRATES / "gb28181/tests/golden"
    for path in sorted(golden.glob("*.xml")):
        seed("gb28181_manscdp", path.name.split(".")[0], path.read_bytes())
    for name in ["catalog_raw_markup.gb", "catalog_broken_tags", "alarm_lower_info"]:
        seed("gb28181_xml", name.split(".")[0], (golden / f"{name}.xml").read_bytes())
    markup = "<!DOCTYPE Query [<!ENTITY a 'b'>]><Query a='1'><A>&lt;&#38;&a;</A><B><![CDATA[<c>]]></B><!-- d --></Query>"
    seed("gb28181_xml", "markup", markup.encode())

    def message(root: str, command: str, inside: str) -> bytes:
        head = f"<CmdType>{command}</CmdType><SN>1</SN><DeviceID>34020000001320000001</DeviceID>"
        return f"<{root}>{head}{inside}</{root}>".encode()

    for name, inside in {
        "ptz": "<PTZCmd>A50F010180000036</PTZCmd><Info><ControlPriority>5</ControlPriority></Info>",
        "home": "<HomePosition><Enabled>1</Enabled><ResetTime>60</ResetTime><PresetIndex>1</PresetIndex></HomePosition>",
        "drag": "<DragZoomIn><Length>1920</Length><Width>1080</Width><MidPointX>9</MidPointX></DragZoomIn>",
        "track": "<TargetTrack>Manual</TargetTrack><TargetArea><Length>9</Length></TargetArea>",
    }.items():
        seed("gb28181_manscdp", f"control_{name}", message("Control", "DeviceControl", inside))
    config = (
        "<BasicParam><Name>a</Name></BasicParam><VideoParamAttribute Num='1'><Item><StreamNumber>0</StreamNumber></Item>"
        "</VideoParamAttribute><OSDConfig><Item><Text>a</Text></Item></OSDConfig><SVACEncodeConfig><A/></SVACEncodeConfig>"
    )
    seed("gb28181_manscdp", "config", message("Control", "DeviceConfig", config))
    seed("gb28181_manscdp", "query", message("Query", "ConfigDownload", "<ConfigType>BasicParam/VideoParamOpt</ConfigType>"))
    seed("gb28181_manscdp", "keepalive", message("Notify", "Keepalive", "<Status>OK</Status><Info><DeviceID>1</DeviceID></Info>"))
    status = "<Online>ONLINE</Online><Alarmstatus Num='1'><Item><DutyStatus>ALARM</DutyStatus></Item></Alarmstatus>"
    seed("gb28181_manscdp", "status", message("Response", "DeviceStatus", status))
    for path in sorted(golden.glob("*.sdp")):
        seed("gb28181_sdp", path.stem, path.read_bytes())
    seed("gb28181_sdp", "subject", b"34020000001320000001:0200000001,34020000002000000001:0")
    makers = "m=video 1 TCP/RTP/AVP 96 99\na=rtpmap:96 HIKVISION/90000\na=streamMode:SUB\na=filesize:9\na=downloadspeed:4"
    seed("gb28181_sdp", "makers", makers.encode())
    for name, text in {
        "stop": "A50F0100000000B5",
        "dwell": "a5 0f 01 87 01 2c 10 79",
        "play": "PLAY MANSRTSP/1.0\r\nCSeq: 6 Info\r\nScale: 1.0\r\nRange: npt=100-50\r\n\r\n",
        "pause": "PAUSE RTSP/1.0\r\nCSeq: 1\r\nPauseTime: now\r\n\r\n",
        "answer": "RTSP/1.0 200 OK\r\nCSeq: 2\r\nRTP-Info: seq=1;rtptime=2\r\n\r\n",
    }.items():
        seed("gb28181_ptz_mansrtsp", name, text.encode())
    item = "<Item><DeviceID>34020000001320000001</DeviceID><Name>K128</Name></Item>"
    for name, said in {
        "catalog": message("Response", "Catalog", f"<SumNum>1</SumNum><DeviceList Num='1'>{item}</DeviceList>"),
        "catalog_part": message("Response", "Catalog", f"<SumNum>2</SumNum><DeviceList Num='1'>{item}</DeviceList>"),
        "keepalive": message("Notify", "Keepalive", "<Status>OK</Status>"),
        "alarm": message("Notify", "Alarm", "<AlarmPriority>1</AlarmPriority><AlarmMethod>5</AlarmMethod>"),
    }.items():
        seed("gb28181_platform", name, said)
    options = (
        "OPTIONS sip:34020000002000000001@3402000000 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK7\r\n"
        "From: <sip:34020000001180000001@3402000000>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 7\r\nCSeq: 7 OPTIONS\r\n\r\n"
    )
    seed("gb28181_platform", "options", options.encode())
    seed("gb28181_platform", "leave", options.replace("OPTIONS", "REGISTER").encode())


for make in [containers, program_streams, rtmp, rtp, framings, rtsp, media, gateway, platform, worker_protocol, sip, gb28181]:
    make()
