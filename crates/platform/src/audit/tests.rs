use super::*;

async fn audit() -> (tempfile::TempDir, Audit) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
    (folder, Audit::new(database, [7; KEY_LEN], |_| ()))
}

/// Five rows as they are stored.
async fn rows(audit: &Audit) -> Vec<AuditRow> {
    for actor in ["ann", "ben", "cem", "dan", "eve"] {
        let deed = Deed { actor: actor.into(), target: "x".repeat(MAX_FIELD + 9), outcome: 200, ..Deed::default() };
        audit.add(deed).await.unwrap();
    }
    audit
        .page(&AuditFilter { to_ms: i64::MAX, ..AuditFilter::default() }, i64::MAX, 10)
        .await
        .unwrap()
        .into_iter()
        .rev()
        .collect()
}

fn findings(audit: &Audit, rows: &[AuditRow]) -> Vec<Finding> {
    let (mut last, mut findings) = (Link::default(), Vec::new());
    for row in rows {
        last = audit.follow(&last, row, &mut findings);
    }
    findings
}

#[tokio::test]
async fn a_whole_log_is_found_whole() {
    let (_folder, audit) = audit().await;
    let rows = rows(&audit).await;
    assert_eq!(rows[0].target.len(), MAX_FIELD);
    let last = &rows[4];
    let head = Head { id: 5, sum: last.sum.clone() };
    assert_eq!(audit.verify(Some(&head)).await.unwrap(), Verdict { rows: 5, findings: vec![] });
    assert_eq!(audit.verify(None).await.unwrap().findings, []);
    let cut = Head { id: 7, ..head.clone() };
    assert_eq!(audit.verify(Some(&cut)).await.unwrap().findings, [Finding::Missing { from: 6, to: 7 }]);
    let other = Head { sum: vec![0; 32], ..head };
    assert_eq!(audit.verify(Some(&other)).await.unwrap().findings, [Finding::Changed { id: 5 }]);
}

#[tokio::test]
async fn each_way_of_tampering_names_its_row() {
    let (_folder, audit) = audit().await;
    let whole = rows(&audit).await;
    let changed = |change: &dyn Fn(&mut Vec<AuditRow>)| {
        let mut rows = whole.clone();
        change(&mut rows);
        findings(&audit, &rows)
    };
    assert_eq!(changed(&|_| ()), []);
    let only = |id| [Finding::Changed { id }];
    assert_eq!(changed(&|rows| rows[2].actor = "eve".into()), only(3));
    assert_eq!(changed(&|rows| rows[2].outcome = 403), only(3));
    assert_eq!(changed(&|rows| rows[2].at_ms += 1), only(3));
    assert_eq!(changed(&|rows| rows[2].sum[0] ^= 1), only(3), "and not the one behind it");
    assert_eq!(changed(&|rows| (rows[2].actor, rows[2].address) = ("ce".into(), "m".into())), only(3));
    assert_eq!(changed(&|rows| drop(rows.remove(2))), [Finding::Missing { from: 3, to: 3 }]);
    assert_eq!(changed(&|rows| drop(rows.drain(..2))), [Finding::Missing { from: 1, to: 2 }]);
    let swapped = changed(&|rows| {
        rows.swap(1, 2);
        (rows[1].id, rows[2].id) = (2, 3);
    });
    assert!(swapped.contains(&Finding::Changed { id: 2 }), "{swapped:?}");
    let closed_up = changed(&|rows| {
        rows.remove(1);
        for (index, row) in rows.iter_mut().enumerate() {
            row.id = i64::try_from(index).unwrap() + 1;
        }
    });
    assert!(closed_up.contains(&Finding::Changed { id: 2 }), "{closed_up:?}");
    let other_key = Audit { key: [8; KEY_LEN], ..audit };
    assert_eq!(findings(&other_key, &whole).first(), Some(&Finding::Changed { id: 1 }));
}
