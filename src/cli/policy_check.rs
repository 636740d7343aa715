//! `nines policy check`.

use super::args::{ListFormat, PolicyCheckArgs};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::value;
use crate::campaign::{pretty, select};
use crate::policy::{Options, Policy, Tried, tried};
use nines_viz::NineState;
use nines_viz::numbers::{Round, count, counted, quantity};
use serde_json::{Value, json};

/// Tries a policy in a few scenarios.
pub fn check(args: &PolicyCheckArgs, output: &Output) -> Result<Exit, Failure> {
    let options = Options { deadline: args.deadline };
    let policy = value::policy(&args.policy, args.policy_config.as_deref(), &options)?;
    let chosen = select(&args.scenarios)?;
    let mut all = Vec::new();
    for one in &chosen {
        output.note(&format!("{} drives {}", policy.name(), one.scenario.name));
        all.push((one.scenario.name.clone(), tried(&policy, &one.scenario.compile(), args.rollouts, args.batch as usize)));
    }
    let sound = all.iter().all(|(_, tried)| tried.is_sound());
    match args.format {
        ListFormat::Json => output.result(&pretty(&document(&policy, &all, sound))),
        ListFormat::Human => human(&policy, &all, args.batch, output),
    }
    Ok(if sound { Exit::Ok } else { Exit::No })
}

fn human(policy: &Policy, all: &[(String, Tried)], batch: u32, output: &Output) {
    let summary = policy.summary();
    let cut = &summary.fingerprint[..summary.fingerprint.len().min(19)];
    output.result(&format!("{}: {}, {cut}…\n", summary.name, summary.kind));
    if !summary.not_covered.is_empty() {
        output.result(&format!("  its fingerprint does not cover {}\n", summary.not_covered.join(", ")));
    }
    let style = output.style();
    let milliseconds = |s: f64| format!("{} ms", quantity(1e3 * s, Round::Nearest));
    for (name, tried) in all {
        output.result(&format!(
            "{name}: arrives unharmed in {} of {}; a rollout takes {} by itself, {} in batches of {batch}\n",
            count(tried.arrived),
            count(tried.rollouts),
            milliseconds(tried.alone_s),
            milliseconds(tried.batched_s),
        ));
        output.result(&format!("  {}\n", beliefs(tried)));
        for finding in findings(tried) {
            output.result(&format!("  {} {finding}\n", style.sign(NineState::Refuted)));
        }
    }
    let line = match all.iter().filter(|(_, tried)| !tried.is_sound()).count() {
        0 => format!("{} answers as it should, and the same when it is asked again", style.sign(NineState::Demonstrated)),
        some => {
            let sign = style.sign(NineState::Refuted);
            format!(
                "{sign} a campaign would not measure how it drives: see {some} of {} above",
                counted(all.len() as u64, "scenario")
            )
        }
    };
    output.result(&format!("{line}\n"));
}

/// Whether it can be scored by what it believes.
fn beliefs(tried: &Tried) -> String {
    match tried.stated {
        0 => "states no belief of the hazard: none is scored".into(),
        n if n == tried.rollouts => "states beliefs of the hazard".into(),
        n => format!(
            "states beliefs of the hazard in {} of {} rollouts; the others count as the base rate",
            count(n),
            count(tried.rollouts)
        ),
    }
}

/// What is wrong, in words.
fn findings(tried: &Tried) -> Vec<String> {
    let mut all = Vec::new();
    for (kind, n) in &tried.faults {
        all.push(format!(
            "{} of {} rollouts end in a fault: {}",
            count(*n),
            count(tried.rollouts),
            kind.name().replace('_', " ")
        ));
    }
    if let Some(note) = &tried.first_fault {
        let text = note.fault.text.trim_end().replace('\n', "\n      ");
        all.push(format!("the first one, rollout {}, step {}: {text}", note.rollout, note.step));
    }
    if tried.repeats.batch_dependent > 0 {
        all.push(format!(
            "{} times it answers otherwise in a batch than alone: what does it keep beside its slots?",
            tried.repeats.batch_dependent
        ));
    }
    if tried.repeats.unrepeatable > 0 {
        all.push(format!(
            "{} rollouts come out otherwise each time: does it draw from anything but the seeds it is given?",
            tried.repeats.unrepeatable
        ));
    }
    if tried.arrived == 0 && tried.faults.is_empty() {
        all.push("it never reaches its place in time and unharmed".into());
    }
    all
}

fn document(policy: &Policy, all: &[(String, Tried)], sound: bool) -> Value {
    let one = |(name, tried): &(String, Tried)| {
        let faults: serde_json::Map<String, Value> =
            tried.faults.iter().map(|(kind, n)| (kind.name().into(), json!(n))).collect();
        let first =
            tried.first_fault.as_ref().map(|note| json!({"rollout": note.rollout, "step": note.step, "text": note.fault.text}));
        json!({
            "scenario": name, "rollouts": tried.rollouts, "faults": faults, "first_fault": first, "arrived": tried.arrived, "stated": tried.stated,
            "batch_dependent": tried.repeats.batch_dependent,
            "unrepeatable": tried.repeats.unrepeatable, "alone_s": tried.alone_s, "batched_s": tried.batched_s, "sound": tried.is_sound(),
        })
    };
    let scenarios: Vec<Value> = all.iter().map(one).collect();
    json!({"schema": "nines.policy_check/1", "policy": policy.summary(), "sound": sound, "scenarios": scenarios})
}
