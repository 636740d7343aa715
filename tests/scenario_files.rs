//! Files of authors: read where they are good, refused with their place where they are not.

mod common;

use common::{Bench, text};

#[test]
fn an_own_file_is_driven_like_one_of_the_catalogue() {
    let bench = Bench::new();
    let shown = bench.expect(0, "scenario show child-at-curb");
    bench.write("own.yaml", &text(&shown.stdout));
    bench.expect(0, "run ./own.yaml --policy idm-aeb --rollouts 600 --seed 1 --out a");
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 600 --seed 1 --out b");
    common::assert_equal(&bench.path("a"), &bench.path("b"));
    bench.expect(2, "run ./own.yaml child-at-curb --policy idm");
    let again = bench.expect(0, "scenario show own.yaml");
    assert_eq!(again.stdout, shown.stdout);
}

#[test]
fn broken_files_are_refused_with_code_and_place() {
    let bench = Bench::new();
    let good = text(&bench.expect(0, "scenario show child-at-curb").stdout);
    let lines: Vec<&str> = good.lines().collect();
    let insert = |after: &str, line: &str| {
        let at = lines.iter().position(|l| l.starts_with(after)).unwrap() + 1;
        [&lines[..at], &[line], &lines[at..]].concat().join("\n")
    };
    let replace = |from: &str, with: &dyn Fn(&str) -> String| {
        let at =
            lines.iter().position(|l| l.trim_start().starts_with(from)).unwrap_or_else(|| panic!("{from} is not in\n{good}"));
        let line = with(lines[at]);
        [&lines[..at], &[&line[..]], &lines[at + 1..]].concat().join("\n")
    };
    let value = |line: &str, value: &str| format!("{}: {value}", line.split(':').next().unwrap());
    for (what, file, code) in [
        ("unknown field", insert("name:", "colour: red"), "unknown-field"),
        ("negative width", replace("width_m", &|line| value(line, "-1.8")), "not-positive"),
        ("probability above one", replace("estimate", &|line| value(line, "1.5")), "probability-range"),
        ("another version", replace("schema", &|line| value(line, "nines.scenario/9")), "unsupported-schema"),
        ("no mapping", "- 1\n- 2\n".into(), "wrong-type"),
        ("no YAML", "a: [1\n".into(), "syntax"),
        ("nothing", String::new(), ""),
    ] {
        bench.write("broken.yaml", &file);
        let output = bench.expect(5, "run ./broken.yaml --policy idm --rollouts 300 --out never");
        let stderr = text(&output.stderr);
        assert!(stderr.contains("broken.yaml") && stderr.contains(code), "{what}: {stderr}");
        assert!(!bench.path("never").exists(), "{what}");
    }
}

#[test]
fn a_file_of_ones_own_is_not_called_catalogue() {
    let bench = Bench::new();
    let shown = text(&bench.expect(0, "scenario show child-at-curb").stdout);
    bench.write("my-curb.yaml", &shown.replacen("name: child-at-curb", "name: my-curb", 1));
    bench.write("changed.yaml", &shown.replacen("hazard: true", "hazard: false", 9));
    let run =
        |file: &str, out: &str| text(&bench.expect(0, &format!("run {file} --policy idm-aeb --rollouts 300 --out {out}")).stderr);
    let own = run("my-curb.yaml", "own");
    assert!(own.contains("on my-curb.yaml: 1 scenario") && !own.contains("differs"), "{own}");
    let junit = std::fs::read_to_string(bench.path("own/junit.xml")).unwrap();
    assert!(junit.contains("own scenarios") && !junit.contains("catalogue"), "{junit}");
    assert!(junit.contains(r#"name="demand" value="none""#) && junit.contains("no demand was made"), "{junit}");
    let changed = run("changed.yaml", "changed");
    assert!(changed.contains("changed.yaml is called child-at-curb"), "{changed}");
    let unmarked = "child-at-curb marks no state as hazard";
    assert!(changed.contains(unmarked) && !own.contains("marks no state"), "{changed}");
    assert!(text(&bench.nines("gate changed --nines 1").stderr).contains(unmarked));
    assert!(common::json(&bench.path("changed/summary.json"))["warnings"][0].as_str().unwrap().starts_with(unmarked));
    bench.expect(0, "verify changed");
}

/// A pipe without a writer and a device without an end are refused, and neither waited for nor read.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let bench = Bench::new();
    let made = std::process::Command::new("mkfifo").arg(bench.path("pipe.yaml")).status().unwrap();
    assert!(made.success());
    let good = text(&bench.expect(0, "scenario show child-at-curb").stdout);
    bench.write("extends.yaml", "schema: nines.scenario/1\nname: own\ntitle: Own\nextends: ./pipe.yaml\n");
    bench.write("rules.yaml", &good.replacen("name: child-at-curb", "name: own\nrules: /dev/zero", 1));
    for (code, line) in [
        (5, "scenario check ./pipe.yaml"),
        (5, "scenario check /dev/zero"),
        (5, "scenario show ./pipe.yaml"),
        (5, "odd show ./pipe.yaml"),
        (5, "odd show /dev/zero"),
        (5, "run child-at-curb --policy idm --policy-config ./pipe.yaml --rollouts 10 --out never"),
        (1, "scenario check ./extends.yaml"),
        (1, "scenario check ./rules.yaml"),
    ] {
        let output = bench.expect(code, line);
        let said = text(&output.stdout) + &text(&output.stderr);
        // Lines are wrapped where they are drawn.
        let said = said.replace("│", " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("it is a pipe or a device, not a regular file"), "{line}: {said}");
    }
    let found = bench.expect(5, "scenario show ./");
    assert!(text(&found.stderr).contains("it is a folder"), "{}", text(&found.stderr));
    // A folder is checked file by file, and its pipe passed over.
    let found = text(&bench.expect(1, "scenario check ./ --quick").stdout);
    assert!(found.contains("extends.yaml") && found.contains("rules.yaml"), "{found}");
    std::fs::create_dir(bench.path("none")).unwrap();
    let found = bench.expect(5, "scenario check none");
    assert!(text(&found.stderr).contains("no scenario file lies in the folder `none`"), "{}", text(&found.stderr));
    // What the shell hands over has somebody behind it, also where it has a name.
    let mut shell = std::process::Command::new("sh");
    let shell = shell.current_dir(bench.path("")).env("NINES", env!("CARGO_BIN_EXE_nines"));
    let line = r#""$NINES" scenario show child-at-curb | "$NINES" scenario check /dev/stdin --quick"#;
    assert!(shell.args(["-c", line]).status().unwrap().success());
}
