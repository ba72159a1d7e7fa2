//! How a device or platform wants to be talked to.
//!
//! Devices bend the standard each in its way. A [`Profile`] says how for one device: it begins as the preset of the
//! maker that the device names, and people may change it.

use crate::charset::Charset;
use crate::manscdp::IFrameSpelling;
use crate::sdp::{Media, Payload, Setup, StreamAttribute, Transport};
use crate::version::Version;

/// Who made a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// Anybody.
    #[default]
    Other,
    /// Hikvision.
    Hikvision,
    /// Dahua.
    Dahua,
    /// Uniview.
    Uniview,
    /// Huawei.
    Huawei,
    /// TP-Link and Mercury.
    TpLink,
}

/// Words of makers in `User-Agent` and `Manufacturer`, in small letters.
const WORDS: [(&str, Vendor); 14] = [
    ("hikvision", Vendor::Hikvision),
    ("hik", Vendor::Hikvision),
    ("海康", Vendor::Hikvision),
    ("embedded net dvr", Vendor::Hikvision),
    ("dahua", Vendor::Dahua),
    ("大华", Vendor::Dahua),
    ("uniview", Vendor::Uniview),
    ("unv", Vendor::Uniview),
    ("宇视", Vendor::Uniview),
    ("huawei", Vendor::Huawei),
    ("华为", Vendor::Huawei),
    ("tp-link", Vendor::TpLink),
    ("tplink", Vendor::TpLink),
    ("mercury", Vendor::TpLink),
];

impl Vendor {
    /// Who made a device, by what it names: `Manufacturer` of a catalog or of the device's information, and the
    /// header `User-Agent`. The first that is known counts.
    pub fn recognise<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let known = |name: &str| {
            let name = name.to_lowercase();
            WORDS.iter().find(|(word, _)| name.contains(word)).map(|(_, vendor)| *vendor)
        };
        names.into_iter().find_map(known).unwrap_or_default()
    }
}

/// What SIP travels over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SipTransport {
    /// What the device registered over.
    #[default]
    AsRegistered,
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
}

/// What media travels over, and who connects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MediaMode {
    /// UDP.
    #[default]
    Udp,
    /// TCP; the device connects to us.
    TcpPassive,
    /// TCP; we connect to the device.
    TcpActive,
}

impl MediaMode {
    /// What a description of ours says for it.
    pub const fn described(self) -> (Transport, Option<Setup>) {
        match self {
            Self::Udp => (Transport::Udp, None),
            Self::TcpPassive => (Transport::Tcp, Some(Setup::Passive)),
            Self::TcpActive => (Transport::Tcp, Some(Setup::Active)),
        }
    }
}

/// What is done about packets with another SSRC than was agreed on (quirk 15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SsrcCheck {
    /// Nothing: the session's own port tells them apart.
    #[default]
    Off,
    /// They are dropped.
    On,
}

/// Which payload types are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SdpStyle {
    /// Four.
    #[default]
    Usual,
    /// The long list that some recorders ask for (quirk 7).
    Long,
}

/// When sound of a broadcast is sent (quirk 23).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BroadcastStart {
    /// With the ACK of the device, as Hikvision expects.
    #[default]
    AfterAck,
    /// With our 200, as Dahua expects.
    AfterOk,
}

/// How sound gets to a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SpeechMode {
    /// The device is told, and asks for it (§9.12).
    #[default]
    Broadcast,
    /// The device is invited to a talk (`s=Talk`), as before the edition of 2022; some know nothing else.
    Talk,
}

/// How the wish for a key frame is spelt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IFrameStyle {
    /// As the edition of the device spells it.
    #[default]
    AsEdition,
    /// In both ways, in two messages.
    Both,
}

/// How a device or platform wants to be talked to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Bytes of bodies to it.
    pub charset: Charset,
    /// What SIP travels over.
    pub transport: SipTransport,
    /// What media travels over.
    pub media: MediaMode,
    /// Whether SSRCs of packets are looked at.
    pub ssrc_check: SsrcCheck,
    /// Which payload types are offered.
    pub sdp: SdpStyle,
    /// How sound gets to it.
    pub speech: SpeechMode,
    /// When sound of a broadcast is sent.
    pub broadcast: BroadcastStart,
    /// How the wish for a key frame is spelt.
    pub i_frame: IFrameStyle,
    /// Edition that it speaks: by `X-GB-Ver`, or set by hand.
    pub version: Version,
    /// How a stream of a channel is chosen; `None` to choose none.
    pub stream: Option<StreamAttribute>,
}

impl Profile {
    /// The preset of a maker for a device that speaks an edition.
    pub fn preset(vendor: Vendor, version: Version) -> Self {
        let is_new = version >= Version::V2022;
        let usual = Self {
            version,
            charset: if is_new { Charset::Gb18030 } else { Charset::Gb2312 },
            stream: is_new.then_some(StreamAttribute::StreamNumber),
            ..Self::default()
        };
        let stream_before_2022 = |attribute| usual.stream.or(Some(attribute));
        match vendor {
            Vendor::Dahua => Self {
                broadcast: BroadcastStart::AfterOk,
                stream: stream_before_2022(StreamAttribute::StreamProfile),
                ..usual
            },
            Vendor::TpLink => Self { stream: stream_before_2022(StreamAttribute::StreamMode), ..usual },
            // Huawei refuses to connect to us (quirk 22), so UDP stays its way; Hikvision and Uniview are as usual.
            Vendor::Hikvision | Vendor::Uniview | Vendor::Huawei | Vendor::Other => usual,
        }
    }

    /// Spellings of the wish for a key frame, each for a message of its own.
    pub fn i_frame_spellings(&self) -> Vec<IFrameSpelling> {
        match self.i_frame {
            IFrameStyle::AsEdition => vec![IFrameSpelling::of(self.version)],
            IFrameStyle::Both => vec![IFrameSpelling::IFame, IFrameSpelling::IFrame],
        }
    }

    /// Payload types to offer for pictures.
    pub fn video_payloads(&self) -> Vec<Payload> {
        match self.sdp {
            SdpStyle::Usual => Media::usual_payloads(),
            SdpStyle::Long => Media::long_payloads(),
        }
    }
}

/// What people say of how a device wants to be talked to; what they do not say is its maker's preset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Overrides {
    /// [`Profile::version`]; the presets of that edition come along.
    pub version: Option<Version>,
    /// [`Profile::charset`].
    pub charset: Option<Charset>,
    /// [`Profile::media`].
    pub media: Option<MediaMode>,
    /// [`Profile::ssrc_check`].
    pub ssrc_check: Option<SsrcCheck>,
    /// [`Profile::sdp`].
    pub sdp: Option<SdpStyle>,
    /// [`Profile::speech`].
    pub speech: Option<SpeechMode>,
    /// [`Profile::broadcast`].
    pub broadcast: Option<BroadcastStart>,
    /// [`Profile::i_frame`].
    pub i_frame: Option<IFrameStyle>,
    /// [`Profile::stream`].
    pub stream: Option<Option<StreamAttribute>>,
}

impl Overrides {
    /// How a maker's device of an edition is talked to then.
    pub fn over(&self, vendor: Vendor, version: Version) -> Profile {
        let preset = Profile::preset(vendor, self.version.unwrap_or(version));
        Profile {
            charset: self.charset.unwrap_or(preset.charset),
            media: self.media.unwrap_or(preset.media),
            ssrc_check: self.ssrc_check.unwrap_or(preset.ssrc_check),
            sdp: self.sdp.unwrap_or(preset.sdp),
            speech: self.speech.unwrap_or(preset.speech),
            broadcast: self.broadcast.unwrap_or(preset.broadcast),
            i_frame: self.i_frame.unwrap_or(preset.i_frame),
            stream: self.stream.unwrap_or(preset.stream),
            ..preset
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makers_are_recognised_by_what_devices_name() {
        for (name, vendor) in [
            ("Hikvision", Vendor::Hikvision),
            ("Embedded Net DVR/NVR/DVS", Vendor::Hikvision),
            ("DAHUA", Vendor::Dahua),
            ("浙江大华", Vendor::Dahua),
            ("UNV", Vendor::Uniview),
            ("HUAWEI", Vendor::Huawei),
            ("TP-LINK", Vendor::TpLink),
            ("IP Camera", Vendor::Other),
        ] {
            assert_eq!(Vendor::recognise([name]), vendor, "{name}");
        }
        assert_eq!(Vendor::recognise(["", "IP Camera", "dahua"]), Vendor::Dahua);
    }

    #[test]
    fn presets_follow_maker_and_edition() {
        let old = Profile::preset(Vendor::Dahua, Version::V2016);
        assert_eq!((old.stream, old.broadcast), (Some(StreamAttribute::StreamProfile), BroadcastStart::AfterOk));
        assert_eq!(old.i_frame_spellings(), [IFrameSpelling::IFame]);
        let new = Profile::preset(Vendor::Dahua, Version::V2022);
        assert_eq!((new.stream, new.charset), (Some(StreamAttribute::StreamNumber), Charset::Gb18030));
        assert_eq!(new.i_frame_spellings(), [IFrameSpelling::IFrame]);
        let both = Profile { i_frame: IFrameStyle::Both, sdp: SdpStyle::Long, ..old };
        assert_eq!((both.i_frame_spellings().len(), both.video_payloads().len()), (2, 6));
        assert_eq!(Profile::preset(Vendor::Other, Version::V2016).stream, None);
        assert_eq!(Profile::default().video_payloads().len(), 4);
    }

    #[test]
    fn what_people_say_counts_and_the_rest_is_the_preset() {
        let said =
            Overrides { media: Some(MediaMode::TcpActive), version: Some(Version::V2022), ..Overrides::default() };
        let profile = said.over(Vendor::Dahua, Version::V2016);
        assert_eq!((profile.media, profile.version), (MediaMode::TcpActive, Version::V2022));
        assert_eq!((profile.charset, profile.broadcast), (Charset::Gb18030, BroadcastStart::AfterOk));
        assert_eq!(Overrides { stream: Some(None), ..said }.over(Vendor::Dahua, Version::V2016).stream, None);
        assert_eq!(
            Overrides::default().over(Vendor::Dahua, Version::V2016),
            Profile::preset(Vendor::Dahua, Version::V2016)
        );
    }
}
