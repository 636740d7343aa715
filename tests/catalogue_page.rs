//! The page of the catalogue is what the files say, and its pictures show them as they are.

mod common;

use common::{Bench, text};
use std::fs;
use std::path::Path;

const MEND: &str = "run `nines scenario catalogue --out docs`";

#[test]
fn the_page_is_not_stale() {
    let bench = Bench::new();
    bench.expect(0, "scenario catalogue --text-only --out .");
    let fresh = fs::read_to_string(bench.path("catalogue.md")).unwrap();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let stored = fs::read_to_string(docs.join("catalogue.md")).unwrap_or_default();
    let changed = fresh.lines().zip(stored.lines()).find(|(a, b)| a != b);
    assert!(fresh == stored, "docs/catalogue.md is stale, {MEND}; first at {changed:?}");
    let mut name = "";
    let mut pictures = 0;
    for line in stored.lines() {
        name = line.strip_prefix("### ").unwrap_or(name);
        if let Some((_, fingerprint)) = line.split_once("Fingerprint `") {
            let picture = fs::read_to_string(docs.join(format!("catalogue/{name}.svg"))).unwrap_or_default();
            let own = fingerprint.trim_end_matches(['.', '`']);
            assert!(picture.contains(own), "the picture of {name} is stale, {MEND}");
            assert!(picture.len() < 60_000, "the picture of {name} has {} bytes", picture.len());
            pictures += 1;
        }
    }
    let list = text(&bench.expect(0, "scenario list").stdout);
    assert_eq!(pictures, list.lines().filter(|line| !line.starts_with(' ')).count());
    let files = fs::read_dir(docs.join("catalogue")).unwrap().count();
    assert_eq!(files, pictures, "docs/catalogue holds pictures of no scenario");
}
