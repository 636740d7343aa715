//! `nines gate`.

use super::args::{EvidenceChoice, Format, GateArgs, PerChoice, ScopeChoice};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::{cannot, github};
use crate::campaign::{Campaign, Demanded, Judgement, OddUnit, Provenance, Question, judge, junit, open, pretty};
use crate::march::{March, MarchError};
use nines_viz::numbers::counted;
use nines_viz::terminal;
use nines_viz::{GateVerdict, Per, SeedFrom};
use std::fs;
use std::path::Path;

/// Answers whether the demanded nine is demonstrated.
pub fn gate(args: &GateArgs, output: &Output) -> Result<Exit, Failure> {
    let campaign = open(&args.dir)?;
    campaign.check_files()?;
    if args.fresh && campaign.summary.seed_from == SeedFrom::Chosen {
        return Err(Failure::new(
            Exit::Undecided,
            format!("{}: points chosen by hand, and --fresh asks for others", args.dir.display()),
        )
        .help("run it with --seed auto"));
    }
    let of = demanded(args.scope, args.per)?;
    // What `run --nines` demanded is of every scenario per hazard, and of nothing else.
    let registered = campaign.record.nines.filter(|_| of == Demanded::Scenarios(Per::Hazard));
    let nines = args.nines.or(registered).ok_or_else(|| {
        Failure::new(Exit::Usage, "no nines are demanded, and the campaign has none on record for this question")
            .help("say --nines N")
    })?;
    let estimates = args.evidence == EvidenceChoice::Estimated;
    let mut judgement = judge(&campaign, &Question { nines, of, confidence: args.confidence, estimates })?;
    tried_before(args.store.as_deref(), &campaign, &mut judgement)?;
    let gate = &judgement.gate;
    if let Some(path) = &args.junit {
        let text = junit(&campaign.summary, &Provenance::read(&args.dir), Some(&judgement), &args.dir);
        fs::write(path, text).map_err(|e| cannot("write", path, &e))?;
    }
    for note in &judgement.notes {
        output.note(&format!("  note  {note}"));
    }
    let worst = gate.scenarios.iter().rev().find_map(|s| s.replay.as_ref().filter(|_| s.verdict == GateVerdict::Refuted));
    if let Some(address) = worst {
        output.note(&format!("  see   nines replay {} {address}", args.dir.display()));
    }
    match args.format {
        Format::Human => output.result(&terminal::gate(gate, output.verbose > 0, output.style())),
        Format::Json => output.result(&pretty(gate)),
        Format::Github => {
            let answer = terminal::gate_answer(gate);
            output.result(&github::of_gate(gate, &answer, &args.dir));
            github::append(&github::table_of_gate(gate, &answer, &args.dir))?;
        }
    }
    Ok(gate.verdict.into())
}

/// How many versions and campaigns were tried before, where a march is kept: who tries often enough passes by luck.
fn tried_before(store: Option<&Path>, campaign: &Campaign, judgement: &mut Judgement) -> Result<(), Failure> {
    let march = match (store, March::read(store.unwrap_or(Path::new("march")))) {
        (Some(_), Err(error)) => return Err(error.into()),
        (Some(store), Ok(march)) if march.is_empty() => return Err(MarchError::Empty { path: store.into() }.into()),
        // Nobody named it: a folder of that name that is something else is no error of this command.
        (None, Err(error)) => {
            judgement.notes.push(format!("what was tried before is not known: {error}"));
            return Ok(());
        }
        (_, Ok(march)) => march,
    };
    if march.is_empty() {
        return Ok(());
    }
    let before = march.before(&campaign.summary.campaign, &campaign.summary.policy.fingerprint);
    judgement.gate.versions_before = Some(before.versions);
    judgement.gate.campaigns_before = Some(before.campaigns);
    if before.campaigns > 0 {
        let [versions, campaigns] =
            [(before.versions, "other version"), (before.campaigns, "campaign")].map(|(n, of)| counted(n, of));
        judgement.notes.push(format!("tried before, by {}: {versions}, {campaigns}", march.folder().display()));
    }
    Ok(())
}

/// What the demand is of: every scenario per hazard unless said otherwise, an ODD per encounter.
fn demanded(scope: ScopeChoice, per: Option<PerChoice>) -> Result<Demanded, Failure> {
    Ok(match (scope, per) {
        (ScopeChoice::Scenario, None | Some(PerChoice::Hazard)) => Demanded::Scenarios(Per::Hazard),
        (ScopeChoice::Scenario, Some(PerChoice::Encounter)) => Demanded::Scenarios(Per::Encounter),
        (ScopeChoice::Odd, None | Some(PerChoice::Encounter)) => Demanded::Odds(OddUnit::Encounter),
        (ScopeChoice::Odd, Some(PerChoice::Km)) => Demanded::Odds(OddUnit::Km),
        (ScopeChoice::Odd, Some(PerChoice::Mile)) => Demanded::Odds(OddUnit::Mile),
        (ScopeChoice::Odd, Some(PerChoice::Hour)) => Demanded::Odds(OddUnit::Hour),
        (ScopeChoice::Odd, Some(PerChoice::Trip)) => Demanded::Odds(OddUnit::Trip),
        (ScopeChoice::Odd, Some(PerChoice::Hazard)) => {
            let failure = Failure::new(
                Exit::Usage,
                "an ODD is a mix of encounters, with the hazard and without: there is no nine per hazard of it",
            );
            return Err(failure.help("ask --per encounter, km, mile, hour or trip, or every scenario with --scope scenario"));
        }
        (ScopeChoice::Scenario, Some(_)) => {
            let failure = Failure::new(Exit::Usage, "a distance or time is met by the scenarios of an ODD together");
            return Err(failure.help("add --scope odd"));
        }
    })
}
