//! What the colours and signs mean, and how each group came out.

use super::actors::cross;
use super::{LEFT, Scene};
use crate::canvas::{Canvas, INK, MUTED};
use crate::numbers::counted;

const X: f64 = LEFT + 510.0;
const ROW: f64 = 19.0;
/// Letters that fit beside the charts.
const LETTERS: usize = 58;

/// Draws the legend below `top`; its lower edge.
pub fn draw(scene: &Scene, canvas: &mut Canvas, top: f64) -> f64 {
    let (ink, muted) = (format!(r#"fill="{INK}""#), format!(r#"fill="{MUTED}""#));
    let mut y = top + 6.0;
    for group in &scene.groups {
        canvas.line((X, y - 4.0), (X + 26.0, y - 4.0), &format!(r#"stroke="{}" stroke-width="3""#, group.color));
        let own = scene.rollouts().filter(|(_, g)| g.name == group.name).map(|(r, _)| &r.outcome);
        let (mut drawn, mut failed, mut causes) = (0, 0, Vec::new());
        for outcome in own {
            drawn += 1;
            failed += u64::from(outcome.failed());
            let cause = outcome.cause.filter(|_| outcome.failed()).map(|c| c.name().replace('_', " "));
            causes.extend(cause.filter(|c| !causes.contains(c)));
        }
        let hazard = if group.hazard { " (hazard)" } else { "" };
        let causes = if causes.is_empty() { String::new() } else { format!(": {}", causes.join(", ")) };
        let name = format!("{}{hazard}", group.name);
        canvas.text((X + 34.0, y), "start", 12.0, &ink, &cut(&name, LETTERS));
        y += 15.0;
        let words = format!(
            "{} drawn, {}",
            counted(drawn, "encounter"),
            if failed == 0 { "none failed".into() } else { format!("{failed} failed{causes}") }
        );
        canvas.text((X + 34.0, y), "start", 11.0, &muted, &cut(&words, LETTERS));
        y += ROW;
    }
    y += 4.0;
    let first = scene.groups.first().filter(|_| scene.groups.len() > 1).map_or(String::new(), |g| format!(", {}", g.name));
    cross(canvas, (X + 13.0, y - 4.0), INK);
    canvas.text((X + 34.0, y), "start", 11.0, &muted, "the ego's front where it fails");
    y += ROW;
    canvas.disc((X + 13.0, y - 4.0), 2.6, &format!(r#"fill="{INK}""#));
    canvas.text((X + 34.0, y), "start", 11.0, &muted, &format!("each second of one encounter{first}"));
    y += ROW;
    canvas.rect((X + 6.0, y - 9.0), (14.0, 9.0), r##"fill="#8492a6" fill-opacity="0.85" stroke="#3a3f47" stroke-width="0.8""##);
    canvas.text((X + 34.0, y), "start", 11.0, &muted, "at the start, as in that encounter; faint: in others");
    y + 6.0
}

fn cut(words: &str, letters: usize) -> String {
    if words.chars().count() <= letters {
        return words.to_owned();
    }
    words.chars().take(letters - 1).chain(['…']).collect()
}
