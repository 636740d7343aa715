//! `nines scenario list`, `nines policy list`, `nines explain`.

use super::args::{ListArgs, ListFormat};
use super::exit::{Exit, Failure};
use super::output::Output;
use crate::campaign::{SelectError, nearest, pretty, select};
use crate::policy::{WRAPPERS, others};
use nines_scenarios::{Code, Explanation};
use nines_sim::{BuiltIn, PolicyError, Setting};
use schemars::JsonSchema;
use serde::Serialize;

/// The shape of `nines scenario list --format json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "nines.scenarios/1")]
pub struct ScenarioList {
    schema: &'static str,
    scenarios: Vec<Listed>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    name: String,
    title: String,
    odd: Vec<String>,
    tags: Vec<String>,
    group: String,
    file: String,
}

/// All scenarios of the catalogue.
pub fn scenarios(args: ListArgs, output: &Output) -> Result<Exit, Failure> {
    let all = match select(&[]) {
        Err(SelectError::Nothing { .. }) => Vec::new(), // an empty catalogue is an empty list
        chosen => chosen?,
    };
    let listed: Vec<Listed> = all
        .into_iter()
        .map(|one| Listed {
            name: one.scenario.name.clone(),
            title: one.scenario.title.clone(),
            odd: one.scenario.odd.clone(),
            tags: one.scenario.tags.clone(),
            group: one.scenario.group.clone(),
            file: one.file,
        })
        .collect();
    match args.format {
        ListFormat::Json => output.result(&pretty(&ScenarioList { schema: "nines.scenarios/1", scenarios: listed })),
        ListFormat::Human => {
            let width = listed.iter().map(|s| s.name.len()).max().unwrap_or(0);
            for one in &listed {
                output.result(&format!("{:width$}  {}\n", one.name, output.hanging(width + 2, &one.title)));
                if output.verbose > 0 {
                    let facts = format!("{} · {}", one.odd.join(", "), one.tags.join(", "));
                    output.result(&format!("{:width$}  {}\n", "", output.hanging(width + 2, &facts)));
                }
            }
        }
    }
    Ok(Exit::Ok)
}

#[derive(Serialize)]
struct ListedPolicy {
    name: &'static str,
    about: &'static str,
    settings: Vec<ListedSetting>,
}

#[derive(Serialize)]
struct ListedSetting {
    name: &'static str,
    default: f64,
    min: f64,
    max: f64,
    about: &'static str,
}

/// All built-in policies.
pub fn policies(args: ListArgs, output: &Output) -> Result<Exit, Failure> {
    let listed = |name: &'static str, about: &'static str, settings: &[Setting]| ListedPolicy {
        name,
        about,
        settings: settings
            .iter()
            .map(|s| ListedSetting { name: s.name, default: s.default, min: s.min, max: s.max, about: s.about })
            .collect(),
    };
    let built_in = BuiltIn::ALL.iter().map(|(name, about)| Ok(listed(name, about, BuiltIn::settings_of(name)?)));
    let built_in: Vec<ListedPolicy> = built_in.collect::<Result<_, PolicyError>>()?;
    let wrappers: Vec<ListedPolicy> = WRAPPERS.iter().map(|(name, about, settings)| listed(name, about, settings)).collect();
    if args.format == ListFormat::Json {
        let document =
            serde_json::json!({"schema": "nines.policies/1", "policies": built_in, "wrappers": wrappers, "others": others()});
        output.result(&pretty(&document));
        return Ok(Exit::Ok);
    }
    let width = built_in.iter().chain(&wrappers).map(|p| p.name.len() + 1).max().unwrap_or(0);
    let print = |all: &[ListedPolicy], sign: &str| {
        for policy in all {
            let about = output.hanging(width + 2, policy.about);
            output.result(&format!("{:width$}  {about}\n", format!("{sign}{}", policy.name)));
            if output.verbose > 0 {
                for s in &policy.settings {
                    let text = format!("{} = {} ({} to {}): {}", s.name, s.default, s.min, s.max, s.about);
                    output.result(&format!("{:width$}    {}\n", "", output.hanging(width + 4, &text)));
                }
            }
        }
    };
    print(&built_in, "");
    output.result("\nAround any of them, as in idm+latency:delay_s=0.3:\n");
    print(&wrappers, "+");
    output.result(&format!("\nBeyond these: {}\n", output.hanging(2, &others().join(", "))));
    Ok(Exit::Ok)
}

/// What a diagnostic means.
pub fn explain(code: Option<&str>, output: &Output) -> Result<Exit, Failure> {
    let line = |code: &Code| output.hanging(2, &format!("{}: {}", code.name(), code.about().trim())) + "\n";
    let Some(wanted) = code else {
        Code::ALL.iter().for_each(|code| output.result(&line(code)));
        return Ok(Exit::Ok);
    };
    match Code::ALL.iter().find(|code| code.name() == wanted) {
        Some(code) => {
            output.result(&line(code));
            if let Some(page) = nines_scenarios::explain(*code) {
                output.result(&format!("\n{}", shown(&page, output.width())));
            }
            Ok(Exit::Ok)
        }
        None => {
            let failure = Failure::new(Exit::Nothing, format!("there is no diagnostic `{wanted}`"));
            let near = nearest(wanted, Code::ALL.iter().map(|code| code.name()));
            Err(failure.help(near.map_or("`nines explain` lists all".into(), |name| format!("did you mean `{name}`?"))))
        }
    }
}

/// A page as it is read in a terminal.
fn shown(page: &Explanation, width: usize) -> String {
    let mut out = String::new();
    for paragraph in page.text.split("\n\n") {
        let mut used = 0;
        for word in paragraph.split_whitespace() {
            let len = word.chars().count();
            if used > 0 {
                out += if used + 1 + len > width { "\n" } else { " " };
                used = if used + 1 + len > width { 0 } else { used + 1 };
            }
            out += word;
            used += len;
        }
        out += "\n";
    }
    for (name, example) in [("Fails", &page.failing), ("Mended", &page.mended)] {
        if let Some(example) = example {
            let lines: String = example.lines().map(|l| format!("    {l}\n")).collect();
            out += &format!("\n{name}:\n{lines}");
        }
    }
    out
}
