//! Turns the protobuf contracts into Rust types, without any tool outside of Cargo.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../protos");
    let files = [
        "qiki/commands/v1/command.proto",
        "qiki/telemetry/v1/link.proto",
    ];
    let imported = [
        "qiki/telemetry/v1/cycle.proto",
        "qiki/telemetry/v1/power.proto",
    ];
    for file in files.iter().chain(&imported) {
        println!("cargo:rerun-if-changed={}", root.join(file).display());
    }
    let descriptors = protox::compile(files, [&root])?;
    prost_build::Config::new()
        .include_file("messages.rs")
        .compile_fds(descriptors)?;
    Ok(())
}
