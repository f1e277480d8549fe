//! Numbers, as ECMAScript prints them (RFC 8785 section 3.2.2.3).

use super::Pass;
use sealbook_error::{Code, Error, Result};

/// 2^53-1, the largest integer that every JSON implementation keeps exactly (RFC 7493 section 2.2).
const MAX_SAFE: u64 = 9_007_199_254_740_991;

impl<'t> Pass<'t> {
    pub(super) fn number(&mut self) -> Result<()> {
        let start = self.at;
        let negative = self.eat(b'-');
        let whole = self.digits()?;
        if whole.len() > 1 && whole.first() == Some(&b'0') {
            self.at = start + usize::from(negative) + 1;
            return Err(self.unexpected("no digit after a leading zero"));
        }
        let fraction: &[u8] = if self.eat(b'.') { self.digits()? } else { &[] };
        let integer = fraction.is_empty() && !matches!(self.peek(), Some(b'e' | b'E'));
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        } else if whole.len() + fraction.len() < 16 {
            // Two decimals of up to 15 digits never stand for the same double (DBL_DIG), so that no shorter one stands for this.
            let shortest = match fraction {
                [] => !(negative && whole == b"0"),
                [.., b'0'] | [b'0', b'0', b'0', b'0', b'0', b'0', ..] => false,
                _ => true,
            };
            if shortest {
                return Ok(());
            }
        }
        let token =
            self.text.get(start..self.at).and_then(|t| std::str::from_utf8(t).ok()).unwrap_or_default();
        let magnitude = token.strip_prefix('-').unwrap_or(token);
        if integer && magnitude.parse::<u64>().map_or(true, |n| n > MAX_SAFE) {
            return Err(out_of_range(token));
        }
        let value: f64 = token.parse().map_err(|_| self.unexpected("a number"))?;
        let canonical = ecmascript(value).ok_or_else(|| not_finite(token))?;
        let canonical = canonical.as_str();
        if value.abs() > MAX_SAFE as f64 && !canonical.contains('e') {
            return Err(out_of_range(token));
        }
        if canonical != token {
            let canonical = canonical.to_owned();
            self.replace(start, canonical.as_bytes());
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<&'t [u8]> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.unexpected("a digit"))
        } else {
            Ok(self.text.get(start..self.at).unwrap_or_default())
        }
    }
}

/// The text of a finite number as `Number.prototype.toString` gives it; `None` for infinities and NaN.
#[must_use]
pub(super) fn ecmascript(value: f64) -> Option<String> {
    value.is_finite().then(|| ryu_js::Buffer::new().format_finite(value).to_owned())
}

fn out_of_range(token: &str) -> Error {
    Error::new(Code::PayloadInteger, format!("integer {} is beyond ±(2^53-1)", shorten(token)))
        .remedy("write it as a string, or in exponent form from 1e21 on")
}

fn not_finite(token: &str) -> Error {
    Error::new(Code::PayloadNonFinite, format!("number {} is not finite as a double", shorten(token)))
        .remedy("write it as a string")
}

fn shorten(token: &str) -> String {
    match token.get(..40) {
        Some(head) if token.len() > 40 => format!("{head}... ({} characters)", token.len()),
        _ => token.to_owned(),
    }
}
