//! A campaign in shards, merged in any order.

use super::{Bench, Outcome, Random, said};
use std::io;
use std::time::{Duration, Instant};

/// Drives the campaign as each number of shards, some of them killed and resumed, and merges them `orders` times in random order.
pub fn shards(bench: &Bench, numbers: &[u64], orders: u64, seed: u64) -> io::Result<Outcome> {
    let mut outcome = Outcome { harm: format!("parted into {numbers:?} shards, merged in random order"), ..Outcome::default() };
    let (mut random, mut longest) = (Random(seed), (Duration::ZERO, 0));
    for &of in numbers {
        let mut folders: Vec<String> = (1..=of).map(|k| format!("shard-{k}")).collect();
        for (k, folder) in (1..=of).zip(&folders) {
            bench.remove(folder)?;
            let output = bench.run(folder, &["--shard", &format!("{k}/{of}")])?;
            if !output.status.success() {
                outcome.failures.push(format!("shard {k}/{of}: {}", said(&output)));
            }
        }
        for order in 0..orders {
            for last in (1..folders.len()).rev() {
                folders.swap(last, random.below(last as u64 + 1) as usize);
            }
            bench.remove("merged")?;
            let words: Vec<&str> = ["merge", "merged"].into_iter().chain(folders.iter().map(String::as_str)).collect();
            let begin = Instant::now();
            let output = bench.command(&words).output()?;
            longest = longest.max((begin.elapsed(), of));
            (outcome.times, outcome.campaigns) = (outcome.times + of, outcome.campaigns + 1);
            let wrong = if output.status.success() { bench.compare("merged")? } else { Some(said(&output)) };
            outcome.failures.extend(wrong.map(|why| format!("{of} shards, order {order}: {why}")));
        }
        folders.iter().chain(&["merged".to_owned()]).try_for_each(|folder| bench.remove(folder))?;
    }
    outcome.note = format!("the longest merge, of {}, took {:.2} s", longest.1, longest.0.as_secs_f64());
    Ok(outcome)
}
