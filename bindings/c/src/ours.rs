//! Objects that stay with the process that made them: their threads and their locks are not those of a forked child.

use sealbook_common::sealbook::{Code, Error, Result};
use std::mem::ManuallyDrop;

/// A value of one process. A forked child can neither use it nor drop it.
pub(crate) struct Ours<T> {
    process: u32,
    value: ManuallyDrop<T>,
}

impl<T> Ours<T> {
    /// A value of this process.
    pub(crate) fn new(value: T) -> Self {
        Self { process: std::process::id(), value: ManuallyDrop::new(value) }
    }

    /// The value, in the process that made it; `what` is the name for the message.
    ///
    /// # Errors
    /// `CLOSED` in another process.
    pub(crate) fn get(&self, what: &str) -> Result<&T> {
        if self.process == std::process::id() {
            return Ok(&self.value);
        }
        Err(Error::new(Code::Closed, format!("the {what} is one of the parent process"))
            .remedy("open another in this process"))
    }
}

impl<T> Drop for Ours<T> {
    fn drop(&mut self) {
        if self.process == std::process::id() {
            // SAFETY: it is dropped here alone, and not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.value) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    #[test]
    fn what_another_process_made_is_neither_used_nor_dropped() {
        let value = Rc::new(());
        let mut ours = Ours::new(value.clone());
        assert!(ours.get("thing").is_ok());
        ours.process = ours.process.wrapping_add(1);
        assert_eq!(ours.get("thing").unwrap_err().code(), Code::Closed);
        drop(ours);
        assert_eq!(Rc::strong_count(&value), 2);
        drop(Ours::new(value.clone()));
        assert_eq!(Rc::strong_count(&value), 2);
    }
}
