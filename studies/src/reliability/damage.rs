//! Bits that flip in finished files, and files of unfinished work that are torn.

use super::{Bench, Outcome, Random, files, said};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::{fs, io};

/// Flips one bit of a finished campaign, in each file in turn: `verify` must say so (6), and a resume must mend it.
pub fn flips(bench: &Bench, times: u64, seed: u64) -> io::Result<Outcome> {
    let mut outcome = Outcome { harm: "one bit flipped in a finished file".into(), times, ..Outcome::default() };
    let mut random = Random(seed);
    bench.remove("flipped")?;
    let made = bench.finish("flipped")?;
    outcome.failures.extend(made);
    let names: Vec<String> = files(&bench.path("flipped"))?.into_keys().collect();
    for k in 0..times {
        let name = &names[k as usize % names.len()];
        let path = bench.path("flipped").join(name);
        let mut bytes = fs::read(&path)?;
        let bit = random.below(8 * bytes.len() as u64);
        bytes[bit as usize / 8] ^= 1 << (bit % 8);
        fs::write(&path, bytes)?;
        let verified = bench.command(&["verify", "flipped"]).output()?;
        if verified.status.code() != Some(6) {
            outcome.failures.push(format!("{k}: verify ended with {} at bit {bit} of {name}", verified.status));
        } else if !said(&verified).contains(name.as_str()) {
            outcome.failures.push(format!("{k}: bit {bit} of {name} is told as: {}", said(&verified)));
        }
        outcome.campaigns += 1;
        let wrong = bench.finish("flipped")?;
        outcome.failures.extend(wrong.map(|why| format!("{k}: bit {bit} of {name}: {why}")));
    }
    outcome.note = format!("{} files in turn, each named", names.len());
    bench.remove("flipped")?;
    Ok(outcome)
}

/// Kills a run, then cuts off the end of a file that it left, or flips a bit of it, before it is resumed.
pub fn torn(bench: &Bench, times: u64, seed: u64) -> io::Result<Outcome> {
    let mut outcome = Outcome { harm: "killed, and a file of its work torn or a bit of it flipped".into(), ..Outcome::default() };
    let mut random = Random(seed);
    for _ in 0..100 * times {
        if outcome.times == times {
            break;
        }
        bench.remove("torn")?;
        let mut child = bench.run_command("torn", &["--resume"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        sleep(random.time(bench.took));
        child.kill()?;
        child.wait()?;
        let mut left = Vec::new();
        for folder in [".work", "rollouts"] {
            below(&bench.path("torn").join(folder), &mut left)?;
        }
        left.sort();
        if left.is_empty() {
            continue;
        }
        let path = &left[random.below(left.len() as u64) as usize];
        let mut bytes = fs::read(path)?;
        let place = random.below(bytes.len() as u64) as usize;
        if random.below(2) == 0 {
            bytes.truncate(place);
        } else if let Some(byte) = bytes.get_mut(place) {
            *byte ^= 1 << random.below(8);
        }
        fs::write(path, bytes)?;
        outcome.times += 1;
        outcome.campaigns += 1;
        let wrong = bench.finish("torn")?;
        outcome.failures.extend(wrong.map(|why| format!("{} of {}: {why}", outcome.times, path.display())));
    }
    bench.remove("torn")?;
    Ok(outcome)
}

fn below(folder: &Path, all: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() { below(&path, all)? } else { all.push(path) }
    }
    Ok(())
}
