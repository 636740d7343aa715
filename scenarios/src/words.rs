//! What a scenario says in words, for pages about it.

use crate::distribution::Distribution;
use crate::emit::Tree;

impl Distribution {
    /// Name and numbers: `normal, mean 1.35, sd 0.25, low 0.7, high 2.2`. Bounds that are none are left out.
    pub fn words(&self) -> String {
        in_words(&self.tree())
    }
}

fn in_words(fields: &[(String, Tree)]) -> String {
    let one = |(name, value): &(String, Tree)| match value {
        Tree::Scalar(text) if name == "dist" => Some(text.clone()),
        Tree::Scalar(text) if text.ends_with("inf") => None,
        Tree::Scalar(text) => Some(format!("{name} {text}")),
        Tree::List(items) => Some(items.iter().map(item).collect::<Vec<_>>().join(", ")),
        Tree::Prose(_) | Tree::Map(_) => None,
    };
    fields.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}

fn item(tree: &Tree) -> String {
    match tree {
        Tree::Map(fields) => format!("({})", in_words(fields)),
        Tree::List(items) => format!("({})", items.iter().map(item).collect::<Vec<_>>().join(", ")),
        Tree::Scalar(text) | Tree::Prose(text) => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::Distribution;

    #[test]
    fn distributions_are_told_in_words() {
        let normal = Distribution::Normal { mean: 1.35, sd: 0.25, low: f64::NEG_INFINITY, high: 2.2 };
        assert_eq!(normal.words(), "normal, mean 1.35, sd 0.25, high 2.2");
        assert_eq!(Distribution::Uniform { low: 8.0, high: 12.5 }.words(), "uniform, low 8, high 12.5");
        let parts = vec![(0.5, Distribution::Constant { value: 1.0 }), (0.5, Distribution::Constant { value: 2.0 })];
        assert_eq!(
            Distribution::Mixture { parts }.words(),
            "mixture, (weight 0.5, constant, value 1), (weight 0.5, constant, value 2)"
        );
    }
}
