//! The console is embedded; without it the program still builds and says how to build it.

use std::fs;
use std::path::Path;

const PLACEHOLDER: &str = "<!doctype html><meta charset=\"utf-8\"><title>Viaduct</title>\
<p>The console was not built into this program. Run <code>make build</code>.</p>\n";

fn main() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/console/dist");
    let index = dist.join("index.html");
    println!("cargo::rerun-if-changed={}", dist.display());
    if !index.exists() {
        fs::create_dir_all(&dist).expect("the console's folder can be made");
        fs::write(&index, PLACEHOLDER).expect("the placeholder can be written");
    }
}
