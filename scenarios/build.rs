//! Builds the crate again when a file is added to the catalogue or taken from it.

#[allow(clippy::print_stdout)] // the way to talk to cargo
fn main() {
    println!("cargo::rerun-if-changed=catalogue");
}
