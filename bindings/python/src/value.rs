//! Python values as JSON text. Only what has one obvious JSON form is taken; what the text means is for the core to judge.

use crate::error::thrown;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use sealbook_common::sealbook::{Code, Error};

/// The deepest nesting that the core takes. A structure that contains itself ends here.
const MAX_DEPTH: usize = 128;

/// The JSON text of a payload: that of a `dict`, or what a `str` or `bytes` holds.
pub(crate) fn payload(payload: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    if let Ok(text) = payload.cast::<PyBytes>() {
        return Ok(text.as_bytes().to_vec());
    }
    if let Ok(text) = payload.cast::<PyString>() {
        return match text.to_str() {
            Ok(text) => Ok(text.as_bytes().to_vec()),
            Err(_) => Err(Fault::from(lone_surrogate()).at_payload(payload.py())),
        };
    }
    let mut out = Vec::with_capacity(256);
    write(&mut out, payload, 1).map_err(|fault| fault.at_payload(payload.py()))?;
    Ok(out)
}

/// The JSON text of any value, which messages call by this name.
pub(crate) fn json(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value, 1).map_err(|fault| fault.at(value.py(), name))?;
    String::from_utf8(out).map_err(|e| PyTypeError::new_err(format!("{name} is no text: {e}")))
}

/// What is wrong, and where: the steps from the inside out.
struct Fault {
    what: What,
    steps: Vec<String>,
}

enum What {
    /// The words after the place.
    Type(String),
    /// A fault that the core has a code for, with the words after the place.
    Core(Code, String, &'static str),
    Raised(PyErr),
}

impl From<What> for Fault {
    fn from(what: What) -> Self {
        Self { what, steps: Vec::new() }
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        What::Raised(error).into()
    }
}

impl Fault {
    fn within(mut self, step: impl FnOnce() -> String) -> Self {
        self.steps.push(step());
        self
    }

    fn at_payload(self, py: Python<'_>) -> PyErr {
        self.at(py, "payload")
    }

    fn at(mut self, py: Python<'_>, name: &str) -> PyErr {
        self.steps.push(name.to_owned());
        self.steps.reverse();
        let place = self.steps.concat();
        match self.what {
            What::Type(words) => PyTypeError::new_err(format!("{place} {words}")),
            What::Core(code, words, remedy) => {
                let place = if self.steps.len() > 16 { name.to_owned() } else { place };
                thrown(py, &Error::new(code, format!("{place} {words}")).remedy(remedy).with("place", &place))
            }
            What::Raised(error) => error,
        }
    }
}

fn write(out: &mut Vec<u8>, value: &Bound<'_, PyAny>, depth: usize) -> Result<(), Fault> {
    // Exact types first: these tests are a comparison of pointers. Subclasses follow; `bool` is one of `int`.
    if let Ok(text) = value.cast::<PyString>() {
        return string(out, text);
    }
    if value.is_none() {
        out.extend_from_slice(b"null");
    } else if let Ok(value) = value.cast::<PyBool>() {
        out.extend_from_slice(if value.is_true() { b"true" } else { b"false" });
    } else if let Ok(value) = value.cast::<PyInt>() {
        integer(out, value)?;
    } else if let Ok(dict) = value.cast::<PyDict>() {
        object(out, dict, depth)?;
    } else if let Ok(list) = value.cast::<PyList>() {
        array(out, list.iter(), depth)?;
    } else if let Ok(tuple) = value.cast::<PyTuple>() {
        array(out, tuple.iter(), depth)?;
    } else if let Ok(value) = value.cast::<PyFloat>() {
        float(out, value.value())?;
    } else {
        let name =
            value.get_type().fully_qualified_name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
        return Err(What::Type(format!(
            "is a {name}, which has no JSON form of its own; pass a str, a number, a dict or a list"
        ))
        .into());
    }
    Ok(())
}

fn object(out: &mut Vec<u8>, dict: &Bound<'_, PyDict>, depth: usize) -> Result<(), Fault> {
    not_too_deep(depth)?;
    out.push(b'{');
    for (n, (name, value)) in dict.iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        let Ok(name) = name.cast::<PyString>() else {
            let kind = name.get_type().name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
            return Err(What::Type(format!(
                "has the key {name:?} of type {kind}; the names in a JSON object are str"
            ))
            .into());
        };
        string(out, name)?;
        out.push(b':');
        write(out, &value, depth + 1)
            .map_err(|fault| fault.within(|| format!(".{}", name.to_string_lossy())))?;
    }
    out.push(b'}');
    Ok(())
}

fn array<'py>(
    out: &mut Vec<u8>,
    items: impl Iterator<Item = Bound<'py, PyAny>>,
    depth: usize,
) -> Result<(), Fault> {
    not_too_deep(depth)?;
    out.push(b'[');
    for (n, item) in items.enumerate() {
        if n > 0 {
            out.push(b',');
        }
        write(out, &item, depth + 1).map_err(|fault| fault.within(|| format!("[{n}]")))?;
    }
    out.push(b']');
    Ok(())
}

fn not_too_deep(depth: usize) -> Result<(), Fault> {
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    Err(What::Core(
        Code::PayloadTooDeep,
        format!("is nested deeper than {MAX_DEPTH}, or contains itself"),
        "flatten it, or put the inner document into a string",
    )
    .into())
}

fn string(out: &mut Vec<u8>, text: &Bound<'_, PyString>) -> Result<(), Fault> {
    let text = text.to_str().map_err(|_| lone_surrogate())?;
    out.push(b'"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(text.as_bytes().get(plain..at).unwrap_or_default());
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
        }
        plain = at + 1;
    }
    out.extend_from_slice(text.as_bytes().get(plain..).unwrap_or_default());
    out.push(b'"');
    Ok(())
}

fn lone_surrogate() -> What {
    What::Core(
        Code::PayloadSurrogate,
        "has half of a surrogate pair, which is no text".to_owned(),
        "decode the bytes it came from with another error handler than surrogateescape",
    )
}

fn integer(out: &mut Vec<u8>, value: &Bound<'_, PyInt>) -> Result<(), Fault> {
    if let Ok(value) = value.extract::<i64>() {
        out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
        return Ok(());
    }
    // Far beyond what the core takes, and perhaps beyond what Python turns into digits.
    let bits: u64 = value.call_method0("bit_length")?.extract()?;
    Err(What::Core(
        Code::PayloadInteger,
        format!("is an integer of {bits} bits, beyond ±(2^53-1)"),
        "write it as a string",
    )
    .into())
}

fn float(out: &mut Vec<u8>, value: f64) -> Result<(), Fault> {
    if !value.is_finite() {
        return Err(What::Core(
            Code::PayloadNonFinite,
            format!("is {value}, which JSON has no number for"),
            "write it as a string or as null",
        )
        .into());
    }
    out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
    Ok(())
}
