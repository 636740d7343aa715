//! The page that says what is shown.

use nines_sim::Criterion;

use super::{Drive, Scene};

/// Title, verdict, margins and a key to the colours, as Markdown.
pub fn text(scene: &Scene) -> String {
    let (main, template) = (&scene.of.shown, scene.of.template);
    let mut out = format!("# {}\n\n**{}**\n\n", plain(scene.of.title), plain(&main.verdict()));
    if let Some(marks) = scene.of.marks {
        let moments = marks.moments().map(|m| format!("{} {:.1} s", m.name, m.time_s));
        let words = (!marks.words.is_empty()).then(|| plain(&marks.words)).into_iter().chain(moments);
        out += &format!("Looking back: {}\n\n", words.collect::<Vec<_>>().join("; "));
    }
    let (o, states) = (main.outcome, latent_states(scene));
    out += &format!("Scenario {}, rollout {}, {} steps, {:.1} s\n\n", plain(&template.name), o.rollout, o.steps, o.end_s);
    if !states.is_empty() {
        let hazard = if hazard(scene) { " (the hazard)" } else { "" };
        let words: Vec<String> = states.iter().map(|(latent, state)| format!("{latent} is {state}")).collect();
        out += &format!("Hidden from the policy: {}{hazard}\n\n", plain(&words.join(", ")));
    }
    out += &margins(scene);
    out += &figures(main);
    if let Some(beside) = &scene.of.beside {
        out += &format!("Beside it, in pink: {}, {}\n\n", plain(beside.driver), plain(&beside.verdict()));
        out += &figures(beside);
    }
    out += &others(scene);
    out += "Solid boxes are the truth (violet: hidden from the sensor). Cyan outlines are what the policy is told, amber where it takes \
            them for something else. Violet ground: shadows in which a child could stand unseen.\n";
    out
}

/// A table of margins; a second column for what is beside.
fn margins(scene: &Scene) -> String {
    let (main, beside) = (&scene.of.shown, scene.of.beside.as_ref());
    let mut out = match beside {
        None => "| criterion | smallest margin |\n|---|---|\n".to_owned(),
        Some(b) => format!("| criterion | {} | {} |\n|---|---|---|\n", plain(main.driver), plain(b.driver)),
    };
    for (k, criterion) in Criterion::ALL.iter().enumerate() {
        if scene.of.template.criteria.contains(criterion) {
            let second = beside.map_or(String::new(), |b| format!(" {:.2} |", b.outcome.margins[k]));
            out += &format!("| {} | {:.2} |{second}\n", criterion.name().replace('_', " "), main.outcome.margins[k]);
        }
    }
    out + "\n"
}

fn figures(drive: &Drive) -> String {
    let o = drive.outcome;
    let ttc = o.min_ttc_s.map_or("never on a collision course".into(), |s| format!("smallest time to collision {s:.1} s"));
    format!(
        "Nearest {:.1} m; {ttc}; hardest braking {:.1} m/s²; {:.1} s lost\n\n",
        o.min_distance_m, o.max_decel_mps2, o.time_lost_s
    )
}

fn others(scene: &Scene) -> String {
    let others = scene.of.others;
    if others.is_empty() {
        return String::new();
    }
    let mut out = format!("In grey: {} others", others.len());
    if scene.of.left_out > 0 {
        out += &format!("; {} more are left out", scene.of.left_out);
    }
    out += "\n\n| rollout | ended | |\n|---|---|---|\n";
    for drive in others {
        out += &format!("| {} | {:.1} s | {} |\n", drive.outcome.rollout, drive.outcome.end_s, plain(&drive.verdict()));
    }
    out + "\n"
}

/// The latent variables of this world with their states.
pub fn latent_states<'a>(scene: &'a Scene) -> Vec<(&'a str, &'a str)> {
    let template = scene.of.template;
    let states = template.strata.get(usize::from(scene.of.shown.outcome.stratum)).map_or(&[][..], |s| &s.states);
    let pairs = template.latents.iter().zip(states);
    pairs.filter_map(|(latent, state)| Some((latent.name.as_str(), latent.states.get(usize::from(*state))?.as_str()))).collect()
}

/// Whether this world holds the hazard.
pub fn hazard(scene: &Scene) -> bool {
    scene.of.template.strata.get(usize::from(scene.of.shown.outcome.stratum)).is_some_and(|s| s.hazard)
}

/// Text of others as it stands: nothing in it is a link, a picture or a heading.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ';' | ':' | '/' | '%' | '\'' | '"' | '=') => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
    }
    // What looks like an address would become a link.
    out.replace("://", ":\\/\\/")
}
