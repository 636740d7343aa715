//! The report in a real browser, with axe-core: Chromium through `playwright-core` (`tests/browser`). Where they are missing the checks are skipped
//! aloud; with `NINES_TOOLS=require` that is a failure.
#![allow(clippy::print_stderr)]

mod common;

use common::{Bench, text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn browser_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser")
}

fn there() -> bool {
    let probe = "import('playwright-core').then(() => import('axe-core')).catch(() => process.exit(1))";
    let found = Command::new("node").args(["-e", probe]).current_dir(browser_folder()).output().is_ok_and(|o| o.status.success())
        && Command::new("chromium").args(["--version", "--no-sandbox"]).output().is_ok_and(|o| o.status.success());
    if !found {
        assert!(
            std::env::var("NINES_TOOLS").as_deref() != Ok("require"),
            "Chromium, node and tests/browser/node_modules are required here"
        );
        eprintln!("SKIPPED: Chromium or node is not installed, or `npm install --no-package-lock` was not run in tests/browser");
    }
    found
}

/// What the browser found of a page; its pictures are in `shots`.
fn look(bench: &Bench, page: &str) -> Value {
    fs::create_dir_all(bench.path("shots")).unwrap();
    let script = browser_folder().join("check.mjs");
    let output = Command::new("node").arg(script).arg(bench.path(page)).arg(bench.path("shots")).output().unwrap();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What holds of every report.
#[track_caller]
fn assert_sound(found: &Value) {
    for view in found["views"].as_array().unwrap() {
        let name = &view["name"];
        assert_eq!(view["requests"].as_array().unwrap().len(), 1, "{name} fetches more than the page: {}", view["requests"]);
        assert_eq!(view["errors"], serde_json::json!([]), "{name}");
        assert_eq!(view["width_px"], view["width"], "{name} scrolls sideways");
        assert_eq!(view["sticking"], serde_json::json!([]), "{name}");
        assert!(view["checked"].as_u64().unwrap() > 20, "axe hardly looked at {name}");
        let bad = |v: &&Value| ["serious", "critical"].contains(&v["impact"].as_str().unwrap_or("critical"));
        let violations: Vec<&Value> = view["violations"].as_array().unwrap().iter().filter(bad).collect();
        assert!(violations.is_empty(), "{name}: {violations:?}");
        let elements: Vec<&str> = view["elements"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(["script", "img", "iframe", "object", "link"].iter().all(|e| !elements.contains(e)), "{elements:?}");
    }
    assert_eq!(found["opened_by_link"], true, "a link to a scenario opens it");
    assert_eq!(found["same_without_script"], true);
    assert_eq!(found["folded_in_print"], false, "what is folded on the screen is printed");
}

#[test]
fn the_report_reads_wide_narrow_dark_and_printed() {
    if !there() {
        return;
    }
    let bench = Bench::new();
    bench.expect(0, "run --policy common-sense --odd closed-campus --rollouts 1k --seed 7 --out a");
    bench.expect(0, "run --policy common-sense:headway_s=1.2 --odd closed-campus --rollouts 1k --seed 7 --out b");
    bench.expect(0, "report b --against a");
    let found = look(&bench, "b/report.html");
    assert_sound(&found);
    assert!(found["pdf_pages"].as_u64().unwrap() > 3);
    // On a desktop the three answers stand on the first screen.
    assert!(found["views"][0]["answers_end_px"].as_f64().unwrap() <= 800.0, "{}", found["views"][0]["answers_end_px"]);
    let html = fs::read_to_string(bench.path("b/report.html")).unwrap();
    for text in [
        "Against the earlier version",
        "<svg viewBox=\"0 0 288 132\" role=\"img\">",
        "How the estimate came about",
        "For the assessor",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

/// Markup in what a campaign's files say is text.
#[test]
fn markup_in_words_of_files_stays_text() {
    if !there() {
        return;
    }
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 1k --seed 7 --out a");
    let planted = "<img src=http://127.0.0.1:9/x onerror=alert(1)>\"'<script>document.title='taken'</script>";
    // The names of a campaign are checked when it is made; a folder from elsewhere may hold anything, its manifest too.
    let summary = fs::read_to_string(bench.path("a/summary.json")).unwrap();
    let mut changed: Value = serde_json::from_str(&summary).unwrap();
    let words = Value::from(planted);
    changed["warnings"].as_array_mut().unwrap().push(words.clone());
    changed["policy"]["name"] = words.clone();
    let scenario = &mut changed["scenarios"][0];
    scenario["name"] = words.clone();
    scenario["tags"].as_array_mut().unwrap().push(words.clone());
    scenario["causes"][0]["criterion"] = words.clone();
    scenario["modes"][0]["cause"] = words;
    let changed = serde_json::to_string_pretty(&changed).unwrap();
    fs::write(bench.path("a/summary.json"), &changed).unwrap();
    let hash = |bytes: &[u8]| nines::store::hash_hex(bytes);
    let manifest = fs::read_to_string(bench.path("a/manifest.json")).unwrap();
    let manifest = manifest.replace(&hash(summary.as_bytes()), &hash(changed.as_bytes()));
    // Its own checksum may be missing, as in folders of earlier programs.
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    manifest.as_object_mut().unwrap().remove("checksum");
    fs::write(bench.path("a/manifest.json"), manifest.to_string()).unwrap();
    bench.expect(0, "report a");
    let found = look(&bench, "a/report.html");
    assert_sound(&found);
    assert!(fs::read_to_string(bench.path("a/report.html")).unwrap().contains("&lt;img src="));
}
