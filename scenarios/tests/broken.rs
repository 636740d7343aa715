//! Broken files: each has one defect, and says in its first line which problem is to be found where, and what the help says.

use nines_scenarios::{MAX_BYTES, MAX_LISTED, check};
use std::time::{Duration, Instant};

/// `# expect: CODE LINE "HELP"`.
fn expected(text: &str) -> (String, u32, String) {
    let head = text.lines().next().and_then(|l| l.strip_prefix("# expect: ")).expect("a first line that says what to expect");
    let mut words = head.splitn(3, ' ');
    let (code, line) = (words.next().expect("a code"), words.next().expect("a line"));
    let hint = words.next().expect("a hint").trim_matches('"');
    (code.to_owned(), line.parse().expect("a line number"), hint.to_owned())
}

#[test]
fn every_broken_file_is_found_out_at_its_line_with_a_hint() {
    let folder = format!("{}/tests/broken", env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("a file").path();
        let file = path.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();
        let text = std::fs::read_to_string(&path).expect("a text");
        let (code, line, hint) = expected(&text);
        let found = check(&text, &file).diagnostics;
        let all: Vec<(String, u32)> = found.iter().map(|d| (d.code.name().to_owned(), d.line)).collect();
        let said = found.first().map_or(String::new(), |d| format!("{} / {}", d.message, d.help));
        if all != [(code.clone(), line)] || !said.contains(&hint) {
            wrong.push(format!("{file}: expected {code} {line} \"{hint}\", found {all:?}: {said}"));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 60, "{seen}");
}

/// Bombs are refused within a moment, whatever they would grow to.
#[test]
fn bombs_are_refused_fast() {
    let head = "schema: nines.scenario/1\nname: bomb\n";
    let deep = |open: &str, close: &str, n: usize| format!("{head}title: {}{}\n", open.repeat(n), close.repeat(n));
    let laughs: String =
        (1..40).map(|k| format!("a{k}: &a{k} [*a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}, *a{0}]\n", k - 1)).collect();
    let keys: String = (0..60_000).map(|k| format!("k{k}: {k}\n")).collect();
    let same = "x: 1\n".repeat(9_000);
    let doubling: String = (1..400).map(|k| format!("  v{k}_m: v{0}_m + v{0}_m\n", k - 1)).collect();
    let cases: Vec<(&str, String)> = vec![
        ("lists", deep("[", "]", 200_000)),
        ("lists that do not end", deep("[", "", 900_000)),
        ("mappings", deep("{a: ", "}", 150_000)),
        ("blocks", format!("{head}{}", (0..1_200).map(|k| format!("{}a:\n", " ".repeat(k))).collect::<String>())),
        ("aliases", format!("{head}a0: &a0 [lol, lol]\n{laughs}")),
        ("one alias many times", format!("{head}a: &a [{}]\nb: [{}]\n", "1, ".repeat(1_000), "*a, ".repeat(5_000))),
        ("keys", format!("{head}{keys}")),
        ("the same key", format!("{head}{same}")),
        ("values", format!("{head}values:\n  v0_m: 1\n{doubling}")),
        ("an expression", format!("{head}values:\n  v_m: {}1\n", "(".repeat(300_000))),
        ("a long text", format!("{head}title: {}\n", "x".repeat(900_000))),
        ("a large file", " ".repeat(100_000_000)),
        ("a large file of lists", "[".repeat(100_000_000)),
    ];
    for (name, text) in cases {
        let started = Instant::now();
        let checked = check(&text, "bomb.yaml");
        let took = started.elapsed();
        assert!(checked.scenario.is_none() && !checked.diagnostics.is_empty(), "{name}");
        assert!(checked.diagnostics.len() <= MAX_LISTED + 1, "{name}");
        assert!(took < Duration::from_secs(4), "{name} took {took:?}");
        assert!(checked.files.iter().all(|f| f.text.len() <= MAX_BYTES), "{name}");
    }
    if let Some(peak) = peak_mb() {
        // Two texts of 100 MB are alive at once here.
        assert!(peak < 600, "{peak} MB");
    }
}

/// Most memory that this process has had, MB.
fn peak_mb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<u64>().ok()? / 1_024)
}
