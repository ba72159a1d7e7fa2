use super::devices::{added, channel};
use super::*;

fn tunnels() -> GroupRow {
    GroupRow { organisation_id: 1, name: "隧道".into(), created_at: 5, version: 1, ..Default::default() }
}

#[tokio::test]
async fn groups_are_added_renamed_and_removed() {
    on_both(async |database| {
        let id = database.add_group(&tunnels()).await.unwrap();
        assert!(matches!(database.add_group(&tunnels()).await, Err(DbError::Exists)));
        let elsewhere = GroupRow { organisation_id: 77, ..tunnels() };
        assert!(matches!(database.add_group(&elsewhere).await, Err(DbError::InUse)));
        let row = GroupRow { id, ..tunnels() };
        assert_eq!(database.group(id).await.unwrap(), Some(row.clone()));
        let renamed = GroupRow { name: "bridges".into(), ..row.clone() };
        assert_eq!(database.update_group(&renamed).await.unwrap(), Changed::Done);
        assert_eq!(database.update_group(&renamed).await.unwrap(), Changed::Stale);
        assert_eq!(database.update_group(&GroupRow { id: id + 1, ..row }).await.unwrap(), Changed::Missing);
        assert_eq!(database.groups().await.unwrap(), [GroupRow { version: 2, ..renamed }]);
        assert!(database.remove_group(id).await.unwrap() && !database.remove_group(id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn members_go_with_their_channel_and_may_come_back() {
    on_both(async |database| {
        let (_, channels) = added(&database, "nvr", vec![channel("one"), channel("two"), channel("three")]).await;
        let group = database.add_group(&tunnels()).await.unwrap();
        let members = async || database.group_members().await.unwrap().remove(&group).unwrap_or_default();
        database.change_group_members(group, &channels[..2], &[]).await.unwrap();
        database.change_group_members(group, &channels[1..], &channels[..1]).await.unwrap();
        assert_eq!(members().await, channels[1..]);
        let gone = database.change_group_members(group, &[channels[0], 777], &[]).await;
        assert!(matches!(gone, Err(DbError::InUse)), "{gone:?}");
        assert_eq!(members().await, channels[1..], "whole or not at all");
        let row = database.channels().await.unwrap().remove(1);
        let removed = ChannelChanges { removed: vec![row.id], ..Default::default() };
        database.change_channels(&removed).await.unwrap();
        assert_eq!(members().await, channels[2..]);
        let memberships = vec![(group, row.id), (group + 1, row.id)];
        let back = ChannelChanges { added: vec![row], memberships, ..Default::default() };
        database.change_channels(&back).await.unwrap();
        assert_eq!(members().await, channels[1..], "a group that is gone stays so");
    })
    .await;
}

#[tokio::test]
async fn a_group_stays_while_somebody_has_a_right_for_it() {
    on_both(async |database| {
        let group = database.add_group(&tunnels()).await.unwrap();
        let grant = GrantRow {
            built_in: Some("viewer".into()),
            organisation_id: 1,
            group_id: Some(group),
            ..Default::default()
        };
        let user = database.add_user(&ann(), std::slice::from_ref(&grant)).await.unwrap();
        assert_eq!(database.grants_of(user).await.unwrap(), [grant]);
        assert!(matches!(database.remove_group(group).await, Err(DbError::InUse)));
        database.remove_user(user).await.unwrap();
        assert!(database.remove_group(group).await.unwrap());
    })
    .await;
}
