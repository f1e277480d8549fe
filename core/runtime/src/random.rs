//! Chance, from the operating system.

use sealbook_error::{Code, Error, Result};

pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|e| Error::new(Code::Io, format!("the system's random generator failed: {e}")))?;
    Ok(bytes)
}

pub(crate) fn draw() -> Result<u64> {
    random().map(u64::from_le_bytes)
}
