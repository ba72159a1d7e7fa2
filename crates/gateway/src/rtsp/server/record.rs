//! A peer that publishes: over its connection, or by UDP.

use std::sync::atomic::Ordering;
use std::time::Instant;

use hub::publisher::StopReason;
use hub::{Feedback, Publisher};
use rtsp::ingest::split_frame;
use rtsp::{Ingest, ServerEvent, ServerOutput};
use tokio::io::AsyncWriteExt;

use super::{Offer, Peer, TICK};
use crate::rtsp::lanes::Lanes;
use crate::rtsp::to_hub;

impl Peer {
    /// Passes on what the publisher sends until it ends or is no longer wanted.
    pub(super) async fn record(mut self) {
        let Some(Offer { description, mut publisher }) = self.offer.take() else { return };
        let mut ingest = Ingest::of_publisher(Instant::now(), &description, self.session.setups(), rand::random());
        let mut lanes = self.lanes();
        if !lanes.is_empty() {
            ingest = ingest.with_reordering();
        }
        let (text, keep_viewers) = match self.feed(&mut ingest, &mut lanes, &mut publisher).await {
            Ok(Some(reason)) => (format!("The publisher was stopped: {reason:?}."), reason != StopReason::Kicked),
            Ok(None) => ("The publisher ended the stream.".to_owned(), true),
            Err(error) => (format!("The publisher's connection failed: {error}."), true),
        };
        self.gateway.metrics.stray_datagrams.fetch_add(lanes.strays(), Ordering::Relaxed);
        publisher.finish(text, keep_viewers);
    }

    /// The sockets of a publisher by UDP.
    fn lanes(&mut self) -> Lanes {
        let mut lanes = Lanes::default();
        let pairs = std::mem::take(&mut self.recording);
        for (setup, (pair, client_port)) in self.session.setups().iter().zip(pairs) {
            let address = self.address.ip();
            let reports_to =
                self.gateway.rtsp_udp.as_ref().map(|ports| ports.reachable((address, client_port.1).into()));
            lanes.add(setup.channels.0 & !1, pair, Some(address), reports_to);
        }
        lanes
    }

    async fn feed(
        &mut self,
        ingest: &mut Ingest,
        lanes: &mut Lanes,
        publisher: &mut Publisher,
    ) -> std::io::Result<Option<StopReason>> {
        let feedback = publisher.feedback();
        let mut tick = tokio::time::interval(TICK);
        let mut last_media = Instant::now();
        let mut losses = to_hub::Losses::default();
        loop {
            let now = Instant::now();
            while let Some(output) = self.session.poll_output() {
                match output {
                    ServerOutput::Transmit(bytes) => self.transport.write_all(&bytes).await?,
                    ServerOutput::Close(reason) => {
                        self.note_close(reason);
                        let _gone_either_way = self.transport.shutdown().await;
                        return Ok(None);
                    }
                    ServerOutput::Event(ServerEvent::Rtp { channel, data } | ServerEvent::Rtcp { channel, data }) => {
                        last_media = now;
                        ingest.handle_frame(now, channel, &data);
                    }
                    ServerOutput::Event(_) => self.session.reject(455, "The session records"),
                }
            }
            if !to_hub::drain(ingest, publisher, &mut losses, &self.gateway.metrics, now) {
                return Ok(Some(StopReason::Replaced));
            }
            while let Some(frame) = ingest.poll_transmit() {
                if lanes.is_empty() {
                    self.transport.write_all(&frame).await?;
                } else {
                    let (channel, packet) = split_frame(&frame);
                    lanes.report(channel, &packet);
                }
            }
            let due = ingest.poll_timeout();
            let (session, by_udp) = (&mut self.session, !lanes.is_empty());
            let received = &self.gateway.metrics.received_bytes;
            tokio::select! {
                read = self.transport.read_with(|bytes| {
                    received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    session.handle_input(Instant::now(), bytes);
                }) => read?,
                result = lanes.receive(|channel, datagram| {
                    received.fetch_add(datagram.len() as u64, Ordering::Relaxed);
                    last_media = Instant::now();
                    ingest.handle_frame(last_media, channel, &datagram);
                }), if by_udp => {
                    result?;
                    self.session.note_alive(last_media);
                }
                wish = feedback.next() => match wish {
                    Feedback::KeyFrame => ingest.request_key_frame(),
                    Feedback::Stop(reason) => return Ok(Some(reason)),
                },
                () = tokio::time::sleep_until(due.into()) => ingest.handle_timeout(Instant::now()),
                _ = tick.tick() => {
                    let now = Instant::now();
                    if now.saturating_duration_since(last_media) > self.gateway.config.limits.publisher_idle {
                        return Err(std::io::ErrorKind::TimedOut.into());
                    }
                    self.session.handle_timeout(now);
                    losses.report(publisher.stream(), now);
                }
            }
        }
    }
}
