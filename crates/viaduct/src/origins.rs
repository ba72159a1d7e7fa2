//! Streams that other servers have: pulled by the template of a rule, once for all viewers here.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::UrlTemplate;
use gateway::source::{SourceSpec, Sources};
use hub::resolver::{Asker, Offer};
use hub::{OpenError, StreamKey, StreamProvider};
use platform::applications::Applications;

/// A provider of the hub: rules name origins.
pub(crate) struct Origins {
    applications: Arc<Applications>,
    sources: Arc<Sources>,
    /// This server's id, which origins are told, so that no question goes in a circle.
    server_id: String,
}

impl Origins {
    pub(crate) const fn new(applications: Arc<Applications>, sources: Arc<Sources>, server_id: String) -> Self {
        Self { applications, sources, server_id }
    }

    fn start(&self, key: &StreamKey, asker: &Asker) -> Offer {
        let Some(templates) = self.applications.effective(key).origins.filter(|origins| !origins.is_empty()) else {
            return Offer::Unknown;
        };
        let via = asker.via.iter().chain([&self.server_id]).map(String::as_str).collect::<Vec<_>>().join(",");
        let urls: Vec<_> = templates
            .iter()
            .filter_map(|text| UrlTemplate::parse(text, None, None).and_then(|template| template.fill(key)).ok())
            .map(|url| url.with_parameter("via", &via))
            .collect();
        if urls.is_empty() {
            return Offer::Unknown;
        }
        self.sources.put(SourceSpec { key: key.clone(), urls, always: false, transient: true, timetable: None });
        Offer::Started
    }
}

impl StreamProvider for Origins {
    fn name(&self) -> &'static str {
        "origins"
    }

    fn open(&self, key: &StreamKey, asker: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>> {
        std::future::ready(Ok(self.start(key, asker))).boxed()
    }
}
