//! `nines run`.

use super::args::{Format, RunArgs, Seed};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::progress::Progress;
use super::{github, invocation, panic, signal, value};
use crate::calibrate::Overlay;
use crate::campaign::{
    CampaignError, Chosen, Demanded, Event, Finished, Holds, LimitState, Method, Odd, Pace, Plan, Question, Record, Request,
    Scenario, SearchSettings, Shard, default_rollouts, file_text, is_of_catalogue, judge, open, pretty, quoted,
    run as run_campaign, select_in_odds,
};
use crate::policy::{Options, Policy};
use crate::store;
use nines_sim::BuiltIn;
use nines_viz::numbers::{count, seconds};
use nines_viz::terminal;
use nines_viz::{League, Per, SeedFrom, Status, Summary};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// File of a league, beside its campaigns.
const LEAGUE_FILE: &str = "league.json";
/// Rollouts of a scenario beyond which neither JSON nor an `f64` counts exactly, less one chunk.
const MOST_ROLLOUTS: u64 = (1 << 53) - 256;

/// Drives what is asked and prints what came of it; with several policies a campaign each, and the league of them.
pub fn run(args: &RunArgs, output: &Output) -> Result<Exit, Failure> {
    let policies = policies(args)?;
    match &policies[..] {
        [policy] => Ok(run_one(args, policy, args.out.clone(), output)?.0),
        several => run_league(args, several, output),
    }
}

/// The policies asked for, `all` written out.
fn policies(args: &RunArgs) -> Result<Vec<Policy>, Failure> {
    let options = Options { deadline: args.deadline };
    let names = args.policy.iter().flat_map(|text| match text.as_str() {
        "all" => BuiltIn::REFERENCE.iter().map(|name| (*name).to_owned()).collect(),
        one => vec![one.to_owned()],
    });
    let all = names.map(|text| value::policy(&text, args.policy_config.as_deref(), &options));
    let all = all.collect::<Result<Vec<_>, _>>()?;
    let twice = (1..all.len()).find(|k| all[..*k].iter().any(|p| p.summary().fingerprint == all[*k].summary().fingerprint));
    match twice {
        Some(k) => Err(Failure::new(Exit::Usage, format!("the policy `{}` is asked for twice", all[k].name()))),
        None => Ok(all),
    }
}

/// A campaign for each policy, and the league.
fn run_league(args: &RunArgs, policies: &[Policy], output: &Output) -> Result<Exit, Failure> {
    let out = args.out.clone().unwrap_or_else(|| next_free("league"));
    if out.exists() && !args.resume {
        return Err(CampaignError::Exists { path: out }.into());
    }
    let (mut campaigns, mut exit): (Vec<(String, Summary)>, Exit) = (Vec::new(), Exit::Ok);
    for policy in policies {
        let name = folder_name(policy.name());
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let is_free = |folder: &String| campaigns.iter().all(|(other, _)| other != folder);
        let folder = std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or(name);
        let (one, summary) = run_one(args, policy, Some(out.join(&folder)), &output.in_part())?;
        campaigns.push((folder, summary));
        if matches!(one, Exit::Interrupted | Exit::Terminated) {
            return Ok(one);
        }
        // Of several answers the one that is farthest from yes.
        exit = match (exit, one) {
            (Exit::No, _) | (_, Exit::No) => Exit::No,
            (Exit::Undecided, _) | (_, Exit::Undecided) => Exit::Undecided,
            _ => exit,
        };
    }
    let league = League::of(&campaigns);
    store::write_whole(&out.join(LEAGUE_FILE), pretty(&league).as_bytes()).map_err(CampaignError::from)?;
    match args.format {
        Format::Json => output.result(&pretty(&league)),
        Format::Human | Format::Github => output.result(&terminal::league(&league, output.style())),
    }
    output.note(&format!("\nWrote {}; each campaign below it is one of its own", out.display()));
    Ok(exit)
}

/// One campaign. Gives its answer, and what came of it.
fn run_one(args: &RunArgs, policy: &Policy, out: Option<PathBuf>, output: &Output) -> Result<(Exit, Summary), Failure> {
    let (odds, mut chosen) = select_in_odds(&args.odd, &args.scenarios)?;
    let replaced = with_priors(args, &mut chosen)?;
    let request = request(args, policy, out, odds, &chosen)?;
    let number = signal::catch().map_err(|e| Failure::new(Exit::Io, format!("cannot catch signals: {e}")))?;
    let record = request.record();
    panic::note_seed(record.seed);
    let within = args.time.filter(|_| request.method.searches());
    let within = within.map_or(String::new(), |time| format!(", as many as {} allow", seconds(time.as_secs_f64())));
    output.note(&(heading(&request, record.seed_from, record.seed, &origin(&request, &chosen)) + &within));
    for (scenario, one) in request.scenarios.iter().map(|(scenario, _)| scenario).zip(&chosen) {
        if is_of_catalogue(&scenario.name, &scenario.fingerprint) == Some(false) && !replaced.contains(&scenario.name) {
            output.warning(&format!("{} is called {} as one of the catalogue, and differs from it", one.file, scenario.name));
        }
    }
    let limits = record.limits().unwrap_or_default();
    let mut progress = Progress::new(args.progress, args.confidence, limits, args.time, output);
    let finished = run_campaign(&request, &number, &mut |event: &Event| progress.event(event))?;
    print(args, &request, &finished, output)?;
    let exit = match args.nines {
        _ if finished.summary.status == Status::Interrupted => {
            let terminated = number.load(Ordering::Relaxed) == Exit::Terminated as usize;
            if terminated { Exit::Terminated } else { Exit::Interrupted }
        }
        Some(nines) => answer(args, &request, nines, output)?,
        None => Exit::Ok,
    };
    Ok((exit, finished.summary))
}

/// Puts the priors of `--priors` in place. Gives the names of the scenarios that they are of.
fn with_priors(args: &RunArgs, chosen: &mut [Chosen]) -> Result<Vec<String>, Failure> {
    let Some(path) = &args.priors else { return Ok(Vec::new()) };
    let failed = |why: &dyn std::fmt::Display| Failure::new(Exit::Input, why);
    let text = file_text(path).map_err(|e| failed(&format!("{}: {e}", path.display())))?;
    let overlay = Overlay::parse(&text, &path.to_string_lossy()).map_err(|e| failed(&e))?;
    let mut replaced = Vec::new();
    for one in chosen {
        if let Some(changed) = overlay.apply(&one.scenario).map_err(|e| failed(&e))? {
            one.scenario = changed;
            replaced.push(one.scenario.name.clone());
        }
    }
    match replaced.is_empty() {
        true => Err(failed(&format!("{} has priors of none of these scenarios", path.display()))),
        false => Ok(replaced),
    }
}

/// What the gate says of the nines that ended the run: below the results for people, beside them for programs.
fn answer(args: &RunArgs, request: &Request, nines: u32, output: &Output) -> Result<Exit, Failure> {
    let campaign = open(&request.out)?;
    let question = Question { nines, of: Demanded::Scenarios(Per::Hazard), confidence: None, estimates: false };
    let judgement = judge(&campaign, &question)?;
    for note in &judgement.notes {
        output.note(&format!("  note  {note}"));
    }
    let text = terminal::gate(&judgement.gate, output.verbose > 0, output.style());
    match args.format {
        Format::Human => output.result(&format!("\n{text}")),
        Format::Json | Format::Github => output.note(&text),
    }
    Ok(judgement.gate.verdict.into())
}

/// What is asked of one policy, with nothing printed. `policy` stands for what the arguments name.
pub fn request_for(args: &RunArgs, policy: Option<&Policy>) -> Result<Request, Failure> {
    let (odds, mut chosen) = select_in_odds(&args.odd, &args.scenarios)?;
    with_priors(args, &mut chosen)?;
    let named = if policy.is_some() { Vec::new() } else { policies(args)? };
    match (policy, &named[..]) {
        (Some(policy), _) | (None, [policy]) => request(args, policy, args.out.clone(), odds, &chosen),
        _ => Err(Failure::new(Exit::Usage, "one policy at a time")),
    }
}

fn request(args: &RunArgs, policy: &Policy, out: Option<PathBuf>, odds: Vec<Odd>, chosen: &[Chosen]) -> Result<Request, Failure> {
    let plan = args.plan().map_err(|option| {
        let failure =
            Failure::new(Exit::Usage, format!("{option} looks at results as they come, and --plan fixed does not allow that"));
        failure.help("leave --plan out, or say --plan watched")
    })?;
    let method: Method = args.method.into();
    if method.searches() && plan == Plan::Watched {
        let failure = Failure::new(Exit::Usage, format!("--method {} has a budget, and is looked at once", method.name()));
        return Err(failure.help(
            "leave --plan watched and --nines out, and ask nines gate --evidence estimated; or draw at random with --method stratified",
        ));
    }
    if !method.searches() && args.limit_state != LimitState::Min {
        let failure = Failure::new(Exit::Usage, format!("--method {} counts whatever fails", method.name()));
        return Err(failure.help("--limit-state is for methods that search: qmc, ce, subset and auto"));
    }
    if let LimitState::Of(criterion) = args.limit_state
        && let Some(without) = chosen.iter().find(|one| !one.scenario.compile().criteria.contains(&criterion))
    {
        let message = format!("{} does not fail by {}", without.scenario.name, criterion.name());
        return Err(Failure::new(Exit::Usage, message).help("name the scenarios that do, or leave --limit-state out"));
    }
    let shard = args.shard.filter(|shard| shard.of > 1);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = args.threads.map_or(cores, usize::from);
    let scenarios: Vec<Scenario> = chosen.iter().map(|one| Scenario::from(&one.scenario)).collect();
    // By time there is no budget, unless one is given: as many as can be counted.
    let unbounded = args.time.map(|time| match method.searches() && shard.is_none() {
        true => asked_before(args, out.as_deref())
            .unwrap_or_else(|| Pace { method, policy, threads, batch: args.batch as usize }.rollouts_within(time, &scenarios)),
        false => MOST_ROLLOUTS,
    });
    let rollouts = match (args.rollouts, unbounded) {
        (Some(given), Some(within)) => given.min(within),
        (given, within) => given.or(within).unwrap_or_else(|| default_rollouts(chosen.len())),
    };
    let holds = Holds {
        keep: args.keep,
        rollouts,
        threads: threads as u64,
        answers: policy.is_external(),
        scenarios: if plan == Plan::Watched { chosen.len() as u64 } else { 1 },
    };
    let ahead = holds.chunks_ahead(args.memory).map_err(|least| {
        let failure = Failure::new(Exit::Usage, "--memory does not suffice for the rows that are kept and what is under way");
        failure.help(format!("it takes {} MB; a smaller --keep or fewer --threads take less", least.div_ceil(1_000_000)))
    })?;
    let request = Request {
        policy: policy.clone(),
        scenarios: scenarios.into_iter().map(|one| (one, rollouts)).collect(),
        odds,
        method,
        search: SearchSettings { limit_state: args.limit_state.name().into(), relative_error: args.relative_error },
        plan,
        nines: args.nines,
        time: args.time.filter(|_| !method.searches()),
        confidence: args.confidence,
        seed: match args.seed {
            Seed::Auto => None,
            Seed::Chosen(seed) => Some(seed),
        },
        keep: args.keep,
        max_faults: args.max_faults,
        threads,
        ahead,
        hindsight: args.hindsight,
        beliefs: args.beliefs,
        batch: args.batch as usize,
        shard,
        out: out.unwrap_or_else(|| match shard {
            // Without a number: on every machine the same shard has the same folder.
            Some(Shard { number, of }) => {
                Path::new("campaigns").join(format!("{}-shard-{number}-of-{of}", folder_name(policy.name())))
            }
            None => next_free(&folder_name(policy.name())),
        }),
        resume: args.resume,
        command: command(),
    };
    match request.shard.and_then(|_| request.needs_all()) {
        Some(why) => Err(Failure::new(Exit::Usage, why).help(match method.searches() {
            true => {
                "leave --shard out: a search uses all --threads; give each machine scenarios of its own, or draw at random with --method stratified"
            }
            false => "leave --shard out, or draw a fixed number of --rollouts at random",
        })),
        None => Ok(request),
    }
}

/// The budget of a search that is resumed, which its time was turned into when it began.
fn asked_before(args: &RunArgs, out: Option<&Path>) -> Option<u64> {
    let folder = out.filter(|_| args.resume)?;
    let record: Record = serde_json::from_slice(&std::fs::read(folder.join("campaign.json")).ok()?).ok()?;
    record.scenarios.first().map(|scenario| scenario.rollouts)
}

/// The command line, with what it took from the environment in front.
pub(super) fn command() -> Vec<String> {
    let mut set: Vec<String> =
        std::env::vars().filter(|(name, _)| name.starts_with("NINES_")).map(|(name, value)| format!("{name}={value}")).collect();
    set.sort();
    set.into_iter().chain(invocation::words()).collect()
}

/// A policy's name as part of a folder's: of a path its last part, and of that what no file system takes amiss.
fn folder_name(policy: &str) -> String {
    let last = policy.trim_end_matches('/').rsplit('/').next().unwrap_or(policy);
    last.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' }).collect()
}

/// `campaigns/<policy>-<nnn>` with the next free number.
fn next_free(policy: &str) -> PathBuf {
    let named = |number: u32| Path::new("campaigns").join(format!("{policy}-{number:03}"));
    (1..u32::MAX).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(u32::MAX))
}

/// Where the scenarios come from.
fn origin(request: &Request, chosen: &[Chosen]) -> String {
    if !request.odds.is_empty() {
        return request.odds.iter().map(|odd| odd.profile.name.as_str()).collect::<Vec<_>>().join(", ");
    }
    let known = |s: &Scenario| is_of_catalogue(&s.name, &s.fingerprint) == Some(true);
    match chosen {
        _ if request.scenarios.iter().all(|(scenario, _)| known(scenario)) => "catalogue".into(),
        [one] => one.file.clone(),
        _ => "own scenarios".into(),
    }
}

fn heading(request: &Request, seed_from: SeedFrom, seed: u64, origin: &str) -> String {
    let scenarios = request.scenarios.len();
    let most = request.scenarios.first().map_or(0, |(_, rollouts)| *rollouts);
    let each = match (request.nines, request.time) {
        (None, None) if request.method.searches() => {
            format!("searched by {} with up to {} rollouts each", request.method.name(), count(most))
        }
        (None, None) => format!("{} rollouts each", count(most)),
        (Some(nines), None) => format!("up to {} rollouts each until {nines} nines are decided", count(most)),
        (None, Some(time)) => format!("as many rollouts as {} allow", seconds(time.as_secs_f64())),
        (Some(nines), Some(time)) => format!("until {nines} nines are decided, for {} at most", seconds(time.as_secs_f64())),
    };
    let watched = if request.plan == Plan::Watched { ", watched" } else { "" };
    let hazards = request.method != Method::Mc && request.scenarios.iter().any(|(s, _)| s.has_hazard());
    let half = if hazards { ", half of them hazards" } else { "" };
    let plural = if scenarios == 1 { "scenario" } else { "scenarios" };
    let seed = if seed_from == SeedFrom::Auto { format!("auto ({seed})") } else { seed.to_string() };
    let part = request.shard.map_or(String::new(), |shard| format!(", shard {shard} of them"));
    format!("{} on {origin}: {scenarios} {plural}, {each}{part}{half}{watched}, seed {seed}", request.policy.name())
}

fn print(args: &RunArgs, request: &Request, finished: &Finished, output: &Output) -> Result<(), Failure> {
    let summary = &finished.summary;
    match args.format {
        Format::Human => {
            output.result(&terminal::results(summary, output.style()));
            if output.verbose > 0 {
                let per_s = (finished.driven.1 > 0.0).then(|| finished.driven.0 as f64 / finished.driven.1);
                for scenario in &summary.scenarios {
                    output.result(&format!("\n{}", terminal::scenario_march(scenario, per_s, output.style())));
                }
            }
        }
        Format::Json => output.result(&pretty(summary)),
        Format::Github => {
            output.result(&github::of_run(summary));
            github::append_summary(&request.out, summary)?;
        }
    }
    notes(args, request, finished, output);
    Ok(())
}

fn notes(args: &RunArgs, request: &Request, finished: &Finished, output: &Output) {
    let (summary, out) = (&finished.summary, request.out.display());
    for warning in &summary.warnings {
        output.warning(warning);
    }
    if let Some(cause) = summary.scenarios.iter().flat_map(|s| &s.causes).find(|c| c.criterion == "policy_fault") {
        output.note(&format!("  see   nines replay {out} {}", cause.first));
    }
    let totals = &summary.totals;
    let faults = match totals.policy_faults {
        0 => "no policy faults".to_owned(),
        some => format!("{} policy faults", count(some)),
    };
    let rollouts = count(totals.rollouts);
    output.note(&match finished.already {
        true => format!("\n{out} is finished with these settings: {rollouts} rollouts, {faults}; nothing to do"),
        false => format!("\n{rollouts} rollouts in {}, {faults}. Wrote {out}", seconds(finished.driven.1)),
    });
    match summary.status {
        Status::Interrupted => output.note(&format!("  interrupted; go on with\n        {}", resume(request))),
        Status::Partial => output.note(&format!("  next  nines merge OUT {out} and the other shards")),
        Status::Stopped => output.note(&output.paint(31, "  stopped: as many policy faults as --max-faults allows")),
        _ => next(summary, &request.out, output),
    }
    if args.time.is_some() && !finished.already && summary.status != Status::Interrupted {
        output.note(&format!("  again {}", repeat(request, &finished.record)));
    }
    if totals.rollouts > 0 && totals.policy_faults == totals.rollouts {
        output.note(&output.paint(31, "every rollout ended in a fault of the policy"));
    }
}

pub(super) fn next(summary: &Summary, out: &Path, output: &Output) {
    let out = out.display();
    // A search decides nothing unless it is asked.
    let searched = summary.scenarios.iter().any(|s| s.search.as_ref().is_some_and(|search| search.method != Method::Mc.name()));
    let evidence = if searched { " --evidence estimated" } else { "" };
    output.note(&format!("  next  nines gate {out} --nines {}{evidence}", next_nine(summary)));
    // Of an ODD in part no gate can say more than undecided.
    let whole = summary.odds.iter().filter(|odd| odd.alone().is_none());
    let worst = whole.filter_map(|odd| odd.nines).map(|n| n.demonstrated).reduce(f64::min);
    if let Some(nines) = worst {
        output.note(&format!("        nines gate {out} --nines {} --scope odd", nines.clamp(0.0, 14.0) as u32 + 1));
    }
    if let Some(scenario) = summary.scenarios.iter().max_by_key(|s| s.hazard.failures).filter(|s| s.failures > 0) {
        let open = if cfg!(feature = "rrd") { " --open" } else { "" };
        output.note(&format!("        nines replay {out} {}/worst{open}", scenario.name));
    }
}

/// The first nine that not every scenario has.
fn next_nine(summary: &Summary) -> u32 {
    let least = summary.scenarios.iter().map(|s| s.nines.demonstrated).fold(f64::INFINITY, f64::min);
    least.clamp(0.0, 14.0) as u32 + 1
}

/// The command that goes on with an interrupted run.
fn resume(request: &Request) -> String {
    let mut words: Vec<String> = request.command.iter().map(|word| quoted(word)).collect();
    if !request.resume {
        if !request.command.iter().any(|word| word == "--out" || word.starts_with("--out=") || word.starts_with("NINES_OUT=")) {
            words.extend(["--out".into(), quoted(&request.out.to_string_lossy())]);
        }
        words.push("--resume".into());
    }
    words.join(" ")
}

/// The command that gives the bytes of a timed run again.
fn repeat(request: &Request, record: &Record) -> String {
    const LEFT_OUT: [&str; 4] = ["time", "rollouts", "out", "plan"];
    let is = |word: &str, name: &str| word.strip_prefix("--").is_some_and(|option| option == name);
    let mut words = Vec::new();
    let mut given = request.command.iter();
    while let Some(word) = given.next() {
        let set =
            |name: &&str| word.starts_with(&format!("--{name}=")) || word.starts_with(&format!("NINES_{}=", name.to_uppercase()));
        if LEFT_OUT.iter().any(|name| is(word, name)) {
            given.next();
        } else if !LEFT_OUT.iter().any(set) && word != "--resume" {
            words.push(quoted(word));
        }
    }
    let rollouts = record.scenarios.first().map_or(0, |scenario| scenario.rollouts);
    let watched = if record.plan == Plan::Watched { "--plan watched " } else { "" };
    words.push(format!("{watched}--rollouts {rollouts}"));
    words.join(" ")
}
