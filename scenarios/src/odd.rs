//! A profile of an operational design domain: which scenarios it holds and how often it meets them, what it contains in the words of the
//! taxonomy, and the human rates to draw beside a policy's.

mod benchmark;
mod coverage;
mod read;
mod schema;

pub use benchmark::{Benchmark, Severity as BenchmarkSeverity, Sure};
pub use coverage::{Beyond, Coverage, CoverageRow};
pub use read::{CheckedOdd, check_odd, parse_odd};
pub use schema::odd_schema;

use crate::emit::Tree;
use crate::estimate::Estimate;
use crate::format::{FileShare, LogicalScenario, Scenario};
use include_dir::{Dir, include_dir};

/// First line of an ODD profile.
pub const ODD_SCHEMA: &str = "nines.odd/1";

static FOLDER: Dir = include_dir!("$CARGO_MANIFEST_DIR/odds");

/// Everything that a profile says.
#[derive(Clone, Debug, PartialEq)]
pub struct OddProfile {
    /// Name: scenarios list it under `odd`.
    pub name: String,
    /// What it is, in a few words.
    pub title: String,
    /// Where, when and how fast.
    pub description: String,
    /// What its sums must not be taken for.
    pub caveat: Option<String>,
    /// Another ODD, whose scenarios and exposures are taken where this file says nothing else.
    pub like: Option<String>,
    /// Mean speed, km/h, for rates per hour.
    pub mean_speed_kmh: Option<Quantity>,
    /// Mean length of a trip, km.
    pub trip_km: Option<Quantity>,
    /// Scenarios meant by name, glob or tag; `None`: all that list the ODD.
    pub include: Option<Vec<String>>,
    /// Why `include` leaves out others of the ODD that it is like; without it these are left open.
    pub include_reason: Option<String>,
    /// Scenarios that it does not hold after all.
    pub exclude: Vec<Exclusion>,
    /// Exposures that stand instead of those of the scenario files.
    pub exposures: Vec<OddExposure>,
    /// Attributes of the taxonomy, each with the values that the ODD contains.
    pub contains: Vec<(String, Vec<String>)>,
    /// Human rates to compare with.
    pub benchmarks: Vec<Benchmark>,
}

/// A number and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The number.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
}

/// Scenarios that an ODD leaves out.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    /// Name, glob or tag.
    pub scenario: String,
    /// Why.
    pub reason: String,
}

/// How often an ODD meets a scenario, and what that is known from.
#[derive(Clone, Debug, PartialEq)]
pub struct OddExposure {
    /// Scenario.
    pub scenario: String,
    /// Encounters per 10^6 km with 95% interval.
    pub per_1e6_km: Estimate,
    /// `assumption`, `derived` or `measured`.
    pub rests_on: String,
}

/// Whether a profile holds a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Membership {
    /// It does.
    Held,
    /// It would, but leaves it out for a reason.
    Excluded(String),
    /// The ODD that it is like holds it, and `include` says nothing of it, for no reason.
    NotIncluded,
    /// It does not.
    Outside,
}

impl OddProfile {
    /// Whether it holds a scenario.
    pub fn membership(&self, scenario: &LogicalScenario) -> Membership {
        let listed = self.names().any(|name| scenario.odd.iter().any(|odd| odd == name));
        let meant = self.include.as_ref().map_or(listed, |patterns| patterns.iter().any(|p| scenario.is_meant(p)));
        let narrowed = !meant && listed && self.like.is_some();
        match self.exclude.iter().find(|e| scenario.is_meant(&e.scenario)) {
            _ if !meant && !narrowed => Membership::Outside,
            Some(exclusion) => Membership::Excluded(exclusion.reason.clone()),
            None if narrowed => self.not_included(),
            None => Membership::Held,
        }
    }

    /// What `include` makes of a scenario that would have been held without it.
    pub fn not_included(&self) -> Membership {
        self.include_reason.clone().map_or(Membership::NotIncluded, Membership::Excluded)
    }

    /// How often it meets a scenario: what it says itself, else what the scenario file says of it, else of the ODD that it is like. What it
    /// says of the base of a file is said of the base and its variants together, each of which has its `share`.
    pub fn exposure_of(&self, scenario: &Scenario, share: Option<&FileShare>) -> Option<OddExposure> {
        let entry = |name: &str| self.exposures.iter().find(|e| e.scenario == name);
        let of_file = |share: &FileShare| {
            let whole = entry(&share.base)?;
            Some(OddExposure { per_1e6_km: whole.per_1e6_km.shared(share.of, "by the scenario file"), ..whole.clone() })
        };
        let own = match share {
            Some(share) if share.base == scenario.name => of_file(share),
            Some(share) => entry(&scenario.name).cloned().or_else(|| of_file(share)),
            None => entry(&scenario.name).cloned(),
        };
        own.or_else(|| {
            let stated = self.names().find_map(|odd| scenario.exposure_in(odd))?;
            let rests_on = "assumption".to_owned();
            Some(OddExposure { scenario: scenario.name.clone(), per_1e6_km: stated.clone(), rests_on })
        })
    }

    /// What of its contents scenarios exercise, each a name with tags.
    pub fn coverage(&self, scenarios: &[(&str, &[String])]) -> Coverage {
        coverage::coverage(&self.contains, scenarios)
    }

    /// The profile as used, with every default written out; reads back as an equal one.
    pub fn to_yaml(&self) -> String {
        self.tree().document()
    }

    /// Names under which scenarios may list it.
    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.like.as_deref())
    }

    fn tree(&self) -> Tree {
        let text = |name: &str, value: &str| (name.to_owned(), Tree::text(value));
        let mut out = vec![text("schema", ODD_SCHEMA), text("name", &self.name), text("title", &self.title)];
        out.push(("description".to_owned(), Tree::Prose(self.description.clone())));
        out.extend(self.caveat.as_ref().map(|caveat| ("caveat".to_owned(), Tree::Prose(caveat.clone()))));
        out.extend(self.like.as_ref().map(|like| text("like", like)));
        let quantity = |name: &str, q: &Option<Quantity>| {
            q.as_ref().map(|q| {
                (name.to_owned(), Tree::Map(vec![("value".to_owned(), Tree::number(q.value)), text("source", &q.source)]))
            })
        };
        out.extend(quantity("mean_speed_kmh", &self.mean_speed_kmh));
        out.extend(quantity("trip_km", &self.trip_km));
        out.extend(self.include.as_ref().map(|patterns| ("include".to_owned(), Tree::texts(patterns))));
        out.extend(self.include_reason.as_ref().map(|reason| text("include_reason", reason)));
        let exclusion =
            |e: &Exclusion| Tree::Map(vec![("scenario".to_owned(), Tree::text(&e.scenario)), text("reason", &e.reason)]);
        if !self.exclude.is_empty() {
            out.push(("exclude".to_owned(), Tree::List(self.exclude.iter().map(exclusion).collect())));
        }
        let exposure = |e: &OddExposure| {
            let mut fields = e.per_1e6_km.tree("per_1e6_km");
            fields.push(text("rests_on", &e.rests_on));
            (e.scenario.clone(), Tree::Map(fields))
        };
        if !self.exposures.is_empty() {
            out.push(("exposures".to_owned(), Tree::Map(self.exposures.iter().map(exposure).collect())));
        }
        let contents = self.contains.iter().map(|(a, values)| (a.clone(), Tree::texts(values)));
        out.push(("contains".to_owned(), Tree::Map(contents.collect())));
        out.push(("benchmarks".to_owned(), Tree::List(self.benchmarks.iter().map(Benchmark::tree).collect())));
        Tree::Map(out)
    }
}

/// A built-in profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OddEntry {
    /// Name of the ODD.
    pub name: &'static str,
    /// File name.
    pub file: &'static str,
    /// The file's text.
    pub text: &'static str,
}

/// All built-in profiles, by name.
pub fn odds() -> Vec<OddEntry> {
    let entry = |f: &'static include_dir::File| {
        let file = f.path().file_name()?.to_str()?;
        Some(OddEntry { name: file.strip_suffix(".yaml")?, file, text: f.contents_utf8()? })
    };
    let mut out: Vec<OddEntry> = FOLDER.files().filter_map(entry).collect();
    out.sort_by_key(|e| e.name);
    out
}
