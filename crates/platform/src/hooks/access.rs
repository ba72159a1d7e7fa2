//! The access that asks hooks after everything else has said yes.

use std::sync::Arc;
use std::time::SystemTime;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::{Access, AccessDenied, AccessRequest, Grant};

use super::Hooks;

/// Wraps another access: what that refuses is refused; what it permits, hooks may still refuse or shorten.
pub struct HookAccess {
    inner: Arc<dyn Access>,
    hooks: Arc<Hooks>,
}

impl HookAccess {
    /// Asks `inner`, then `hooks`.
    pub fn new(inner: Arc<dyn Access>, hooks: Arc<Hooks>) -> Self {
        Self { inner, hooks }
    }
}

impl Access for HookAccess {
    fn authorize(&self, request: AccessRequest) -> BoxFuture<'_, Result<Grant, AccessDenied>> {
        async move {
            let grant = self.inner.authorize(request.clone()).await?;
            let narrowing = self.hooks.admit(&request).await?;
            Ok(narrowing.apply(grant, SystemTime::now()))
        }
        .boxed()
    }
}
