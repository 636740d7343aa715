//! Shards, joined in any order, are the campaign that was driven on one machine; what is no such set of shards is refused by name.

mod common;

use common::{Bench, assert_equal, json, text};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs;

/// Drives all shards of a run; gives their folders.
fn shards(bench: &Bench, run: &str, of: u32) -> Vec<String> {
    let folder = |k: u32| format!("s{of}-{k}");
    (1..=of).for_each(|k| _ = bench.expect(0, &format!("{run} --shard {k}/{of} --out {}", folder(k))));
    (1..=of).map(folder).collect()
}

#[test]
fn any_number_of_shards_in_any_order_gives_the_same_bytes() {
    let bench = Bench::new();
    // 8 and 3 chunks, the last one short: of nine shards some are empty.
    for (name, run) in [
        ("a", "run child-at-curb 'cut-*' --policy idm-aeb --rollouts 2k --seed 7"),
        ("b", "run child-at-curb --odd limited-urban --policy idm-aeb --rollouts 700"),
    ] {
        bench.expect(0, &format!("{run} --out {name}"));
        for of in [2, 7, 9] {
            let mut folders = shards(&bench, run, of);
            for order in 0..2 {
                folders.rotate_left(1 + order);
                folders.reverse();
                let out = format!("{name}-{of}-{order}");
                bench.expect(0, &format!("merge {out} {}", folders.join(" ")));
                assert_equal(&bench.path(name), &bench.path(&out));
            }
            folders.iter().for_each(|folder| fs::remove_dir_all(bench.path(folder)).unwrap());
        }
        bench.expect(0, &format!("verify {name}-9-1"));
    }
}

#[test]
fn the_nearest_misses_and_the_thinned_sample_are_those_of_one_run() {
    let bench = Bench::new();
    let run = "run child-at-curb cut-in-short-headway --policy idm-aeb --rollouts 24k --seed 3";
    bench.expect(0, &format!("{run} --out a"));
    let nearest = nines::store::read_rows(&bench.path("a/rollouts/child-at-curb/nearest.parquet")).unwrap();
    assert!(nearest.len() > 100, "{}", nearest.len());
    for of in [2, 5] {
        let folders = shards(&bench, run, of);
        bench.expect(0, &format!("merge m{of} {}", folders.join(" ")));
        assert_equal(&bench.path("a"), &bench.path(&format!("m{of}")));
    }
}

#[test]
fn failures_are_thinned_by_their_number_in_the_whole_campaign() {
    let bench = Bench::new();
    // Each rollout fails at once. Alone, no shard thins; together they do from the 100,000th failure on.
    let run = "run child-at-curb --policy nan --rollouts 120k --seed 3";
    bench.expect(0, &format!("{run} --out a"));
    let folders = shards(&bench, run, 3);
    bench.expect(0, &format!("merge m {}", folders.join(" ")));
    assert_equal(&bench.path("a"), &bench.path("m"));
    let rows = |folder: &str| {
        nines::store::read_rows(&bench.path(&format!("{folder}/rollouts/child-at-curb/part-000000.parquet"))).unwrap()
    };
    assert_eq!(rows("s3-3").iter().filter(|row| row.stands_for > 1).count(), 0);
    let thinned = rows("m").iter().filter(|row| row.stands_for == 10).count();
    assert!((1750..2250).contains(&thinned), "{thinned}");
}

#[test]
fn a_shard_is_a_campaign_in_part_that_demonstrates_nothing() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm-aeb --rollouts 2k --seed 7 --shard 2/3";
    let output = bench.expect(0, &format!("{run} --out s"));
    assert!(text(&output.stderr).contains("nines merge"), "{}", text(&output.stderr));
    let summary = json(&bench.path("s/summary.json"));
    assert_eq!((&summary["status"], &summary["scenarios"][0]["status"]), (&"partial".into(), &"partial".into()));
    // Chunks 2 to 4 of 8.
    assert_eq!(summary["totals"]["rollouts"], 3 * 256);
    bench.expect(0, "verify s");
    let gate = bench.nines("gate s --nines 1");
    assert!([1, 3].contains(&gate.status.code().unwrap()), "{}", text(&gate.stderr));
    assert!(text(&gate.stderr).contains("nines merge"), "{}", text(&gate.stderr));
    bench.expect(0, "replay s child-at-curb/600");
    bench.expect(4, "replay s child-at-curb/100");
    // Finished with the same settings: nothing to do. Another shard is another campaign.
    bench.expect(0, &format!("{run} --out s --resume"));
    let other = bench.expect(6, "run child-at-curb --policy idm-aeb --rollouts 2k --seed 7 --shard 1/3 --out s --resume");
    assert!(text(&other.stderr).contains("shard"), "{}", text(&other.stderr));
    // A damaged file of it is made again.
    let part = bench.path("s/rollouts/child-at-curb/part-000000.parquet");
    let whole = fs::read(&part).unwrap();
    fs::write(&part, &whole[1..]).unwrap();
    let damaged = bench.expect(6, "merge m s");
    assert!(
        text(&damaged.stderr).contains("shards 1, 3") || text(&damaged.stderr).contains("shard 1, 3"),
        "{}",
        text(&damaged.stderr)
    );
    bench.expect(0, &format!("{run} --out s --resume"));
    assert_eq!(fs::read(&part).unwrap(), whole);
}

#[test]
fn what_adapts_or_stops_is_not_parted() {
    let bench = Bench::new();
    for option in ["--nines 3", "--time 1s", "--max-faults 3", "--method auto", "--method subset", "--method ce", "--method qmc"]
    {
        bench.expect(2, &format!("run child-at-curb --policy idm --rollouts 600 --shard 1/2 {option} --out s"));
    }
    for shard in ["0/2", "3/2", "2", "x/y"] {
        bench.expect(2, &format!("run child-at-curb --policy idm --rollouts 600 --shard {shard} --out s"));
    }
    assert!(!bench.path("s").exists());
}

#[test]
fn the_seed_of_a_shard_is_that_of_the_campaign() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm-aeb --rollouts 600";
    bench.expect(0, &format!("{run} --out a"));
    bench.expect(0, &format!("{run} --shard 1/1 --out whole"));
    assert_equal(&bench.path("a"), &bench.path("whole"));
    bench.expect(0, &format!("{run} --shard 2/2 --out s"));
    assert_eq!(json(&bench.path("s/summary.json"))["seed"], json(&bench.path("a/summary.json"))["seed"]);
}

#[test]
fn shards_that_are_missing_surplus_doubled_or_foreign_are_named() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm-aeb --rollouts 2k --seed 7";
    let folders = shards(&bench, run, 3);
    bench.expect(0, &format!("{run} --out whole"));
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 2k --seed 8 --shard 3/3 --out foreign");
    bench.expect(0, &format!("{run} --shard 3/4 --out overlaps"));
    let said = |folders: &str| text(&bench.expect(6, &format!("merge m {folders}")).stderr);
    let has = |text: String, what: &[&str]| what.iter().for_each(|what| assert!(text.contains(what), "{what} is not in: {text}"));
    has(said("s3-1 s3-3"), &["shard 2 of 3 is missing"]);
    has(said("s3-2"), &["shard 1, 3 of 3 are missing"]);
    has(said("s3-1 s3-2 s3-3 s3-2"), &["s3-2 is shard 2/3, and so is s3-2"]);
    has(said("s3-1 s3-2 foreign"), &["foreign is of another campaign than s3-1: seed 8 instead of 7", "shard 3 of 3 is missing"]);
    has(said("s3-1 s3-2 s3-3 overlaps"), &["overlaps is shard 3/4, and overlaps those of 3"]);
    has(said("s3-1 s3-2 s3-3 whole"), &["whole is no shard"]);
    has(said("s3-1 s3-2 nowhere"), &["there is no campaign in nowhere"]);
    fs::write(bench.path("s3-2/ledger.parquet"), "torn").unwrap();
    has(said("s3-1 s3-2 s3-3"), &["s3-2", "ledger.parquet"]);
    assert!(!bench.path("m").exists());
    bench.expect(0, &format!("{run} --shard 2/3 --out s3-2 --resume"));
    bench.expect(0, &format!("merge m {}", folders.join(" ")));
    assert_equal(&bench.path("whole"), &bench.path("m"));
    bench.expect(6, &format!("merge m {}", folders.join(" ")));
}

#[test]
fn a_killed_shard_goes_on_and_a_killed_merge_begins_again() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm-aeb --rollouts 60k --seed 5";
    bench.expect(0, &format!("{run} --out a"));
    for k in 1..=3 {
        let shard = format!("{run} --shard {k}/3 --out s{k} --resume");
        let mut child = bench.command(&format!("{shard} --progress none")).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(300 + 250 * k));
        child.kill().unwrap();
        child.wait().unwrap();
        bench.expect(0, &shard);
    }
    // What a killed merge leaves.
    fs::create_dir_all(bench.path("m.merging/rollouts/other")).unwrap();
    bench.write("m.merging/rollouts/other/part-000000.parquet", "half");
    bench.expect(0, "merge m s3 s1 s2");
    assert!(!bench.path("m.merging").exists());
    assert_equal(&bench.path("a"), &bench.path("m"));
}

#[test]
fn what_is_not_merged_leaves_nothing_and_names_both_of_two_that_differ() {
    let bench = Bench::new();
    let run = "run child-at-curb --policy idm-aeb --rollouts 1k --seed 7";
    let folders = shards(&bench, run, 2);
    // Within a shard the merged campaign would damage it.
    let inside = text(&bench.expect(6, &format!("merge {0}/m {0} {1}", folders[0], folders[1])).stderr);
    assert!(inside.contains("would lie in the campaign"), "{inside}");
    // Rows with a column less, under a manifest that agrees: which of both was changed is not known.
    let part = bench.path(&format!("{}/rollouts/child-at-curb/part-000000.parquet", folders[0]));
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&part).unwrap()).unwrap();
    let batch = reader.with_batch_size(1 << 20).build().unwrap().next().unwrap().unwrap();
    let fewer = batch.project(&(0..batch.num_columns() - 1).collect::<Vec<_>>()).unwrap();
    let write = |batch: &arrow::array::RecordBatch| {
        let mut writer = ArrowWriter::try_new(fs::File::create(&part).unwrap(), batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
        let folder = bench.path(&folders[0]);
        nines::store::Manifest::of(&folder).unwrap().write(&folder).unwrap();
    };
    write(&fewer);
    let said = text(&bench.expect(6, &format!("merge m {}", folders.join(" "))).stderr);
    assert!(folders.iter().all(|folder| said.contains(folder)) && said.contains("one of both was changed"), "{said}");
    assert!(!bench.path("m.merging").exists() && !bench.path("m").exists());
    // A shard is compared and marched with nothing; its own rollouts are counted.
    bench.expect(0, &format!("{run} --out a"));
    let said = text(&bench.expect(6, &format!("compare a {}", folders[1])).stderr);
    assert!(said.contains("is shard 2/2: partial after 488 of 1,000 rollouts") && said.contains("nines merge"), "{said}");
    let said = text(&bench.expect(6, &format!("march add {} --version v1 --effort 1h", folders[1])).stderr);
    assert!(said.contains("is shard 2/2") && said.contains("nines merge"), "{said}");
    let joined = bench.expect(0, &format!("{run} --shard 1/1 --out one"));
    drop(joined);
    assert!(text(&bench.expect(0, "merge n one").stderr).contains("rollouts of 1 shard joined"));
}

/// The most memory that a run had, in bytes, and whether it ended well.
#[cfg(target_os = "linux")]
fn most_memory(bench: &Bench, line: &str) -> (u64, bool) {
    let mut child = bench.command(line).stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null()).spawn().unwrap();
    let (status, mut most) = (format!("/proc/{}/status", child.id()), 0);
    while child.try_wait().unwrap().is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.trim().strip_suffix(" kB"));
        most = line.and_then(|kb| kb.trim().parse::<u64>().ok()).map_or(most, |kb| most.max(1024 * kb));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    (most, child.wait().unwrap().success())
}

#[cfg(target_os = "linux")]
#[test]
fn memory_is_bounded_and_changes_no_result() {
    let bench = Bench::new();
    // All of them fail and are kept: the most rows that there can be.
    let run = "run child-at-curb --policy nan --rollouts 30k --keep 30k --seed 3 --threads 2";
    bench.expect(0, &format!("{run} --out a"));
    let refused = bench.expect(2, &format!("{run} --out b --memory 20M"));
    assert!(text(&refused.stderr).contains("MB; a smaller --keep"), "{}", text(&refused.stderr));
    let least: u64 = text(&refused.stderr).split_once("it takes ").unwrap().1.split_once(' ').unwrap().0.parse().unwrap();
    assert!(least < 300, "{least}");
    let (most, well) = most_memory(&bench, &format!("{run} --out b --memory {least}M"));
    assert!(well && most > 20_000_000 && most <= least * 1_000_000, "{most} of {least} MB");
    assert_equal(&bench.path("a"), &bench.path("b"));
}
