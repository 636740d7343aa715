//! Slips of the pen that YAML and expressions refuse without a word of help: what was probably meant.

/// Help for a text that is no YAML: the parser's message, the lines of the file, and the line (from 1) at which it gave up.
pub(crate) fn of_yaml(message: &str, text: &str, line: usize) -> String {
    let at = |k: usize| k.checked_sub(1).and_then(|k| text.lines().nth(k)).unwrap_or_default();
    let (here, before) = (at(line), at(line.saturating_sub(1)));
    if message.contains("tabs disallowed") || leading(here).contains('\t') {
        return "indent with spaces: YAML takes no tabs".to_owned();
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
    String::new()
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

/// Help for an expression that is none, from what stands where it goes wrong (in characters).
pub(crate) fn of_expression(text: &str, from: usize) -> &'static str {
    let chars: Vec<char> = text.chars().collect();
    let c = |k: Option<usize>| k.and_then(|k| chars.get(k)).copied().unwrap_or(' ');
    let (before, here, after) = (c(from.checked_sub(1)), c(Some(from)), c(Some(from + 1)));
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
        (_, '%', _) => "write a share as a number: 0.05 for 5%",
        _ if matches!(word.as_str(), "and" | "or" | "not") => {
            "combine conditions by `all`, `any` and `not`; of two values that are 0 or 1 take `min` or `max`"
        }
        _ if matches!(word.as_str(), "if") => "write `if(CONDITION, VALUE, OTHER)`",
        _ => "",
    }
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
