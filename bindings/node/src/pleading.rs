//! What is said about pleas.

use crate::tasks::Tasks;
use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

#[napi]
impl Tasks {
    /// The pleas that await votes, or all.
    ///
    /// # Errors
    /// `CLOSED`; the rest rejects the promise, here and below.
    #[napi(catch_unwind)]
    pub fn pleas<'env>(&self, env: &'env Env, all: bool) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.pleas(all))
    }

    /// Says something about a plea, signed if there is a key.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn say<'env>(
        &self,
        env: &'env Env,
        plea: String,
        voter: String,
        saying: String,
        key: Option<String>,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.say(&plea, &voter, &saying, key.as_deref()))
    }

    /// The ballot that says so, for whoever signs it elsewhere.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn ballot<'env>(
        &self,
        env: &'env Env,
        plea: String,
        voter: String,
        saying: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.ballot(&plea, &voter, &saying))
    }

    /// Casts a ballot with the signature of its message.
    ///
    /// # Errors
    /// `CLOSED`.
    #[napi(catch_unwind)]
    pub fn cast<'env>(
        &self,
        env: &'env Env,
        ballot: String,
        signature: String,
    ) -> napi::Result<Object<'env>> {
        self.soon(env, move |engine| engine.cast(&ballot, &signature))
    }
}
