//! The page: whole, self-contained, escaped.

mod parts;

use super::*;
use crate::sample::campaign;
use crate::summary::OddSummary;

pub(super) fn context() -> ReportContext {
    ReportContext {
        folder: "campaigns/common-sense-001".into(),
        command: Some("nines run --policy common-sense --odd whole-city --rollouts 100000 --seed 5120633148902117".into()),
        provenance: vec![("threads".into(), "8".into()), ("wall time".into(), "5.1 s".into())],
        faults: vec![("child-at-curb/5".into(), "step 3, panic\n<b>no</b>".into())],
        ..ReportContext::default()
    }
}

/// Start tags must be closed in order, void elements excepted.
pub(super) fn assert_well_formed(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let tag = &rest[..rest.find('>').unwrap()];
        let name = tag.split([' ', '\n']).next().unwrap();
        match name {
            "!DOCTYPE" | "meta" | "br" => {}
            close if close.starts_with('/') => assert_eq!(open.pop(), Some(&close[1..]), "before {rest:.80}"),
            name => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_page_is_whole_and_self_contained() {
    let page = html(&campaign(), &context());
    assert_well_formed(&page);
    for word in ["http:", "https:", "<script", "src=", "@import", "url("] {
        assert!(!page.contains(word), "{word}");
    }
    for s in &campaign().scenarios {
        // The place lies inside of what is folded, so that a link to it opens it.
        assert!(page.contains(&format!("<div class=\"inside\" id=\"{}\">", s.name)));
    }
    assert!(page.contains("nines replay campaigns/common-sense-001 child-at-curb/70211"));
    assert!(page.contains("[1.2e-2, 1.5e-2]"));
    assert!(page.contains("not validated against road tests"));
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    let page = html(&campaign(), &context());
    let levels: Vec<u32> = page.match_indices("<h").filter_map(|(at, _)| page[at + 2..].chars().next()?.to_digit(10)).collect();
    assert_eq!(levels[0], 1);
    assert_eq!(levels.iter().filter(|&&l| l == 1).count(), 1);
    assert!(levels.windows(2).all(|w| w[1] <= w[0] + 1), "{levels:?}");
}

#[test]
fn every_table_has_a_caption_and_every_picture_a_name() {
    let page = html(&campaign(), &context());
    let tables = page.matches("<table").count();
    assert_eq!(tables, page.matches("<caption>").count());
    // A picture has a name and a description; the strips of a chart are passed over, for their numbers stand in the same row.
    let pictures = page.matches("role=\"img\"").count();
    assert!(pictures > 0 && pictures == page.matches("<desc").count());
    let hidden_or_inner = page.matches("<svg aria-hidden").count()
        + page.matches("<svg class=\"defs\" aria-hidden").count()
        + page.matches("<svg class=\"sample\" aria-hidden").count()
        + page.matches("<svg class=\"at\"").count()
        + page.matches("<svg x=\"0\" y=\"0\"").count();
    assert_eq!(page.matches("<svg").count(), pictures + hidden_or_inner);
    assert_eq!(page.matches("<th ").count(), page.matches("scope=").count());
}

#[test]
fn what_others_wrote_is_escaped() {
    let mut campaign = campaign();
    campaign.policy.name = "<script>alert(1)</script>".into();
    campaign.scenarios[0].name = "a\"b<i>".into();
    campaign.scenarios[0].causes[0].with = Some("<b>&".into());
    campaign.warnings = vec!["<img src=x>".into()];
    let page = html(&campaign, &context());
    assert_well_formed(&page);
    for raw in ["<script", "<i>", "<b>&", "<img"] {
        assert!(!page.contains(raw), "{raw}");
    }
}

#[test]
fn an_empty_campaign_still_makes_a_page() {
    let mut campaign = campaign();
    campaign.scenarios.clear();
    campaign.odds.clear();
    let page = html(&campaign, &ReportContext::default());
    assert_well_formed(&page);
    assert!(page.contains("No scenario was driven."));
}

#[test]
fn limits_margins_and_odds_are_explained_where_they_stand() {
    let page = html(&campaign(), &context());
    assert!(page.contains("minus the logarithm of the one-sided upper 95% limit"));
    assert!(page.contains("A margin says how far a rollout stayed from failing"));
    assert!(page.contains("corrects refutations for their number"));
}

#[test]
fn an_odd_stands_beside_human_rates_and_says_what_it_leaves_out() {
    let page = html(&campaign(), &context());
    for text in [
        "<h2 id=\"odd-whole-city\">On the road: whole-city</h2>",
        "do without 2 of its 8 scenarios",
        "pedestrian-behind-van (no natural prior)",
        "The profile excludes tram-stop: no tram runs here.",
        "sum of 6",
        "Persons killed &lt;all roads&gt;",
        "0.43 to 1.5",
        "Counts every crash, whoever caused it.",
        "class=\"human dashed\"",
        "exercise 2 of the 3 values",
        "<span class=\"gap\">roundabout</span>",
    ] {
        assert!(page.contains(text), "{text}");
    }
    // ln 1.3, ln 1.2, ln 2.25 over their sum: 20.9%, 14.5%, 64.6%
    for share in ["21% of that is sampling", "15% natural priors", "65% exposures"] {
        assert!(page.replace("</strong>", "").contains(share), "{share}");
    }
    // Only a line that may be compared is solid.
    assert_eq!((page.matches("class=\"human\"").count(), page.matches("class=\"human dashed\"").count()), (3, 1));
}

#[test]
fn names_of_parts_are_unique_with_several_odds() {
    let mut campaign = campaign();
    let mut second = campaign.odds[0].clone();
    second.name = "limited-urban".into();
    second.probability = None;
    campaign.odds.push(second);
    campaign.odds.push(OddSummary { name: "closed-campus".into(), ..campaign.odds[0].clone() });
    let page = html(&campaign, &context());
    assert_well_formed(&page);
    let mut ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
    assert!(page.contains("Nothing can be said of this ODD as a whole"));
}
