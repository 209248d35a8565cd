use proptest::prelude::*;

use super::*;

fn link(project: usize, party: usize, points: Points) -> Link {
    Link { project, party, points, stands: false }
}

fn fresh(room: u64) -> Load {
    Load { room, is_served: false }
}

/// All choices, one after the other; the levels of the best.
fn best_of_all(market: &Market) -> Levels {
    let mut best = Levels::default();
    let mut tasks = Vec::new();
    try_all(market, 0, &mut tasks, &mut best);
    best
}

fn try_all(market: &Market, project: usize, tasks: &mut Vec<Chosen>, best: &mut Levels) {
    if project == market.projects {
        *best = (*best).max(levels(market, tasks));
        return;
    }
    try_all(market, project + 1, tasks, best);
    let of = |links: &[Link]| -> Vec<usize> {
        let all = links.iter().enumerate().filter(|(_, link)| link.project == project);
        all.map(|(at, _)| at).collect()
    };
    for own in of(&market.own) {
        for other in of(&market.other) {
            tasks.push(Chosen { project, own, other });
            if keeps_limits(market, tasks) {
                try_all(market, project + 1, tasks, best);
            }
            tasks.pop();
        }
    }
}

fn keeps_limits(market: &Market, tasks: &[Chosen]) -> bool {
    let loads_fit = |loads: &[Load], party: &dyn Fn(&Chosen) -> usize| {
        loads.iter().enumerate().all(|(at, load)| {
            let carried = tasks.iter().filter(|task| party(task) == at).count();
            u64::try_from(carried).unwrap() <= load.room
        })
    };
    let own = |task: &Chosen| market.own[task.own].party;
    let other = |task: &Chosen| market.other[task.other].party;
    loads_fit(&market.owners, &own)
        && loads_fit(&market.counterparts, &other)
        && tasks.iter().all(|task| !market.apart.contains(&(own(task), other(task))))
}

/// Small markets: up to 4 projects, 3 parties a side; some must not meet, some have tasks.
fn markets() -> impl Strategy<Value = Market> {
    let loads = || {
        prop::collection::vec((0_u64..3, any::<bool>()), 0..=3).prop_map(|loads| {
            let load = |(room, is_served)| Load { room, is_served };
            loads.into_iter().map(load).collect::<Vec<_>>()
        })
    };
    let points =
        || prop::collection::vec(prop::option::weighted(0.7, (0_i32..6, any::<bool>())), 12);
    let apart = prop::collection::btree_set((0_usize..3, 0_usize..3), 0..4);
    (0_usize..=4, loads(), loads(), points(), points(), apart).prop_map(
        |(projects, owners, counterparts, own, other, apart)| {
            let links = |found: Vec<Option<(Points, bool)>>, parties: usize| -> Vec<Link> {
                let cells = (0..projects)
                    .flat_map(|project| (0..parties).map(move |party| (project, party)));
                let each = cells.zip(found).filter_map(|((project, party), fit)| {
                    fit.map(|(points, stands)| Link { project, party, points, stands })
                });
                each.collect()
            };
            Market {
                projects,
                own: links(own, owners.len()),
                other: links(other, counterparts.len()),
                owners,
                counterparts,
                apart,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3_000) })]

    #[test]
    fn no_choice_is_better_than_the_one_chosen(market in markets()) {
        let got = choose(&market);
        prop_assert!(got.is_proved);
        prop_assert!(keeps_limits(&market, &got.tasks));
        prop_assert_eq!(got.levels, levels(&market, &got.tasks));
        prop_assert_eq!(got.levels, best_of_all(&market));
    }
}

#[test]
fn both_sides_are_chosen_at_once() {
    // Owner 0 may carry one project. Alone it would take project 0 for 9 points; counterpart 0 fits
    // project 1 only, so that project 0 cannot be covered at all.
    let market = Market {
        projects: 2,
        owners: vec![fresh(1)],
        counterparts: vec![fresh(2)],
        own: vec![link(0, 0, 9), link(1, 0, 1)],
        other: vec![link(1, 0, 1)],
        apart: BTreeSet::new(),
    };
    let got = choose(&market);
    assert_eq!(got.tasks, [Chosen { project: 1, own: 1, other: 0 }]);
    assert_eq!((got.levels.covered, got.levels.points), (1, 2));
}

#[test]
fn of_equally_good_choices_the_one_that_stands_is_taken() {
    let mut market = Market {
        projects: 1,
        owners: vec![fresh(1); 4],
        counterparts: vec![fresh(1)],
        own: (0..4).map(|party| link(0, party, 5)).collect(),
        other: vec![link(0, 0, 5)],
        apart: BTreeSet::new(),
    };
    for stands in 0..4 {
        for (at, one) in market.own.iter_mut().enumerate() {
            one.stands = at == stands;
        }
        assert_eq!(choose(&market).tasks[0].own, stands);
    }
}

#[test]
fn where_everybody_avoids_everybody_there_is_no_task() {
    let all = (0..20).flat_map(|project| (0..20).map(move |party| link(project, party, 1)));
    let links: Vec<Link> = all.collect();
    let market = Market {
        projects: 20,
        owners: vec![fresh(2); 20],
        counterparts: vec![fresh(2); 20],
        own: links.clone(),
        other: links,
        apart: (0..20).flat_map(|own| (0..20).map(move |other| (own, other))).collect(),
    };
    assert_eq!(choose(&market).tasks, []);
}
