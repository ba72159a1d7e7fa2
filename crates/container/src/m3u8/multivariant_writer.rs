//! Writing multivariant playlists.

use media::Language;

use super::writer::put;

/// One variant of a multivariant playlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Peak bit rate.
    pub bandwidth_bps: u64,
    /// RFC 6381, where every track has a name.
    pub codecs: Option<String>,
    /// Width and height.
    pub resolution: Option<(u32, u32)>,
    /// Pictures per second.
    pub frame_rate: Option<f64>,
    /// Relative to the playlist, with its query.
    pub uri: String,
}

/// One sound of several, with a playlist of its own (§4.4.6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sound {
    /// For people; no two have the same.
    pub name: String,
    /// Where it is known.
    pub language: Option<Language>,
    /// How many channels it has, where that is known.
    pub channels: Option<u8>,
    /// Relative to the playlist, with its query.
    pub uri: String,
}

/// The name of the group that all variants take their sound from.
const GROUP: &str = "sound";

/// A multivariant playlist (§4.4.6.2). `sounds` are what all variants may be heard with, the default one first; without
/// any, the variants have their sound themselves.
pub fn write_multivariant(variants: &[Variant], sounds: &[Sound]) -> String {
    let mut out = "#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    for (index, sound) in sounds.iter().enumerate() {
        sound.put(&mut out, index == 0, may_be_chosen(sounds, index));
    }
    for variant in variants {
        put(&mut out, format_args!("#EXT-X-STREAM-INF:BANDWIDTH={}", variant.bandwidth_bps));
        if let Some(codecs) = &variant.codecs {
            put(&mut out, format_args!(",CODECS=\"{codecs}\""));
        }
        if let Some((width, height)) = variant.resolution {
            put(&mut out, format_args!(",RESOLUTION={width}x{height}"));
        }
        if let Some(rate) = variant.frame_rate {
            put(&mut out, format_args!(",FRAME-RATE={rate:.3}"));
        }
        if !sounds.is_empty() {
            put(&mut out, format_args!(",AUDIO=\"{GROUP}\""));
        }
        put(&mut out, format_args!("\n{}\n", variant.uri));
    }
    out
}

/// Whether a player may choose a sound by the languages that its user wants: the default one, and what differs from all
/// before it (§4.4.6.1.1: AUTOSELECT).
fn may_be_chosen(sounds: &[Sound], index: usize) -> bool {
    let language = sounds[index].language;
    index == 0 || language.is_some() && sounds[..index].iter().all(|before| before.language != language)
}

impl Sound {
    fn put(&self, out: &mut String, is_default: bool, may_be_chosen: bool) {
        let word = |yes| if yes { "YES" } else { "NO" };
        put(out, format_args!("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{GROUP}\",NAME=\"{}\"", self.name));
        if let Some(language) = self.language {
            put(out, format_args!(",LANGUAGE=\"{language}\""));
        }
        put(out, format_args!(",DEFAULT={},AUTOSELECT={}", word(is_default), word(may_be_chosen)));
        if let Some(channels) = self.channels {
            put(out, format_args!(",CHANNELS=\"{channels}\""));
        }
        put(out, format_args!(",URI=\"{}\"\n", self.uri));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variant_says_what_is_known() {
        let variant = Variant {
            bandwidth_bps: 2_000_000,
            codecs: Some("avc1.64001f,mp4a.40.2".into()),
            resolution: Some((1280, 720)),
            frame_rate: Some(25.0),
            uri: "media.m3u8?s=1".into(),
        };
        let text = write_multivariant(&[variant], &[]);
        assert!(text.ends_with(
            "#EXT-X-STREAM-INF:BANDWIDTH=2000000,CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=1280x720,FRAME-RATE=25.000\nmedia.m3u8?s=1\n"
        ));
    }

    #[test]
    fn several_sounds_are_a_group_with_one_default() {
        let variant =
            Variant { bandwidth_bps: 1, codecs: None, resolution: None, frame_rate: None, uri: "v.m3u8".into() };
        let sound = |name: &str, tag: &str, uri: &str| Sound {
            name: name.into(),
            language: Language::from_tag(tag),
            channels: Some(2),
            uri: uri.into(),
        };
        let sounds =
            [sound("1", "zh", "a.m3u8"), sound("2", "en", "b.m3u8"), sound("3", "en", "c.m3u8"), sound("4", "", "d")];
        let text = write_multivariant(&[variant], &sounds);
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("#EXT-X-MEDIA:")).collect();
        let start = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=";
        assert_eq!(
            lines,
            [
                format!("{start}\"1\",LANGUAGE=\"zh\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"a.m3u8\""),
                format!("{start}\"2\",LANGUAGE=\"en\",DEFAULT=NO,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"b.m3u8\""),
                format!("{start}\"3\",LANGUAGE=\"en\",DEFAULT=NO,AUTOSELECT=NO,CHANNELS=\"2\",URI=\"c.m3u8\""),
                format!("{start}\"4\",DEFAULT=NO,AUTOSELECT=NO,CHANNELS=\"2\",URI=\"d\""),
            ]
        );
        assert!(text.contains("#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"sound\"\nv.m3u8\n"));
    }
}
