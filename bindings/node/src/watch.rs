//! How far a long call has come, as JavaScript asks for it.

use napi_derive::napi;
use sealbook_common::sealbook::Progress;
use std::sync::Arc;

/// Handed to a long call by the one who polls and cancels it.
#[napi]
#[derive(Debug, Default)]
pub struct Watch {
    progress: Arc<Progress>,
}

#[napi]
impl Watch {
    /// For one call.
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the call to stop.
    #[napi]
    pub fn cancel(&self) {
        self.progress.cancel();
    }

    /// Units done so far.
    #[napi]
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn done(&self) -> f64 {
        self.progress.done() as f64
    }

    /// Units in all; 0 while that is unknown.
    #[napi]
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn total(&self) -> f64 {
        self.progress.total() as f64
    }

    pub(crate) fn progress(&self) -> Arc<Progress> {
        self.progress.clone()
    }
}
