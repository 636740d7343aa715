//! Tags of light and weather against the environment: coverage counts tags, and drives the environment.

use crate::diagnostic::{Code, Problems};
use crate::node::{Key, Kind, Node, Span};
use crate::taxonomy::meaning;

/// Attributes of the taxonomy, and the lists of `environment` that bring their values about.
const JUDGED: [(&str, &[&str]); 3] =
    [("illumination", &["light", "weather"]), ("weather", &["weather"]), ("particulates", &["weather"])];

/// Values of an attribute that a word of `environment` brings about; none for what says nothing of it.
fn brought(attribute: &str, list: &str, word: &str) -> &'static [&'static str] {
    match (attribute, list, word) {
        ("illumination", "light", "day") => &["day"],
        ("illumination", "light", "dusk") => &["dusk"],
        ("illumination", "light", "night-lit") => &["night-lit", "night"],
        ("illumination", "light", "night-unlit") => &["night"],
        ("illumination", "weather", "glare") => &["glare"],
        ("weather", "weather", "rain" | "heavy-rain") => &["rain"],
        ("weather", "weather", "snow") => &["snow"],
        // Spray is that of a wet road, in the rain or behind it.
        ("weather", "weather", "spray") => &["clear", "rain"],
        ("weather", "weather", _) => &["clear"],
        ("particulates", "weather", "fog") => &["fog"],
        ("particulates", "weather", "spray") => &["spray"],
        _ => &[],
    }
}

/// Warns of tags that the environment contradicts. What is set by hand is not judged.
pub(crate) fn compare(root: &Node, problems: &mut Problems) {
    let environment = root.get("environment");
    let by_hand = |field: &str| root.get("sensing").is_some_and(|s| s.get(field).is_some());
    let tags = match root.get("tags").map(|n| &n.kind) {
        Some(Kind::List(tags)) => tags.as_slice(),
        _ => &[],
    };
    for (attribute, lists) in JUDGED {
        // By hand light is one number, and weather ranges, noise and grip.
        let numbers: &[&str] =
            if attribute == "illumination" { &["light"] } else { &["range_vehicle_m", "range_person_m", "friction"] };
        if environment.is_none() && numbers.iter().any(|field| by_hand(field)) {
            continue;
        }
        // The words that are in force in some state, and what each brings about.
        let in_force = |list: &&'static str| {
            let found = words(environment.and_then(|n| n.get(list)), if *list == "light" { "day" } else { "clear" });
            found.into_iter().map(|word| (brought(attribute, list, &word), word))
        };
        let in_force: Vec<(&[&str], String)> = lists.iter().flat_map(in_force).collect();
        let named = tags.iter().filter_map(|tag| value(tag, attribute));
        for (tag, value, at) in named.filter(|(_, value, _)| judged(attribute, value)) {
            if in_force.iter().all(|(brings, _)| !brings.contains(&value)) {
                let said = in_force.iter().map(|(_, word)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
                let message = format!("the tag `{tag}` says `{attribute}.{value}`, but the environment is {said}");
                let help = "name it in `environment`, or remove the tag";
                problems.warning(Code::TagMismatch, at, message, help);
            }
        }
    }
}

/// Values that some environment brings about.
fn judged(attribute: &str, value: &str) -> bool {
    !matches!((attribute, value), ("weather", "wind") | ("particulates", "smoke"))
}

/// The value of an attribute that a tag stands for.
fn value<'n>(tag: &'n Node, attribute: &str) -> Option<(&'n str, &'static str, Span)> {
    let Kind::Text(word, _) = &tag.kind else { return None };
    let (found, value) = meaning(word)?;
    (found.name == attribute).then_some((word.as_str(), value, tag.span))
}

/// The words of a list, of every state where it is a choice; the usual one where nothing is said.
fn words(node: Option<&Node>, usual: &str) -> Vec<String> {
    match node.map(|n| &n.kind) {
        None => vec![usual.to_owned()],
        Some(Kind::Text(word, _)) => vec![word.clone()],
        Some(Kind::Map(arms)) => {
            let said = |(key, _): &&(Key, Node)| key.text != "by";
            arms.iter().filter(said).flat_map(|(_, arm)| words(Some(arm), usual)).collect()
        }
        _ => Vec::new(),
    }
}
