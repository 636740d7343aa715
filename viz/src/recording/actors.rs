//! Actors: the truth, solid in view and dim where hidden, and beside it what the policy is told.

use nines_sim::{ActorFrame, Frame, Observed, TracedActor};
use rerun::{Arrows3D, Boxes3D, Clear, FillMode, Points3D};

use super::ego::pose;
use super::palette::{self, AMBER, FAILED, FLASHING, HIDDEN, OBSERVED, rgba};
use super::shapes::point;
use super::{RecordingError, Scene};

/// Lamps count as lit from here on.
pub const LIT: f64 = 0.5;

/// Everything of the actors in this frame that is new.
pub fn log(scene: &Scene, frame: &Frame, previous: Option<&Frame>) -> Result<(), RecordingError> {
    for (k, actor) in scene.active() {
        let (now, before) = (&frame.actors[k], previous.map(|f| &f.actors[k]));
        let actor = &actor.at(now);
        truth(scene, actor, now, before)?;
        told(scene, actor, now, before)?;
    }
    Ok(())
}

fn truth(scene: &Scene, actor: &TracedActor, now: &ActorFrame, before: Option<&ActorFrame>) -> Result<(), RecordingError> {
    let (rec, root) = (scene.rec, format!("world/actors/{}", actor.name));
    if !now.active {
        // Gone: an agent's mode may take it away, and bring it back.
        if before.is_none_or(|b| b.active) {
            rec.log(root.as_str(), &Clear::recursive())?;
        }
        return Ok(());
    }
    let before = before.filter(|b| b.active);
    let place = |a: &ActorFrame| (a.x_m, a.y_m, a.heading_rad);
    if before.map(place) != Some(place(now)) {
        rec.log(root.as_str(), &pose(now.x_m, now.y_m, now.heading_rad))?;
    }
    let look = |a: &ActorFrame| (a.visible, a.class, a.size_m);
    if before.map(look) != Some(look(now)) {
        let color = if now.visible { rgba(palette::class(actor.class), 255) } else { rgba(HIDDEN, 255) };
        let half = point(0.5 * actor.length_m, 0.5 * actor.width_m, 0.5 * actor.height_m);
        let body = Boxes3D::from_centers_and_half_sizes([point(0.0, 0.0, 0.5 * actor.height_m)], [half]).with_colors([color]);
        let label = if now.visible { actor.name.clone() } else { format!("{} (hidden)", actor.name) };
        let body = body.with_fill_mode(FillMode::Solid).with_labels([label]).with_show_labels(true);
        rec.log(format!("{root}/box"), &body)?;
    }
    let lit = |a: &ActorFrame| a.lamps.map(|level| level > LIT);
    if before.map_or(lit(now).contains(&true), |b| lit(b) != lit(now)) {
        lamps(scene, &format!("{root}/lamps"), actor, lit(now))?;
    }
    Ok(())
}

/// Brake lamps at both rear corners, indicator and warning lamps, stop arm to the left, flashing lamps on the roof.
fn lamps(scene: &Scene, path: &str, actor: &TracedActor, lit: [bool; 5]) -> Result<(), RecordingError> {
    let (rear, side, z) = (-0.5 * actor.length_m, 0.5 * actor.width_m, 0.6 * actor.height_m);
    let [brake, indicator, warning, stop_arm, beacon] = lit;
    let mut lamps = Vec::new();
    if brake {
        lamps.extend([(point(rear, side, z), FAILED), (point(rear, -side, z), FAILED)]);
    }
    if indicator || warning {
        lamps.push((point(rear, side + 0.1, 0.8 * z), AMBER));
    }
    if warning {
        lamps.extend([(point(rear, -side - 0.1, 0.8 * z), AMBER), (point(-rear, side, 1.5 * z), AMBER)]);
    }
    if stop_arm {
        lamps.push((point(0.25 * actor.length_m, side + 0.6, z), FAILED));
    }
    if beacon {
        lamps.extend([(point(0.0, 0.3, actor.height_m + 0.2), FLASHING), (point(0.0, -0.3, actor.height_m + 0.2), FLASHING)]);
    }
    let (points, colors): (Vec<_>, Vec<_>) = lamps.into_iter().map(|(p, c)| (p, rgba(c, 255))).unzip();
    scene.rec.log(path, &Points3D::new(points).with_colors(colors).with_radii([0.14f32]))?;
    Ok(())
}

/// Outline, label and velocity of what the observation says.
fn told(scene: &Scene, actor: &TracedActor, now: &ActorFrame, before: Option<&ActorFrame>) -> Result<(), RecordingError> {
    let root = format!("world/observed/{}", actor.name);
    match now.observed {
        Some(observed) => outline(scene, &root, actor, now, &observed),
        None if before.is_some_and(|b| b.observed.is_some()) => Ok(scene.rec.log(root.as_str(), &Clear::recursive())?),
        None => Ok(()),
    }
}

fn outline(scene: &Scene, root: &str, actor: &TracedActor, now: &ActorFrame, o: &Observed) -> Result<(), RecordingError> {
    let speed = o.vx_mps.hypot(o.vy_mps);
    // An observation has no heading of its own here: drawn along its velocity, or where it stands as the truth is.
    let heading = if speed > 0.8 { o.vy_mps.atan2(o.vx_mps) } else { now.heading_rad };
    let half = point(0.5 * actor.length_m + 0.08, 0.5 * actor.width_m + 0.08, 0.5 * actor.height_m + 0.08);
    let turn = rerun::Quaternion::from_xyzw([0.0, 0.0, (0.5 * heading).sin() as f32, (0.5 * heading).cos() as f32]);
    let color = rgba(OBSERVED, 255);
    let mistaken = o.class != actor.class;
    let body = Boxes3D::from_centers_and_half_sizes([point(o.x_m, o.y_m, 0.5 * actor.height_m)], [half])
        .with_quaternions([turn])
        .with_colors([if mistaken { rgba(AMBER, 255) } else { color }])
        .with_radii([0.03f32])
        .with_fill_mode(FillMode::MajorWireframe)
        .with_labels([format!("taken for {}", o.class.name().replace('_', " "))])
        .with_show_labels(mistaken);
    scene.rec.log(format!("{root}/box"), &body)?;
    let arrow =
        Arrows3D::from_vectors([point(o.vx_mps, o.vy_mps, 0.0)]).with_origins([point(o.x_m, o.y_m, actor.height_m + 0.1)]);
    scene.rec.log(format!("{root}/velocity"), &arrow.with_colors([color]).with_radii([0.05f32]))?;
    Ok(())
}
