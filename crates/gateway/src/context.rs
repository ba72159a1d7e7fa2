//! What all sessions share.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use base::ErrorKind;
use hub::resolver::Asker;
use hub::{
    Access, AccessDenied, AccessRequest, Grant, HostHints, Hub, OpenError, OpenStream, Stream, StreamKey, UnknownHost,
    VirtualHosts,
};
use tokio::sync::watch;
use vision::SoundCodec;

use crate::config::Config;
use crate::hls::Hls;
use crate::http::ControlHttp;
use crate::metrics::Metrics;
use crate::peer::Connections;
use crate::rtsp::{Groups, Receivers, Tunnels};
use crate::shard::Shards;
use crate::tls::{Tls, TlsError, TlsMaterial};
use crate::udp::UdpPorts;
use crate::webrtc::{Directory, WebRtcPorts};

/// What the binary brings.
pub struct GatewayParts {
    /// Configuration.
    pub config: Config,
    /// Streams.
    pub hub: Arc<Hub>,
    /// Who may.
    pub access: Arc<dyn Access>,
    /// Where the streams are that peers name.
    pub hosts: Arc<dyn VirtualHosts>,
    /// Everything on HTTP that is not media.
    pub control: ControlHttp,
    /// Makes pictures of streams; without it none are given.
    pub pictures: Option<Arc<vision::Pictures>>,
    /// Codes the sound of streams anew; without it each goes out as it is.
    pub sounds: Option<Arc<vision::Sounds>>,
    /// Certificate; without it the TLS listeners stay closed.
    pub tls: Option<TlsMaterial>,
    /// Ports for RTP by UDP; without them RTSP offers its connection alone.
    pub rtsp_udp: Option<UdpPorts>,
    /// Ports of WebRTC; without them it is off.
    pub webrtc: Option<WebRtcPorts>,
}

/// The gateway: shared by all sessions.
pub struct Gateway {
    pub(crate) config: Config,
    pub(crate) hub: Arc<Hub>,
    pub(crate) access: Arc<dyn Access>,
    hosts: Arc<dyn VirtualHosts>,
    pub(crate) control: ControlHttp,
    pub(crate) pictures: Option<Arc<vision::Pictures>>,
    sounds: Option<Arc<vision::Sounds>>,
    pub(crate) tls: Tls,
    pub(crate) shards: Shards,
    pub(crate) rtsp_udp: Option<UdpPorts>,
    /// Viewers that are reached by UDP.
    pub(crate) receivers: Receivers,
    pub(crate) groups: Groups,
    /// RTSP tunnels through HTTP whose second half has not come yet.
    pub(crate) tunnels: Tunnels,
    pub(crate) webrtc_ports: Option<Arc<WebRtcPorts>>,
    /// WebRTC peers.
    pub(crate) webrtc: Directory,
    pub(crate) connections: Arc<Connections>,
    pub(crate) metrics: Metrics,
    pub(crate) hls: Hls,
    pub(crate) stopping: watch::Sender<bool>,
    /// The runtime for everything that is not media.
    pub(crate) runtime: tokio::runtime::Handle,
}

/// What a query holds beside what is ours, for [`AccessRequest::query`].
pub(crate) fn rest_of_query(query: &str) -> Option<String> {
    const OURS: [&str; 4] = ["token", "session", "via", "vhost"];
    let is_ours = |pair: &&str| OURS.contains(&pair.split_once('=').map_or(*pair, |(name, _)| name));
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_ours(pair)).collect();
    (!rest.is_empty()).then(|| rest.join("&"))
}

/// Servers that a question may come through; more is no tree of servers any more.
const MAX_VIA: usize = 8;

fn servers(list: &str) -> Vec<String> {
    list.split(',').take(MAX_VIA).map(|id| id.chars().take(64).collect()).collect()
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Gateway {
    /// Starts the shards. Must be called on the control runtime; [`crate::Listening::start`] opens the ports.
    ///
    /// # Errors
    /// When the certificate is unusable.
    ///
    /// # Panics
    /// When the operating system refuses threads.
    pub fn new(parts: GatewayParts) -> Result<Arc<Self>, TlsError> {
        let tls = Tls::new(parts.tls.as_ref())?;
        let shards =
            Shards::start(parts.config.shards, parts.config.merge_window).expect("the system gives threads at start");
        Ok(Arc::new(Self {
            config: parts.config,
            hub: parts.hub,
            access: parts.access,
            hosts: parts.hosts,
            control: parts.control,
            pictures: parts.pictures,
            sounds: parts.sounds,
            tls,
            shards,
            rtsp_udp: parts.rtsp_udp,
            receivers: Receivers::default(),
            groups: Groups::default(),
            tunnels: Tunnels::default(),
            webrtc_ports: parts.webrtc.map(Arc::new),
            webrtc: Directory::default(),
            connections: Arc::default(),
            metrics: Metrics::default(),
            hls: Hls::default(),
            stopping: watch::Sender::new(false),
            runtime: tokio::runtime::Handle::current(),
        }))
    }

    /// Uses another certificate for new connections.
    ///
    /// # Errors
    /// When it is unusable; the old one stays.
    pub fn replace_certificate(&self, material: &TlsMaterial) -> Result<(), TlsError> {
        self.tls.replace(material)
    }

    /// What takes connections over TLS for protocols that are none of the gateway's, with the certificate of now; `None` without one.
    pub fn tls_acceptor(&self) -> Option<tokio_rustls::TlsAcceptor> {
        self.tls.plain_acceptor()
    }

    /// Where RTP is received by UDP, if it is.
    pub fn rtsp_udp_address(&self) -> Option<SocketAddr> {
        self.rtsp_udp.as_ref().map(UdpPorts::address)
    }

    /// Where WebRTC peers send to, if it is on.
    pub fn webrtc_address(&self) -> Option<SocketAddr> {
        self.webrtc_ports.as_ref().map(|ports| ports.address())
    }

    /// Whether sounds can be had in other codecs.
    pub const fn codes_sound(&self) -> bool {
        self.sounds.is_some()
    }

    /// WebRTC sessions at present.
    pub fn webrtc_peers(&self) -> usize {
        self.webrtc.count()
    }

    /// Counters.
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Open connections.
    pub fn connections(&self) -> usize {
        self.connections.total()
    }

    /// Renditions that are being cut into segments of HLS and DASH.
    pub fn packagers(&self) -> usize {
        self.hls.count()
    }

    /// Media threads.
    pub const fn shard_count(&self) -> usize {
        self.shards.count()
    }

    /// Stops accepting; sessions end as their streams do.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Puts a stream that a peer names by its path on the virtual host that it means.
    pub(crate) fn locate(&self, path: StreamKey, hints: HostHints<'_>) -> Result<StreamKey, UnknownHost> {
        hub::hosts::locate(&*self.hosts, path, hints)
    }

    /// Asks whether a session may do what it wants; denials are counted.
    pub(crate) async fn authorize(&self, request: AccessRequest) -> Result<Grant, AccessDenied> {
        let (key, address, protocol, action) = (request.key.clone(), request.address, request.protocol, request.action);
        let answer = self.access.authorize(request).await;
        if let Err(denied) = &answer {
            Metrics::count(&self.metrics.access_denied);
            tracing::info!(%address, stream = %key, protocol, action = action.as_str(), reason = %denied, "Access denied.");
        }
        answer
    }

    /// Opens a stream for a viewer who may play it. `via` names the servers that the question came through.
    pub(crate) async fn open(&self, key: &StreamKey, via: Option<&str>) -> Result<OpenStream, OpenError> {
        let asker = Asker { via: via.map(servers).unwrap_or_default() };
        let is_live = || self.hub.is_live(key);
        if asker.via.contains(&self.config.server_id) && !is_live() {
            tracing::warn!(stream = %key, "The origins of several servers lead in a circle.");
            let text = "The origins lead in a circle: this server asks for the stream itself.".to_owned();
            return Err(OpenError { kind: ErrorKind::NotFound, text });
        }
        self.hub.open_for(key, self.config.play_wait, &asker).await
    }

    /// The stream with its first sound in the codec that is wanted, for peers that take no other: itself where none is,
    /// or it has that already, or no sound, or nothing codes sound here. The viewer's session belongs to `stream` all the
    /// same, and should be begun soon: what nobody reads ends after some seconds.
    ///
    /// # Errors
    /// When the sound cannot be coded so, or no worker comes to it in time.
    ///
    /// # Cancel safety
    /// Safe: what was begun goes on for others and ends by itself.
    pub(crate) async fn with_sound(
        &self,
        stream: &Arc<Stream>,
        wanted: Option<SoundCodec>,
    ) -> Result<Arc<Stream>, OpenError> {
        let (Some(sounds), Some(codec)) = (&self.sounds, wanted) else { return Ok(Arc::clone(stream)) };
        let made = sounds.with_sound(stream, codec).await;
        made.map_err(|error| OpenError { kind: error.kind(), text: error.to_string() })
    }

    pub(crate) fn is_trusted_proxy(&self, address: IpAddr) -> bool {
        self.config.trusted_proxies.contains(&address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_shown_to_others_without_what_is_ours() {
        for (query, rest) in [
            ("token=a&user=li&sign=x%26y", Some("user=li&sign=x%26y")),
            ("token=a&session=b&via=c&vhost=d", None),
            ("tokens=1&&token", Some("tokens=1")),
            ("", None),
        ] {
            assert_eq!(rest_of_query(query).as_deref(), rest, "{query}");
        }
    }
}
