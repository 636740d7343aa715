//! The picture of a small world.

use super::*;
use nines_sim::{BuiltIn, Job, Sampling, drive_traced, testing};

fn drawn(curvature: f64) -> (Template, Vec<PreviewRollout>) {
    let template = testing::child_at_kerb(curvature);
    let rollouts = driven(&template, 12);
    (template, rollouts)
}

/// The first rollouts, by one who sees nothing.
fn driven(template: &Template, rollouts: u64) -> Vec<PreviewRollout> {
    let policy = BuiltIn::new("blind", &[]).unwrap();
    let job = Job { template, policy: (&policy).into(), seed: 3, sampling: Sampling::Stratified, batch: 1, chosen: None };
    let one = |k: u64| {
        let concrete = template.draw(3, Sampling::Stratified, k);
        let (outcome, trace) = drive_traced(&job, k);
        PreviewRollout { stratum: usize::from(concrete.stratum), params: concrete.params, outcome, trace }
    };
    (0..rollouts).map(one).collect()
}

fn picture(curvature: f64) -> String {
    let (template, rollouts) = drawn(curvature);
    preview(&Preview { title: "A child & a van", subtitle: "blind", template: &template, rollouts: &rollouts })
}

#[test]
fn a_picture_holds_what_is_there_and_stays_small() {
    let svg = picture(0.0);
    for words in
        ["A child &amp; a van", "dashing (hazard)", "waiting", "van", "child, up to", "ego, 8.", "true to scale", "10 m", "end"]
    {
        assert!(svg.contains(words), "{words} is missing from\n{svg}");
    }
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
    assert!(svg.len() < 60_000, "{} bytes", svg.len());
    assert_eq!(svg, picture(0.0));
}

/// Four children beside each other have one name.
#[test]
fn members_of_a_group_share_a_label() {
    let (mut template, _) = drawn(0.0);
    let child = template.actors.iter().position(|a| a.name == "child").unwrap();
    let mut kids: Vec<_> =
        (1..5).map(|n| nines_sim::ActorTemplate { name: format!("kids_{n}"), ..template.actors[child].clone() }).collect();
    kids.iter_mut().for_each(|kid| kid.cues.clear());
    template.actors.extend(kids);
    let rollouts = driven(&template, 4);
    let svg = preview(&Preview { title: "", subtitle: "", template: &template, rollouts: &rollouts });
    assert!(svg.contains("kids 1 to 4, up to ") && !svg.contains("kids 1,") && !svg.contains("kids 2"), "{svg}");
}

#[test]
fn a_bend_is_drawn_true_to_scale() {
    let svg = picture(0.02);
    assert!(svg.contains("true to scale") && svg.contains("end"));
}

#[test]
fn hazards_are_warm_and_come_first() {
    let (template, rollouts) = drawn(0.0);
    let groups = groups::of(&template, &rollouts);
    assert_eq!((groups[0].name.as_str(), groups[0].color), ("dashing", "#cf222e"));
    assert!(groups.iter().skip(1).all(|g| !g.hazard));
}

#[test]
fn a_straight_map_puts_metres_where_they_belong() {
    let (template, rollouts) = drawn(0.0);
    let of = Preview { title: "", subtitle: "", template: &template, rollouts: &rollouts };
    let view = View::of(&of, 90.0, (50.0, 950.0), 60.0);
    let (a, b) = (view.at((0.0, 0.0)), view.at((10.0, 2.0)));
    assert!((b.0 - a.0 - 10.0 * view.along).abs() < 1e-9 && (a.1 - b.1 - 2.0 * view.along * view.stretch).abs() < 1e-9);
    // From 8 m before the start to 8 m behind the end place over the whole width.
    assert!((view.along - 900.0 / 106.0).abs() < 1e-9, "{}", view.along);
}

/// A failure is drawn small, at the moment it fails; what did not fail has no such picture.
#[test]
fn a_thumbnail_shows_the_moment_of_failure() {
    let (template, rollouts) = drawn(0.0);
    let (failed, passed): (Vec<_>, Vec<_>) = rollouts.into_iter().partition(|r| r.outcome.failed());
    let at_s = failed[0].outcome.failed_s.unwrap();
    let first = failed.into_iter().next().unwrap();
    let picture = thumbnail(&template, first, "a <b>").unwrap();
    // Frames are a tenth of a second apart.
    assert!(picture.failed_s >= at_s - 1e-9 && picture.failed_s < at_s + 0.1, "{} {at_s}", picture.failed_s);
    assert!(picture.speed_mps > 1.0);
    let svg = &picture.svg;
    for words in ["<title>a &lt;b&gt;</title>", "Top view, ", "child", "#24292f", "#c4622d"] {
        assert!(svg.contains(words), "{words} is missing from\n{svg}");
    }
    // It can be put into a page as it is: no name or address that another picture would share.
    assert!(!svg.contains("NaN") && !svg.contains(" id=") && !svg.contains("xmlns") && !svg.contains("url("));
    assert!(svg.len() < 6_000, "{} bytes", svg.len());
    assert!(passed.into_iter().all(|r| thumbnail(&template, r, "").is_none()));
}

#[cfg(feature = "png")]
#[test]
fn the_picture_can_be_drawn() {
    assert!(crate::png(&picture(0.0), 1.0).unwrap().len() > 10_000);
}

/// A child between two parked cars, and a name that is longer than the gap: it lies on none of them, and has a line to the child.
#[test]
fn names_cover_nothing_that_stands_there() {
    let (mut template, _) = drawn(0.0);
    let place = |a: &nines_sim::ActorTemplate| a.name == "van";
    let van = template.actors.iter().find(|a| place(a)).unwrap().clone();
    for (k, apart) in [-18.0, -12.0, -6.0, 6.0, 12.0].into_iter().enumerate() {
        let mut other = nines_sim::ActorTemplate { name: format!("parked_{}", k + 1), ..van.clone() };
        if let nines_sim::Motion::Fixed(spec) = &mut other.motion {
            spec.s_m = Value::Add(Box::new(spec.s_m.clone()), Box::new(Value::Const(apart)));
        }
        template.actors.push(other);
    }
    let rollouts = driven(&template, 12);
    let of = Preview { title: "", subtitle: "", template: &template, rollouts: &rollouts };
    let view = View::of(&of, 90.0, (LEFT, WIDTH - RIGHT), 62.0);
    let scene = Scene { preview: &of, groups: groups::of(&template, &rollouts), view, end_m: 90.0 };
    let labels = labels::labels(&scene);
    assert_eq!(labels.len(), 4, "{labels:#?}"); // the ego, the van, the child, the parked cars
    for (k, label) in labels.iter().enumerate() {
        assert!(labels[..k].iter().all(|other| !label.covers(other)), "{label:?}");
        assert_eq!(labels::Drawn::of(&scene).boxes_under(label), 0.0, "{label:?}");
    }
    assert!(labels.iter().any(labels::Label::has_leader), "{labels:#?}");
}
