//! Sends pictures to other systems over the gateway.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use gateway::PullGuard;
use gateway::upload::{Upload, UploadMethod, check_upload, upload};
use platform::uploads::{Parcel, Target, UploadKind, UploadSender};

/// Guarded as sources are.
pub(crate) struct GatewayUploader(pub(crate) PullGuard);

const fn method(kind: UploadKind) -> UploadMethod {
    match kind {
        UploadKind::HttpPut => UploadMethod::Put,
        UploadKind::HttpPost => UploadMethod::Post,
        UploadKind::HttpForm => UploadMethod::Form,
        UploadKind::Ftp => UploadMethod::Ftp,
    }
}

impl UploadSender for GatewayUploader {
    fn check(&self, kind: UploadKind, url: &str) -> Result<(), String> {
        check_upload(method(kind), url)
    }

    fn send<'a>(&'a self, target: &'a Target, parcel: Parcel) -> BoxFuture<'a, Result<(), String>> {
        async move {
            let username = target.username.as_deref();
            let wanted = Upload {
                method: method(target.kind),
                url: &parcel.url,
                credentials: username.map(|name| (name, target.password.as_deref().unwrap_or_default())),
                token: target.token.as_deref(),
                headers: &target.headers,
                content_type: parcel.content_type,
                file_name: &parcel.file_name,
                fields: &parcel.facts,
                bytes: parcel.bytes,
            };
            upload(&self.0, wanted).await
        }
        .boxed()
    }
}
