//! Values as people write them: counts, policies with settings.

use super::exit::{Exit, Failure};
use crate::campaign::file_text;
use crate::policy::{Options, Policy, load, split};
use nines_sim::BuiltIn;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// Largest number that JSON and an `f64` count exactly, plus one.
const LARGEST: f64 = 9_007_199_254_740_992.0;

/// A count: `250000`, `250_000`, `250k`, `1M`, `2e6`.
pub fn count(text: &str) -> Result<u64, String> {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let (digits, unit) = match plain.strip_suffix(['k', 'M', 'G']) {
        Some(digits) if plain.ends_with('k') => (digits, 1e3),
        Some(digits) if plain.ends_with('M') => (digits, 1e6),
        Some(digits) => (digits, 1e9),
        None => (&plain[..], 1.0),
    };
    let written = digits.starts_with(|c: char| c.is_ascii_digit());
    let number = digits.parse::<f64>().ok().filter(|_| written).map(|n| n * unit);
    match number {
        Some(n) if n.fract() == 0.0 && (0.0..LARGEST).contains(&n) => Ok(n as u64),
        _ => Err(format!("`{text}` is not a whole number such as 250000, 250k, 1M or 2e6")),
    }
}

/// Memory: `512M`, `4G`, `4GB`, or bytes.
pub fn bytes(text: &str) -> Result<u64, String> {
    let number = count(text.strip_suffix('B').unwrap_or(text)).ok().filter(|bytes| *bytes > 0);
    number.ok_or_else(|| format!("`{text}` is no amount of memory such as 512M or 4G"))
}

/// A time: `90s`, `5m`, `1h30m`, `250ms`; above zero.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time such as 90s, 5m or 1h30m");
    let (mut rest, mut seconds) = (text, 0.0);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let number = rest[..digits].parse::<f64>().map_err(|_| wrong())?;
        let unit = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |length| digits + length);
        seconds += number
            * match &rest[digits..unit] {
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                _ => return Err(wrong()),
            };
        rest = &rest[unit..];
    }
    Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}

/// A whole number within bounds.
pub fn whole<T: FromStr + PartialOrd + Display>(text: &str, range: RangeInclusive<T>) -> Result<T, String> {
    let number = text.parse().ok().filter(|n| range.contains(n));
    number.ok_or_else(|| format!("`{text}` is not a whole number from {} to {}", range.start(), range.end()))
}

/// A count of at least one.
pub fn positive(text: &str) -> Result<u64, String> {
    match count(text)? {
        0 => Err("must be at least 1".into()),
        n => Ok(n),
    }
}

/// A policy and its settings: `name:setting=value,…`, with settings of a file below those.
pub fn policy(text: &str, file: Option<&Path>, options: &Options) -> Result<Policy, Failure> {
    let mut all = match file {
        Some(path) => settings_file(path)?,
        None => BTreeMap::new(),
    };
    let (base, around) = split(text);
    let (name, own) = named(base);
    if name == "all" {
        let failure =
            Failure::new(Exit::Usage, "`all` is no policy, but each reference driver in turn, which `nines run` alone does");
        return Err(failure.help("name one of them; `nines policies` lists all"));
    }
    let mut whole = name.to_owned();
    read_settings(own, "", &mut all)?;
    for (wrapper, own) in around {
        whole += &format!("+{wrapper}");
        read_settings(own.trim_start_matches(':'), &format!("{wrapper}."), &mut all)?;
    }
    Ok(load(&whole, &all, options)?)
}

/// `setting=value,…`
fn read_settings(text: &str, prefix: &str, into: &mut BTreeMap<String, Value>) -> Result<(), Failure> {
    for setting in text.split(',').filter(|setting| !setting.is_empty()) {
        let Some((key, value)) = setting.split_once('=') else {
            let message = format!("`{setting}` is no setting: expected NAME=VALUE");
            return Err(Failure::new(Exit::Usage, message).help("nines policies -v lists all with default and unit"));
        };
        let value = value.trim();
        let number = value.parse::<f64>().ok().and_then(serde_json::Number::from_f64);
        into.insert(format!("{prefix}{}", key.trim()), number.map_or_else(|| value.into(), Value::Number));
    }
    Ok(())
}

/// Name and settings. Other policies than built-in ones have colons in their names, and settings may hold some: settings begin at the first
/// one after which `word=` stands.
fn named(text: &str) -> (&str, &str) {
    let reads = |settings: &str| settings.split_once('=').is_some_and(|(key, _)| is_word(key));
    match text.split_once(':') {
        Some((name, settings)) if BuiltIn::ALL.iter().any(|(known, _)| *known == name) => (name, settings),
        _ => {
            let found = text.match_indices(':').find(|(at, _)| reads(&text[at + 1..]));
            found.map_or((text, ""), |(at, _)| (&text[..at], &text[at + 1..]))
        }
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Settings of a policy from a YAML or JSON file: one mapping of names to numbers or words.
fn settings_file(path: &Path) -> Result<BTreeMap<String, Value>, Failure> {
    let failed = |why: &dyn ToString| Failure::new(Exit::Input, format!("{}: {}", path.display(), why.to_string()));
    let text = file_text(path).map_err(|e| failed(&e))?;
    if text.len() > nines_scenarios::MAX_BYTES {
        return Err(failed(&"the file is larger than 1 MB")); // it was not read to its end
    }
    serde_saphyr::from_str(&text).map_err(|e| failed(&e).help("expected a mapping of settings to numbers or words"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_in_all_their_forms() {
        for (text, expected) in [
            ("250000", 250_000),
            ("250_000", 250_000),
            ("250k", 250_000),
            ("1M", 1_000_000),
            ("2e6", 2_000_000),
            ("1.5k", 1500),
            ("0", 0),
        ] {
            assert_eq!(count(text), Ok(expected), "{text}");
        }
        for text in ["", "k", "-1", "1.5", "inf", "nan", "1e300", "ten", "+5"] {
            assert!(count(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_read_in_all_their_forms() {
        for (text, seconds) in
            [("90s", 90.0), ("5m", 300.0), ("1h30m", 5400.0), ("250ms", 0.25), ("1.5h", 5400.0), ("2d", 172_800.0)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs_f64(seconds)), "{text}");
        }
        for text in ["", "5", "0s", "-5s", "s", "5x", "1h30", "1..5s", "5 m", "1e3s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn settings_follow_the_name_and_beat_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.yaml");
        std::fs::write(&path, "speed_mps: 0.5\n").unwrap();
        let policy = |text: &str, file: Option<&Path>| policy(text, file, &Options::default());
        let speed = |policy: Policy| policy.built_in().unwrap().settings();
        assert_eq!(speed(policy("creeping", Some(&path)).unwrap()), [("speed_mps", 0.5)]);
        assert_eq!(speed(policy("creeping:speed_mps=0.3", Some(&path)).unwrap()), [("speed_mps", 0.3)]);
        assert_eq!(policy("creeping:speed=0.3", None).unwrap_err().exit, Exit::Usage);
        assert_eq!(policy("creeping:speed_mps=fast", None).unwrap_err().exit, Exit::Usage);
        assert!(policy("creping", None).unwrap_err().help.unwrap().contains("`creeping`"));
        assert_eq!(policy("drivers/mine.py:drive", None).unwrap_err().exit, Exit::Policy);
        assert_eq!(named("grpc://127.0.0.1:50051"), ("grpc://127.0.0.1:50051", ""));
        assert_eq!(named("a/b.onnx:scale=2,head=left"), ("a/b.onnx", "scale=2,head=left"));
    }
}
