//! No text makes reading a scenario panic, and what is read can be written and read again:
//! `cargo +nightly fuzz run check fuzz/corpus scenarios/catalogue scenarios/tests/broken -- -dict=fuzz/words.dict`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nines_scenarios::{check, parse};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let checked = check(text, "fuzz.yaml");
    for made in checked.scenario.iter().chain(&checked.variants) {
        let written = made.to_yaml();
        let again = parse(&written, "again.yaml").unwrap_or_else(|d| panic!("{d:#?}\n{written}"));
        assert!(again == *made, "{written}");
    }
});
