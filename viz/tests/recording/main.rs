//! Recordings, read back: a child that runs out from behind a parked van, from a trace written by hand.

mod curb;
mod read;

use curb::{CONTACT_STEP, outcome, template, trace};
use nines_sim::{
    BuiltIn, Criterion, DT, FaultKind, Frame, Job, Outcome, Sampling, Template, Trace, Verdict, drive, drive_traced,
};
use nines_viz::{Drive, Marks, Recording, RecordingError, VIEWER_VERSION};
use read::Read;
use std::path::Path;

fn of<'a>(driver: &'a str, trace: &'a Trace, outcome: &'a Outcome) -> Drive<'a> {
    Drive { driver, trace, outcome }
}

/// Writes a recording, says its size in bytes, and reads it back. `NINES_KEEP_RRD`, a folder, keeps it.
fn written(name: &str, recording: Recording) -> (u64, Read) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{name}.rrd"));
    recording.write(&path).unwrap();
    if let Ok(keep) = std::env::var("NINES_KEEP_RRD") {
        std::fs::copy(&path, Path::new(&keep).join(format!("{name}.rrd"))).unwrap();
    }
    (std::fs::metadata(&path).unwrap().len(), Read::from(&path))
}

/// Without a failure.
fn passed() -> Outcome {
    Outcome { verdict: Verdict::Pass, cause: None, with: None, failed_s: None, impact_speed_mps: None, ..outcome() }
}

#[test]
fn entities_timelines_and_layout_are_as_documented() {
    let (template, trace, outcome) = (template(), trace(), outcome());
    let marks = Marks {
        evident_s: Some(3.7),
        perceived_s: Some(3.9),
        avoidable_until_s: Some(3.5),
        scored_s: Some(3.8),
        words: "anticipation: avoidable only before it was evident".into(),
    };
    let recording = Recording::of("idm in child-at-curb/70211", &template, of("idm", &trace, &outcome)).marked(&marks);
    let (bytes, read) = written("marked", recording);
    assert!((20_000..1_000_000).contains(&bytes), "{bytes} bytes");
    let entities = read.entities();
    for path in [
        "/about",
        "/log",
        "/plots/controls/accel",
        "/plots/controls/asked",
        "/plots/controls/speed",
        "/plots/curvature/driven",
        "/plots/decisive/shown",
        "/plots/distance/shown",
        "/plots/margins/collision",
        "/plots/margins/no_progress",
        "/plots/margins/off_road",
        "/plots/margins/speeding",
        "/plots/mind/belief",
        "/plots/mind/cues/child/gaze",
        "/plots/mind/truth",
        "/state/outcome/idm",
        "/state/sight/child",
        "/state/signal/0",
        "/state/truth/intent",
        "/world",
        "/world/actors/child",
        "/world/actors/child/box",
        "/world/actors/van/lamps",
        "/world/ego",
        "/world/ego/box",
        "/world/ego/range",
        "/world/failure",
        "/world/follow",
        "/world/marks/avoidable_until",
        "/world/observed/child/box",
        "/world/observed/child/velocity",
        "/world/paths/ego",
        "/world/road/surface",
        "/world/sight/shadows/van",
    ] {
        assert!(entities.contains(path), "{path} is missing from {entities:#?}");
    }
    // Who does not exist in this world is not there.
    assert!(!entities.iter().any(|path| path.contains("absent")));
    for path in ["/world/ego", "/plots/margins/collision", "/log"] {
        assert_eq!(read.timelines(path).into_iter().collect::<Vec<_>>(), ["sim_time", "step", "to_event"], "{path}");
    }
    assert_eq!(read.opens_on(), "sim_time");
    let views = read.views();
    for name in
        ["Chase", "States", "Margin of collision (fails at 0)", "All margins", "Truth (1: hazard), belief, cues", "Events"]
    {
        assert!(views.iter().any(|view| view == name), "{name} is missing from {views:?}");
    }
    assert!(views.iter().any(|view| view.starts_with("From above: FAILED: collision with child, impact at 4.9 m/s")));
}

#[test]
fn marks_are_drawn_at_their_times_and_said_in_the_log() {
    let (template, trace, outcome) = (template(), trace(), outcome());
    let marks = Marks { avoidable_until_s: Some(3.5), words: "too late by far".into(), ..Marks::default() };
    let (_, read) = written("late", Recording::of("", &template, of("idm", &trace, &outcome)).marked(&marks));
    for (path, time_s) in [("/plots/margins/marks/avoidable_until", 3.5), ("/plots/margins/marks/failed", 4.8)] {
        let ends = read.values(path, "sim_time");
        assert_eq!(ends.iter().map(|end| end.1).collect::<Vec<_>>(), [-3.0, 10.0], "{path}");
        assert!(ends.iter().all(|end| (end.0 - time_s).abs() < 2e-6), "{path}: {ends:?}");
    }
    assert!(!read.entities().iter().any(|path| path.ends_with("/evident")));
    let log = read.texts("/log", "TextLog:text");
    assert!(log.iter().any(|line| line == "last chance to avoid, ego at 12.0 m/s"), "{log:?}");
    assert!(log.iter().any(|line| line == "too late by far"));
    assert!(log.iter().any(|line| line.starts_with("child sets out, ego ")));
    assert!(log.iter().any(|line| line == "child is taken for adult"));
    assert!(log.iter().any(|line| line == "cue of child: posture 0.60"), "{log:?}");
    let about = read.texts("/about", "TextDocument:text").concat();
    assert!(about.contains("too late by far; last chance to avoid 3.5 s"), "{about}");
    assert!(about.contains("Hidden from the policy: intent is dashing (the hazard)"), "{about}");
}

#[test]
fn the_clock_to_the_event_ends_with_it() {
    let (template, trace) = (template(), trace());
    let failed_s = 4.0;
    let outcome = Outcome { failed_s: Some(failed_s), ..outcome() };
    let (_, read) = written("clock", Recording::of("", &template, of("idm", &trace, &outcome)));
    // It goes on for 0.8 s after the failure, at which it opens.
    assert_eq!(read.opens_on(), "to_event");
    let (first, last) = (read.values("/plots/controls/speed", "to_event"), read.values("/plots/controls/speed", "sim_time"));
    assert_eq!((first[0].0, first.last().unwrap().0), (-failed_s, 0.0));
    assert!((last.last().unwrap().0 - CONTACT_STEP as f64 * DT).abs() < 1e-9);
    // Nobody fails: the nearest approach.
    let passed = passed();
    let (_, read) = written("pass", Recording::of("", &template, of("idm", &trace, &passed)));
    assert!(read.views().iter().any(|view| view.starts_with("From above: passed")));
    assert!(!read.entities().contains("/world/failure"));
    assert_eq!(read.values("/plots/controls/speed", "to_event").last().unwrap().0, 0.0);
}

#[test]
fn two_policies_are_in_one_scene_and_one_plot() {
    let (template, trace, outcome, passed) = (template(), trace(), outcome(), passed());
    let mut slower = trace.clone();
    for frame in &mut slower.frames {
        (frame.ego.x_m, frame.actors[2].x_m, frame.margins[0]) = (0.5 * frame.ego.x_m, frame.actors[2].x_m + 1.0, 7.5);
    }
    let recording = Recording::of("two", &template, of("idm", &trace, &outcome)).beside(of("careful", &slower, &passed));
    let (_, read) = written("beside", recording);
    let entities = read.entities();
    for path in [
        "/plots/controls/beside/speed",
        "/plots/margins/beside/collision",
        "/state/outcome/careful",
        "/world/beside/actors/oncoming/box",
        "/world/beside/ego/box",
        "/world/beside/path",
    ] {
        assert!(entities.contains(path), "{path} is missing from {entities:#?}");
    }
    // The child is at the same place for both, and neither hits it for the second.
    assert!(!entities.contains("/world/beside/actors/child") && !entities.contains("/world/beside/failure"));
    assert_eq!(read.values("/plots/decisive/beside", "sim_time")[3].1, 7.5);
    assert!(read.views().iter().any(|view| view == "idm (blue): collision with child; careful (pink): passed"));
    assert_eq!(read.texts("/world/failure/name", "Points3D:labels"), ["idm: collision with child"]);
}

#[test]
fn names_with_odd_characters_stay_text() {
    let odd = "a/b \"c\" [d](http://e) é|`f`\n../*";
    let (mut template, mut trace, outcome) = (template(), trace(), outcome());
    template.name = odd.into();
    (template.actors[1].name, trace.actors[1].name) = (odd.into(), odd.into());
    template.latents[0].states[1] = odd.into();
    let other = trace.clone();
    let recording = Recording::of(odd, &template, of(odd, &trace, &outcome)).beside(of(odd, &other, &outcome));
    let (_, read) = written("odd", recording);
    // One part below its parent, however it is written.
    let below = |root: &str| read.entities().iter().filter_map(|path| path.strip_prefix(root).map(parts)).max();
    assert_eq!(below("/world/actors/"), Some(2)); // itself and its box
    assert_eq!(below("/state/outcome/"), Some(1));
    let about = read.texts("/about", "TextDocument:text").concat();
    assert!(about.contains("\\[d\\]\\(http:\\/\\/e\\)"), "{about}");
    assert!(!about.contains("](http"), "{about}");
}

/// Parts of a path whose slashes inside parts are escaped.
fn parts(path: &str) -> usize {
    path.replace("\\/", "").split('/').count()
}

#[test]
fn a_trace_may_end_at_its_first_step() {
    let (template, mut trace) = (template(), trace());
    trace.frames.truncate(1);
    let outcome = Outcome { failed_s: Some(0.0), steps: 0, end_s: 0.0, ..outcome() };
    let marks = Marks { avoidable_until_s: Some(0.0), evident_s: Some(-1.0), perceived_s: Some(99.0), ..Marks::default() };
    let (_, read) = written("first", Recording::of("", &template, of("idm", &trace, &outcome)).marked(&marks));
    assert_eq!(read.texts("/state/outcome/idm", "StateChange:state"), ["collision with child"]);
    assert!(read.entities().contains("/world/failure"));
}

#[test]
fn a_fault_of_the_policy_is_a_failure_with_its_name() {
    let (template, mut trace) = (template(), trace());
    let fault = Some((FaultKind::NotFinite, 20));
    let mut outcome =
        Outcome { verdict: Verdict::Fault, cause: Some(Criterion::PolicyFault), fault, failed_s: None, with: None, ..outcome() };
    let place = Criterion::ALL.iter().position(|c| *c == Criterion::PolicyFault).unwrap();
    trace.frames.truncate(22);
    trace.frames[20].action = [f64::NAN, f64::INFINITY];
    (trace.frames[21].margins[place], outcome.margins[place], outcome.margin) = (-1000.0, -1000.0, -1000.0);
    let (_, read) = written("fault", Recording::of("", &template, of("idm", &trace, &outcome)));
    assert!(
        read.views().iter().any(|view| view.starts_with("From above: FAILED: policy fault: not finite")),
        "{:?}",
        read.views()
    );
    assert!(!read.values("/plots/controls/asked", "sim_time").iter().any(|(_, value)| !value.is_finite()));
    assert_eq!(read.texts("/state/outcome/idm", "StateChange:state").len(), 2);
}

#[test]
fn an_empty_trace_and_a_foreign_one_are_refused() {
    let (template, trace, outcome) = (template(), trace(), outcome());
    let refused = |trace: &Trace, path: &str| Recording::of("", &template, of("idm", trace, &outcome)).write(Path::new(path));
    let empty = Trace { frames: vec![], ..trace.clone() };
    assert!(matches!(refused(&empty, "x.rrd"), Err(RecordingError::Empty { .. })));
    let foreign = Trace { actors: vec![], ..trace.clone() };
    assert!(matches!(refused(&foreign, "x.rrd"), Err(RecordingError::Mismatch { .. })));
    let beside = Recording::of("", &template, of("idm", &trace, &outcome)).beside(of("b", &empty, &outcome));
    assert!(matches!(beside.write(Path::new("x.rrd")), Err(RecordingError::Empty { .. })));
    assert!(matches!(refused(&trace, "/no/such/folder/a.rrd"), Err(RecordingError::Create { .. })));
    assert!(!Path::new("x.rrd").exists());
}

/// Twenty seconds, and fifty failures over them, by the engine's own traces on a bend.
#[test]
fn recordings_stay_small() {
    let template: Template = nines_sim::testing::child_at_kerb(1.0 / 80.0);
    let policy = BuiltIn::new("idm-aeb", &[]).unwrap();
    let job =
        Job { template: &template, policy: (&policy).into(), seed: 7, sampling: Sampling::Stratified, batch: 1, chosen: None };
    let failures: Vec<u64> = drive(&job, 0..2_000).outcomes.iter().filter(|o| o.failed()).map(|o| o.rollout).take(51).collect();
    assert_eq!(failures.len(), 51);
    let driven: Vec<(Outcome, Trace)> = failures.iter().map(|rollout| drive_traced(&job, *rollout)).collect();
    let ((outcome, trace), others) = driven.split_first().unwrap();
    let mut long = trace.clone();
    // 20 s: the same again, and again.
    while long.frames.len() < 201 {
        let more: Vec<Frame> = trace.frames.iter().take(201 - long.frames.len()).cloned().collect();
        long.frames.extend(more);
    }
    for (step, frame) in long.frames.iter_mut().enumerate() {
        frame.time_s = step as f64 * DT;
    }
    let (bytes, _) = written("twenty-seconds", Recording::of("", &template, of("idm-aeb", &long, outcome)));
    assert!(bytes < 2_000_000, "{bytes} bytes");
    let others: Vec<Drive> = others.iter().map(|(outcome, trace)| of("idm-aeb", trace, outcome)).collect();
    let (bytes, read) = written("overlay", Recording::of("", &template, of("idm-aeb", trace, outcome)).over(&others, 1_234));
    assert!(bytes < 3_000_000, "{bytes} bytes");
    for path in ["/world/others/paths/egos", "/world/others/failures", "/world/others/egos", "/plots/others/speed"] {
        assert!(read.entities().contains(path), "{path} is missing");
    }
    let about = read.texts("/about", "TextDocument:text").concat();
    assert!(about.contains("50 others; 1234 more are left out"), "{about}");
    assert_eq!(read.texts("/world/others/failures", "Points3D:labels").len(), 50);
}

#[test]
fn the_viewer_that_is_asked_for_is_that_of_the_library() {
    assert_eq!(VIEWER_VERSION, rerun::build_info().version.to_string());
}
