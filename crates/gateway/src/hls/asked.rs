//! One request with who makes it, and the one place where a session starts.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;

use base::ErrorKind;
use hub::{AccessRequest, Action, Grant, OpenStream, SessionStart, Stream};

use super::kind::Kind;
use super::offer::why_nothing;
use super::over;
use super::packager::Packager;
use super::request::HlsRequest;
use super::session::{Asker, HlsSession, SessionId};
use crate::context::{Gateway, rest_of_query};
use crate::http::failure::Failure;
use crate::http::head::Head;
use crate::http::media::viewer_address;
use crate::shard::Shard;

/// What is asked, by whom, and on which thread.
pub(super) struct Asked<'a> {
    shard: &'a Rc<Shard>,
    pub(super) gateway: &'a Arc<Gateway>,
    pub(super) request: &'a HlsRequest,
    head: &'a Head,
    /// The viewer's, not that of a proxy between.
    address: SocketAddr,
}

/// A session that has begun, and what cuts for it.
pub(super) struct Begun {
    pub(super) stream: Arc<Stream>,
    /// At least one.
    pub(super) packagers: Vec<Arc<Packager>>,
    pub(super) session: Arc<HlsSession>,
}

impl Begun {
    /// Makes the session known under a name.
    pub(super) fn join(&self, id: SessionId) {
        self.packagers.iter().for_each(|packager| packager.sessions.join(id, &self.session));
    }
}

impl<'a> Asked<'a> {
    pub(super) fn new(
        shard: &'a Rc<Shard>,
        gateway: &'a Arc<Gateway>,
        request: &'a HlsRequest,
        head: &'a Head,
        peer: SocketAddr,
    ) -> Self {
        Self { shard, gateway, request, head, address: viewer_address(gateway, head.forwarded_for.as_deref(), peer) }
    }

    fn token(&self) -> Option<String> {
        let bearer = || self.head.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer "));
        self.request.token.clone().or_else(|| bearer().map(str::to_owned))
    }

    fn user_agent(&self) -> Option<String> {
        self.head.user_agent.as_deref().map(|agent| agent.chars().take(120).collect())
    }

    /// Who asks, where no session says it.
    pub(super) fn asker(&self) -> Asker {
        Asker { token: self.token(), address: self.address.ip(), user_agent: self.user_agent() }
    }

    /// Grants, opens the stream, starts to cut what `choose` says, and starts a session.
    pub(super) async fn begin(
        &self,
        protocol: &'static str,
        choose: impl FnOnce(&Arc<Stream>) -> Result<Vec<Arc<Packager>>, Failure>,
    ) -> Result<Begun, Failure> {
        let (grant, open) = self.open(protocol).await?;
        let place = self.gateway.hls.place()?;
        let packagers = choose(&open.stream)?;
        let user_agent = self.user_agent().map(Into::into);
        let start = SessionStart { protocol, address: self.address, user_agent, grant };
        let session = HlsSession::new(self.gateway.hub.start_session(&open.stream, start), place);
        Ok(Begun { stream: open.stream, packagers, session: Arc::new(session) })
    }

    async fn open(&self, protocol: &'static str) -> Result<(Grant, OpenStream), Failure> {
        let asked = AccessRequest {
            action: Action::Play,
            key: self.request.key.clone(),
            token: self.token(),
            query: self.head.target.split_once('?').and_then(|(_, query)| rest_of_query(query)),
            address: self.address.ip(),
            protocol,
        };
        let grant = self.gateway.authorize(asked).await?;
        let open = self.gateway.open(&self.request.key, self.request.via.as_deref()).await?;
        Ok((grant, open))
    }

    /// The packager of a stream, started when there is none.
    pub(super) fn packager(&self, stream: &Arc<Stream>, kind: Kind) -> Result<Arc<Packager>, Failure> {
        packager(self.shard, self.gateway, stream, kind)
    }

    /// The session that the request names, with a packager that knows it.
    pub(super) fn known(&self) -> Option<(Arc<Packager>, Arc<HlsSession>)> {
        let id = self.request.session?;
        let kind = self.request.kind;
        std::iter::once(kind).chain(kind.family().filter(|other| *other != kind)).find_map(|kind| {
            let packager = self.gateway.hls.find(&self.request.key, kind)?;
            let session = packager.sessions.find(id, packager.target())?;
            Some((packager, session))
        })
    }

    /// The packager of what is asked for and the session that asks. A viewer who changes to another sound has begun
    /// with other packagers of the stream.
    pub(super) fn viewing(&self) -> Result<(Arc<Packager>, Arc<HlsSession>), Failure> {
        let (known, session) = self.known().ok_or_else(over)?;
        if known.kind() == self.request.kind {
            return Ok((known, session));
        }
        let packager = self.packager(known.stream(), self.request.kind)?;
        packager.sessions.join(self.request.session.ok_or_else(over)?, &session);
        Ok((packager, session))
    }
}

/// The packager of a stream, started when there is none.
pub(super) fn packager(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    stream: &Arc<Stream>,
    kind: Kind,
) -> Result<Arc<Packager>, Failure> {
    let key = (stream.key().clone(), kind);
    let mut packagers = gateway.hls.packagers();
    if let Some(packager) = packagers.get(&key).filter(|packager| Arc::ptr_eq(packager.stream(), stream)) {
        packager.touch();
        return Ok(Arc::clone(packager));
    }
    let rendition = kind.rendition(stream).ok_or_else(|| {
        Failure::new(ErrorKind::Exhausted, "Too many different forms of this stream are being watched.")
    })?;
    let (refusals, carries_any) = rendition.refusals();
    if !carries_any {
        let text = match kind {
            Kind::Fmp4 | Kind::Ts => refusals.into_iter().map(|refusal| refusal.reason).collect::<Vec<_>>().join(" "),
            _ => why_nothing(kind, &stream.tracks().list),
        };
        return Err(Failure::new(ErrorKind::Unsupported, text));
    }
    let others = kind.family().filter_map(|other| packagers.get(&(stream.key().clone(), other)));
    let others = others.filter(|other| Arc::ptr_eq(other.stream(), stream));
    let breaks = others.map(|other| other.look(|segmenter| segmenter.breaks())).max().unwrap_or(0);
    let packager = Arc::new(Packager::new(rendition, kind, gateway.config.hls, breaks));
    packagers.insert(key, Arc::clone(&packager));
    drop(packagers);
    let (owner, task) = (Arc::clone(gateway), Arc::clone(&packager));
    shard.spawn_local(async move {
        task.run().await;
        owner.hls.forget(&task);
    });
    Ok(packager)
}
