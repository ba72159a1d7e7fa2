//! Files of pictures.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use db::SnapshotRow;
use jiff::Timestamp;
use vision::Form;

/// A folder of pictures.
#[derive(Debug)]
pub(super) struct Store {
    folder: PathBuf,
}

impl Store {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Made of numbers and of a form that is known, whatever stands in the row.
    fn path(&self, row: &SnapshotRow) -> PathBuf {
        let day = Timestamp::from_millisecond(row.taken_at_ms).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y/%m/%d");
        let form = Form::parse(&row.form).unwrap_or(Form::Jpeg);
        self.folder.join(day.to_string()).join(format!("{}.{}", row.id, form.as_str()))
    }

    /// Writes a file whole or not at all.
    pub(super) async fn write(&self, row: &SnapshotRow, bytes: Bytes) -> io::Result<()> {
        let path = self.path(row);
        let partial = path.with_extension("part");
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        let written = tokio::fs::write(&partial, bytes).await;
        match written {
            Ok(()) => tokio::fs::rename(&partial, &path).await,
            Err(error) => {
                let _full_disk = tokio::fs::remove_file(&partial).await;
                Err(error)
            }
        }
    }

    pub(super) async fn read(&self, row: &SnapshotRow) -> io::Result<Bytes> {
        Ok(tokio::fs::read(self.path(row)).await?.into())
    }

    /// Removes a file, and the folders of its day that are empty then.
    pub(super) async fn remove(&self, row: &SnapshotRow) -> io::Result<()> {
        let path = self.path(row);
        match tokio::fs::remove_file(&path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        for folder in path.ancestors().skip(1).take_while(|folder| *folder != Path::new(&self.folder)) {
            // One that is not empty is not removed.
            if tokio::fs::remove_dir(folder).await.is_err() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_are_named_by_time_and_number_and_leave_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("snapshots"));
        let row = SnapshotRow {
            id: 7,
            vhost: "../..".into(),
            app: "/".into(),
            name: "..".into(),
            channel_id: None,
            taken_at_ms: 1_795_680_000_000,
            width: 1,
            height: 1,
            bytes: 3,
            form: "../png".into(),
            sha256: String::new(),
            origin: "manual".into(),
            taken_by: "ann".into(),
            plan_id: None,
            keep_until: None,
        };
        store.write(&row, Bytes::from_static(b"jpg")).await.unwrap();
        assert!(folder.path().join("snapshots/2026/11/26/7.jpg").exists());
        assert_eq!(store.read(&row).await.unwrap(), "jpg");
        store.remove(&row).await.unwrap();
        store.remove(&row).await.unwrap();
        assert_eq!(std::fs::read_dir(folder.path().join("snapshots")).unwrap().count(), 0);
    }
}
