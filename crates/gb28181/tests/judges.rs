//! Others read what we write: Python's parser of XML.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write;
use std::process::{Command, Stdio};

use gb28181::manscdp::{
    Body, CatalogInfo, CatalogItem, CatalogPart, Control, DeviceControl, Message, Query, RecordingQuery, Response,
};
use gb28181::ptz::{Motion, PtzCommand};
use gb28181::xml::{self, Element};
use gb28181::{Charset, Id, Version};

/// Reads a document as strictly as its standard asks, and prints path and text of every leaf.
///
/// Expat knows no GB2312 with bytes beyond ASCII, so the text is decoded first and its prologue left out.
const SCRIPT: &str = r#"
import sys
import xml.etree.ElementTree as tree
charset = sys.argv[1]
data = sys.stdin.buffer.read()
if charset != "utf-8":
    text = data.decode("gb18030")
    assert text.startswith('<?xml version="1.0" encoding="GB')
    data = text[text.index("?>") + 2:].encode("utf-8")
def walk(element, path):
    path = path + "/" + element.tag
    children = list(element)
    if not children:
        sys.stdout.buffer.write(f"{path}={element.text or ''}\n".encode("utf-8"))
    for child in children:
        walk(child, path)
walk(tree.fromstring(data), "")
"#;

fn judged(bytes: &[u8], charset: Charset) -> Vec<String> {
    let name = if charset == Charset::Utf8 { "utf-8" } else { "gb18030" };
    let mut python = Command::new("python3")
        .args(["-c", SCRIPT, name])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is installed");
    python.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(bytes));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn catalog() -> Message {
    let info =
        CatalogInfo { ptz_type: Some(1), contact: Some("张三 & \"李四\"".to_owned()), ..CatalogInfo::default() };
    let item = CatalogItem {
        device_id: Some(id("34020000001320000001")),
        name: Some("G4 <南> & 镕䶮".to_owned()),
        business_group: Some(id("34020000002150000001")),
        longitude: Some(118.381),
        info: Some(Box::new(info)),
        ..CatalogItem::default()
    };
    let part = CatalogPart { result: None, total: Some(1), items: vec![item] };
    Message::new(9, id("34020000001180000001"), Body::Response(Response::Catalog(part)))
}

#[test]
fn python_reads_a_catalog_in_every_charset() {
    for charset in [Charset::Gb2312, Charset::Gb18030, Charset::Utf8] {
        let leaves = judged(&catalog().write(charset, Version::V2022), charset);
        for leaf in [
            "/Response/CmdType=Catalog",
            "/Response/SN=9",
            "/Response/DeviceList/Item/Name=G4 <南> & 镕䶮",
            "/Response/DeviceList/Item/Longitude=118.381",
            "/Response/DeviceList/Item/Info/ContactInfo=张三 & \"李四\"",
        ] {
            assert!(leaves.iter().any(|it| it == leaf), "{leaf} is not in {leaves:?}");
        }
    }
}

#[test]
fn python_reads_orders_and_questions() {
    let steering =
        DeviceControl { command: gb28181::manscdp::Command::Ptz(PtzCommand::Motion(Motion::STOP).into()), info: None };
    let control = Message::new(1, id("34020000001320000001"), Body::Control(Control::DeviceControl(steering)));
    let leaves = judged(&control.write(Charset::Gb2312, Version::V2016), Charset::Gb2312);
    assert!(leaves.contains(&"/Control/PTZCmd=A50F0100000000B5".to_owned()));
    let query = Message::new(1, id("34020000001320000001"), Body::Query(Query::RecordInfo(RecordingQuery::default())));
    assert_eq!(judged(&query.write(Charset::Utf8, Version::V2016), Charset::Utf8).len(), 3);
}

#[test]
fn python_reads_what_we_made_of_documents_that_are_not_well_formed() {
    let mut odd = Element::new("1 bad:näme");
    odd.attributes = vec![("xmlns".to_owned(), "u".to_owned()), ("a".to_owned(), "\"<&\n".to_owned())];
    odd.push(Element::leaf("", "a\u{0}<b>&\u{fffe}]]>"));
    assert_eq!(judged(&xml::write(&odd, Charset::Utf8), Charset::Utf8), ["/_1badnme/_=a<b>&]]>"]);
    for broken in [
        "tests/golden/catalog_broken_tags.xml",
        "tests/golden/catalog_raw_markup.gb.xml",
        "tests/golden/record_info_cut.xml",
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(broken);
        let document = xml::parse(&std::fs::read(path).unwrap()).unwrap();
        for charset in [Charset::Gb2312, Charset::Utf8] {
            assert!(judged(&xml::write(&document.root, charset), charset).len() > 4);
        }
    }
}
