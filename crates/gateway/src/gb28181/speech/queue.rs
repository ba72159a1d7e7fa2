//! Sound that waits to be sent.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::SpeechCounters;

/// Bytes of one packet: 20 ms of 8 kHz.
pub const BYTES_PER_PACKET: usize = 160;
/// Bytes that wait: half a second. Full-policy: the oldest are dropped.
pub const MAX_QUEUED_BYTES: usize = 4000;
/// Bytes that must be there before sound begins, or goes on after a gap, so that uneven arrivals are not heard: 60 ms.
const AHEAD_BYTES: usize = 3 * BYTES_PER_PACKET;
/// Of a file so much waits: 200 ms.
const FED_BYTES: usize = 10 * BYTES_PER_PACKET;
/// The value of no sound (G.711 table 1a).
const SILENCE: u8 = 0xD5;

/// Sound of 20 ms.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) a_law: [u8; BYTES_PER_PACKET],
    /// Nobody has said anything.
    pub(super) is_silent: bool,
}

#[derive(Debug, Default)]
pub(super) struct SoundQueue {
    state: Mutex<State>,
    taken: Notify,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<u8>,
    is_flowing: bool,
    counters: SpeechCounters,
}

impl SoundQueue {
    pub(super) fn put(&self, a_law: &[u8]) {
        let mut state = self.lock();
        let newest = &a_law[a_law.len().saturating_sub(MAX_QUEUED_BYTES)..];
        let over = (state.waiting.len() + newest.len()).saturating_sub(MAX_QUEUED_BYTES);
        state.waiting.drain(..over);
        state.waiting.extend(newest);
        state.counters.dropped_bytes += (over + a_law.len() - newest.len()) as u64;
    }

    pub(super) async fn feed(&self, a_law: &[u8]) {
        for part in a_law.chunks(BYTES_PER_PACKET) {
            self.wait_until(|state| state.waiting.len() <= FED_BYTES).await;
            self.lock().waiting.extend(part);
        }
    }

    pub(super) async fn drained(&self) {
        {
            // Less than is waited for before sound begins would never leave.
            let mut state = self.lock();
            state.is_flowing |= !state.waiting.is_empty();
        }
        self.wait_until(|state| state.waiting.is_empty()).await;
    }

    async fn wait_until(&self, is_so: impl Fn(&State) -> bool) {
        loop {
            let taken = self.taken.notified();
            if is_so(&self.lock()) {
                return;
            }
            taken.await;
        }
    }

    pub(super) fn next_packet(&self) -> Packet {
        let mut state = self.lock();
        let mut a_law = [SILENCE; BYTES_PER_PACKET];
        state.is_flowing |= state.waiting.len() >= AHEAD_BYTES;
        let length = if state.is_flowing { state.waiting.len().min(BYTES_PER_PACKET) } else { 0 };
        for (place, byte) in a_law.iter_mut().zip(state.waiting.drain(..length)) {
            *place = byte;
        }
        state.is_flowing &= length == BYTES_PER_PACKET;
        drop(state);
        self.taken.notify_waiters();
        Packet { a_law, is_silent: length == 0 }
    }

    pub(super) fn note_sent(&self, is_sent: bool, is_silent: bool) {
        let counters = &mut self.lock().counters;
        if is_sent {
            counters.packets += 1;
            counters.sounding += u64::from(!is_silent);
        } else {
            counters.lost_packets += 1;
        }
    }

    pub(super) fn counters(&self) -> SpeechCounters {
        self.lock().counters
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds(queue: &SoundQueue) -> usize {
        std::iter::from_fn(|| (!queue.next_packet().is_silent).then_some(())).count()
    }

    #[test]
    fn sound_begins_with_some_in_hand_and_goes_on_to_its_last_byte() {
        let queue = SoundQueue::default();
        queue.put(&[1; AHEAD_BYTES - 1]);
        assert!(queue.next_packet().is_silent, "more may come late");
        queue.put(&[2]);
        assert_eq!(sounds(&queue), 3);
        queue.put(&[3; AHEAD_BYTES + 40]);
        let last = std::iter::from_fn(|| Some(queue.next_packet()).filter(|packet| !packet.is_silent)).last().unwrap();
        assert_eq!((last.a_law[39], last.a_law[40]), (3, SILENCE));
        queue.put(&[4; BYTES_PER_PACKET]);
        assert!(queue.next_packet().is_silent, "after a gap it waits again");
    }

    #[test]
    fn what_comes_too_fast_pushes_the_oldest_out() {
        let queue = SoundQueue::default();
        queue.put(&[1; MAX_QUEUED_BYTES]);
        queue.put(&[2; 2 * BYTES_PER_PACKET]);
        queue.put(&[3; MAX_QUEUED_BYTES + 5]);
        assert_eq!(queue.counters().dropped_bytes, (MAX_QUEUED_BYTES + 2 * BYTES_PER_PACKET + 5) as u64);
        assert_eq!(sounds(&queue), MAX_QUEUED_BYTES / BYTES_PER_PACKET);
    }

    #[tokio::test]
    async fn a_file_waits_for_room_and_loses_nothing() {
        let queue = SoundQueue::default();
        let sound: Vec<u8> = (0..MAX_QUEUED_BYTES * 2 + 7).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let fed = async {
            queue.feed(&sound).await;
            queue.drained().await;
        };
        let heard = async {
            let mut heard = Vec::new();
            while heard.len() < sound.len() {
                tokio::task::yield_now().await;
                let packet = queue.next_packet();
                heard.extend(packet.a_law.into_iter().filter(|_| !packet.is_silent));
            }
            heard
        };
        let ((), heard) = futures_util::future::join(fed, heard).await;
        assert_eq!(heard[..sound.len()], sound);
        assert_eq!(queue.counters().dropped_bytes, 0);
    }
}
