//! What the report adds to the summary is true of the campaign: its history, its pictures, the command that repeats it, the comparison.

mod common;

use common::{Bench, assert_equal, json, text};
use nines_viz::numbers;
use std::fs;

fn page(bench: &Bench, campaign: &str) -> String {
    fs::read_to_string(bench.path(campaign).join("report.html")).unwrap()
}

/// A prefix of a campaign is a campaign: after 1,024 rollouts the history says what a campaign of 1,024 says.
#[test]
fn the_history_says_what_smaller_campaigns_say() {
    let bench = Bench::new();
    for plan in ["fixed", "watched"] {
        let rows = |rollouts: u32| {
            let out = format!("{plan}-{rollouts}");
            bench.expect(0, &format!("run fog-bank --policy idm-aeb --plan {plan} --seed 7 --rollouts {rollouts} --out {out}"));
            let html = page(&bench, &out);
            let rows = html.split("<tr>").filter(|row| row.starts_with("<td class=\"n\">") && row.matches("<td").count() == 5);
            rows.map(|row| row.split("</tr>").next().unwrap().to_owned()).collect::<Vec<String>>()
        };
        let (small, large) = (rows(1024), rows(3000));
        let hazard = json(&bench.path(&format!("{plan}-1024/summary.json")))["scenarios"][0]["hazard"].clone();
        let failed = hazard["failures"].as_u64().unwrap();
        let p = &hazard["probability"];
        let limits = numbers::probability_interval(p["lower"].as_f64().unwrap(), p["upper"].as_f64().unwrap());
        let estimate = numbers::probability(p["estimate"].as_f64().unwrap(), numbers::Round::Nearest);
        let cells = ["1,024", "512", &failed.to_string(), &estimate, &limits].map(|cell| format!("<td class=\"n\">{cell}</td>"));
        assert!(failed > 0 && small.last() == Some(&cells.concat()), "{small:?}");
        assert!(large.contains(&cells.concat()) && large.len() > small.len(), "{plan}: {large:?}");
    }
}

#[test]
fn the_command_of_the_report_repeats_the_campaign() {
    let bench = Bench::new();
    for (out, line) in [
        ("a", "run child-at-curb fog-bank --policy common-sense:headway_s=1.5 --rollouts 600 --confidence 0.9"),
        ("b", "run cut-in-short-headway --policy idm --rollouts 700 --method mc --plan watched"),
    ] {
        bench.expect(0, &format!("{line} --seed 7 --out {out}"));
        let html = page(&bench, out);
        let at = html.find("The same campaign again").unwrap();
        let command = html[at..].split("<code>nines ").nth(1).unwrap().split("</code>").next().unwrap();
        bench.expect(0, &format!("{command} --out {out}-again"));
        assert_equal(&bench.path(out), &bench.path(&format!("{out}-again")));
    }
}

#[test]
fn modes_have_pictures_and_nothing_of_a_result_changes_by_them() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy idm-aeb --rollouts 1k --seed 7 --out a");
    let before = common::results(&bench.path("a"));
    let first = page(&bench, "a");
    bench.expect(0, "report a");
    assert_eq!(page(&bench, "a"), first);
    assert_eq!(common::results(&bench.path("a")), before);
    let summary = json(&bench.path("a/summary.json"));
    let modes = summary["scenarios"][0]["modes"].as_array().unwrap();
    assert!(!modes.is_empty());
    for mode in modes.iter().take(4) {
        let (id, representative) = (mode["id"].as_str().unwrap(), mode["representative"].as_str().unwrap());
        assert!(first.contains(&format!("<title>{representative}</title>")), "{representative} has no picture");
        assert!(first.contains(&format!("nines replay a {id} --open")));
    }
}

#[test]
fn an_earlier_campaign_is_held_against_it_only_on_the_same_points() {
    let bench = Bench::new();
    bench.expect(0, "run child-at-curb --policy common-sense --rollouts 1k --seed 7 --out a");
    bench.expect(0, "run child-at-curb --policy idm --rollouts 1k --seed 7 --out b");
    bench.expect(0, "run child-at-curb --policy idm --rollouts 1k --seed 8 --out c");
    bench.expect(0, "report b --against a");
    let html = page(&bench, "b");
    assert!(html.contains("better in 0, worse in 1, not told apart in 0"), "idm does not see children");
    let before = page(&bench, "c");
    let refused = bench.expect(6, "report c --against a");
    assert!(text(&refused.stderr).contains("did not meet the same points") && text(&refused.stderr).contains("nines run"));
    assert_eq!(page(&bench, "c"), before, "nothing is written then");
    bench.expect(6, "report b --against nowhere");
}
