//! Builds the crate again when a file of a folder that it embeds is added or taken away.

#[allow(clippy::print_stdout)] // the way to talk to cargo
fn main() {
    println!("cargo::rerun-if-changed=catalogue");
    println!("cargo::rerun-if-changed=src/explain");
    println!("cargo::rerun-if-changed=odds");
}
