//! A face of Sealbook.
