//! Languages of sound, by their ISO 639-2 codes, which every container but HLS and DASH has room for.

use std::fmt;

/// A language: three letters of ISO 639-2/T. Regions and scripts (`zh-Hant`) are left out, since transport streams and
/// MP4 have no room for them.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Language([u8; 3]);

impl Language {
    /// From the three letters of ISO 639-2, in either case; bibliographic codes (`chi`) become terminological ones
    /// (`zho`). `None` for what names no language: `und`, `mis`, `mul`, `zxx`, and what is not three letters.
    pub fn from_code(code: [u8; 3]) -> Option<Self> {
        let code = code.map(|letter| letter.to_ascii_lowercase());
        if !code.iter().all(u8::is_ascii_lowercase) || NO_LANGUAGE.contains(&&code) {
            return None;
        }
        let terminological = BIBLIOGRAPHIC.iter().find(|(old, _)| **old == code).map_or(code, |(_, new)| **new);
        Some(Self(terminological))
    }

    /// From a tag of RFC 5646, by its first part: `en-GB` is `eng`. `None` for what names no language that we know.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?.as_bytes();
        match primary {
            [first, second, third] => Self::from_code([*first, *second, *third]),
            [first, second] => {
                let short = [first, second].map(|letter| letter.to_ascii_lowercase());
                SHORT.iter().find(|(known, _)| **known == short).map(|(_, code)| Self(**code))
            }
            _ => None,
        }
    }

    /// Three small letters.
    pub const fn code(self) -> [u8; 3] {
        self.0
    }
}

/// The shortest tag of RFC 5646 (§4.5): two letters where ISO 639-1 has them.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short = SHORT.iter().find(|(_, code)| **code == self.0);
        let letters: &[u8] = short.map_or(&self.0, |(short, _)| &short[..]);
        letters.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({self})")
    }
}

/// Codes of ISO 639-2 for sound that is in no language, in several, or in one that nobody wrote down.
const NO_LANGUAGE: [&[u8; 3]; 4] = [b"und", b"mis", b"mul", b"zxx"];

/// Codes of ISO 639-2/B where they differ from 639-2/T.
const BIBLIOGRAPHIC: [(&[u8; 3], &[u8; 3]); 20] = [
    (b"alb", b"sqi"),
    (b"arm", b"hye"),
    (b"baq", b"eus"),
    (b"bur", b"mya"),
    (b"chi", b"zho"),
    (b"cze", b"ces"),
    (b"dut", b"nld"),
    (b"fre", b"fra"),
    (b"geo", b"kat"),
    (b"ger", b"deu"),
    (b"gre", b"ell"),
    (b"ice", b"isl"),
    (b"mac", b"mkd"),
    (b"mao", b"mri"),
    (b"may", b"msa"),
    (b"per", b"fas"),
    (b"rum", b"ron"),
    (b"slo", b"slk"),
    (b"tib", b"bod"),
    (b"wel", b"cym"),
];

/// Codes of ISO 639-1 with those of 639-2/T.
#[rustfmt::skip]
const SHORT: [(&[u8; 2], &[u8; 3]); 183] = [
    (b"aa", b"aar"), (b"ab", b"abk"), (b"ae", b"ave"), (b"af", b"afr"), (b"ak", b"aka"), (b"am", b"amh"),
    (b"an", b"arg"), (b"ar", b"ara"), (b"as", b"asm"), (b"av", b"ava"), (b"ay", b"aym"), (b"az", b"aze"),
    (b"ba", b"bak"), (b"be", b"bel"), (b"bg", b"bul"), (b"bi", b"bis"), (b"bm", b"bam"), (b"bn", b"ben"),
    (b"bo", b"bod"), (b"br", b"bre"), (b"bs", b"bos"), (b"ca", b"cat"), (b"ce", b"che"), (b"ch", b"cha"),
    (b"co", b"cos"), (b"cr", b"cre"), (b"cs", b"ces"), (b"cu", b"chu"), (b"cv", b"chv"), (b"cy", b"cym"),
    (b"da", b"dan"), (b"de", b"deu"), (b"dv", b"div"), (b"dz", b"dzo"), (b"ee", b"ewe"), (b"el", b"ell"),
    (b"en", b"eng"), (b"eo", b"epo"), (b"es", b"spa"), (b"et", b"est"), (b"eu", b"eus"), (b"fa", b"fas"),
    (b"ff", b"ful"), (b"fi", b"fin"), (b"fj", b"fij"), (b"fo", b"fao"), (b"fr", b"fra"), (b"fy", b"fry"),
    (b"ga", b"gle"), (b"gd", b"gla"), (b"gl", b"glg"), (b"gn", b"grn"), (b"gu", b"guj"), (b"gv", b"glv"),
    (b"ha", b"hau"), (b"he", b"heb"), (b"hi", b"hin"), (b"ho", b"hmo"), (b"hr", b"hrv"), (b"ht", b"hat"),
    (b"hu", b"hun"), (b"hy", b"hye"), (b"hz", b"her"), (b"ia", b"ina"), (b"id", b"ind"), (b"ie", b"ile"),
    (b"ig", b"ibo"), (b"ii", b"iii"), (b"ik", b"ipk"), (b"io", b"ido"), (b"is", b"isl"), (b"it", b"ita"),
    (b"iu", b"iku"), (b"ja", b"jpn"), (b"jv", b"jav"), (b"ka", b"kat"), (b"kg", b"kon"), (b"ki", b"kik"),
    (b"kj", b"kua"), (b"kk", b"kaz"), (b"kl", b"kal"), (b"km", b"khm"), (b"kn", b"kan"), (b"ko", b"kor"),
    (b"kr", b"kau"), (b"ks", b"kas"), (b"ku", b"kur"), (b"kv", b"kom"), (b"kw", b"cor"), (b"ky", b"kir"),
    (b"la", b"lat"), (b"lb", b"ltz"), (b"lg", b"lug"), (b"li", b"lim"), (b"ln", b"lin"), (b"lo", b"lao"),
    (b"lt", b"lit"), (b"lu", b"lub"), (b"lv", b"lav"), (b"mg", b"mlg"), (b"mh", b"mah"), (b"mi", b"mri"),
    (b"mk", b"mkd"), (b"ml", b"mal"), (b"mn", b"mon"), (b"mr", b"mar"), (b"ms", b"msa"), (b"mt", b"mlt"),
    (b"my", b"mya"), (b"na", b"nau"), (b"nb", b"nob"), (b"nd", b"nde"), (b"ne", b"nep"), (b"ng", b"ndo"),
    (b"nl", b"nld"), (b"nn", b"nno"), (b"no", b"nor"), (b"nr", b"nbl"), (b"nv", b"nav"), (b"ny", b"nya"),
    (b"oc", b"oci"), (b"oj", b"oji"), (b"om", b"orm"), (b"or", b"ori"), (b"os", b"oss"), (b"pa", b"pan"),
    (b"pi", b"pli"), (b"pl", b"pol"), (b"ps", b"pus"), (b"pt", b"por"), (b"qu", b"que"), (b"rm", b"roh"),
    (b"rn", b"run"), (b"ro", b"ron"), (b"ru", b"rus"), (b"rw", b"kin"), (b"sa", b"san"), (b"sc", b"srd"),
    (b"sd", b"snd"), (b"se", b"sme"), (b"sg", b"sag"), (b"si", b"sin"), (b"sk", b"slk"), (b"sl", b"slv"),
    (b"sm", b"smo"), (b"sn", b"sna"), (b"so", b"som"), (b"sq", b"sqi"), (b"sr", b"srp"), (b"ss", b"ssw"),
    (b"st", b"sot"), (b"su", b"sun"), (b"sv", b"swe"), (b"sw", b"swa"), (b"ta", b"tam"), (b"te", b"tel"),
    (b"tg", b"tgk"), (b"th", b"tha"), (b"ti", b"tir"), (b"tk", b"tuk"), (b"tl", b"tgl"), (b"tn", b"tsn"),
    (b"to", b"ton"), (b"tr", b"tur"), (b"ts", b"tso"), (b"tt", b"tat"), (b"tw", b"twi"), (b"ty", b"tah"),
    (b"ug", b"uig"), (b"uk", b"ukr"), (b"ur", b"urd"), (b"uz", b"uzb"), (b"ve", b"ven"), (b"vi", b"vie"),
    (b"vo", b"vol"), (b"wa", b"wln"), (b"wo", b"wol"), (b"xh", b"xho"), (b"yi", b"yid"), (b"yo", b"yor"),
    (b"za", b"zha"), (b"zh", b"zho"), (b"zu", b"zul"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_tags_of_one_language_are_the_same() {
        for (tag, code, shortest) in [
            ("en", b"eng", "en"),
            ("en-GB", b"eng", "en"),
            ("ZH_hans", b"zho", "zh"),
            ("chi", b"zho", "zh"),
            ("yue-HK", b"yue", "yue"),
            ("ger", b"deu", "de"),
        ] {
            let language = Language::from_tag(tag).unwrap();
            assert_eq!((language.code(), language.to_string().as_str()), (*code, shortest), "{tag}");
            assert_eq!(Language::from_code(*code), Some(language));
        }
    }

    #[test]
    fn what_names_no_language_is_none() {
        for tag in ["", "und", "zxx", "e", "xq", "english", "1ab", "-en"] {
            assert_eq!(Language::from_tag(tag), None, "{tag}");
        }
        assert_eq!(Language::from_code([0xff, 0, b'a']), None);
    }

    #[test]
    fn every_short_code_stands_once_and_in_order() {
        assert!(SHORT.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (short, code) in SHORT {
            let language = Language::from_code(*code).unwrap();
            assert_eq!(language.to_string().as_bytes(), short);
        }
    }
}
