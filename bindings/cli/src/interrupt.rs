//! Ctrl-C. Commands that have nothing to tidy up leave it to the system.

use sealbook_common::sealbook::{Code, Error, Result};

/// Calls `stop` at the first Ctrl-C and ends the process at the second. To be called once in a process.
pub(crate) fn on_interrupt(stop: impl Fn() + Send + 'static) -> Result<()> {
    let mut asked = false;
    let handler = move || {
        if asked {
            std::process::exit(130);
        }
        asked = true;
        stop();
    };
    ctrlc::set_handler(handler)
        .map_err(|e| Error::new(Code::Internal, format!("Ctrl-C cannot be handled: {e}")).caused_by(e))
}
