//! `sealbook._native`: what the Python package `sealbook` calls. The package's own modules are the documentation that users read.
//!
//! There is one way in for long calls, [`call::enter`], one for short ones, [`call::brief`], and one way out for errors, [`error::thrown`].

use pyo3::prelude::*;

mod attribution;
mod call;
mod error;
mod executor;
mod export;
mod fork;
mod functions;
mod ledger;
mod reply;
mod tasks;
mod value;

#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::attribution::{matching_rules, report, rules, scan, stats, why};
    #[pymodule_export]
    use crate::call::Job;
    #[pymodule_export]
    use crate::executor::{CallPolicy, Executor};
    #[pymodule_export]
    use crate::fork::{after_fork, before_fork};
    #[pymodule_export]
    use crate::functions::{canonicalize, verify_export, version};
    #[pymodule_export]
    use crate::ledger::Ledger;
    #[pymodule_export]
    use crate::tasks::{Orchestrator, Worker, ballot_of};
}
