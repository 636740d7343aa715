//! Which scenarios a word means: a name, a glob, or `tag:` and a tag.

/// Whether a pattern means a scenario of this name and these tags.
pub fn is_meant(pattern: &str, name: &str, tags: &[String]) -> bool {
    match pattern.strip_prefix("tag:") {
        Some(tag) => tags.iter().any(|t| t == tag),
        None => matches(pattern, name),
    }
}

/// Whether a name matches a glob: `*` for any characters, `?` for one. Takes time in proportion to both lengths multiplied, at most.
pub fn matches(glob: &str, name: &str) -> bool {
    let (glob, name): (Vec<char>, Vec<char>) = (glob.chars().collect(), name.chars().collect());
    let (mut g, mut n) = (0, 0);
    // Behind the last star, and the first character that it has not swallowed yet.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match (glob.get(g), star) {
            (Some('*'), _) => {
                g += 1;
                star = Some((g, n));
            }
            (Some(wanted), _) if *wanted == '?' || *wanted == name[n] => (g, n) = (g + 1, n + 1),
            (_, Some((behind, swallowed))) => {
                star = Some((behind, swallowed + 1));
                (g, n) = (behind, swallowed + 1);
            }
            (_, None) => return false,
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_names() {
        for (glob, name, fits) in [
            ("*", "child-at-curb", true),
            ("*curb*", "child-at-curb", true),
            ("child-*", "child-at-curb", true),
            ("child", "child-at-curb", false),
            ("ch?ld-at-curb", "child-at-curb", true),
            ("*-at", "child-at-curb", false),
            ("*-at-*b", "child-at-curb", true),
            ("*b*b", "child-at-curb", false),
            ("", "child-at-curb", false),
            ("**", "", true),
        ] {
            assert_eq!(matches(glob, name), fits, "{glob} {name}");
        }
    }

    #[test]
    fn many_stars_take_no_time() {
        assert!(!matches(&"a*".repeat(3_000), &"a".repeat(2_999)));
    }

    #[test]
    fn tags_are_whole_words() {
        let tags = ["vru".to_owned()];
        assert!(is_meant("tag:vru", "x", &tags) && !is_meant("tag:vr", "x", &tags) && is_meant("x", "x", &tags));
    }
}
