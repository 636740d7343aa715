//! Killed at any moment, and told to stop at any moment.

use super::{Bench, Outcome, Random, said};
use std::io::{self, Read};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Kills runs with SIGKILL at random moments, `times` in all, and resumes after each until the campaign is finished.
pub fn kills(bench: &Bench, times: u64, seed: u64) -> io::Result<Outcome> {
    let mut outcome = Outcome { harm: "killed with SIGKILL".into(), ..Outcome::default() };
    let mut random = Random(seed);
    while outcome.times < times {
        bench.remove("killed")?;
        // Of a campaign that is killed over and over each session is short, so that there are many.
        let longest = bench.took.mul_f64([1.1, 0.5, 0.2][random.below(3) as usize]);
        while outcome.times < times {
            let mut child = bench.run_command("killed", &["--resume"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            sleep(random.time(longest));
            if child.try_wait()?.is_some() {
                break;
            }
            child.kill()?;
            child.wait()?;
            outcome.times += 1;
            // Now and then the next session is not killed.
            if random.below(8) == 0 {
                break;
            }
        }
        outcome.campaigns += 1;
        let wrong = bench.finish("killed")?;
        outcome.failures.extend(wrong.map(|why| format!("after kill {}: {why}", outcome.times)));
    }
    bench.remove("killed")?;
    Ok(outcome)
}

/// Sends SIGINT or SIGTERM at random moments: the run ends within a time, says so by its code, and is resumed.
pub fn signals(bench: &Bench, times: u64, seed: u64, within: Duration) -> io::Result<Outcome> {
    let mut outcome = Outcome { harm: "told to stop by SIGINT or SIGTERM".into(), times, ..Outcome::default() };
    let (mut random, mut longest) = (Random(seed), Duration::ZERO);
    for k in 0..times {
        bench.remove("stopped")?;
        let (signal, code) = if random.below(2) == 0 { ("INT", 130) } else { ("TERM", 143) };
        let mut child = bench.run_command("stopped", &["--resume"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        // It answers once it listens, which is before anything is in the folder.
        while !bench.path("stopped").exists() && child.try_wait()?.is_none() {
            sleep(Duration::from_millis(1));
        }
        sleep(random.time(bench.took));
        Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).stderr(Stdio::null()).status()?;
        let begin = Instant::now();
        let status = child.wait()?;
        let took = begin.elapsed();
        longest = longest.max(took);
        let mut words = String::new();
        child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut words)).transpose()?;
        // One that was done already ends as ever.
        if ![Some(code), Some(0)].contains(&status.code()) {
            outcome.failures.push(format!("{k}: SIG{signal} ended it with {status}: {words}"));
        }
        if took > within {
            outcome.failures.push(format!("{k}: SIG{signal} took {:.1} s", took.as_secs_f64()));
        }
        if status.code() == Some(code) {
            let verified = bench.command(&["verify", "stopped"]).output()?;
            if !verified.status.success() {
                outcome.failures.push(format!("{k}: what it left does not verify: {}", said(&verified)));
            }
        }
        outcome.campaigns += 1;
        let wrong = bench.finish("stopped")?;
        outcome.failures.extend(wrong.map(|why| format!("{k}: {why}")));
    }
    outcome.note = format!("ended within {:.2} s", longest.as_secs_f64());
    bench.remove("stopped")?;
    Ok(outcome)
}
