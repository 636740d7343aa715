//! Events in words, and the page that says what is shown.

use nines_sim::{Criterion, Frame, Verdict};
use rerun::{TextLog, TextLogLevel};

use super::actors::LIT;
use super::ego::centre;
use super::palette::{AMBER, FAILED, PASSED, WHITE, rgba};
use super::{RecordingError, Scene};
use crate::numbers::{Round, quantity};

const LAMPS: [&str; 5] = ["brake lamps", "indicator", "warning lamps", "stop arm", "flashing lamps"];
/// Braking harder than this is worth a word, m/s^2.
const HARD_MPS2: f64 = 3.0;

/// Logs what happened between the frame before and this one.
pub fn log(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let say = |level: &str, text: &str| {
        let color = match level {
            TextLogLevel::ERROR => FAILED,
            TextLogLevel::WARN => AMBER,
            _ => WHITE,
        };
        scene.rec.log("log", &TextLog::new(text).with_level(level).with_color(rgba(color, 255)))
    };
    let earlier = &scene.trace.frames[..step];
    let before = earlier.last();
    for (k, actor) in scene.active() {
        let now = &frame.actors[k];
        let (x, y) = centre(scene, frame);
        let away = (now.x_m - x).hypot(now.y_m - y);
        if now.visible && !earlier.iter().any(|f| f.actors[k].visible) {
            say(TextLogLevel::INFO, &format!("{} comes into sight, {away:.1} m away", actor.name))?;
        }
        if now.detected && !earlier.iter().any(|f| f.actors[k].detected) {
            say(TextLogLevel::INFO, &format!("{} is detected, {away:.1} m away", actor.name))?;
        }
        let told = now.observed.is_some() && !earlier.iter().any(|f| f.actors[k].observed.is_some());
        if told {
            say(TextLogLevel::INFO, &format!("the policy is told of {}", actor.name))?;
        }
        if before.is_some_and(|b| b.actors[k].visible) && !now.visible {
            say(TextLogLevel::INFO, &format!("{} goes out of sight", actor.name))?;
        }
        for (lamp, name) in LAMPS.iter().enumerate() {
            let lit = |f: &Frame| f.actors[k].lamps[lamp] > LIT;
            match (before.is_some_and(lit), lit(frame)) {
                (false, true) => say(TextLogLevel::INFO, &format!("{}: {name} on", actor.name))?,
                (true, false) => say(TextLogLevel::INFO, &format!("{}: {name} off", actor.name))?,
                _ => {}
            }
        }
    }
    for (k, state) in frame.signals.iter().enumerate() {
        if before.is_some_and(|b| b.signals.get(k) != Some(state)) {
            let name = ["green", "amber", "red"][usize::from((*state).min(2))];
            say(TextLogLevel::INFO, &format!("signal {k} turns {name}"))?;
        }
    }
    let hard = |f: &Frame| f.ego.accel_mps2 < -HARD_MPS2;
    if hard(frame) && !before.is_some_and(hard) {
        say(TextLogLevel::WARN, &format!("ego brakes harder than {HARD_MPS2} m/s², at {:.1} m/s", frame.ego.speed_mps))?;
    }
    for (k, criterion) in Criterion::ALL.iter().enumerate() {
        let failed = |f: &Frame| f.margins[k] <= 0.0;
        // Progress is judged at the end: until then its margin only says what is still to be driven.
        let judged = *criterion != Criterion::NoProgress && scene.template.criteria.contains(criterion);
        if judged && failed(frame) && !before.is_some_and(failed) {
            say(TextLogLevel::ERROR, &format!("{} fails", criterion.name().replace('_', " ")))?;
        }
    }
    if scene.failed_frame() == Some(step) {
        say(TextLogLevel::ERROR, &verdict(scene))?;
    } else if step + 1 == scene.trace.frames.len() && scene.outcome.verdict == Verdict::Pass {
        let text = TextLog::new(verdict(scene)).with_level(TextLogLevel::INFO);
        scene.rec.log("log", &text.with_color(rgba(PASSED, 255)))?;
    }
    Ok(())
}

/// How it ended, in a sentence.
fn verdict(scene: &Scene) -> String {
    let Some(failure) = scene.failure().filter(|_| scene.outcome.verdict != Verdict::Pass) else {
        let margin = quantity(scene.outcome.margin, Round::Down);
        return format!("passed; smallest margin {margin}");
    };
    let impact = scene.outcome.impact_speed_mps.map_or(String::new(), |v| format!(", impact at {v:.1} m/s"));
    let injury = scene
        .outcome
        .injury_risk
        .map_or(String::new(), |p| format!(", probability of a fatal injury {}", crate::numbers::percent(p)));
    format!("FAILED: {failure}{impact}{injury}")
}

/// Title, verdict, margins and a key to the colours.
pub fn about(scene: &Scene) -> String {
    let o = scene.outcome;
    let mut out = format!("# {}\n\n**{}**\n\n", scene.title, verdict(scene));
    out += &format!("Scenario `{}`, rollout {}, {} steps, {:.1} s\n\n", scene.template.name, o.rollout, o.steps, o.end_s);
    out += "| criterion | smallest margin |\n|---|---|\n";
    for (criterion, margin) in Criterion::ALL.iter().zip(o.margins) {
        if scene.template.criteria.contains(criterion) {
            out += &format!("| {} | {margin:.2} |\n", criterion.name().replace('_', " "));
        }
    }
    let ttc = o.min_ttc_s.map_or("never on a collision course".into(), |s| format!("smallest time to collision {s:.1} s"));
    out += &format!(
        "\nNearest {:.1} m; {ttc}; hardest braking {:.1} m/s²; {:.1} s lost\n\n",
        o.min_distance_m, o.max_decel_mps2, o.time_lost_s
    );
    out += "Solid boxes are the truth (purple: hidden from the sensor). Cyan outlines are what the policy is told, amber where it takes \
            them for something else. Purple ground: shadows in which a child could stand unseen.\n";
    out
}
