//! Lists of channels become sources: each line judged first, so that a person sees what would happen.

use std::collections::HashSet;
use std::sync::Arc;

use api::{SourceImport, SourceImportItem, SourceImportReport};
use axum::Json;
use axum::extract::State;
use container::m3u8::{Channel, parse_channel_list};
use gateway::pull::PullUrl;
use hub::StreamKey;

use super::Failure;
use super::auth::Who;
use super::extract::Body;
use super::language::localised;
use super::named::located;
use super::sources;
use crate::server::App;

/// Bytes of a request with a list: some 5,000 channels.
pub(super) const MAX_BODY: usize = 1 << 20;
/// Channels of one list.
const MAX_CHANNELS: usize = 5000;
/// Characters of a stream's name.
const MAX_NAME: usize = 64;

pub(super) async fn import(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<SourceImport>,
) -> Result<Json<SourceImportReport>, Failure> {
    let channels =
        parse_channel_list(input.list.as_bytes()).map_err(|error| Failure::invalid("list", format!("{error}.")))?;
    if channels.len() > MAX_CHANNELS {
        return Err(Failure::invalid("list", format!("A list has at most {MAX_CHANNELS} channels.")));
    }
    let any = StreamKey::new(&input.app, "name").map_err(|error| Failure::invalid("app", format!("{error}.")))?;
    let any = located(&app, any, input.vhost.as_deref())?;
    let mut stored = app.database.sources().await?;
    stored.retain(|row| row.vhost == any.vhost());
    let mut urls: HashSet<String> = stored.iter().map(|row| row.url.clone()).collect();
    let mut taken: HashSet<String> =
        stored.iter().filter(|row| row.app == input.app).map(|row| row.name.clone()).collect();
    let mut report = SourceImportReport { items: Vec::new(), added: 0, refused: 0, known: 0 };
    for mut channel in channels {
        // Without a name it is called by its address, whose credentials are nobody's business.
        if channel.name == channel.url {
            channel.name = shown(&channel.url);
        }
        let name = free_name(&channel, &taken);
        let wanted = api::SourceInput {
            vhost: input.vhost.clone(),
            app: input.app.clone(),
            name: name.clone(),
            url: channel.url.clone(),
            username: None,
            password: None,
            mode: input.mode.clone(),
            schedule: None,
        };
        let mut item = SourceImportItem {
            line: channel.line,
            title: channel.name,
            group: channel.group,
            name: name.clone(),
            outcome: "added".to_owned(),
            reason: None,
        };
        match sources::checked(&app, &wanted, None) {
            Err(failure) if failure.field.as_deref() == Some("mode") => return Err(failure),
            Err(failure) => {
                item.outcome = "refused".to_owned();
                item.reason = Some(localised(&failure.detail));
                report.refused += 1;
            }
            Ok((_, row)) if !urls.insert(row.url.clone()) => {
                item.outcome = "known".to_owned();
                report.known += 1;
            }
            Ok((spec, row)) => {
                taken.insert(name);
                report.added += 1;
                if !input.dry_run {
                    sources::store(&app, spec, &row).await?;
                }
            }
        }
        report.items.push(item);
    }
    if !input.dry_run {
        tracing::info!(user = caller.user.name, added = report.added, "A list of channels was imported.");
    }
    Ok(Json(report))
}

/// An address without its secrets.
fn shown(url: &str) -> String {
    PullUrl::parse(url, None, None).map_or_else(|_| "–".to_owned(), |url| url.to_string())
}

/// A name for a stream made of what a list calls the channel; a number behind it where that is taken.
fn free_name(channel: &Channel, taken: &HashSet<String>) -> String {
    let own = [channel.id.as_deref(), Some(channel.name.as_str())].into_iter().flatten().map(plain);
    let base = own.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| format!("line-{}", channel.line));
    let numbered = (2..).map(|number| format!("{}-{number}", &base[..base.len().min(MAX_NAME - 6)]));
    let free = std::iter::once(base.clone()).chain(numbered).find(|name| !taken.contains(name));
    free.unwrap_or(base)
}

/// Letters and digits as they are, everything else as one hyphen.
fn plain(text: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => name.push(character),
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    name.truncate(MAX_NAME);
    name.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_get_names_that_streams_may_have() {
        let mut taken = HashSet::new();
        for (id, title, expected) in [
            (None, "K12+300 North", "K12-300-North"),
            (Some("cam 7"), "whatever", "cam-7"),
            (None, "K12 300 North", "K12-300-North-2"),
            (None, "收费站", "line-9"),
            (None, "收费站", "line-9-2"),
        ] {
            let channel = Channel { name: title.into(), id: id.map(str::to_owned), line: 9, ..Channel::default() };
            let name = free_name(&channel, &taken);
            assert_eq!(name, expected);
            assert!(StreamKey::new("road", &name).is_ok());
            taken.insert(name);
        }
        let long = Channel { name: "x".repeat(100), ..Channel::default() };
        taken.insert(free_name(&long, &taken));
        assert!(StreamKey::new("road", &free_name(&long, &taken)).is_ok());
    }
}
