//! What looking back at a failure found out about when it could have been avoided.

/// Moments of a rollout. Who computes them decides how; here they are shown.
///
/// ```
/// let marks = nines_viz::Marks { evident_s: Some(3.2), avoidable_until_s: Some(2.9), ..Default::default() };
/// assert_eq!(marks.moments().count(), 2);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// From when on what is to be seen tells the hazard from its harmless twin, s.
    pub evident_s: Option<f64>,
    /// When the policy was first told of it, s.
    pub perceived_s: Option<f64>,
    /// Last time from which some plan still avoids the failure, s.
    pub avoidable_until_s: Option<f64>,
    /// Time up to which statements count as beliefs, s.
    pub scored_s: Option<f64>,
    /// What follows, in a sentence, as in "anticipation: avoidable only before it was evident"; empty where nothing is to be said.
    pub words: String,
}

/// One of the moments, as it is called in pictures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Last part of its path in a recording.
    pub key: &'static str,
    /// In words.
    pub name: &'static str,
    /// When, s.
    pub time_s: f64,
}

impl Marks {
    /// Those that are known, in a fixed order.
    pub fn moments(&self) -> impl Iterator<Item = Moment> {
        let all = [
            ("avoidable_until", "last chance to avoid", self.avoidable_until_s),
            ("evident", "evident", self.evident_s),
            ("perceived", "perceived", self.perceived_s),
            ("scored", "belief scored", self.scored_s),
        ];
        all.into_iter().filter_map(|(key, name, at)| at.filter(|s| s.is_finite()).map(|time_s| Moment { key, name, time_s }))
    }
}
