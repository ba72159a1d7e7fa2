//! Catalogs as devices get them wrong: what comes is kept, and what was wrong with it is told.

use super::*;
use crate::collect::{Collected, MAX_DURATION};
use crate::manscdp::Joined;
use crate::tree::Tree;

fn code(serial: u32) -> Id {
    id(&format!("34020000001320{serial:06}"))
}

/// A camera below another one.
fn item(serial: u32, parent: u32) -> CatalogItem {
    CatalogItem { device_id: Some(code(serial)), parents: Joined(vec![code(parent)]), ..CatalogItem::default() }
}

impl Bench {
    fn ask_catalog(&mut self) -> (ExchangeId, Message) {
        let query = Query::Catalog(CatalogQuery::default());
        let exchange = self.platform.ask(self.at(), &id(DEVICE), &id(DEVICE), query, &self.rules).unwrap();
        self.settle();
        (exchange, self.asked_message())
    }

    fn say_part(&mut self, asked: &Message, total: Option<u32>, items: Vec<CatalogItem>) {
        let part = CatalogPart { result: None, total, items };
        assert_eq!(self.message(&asked.answered(Said::Catalog(part))), 200);
    }

    /// The catalog, if it is done with.
    fn catalog(&mut self, exchange: ExchangeId) -> Option<Collected<CatalogItem>> {
        self.take().into_iter().find_map(|event| match event {
            Event::Answered { exchange: of, answer: Ok(answer) } if of == exchange => match *answer {
                Answer::Catalog(catalog) => Some(catalog),
                _ => None,
            },
            _ => None,
        })
    }
}

/// How many were announced and which came, message by message; then what is told of it.
struct Case {
    what: &'static str,
    parts: &'static [(Option<u32>, &'static [u32])],
    completeness: Completeness,
    items: usize,
    doubles: usize,
}

const CASES: [Case; 8] = [
    Case { what: "empty", parts: &[(Some(0), &[])], completeness: Completeness::Whole, items: 0, doubles: 0 },
    Case {
        what: "each twice",
        parts: &[(Some(2), &[1]), (Some(2), &[1]), (Some(2), &[2])],
        completeness: Completeness::Whole,
        items: 2,
        doubles: 1,
    },
    Case {
        what: "doubles counted",
        parts: &[(Some(3), &[1]), (Some(3), &[2]), (Some(3), &[2])],
        completeness: Completeness::Whole,
        items: 2,
        doubles: 1,
    },
    Case {
        what: "more than announced",
        parts: &[(Some(1), &[1, 2, 3])],
        completeness: Completeness::Whole,
        items: 3,
        doubles: 0,
    },
    Case {
        what: "fewer than announced",
        parts: &[(Some(9), &[1, 2])],
        completeness: Completeness::Stopped,
        items: 2,
        doubles: 0,
    },
    Case {
        what: "all numbers there are announced",
        parts: &[(Some(u32::MAX), &[1])],
        completeness: Completeness::Stopped,
        items: 1,
        doubles: 0,
    },
    Case {
        what: "none announced",
        parts: &[(None, &[1]), (None, &[2])],
        completeness: Completeness::Unannounced,
        items: 2,
        doubles: 0,
    },
    Case { what: "no part", parts: &[], completeness: Completeness::NoAnswer, items: 0, doubles: 0 },
];

#[test]
fn a_catalog_that_is_wrong_ends_with_what_came_and_says_what_is_wrong() {
    for Case { what, parts, completeness, items, doubles } in CASES {
        let mut bench = Bench::signed_in();
        let (exchange, asked) = bench.ask_catalog();
        for (total, serials) in parts {
            bench.say_part(&asked, *total, serials.iter().map(|serial| item(*serial, 0)).collect());
        }
        bench.pass(Duration::from_secs(125));
        let catalog = bench.catalog(exchange).unwrap_or_else(|| panic!("{what}: it never ends"));
        assert_eq!(
            (catalog.completeness, catalog.items.len(), catalog.doubles),
            (completeness, items, doubles),
            "{what}"
        );
        bench.say_part(&asked, Some(9), vec![item(9, 0)]);
        assert!(bench.catalog(exchange).is_none(), "{what}: late parts are nobody's");
        bench.assert_idle();
    }
}

#[test]
fn a_catalog_that_repeats_itself_for_ever_is_cut_off_and_so_is_one_that_always_grows() {
    for (what, new, completeness) in [("the same", 0, Completeness::Stopped), ("more", 1, Completeness::Endless)] {
        let mut bench = Bench::signed_in();
        let (exchange, asked) = bench.ask_catalog();
        let mut serial = 1;
        let begin = bench.elapsed;
        let catalog = loop {
            bench.say_part(&asked, Some(1_000_000), vec![item(serial, 0)]);
            serial += new;
            bench.pass(Duration::from_secs(4));
            if let Some(catalog) = bench.catalog(exchange) {
                break catalog;
            }
            assert!(bench.elapsed - begin < MAX_DURATION + Duration::from_secs(60), "{what}");
            if serial % 10 == 0 {
                bench.message(&keepalive());
            }
        };
        assert_eq!(catalog.completeness, completeness, "{what}");
    }
}

#[test]
fn a_catalog_that_goes_in_circles_is_a_tree_all_the_same() {
    let mut bench = Bench::signed_in();
    let (exchange, asked) = bench.ask_catalog();
    // One in itself, two in each other, and three in a circle.
    let circles = [(1, 1), (2, 3), (3, 2), (4, 5), (5, 6), (6, 4)];
    bench.say_part(&asked, Some(6), circles.iter().map(|(serial, parent)| item(*serial, *parent)).collect());
    let catalog = bench.catalog(exchange).unwrap();
    assert_eq!(catalog.completeness, Completeness::Whole);
    let tree = Tree::new(&id(DEVICE), catalog.items);
    assert_eq!((tree.nodes().len(), tree.cut().len()), (6, 2));
    let mut seen = 0;
    let mut below: Vec<Id> = tree.top().cloned().collect();
    while let Some(id) = below.pop() {
        seen += 1;
        below.extend(tree.get(id.as_str()).unwrap().children.iter().cloned());
    }
    assert_eq!(seen, 6, "each is reached from above, once");
}
