//! GB/T 28181: ports, the thread of signalling, what is kept of it in the database.

mod happenings;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use db::{Database, DialogRow};
use device::gb28181::{Bound, Dialogs, Gb28181, Settings, SoundMedia, Start};
use gateway::gb28181::{MediaPorts, PortsConfig};
use gateway::source::Sources;
use gateway::{Gateway, PullGuard};
use gb28181::Id;
use platform::unix_now;
use serde::{Deserialize, Serialize};
use sip::{Dialog, Transport};
use tokio::sync::mpsc;

use crate::config::Gb28181Config;

pub(super) use happenings::{keep as keep_happenings, note_snapshots};

/// Sessions that began or ended and wait for the database; further ones are dropped: a device times out by itself.
const DIALOG_QUEUE: usize = 65_536;
/// Of which so many are written in one transaction.
const BATCH: usize = 1000;
/// Between attempts while the database does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Ports that were opened before anything else: a taken one is the most frequent reason not to start.
pub(super) struct Ports {
    config: Gb28181Config,
    sip: Bound,
    media: Arc<MediaPorts>,
}

impl Ports {
    pub(super) fn bind(config: Option<&Gb28181Config>) -> anyhow::Result<Option<Self>> {
        let Some(config) = config else { return Ok(None) };
        let sip = Bound::bind(config.listen, config.tls_listen).with_context(|| {
            let secure = config.tls_listen.map(|address| format!(", or TLS on {address} (gb28181.tls_listen),")).unwrap_or_default();
            format!(
                "cannot open UDP and TCP on {} (gb28181.listen){secure} for GB/T 28181. Set the key to another address, or to nothing",
                config.listen
            )
        })?;
        let ports =
            PortsConfig { listen: config.media.shared, last: config.media.last, server: config.server_id.clone() };
        let media = MediaPorts::bind(ports).with_context(|| {
            format!(
                "cannot open UDP and TCP on {} for media of GB/T 28181. Set gb28181.media_listen to another address",
                config.media.shared
            )
        })?;
        Ok(Some(Self { config: config.clone(), sip, media }))
    }

    /// Starts signalling; the sources can be pulled from devices then.
    pub(super) async fn start(
        self,
        dev: bool,
        database: &Database,
        sources: &Arc<Sources>,
        guard: &PullGuard,
        gateway: &Arc<Gateway>,
    ) -> anyhow::Result<Arc<Gb28181>> {
        let address = self.sip.address()?;
        let settings = Settings {
            listen: address,
            tls_listen: self.sip.tls_address(),
            public_address: self.config.public_address,
            media_ports: (self.media.listen_address().port(), self.config.media.last),
            server_id: self.config.server_id,
            domain: self.config.domain,
            heartbeat: self.config.heartbeat,
            trial_password: self.config.dev_password.filter(|_| dev),
        };
        let stale = database.gb28181_dialogs().await?;
        let stale = stale.iter().filter_map(|row| Some((Id::new(&row.device).ok()?, stored(&row.dialog)?)));
        let start = Start {
            settings,
            bound: self.sip,
            acceptor: {
                let gateway = Arc::clone(gateway);
                Arc::new(move || gateway.tls_acceptor())
            },
            secrets: (rand::random(), rand::random()),
            dialogs: Arc::new(StoredDialogs::keep(database.clone())),
            sound: SoundMedia { ports: Arc::clone(&self.media), guard: guard.clone() },
            stale: stale.collect(),
        };
        let devices = Gb28181::start(start, Arc::clone(sources)).context("starting GB/T 28181")?;
        guard.set_gb28181(devices.signalling(), self.media);
        Ok(devices)
    }
}

/// A dialog in the database.
#[derive(Serialize, Deserialize)]
struct StoredDialog {
    call_id: String,
    local_tag: String,
    remote_tag: String,
    local_uri: String,
    remote_uri: String,
    local_contact: String,
    remote_target: String,
    route_set: Vec<String>,
    local_sequence: u32,
    remote_sequence: Option<u32>,
    peer: std::net::SocketAddr,
    transport: String,
}

fn to_store(dialog: &Dialog) -> String {
    let dialog = dialog.clone();
    let stored = StoredDialog {
        call_id: dialog.call_id,
        local_tag: dialog.local_tag,
        remote_tag: dialog.remote_tag,
        local_uri: dialog.local_uri,
        remote_uri: dialog.remote_uri,
        local_contact: dialog.local_contact,
        remote_target: dialog.remote_target,
        route_set: dialog.route_set,
        local_sequence: dialog.local_sequence,
        remote_sequence: dialog.remote_sequence,
        peer: dialog.peer,
        transport: dialog.transport.as_str().to_owned(),
    };
    serde_json::to_string(&stored).expect("texts and numbers are JSON")
}

/// `None` for what another program wrote.
fn stored(text: &str) -> Option<Dialog> {
    let stored: StoredDialog = serde_json::from_str(text).ok()?;
    Some(Dialog {
        call_id: stored.call_id,
        local_tag: stored.local_tag,
        remote_tag: stored.remote_tag,
        local_uri: stored.local_uri,
        remote_uri: stored.remote_uri,
        local_contact: stored.local_contact,
        remote_target: stored.remote_target,
        route_set: stored.route_set,
        local_sequence: stored.local_sequence,
        remote_sequence: stored.remote_sequence,
        peer: stored.peer,
        transport: Transport::parse(&stored.transport)?,
    })
}

enum Noted {
    Began(DialogRow),
    Ended(String),
}

/// Writes down which sessions are open.
struct StoredDialogs(mpsc::Sender<Noted>);

impl StoredDialogs {
    fn keep(database: Database) -> Self {
        let (sender, mut noted) = mpsc::channel(DIALOG_QUEUE);
        tokio::spawn(async move {
            let mut batch = Vec::new();
            while noted.recv_many(&mut batch, BATCH).await > 0 {
                write(&database, &mut batch).await;
            }
        });
        Self(sender)
    }
}

/// Sessions that began and ended in the same batch need not be written.
async fn write(database: &Database, batch: &mut Vec<Noted>) {
    let (mut began, mut ended): (Vec<DialogRow>, Vec<String>) = (Vec::new(), Vec::new());
    for noted in batch.drain(..) {
        match noted {
            Noted::Began(row) => began.push(row),
            Noted::Ended(call_id) => match began.iter().position(|row| row.call_id == call_id) {
                Some(at) => drop(began.swap_remove(at)),
                None => ended.push(call_id),
            },
        }
    }
    while let Err(error) = database.change_gb28181_dialogs(&began, &ended).await {
        tracing::error!(%error, "Sessions of GB/T 28181 cannot be noted; trying again.");
        tokio::time::sleep(PAUSE).await;
    }
}

impl Dialogs for StoredDialogs {
    fn began(&self, device: &Id, dialog: &Dialog) {
        let row = DialogRow {
            call_id: dialog.call_id.clone(),
            device: device.to_string(),
            dialog: to_store(dialog),
            began_at: unix_now(),
        };
        let _full = self.0.try_send(Noted::Began(row));
    }

    fn ended(&self, call_id: &str) {
        let _full = self.0.try_send(Noted::Ended(call_id.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialogs_come_back_as_they_were_stored() {
        let dialog = Dialog {
            call_id: "a@b".to_owned(),
            local_tag: "1".to_owned(),
            remote_tag: "2".to_owned(),
            local_uri: "sip:1@2".to_owned(),
            remote_uri: "sip:3@4".to_owned(),
            local_contact: "<sip:1@192.0.2.1:5060>".to_owned(),
            remote_target: "sip:3@192.0.2.7:5060".to_owned(),
            route_set: vec!["<sip:192.0.2.9;lr>".to_owned()],
            local_sequence: 3,
            remote_sequence: None,
            peer: "192.0.2.7:5060".parse().unwrap(),
            transport: Transport::Tcp,
        };
        assert_eq!(stored(&to_store(&dialog)), Some(dialog));
        assert_eq!(stored("{}"), None);
    }
}
