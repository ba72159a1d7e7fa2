use std::collections::HashSet;

use db::ChannelChanges;

use super::*;

fn device(id: i64, name: &str) -> DeviceRow {
    DeviceRow { id, organisation_id: 1, name: name.into(), driver: "url".into(), enabled: true, ..Default::default() }
}

fn channel(id: i64, organisation_id: OrganisationId, name: &str, stake_m: i64) -> ChannelRow {
    let road_code = "G42".to_owned();
    ChannelRow {
        id,
        device_id: 1,
        organisation_id,
        name: name.into(),
        road_code,
        stake_m: Some(stake_m),
        ..Default::default()
    }
}

fn directory() -> Directory {
    let channels = vec![
        channel(1, 1, "far", 14_000),
        channel(2, 1, "near", 12_100),
        channel(3, 2, "nearest", 12_310),
        channel(4, 2, "elsewhere", 90_000),
    ];
    Directory::new(vec![device(1, "nvr")], channels, Membership::default())
}

fn found(directory: &Directory, places: &[OrganisationId], filter: &ChannelFilter) -> Vec<i64> {
    let places: Vec<_> = places.iter().map(|id| (*id, Seen::All)).collect();
    directory.find(&places, filter).iter().map(|row| row.id).collect()
}

fn query(text: &str) -> ChannelFilter {
    ChannelFilter { query: text.into(), ..Default::default() }
}

#[test]
fn a_stake_finds_what_is_near_it_nearest_first() {
    let known = directory();
    assert_eq!(found(&known, &[1, 2], &query("K12+300")), [3, 2, 1]);
    assert_eq!(found(&known, &[1, 2], &query("g42 k12+300")), [3, 2, 1]);
    assert!(found(&known, &[1, 2], &query("G15 K12+300")).is_empty());
    assert_eq!(found(&known, &[1], &query("K12+300")), [2, 1], "only in the places that are asked for");
    assert_eq!(found(&known, &[1, 2], &query("near")), [2, 3], "along the road within each place");
    let ids = Some(HashSet::from([1, 4]));
    assert_eq!(found(&known, &[2, 1], &ChannelFilter { ids, ..Default::default() }), [4, 1]);
}

#[test]
fn of_an_organisation_that_is_seen_in_part_only_that_is_found() {
    let mut known = directory();
    let group = |id| db::GroupRow { id, organisation_id: 1, ..Default::default() };
    [5, 6].into_iter().for_each(|id| known.membership.put(group(id)));
    [(5, 2), (5, 4), (6, 4)].into_iter().for_each(|(id, channel)| known.membership.join(id, channel));
    let part = [(1, Seen::Some(HashSet::from([2]))), (2, Seen::All)];
    let ids = |filter: &ChannelFilter| known.find(&part, filter).iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(ids(&query("")), [2, 3, 4]);
    assert_eq!(ids(&query("K14+000")), [3, 2], "the far one of the first organisation is not seen");
    assert_eq!(ids(&ChannelFilter { group: Some(5), ..query("") }), [2, 4]);
    assert_eq!(ids(&ChannelFilter { group: Some(6), ..query("near") }), [0; 0]);
    let place = |id| known.place(known.channel(id).unwrap());
    assert!(place(4).is_of(5) && place(4).is_of(6) && place(2).is_of(5) && !place(2).is_of(6) && !place(1).is_of(5));
}

#[test]
fn what_changes_is_found_anew_and_what_goes_is_not() {
    let mut known = directory();
    let renamed =
        ChannelRow { main_stream: Some("road/k1".into()), code: Some("7".into()), ..channel(1, 2, "moved", 0) };
    known.change(vec![renamed], &[3]);
    assert_eq!(found(&known, &[2], &query("")), [1, 4]);
    assert_eq!(found(&known, &[1], &query("")), [2]);
    assert!(known.by_stream(&"ch/1".parse().unwrap()).is_none() && known.by_code("7") == Some(1));
    assert_eq!(known.by_stream(&"road/k1".parse().unwrap()).map(|row| row.id), Some(1));
    known.put_device(device(1, "renamed"));
    assert_eq!(found(&known, &[1, 2], &query("renamed")), [2, 1, 4], "channels are found by their device");
    assert!(found(&known, &[1, 2], &query("nvr")).is_empty());
    let mut gone = known.remove_devices(&[1]);
    gone.sort_unstable();
    assert_eq!(gone, [1, 2, 4]);
    assert!(known.count() == 0 && known.by_code("7").is_none() && known.device_named(1, "renamed").is_none());
}

/// What the goals for lists and trees stand on: a search of 100,000 channels is a matter of milliseconds. Here only that the
/// result is right; `viaduct bench` measures.
#[test]
fn a_hundred_thousand_channels_are_searched() {
    let channels = (1..=100_000).map(|id| channel(id, id % 1000 + 1, &format!("Camera {id}"), id * 100)).collect();
    let known = Directory::new(vec![device(1, "nvr")], channels, Membership::default());
    let places: Vec<OrganisationId> = (1..=1000).collect();
    assert_eq!(found(&known, &places, &query("camera 77777")), [77_777]);
    assert_eq!(found(&known, &places, &query("K5000+000")).len(), 41);
}

/// What the licence limits is counted as changes come, and must be what counting all would give.
#[test]
fn cameras_that_are_on_are_counted_through_every_change() {
    let on = |known: &Directory| {
        let counted = known.channels().filter(|row| {
            row.enabled && row.kind == "video" && known.device(row.device_id).is_some_and(|device| device.enabled)
        });
        assert_eq!(known.on(), counted.count());
        known.on()
    };
    let camera = |id: i64, device_id: i64| ChannelRow {
        device_id,
        kind: "video".into(),
        enabled: true,
        ..channel(id, 1, "camera", 0)
    };
    let mut known = Directory::new(
        vec![device(1, "nvr"), device(2, "other")],
        vec![camera(1, 1), camera(2, 1)],
        Membership::default(),
    );
    assert_eq!(on(&known), 2);
    let sound = ChannelRow { kind: "audio".into(), ..camera(3, 1) };
    let off = ChannelRow { enabled: false, ..camera(4, 1) };
    let step = |known: &mut Directory, changes: ChannelChanges| {
        let expected = known.on_after(&changes);
        let gone = known.remove_devices(&changes.removed_devices);
        let removed: Vec<i64> = changes.removed.into_iter().chain(gone).collect();
        known.change(changes.added.into_iter().chain(changes.changed).collect(), &removed);
        assert_eq!(on(known), expected);
    };
    step(&mut known, ChannelChanges { added: vec![sound, off.clone(), camera(5, 2)], ..Default::default() });
    assert_eq!(known.on(), 3);
    step(&mut known, ChannelChanges { changed: vec![camera(4, 1)], removed: vec![1], ..Default::default() });
    assert_eq!(known.on(), 3);
    step(&mut known, ChannelChanges { changed: vec![off], ..Default::default() });
    let idle = DeviceRow { enabled: false, ..device(1, "nvr") };
    assert_eq!(known.on_with_device(&idle), 1);
    known.put_device(idle.clone());
    assert_eq!(on(&known), 1);
    assert_eq!(known.on_with_device(&device(1, "nvr")), 2);
    let new = (idle, vec![camera(0, 0)]);
    let used = (device(0, "new"), vec![camera(0, 0), camera(0, 0)]);
    let changes = ChannelChanges { devices: vec![new, used], removed_devices: vec![2], ..Default::default() };
    assert_eq!(known.on_after(&changes), 2);
    step(&mut known, ChannelChanges { removed: vec![5], removed_devices: vec![2, 1], ..Default::default() });
    assert_eq!(known.on(), 0);
}
