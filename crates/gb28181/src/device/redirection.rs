//! Redirection of a sign-in to another server (302, §9.1.2.3), and the way back.

use std::net::SocketAddr;

use sip::{Path, Response};

use super::{Device, Event, Options, credentials};
use crate::id::Id;
use crate::platform::Moment;

/// Redirections that are followed from the platform of the settings on; with one more the device begins again there.
pub const MAX_REDIRECTIONS: u32 = 4;

/// Who a device signs in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its code.
    pub id: Id,
    /// What stands behind the code in its URI: a domain, or an address with a port.
    pub domain: String,
    /// Where it listens; `None` for the platform of the settings, which the caller knows.
    pub address: Option<SocketAddr>,
}

impl Server {
    pub(super) fn home(options: &Options) -> Self {
        Self { id: options.server_id.clone(), domain: options.domain.clone(), address: None }
    }

    /// The server that a 302 names. The standard has an IP address there; a name is not looked up.
    fn of(response: &Response) -> Option<Self> {
        let uri = response.headers.contact()?.sip_uri().filter(|uri| !uri.secure)?;
        let address = uri.socket_address()?;
        let id = Id::new(uri.user.as_deref()?).ok()?;
        Some(Self { id, domain: address.to_string(), address: Some(address) })
    }
}

impl Device {
    /// Signs in at the server of [`Event::Redirected`] by a path to it; `own` is our end. A connection must be there.
    pub fn follow(&mut self, at: Moment, server: Server, path: Path, own: SocketAddr) {
        self.go_to(server);
        self.sign_in(at, path, own);
    }

    /// Whether the answer leads elsewhere; the caller is told where.
    pub(super) fn take_redirection(&mut self, response: &Response) -> bool {
        if response.status != 302 || self.redirections >= MAX_REDIRECTIONS {
            return false;
        }
        let Some(server) = Server::of(response) else { return false };
        self.redirections += 1;
        self.registration.rest();
        self.forget();
        self.event(Event::Redirected(server));
        true
    }

    /// Back to the platform of the settings, where a device that was led away begins again. Whether it was.
    pub(super) fn go_home(&mut self) -> bool {
        if std::mem::take(&mut self.redirections) == 0 {
            return false;
        }
        self.go_to(Server::home(&self.options));
        self.registration.rest();
        self.forget();
        self.link = None;
        true
    }

    /// Nothing of what one server knows is told to another.
    fn go_to(&mut self, server: Server) {
        self.server = server;
        self.credentials = credentials(&self.options, &mut self.endpoint);
        self.registration.forget_call();
    }
}
