//! Checks by programs that we did not write: SciPy and pyarrow on the figures, Chromium on the report, the Rerun viewer on a
//! recording. Where a tool is missing its check is skipped aloud; with `NINES_TOOLS=require` that is a failure.
#![allow(clippy::print_stderr)]

mod common;

use common::{Bench, text};
use std::path::Path;
use std::process::Command;

/// True where the tool is there; says aloud that the check is skipped where it is not.
fn there(tool: &str, probe: &mut Command) -> bool {
    let found = probe.output().is_ok_and(|o| o.status.success());
    if !found {
        assert!(std::env::var("NINES_TOOLS").as_deref() != Ok("require"), "{tool} is required here, and missing");
        eprintln!("SKIPPED: {tool} is not installed");
    }
    found
}

#[cfg(feature = "rrd")]
/// The viewer's own binary inside the Python package: the wrapper in front of it cannot be ended reliably.
#[cfg(feature = "rrd")]
fn viewer() -> Option<std::path::PathBuf> {
    let found = "import rerun_sdk, os; print(os.path.join(list(rerun_sdk.__path__)[0], 'rerun_cli', 'rerun'))";
    if !there("the Rerun viewer (pip install rerun-sdk==0.36.3)", Command::new("python3").args(["-c", found])) {
        return None;
    }
    let output = Command::new("python3").args(["-c", found]).output().ok()?;
    Some(std::path::PathBuf::from(text(&output.stdout).trim()))
}

fn picture_is_not_blank(path: &Path) {
    let size = std::fs::metadata(path).map(|m| m.len()).unwrap_or(0);
    assert!(size > 20_000, "{} has {size} bytes", path.display());
}

#[test]
fn scipy_finds_the_same_limits_and_pyarrow_the_same_counts() {
    if !there("SciPy with pyarrow", Command::new("python3").args(["-c", "import scipy, pyarrow"])) {
        return;
    }
    let bench = Bench::new();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/outside/check_campaign.py");
    for policy in ["idm-aeb", "common-sense", "blind"] {
        bench.expect(
            0,
            &format!("run --policy {policy} --odd whole-city --odd highway-freight --rollouts 1k --seed 5 --hindsight 20 --out {policy}"),
        );
        let output = Command::new("python3").arg(&script).arg(bench.path(policy)).output().unwrap();
        assert!(output.status.success(), "{policy}: {}{}", text(&output.stdout), text(&output.stderr));
    }
}

#[test]
fn the_report_opens_in_a_browser_without_network_or_script() {
    if !there("Chromium", Command::new("chromium").args(["--version", "--no-sandbox"])) {
        return;
    }
    let bench = Bench::new();
    bench.expect(0, "run --policy common-sense --rollouts 1k --out a");
    let page = format!("file://{}", bench.path("a/report.html").display());
    let browse = |more: &[&str]| {
        let flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
        let profile = format!("--user-data-dir={}", bench.path("profile").display());
        // Every name and address is unreachable: a page that needs the network would show it.
        let rules = "--host-resolver-rules=MAP * ~NOTFOUND";
        Command::new("chromium").args(flags).arg(profile).arg(rules).args(more).arg(&page).output().unwrap()
    };
    let dom = text(&browse(&["--dump-dom"]).stdout);
    for name in ["child-at-curb", "stopped-school-bus", "debris-at-night"] {
        assert!(dom.contains(name), "{name} is missing from the page");
    }
    assert!(!dom.contains("<script") && !dom.contains("src=\"http"));
    let shot = bench.path("report.png");
    browse(&[&format!("--screenshot={}", shot.display()), "--window-size=1200,2400"]);
    picture_is_not_blank(&shot);
}

#[cfg(feature = "rrd")]
#[test]
fn the_recording_opens_in_the_viewer() {
    let Some(viewer) = viewer() else { return };
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 512 --out a");
    bench.expect(0, "replay a child-at-curb/first --rrd first.rrd");
    let recording = bench.path("first.rrd");
    let verified = Command::new(&viewer).args(["rrd", "verify"]).arg(&recording).output().unwrap();
    assert!(verified.status.success(), "{}{}", text(&verified.stdout), text(&verified.stderr));
    let shot = bench.path("recording.png");
    let drawn = Command::new(&viewer)
        .args(["--headless", "--hide-welcome-screen", "--bind", "127.0.0.1", "--port", "auto", "--window-size", "1280x800"])
        .arg("--screenshot-to")
        .arg(&shot)
        .arg(&recording)
        .env("RUST_LOG", "error")
        .env("XDG_RUNTIME_DIR", bench.path("."))
        .output()
        .unwrap();
    assert!(drawn.status.success(), "{}", text(&drawn.stderr));
    picture_is_not_blank(&shot);
}

#[cfg(all(feature = "rrd", target_os = "linux"))]
#[test]
fn a_recording_is_served_to_this_machine_alone_until_interrupted() {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::process::Stdio;
    if !there("the Rerun viewer (pip install rerun-sdk==0.36.3)", Command::new("rerun").arg("--version")) {
        return;
    }
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm --rollouts 512 --out a");
    std::fs::create_dir(bench.path("tmp")).unwrap();
    for (signal, code) in [("-INT", 0), ("-TERM", 143)] {
        let mut command = bench.command("replay a child-at-curb/first --web");
        let mut running = command.env("TMPDIR", bench.path("tmp")).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(running.stdout.take().unwrap()).lines().map_while(Result::ok);
        let address = lines.into_iter().find(|line| line.starts_with("http://")).expect("an address");
        let ports: Vec<u16> =
            address.split("127.0.0.1:").skip(1).map(|rest| rest.split('/').next().unwrap().parse().unwrap()).collect();
        let mut stream = TcpStream::connect(("127.0.0.1", ports[0])).unwrap();
        stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
        let mut page = Vec::new();
        stream.read_to_end(&mut page).unwrap();
        assert!(text(&page).contains("<html"), "{}", text(&page));
        // Whoever listens on these ports does so on 127.0.0.1 (little-endian in this table), and nobody by IPv6.
        let listens = |table: &str, port: u16| -> Vec<String> {
            let table = std::fs::read_to_string(table).unwrap_or_default();
            let local = table.lines().skip(1).filter(|line| line.split_whitespace().nth(3) == Some("0A"));
            let local = local.filter_map(|line| line.split_whitespace().nth(1)).map(str::to_owned);
            local.filter(|local| local.ends_with(&format!(":{port:04X}"))).collect()
        };
        for port in &ports {
            assert_eq!(listens("/proc/net/tcp", *port), [format!("0100007F:{port:04X}")]);
            assert!(listens("/proc/net/tcp6", *port).is_empty());
        }
        assert_eq!(ports.len(), 2);
        // Twice at once, as `timeout` does: that is one wish.
        for _ in 0..2 {
            Command::new("kill").args([signal, &running.id().to_string()]).status().unwrap();
        }
        assert_eq!(running.wait().unwrap().code(), Some(code));
        // Nothing is left behind.
        assert!(ports.iter().all(|port| listens("/proc/net/tcp", *port).is_empty()));
        assert_eq!(std::fs::read_dir(bench.path("tmp")).unwrap().count(), 0);
    }
}
