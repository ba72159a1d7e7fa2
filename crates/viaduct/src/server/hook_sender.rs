//! Posts web hooks over HTTP.

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use platform::hooks::{HookCall, HookReply, HookSender};

/// Bytes of an answer that are read; more is an error.
const MAX_ANSWER: usize = 64 << 10;

/// A pooled client. It follows no redirect, so a receiver cannot send us elsewhere.
pub(crate) struct HttpHookSender {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl HttpHookSender {
    /// Receivers' certificates are checked by the system's roots; where it has none, no HTTPS receiver is trusted.
    pub(crate) fn new() -> Self {
        let builder = hyper_rustls::HttpsConnectorBuilder::new().with_native_roots().unwrap_or_else(|error| {
            tracing::warn!(%error, "This system has no root certificates; web hooks by HTTPS will fail.");
            let nobody = rustls::RootCertStore::empty();
            let config = rustls::ClientConfig::builder().with_root_certificates(nobody).with_no_client_auth();
            hyper_rustls::HttpsConnectorBuilder::new().with_tls_config(config)
        });
        let connector = builder.https_or_http().enable_http1().build();
        Self { client: Client::builder(TokioExecutor::new()).build(connector) }
    }

    async fn post(&self, call: HookCall) -> anyhow::Result<HookReply> {
        let mut request = http::Request::post(&call.url)
            .header(http::header::USER_AGENT, concat!("Viaduct/", env!("CARGO_PKG_VERSION")));
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let response = self.client.request(request.body(Full::new(Bytes::from(call.body)))?).await?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), MAX_ANSWER).collect().await;
        let body = body.map_err(|error| anyhow::anyhow!("the answer cannot be read: {error}"))?;
        Ok(HookReply { status, body: body.to_bytes().to_vec() })
    }
}

impl HookSender for HttpHookSender {
    fn call(&self, call: HookCall) -> BoxFuture<'_, Result<HookReply, String>> {
        async move { self.post(call).await.map_err(|error| format!("{error:#}")) }.boxed()
    }
}
