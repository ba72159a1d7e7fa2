//! REGISTER (§9.1): a password each time, whoever asks.

use std::net::IpAddr;
use std::time::Duration;

use base::http_auth::{Algorithm, Authorization, Challenge, DigestResponse, Md5Form, NonceAge, Secret};
use sip::header::parse_seconds;
use sip::transaction::ServerId;
use sip::{Path, Request, Response};

use super::device::{Device, Proof};
use super::{Admission, Event, Gone, Moment, Platform, Refusal, SignIn, World};
use crate::beijing_time::BeijingTime;
use crate::id::Id;
use crate::profile::{Overrides, Profile, Vendor};
use crate::version::Version;

/// How long a sign-in lasts that names no time.
const USUAL_EXPIRES_S: u32 = 3600;
/// The longest that is granted (§9.1.1): a device that went away is told by its heartbeats long before.
const MAX_EXPIRES_S: u32 = 86_400;
/// The shortest. Violates §9.1.1, which wants an hour: 60 s are usual in the field.
const MIN_EXPIRES_S: u32 = 30;
/// Characters of a `User-Agent` that are kept.
const MAX_USER_AGENT_CHARS: usize = 100;
/// The edition that we speak (annex I).
const OUR_VERSION: Version = Version::V2022;

/// What the password says.
enum Verdict {
    Right(Proof),
    /// There is none, or for an old challenge.
    Challenge {
        stale: bool,
    },
    Wrong,
}

impl Platform {
    pub(super) fn on_register(&mut self, at: Moment, id: ServerId, request: &Request, path: Path, world: &dyn World) {
        let Some(device) = sender(request) else {
            return self.answer_briefly(id, &Response::new(400));
        };
        let device = self.as_known(device);
        if self.failures.is_locked(at.now, path.remote.ip(), &device) {
            return self.refuse(id, device, &path, Refusal::Locked);
        }
        let admission = world.admission(&device);
        match self.judge(at, request, &path, &device, admission.as_ref()) {
            Verdict::Challenge { stale } => self.challenge(at, id, &path, stale),
            Verdict::Wrong => {
                self.failures.note(at.now, path.remote.ip(), &device);
                let why = if admission.is_some() { Refusal::WrongPassword } else { Refusal::Unknown };
                self.refuse(id, device, &path, why);
            }
            Verdict::Right(proof) => {
                self.failures.forget(path.remote.ip(), &device);
                if let Some(admission) = admission {
                    self.sign_in(at, id, request, path, device, &admission, proof, world);
                }
            }
        }
    }

    /// Who is not permitted is challenged and refused like somebody with a wrong password: nobody learns which devices
    /// there are.
    fn judge(&self, at: Moment, request: &Request, path: &Path, device: &Id, admission: Option<&Admission>) -> Verdict {
        let header = request.headers.text("Authorization");
        let Some(Authorization::Digest(digest)) = header.as_deref().and_then(Authorization::parse) else {
            return Verdict::Challenge { stale: false };
        };
        match self.nonces.judge(digest.nonce(), since_1970(at), &source(path.remote.ip())) {
            NonceAge::Fresh => {}
            NonceAge::Stale => return Verdict::Challenge { stale: true },
            NonceAge::Foreign => return Verdict::Challenge { stale: false },
        }
        let proof = Proof::new(digest.nonce(), digest.nonce_count());
        if self.devices.get(device).is_some_and(|known| known.proof.is_repeated_by(&proof)) {
            return Verdict::Challenge { stale: true };
        }
        let is_right = admission.is_some_and(|admission| self.is_right(&digest, device, admission));
        if is_right { Verdict::Right(proof) } else { Verdict::Wrong }
    }

    fn is_right(&self, digest: &DigestResponse, device: &Id, admission: &Admission) -> bool {
        let username = admission.username.as_deref().unwrap_or(device.as_str());
        // An empty password would be a door for whoever knows a code, which stand in every catalog.
        !admission.password.is_empty()
            && digest.username() == username
            && digest.verify("REGISTER", &self.options.domain, Secret::Password(&admission.password))
    }

    fn challenge(&mut self, at: Moment, id: ServerId, path: &Path, stale: bool) {
        let challenge = Challenge {
            realm: self.options.domain.clone(),
            nonce: self.nonces.mint(since_1970(at), &source(path.remote.ip())),
            stale,
            algorithms: vec![Algorithm::Md5],
            md5: Md5Form::Named,
            ..Challenge::default()
        };
        let response = Response::new(401).with("X-GB-Ver", OUR_VERSION.as_str());
        let values = challenge.header_values();
        let response = values.iter().fold(response, |response, value| response.with("WWW-Authenticate", value));
        self.answer_briefly(id, &response);
    }

    fn refuse(&mut self, id: ServerId, device: Id, path: &Path, why: Refusal) {
        self.answer_briefly(id, &Response::new(403).with("X-GB-Ver", OUR_VERSION.as_str()));
        self.event(Event::Refused { device, from: path.remote, why });
    }

    #[expect(clippy::too_many_arguments, reason = "what a REGISTER is made of")]
    fn sign_in(
        &mut self,
        at: Moment,
        id: ServerId,
        request: &Request,
        path: Path,
        device: Id,
        admission: &Admission,
        proof: Proof,
        world: &dyn World,
    ) {
        if let Some(uri) = &admission.redirect {
            let response = Response::new(302).with("Contact", &format!("<{uri}>")).with("Expires", "3600");
            return self.answer_briefly(id, &response);
        }
        let expires_s = expires_s(request);
        self.answer(at, id, &accepted(at, request, expires_s, admission));
        if expires_s == 0 {
            return self.remove(&device, Gone::SignedOut);
        }
        let expires = at.now + Duration::from_secs(u64::from(expires_s));
        let user_agent = self.user_agents.share(&user_agent(request));
        let profile = profile(request, &user_agent, &admission.overrides);
        let former = self.devices.get(&device);
        let how = match former {
            None => SignIn::Anew,
            Some(former) if former.is_at(&path) => SignIn::Renewed,
            Some(_) => SignIn::Moved,
        };
        let since = former.map_or(at.now, |former| former.since);
        let watched_at = former.map(|former| former.watched_at);
        let mut record = Device { path, user_agent, profile, since, heard: at.now, expires, watched_at: at.now, proof };
        let due = record.due(self.options.silence());
        // It may have asked for a shorter time than before.
        record.watched_at = watched_at.filter(|watched_at| *watched_at <= due).unwrap_or(due);
        if watched_at != Some(record.watched_at) {
            self.deadlines.push(record.watched_at, device.clone());
        }
        if let Some(former) = self.devices.insert(device.clone(), record) {
            self.places.leave(&former.path, &device);
        }
        self.places.enter(&path, &device);
        if how == SignIn::Moved {
            self.end_all_before_move(at, &device, world);
        }
        self.event(Event::SignedIn { device, how });
    }

    /// A device is at another address than before: what it sends for sessions from there is in the way of new ones (quirk 31),
    /// and what it would tell comes from a stranger.
    fn end_all_before_move(&mut self, at: Moment, device: &Id, world: &dyn World) {
        self.end_sessions_elsewhere(at, device, world);
        self.end_subscriptions_of(device);
    }
}

/// Who sends a request: the user of its `From`.
pub(super) fn sender(request: &Request) -> Option<Id> {
    Id::new(&request.headers.from()?.user()?).ok()
}

/// Seconds that the device asks for: in its `Contact`, in `Expires`, or the usual ones.
fn expires_s(request: &Request) -> u32 {
    let of_contact =
        request.headers.contact().and_then(|contact| contact.params.get("expires").and_then(parse_seconds));
    let asked = of_contact.or_else(|| request.headers.text("Expires").and_then(|text| parse_seconds(&text)));
    match asked {
        Some(0) => 0,
        Some(seconds) => seconds.clamp(MIN_EXPIRES_S, MAX_EXPIRES_S),
        None => USUAL_EXPIRES_S,
    }
}

fn accepted(at: Moment, request: &Request, expires_s: u32, admission: &Admission) -> Response {
    let mut response = Response::new(200);
    if let Some(contact) = request.headers.text("Contact") {
        response = response.with("Contact", &contact);
    }
    response = response.with("Expires", &expires_s.to_string()).with("X-GB-Ver", OUR_VERSION.as_str());
    match BeijingTime::from_unix_ms(at.unix_ms).filter(|_| admission.tells_time) {
        Some(time) => response.with("Date", &time.with_milliseconds()),
        None => response,
    }
}

fn user_agent(request: &Request) -> String {
    let text = request.headers.text("User-Agent").unwrap_or_default();
    text.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT_CHARS).collect()
}

fn profile(request: &Request, user_agent: &str, overrides: &Overrides) -> Profile {
    let version = request.headers.text("X-GB-Ver").and_then(|text| Version::from_header(&text));
    overrides.over(Vendor::recognise([user_agent]), version.unwrap_or_default())
}

fn since_1970(at: Moment) -> Duration {
    Duration::from_millis(u64::try_from(at.unix_ms).unwrap_or_default())
}

/// What must not change between a challenge and its answer.
fn source(ip: IpAddr) -> Vec<u8> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    }
}
