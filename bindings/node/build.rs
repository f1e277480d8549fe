//! Link arguments of a Node addon.

fn main() {
    napi_build::setup();
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        // A worker thread's exit unloads the addon while threads of its pools may still be ending.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
