//! The native half of the npm package: the facade's calls for Node, each with a promise and a blocking form.
//!
//! What JavaScript callers see is written in `node/`; nothing here is public to them. Values cross as JSON texts, sequence numbers as
//! `bigint` or decimal strings, and an error as a JavaScript error whose message is its JSON form.

// The code that `#[napi]` generates is the C interface of Node, and it asks for items that are `pub`.
#![allow(unsafe_code, unreachable_pub)]
// It registers nothing in a test build.
#![cfg_attr(test, allow(dead_code))]

mod attribution;
mod error;
mod executor;
mod ledger;
mod module;
mod pleading;
mod promise;
mod reader;
mod task_feed;
mod task_worker;
mod tasks;
mod text;
mod watch;
