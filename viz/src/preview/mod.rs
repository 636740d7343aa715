//! A scenario at a glance: the road from above with who starts where and goes which way, the ego's speed along it, and who is
//! where when. Colours tell latent states apart.

mod actors;
mod charts;
mod groups;
mod labels;
mod legend;
mod map;
mod thumbnail;
mod view;

pub use thumbnail::thumbnail;

use crate::canvas::{Canvas, INK, MUTED};
use groups::Group;
use nines_sim::{Outcome, Template, Trace, Value};
use view::View;

/// What is shown.
#[derive(Debug)]
pub struct Preview<'a> {
    /// What happens, in a few words.
    pub title: &'a str,
    /// What else the heading says: name, policy, seed.
    pub subtitle: &'a str,
    /// The scenario.
    pub template: &'a Template,
    /// Its drawn encounters.
    pub rollouts: &'a [PreviewRollout],
}

/// A drawn encounter.
#[derive(Debug)]
pub struct PreviewRollout {
    /// Index into the strata of the template.
    pub stratum: usize,
    /// Values of the parameters.
    pub params: Vec<f64>,
    /// What came of it.
    pub outcome: Outcome,
    /// All of it.
    pub trace: Trace,
}

impl PreviewRollout {
    /// A value of the template in this encounter.
    fn value(&self, template: &Template, value: &Value) -> f64 {
        value.at(&self.params, &template.strata[self.stratum].states)
    }
}

const WIDTH: f64 = 1000.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 16.0;

/// What all parts of the picture read.
struct Scene<'a> {
    preview: &'a Preview<'a>,
    groups: Vec<Group>,
    view: View,
    /// End place in the farthest encounter, m.
    end_m: f64,
}

impl Scene<'_> {
    fn rollouts(&self) -> impl Iterator<Item = (&PreviewRollout, &Group)> {
        let group = |r: &PreviewRollout| self.groups.iter().find(|g| g.strata.contains(&r.stratum));
        self.preview.rollouts.iter().filter_map(move |r| Some((r, group(r)?)))
    }

    /// The encounter that stands for a group: its first failure, else its first.
    fn chosen(&self, group: &Group) -> Option<&PreviewRollout> {
        let mut own = self.preview.rollouts.iter().filter(|r| group.strata.contains(&r.stratum));
        let first = own.clone().next();
        own.find(|r| r.outcome.failed()).or(first)
    }

    /// The group whose representative has its times written out: the first.
    fn main(&self) -> Option<(&Group, &PreviewRollout)> {
        let group = self.groups.first()?;
        Some((group, self.chosen(group)?))
    }
}

/// Draws a preview as SVG.
pub fn preview(preview: &Preview) -> String {
    let end = |r: &PreviewRollout| r.value(preview.template, &preview.template.ego.end_m);
    let end_m = preview.rollouts.iter().map(end).filter(|x| x.is_finite()).fold(1.0, f64::max);
    let groups = groups::of(preview.template, preview.rollouts);
    let view = View::of(preview, end_m, (LEFT, WIDTH - RIGHT), 62.0);
    let scene = Scene { preview, groups, view, end_m };
    let mut canvas = Canvas::new(WIDTH);
    canvas.text((16.0, 28.0), "start", 17.0, &format!(r#"fill="{INK}" font-weight="bold""#), preview.title);
    canvas.text((16.0, 47.0), "start", 12.0, &format!(r#"fill="{MUTED}""#), preview.subtitle);
    map::draw(&scene, &mut canvas);
    actors::draw(&scene, &mut canvas);
    let mut y = scene.view.bottom() + 36.0;
    y = charts::speeds(&scene, &mut canvas, y) + 44.0;
    let below = charts::places(&scene, &mut canvas, y);
    let legend = legend::draw(&scene, &mut canvas, y - 6.0);
    let description = format!(
        "Seen from above: the road, and {} drawn encounters coloured by latent state. Below: the ego's speed along the road, and places over time.",
        preview.rollouts.len()
    );
    canvas.finish(below.max(legend) + 12.0, preview.title, &description)
}

#[cfg(test)]
mod tests;
