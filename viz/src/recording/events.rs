//! Events in words.

use nines_sim::{ActorFrame, Criterion, CueKind, Frame, Motion, TracedActor, Verdict};
use rerun::{TextLog, TextLogLevel};

use super::actors::LIT;
use super::palette::{AMBER, FAILED, PASSED, WHITE, rgba};
use super::{RecordingError, Scene};

const LAMPS: [&str; 5] = ["brake lamps", "indicator", "warning lamps", "stop arm", "flashing lamps"];
/// Braking harder than this is worth a word, m/s^2.
const HARD_MPS2: f64 = 3.0;
/// A cue that changes by more than this is worth a word.
const CUE: f64 = 0.2;
/// Speeds at and above which somebody has set out, m/s.
const SET_OUT_MPS: f64 = 0.3;

/// Logs what happened between the frame before and this one.
pub fn log(scene: &Scene, step: usize, frame: &Frame) -> Result<(), RecordingError> {
    let drive = &scene.of.shown;
    let earlier = &drive.trace.frames[..step];
    for (k, actor) in drive.active() {
        seen(scene, k, actor, frame, earlier)?;
        moved(scene, k, actor, frame, earlier)?;
        shown(scene, actor, &frame.actors[k], earlier.last().map(|f| &f.actors[k]))?;
    }
    signals(scene, frame, earlier.last())?;
    ego(scene, step, frame, earlier.last())?;
    for (k, criterion) in Criterion::ALL.iter().enumerate() {
        let failed = |f: &Frame| f.margins[k] <= 0.0;
        // Progress is judged at the end: until then its margin only says what is still to be driven.
        let judged = *criterion != Criterion::NoProgress && scene.of.template.criteria.contains(criterion);
        if judged && failed(frame) && !earlier.last().is_some_and(failed) {
            say(scene, TextLogLevel::ERROR, &format!("{} fails", criterion.name().replace('_', " ")))?;
        }
    }
    if drive.failed_frame() == Some(step) {
        say(scene, TextLogLevel::ERROR, &drive.verdict())?;
    } else if step == drive.last() && drive.outcome.verdict == Verdict::Pass {
        let text = TextLog::new(drive.verdict()).with_level(TextLogLevel::INFO);
        scene.rec.log("log", &text.with_color(rgba(PASSED, 255)))?;
    }
    Ok(())
}

fn say(scene: &Scene, level: &str, text: &str) -> Result<(), RecordingError> {
    let color = match level {
        TextLogLevel::ERROR => FAILED,
        TextLogLevel::WARN => AMBER,
        _ => WHITE,
    };
    Ok(scene.rec.log("log", &TextLog::new(text).with_level(level).with_color(rgba(color, 255)))?)
}

/// Comes into sight, is detected, is told of, goes out of sight.
fn seen(scene: &Scene, k: usize, actor: &TracedActor, frame: &Frame, earlier: &[Frame]) -> Result<(), RecordingError> {
    if !scene.of.shown.matters(k) {
        return Ok(());
    }
    let (now, before) = (&frame.actors[k], earlier.last().map(|f| &f.actors[k]));
    let away = away(scene, now, frame);
    // What begins now, and whether it began before.
    let begins = |is: fn(&ActorFrame) -> bool| {
        let again = if earlier.iter().any(|f| is(&f.actors[k])) { " again" } else { "" };
        (is(now) && !before.is_some_and(is)).then_some(again)
    };
    if let Some(again) = begins(|a| a.visible) {
        say(scene, TextLogLevel::INFO, &format!("{} comes into sight{again}, {away:.1} m away", actor.name))?;
    }
    // Missed and found again is what the states show; a line each would bury the rest.
    if begins(|a| a.detected) == Some("") {
        say(scene, TextLogLevel::INFO, &format!("{} is detected, {away:.1} m away", actor.name))?;
    }
    if let Some(again) = begins(|a| a.observed.is_some()) {
        say(scene, TextLogLevel::INFO, &format!("the policy is told of {}{again}", actor.name))?;
    }
    if before.is_some_and(|b| b.visible) && !now.visible {
        say(scene, TextLogLevel::INFO, &format!("{} goes out of sight", actor.name))?;
    }
    let taken = |a: &ActorFrame| a.observed.map(|o| o.class).filter(|class| *class != a.class);
    if let Some(class) = taken(now).filter(|_| before.and_then(taken) != taken(now)) {
        say(scene, TextLogLevel::WARN, &format!("{} is taken for {}", actor.name, class.name().replace('_', " ")))?;
    }
    Ok(())
}

fn away(scene: &Scene, now: &ActorFrame, frame: &Frame) -> f64 {
    let (x, y) = scene.of.shown.centre(frame);
    (now.x_m - x).hypot(now.y_m - y)
}

/// Triggers: agents change their mode, others set out.
fn moved(scene: &Scene, k: usize, actor: &TracedActor, frame: &Frame, earlier: &[Frame]) -> Result<(), RecordingError> {
    let (now, Some(before)) = (&frame.actors[k], earlier.last().map(|f| &f.actors[k])) else { return Ok(()) };
    let ego = || format!("ego {:.1} m away at {:.1} m/s", away(scene, now, frame), frame.ego.speed_mps);
    if let Motion::Agent(agent) = &scene.of.template.actors[k].motion {
        let by = now.fired.map_or(String::new(), |fired| format!(" by {}", fired.name()));
        let name = |mode: Option<u8>| mode.and_then(|m| agent.modes.get(usize::from(m))).map(|m| m.name.replace('_', " "));
        if let (Some(from), Some(to)) = (name(before.mode), name(now.mode))
            && from != to
        {
            say(scene, TextLogLevel::WARN, &format!("{}: {from} → {to}{by}, {}", actor.name, ego()))?;
        }
        return Ok(());
    }
    let goes = |a: &ActorFrame| a.vx_mps.hypot(a.vy_mps) > SET_OUT_MPS;
    if goes(now) && !earlier.iter().any(|f| goes(&f.actors[k])) {
        // It takes a step or more to be that fast.
        let fired = earlier.iter().rev().map(|f| &f.actors[k]).chain([now]).find_map(|a| a.fired);
        let by = fired.map_or(String::new(), |fired| format!(" by {}", fired.name()));
        say(scene, TextLogLevel::WARN, &format!("{} sets out{by}, {}", actor.name, ego()))?;
    }
    Ok(())
}

/// Lamps, and cues as the policy is told of them.
fn shown(scene: &Scene, actor: &TracedActor, now: &ActorFrame, before: Option<&ActorFrame>) -> Result<(), RecordingError> {
    for (lamp, name) in LAMPS.iter().enumerate() {
        let lit = |a: &ActorFrame| a.lamps[lamp] > LIT;
        match (before.is_some_and(lit), lit(now)) {
            (false, true) => say(scene, TextLogLevel::INFO, &format!("{}: {name} on", actor.name))?,
            (true, false) => say(scene, TextLogLevel::INFO, &format!("{}: {name} off", actor.name))?,
            _ => {}
        }
    }
    for (i, cue) in CueKind::ALL.iter().enumerate() {
        let level = |a: &ActorFrame| a.observed.map(|o| o.cues[i]).filter(|level| level.is_finite());
        let news = match (before.and_then(level), level(now)) {
            (Some(before), Some(now)) => (now - before).abs() > CUE,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if let Some(level) = level(now).filter(|_| news) {
            say(scene, TextLogLevel::INFO, &format!("cue of {}: {} {level:.2}", actor.name, cue.name()))?;
        }
    }
    Ok(())
}

fn signals(scene: &Scene, frame: &Frame, before: Option<&Frame>) -> Result<(), RecordingError> {
    for (k, state) in frame.signals.iter().enumerate() {
        if before.is_some_and(|b| b.signals.get(k) != Some(state)) {
            let name = ["green", "amber", "red"][usize::from((*state).min(2))];
            say(scene, TextLogLevel::INFO, &format!("signal {k} turns {name}"))?;
        }
    }
    Ok(())
}

/// Hard braking, lamps, horn and requests of the ego.
fn ego(scene: &Scene, step: usize, frame: &Frame, before: Option<&Frame>) -> Result<(), RecordingError> {
    let hard = |f: &Frame| f.ego.accel_mps2 < -HARD_MPS2;
    if hard(frame) && !before.is_some_and(hard) {
        let speed = frame.ego.speed_mps;
        say(scene, TextLogLevel::WARN, &format!("ego brakes harder than {HARD_MPS2} m/s², at {speed:.1} m/s"))?;
    }
    if step == scene.of.shown.last() {
        // Nothing is asked any more: no answer puts a lamp out.
        return Ok(());
    }
    let [lamp, horn, help] = before.map_or([0.0; 3], |f| f.signs);
    if frame.signs[0] != lamp {
        let name = match frame.signs[0] {
            1.0 => "left indicator on",
            -1.0 => "right indicator on",
            2.0 => "hazard lamps on",
            _ => "indicator off",
        };
        say(scene, TextLogLevel::INFO, &format!("ego: {name}"))?;
    }
    if frame.signs[1] > 0.0 && horn <= 0.0 {
        say(scene, TextLogLevel::INFO, "ego: horn")?;
    }
    if frame.signs[2] > 0.0 && help <= 0.0 {
        say(scene, TextLogLevel::WARN, "ego asks for remote help")?;
    }
    Ok(())
}
