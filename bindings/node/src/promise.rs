//! Promises that are settled from threads of our own: Node's thread pool stays free for files and names.

use crate::error::thrown;
use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, JsDeferred};
use sealbook_common::Job;
use sealbook_common::sealbook::{Progress, Result};
use std::sync::{Arc, Mutex, PoisonError};

type Deferred<V> = JsDeferred<V, Box<dyn FnOnce(Env) -> napi::Result<V> + Send>>;

/// What settles a promise, once. It may do so on any thread, and also when JavaScript has ended.
pub(crate) struct Settler<V: ToNapiValue + Send + 'static>(Arc<Mutex<Option<Deferred<V>>>>);

impl<V: ToNapiValue + Send + 'static> Clone for Settler<V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<V: ToNapiValue + Send + 'static> Settler<V> {
    /// A promise and its settler.
    pub(crate) fn new(env: &Env) -> napi::Result<(Self, Object<'_>)> {
        let (deferred, promise) = env.create_deferred()?;
        Ok((Self(Arc::new(Mutex::new(Some(deferred)))), promise))
    }

    /// Fulfils or rejects the promise, unless it is settled already.
    pub(crate) fn settle(&self, outcome: Result<V>) {
        let deferred = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (deferred, outcome) {
            (Some(deferred), Ok(value)) => deferred.resolve(Box::new(move |_| Ok(value))),
            (Some(deferred), Err(error)) => deferred.reject(thrown(error)),
            (None, _) => {}
        }
    }
}

/// Runs a long call on a thread of its own.
pub(crate) fn long_call<'env, V: ToNapiValue + Send + 'static>(
    env: &'env Env,
    progress: Arc<Progress>,
    work: impl FnOnce(&Progress) -> Result<V> + Send + 'static,
) -> napi::Result<Object<'env>> {
    let (settler, promise) = Settler::new(env)?;
    let finish = settler.clone();
    // The promise of a thread that cannot be started must be settled too: it keeps Node alive.
    if let Err(error) = Job::spawn(move |_| work(&progress), move |outcome| finish.settle(outcome)) {
        settler.settle(Err(error));
    }
    Ok(promise)
}
