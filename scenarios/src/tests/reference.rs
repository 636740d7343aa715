//! `docs/format.md`: its tables are those of the program, and its examples have no problems.

use crate::environment::LISTS;
use crate::layout::{FORMS, Takes};
use crate::library::library;
use crate::node::{Kind, Node};
use crate::sections::USUAL;
use crate::settings::Part;
use crate::{actor, agent, check, condition, demand, rules, schema};
use nines_sim::*;
use serde_json::Value;
use std::collections::BTreeSet;

fn file() -> String {
    format!("{}/../docs/format.md", env!("CARGO_MANIFEST_DIR"))
}

fn number(x: f64) -> String {
    crate::expression::number_text(x)
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
    let rule = format!("|{}\n", "---|".repeat(head.len()));
    line(&head) + &rule + &rows.map(|r| line(&r)).collect::<String>()
}

fn code(name: &str) -> String {
    format!("`{name}`")
}

fn list<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.map(code).collect::<Vec<_>>().join(", ")
}

/// Fields of a part of the engine.
fn part<P: Part>() -> String {
    let rows = P::FIELDS.iter().map(|(name, default, about)| vec![code(name), number(*default), about.trim().to_owned()]);
    table(&["field", "default", "meaning"], rows)
}

/// A mapping or value of the library in one line.
fn line(node: &Node) -> String {
    match &node.kind {
        Kind::Number(x) => number(*x),
        Kind::Text(t, _) => t.clone(),
        Kind::List(items) => format!("[{}]", items.iter().map(line).collect::<Vec<_>>().join(", ")),
        Kind::Map(fields) => fields.iter().map(|(k, n)| format!("{} {}", k.text, line(n))).collect::<Vec<_>>().join(", "),
        Kind::Bool(b) => b.to_string(),
        Kind::Null => String::new(),
    }
}

fn without(node: &Node, fields: &[&str]) -> Node {
    let mut node = node.clone();
    fields.iter().for_each(|f| _ = node.remove(f));
    node
}

fn of(node: &Node, field: &str) -> String {
    node.get(field).map_or(String::new(), line)
}

fn templates() -> String {
    let takes = |t: Takes| match t {
        Takes::Number(usual, least, most) => (number(usual), format!("{} to {}", number(least), number(most))),
        Takes::Count(usual, least, most) => (usual.to_string(), format!("{least} to {most}")),
        Takes::Word(words) => (words[0].to_owned(), words.join(", ")),
        Takes::Truth(usual) => (usual.to_string(), "true, false".to_owned()),
        Takes::Radius(usual, least) => (number(usual), format!("{} or more, either way", number(least))),
    };
    let one = |form: &crate::layout::Form| {
        let rows = form.fields.iter().copied().flatten().map(|(name, t, about)| {
            let (usual, range) = takes(*t);
            vec![code(name), usual, range, (*about).to_owned()]
        });
        format!("**`{}`**: {}\n\n{}\n", form.name, form.about, table(&["field", "default", "may be", "meaning"], rows))
    };
    FORMS.iter().map(one).collect::<String>().trim_end().to_owned() + "\n"
}

fn conditions() -> String {
    let rows = LISTS.iter().zip(&library().conditions).flat_map(|(list, all)| {
        all.iter().map(move |(name, node)| vec![code(list), code(name), line(&without(node, &["source"])), of(node, "source")])
    });
    table(&["list", "word", "values and factors", "source"], rows)
}

/// The fields of a part of the schema that say what they mean and stand in no other table: the rest of its fields.
fn others(of: &Value, known: &[&str]) -> String {
    let mut rows = Vec::new();
    let mut enter = |prefix: &str, of: &Value| {
        for (name, field) in of["properties"].as_object().expect("properties") {
            if known.contains(&name.as_str()) {
                continue;
            }
            if let Some(about) = field["description"].as_str() {
                let usual = field.get("default").map_or(String::new(), |d| d.as_str().map_or(d.to_string(), str::to_owned));
                rows.push(vec![code(&format!("{prefix}{name}")), usual.trim_end_matches(".0").to_owned(), about.to_owned()]);
            }
        }
    };
    enter("", of);
    for (name, field) in of["properties"].as_object().expect("properties") {
        if field["properties"].is_object() && !known.contains(&name.as_str()) {
            enter(&format!("{name}."), field);
        }
    }
    table(&["field", "default", "meaning"], rows.into_iter())
}

/// Names of the fields of a part of the engine.
fn fields<P: Part>() -> Vec<&'static str> {
    P::FIELDS.iter().map(|(name, ..)| *name).collect()
}

fn generated(what: &str) -> String {
    let pairs =
        |head: &[&str], all: &[(&str, &str)]| table(head, all.iter().map(|(n, about)| vec![code(n), (*about).to_owned()]));
    match what {
        "templates" => templates(),
        "conditions" => conditions(),
        "sensing" => part::<SensingSpec>(),
        "ego" => part::<EgoSpec>(),
        "signal" => part::<SignalSpec>(),
        "zone" => part::<ZoneSpec>(),
        "common" => {
            let rows = actor::COMMON.iter().map(|(name, _, about)| vec![code(name), (*about).to_owned()]);
            table(&["field", "meaning"], rows)
        }
        "actor-more" => {
            let common = actor::COMMON.iter().map(|(name, ..)| *name);
            others(&schema::actor()["oneOf"][0], &common.chain(fields::<FixedSpec>()).collect::<Vec<_>>())
        }
        "mode-more" => others(&schema::mode(), &[fields::<PaceSpec>(), fields::<LookSpec>()].concat()),
        "condition-more" => others(&schema::condition(), &condition::NUMBERS.iter().map(|(name, ..)| *name).collect::<Vec<_>>()),
        "demand-more" => others(&schema::demand(), &demand::KEEPS.iter().map(|(name, _)| *name).collect::<Vec<_>>()),
        "sensing-more" => others(&schema::sensing(), &fields::<SensingSpec>()),
        "criteria-more" => others(&schema::criteria(), &[]),
        "fixed" => part::<FixedSpec>(),
        "walker" => part::<WalkerSpec>(),
        "vehicle" => part::<VehicleSpec>(),
        "roller" => part::<RollerSpec>(),
        "start" => part::<StartSpec>(),
        "pace" => part::<PaceSpec>(),
        "look" => part::<LookSpec>(),
        "look-alikes" => {
            let rows = Class::ALL.iter().map(|c| {
                let size = crate::actor::usual_size(*c).map(number).join(" x ");
                vec![code(c.name()), code(c.look_alike().name()), size]
            });
            table(&["class", "taken for", "length x width x height, m"], rows)
        }
        "cue" => pairs(&["field", "meaning"], &crate::cue::FIELDS),
        "cue-kinds" => {
            let row = |k: &CueKind| vec![code(k.name()), k.levels().to_owned(), k.common_sense().to_owned()];
            table(&["kind", "levels", "what `common-sense` makes of it"], CueKind::ALL.iter().map(row))
        }
        "acts" => pairs(&["`do`", "what it does"], &agent::ACTS),
        "demands" => pairs(&["field", "asks for"], &demand::KEEPS),
        "numbers" => {
            let rows = condition::NUMBERS.iter().map(|(name, .., about)| vec![code(name), (*about).to_owned()]);
            table(&["field", "holds when"], rows)
        }
        "distributions" => {
            let rows = library().distributions.iter();
            let rows = rows.map(|(name, node)| vec![code(name), line(&without(node, &["source"])), of(node, "source")]);
            table(&["name", "distribution", "source"], rows)
        }
        "cue-models" => {
            let rows = library().cues.iter().map(|(name, node)| {
                let roles = match node.get("roles").map(|n| &n.kind) {
                    Some(Kind::Map(roles)) => list(roles.iter().map(|(k, _)| k.text.as_str())),
                    _ => String::new(),
                };
                vec![code(name), of(node, "kind"), roles, of(node, "source")]
            });
            table(&["name", "kind", "roles", "source"], rows)
        }
        "rules" => {
            let all = rules();
            let value = |file: &str, name: &str| {
                let with = format!(
                    "{}rules: {file}\n",
                    super::diagnostics::with("ego", &format!("  end_m: 90 + 0 * v_mps\n  start_d_m: rules.{name}"))
                );
                let made = crate::parse(&with, "t").expect("a value");
                number(made.compile().ego.start_d_m.constant().expect("a number"))
            };
            let head: Vec<&str> = ["rule"].into_iter().chain(all.iter().map(|(n, _)| *n)).chain(["meaning"]).collect();
            let rows = crate::rules::RULES.iter().map(|(name, _, about)| {
                let values = all.iter().map(|(file, _)| value(file, name));
                std::iter::once(code(name)).chain(values).chain([(*about).to_owned()]).collect()
            });
            table(&head, rows)
        }
        "classes" => list(Class::ALL.iter().map(|c| c.name())),
        "zones" => list(crate::sections::ZONES.iter().map(|(n, _)| *n)),
        "usual" => list(USUAL.iter().map(|c| c.name())),
        "criteria" => list(Criterion::ALL.iter().filter(|c| !USUAL.contains(c)).map(|c| c.name())),
        "sources-list" | "sources" => list(library().sources.iter().map(|(n, _)| n.as_str())),
        "rules-list" => list(rules().iter().map(|(n, _)| *n)),
        "limits" => format!(
            "{MAX_ACTORS} actors, {MAX_PARAMS} parameters, {MAX_STRATA} combinations of latent states, {} named values and {MAX_MODES} modes of an agent",
            crate::sections::MAX_VALUES
        ),
        other => panic!("docs/format.md asks for `{other}`"),
    }
}

/// The page with everything between its marks written anew.
fn anew(page: &str) -> String {
    let mut out = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<!-- ") {
        let (mark, after) = after.split_once(" -->").expect("a mark that ends");
        let (kind, what) = mark.split_once(": ").unwrap_or_else(|| panic!("a mark `{mark}`"));
        let (_, after) = after.split_once("<!-- end -->").expect("its end");
        let made = match (kind, what) {
            ("list", "rules") => generated("rules-list"),
            ("list", _) => generated(what),
            ("table", _) => format!("\n{}", generated(what)),
            _ => panic!("a mark `{mark}`"),
        };
        out += &format!("{before}<!-- {mark} -->{made}<!-- end -->");
        rest = after;
    }
    out + rest
}

#[test]
fn its_tables_are_those_of_the_program() {
    let page = std::fs::read_to_string(file()).expect("the page");
    let made = anew(&page);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file(), &made).expect("a file that can be written");
    } else {
        assert!(made == page, "docs/format.md is stale: UPDATE=1 cargo test -p nines-scenarios");
    }
}

#[test]
fn its_examples_have_no_problems() {
    let page = std::fs::read_to_string(file()).expect("the page");
    let whole: Vec<&str> =
        page.split("```yaml\n").skip(1).filter_map(|b| b.split("```").next()).filter(|b| b.starts_with("schema:")).collect();
    assert!(!whole.is_empty());
    for text in whole {
        let checked = check(text, "format.md");
        assert_eq!(checked.diagnostics, []);
        assert_eq!(checked.variants.len(), 1);
    }
}

/// Every name of a field in the schema of scenario files.
fn named(of: &Value, out: &mut BTreeSet<String>) {
    match of {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                out.extend(properties.keys().cloned());
            }
            fields.values().for_each(|v| named(v, out));
        }
        Value::Array(items) => items.iter().for_each(|v| named(v, out)),
        _ => {}
    }
}

/// What may be written is told of: in a table, or in a sentence, as code.
#[test]
fn every_field_of_the_schema_is_told_of() {
    let folder = format!("{}/../docs", env!("CARGO_MANIFEST_DIR"));
    let pages = ["format.md", "distributions.md"].map(|f| std::fs::read_to_string(format!("{folder}/{f}")).expect("a page"));
    // Words between backticks and in blocks of code.
    let inside = pages.iter().flat_map(|page| page.split('`').skip(1).step_by(2));
    let words: BTreeSet<&str> = inside.flat_map(|code| code.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))).collect();
    let mut all = BTreeSet::new();
    named(&schema::schema(), &mut all);
    let missing: Vec<&String> = all.iter().filter(|name| !words.contains(name.as_str())).collect();
    assert!(all.len() > 150 && missing.is_empty(), "{} fields, not told of: {missing:?}", all.len());
}
