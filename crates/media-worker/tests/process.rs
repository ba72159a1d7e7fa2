//! The executable as the server starts it: what it says first, and how it ends.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use worker_protocol::GREETING;

fn given(input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_viaduct-media-worker"));
    let mut worker = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // One that has ended already takes no input, which its output then tells.
    let _gone = worker.stdin.take().unwrap().write_all(input);
    worker.wait_with_output().unwrap()
}

#[test]
fn it_greets_and_ends_with_its_input() {
    let output = given(b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout[4..].starts_with(GREETING), "after its length: {:?}", output.stdout);
}

#[test]
fn nonsense_ends_it_with_a_sentence() {
    let output = given(&[0xff; 4096]);
    assert_eq!(output.status.code(), Some(1), "neither success nor a signal");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.starts_with("viaduct-media-worker: ") && !text.contains("panicked"), "{text}");
}
