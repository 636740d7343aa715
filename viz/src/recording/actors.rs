//! Actors: the truth, solid in view and dim where hidden.

use nines_sim::{ActorFrame, Frame, TracedActor};
use rerun::{Boxes3D, Clear, EntityPath, FillMode, LineStrips3D, Points3D};

use super::ego::pose;
use super::palette::{AMBER, FAILED, FLASHING, class_id, rgba};
use super::shapes::{point, ring};
use super::{RecordingError, Scene, named};

/// What is smaller than this gets a ring, to be found from above, m.
const SMALL_M: f64 = 1.2;
/// Radius of that ring, m.
const RING_M: f64 = 0.9;
/// Lamps count as lit from here on.
pub const LIT: f64 = 0.5;

/// Everything of the actors in this frame that is new.
pub fn log(scene: &Scene, frame: &Frame, previous: Option<&Frame>) -> Result<(), RecordingError> {
    for (k, actor) in scene.of.shown.active() {
        let (now, before) = (&frame.actors[k], previous.map(|f| &f.actors[k]));
        truth(scene, &actor.at(now), scene.of.shown.matters(k), now, before)?;
    }
    Ok(())
}

fn truth(
    scene: &Scene,
    actor: &TracedActor,
    matters: bool,
    now: &ActorFrame,
    before: Option<&ActorFrame>,
) -> Result<(), RecordingError> {
    let (rec, root) = (scene.rec, named("world/actors", &actor.name));
    if !now.active {
        // Gone: an agent's mode may take it away, and bring it back.
        if before.is_none_or(|b| b.active) {
            rec.log(root, &Clear::recursive())?;
        }
        return Ok(());
    }
    let before = before.filter(|b| b.active);
    let place = |a: &ActorFrame| (a.x_m, a.y_m, a.heading_rad);
    if before.map(place) != Some(place(now)) {
        rec.log(root.clone(), &pose(now.x_m, now.y_m, now.heading_rad))?;
    }
    let look = |a: &ActorFrame| (a.visible, a.class, a.size_m);
    if before.map(look) != Some(look(now)) {
        let half = point(0.5 * actor.length_m, 0.5 * actor.width_m, 0.5 * actor.height_m);
        let body = Boxes3D::from_centers_and_half_sizes([point(0.0, 0.0, 0.5 * actor.height_m)], [half])
            .with_class_ids([class_id(actor.class, now.visible)])
            .with_fill_mode(FillMode::Solid);
        let label = if now.visible { actor.name.clone() } else { format!("{} (hidden)", actor.name) };
        rec.log(&root / "box", &body.with_labels([label]).with_show_labels(matters))?;
        if matters && actor.length_m.max(actor.width_m) < SMALL_M {
            let ring = LineStrips3D::new([ring(0.0, 0.0, RING_M, 0.04)]).with_radii([0.06f32]);
            rec.log(&root / "ring", &ring.with_class_ids([class_id(actor.class, now.visible)]).with_show_labels(false))?;
        }
    }
    let lit = |a: &ActorFrame| a.lamps.map(|level| level > LIT);
    if before.map_or(lit(now).contains(&true), |b| lit(b) != lit(now)) {
        lamps(scene, &root / "lamps", actor, lit(now))?;
    }
    Ok(())
}

/// Brake lamps at both rear corners, indicator and warning lamps, stop arm to the left, flashing lamps on the roof.
fn lamps(scene: &Scene, path: EntityPath, actor: &TracedActor, lit: [bool; 5]) -> Result<(), RecordingError> {
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
