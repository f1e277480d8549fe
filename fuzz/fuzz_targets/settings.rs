//! The settings of a project, and texts tried on its rules.
#![no_main]
use libfuzzer_sys::fuzz_target;
use sealbook_attribution::Catalogue;

fuzz_target!(|text: (&str, &str)| {
    let Ok(built_in) = Catalogue::built_in() else { return };
    if let Ok(catalogue) = built_in.with_settings(text.0) {
        let _ = catalogue.test(text.1);
    }
});
