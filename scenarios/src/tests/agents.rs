//! Agents, groups and demands: what authors write, what the engine gets, and what is told of mistakes.

use super::diagnostics::with;
use crate::{Code, check, parse};
use nines_sim::{Act, Criterion, EGO, Motion, Trigger, Value};

const DOG: &str = "  owner: {kind: agent, class: adult, s_m: 50, d_m: -4, modes: {walks: {do: go, dir_rad: 0, speed_mps: 1.4}}}
  dog:
    kind: agent
    class: animal
    s_m: 52
    d_m: -4
    start: {by: intent, goes: pulls, else: heels}
    modes:
      heels:
        do: held
        actor: owner
        within_m: 1.5
        next: [{when: {actor: owner, slower_mps: 0.2}, to: pulls}]
      pulls: {do: follow, actor: ego, speed_mps: 5, height_m: 0.9, next: [{when: {any: [{after_s: v_mps}, {not: {ego_gap_m: 30}}]}, to: heels}]}";

#[test]
fn an_agent_reads_compiles_and_is_written_out_again() {
    let s = parse(&with("actors", DOG), "dog.yaml").unwrap();
    let t = s.compile();
    let Motion::Agent(dog) = &t.actors[1].motion else { panic!("{:?}", t.actors[1]) };
    assert_eq!(dog.first, Value::ByLatent { latent: 0, of: vec![0.0.into(), 1.0.into()] });
    assert_eq!((dog.modes[0].act, dog.modes[1].act), (Act::Held(0), Act::Follow(EGO)));
    assert_eq!(dog.modes[0].next[0], (Trigger::Slower(0, 0.2.into()), 1.0.into()));
    assert_eq!(dog.modes[1].look.height_m, 0.9.into());
    let again = parse(&s.to_yaml(), "again.yaml").unwrap();
    assert_eq!(again, s);
    assert_eq!(again.to_yaml(), s.to_yaml());
}

/// One goes after the other, each a while after the one before; the first one by what `members` says.
#[test]
fn members_of_a_group_follow_the_one_before() {
    let row = "  kids:
    kind: agent
    class: child
    group: {count: 3, most: 3}
    s_m: 60 + 2 * member
    d_m: -4
    modes:
      waits: {do: stand, next: [{when: {actor: previous, mode: goes, for_s: 0.8}, to: goes}, {when: {ego_gap_m: {by: intent, goes: 40, else: -inf}, not: {actor: previous, mode: waits}}, to: goes}]}
      goes: {do: go, speed_mps: 2}
  cars: {kind: agent, class: car, group: {count: 2, most: 2}, s_m: 20 - 12 * member, d_m: 3.5, modes: {drives: {do: drive, behind: previous, d_m: 3.5, speed_mps: 8}}}
  walkers: {kind: walker, class: adult, group: {count: 2, most: 2}, s_m: 90 + member, d_m: -4, after: previous, go_lag_s: 1, members: {1: {go_time_s: 2}}}";
    let s = parse(&with("actors", row), "row.yaml").unwrap_or_else(|d| panic!("{d:#?}"));
    let t = s.compile();
    let modes = |k: usize| match &t.actors[k].motion {
        Motion::Agent(agent) => &agent.modes,
        other => panic!("{other:?}"),
    };
    assert_eq!(modes(0)[0].next[0].0, Trigger::Time(f64::INFINITY.into()));
    assert_eq!(modes(1)[0].next[0].0, Trigger::InMode(0, 1, 0.8.into()));
    assert_eq!(modes(2)[0].next[0].0, Trigger::InMode(1, 1, 0.8.into()));
    assert_eq!([modes(3)[0].act, modes(4)[0].act], [Act::Drive(None), Act::Drive(Some(3))]);
    let after = |k: usize| match &t.actors[k].motion {
        Motion::Walker { after, .. } => *after,
        other => panic!("{other:?}"),
    };
    assert_eq!([after(5), after(6)], [None, Some(5)]);
    assert_eq!(parse(&s.to_yaml(), "again.yaml").unwrap(), s);
    // What the first one does in a mode that goes after another must be said.
    let follows = "  kids: {kind: agent, class: child, group: {count: 2, most: 2}, s_m: 60, d_m: -4 - member, modes: {goes: {do: follow, actor: previous, speed_mps: 2}}}";
    let all = check(&with("actors", follows), "follows.yaml").diagnostics;
    assert_eq!(all.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::UnknownActor], "{all:#?}");
    assert!(all[0].message.contains("nobody before it") && all[0].help.contains("members"), "{all:#?}");
}

/// Fields of later versions are written only where they say something, so that the fingerprints of older files stay.
#[test]
fn later_fields_are_written_where_they_say_something() {
    let zone = |more: &str| with("-", "") + &format!("zones: [{{kind: slippery, from_m: 20, to_m: 90, friction: 0.2{more}}}]\n");
    let plain = parse(&zone(""), "a.yaml").unwrap();
    assert!(!plain.to_yaml().contains("above_mps") && !plain.to_yaml().contains("dark_"));
    let said = parse(&(zone(", above_mps: 20") + "sensing: {dark_from_s: 3, dark_to_s: 5}\n"), "b.yaml");
    let said = said.unwrap_or_else(|d| panic!("{d:#?}"));
    assert!(said.to_yaml().contains("above_mps: 20"));
    assert_eq!(parse(&said.to_yaml(), "again.yaml").unwrap(), said);
}

const KIDS: &str = "  kids:
    kind: walker
    class: child
    group: {count: v_mps / 4, most: 3}
    each: {place_m: {dist: uniform, low: 0, high: 4, source: A}}
    members: {2: {go_time_s: {by: intent, goes: 1, else: inf}}}
    s_m: 60 + place_m + member
    d_m: -3";

#[test]
fn a_group_gives_members_that_draw_for_themselves() {
    let s = parse(&with("actors", KIDS), "kids.yaml").unwrap();
    let t = s.compile();
    let names: Vec<&str> = t.actors.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["kids_1", "kids_2", "kids_3"]);
    let params: Vec<&str> = t.params.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(params, ["v_mps", "kids_1_place_m", "kids_2_place_m", "kids_3_place_m"]);
    // 8 to 12 m/s give a count of 2 to 3: at 9 m/s the third is not there.
    let there = |k: usize, v: f64| t.actors[k].active.at(&[v, 1.0, 2.0, 3.0], &[0]);
    assert_eq!([there(0, 9.0), there(1, 9.0), there(2, 9.0), there(2, 11.0)], [1.0, 1.0, 0.0, 1.0]);
    let Motion::Walker { spec, .. } = &t.actors[2].motion else { panic!() };
    assert_eq!(spec.s_m.at(&[9.0, 1.0, 2.0, 3.5], &[0]), 66.5);
    assert_eq!(parse(&s.to_yaml(), "again.yaml").unwrap(), s);
    // Members that are there in one state alone.
    let some = KIDS.replace("    d_m: -3", "    d_m: -3\n    active: {by: intent, goes: 1, else: 0}");
    let s = parse(&with("actors", &some), "kids.yaml").unwrap();
    let there = |state: u8| s.compile().actors[0].active.at(&[9.0, 1.0, 2.0, 3.0], &[state]);
    assert_eq!([there(0), there(1)], [0.0, 1.0]);
    assert_eq!(parse(&s.to_yaml(), "again.yaml").unwrap(), s);
}

#[test]
fn a_demand_belongs_to_its_criterion_and_is_about_whom_it_names() {
    let demands = "
  demands:
    - {of: [kids, bike], gap_m: {by: class, cyclist: 1.5, else: 1}, or_below_mps: 5.6, source: A}
    - {when: {actor: kids, nearer_m: 9}, below_mps: v_mps, within_s: 2, source: A}
    - {moving: true, total_s: 60, source: A}";
    let actors = format!("{KIDS}\n  bike: {{kind: vehicle, class: cyclist, s_m: 30, d_m: -1}}");
    let text = with("actors", &actors).replace("  fail: [speeding]", &format!("  fail: [speeding]{demands}"));
    let s = parse(&text, "demands.yaml").unwrap();
    assert_eq!(s.demands.len(), 6);
    let t = s.compile();
    let kinds: Vec<Criterion> = t.demands.iter().map(|d| d.criterion()).collect();
    assert_eq!(kinds[..4], [Criterion::Clearance; 4]);
    assert_eq!(kinds[4..], [Criterion::SituationSpeed, Criterion::Blocking]);
    assert!(kinds.iter().all(|c| t.criteria.contains(c)) && t.criteria.contains(&Criterion::Speeding));
    assert_eq!(t.demands[3].keep, nines_sim::Keep::Gap(1.5.into(), 5.6.into()));
    assert!(matches!(&t.demands[4].when, Trigger::Any(list) if list.len() == 3));
    assert_eq!(parse(&s.to_yaml(), "again.yaml").unwrap(), s);
}

#[test]
fn mistakes_of_agents_groups_and_demands_are_named() {
    use Code::*;
    let agent =
        |modes: &str| format!("  a: {{kind: agent, class: adult, s_m: {{by: intent, goes: 1, else: 2}}, modes: {modes}}}");
    let demand = |d: &str| format!("  fail: [speeding]\n  demands: [{d}]");
    let kids = |change: (&str, &str)| KIDS.replace(change.0, change.1);
    let cases: Vec<(&str, String, &[Code])> = vec![
        ("actors", agent("{}"), &[TooMany]),
        ("actors", agent("{w: {do: stan}}"), &[UnknownKind]),
        // The other fields are read all the same: without modes, with a start that is none, or with modes that cannot be read.
        ("actors", "  a: {kind: agent, class: adult, s_mm: 50}".into(), &[MissingField, UnknownField]),
        (
            "actors",
            "  a: {kind: agent, class: adult, start: {by: intent, goes: w}, s_mm: 5, modes: {w: {do: stand}}}".into(),
            &[MissingState, UnknownField],
        ),
        ("actors", agent("{w: {do: stan}}, nonsense: 4"), &[UnknownField, UnknownKind]),
        (
            "actors",
            "  a: {kind: agent, class: adult, group: {count: 2, most: 2}, nonsense: 4}".into(),
            &[MissingField, UnknownField],
        ),
        (
            "actors",
            "  a: {kind: agent, class: adult, group: {count: 2, most: 2}, members: {2: {nonsense: 4}}, modes: {w: {do: stand}}}"
                .into(),
            &[UnknownField],
        ),
        ("actors", agent("{w: {do: stand, next: [{when: {time_s: 2}, to: v}]}}"), &[UnknownMode]),
        ("actors", agent("{w: {do: stand, next: [{when: {}, to: w}]}}"), &[MissingField]),
        ("actors", agent("{w: {do: stand, next: [{when: {time: 2}, to: w}]}}"), &[UnknownField]),
        ("actors", agent("{w: {do: follow, actor: b}}"), &[UnknownActor]),
        ("actors", agent("{w: {do: held, actor: a}}"), &[Cycle]),
        ("actors", agent("{w: {do: held, actor: ego}}"), &[UnknownActor]),
        ("actors", agent("{w: {do: stand, next: [{when: {actor: a, mode: x}, to: w}]}}"), &[UnknownMode]),
        ("actors", agent("{w: {do: stand, next: [{when: {signal: 1, shows: blue}, to: w}]}}"), &[UnknownKind]),
        ("actors", kids(("most: 3", "most: 0")), &[OutOfRange]),
        ("actors", kids(("most: 3", "most: 33")), &[OutOfRange]),
        ("actors", kids(("{2: {", "{4: {")), &[OutOfRange]),
        ("actors", kids(("60 + place_m", "60 + plase_m")), &[UnknownParameter]),
        ("actors", kids(("    group: {count: v_mps / 4, most: 3}\n", "")), &[MissingField]),
        ("criteria", demand("{below_mps: 5}"), &[MissingField]),
        ("criteria", demand("{below_mps: 5, moving: true, source: A}"), &[MissingField]),
        ("criteria", demand("{gap_m: 1, source: A}"), &[MissingField]),
        ("criteria", demand("{of: childs, gap_m: 1, source: A}"), &[UnknownActor]),
        ("criteria", demand("{of: 'class:car', gap_m: 1, source: A}"), &[UnknownClass]),
        ("criteria", demand("{lamp: top, source: A}"), &[UnknownKind]),
        ("criteria", demand("{below_mps: 5, within_s: 1, total_s: 2, source: A}"), &[DuplicateEntry]),
        ("criteria", "  fail: [clearance]".into(), &[UnknownCriterion]),
    ];
    for (section, text, codes) in cases {
        let found = check(&with(section, &text), "small.yaml").diagnostics;
        let names = |all: &[Code]| {
            let mut names: Vec<&str> = all.iter().map(|c| c.name()).collect();
            names.sort();
            names
        };
        let got: Vec<Code> = found.iter().map(|d| d.code).collect();
        assert_eq!(names(&got), names(codes), "{text}\n{found:#?}");
        assert!(found.iter().all(|d| d.line > 4), "{found:#?}");
    }
}
