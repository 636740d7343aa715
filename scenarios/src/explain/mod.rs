//! What each diagnostic means, with a failing and a mended example: one page of Markdown a code, in this folder.
//!
//! An example shows what matters of a file; [`complete`] puts it into a small scenario, so that it can be checked.

use crate::diagnostic::Code;
use include_dir::{Dir, include_dir};

static PAGES: Dir = include_dir!("$CARGO_MANIFEST_DIR/src/explain");

/// The scenario around the examples.
const BASE: &str = include_str!("base.yaml");

/// The page of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What it means and what to do.
    pub text: String,
    /// Part of a file that has the problem; `None` where it cannot be shown in a few lines.
    pub failing: Option<String>,
    /// The same without it.
    pub mended: Option<String>,
    /// Whether the problem shows only in driving.
    pub driven: bool,
}

/// The page of a code; `None` where nobody has written it.
pub fn explain(code: Code) -> Option<Explanation> {
    let page = PAGES.get_file(format!("{}.md", code.name()))?.contents_utf8()?;
    let mut out = Explanation { text: String::new(), failing: None, mended: None, driven: false };
    let mut fence: Option<(&str, String)> = None;
    for line in page.lines() {
        match (&mut fence, line.strip_prefix("```")) {
            (None, Some(info)) => fence = Some((info, String::new())),
            (None, None) => out.text += &format!("{line}\n"),
            (Some((info, body)), Some(_)) => {
                let slot = if info.contains("fails") { &mut out.failing } else { &mut out.mended };
                out.driven |= info.ends_with("driven");
                *slot = Some(std::mem::take(body));
                fence = None;
            }
            (Some((_, body)), None) => *body += &format!("{line}\n"),
        }
    }
    out.text = out.text.trim().to_owned();
    Some(out)
}

/// A whole scenario file with an example in it: its sections, and in those its entries, replace those of the same name. One
/// that extends another is whole by itself.
pub fn complete(example: &str) -> String {
    if example.lines().any(|l| l.starts_with("extends:")) {
        return example.to_owned();
    }
    let (mut own, mut out) = (sections(example), String::new());
    for (name, lines) in sections(BASE) {
        let (mine, others): (Vec<_>, Vec<_>) = own.into_iter().partition(|(n, _)| *n == name);
        own = others;
        match &mine[..] {
            [] => out.extend(lines.iter().flat_map(|l| [l, "\n"])),
            // A section as a block keeps the entries that the example does not name.
            [(_, own)] if own.len() > 1 => {
                let names: Vec<&str> = own.iter().filter_map(|l| entry(l)).collect();
                let mut kept = true;
                out.extend([own[0], "\n"]);
                for line in &lines[1..] {
                    kept = entry(line).map_or(kept, |name| !names.contains(&name));
                    out.extend([line, "\n"].into_iter().filter(|_| kept));
                }
                out.extend(own[1..].iter().flat_map(|l| [l, "\n"]));
            }
            all => out.extend(all.iter().flat_map(|(_, lines)| lines).flat_map(|l| [l, "\n"])),
        }
    }
    out.extend(own.iter().flat_map(|(_, lines)| lines).flat_map(|l| [l, "\n"]));
    out
}

/// Lines by the key at their left margin.
fn sections(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut out: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.starts_with(' '), out.last_mut()) {
            (true, Some((_, lines))) => lines.push(line),
            _ => out.push((line.split(':').next().unwrap_or(line), vec![line])),
        }
    }
    out
}

/// Name of the entry that begins on a line of a section.
fn entry(line: &str) -> Option<&str> {
    line.strip_prefix("  ").filter(|l| !l.starts_with(' ')).and_then(|l| l.split(':').next())
}
