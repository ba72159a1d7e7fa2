use std::process::Command;

use proptest::prelude::*;

use super::*;

fn table(rows: &[&[&str]]) -> Table {
    let texts = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let row = |(index, row): (usize, &&[&str])| Row { number: index + 2, cells: texts(row) };
    Table { heading: texts(rows[0]), rows: rows[1..].iter().enumerate().map(row).collect() }
}

#[test]
fn what_is_written_is_read_again() {
    let written = table(&[
        &["名称", "code", "note"],
        &["沪蓉高速 K128+300", "0340", "=1+1"],
        &["a,b\n\"c\"", "-73.5", "@x"],
        &["-", "+8613800000000", "x"],
    ]);
    assert_eq!(read(&write_csv(&written)), Ok(written.clone()));
    assert_eq!(read(&write_xlsx(&written).unwrap()), Ok(written));
}

#[test]
fn nothing_that_is_written_is_a_formula() {
    let written = table(&[&["a"], &["=HYPERLINK(\"x\")"], &["-3"], &["+1x"], &["＝1+1"], &["＠x"]]);
    let text = String::from_utf8(write_csv(&written)).unwrap();
    assert!(text.contains("'=HYPERLINK") && text.contains("'+1x") && text.contains("\r\n-3"), "{text}");
    assert!(text.contains("'＝1+1") && text.contains("'＠x"), "{text}");
    assert_eq!(read(text.as_bytes()), Ok(written));
}

#[test]
fn tables_of_chinese_spreadsheets_are_read() {
    let (gbk, _, _) = encoding_rs::GBK.encode("名称;桩号\n收费站;K12+300\n\n;\n隧道;K13+000\n");
    let found = read(&gbk).unwrap();
    assert_eq!(found.heading, ["名称", "桩号"]);
    let rows: Vec<_> = found.rows.iter().map(|row| (row.number, row.cells[0].as_str())).collect();
    assert_eq!(rows[0], (2, "收费站"));
    assert_eq!(rows.last().map(|row| row.1), Some("隧道"));
}

#[test]
fn what_is_no_table_is_refused() {
    assert_eq!(read(b""), Err(SheetError::Empty));
    assert_eq!(read(b"\n\n , \n"), Err(SheetError::Empty));
    assert!(matches!(read(b"PK\x03\x04nothing"), Err(SheetError::Damaged(_))));
    assert!(matches!(read(b"\xff\xff\x00a"), Err(SheetError::Damaged(_))));
    assert_eq!(read("x,".repeat(MAX_COLUMNS + 1).as_bytes()), Err(SheetError::TooLarge));
    assert_eq!(read(&vec![b'x'; MAX_CELL + 1]), Err(SheetError::TooLarge));
}

#[test]
fn a_file_that_unpacks_to_too_much_is_refused() {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..=MAX_UNPACKED >> 20 {
        std::io::Write::write_all(&mut archive, &zeros).unwrap();
    }
    let packed = archive.finish().unwrap().into_inner();
    assert!(packed.len() < 1 << 20, "{}", packed.len());
    assert_eq!(read(&packed), Err(SheetError::TooLarge));
}

/// Python's openpyxl, an independent program, writes what we read and reads what we write.
#[test]
fn another_program_reads_and_writes_the_same() {
    let folder = std::env::temp_dir().join(format!("viaduct-sheet-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let script = r#"
import sys, datetime, openpyxl
folder = sys.argv[1]
book = openpyxl.Workbook(); sheet = book.active
sheet.append(["名称", "stake", "heading", "day"]); sheet.append(["收费站", "K12+300", 90, datetime.date(2026, 11, 26)]); sheet.append([None, None, 1.5])
book.save(folder + "/theirs.xlsx")
ours = openpyxl.load_workbook(folder + "/ours.xlsx").active
print([[cell.value for cell in row] for row in ours.iter_rows()], ours["A2"].data_type)
"#;
    let ours = table(&[&["名称", "x"], &["=1+1", "007"]]);
    std::fs::write(folder.join("ours.xlsx"), write_xlsx(&ours).unwrap()).unwrap();
    let output = Command::new("/usr/bin/python3").args(["-c", script]).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "[['名称', 'x'], ['=1+1', '007']] s");
    let theirs = read(&std::fs::read(folder.join("theirs.xlsx")).unwrap()).unwrap();
    assert_eq!(theirs.rows[0].cells, ["收费站", "K12+300", "90", "2026-11-26"]);
    assert_eq!((theirs.rows[1].number, theirs.rows[1].cells[2].as_str()), (3, "1.5"));
    std::fs::remove_dir_all(folder).unwrap();
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        fuzz::table(&bytes);
    }

    #[test]
    fn any_table_comes_back(cells in proptest::collection::vec("[^\\p{C}'\\p{Z}][^\\p{C}\\p{Z}]{0,8}", 4)) {
        let written = Table {
            heading: vec!["a".into(), "b".into()],
            rows: cells.chunks(2).enumerate().map(|(i, cells)| Row { number: i + 2, cells: cells.to_vec() }).collect(),
        };
        prop_assert_eq!(read(&write_csv(&written)), Ok(written.clone()));
        prop_assert_eq!(read(&write_xlsx(&written).unwrap()), Ok(written));
    }
}
