//! Words by which a channel is found: its properties, with the pinyin of Chinese ones.

use db::ChannelRow;
use pinyin::ToPinyinMulti;

use crate::stake::Stake;

/// Readings of a name that are kept, where its characters have several.
const MAX_READINGS: usize = 4;
/// Characters of a name whose pinyin is kept.
const MAX_CHARACTERS: usize = 64;

/// Everything that a search looks into, in small letters, one property a line.
pub(super) fn search_text(row: &ChannelRow, device_name: &str) -> String {
    let stake = row.stake_m.and_then(Stake::new).map(|stake| stake.to_string()).unwrap_or_default();
    let road_stake = format!("{} {stake}", row.road_code);
    let mut lines = vec![
        row.name.clone(),
        row.code.clone().unwrap_or_default(),
        road_stake,
        row.road_name.clone(),
        row.tags.clone(),
        device_name.to_owned(),
    ];
    lines.extend(readings(&row.name));
    lines.extend(readings(&row.road_name));
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n").to_lowercase()
}

/// Initials and whole pinyin of a text with Chinese in it: "沪蓉高速" is "hrgs" and "huronggaosu".
fn readings(text: &str) -> Vec<String> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut initials = vec![String::new()];
    let mut whole = String::new();
    for character in text.chars().take(MAX_CHARACTERS) {
        let Some(multi) = character.to_pinyin_multi() else {
            initials.iter_mut().for_each(|reading| reading.push(character));
            whole.push(character);
            continue;
        };
        let mut first = true;
        let mut letters: Vec<&str> = Vec::new();
        for sound in multi {
            if first {
                whole.push_str(sound.plain());
                first = false;
            }
            if !letters.contains(&sound.first_letter()) {
                letters.push(sound.first_letter());
            }
        }
        if initials.len() * letters.len() > MAX_READINGS {
            letters.truncate(1);
        }
        initials = initials
            .iter()
            .flat_map(|reading| letters.iter().map(move |letter| format!("{reading}{letter}")))
            .collect();
    }
    initials.push(whole);
    initials
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_found_by_what_people_remember_of_it() {
        let row = ChannelRow {
            name: "沪蓉高速 K128+300 上行".into(),
            code: Some("34020000001320000001".into()),
            road_code: "G42".into(),
            road_name: "沪蓉高速".into(),
            stake_m: Some(128_300),
            tags: "隧道\n重点".into(),
            ..Default::default()
        };
        let text = search_text(&row, "NVR-3");
        for wanted in ["沪蓉", "k128+300", "g42 k128", "hrgs", "hurong", "重点", "nvr-3", "0132000000"] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
    }

    #[test]
    fn characters_with_several_sounds_are_found_by_each() {
        let found = readings("重庆");
        assert!(found.contains(&"cq".to_owned()) && found.contains(&"zq".to_owned()), "{found:?}");
        assert!(readings("K1").is_empty());
        assert!(readings(&"重".repeat(500)).len() <= MAX_READINGS + 1);
    }
}
