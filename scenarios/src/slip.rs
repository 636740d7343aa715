//! Slips of the pen that YAML and expressions refuse without a word of help: what was probably meant.

/// Help for a text that is no YAML: the parser's message, the lines of the file, and the line (from 1) at which it gave up.
pub(crate) fn of_yaml(message: &str, text: &str, line: usize) -> String {
    let at = |k: usize| k.checked_sub(1).and_then(|k| text.lines().nth(k)).unwrap_or_default();
    let (here, before) = (at(line), at(line.saturating_sub(1)));
    if message.contains("tabs disallowed") || message.contains("found a tab") || leading(here).contains('\t') {
        return "indent with spaces: YAML takes no tabs".to_owned();
    }
    if message.contains("merge key") {
        return "`extends` takes a whole file, `use` a distribution or a cue of the library; an alias (`*name`) alone repeats a value".to_owned();
    }
    if message.contains("quoted scalar") {
        return "close the quote where its text ends; a quote inside of a text is written twice between single quotes, `'…''…'`"
            .to_owned();
    }
    if message.contains("multiple YAML documents") || here.trim_end() == "---" {
        return "a file holds one scenario: remove the line `---`".to_owned();
    }
    if message.contains("flow mapping") || message.contains("flow sequence") {
        return match lone_colon(here) {
            Some((value, key)) => format!("a comma is missing between entries: `{value}, {key}:`"),
            None => "between braces or brackets every entry is followed by a comma or the closing one".to_owned(),
        };
    }
    if message.contains("simple key expected")
        && let Some((name, value)) = here.trim().split_once([' ', ':']).filter(|(name, _)| crate::fields::is_name(name, '_'))
    {
        return format!("a colon and a space stand between a field and its value: `{name}: {}`", value.trim());
    }
    if message.contains("mapping values are not allowed") {
        let depth = |line: &str| leading(line).chars().count();
        if depth(here) > depth(before) && !before.trim_end().ends_with(':') && has_value(before) {
            return format!("begin it below `{}`: fields of one mapping stand in one column", key(before));
        }
        if let Some((name, value)) = here.trim_start().split_once(": ").filter(|(_, value)| value.contains(": ")) {
            let value = value.trim().replace('"', "\\\"");
            return format!("a colon and a space begin a value: quote the text, `{name}: \"{value}\"`");
        }
        return "a colon and a space begin a value: quote a text that holds them, and let fields of one mapping begin in one column".to_owned();
    }
    if message.contains("did not find expected key") || message.contains("block mapping") {
        return "fields of one mapping begin in one column".to_owned();
    }
    match open_bracket(text, line) {
        Some((k, bracket)) => format!("the `{bracket}` in line {k} is not closed before the next field"),
        None => String::new(),
    }
}

/// The last line before one that opens more brackets or braces than it closes, while those below close none: its number, and what it opens.
fn open_bracket(text: &str, line: usize) -> Option<(usize, char)> {
    let before: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
    let (mut closed, mut quoted) = (0, None);
    for (k, l) in before.iter().enumerate().rev() {
        let mut open = Vec::new();
        for c in l.chars() {
            match (quoted, c) {
                (Some(q), _) if c == q => quoted = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quoted = Some(c),
                (None, '#') => break,
                (None, '[' | '{') => open.push(c),
                (None, ']' | '}') if open.pop().is_none() => closed += 1,
                _ => {}
            }
        }
        quoted = None;
        let left = open.len().saturating_sub(closed);
        if left > 0 {
            return open.get(left - 1).map(|c| (k + 1, *c));
        }
        closed -= open.len();
    }
    None
}

/// Where the slip is that the parser notices later, with what to say of it: line and column from 1, in characters.
pub(crate) fn place_of_yaml(message: &str, text: &str, line: usize, column: usize) -> Option<(u32, u32, String)> {
    if message.contains("found a tab") {
        // The parser points at the value before it.
        let rest = text.lines().enumerate().skip(line.saturating_sub(1));
        let (k, tabbed) = rest.filter(|(_, l)| leading(l).contains('\t')).map(|(k, l)| (k + 1, l)).next()?;
        let column = tabbed.chars().position(|c| c == '\t').unwrap_or(0) + 1;
        return Some((k as u32, column as u32, "this line is indented with a tab".to_owned()));
    }
    if message.contains("quoted scalar") {
        let (opened, at) = opening_quote(message, text, line, column)?;
        if opened < line {
            let message = format!("the quote that opens here is not closed in its line; it ends at the next one, in line {line}");
            return Some((opened as u32, at as u32, message));
        }
        return None;
    }
    None
}

/// Line and column of the quote that opens the text before a place.
fn opening_quote(message: &str, text: &str, line: usize, column: usize) -> Option<(usize, usize)> {
    let quote = if message.contains("single-quoted") { '\'' } else { '"' };
    let before = |(k, l): (usize, &str)| {
        let until = if k + 1 == line { column.saturating_sub(1) } else { usize::MAX };
        let found = l.chars().take(until).enumerate().filter(|(_, c)| *c == quote);
        found.map(|(at, _)| (k + 1, at + 1)).collect::<Vec<_>>()
    };
    let all: Vec<(usize, usize)> = text.lines().enumerate().take(line).flat_map(before).collect();
    // The last one closed it.
    all.len().checked_sub(2).map(|k| all[k])
}

/// What a line is indented with.
fn leading(line: &str) -> &str {
    &line[..line.len() - line.trim_start().len()]
}

fn key(line: &str) -> &str {
    line.trim_start().trim_start_matches("- ").split(':').next().unwrap_or_default()
}

fn has_value(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(_, value)| !value.trim().is_empty())
}

/// `a b: 3` within braces, where `a, b: 3` was meant: the words on both sides of the missing comma.
fn lone_colon(line: &str) -> Option<(String, String)> {
    let inner = line.split_once('{')?.1;
    inner.split([',', '{', '}']).find_map(|entry| {
        let (first, rest) = entry.split_once(": ")?;
        let (value, _) = rest.rsplit_once(": ")?;
        let (value, key) = value.trim().rsplit_once(' ')?;
        let plain = !first.contains('"') && !value.contains(['"', '\'']);
        plain.then(|| (format!("{}: {}", first.trim(), value.trim()), key.trim().to_owned()))
    })
}

/// Units that people write behind numbers.
const UNITS: [&str; 9] = ["km/h", "kmh", "m/s", "mph", " m", " s", " deg", " rad", "m/s2"];

/// Help for an expression that is none, from what stands where it goes wrong (in characters).
pub(crate) fn of_expression(text: &str, from: usize) -> &'static str {
    let chars: Vec<char> = text.chars().collect();
    let c = |k: Option<usize>| k.and_then(|k| chars.get(k)).copied().unwrap_or(' ');
    let (before, here, after) = (c(from.checked_sub(1)), c(Some(from)), c(Some(from + 1)));
    if here == ',' && text.trim().replace(',', ".").parse::<f64>().is_ok() {
        return "write a decimal point, not a comma";
    }
    let word: String = chars.iter().skip(from).take_while(|c| c.is_alphanumeric()).collect();
    match (before, here, after) {
        ('<', '=', _) => "write `<`: of drawn values none is equal",
        ('>', '=', _) => "write `>`: of drawn values none is equal",
        (_, '=', _) | ('=', _, _) | (_, '!', _) => {
            "values are compared with `<` and `>`; for a latent state choose by it: `{by: LATENT, STATE: 1, else: 0}`"
        }
        ('*', '*', _) | (_, '^', _) => "there are no powers: write `x * x`, or `sqrt(x)`",
        (_, '&' | '|', _) => "combine conditions by `all` and `any`; of two values that are 0 or 1 take `min` or `max`",
        (_, '?' | ':', _) => "write `if(CONDITION, VALUE, OTHER)`",
        _ if text[..text.char_indices().nth(from).map_or(text.len(), |(k, _)| k)].trim().parse::<f64>().is_ok()
            && UNITS.iter().any(|u| text.trim_end().ends_with(u)) =>
        {
            "write the number alone, in the unit of the field: 5 km/h are `5 / 3.6` m/s, 90 degrees `pi / 2`"
        }
        (_, '%', _) => "write a share as a number: 0.05 for 5%",
        _ if matches!(word.as_str(), "and" | "or" | "not") => {
            "combine conditions by `all`, `any` and `not`; of two values that are 0 or 1 take `min` or `max`"
        }
        _ if matches!(word.as_str(), "if") => "write `if(CONDITION, VALUE, OTHER)`",
        // `5m`: a number that runs into letters.
        _ if here.is_ascii_digit() && word.ends_with(char::is_alphabetic) => {
            "write the number alone, in the unit of the field: 5 km/h are `5 / 3.6` m/s, 90 degrees `pi / 2`"
        }
        (' ', ..) if here.is_alphanumeric() || here == '(' => "an operator is missing before it: `+`, `-`, `*` or `/`",
        _ => "",
    }
}

/// The classes that common words stand for, as they are written in a help.
const CLASSES: [(&[&str], &str); 15] = [
    (&["man", "woman", "person", "pedestrian", "human", "walker", "parent", "worker", "senior", "passenger"], "adult` or `child"),
    (&["kid", "boy", "girl", "toddler", "baby", "infant", "pupil"], "child"),
    (&["bike", "bicycle", "ebike", "bicyclist"], "cyclist"),
    (&["scooter", "wheelchair", "skateboard", "skater", "kick_scooter", "e_scooter", "escooter"], "rider"),
    (&["motorbike", "moped", "biker"], "motorcycle"),
    (&["vehicle", "sedan", "taxi", "suv", "auto"], "car"),
    (&["lorry", "trailer", "semi", "excavator", "tractor"], "truck"),
    (&["ambulance", "police_car", "fire_engine", "fire_truck"], "emergency_vehicle"),
    (&["police", "policeman", "policewoman", "flagger", "crossing_guard", "police_officer"], "officer"),
    (&["dog", "cat", "deer", "horse", "cow", "boar", "bird"], "animal"),
    (&["pram", "buggy", "trolley", "cart", "shopping_cart", "pushchair"], "stroller"),
    (&["tram", "streetcar"], "train"),
    (&["cone", "sign", "fence", "wall", "hedge", "gate", "pole", "tree", "ramp", "bollard"], "barrier"),
    (&["box", "load", "rock", "stone", "tyre", "tire", "object", "thing", "obstacle", "cargo", "pallet"], "debris"),
    (&["bag", "leaf", "leaves", "paper"], "litter"),
];

/// The class that a common word stands for.
pub(crate) fn of_class(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase().replace(['-', ' '], "_");
    CLASSES.iter().find(|(words, _)| words.contains(&word.as_str())).map(|(_, class)| *class)
}

/// Help for a text where a number should be.
pub(crate) fn of_number(text: &str) -> String {
    let text = text.trim();
    if let Some(x) = text.strip_suffix('%').and_then(|share| share.trim().parse::<f64>().ok()) {
        return format!("write `{}`", crate::expression::number_text(x / 100.0));
    }
    match text.replace(',', ".").parse::<f64>() {
        Ok(x) if text.contains(',') => format!("write a decimal point: `{}`", crate::expression::number_text(x)),
        _ => String::new(),
    }
}

/// Help for a text where true or false should be.
pub(crate) fn of_truth(text: &str) -> &'static str {
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "on" | "true" | "1" => "write `true`",
        "no" | "n" | "off" | "false" | "0" => "write `false`",
        _ => "write `true` or `false`",
    }
}
