//! HTTP Live Streaming from other servers: playlists, their pieces, and one time line made of them.
//!
//! ```text
//! Follower (video) --pieces--> lane: demuxer, queue --+--> in the order of decoding, paced --> sink
//! Follower (sound) --pieces--> lane: demuxer, queue --+   one for each sound
//! ```

mod cursor;
mod follow;

use std::collections::VecDeque;
use std::time::Duration;

use base::ErrorKind;
use container::m3u8::{Multivariant, Playlist};
use futures_util::future::try_join_all;
use hub::Leg;
use media::{AccessUnit, Language, Timestamp, TrackConfig, TrackId};
use tokio::sync::mpsc;

use crate::demux::{Item, StreamDemuxer};
use crate::guard::PullGuard;
use crate::http::client::{HttpClient, bad_answer};
use crate::pace::{Pace, deliver};
use crate::pull::{PullFailure, PullSink, PullUrl};

use follow::{Follower, Piece};

/// Pieces that wait to be played: what a server sends ahead is not fetched ahead.
const WAITING: usize = 2;
/// Media may run ahead of the clock by what one fetch may take.
const LEAD: Duration = Duration::from_millis(300);
/// One lane waits this long for the other before it goes on alone.
const TOGETHER: Duration = Duration::from_secs(2);
/// How often the sink is asked what it wants.
const TICK: Duration = Duration::from_millis(500);
/// Sounds with playlists of their own; further ones are left out.
const MAX_SOUNDS: usize = 8;
/// Tracks of a lane: numbers of the next lane begin behind them.
const LANE_TRACKS: u8 = 16;

/// Whether bytes begin a playlist.
pub(crate) fn is_playlist(first: &[u8]) -> bool {
    first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).starts_with(b"#EXTM")
}

/// Pulls the stream that a playlist at `url` describes, until it ends or the sink wants no more.
pub(crate) async fn pull(
    client: HttpClient,
    guard: &PullGuard,
    url: PullUrl,
    playlist: &[u8],
    sink: &mut dyn PullSink,
) -> Result<(), PullFailure> {
    let (pieces, received) = mpsc::channel(WAITING);
    let follower = |lane: usize, url: PullUrl| Follower::new(lane, HttpClient::new(guard.clone()), url, pieces.clone());
    match Playlist::parse(playlist).map_err(|error| bad_answer(&error.to_string()))? {
        Playlist::Media(media) => {
            let follower = Follower::new(0, client, url, pieces.clone());
            drop(pieces);
            play(Box::pin(follower.run(Some(*media))), async { Ok(()) }, vec![None], received, sink).await
        }
        Playlist::Multivariant(list) => {
            let Chosen { video, language, sounds } = choose(&list, &url)?;
            let sentence = match sounds.len() {
                0 | 1 => format!("Chose {video}."),
                count => format!("Chose {video} with {count} sounds."),
            };
            sink.step(Leg::Answer, true, &sentence);
            let first = Follower::new(0, client, video, pieces.clone());
            let languages = std::iter::once(language).chain(sounds.iter().map(|(_, language)| *language)).collect();
            let others: Vec<_> = (1..).zip(sounds).map(|(lane, (url, _))| follower(lane, url)).collect();
            drop(pieces);
            let mut others = others.into_iter();
            let main = others.next();
            let sounds = async {
                let main = async {
                    match main {
                        Some(main) => Box::pin(main.run(None)).await,
                        None => Ok(()),
                    }
                };
                let alternatives = try_join_all(others.map(Follower::run_alone));
                tokio::try_join!(main, alternatives).map(drop)
            };
            play(Box::pin(first.run(None)), sounds, languages, received, sink).await
        }
    }
}

/// What is followed of a list of variants.
struct Chosen {
    video: PullUrl,
    /// Of the sound in the variant itself.
    language: Option<Language>,
    /// Sounds that have playlists of their own.
    sounds: Vec<(PullUrl, Option<Language>)>,
}

/// The best variant, and its sounds where they have playlists of their own.
fn choose(list: &Multivariant, url: &PullUrl) -> Result<Chosen, PullFailure> {
    let best = list.variants.iter().max_by_key(|variant| variant.bandwidth_bps);
    let best = best.ok_or_else(|| bad_answer("the playlist lists no variant"))?;
    let follow = |uri: &str| url.follow(uri).map_err(|text| bad_answer(&text));
    let (mut language, mut sounds) = (None, Vec::new());
    for sound in list.sounds_of(best) {
        let spoken = sound.language.as_deref().and_then(Language::from_tag);
        match sound.uri.as_deref() {
            // A variant of sound alone may be one of its sounds itself.
            None => language = language.or(spoken),
            Some(uri) if uri == best.uri => language = language.or(spoken),
            Some(uri) if sounds.len() < MAX_SOUNDS => sounds.push((follow(uri)?, spoken)),
            Some(_) => {}
        }
    }
    Ok(Chosen { video: follow(&best.uri)?, language, sounds })
}

/// Plays what the followers find; ends with the first of them that fails, or when all have ended. There is a lane for each
/// of `languages`.
async fn play(
    video: impl Future<Output = Result<(), PullFailure>>,
    sounds: impl Future<Output = Result<(), PullFailure>>,
    languages: Vec<Option<Language>>,
    received: mpsc::Receiver<(usize, Piece)>,
    sink: &mut dyn PullSink,
) -> Result<(), PullFailure> {
    let fetching = async { tokio::try_join!(video, sounds).map(drop) };
    let player = Player::new(languages, received);
    tokio::pin!(fetching);
    let playing = player.run(sink);
    tokio::pin!(playing);
    tokio::select! {
        outcome = &mut playing => outcome,
        outcome = &mut fetching => match outcome {
            // What was fetched is played to its end.
            Ok(()) => playing.await,
            Err(failure) => Err(failure),
        },
    }
}

/// One playlist's stream.
#[derive(Default)]
struct Lane {
    demuxer: Option<StreamDemuxer>,
    /// What the list of variants says about its sound.
    language: Option<Language>,
    tracks: Vec<TrackConfig>,
    units: VecDeque<AccessUnit>,
    /// Nothing more will come.
    over: bool,
}

/// Brings the lanes together.
struct Player {
    lanes: Vec<Lane>,
    received: mpsc::Receiver<(usize, Piece)>,
    pace: Pace,
    announced: bool,
    over: bool,
}

impl Player {
    fn new(languages: Vec<Option<Language>>, received: mpsc::Receiver<(usize, Piece)>) -> Self {
        let lanes = languages.into_iter().map(|language| Lane { language, ..Lane::default() }).collect();
        Self { lanes, received, pace: Pace::new(LEAD), announced: false, over: false }
    }

    async fn run(mut self, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        loop {
            self.gather(sink).await?;
            if sink.is_done() {
                return Ok(());
            }
            self.announce(sink)?;
            while self.announced
                && let Some(unit) = self.next_unit()
            {
                if deliver(&mut self.pace, unit, sink).await {
                    return Ok(());
                }
            }
            if self.over && self.lanes.iter().all(|lane| lane.units.is_empty()) {
                return Ok(());
            }
        }
    }

    /// Takes pieces until every lane has something, or one of them keeps the others waiting.
    async fn gather(&mut self, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        let started = tokio::time::Instant::now();
        while self.lanes.iter().any(Lane::is_awaited) && started.elapsed() < TOGETHER && !self.over {
            match tokio::time::timeout(TICK, self.received.recv()).await {
                Ok(Some((lane, piece))) => self.take(lane, piece, sink)?,
                Ok(None) => self.over = true,
                Err(_elapsed) => return Ok(()),
            }
        }
        Ok(())
    }

    fn take(&mut self, lane: usize, piece: Piece, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        match piece {
            Piece::Step(leg, ok, text) => sink.step(leg, ok, &text),
            Piece::Received(bytes) => sink.received(bytes),
            Piece::Over(text) => {
                self.lanes[lane].over = true;
                sink.step(Leg::Media, false, &text);
            }
            Piece::Media { map, bytes, discontinuity } => {
                let items = self.lanes[lane].demux(map.as_deref(), &bytes, discontinuity)?;
                for item in items {
                    self.sort(lane, item, sink)?;
                }
            }
        }
        Ok(())
    }

    fn sort(&mut self, index: usize, item: Item, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        let lane = &mut self.lanes[index];
        match item {
            Item::Note(text) => sink.step(Leg::Media, false, &text),
            Item::Unit(unit) => {
                lane.units.push_back(AccessUnit { track: numbered(unit.track, index), ..unit });
            }
            Item::Tracks(tracks) => {
                let tracks: Vec<_> = tracks.into_iter().map(|track| lane.own(track, index)).collect();
                lane.tracks.retain(|known| tracks.iter().all(|track| track.id != known.id));
                lane.tracks.extend(tracks.iter().cloned());
                if self.announced {
                    sink.tracks(tracks)?;
                }
            }
        }
        Ok(())
    }

    /// Tells the sink of all tracks once each lane knows its own, or has kept the others waiting.
    fn announce(&mut self, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        let tracks: Vec<_> = self.lanes.iter().flat_map(|lane| lane.tracks.clone()).collect();
        if self.announced || tracks.is_empty() {
            return Ok(());
        }
        self.announced = true;
        sink.tracks(tracks)
    }

    /// The unit that is decoded first. A lane that has nothing is waited for elsewhere.
    fn next_unit(&mut self) -> Option<AccessUnit> {
        if !self.over && self.lanes.iter().any(Lane::is_awaited) && self.lanes.len() > 1 {
            let most = self.lanes.iter().map(|lane| lane.units.len()).max().unwrap_or(0);
            return if most > MAX_ALONE { self.earliest() } else { None };
        }
        self.earliest()
    }

    fn earliest(&mut self) -> Option<AccessUnit> {
        let lane = self.lanes.iter_mut().filter(|lane| !lane.units.is_empty()).min_by_key(|lane| lane.first())?;
        lane.units.pop_front()
    }
}

/// Units of a lane that goes on alone while the other one has none.
const MAX_ALONE: usize = 1000;

/// Tracks of different playlists may have the same number.
const fn numbered(track: TrackId, lane: usize) -> TrackId {
    TrackId(track.0.wrapping_add(LANE_TRACKS.wrapping_mul(lane as u8)))
}

impl Lane {
    fn is_awaited(&self) -> bool {
        self.units.is_empty() && !self.over
    }

    /// A track with its number among those of all lanes, and its language where the track itself does not say it.
    fn own(&self, track: TrackConfig, index: usize) -> TrackConfig {
        let language = track.language.or(self.language);
        TrackConfig { id: numbered(track.id, index), ..track }.in_language(language)
    }

    fn first(&self) -> Option<Timestamp> {
        self.units.front().map(|unit| unit.dts.unwrap_or(unit.pts).to_timestamp())
    }

    fn demux(&mut self, map: Option<&[u8]>, bytes: &[u8], discontinuity: bool) -> Result<Vec<Item>, PullFailure> {
        let mut items = Vec::new();
        if discontinuity && let Some(demuxer) = &mut self.demuxer {
            demuxer.finish();
            drain(demuxer, &mut items)?;
        }
        let first = map.unwrap_or(bytes);
        let demuxer = match &mut self.demuxer {
            Some(demuxer) => demuxer,
            none => none.insert(StreamDemuxer::detect(first).ok_or_else(unknown)?),
        };
        for piece in map.into_iter().chain([bytes]) {
            demuxer.push(piece);
            demuxer.end_resource();
        }
        drain(demuxer, &mut items)?;
        Ok(items)
    }
}

fn drain(demuxer: &mut StreamDemuxer, items: &mut Vec<Item>) -> Result<(), PullFailure> {
    while let Some(item) = demuxer.next()? {
        items.push(item);
    }
    Ok(())
}

fn unknown() -> PullFailure {
    PullFailure {
        leg: Leg::Codec,
        kind: ErrorKind::Unsupported,
        text: "the segments are neither MPEG-TS nor fragmented MP4".to_owned(),
        next_step: "Ask the other server for one of them.".to_owned(),
    }
}
