//! The pages of the diagnostics: every code has one, and its examples do what they say.

use crate::{Code, Diagnostic, Severity, check, complete, explain, review};

/// Codes whose example would be too long, or which no file has unless the program is wrong.
const UNSHOWN: [Code; 2] = [Code::FileTooLarge, Code::Unread];

fn problems(example: &str) -> (String, Vec<Diagnostic>) {
    let text = complete(example);
    let checked = check(&text, "example.yaml");
    let reviewed: Vec<Diagnostic> = checked.scenarios().flat_map(|(s, places)| review(s, places)).collect();
    let all = [checked.diagnostics, reviewed].concat();
    (text, all)
}

#[test]
fn every_code_has_a_page_with_a_failing_and_a_mended_example() {
    for &code in Code::ALL {
        let page = explain(code).unwrap_or_else(|| panic!("write scenarios/src/explain/{}.md", code.name()));
        assert!(page.text.len() > 20, "{code}: say what it means and what to do");
        if UNSHOWN.contains(&code) {
            continue;
        }
        let (failing, mended) = page.failing.zip(page.mended).unwrap_or_else(|| panic!("{code}: show `fails` and `mended`"));
        let (text, found) = problems(&failing);
        // What shows only in driving is checked where things are driven.
        let expected: &[Code] = if page.driven { &[] } else { &[code] };
        let mut codes: Vec<Code> = found.iter().map(|d| d.code).collect();
        codes.dedup();
        assert_eq!(codes, expected, "{code} fails\n{text}\n{found:#?}");
        for d in &found {
            let line = text.lines().nth(d.line as usize - 1).unwrap_or_default();
            assert!(failing.lines().any(|l| l == line), "{code}: the problem is not in the example, but at `{line}`");
        }
        let (text, mut found) = problems(&mended);
        // Notes of other things, such as a prior that is not known, ask for nothing.
        found.retain(|d| d.severity != Severity::Note || d.code == code);
        assert_eq!(found, [], "{code} mended\n{text}");
        assert_ne!(failing, mended);
    }
}

#[test]
fn every_page_belongs_to_a_code() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/explain");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let Some(code) = name.strip_suffix(".md") else { continue };
        assert!(Code::ALL.iter().any(|c| c.name() == code), "{name}");
    }
}

#[test]
fn an_example_replaces_entries_and_whole_lines() {
    let text = complete("title: Another\nparameters:\n  child_s_m: {dist: constant, value: 5, source: A}\ntags: [child]");
    assert!(text.contains("title: Another\n") && !text.contains("A child may step out"));
    assert!(text.contains("parameters:\n  ego_speed_mps:") && text.contains("value: 5") && !text.contains("high: 80"));
    assert!(text.ends_with("tags: [child]\n"));
    assert_eq!(problems("").1, []);
}
