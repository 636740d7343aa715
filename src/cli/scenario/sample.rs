//! `nines scenario sample`: concrete scenarios as a table, and as pictures.

use super::write_picture;
use crate::campaign::pretty;
use crate::cli::args::{SampleArgs, SampleFormat};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::Output;
use nines_scenarios::LogicalScenario;
use nines_sim::{Concrete, Sampling, Template};
use nines_viz::{Drawn, samples};
use serde_json::json;

/// Draws, prints and plots.
pub fn sample(args: &SampleArgs, output: &Output) -> Result<Exit, Failure> {
    let scenario = super::one(&args.scenario, args.variant.as_deref())?.scenario;
    let template = scenario.compile();
    let all: Vec<Concrete> = (0..args.number).map(|k| template.draw(args.seed, Sampling::Stratified, k)).collect();
    let rows: Vec<Row> = all.iter().enumerate().map(|(k, one)| Row::of(k, one, &scenario)).collect();
    if let Some(path) = &args.plot {
        write_picture(path, &plot(args, &scenario, &template, &all))?;
        output.note(&format!("wrote {}", path.display()));
    }
    match args.format {
        SampleFormat::Csv => output.result(&csv(&template, &rows)),
        SampleFormat::Json => output.result(&pretty(&document(args, &scenario, &template, &rows))),
        SampleFormat::Human => output.result(&table(&template, &rows, output.style().width)),
    }
    Ok(Exit::Ok)
}

/// An encounter in words.
struct Row<'a> {
    index: usize,
    half: &'static str,
    states: Vec<(String, String)>,
    stratum: String,
    params: &'a [f64],
}

impl<'a> Row<'a> {
    fn of(index: usize, one: &'a Concrete, scenario: &LogicalScenario) -> Self {
        let stratum = scenario.strata().into_iter().nth(usize::from(one.stratum));
        let half = match (scenario.has_hazard(), stratum.as_ref().is_some_and(|s| s.hazard)) {
            (false, _) => "all",
            (true, true) => "hazard",
            (true, false) => "other",
        };
        let label = stratum.as_ref().map_or_else(String::new, |s| s.label());
        Self { index, half, states: stratum.map(|s| s.latent).unwrap_or_default(), stratum: label, params: &one.params }
    }
}

/// Unit that the last word of a name stands for; empty where it stands for none.
fn unit(name: &str) -> &'static str {
    match name.rsplit('_').next().unwrap_or_default() {
        "m" => "m",
        "s" => "s",
        "mps" => "m/s",
        "mps2" => "m/s²",
        "rad" => "rad",
        "kg" => "kg",
        "u" => "0 to 1",
        "share" => "share",
        _ => "",
    }
}

/// Full precision.
fn csv(template: &Template, rows: &[Row]) -> String {
    let latents = template.latents.iter().map(|l| format!("latent_{}", l.name));
    let params = template.params.iter().map(|p| format!("param_{}", p.name));
    let head: Vec<String> = ["rollout".to_owned(), "half".to_owned()].into_iter().chain(latents).chain(params).collect();
    let line = |row: &Row| {
        let states = row.states.iter().map(|(_, state)| state.clone());
        let params = row.params.iter().map(f64::to_string);
        [row.index.to_string(), row.half.to_owned()].into_iter().chain(states).chain(params).collect::<Vec<_>>().join(",") + "\n"
    };
    head.join(",") + "\n" + &rows.iter().map(line).collect::<String>()
}

fn document(args: &SampleArgs, scenario: &LogicalScenario, template: &Template, rows: &[Row]) -> serde_json::Value {
    let parameters: Vec<_> = template.params.iter().map(|p| json!({"name": p.name, "unit": unit(&p.name)})).collect();
    let one = |row: &Row| {
        let latents: serde_json::Map<_, _> = row.states.iter().map(|(l, s)| (l.clone(), json!(s))).collect();
        let values = template.params.iter().zip(row.params).map(|(p, x)| (p.name.clone(), json!(x)));
        let values: serde_json::Map<_, _> = values.collect();
        json!({"rollout": row.index, "half": row.half, "stratum": row.stratum, "latents": latents, "parameters": values})
    };
    let samples: Vec<_> = rows.iter().map(one).collect();
    json!({"schema": "nines.samples/1", "scenario": scenario.name, "seed": args.seed, "parameters": parameters, "samples": samples})
}

/// Tables side by side would wrap: one below the other, each with the index first, as many columns as fit.
fn table(template: &Template, rows: &[Row], width: usize) -> String {
    let mut columns =
        vec![column("half", "", rows, |r| r.half.to_owned(), false), column("stratum", "", rows, |r| r.stratum.clone(), false)];
    for (k, p) in template.params.iter().enumerate() {
        let digits = digits(rows.iter().map(|r| r.params[k]));
        columns.push(column(&p.name, unit(&p.name), rows, |r| format!("{:.digits$}", r.params[k]), true));
    }
    let index = column("", "", rows, |r| r.index.to_string(), true);
    let wide = |column: &[String]| column.iter().map(|cell| cell.chars().count()).max().unwrap_or(0);
    let (mut out, mut rest) = (String::new(), &columns[..]);
    while !rest.is_empty() {
        let mut used = wide(&index);
        let fits = rest.iter().take_while(|column| {
            used += 2 + wide(column);
            used <= width
        });
        let (now, later) = rest.split_at(fits.count().max(1));
        rest = later;
        for line in 0..rows.len() + 2 {
            let cells = std::iter::once(&index).chain(now).map(|column| column[line].as_str());
            let text = cells.collect::<Vec<_>>().join("  ");
            // Where no column has a unit there is no line of units.
            if line != 1 || !text.trim().is_empty() {
                out += &format!("{}\n", text.trim_end());
            }
        }
        out += if rest.is_empty() { "" } else { "\n" };
    }
    out
}

/// Heading, unit and cells of a column, all equally wide.
fn column(name: &str, unit: &str, rows: &[Row], cell: impl Fn(&Row) -> String, right: bool) -> Vec<String> {
    let cells: Vec<String> = [name.to_owned(), unit.to_owned()].into_iter().chain(rows.iter().map(cell)).collect();
    let width = cells.iter().map(|c| c.chars().count()).max().unwrap_or(0);
    let pad = |c: &String| " ".repeat(width - c.chars().count());
    cells.iter().map(|c| if right { format!("{}{c}", pad(c)) } else { format!("{c}{}", pad(c)) }).collect()
}

/// Decimals that show three digits of the largest value.
fn digits(values: impl Iterator<Item = f64>) -> usize {
    let most = values.map(f64::abs).fold(0.0, f64::max);
    if most > 0.0 { (2.0 - most.log10().floor()).clamp(0.0, 6.0) as usize } else { 0 }
}

fn plot(args: &SampleArgs, scenario: &LogicalScenario, template: &Template, all: &[Concrete]) -> String {
    let drawn = template.params.iter().enumerate().map(|(k, p)| Drawn {
        name: &p.name,
        dist: &p.dist,
        values: all.iter().map(|one| one.params[k]).collect(),
    });
    let title = format!("{}: {} drawn encounters, seed {}", scenario.name, args.number, args.seed);
    let index = |name: &String| template.params.iter().position(|p| p.name == *name);
    let pairs = scenario.correlations.iter().filter_map(|c| Some((index(&c.of[0])?, index(&c.of[1])?, c.rho)));
    samples(&title, &drawn.collect::<Vec<_>>(), &pairs.collect::<Vec<_>>())
}
