//! A disk that is full.

use super::{Bench, Outcome, Random, said};
use std::process::Command;
use std::{fs, io};

/// Drives on a small file system, of random size, until it is full: the run must say so (8). With more room it is resumed. Needs Linux
/// and the right to mount; without it nothing is tried, and the note says so.
pub fn full_disk(bench: &Bench, times: u64, seed: u64) -> io::Result<Outcome> {
    let mut outcome = Outcome { harm: "disk full, then given room".into(), ..Outcome::default() };
    let (mut random, mut fits) = (Random(seed), 0);
    let disk = bench.path("disk");
    fs::create_dir_all(&disk)?;
    let mount = |options: &str| Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(&disk).output();
    let needed: usize = bench.reference.values().map(Vec::len).sum();
    for k in 0..times {
        let size = 16 * 1024 + random.below(2 * needed as u64);
        if !mount(&format!("size={size}")).is_ok_and(|output| output.status.success()) {
            outcome.note = "not tried: no right to mount".into();
            break;
        }
        outcome.times += 1;
        let output = bench.run("disk/a", &["--resume"])?;
        match output.status.code() {
            Some(8) if said(&output).contains("space") => {}
            Some(0) => fits += 1,
            _ => outcome.failures.push(format!("{k}: {size} bytes ended it with {}: {}", output.status, said(&output))),
        }
        let grown = mount("remount,size=1g")?;
        if !grown.status.success() {
            return Err(io::Error::other(said(&grown)));
        }
        outcome.campaigns += 1;
        let wrong = bench.finish("disk/a")?;
        outcome.failures.extend(wrong.map(|why| format!("{k}: after {size} bytes: {why}")));
        Command::new("umount").arg(&disk).status()?;
    }
    if outcome.times > 0 {
        outcome.note = format!("{fits} of them had room enough at first");
    }
    bench.remove("disk")?;
    Ok(outcome)
}
