//! Compiles the description of the service, without a compiler that would have to be installed.

use std::error::Error;

const PROTO: &str = "nines/policy/v1/policy.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let described = protox::compile([PROTO], ["proto"])?;
    tonic_prost_build::configure()
        .build_transport(false)
        // Tensors are handed on without a copy.
        .bytes(".")
        .btree_map(".")
        .server_mod_attribute(".", "#[cfg(feature = \"server\")]")
        .compile_fds(described)?;
    Ok(())
}
