//! SHA-256, as it stands in files: `sha256:` and 64 hex digits.

use super::StoreError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Hash of some bytes.
pub fn hash_hex(bytes: &[u8]) -> String {
    words(&Sha256::digest(bytes))
}

/// Hash of a file, read in pieces.
pub fn hash_file(path: &Path) -> Result<String, StoreError> {
    let mut file = File::open(path).map_err(StoreError::io("read", path))?;
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut piece).map_err(StoreError::io("read", path))? {
            0 => return Ok(words(&hasher.finalize())),
            n => hasher.update(&piece[..n]),
        }
    }
}

fn words(digest: &[u8]) -> String {
    digest.iter().fold(String::from("sha256:"), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_abc_is_the_published_one() {
        assert_eq!(hash_hex(b"abc"), "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
