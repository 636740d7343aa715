//! `nines compare`.

use super::args::{CompareArgs, Format};
use super::exit::{Exit, Failure};
use super::github;
use super::output::Output;
use crate::campaign::{
    Campaign, CompareError, Method, Plan, VERSION, compare as compare_campaigns, odd_words, open, policy_word, pretty, quoted,
    scenario_words,
};
use nines_metrics::Margin;
use nines_viz::numbers::counted;
use nines_viz::terminal;
use nines_viz::{Compare, CompareVerdict};
use std::path::{Path, PathBuf};

/// Answers whether B is worse than A, and where.
pub fn compare(args: &CompareArgs, output: &Output) -> Result<Exit, Failure> {
    let (a, b) = (open(&args.a)?, open(&args.b)?);
    a.check_files()?;
    b.check_files()?;
    let compared = compared(&a, &b, args.margin, output)?;
    for note in notes(&compared) {
        output.note(&format!("  note  {note}"));
    }
    see(args, &compared, output);
    match args.format {
        Format::Human => output.result(&terminal::compare(&compared, output.verbose > 0, output.style())),
        Format::Json => output.result(&pretty(&compared)),
        Format::Github => {
            let answer = terminal::compare_answer(&compared);
            output.result(&github::of_compare(&compared, &answer, &args.a, &args.b));
            github::append(&github::table_of_compare(&compared, &answer, &args.b))?;
        }
    }
    Ok(exit(&compared))
}

/// What `nines compare` says of two campaigns whose files are whole, or why nothing can be said and what would help.
pub fn compared(a: &Campaign, b: &Campaign, margin: Option<Margin>, output: &Output) -> Result<Compare, Failure> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut again = |name: &str| output.note(&format!("  {name}: more failed than rows are kept of; driving them again"));
    compare_campaigns(a, b, margin, threads, &mut again).map_err(|error| match error {
        CompareError::Unpaired { .. } if a.record.method.searches() => Failure::from(error),
        CompareError::Unpaired { .. } => Failure::from(error).help(paired_run(a, b)),
        error => error.into(),
    })
}

/// A regression is a no; what was asked for and is not shown, or could not be believed, is undecided.
fn exit(compared: &Compare) -> Exit {
    let in_doubt = compared.scenarios.iter().any(|s| s.doubt.is_some());
    match compared.verdict {
        CompareVerdict::Worse => Exit::No,
        _ if in_doubt || compared.margin.is_some_and(|margin| !margin.shown) => Exit::Undecided,
        _ => Exit::Ok,
    }
}

/// What must be said beside the answer.
fn notes(compared: &Compare) -> Vec<String> {
    let doubts = compared.scenarios.iter().filter_map(|s| Some(format!("{}: {}", s.name, s.doubt.as_ref()?)));
    let mut notes: Vec<String> = doubts.collect();
    for (which, side) in [("A", &compared.a), ("B", &compared.b)] {
        if !side.reproducible {
            notes.push(format!("{which} is not reproducible"));
        }
    }
    if compared.a.fingerprint == compared.b.fingerprint {
        notes.push("A and B are the same policy".into());
    }
    let clean = |s: &&nines_viz::CompareScenario| s.within_margin == Some(false) && s.ratio_upper.is_none();
    let unbounded = compared.scenarios.iter().filter(clean).count();
    if unbounded > 0 {
        let scenarios = counted(unbounded as u64, "scenario");
        notes.push(format!("A never failed in {scenarios} given the hazard: no margin can be shown there"));
    }
    notes
}

/// The first rollouts of the most certain regressions, to be seen with either policy.
fn see(args: &CompareArgs, compared: &Compare, output: &Output) {
    let halves = compared.scenarios.iter().flat_map(|s| [Some(&s.hazard), s.otherwise.as_ref()]).flatten();
    let mut worse: Vec<_> = halves.filter(|half| half.verdict == CompareVerdict::Worse).collect();
    worse.sort_by(|a, b| a.p_value.total_cmp(&b.p_value));
    let first: Vec<&String> = worse.iter().filter_map(|half| half.regressed.first()).take(3).collect();
    let folder = |path: &Path| quoted(&path.to_string_lossy());
    for (k, address) in first.iter().enumerate() {
        let head = if k == 0 { "  see   " } else { "        " };
        output.note(&format!("{head}nines replay {} {address}", folder(&args.b)));
    }
    if let Some(address) = first.first() {
        output.note(&format!("        nines replay {} {address}    # the same point, which A passed", folder(&args.a)));
    }
}

/// The command that runs B's policy on the points of A.
fn paired_run(a: &Campaign, b: &Campaign) -> String {
    let record = &a.record;
    if record.nines_version != VERSION {
        return format!("A was made by nines {}, this is {VERSION}: run both again", record.nines_version);
    }
    let mut words: Vec<String> = ["nines", "run"].map(str::to_owned).to_vec();
    words.extend(scenario_words(&a.folder, record));
    words.extend(["--policy".into(), policy_word(&b.record.policy)]);
    words.extend(odd_words(&a.folder, record));
    let rollouts = record.scenarios.iter().map(|s| s.rollouts).max().unwrap_or(1);
    words.extend(["--rollouts".into(), rollouts.to_string(), "--seed".into(), record.seed.to_string()]);
    if record.plan == Plan::Watched {
        words.extend(["--plan".into(), record.plan.name().into()]);
    }
    if record.method != Method::Stratified {
        words.extend(["--method".into(), record.method.name().into()]);
    }
    let out = free(&b.folder);
    words.extend(["--out".into(), out.to_string_lossy().into_owned()]);
    let line: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("run B on the points of A:\n        {}", line.join(" "))
}

/// A folder beside B that is not there yet.
fn free(b: &Path) -> PathBuf {
    let name = b.file_name().map_or("b".into(), |name| name.to_string_lossy().into_owned());
    let named = |k: u32| b.with_file_name(if k == 1 { format!("{name}-paired") } else { format!("{name}-paired-{k}") });
    (1..1000).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(1000))
}
