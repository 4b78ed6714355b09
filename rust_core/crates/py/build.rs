//! Gathers the files that the package needs at run time, for the wheel.
//!
//! `rigs/` and `firmware_protocols/` stand at the top of the repository, where people look for
//! them; in the source tree `qiki_hil/data` links to them, and a wheel holds no links.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const FOLDERS: [&str; 2] = ["rigs", "firmware_protocols"];

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("data");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    for folder in FOLDERS {
        println!("cargo:rerun-if-changed={}", root.join(folder).display());
        copy(&root.join(folder), &out.join(folder))?;
    }
    Ok(())
}
