//! A dialog that waits for its next message, in as few bytes as may be.

use std::net::SocketAddr;

use super::{Dialog, DialogId};
use crate::path::Transport;

/// Texts of a dialog that are always there.
const TEXTS: usize = 7;

/// What a [`Dialog`] is, for keeping many of which most are silent: subscriptions of all devices.
/// [`From`] leads both ways, and nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DormantDialog {
    /// The texts of [`Dialog`] in their order, and its routes.
    texts: Box<str>,
    /// Where each of the texts ends.
    ends: [u32; TEXTS],
    /// Where each of the routes ends.
    route_ends: Box<[u32]>,
    local_sequence: u32,
    remote_sequence: Option<u32>,
    peer: SocketAddr,
    transport: Transport,
}

impl DormantDialog {
    /// Its `Call-ID`.
    pub fn call_id(&self) -> &str {
        let end = usize::try_from(self.ends[0]).unwrap_or(usize::MAX);
        self.texts.get(..end).unwrap_or_default()
    }

    /// Whether messages of this name are its own.
    pub fn is(&self, id: &DialogId) -> bool {
        let names = [&id.call_id, &id.local_tag, &id.remote_tag];
        let mut start = 0;
        names.into_iter().zip(self.ends).all(|(name, end)| {
            let end = usize::try_from(end).unwrap_or(usize::MAX);
            self.texts.get(std::mem::replace(&mut start, end)..end) == Some(name)
        })
    }
}

impl From<&Dialog> for DormantDialog {
    fn from(dialog: &Dialog) -> Self {
        let mut all = String::new();
        let mut end_of = |text: &str| {
            all.push_str(text);
            // Texts come from messages, which are bounded far below.
            u32::try_from(all.len()).unwrap_or(u32::MAX)
        };
        let ends = [
            &dialog.call_id,
            &dialog.local_tag,
            &dialog.remote_tag,
            &dialog.local_uri,
            &dialog.remote_uri,
            &dialog.local_contact,
            &dialog.remote_target,
        ]
        .map(|text| end_of(text));
        let route_ends = dialog.route_set.iter().map(|route| end_of(route)).collect();
        Self {
            texts: all.into(),
            ends,
            route_ends,
            local_sequence: dialog.local_sequence,
            remote_sequence: dialog.remote_sequence,
            peer: dialog.peer,
            transport: dialog.transport,
        }
    }
}

impl From<&DormantDialog> for Dialog {
    fn from(dormant: &DormantDialog) -> Self {
        let mut start = 0;
        let mut text_to = |end: &u32| {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            let text = dormant.texts.get(start..end).unwrap_or_default().to_owned();
            start = end;
            text
        };
        let [call_id, local_tag, remote_tag, local_uri, remote_uri, local_contact, remote_target] =
            dormant.ends.each_ref().map(&mut text_to);
        Self {
            call_id,
            local_tag,
            remote_tag,
            local_uri,
            remote_uri,
            local_contact,
            remote_target,
            route_set: dormant.route_ends.iter().map(text_to).collect(),
            local_sequence: dormant.local_sequence,
            remote_sequence: dormant.remote_sequence,
            peer: dormant.peer,
            transport: dormant.transport,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialog_that_has_slept_is_as_it_was() {
        let text = |text: &str| text.to_owned();
        let bare = Dialog {
            call_id: text("call"),
            local_tag: text("ours"),
            remote_tag: String::new(),
            local_uri: text("sip:1@3402000000"),
            remote_uri: text("sip:路口@3402000000"),
            local_contact: String::new(),
            remote_target: text("sip:2@192.0.2.7:5060"),
            route_set: Vec::new(),
            local_sequence: 7,
            remote_sequence: None,
            peer: "192.0.2.7:5060".parse().unwrap(),
            transport: Transport::Tcp,
        };
        let routes = vec![text("<sip:192.0.2.1;lr>"), String::new(), text("<sip:192.0.2.2;lr>")];
        let routed = Dialog { route_set: routes, remote_sequence: Some(3), ..bare.clone() };
        for dialog in [bare, routed] {
            let dormant = DormantDialog::from(&dialog);
            assert_eq!(Dialog::from(&dormant), dialog);
            assert!(dormant.is(&dialog.id()));
            for other in [
                DialogId { call_id: "cal".to_owned(), ..dialog.id() },
                DialogId { local_tag: "other".to_owned(), ..dialog.id() },
                DialogId { remote_tag: "a".to_owned(), ..dialog.id() },
            ] {
                assert!(!dormant.is(&other));
            }
        }
    }
}
