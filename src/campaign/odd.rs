//! Operational design domains of a campaign: their profiles, and the scenarios that they hold.

use super::beside::file_text;
use super::select::{Chosen, is_path};
use super::{RecordedOdd, RecordedShare, Scenario, nearest, select};
use super::{SelectError, scenario::exposure};
use crate::store::hash_hex;
use nines_scenarios::{FileShare, Membership, OddProfile, SourceFile, odds, parse_odd};
use nines_viz::{Excluded, Exposure};
use std::path::Path;

/// An ODD of a campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Odd {
    /// What its file says.
    pub profile: OddProfile,
    /// Scenarios that it holds, run or not, by name.
    pub holds: Vec<String>,
    /// Scenarios that it excludes, by name, each with its reason.
    pub excluded: Vec<Excluded>,
    /// Scenarios of one file, which share its exposure: the base first. Only files that give several.
    pub families: Vec<Vec<String>>,
    /// Scenarios that `include` leaves out without a reason, by name.
    pub not_included: Vec<String>,
    /// Shares of exposures that the profile says of a file.
    pub shares: Vec<RecordedShare>,
}

impl Odd {
    /// A profile with the scenarios that it holds among some.
    pub fn of(profile: OddProfile, scenarios: &[Chosen]) -> Self {
        let (mut holds, mut excluded, mut not_included) = (Vec::new(), Vec::new(), Vec::new());
        let held = |one: &Chosen| profile.membership(&one.scenario) == Membership::Held;
        for one in scenarios {
            let name = || one.scenario.name.clone();
            // What a file says of how often its scenarios are met is said of all of them: a part of it leaves the rest open.
            let in_part = || scenarios.iter().any(|other| other.file == one.file && held(other));
            let membership = match profile.membership(&one.scenario) {
                Membership::Outside if in_part() => profile.not_included(),
                other => other,
            };
            match membership {
                Membership::Held => holds.push(name()),
                Membership::Excluded(reason) => excluded.push(Excluded { scenario: name(), reason }),
                Membership::NotIncluded => not_included.push(name()),
                Membership::Outside => {}
            }
        }
        let said = |base: &str| profile.exposures.iter().any(|e| e.scenario == base);
        let share = |one: &Chosen| {
            let share = one.scenario.share().filter(|share| said(&share.base))?;
            Some(RecordedShare { scenario: one.scenario.name.clone(), base: share.base.clone(), share: share.of })
        };
        let shares = scenarios.iter().filter(|one| held(one)).filter_map(share).collect();
        let families = families(scenarios, &holds);
        Self { profile, holds, excluded, families, not_included, shares }
    }

    /// The scenario whose exposure another one has a share of, unless the profile says that of the other one itself.
    pub fn shares_exposure_with(&self, scenario: &str) -> Option<&str> {
        let is_base = |name: &str| self.shares.iter().any(|s| s.base == name);
        let own = |name: &str| !is_base(name) && self.profile.exposures.iter().any(|e| e.scenario == name);
        let family = self.families.iter().find(|family| family.iter().any(|name| name == scenario))?;
        let first = family.iter().find(|name| !own(name))?;
        (first != scenario && !own(scenario)).then_some(first)
    }

    /// The profile with every default written out.
    pub fn text(&self) -> String {
        self.profile.to_yaml()
    }

    /// What identifies it in a campaign.
    pub fn recorded(&self) -> RecordedOdd {
        RecordedOdd {
            name: self.profile.name.clone(),
            fingerprint: hash_hex(self.text().as_bytes()),
            holds: self.holds.clone(),
            excluded: self.excluded.clone(),
            families: self.families.clone(),
            not_included: self.not_included.clone(),
            shares: self.shares.clone(),
        }
    }

    /// How often it meets a scenario.
    pub fn exposure(&self, scenario: &Scenario) -> Option<Exposure> {
        let recorded = self.shares.iter().find(|s| s.scenario == scenario.name);
        let share = recorded.map(|s| FileShare { base: s.base.clone(), of: s.share });
        let found = self.profile.exposure_of(&scenario.file, share.as_ref())?;
        Some(exposure(&self.profile.name, &found.per_1e6_km, &found.rests_on))
    }

    /// Whether it holds a scenario.
    pub fn has(&self, scenario: &str) -> bool {
        self.holds.iter().any(|name| name == scenario)
    }
}

/// Names of scenarios that an ODD holds and that come from one file, the shortest first: a variant is called after its base.
fn families(scenarios: &[Chosen], holds: &[String]) -> Vec<Vec<String>> {
    let mut by_file: Vec<(&str, Vec<String>)> = Vec::new();
    for one in scenarios.iter().filter(|one| holds.contains(&one.scenario.name)) {
        let name = one.scenario.name.clone();
        match by_file.iter_mut().find(|(file, _)| *file == one.file) {
            Some((_, names)) => names.push(name),
            None => by_file.push((&one.file, vec![name])),
        }
    }
    let several = by_file.into_iter().map(|(_, names)| names).filter(|names| names.len() > 1);
    several
        .map(|mut names| {
            names.sort_by(|a, b| a.len().cmp(&b.len()).then(a.cmp(b)));
            names
        })
        .collect()
}

/// Why an ODD cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum OddError {
    /// There is none of that name.
    #[error("there is no ODD `{name}`")]
    Unknown {
        /// Name.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// It holds nothing.
    #[error("the ODD `{name}` holds no scenario")]
    Empty {
        /// Name.
        name: String,
    },
    /// Its profile names a scenario that there is not.
    #[error("{place} of the ODD `{odd}` names `{name}`, which is no scenario")]
    Stray {
        /// The ODD.
        odd: String,
        /// Where.
        place: &'static str,
        /// What.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
    },
    /// A profile of one's own has the name of a built-in one.
    #[error("the ODD of {file} is called `{name}`, as one of the program is")]
    Taken {
        /// File.
        file: String,
        /// Name.
        name: String,
    },
    /// It was named twice.
    #[error("two ODDs are called `{name}`")]
    Twice {
        /// Name.
        name: String,
    },
    /// Its file, or a scenario, cannot be had.
    #[error(transparent)]
    File(#[from] SelectError),
}

/// A profile by its name, or the path of its file.
pub fn profile(name: &str) -> Result<OddProfile, OddError> {
    if is_path(name) {
        let text = file_text(Path::new(name)).map_err(|why| SelectError::Unreadable { file: name.into(), why })?;
        let own = read(&text, name)?;
        // One's own figures are never taken for those of the built-in ODD; a copy of it says the same.
        return match odds().into_iter().find(|entry| entry.name == own.name) {
            Some(entry) if read(entry.text, entry.file)? != own => Err(OddError::Taken { file: name.into(), name: own.name }),
            _ => Ok(own),
        };
    }
    let Some(entry) = odds().into_iter().find(|entry| entry.name == name) else {
        return Err(OddError::Unknown { name: name.into(), nearest: nearest(name, odds().iter().map(|entry| entry.name)) });
    };
    Ok(read(entry.text, &format!("odds/{}", entry.file))?)
}

/// Refuses a profile that names scenarios which are not among `all`: a slip of the pen would shorten a sum in silence.
pub fn refuse_strays(profile: &OddProfile, all: &[Chosen]) -> Result<(), OddError> {
    let patterns = profile.include.iter().flatten().map(|name| ("`include`", name));
    let excluded = profile.exclude.iter().map(|e| ("`exclude`", &e.scenario));
    let exposures = profile.exposures.iter().map(|e| ("`exposures`", &e.scenario));
    for (place, name) in patterns.chain(excluded).chain(exposures) {
        if !all.iter().any(|one| one.scenario.is_meant(name)) {
            let nearest = nearest(name, all.iter().map(|one| one.scenario.name.as_str()));
            return Err(OddError::Stray { odd: profile.name.clone(), place, name: name.clone(), nearest });
        }
    }
    Ok(())
}

/// A profile of a campaign folder.
pub(super) fn read(text: &str, file: &str) -> Result<OddProfile, SelectError> {
    parse_odd(text, file).map_err(|diagnostics| {
        let files = vec![SourceFile { name: file.into(), text: text.into() }];
        SelectError::Broken { file: file.into(), files, diagnostics }
    })
}

/// ODDs by their names or paths, and the scenarios to be run: those of some patterns, or where there are none all that the ODDs hold.
pub fn select_in_odds(names: &[String], patterns: &[String]) -> Result<(Vec<Odd>, Vec<Chosen>), OddError> {
    if names.is_empty() {
        return Ok((Vec::new(), select(patterns)?));
    }
    let given = if patterns.is_empty() { Vec::new() } else { select(patterns)? };
    let known = select(&[])?.into_iter().filter(|one| !given.iter().any(|g| g.scenario.name == one.scenario.name));
    let mut all: Vec<Chosen> = given.iter().cloned().chain(known).collect();
    all.sort_by(|a, b| a.scenario.name.cmp(&b.scenario.name));
    let mut found: Vec<Odd> = Vec::new();
    for name in names {
        let profile = profile(name)?;
        refuse_strays(&profile, &all)?;
        let odd = Odd::of(profile, &all);
        if found.iter().any(|other| other.profile.name == odd.profile.name) {
            return Err(OddError::Twice { name: odd.profile.name });
        }
        if odd.holds.is_empty() {
            return Err(OddError::Empty { name: odd.profile.name });
        }
        found.push(odd);
    }
    let chosen = if patterns.is_empty() {
        all.into_iter().filter(|one| found.iter().any(|odd| odd.has(&one.scenario.name))).collect()
    } else {
        given
    };
    Ok((found, chosen))
}
