//! Documents that are right, and documents of devices that are not.

use proptest::prelude::*;

use super::*;
use crate::charset::Charset;

fn root(text: &str) -> Element {
    parse(text.as_bytes()).unwrap().root
}

fn names(element: &Element) -> Vec<&str> {
    element.children.iter().map(|child| child.name.as_str()).collect()
}

/// Identifiers of the whole items of a catalog.
fn items(root: &Element) -> Vec<&str> {
    let list = root.child("DeviceList").expect("a list");
    list.named("Item").filter(|item| !item.cut).filter_map(|item| item.value("DeviceID")).collect()
}

#[test]
fn a_document_is_a_tree() {
    let document = parse(
        b"<?xml version=\"1.0\"?>\r\n<Query a='1' b=\"&lt;2&gt;\">\n <CmdType> Catalog </CmdType><SN/></Query>\n",
    )
    .unwrap();
    assert_eq!((document.cut, document.repairs), (false, 0));
    let root = document.root;
    assert_eq!((root.attribute("A"), root.attribute("b")), (Some("1"), Some("<2>")));
    assert_eq!((root.value("cmdtype"), root.value("SN")), (Some("Catalog"), None));
    assert_eq!(root.text, "");
}

#[test]
fn references_are_resolved_and_nothing_else_is_expanded() {
    let text = "<!DOCTYPE Query [<!ENTITY a \"bomb\">]><Query><A>&lt;&amp;&#38;&#x4E2D;&apos;&quot;</A>\
                <B>&a; &unknown; &#0; &#xD800;&</B><C><![CDATA[<raw>&amp;]]></C><!-- <D/> --></Query>";
    let root = root(text);
    assert_eq!(root.value("A"), Some("<&&中'\""));
    assert_eq!(root.value("B"), Some("&a; &unknown;  &"));
    assert_eq!(root.value("C"), Some("<raw>&amp;"));
    assert_eq!(names(&root), ["A", "B", "C"]);
}

#[test]
fn prefixes_declarations_and_case_do_not_count() {
    let root = root("<gb:Notify xmlns='urn:x' xmlns:gb=\"urn:y\" gb:SN = 7><gb:cmdtype>Alarm</gb:cmdtype></gb:Notify>");
    assert!(root.is_named("notify"));
    assert_eq!((root.value("CmdType"), root.value("SN")), (Some("Alarm"), Some("7")));
    assert_eq!(root.attributes.len(), 1);
}

#[test]
fn raw_markup_in_text_is_text() {
    for (address, read) in [
        ("G4 & G5", "G4 & G5"),
        ("1<2", "1<2"),
        ("a < b > c", "a < b > c"),
        ("<路口>东", "<路口>东"),
        ("G4<b>1", "G4<b>1"),
        ("G4<K12 北<南", "G4<K12 北<南"),
        ("A\u{1}\u{0}B\u{7f}", "AB"),
    ] {
        let text = format!("<Response><Item><Address>{address}</Address><Status>ON</Status></Item></Response>");
        let root = root(&text);
        let item = root.child("Item").unwrap();
        assert_eq!((item.value("Address"), item.value("Status")), (Some(read), Some("ON")), "{text}");
    }
}

#[test]
fn closing_tags_may_be_wrong_doubled_or_missing() {
    for inside in [
        "<Name>x</Nmae><Status>ON</Status>",
        "<Name>x</Name></Name><Status>ON</Status>",
        "<Name>x<Status>ON</Status>",
        "<Name>x</Name></Other><Status>ON</Status></Status>",
        "<Name>x</name ><Status>ON",
    ] {
        let text = format!(
            "<Response><DeviceList><Item><DeviceID>1</DeviceID>{inside}</Item><Item><DeviceID>2</DeviceID></Item>\
             </DeviceList></Response>"
        );
        let document = parse(text.as_bytes()).unwrap();
        let item = document.root.child("DeviceList").unwrap().child("Item").unwrap();
        assert_eq!((item.value("Name"), item.value("Status")), (Some("x"), Some("ON")), "{text}");
        assert_eq!(items(&document.root), ["1", "2"], "{text}");
        assert!(!document.cut);
    }
}

#[test]
fn items_and_lists_without_their_closing_tags_are_kept_apart() {
    let text =
        "<Response><DeviceList Num='2'><Item><DeviceID>1</DeviceID><Item><DeviceID>2</DeviceID></Item></Response>";
    assert_eq!(items(&root(text)), ["1", "2"]);
    let text = "<Response><DeviceList><Item><DeviceID>1</DeviceID></Item></Item></Item><Item><DeviceID>2</DeviceID></Item></DeviceList></Response>";
    assert_eq!(items(&root(text)), ["1", "2"]);
    let text = "<Response><DeviceList Num=\"2><Item><DeviceID>1</DeviceID></Item></DeviceList></Response>";
    assert_eq!(items(&root(text)), ["1"]);
}

#[test]
fn items_that_an_unclosed_leaf_has_swallowed_come_out_again() {
    let text = "<Response><DeviceList><Item><DeviceID>1</DeviceID><Name>n<Item><DeviceID>2</DeviceID></Item>\
                <Item><DeviceID>3</DeviceID></Item></DeviceList></Response>";
    assert_eq!(items(&root(text)), ["1", "2", "3"]);
    // An outermost element of that name is no item of a list.
    let nested = root("<Item><A>1</A><Item><A>2</A></Item></Item>");
    assert_eq!(names(&nested), ["A", "Item"]);
    assert!(!parse(&write(&nested, Charset::Utf8)).unwrap().cut);
}

#[test]
fn a_document_that_ends_early_keeps_its_whole_items() {
    let whole = "<Response><SN>1</SN><DeviceList><Item><DeviceID>1</DeviceID></Item><Item><DeviceID>2</DeviceID><Name>n</Name></Item></DeviceList></Response>";
    let first_end = whole.find("</Item>").unwrap() + "</Item>".len();
    for end in first_end..whole.len() {
        let document = parse(&whole.as_bytes()[..end]).unwrap();
        let second = end >= whole.rfind("</Item>").unwrap() + "</Item>".len();
        assert_eq!(items(&document.root), if second { vec!["1", "2"] } else { vec!["1"] }, "{}", &whole[..end]);
        assert!(document.cut);
        assert_eq!(document.root.value("SN"), Some("1"));
    }
}

#[test]
fn garbage_before_the_root_and_behind_it_is_skipped() {
    let document = parse(b"\x01\x00<a <?junk <Notify><SN>3</SN></Notify>tail<Notify><SN>4</SN></Notify>").unwrap();
    assert_eq!(document.root.value("SN"), Some("3"));
    assert_eq!(root("<Other><SN>3</SN></Other>").name, "Other");
}

#[test]
fn what_is_no_document_is_refused() {
    assert_eq!(parse(b" \r\n\0"), Err(XmlError::Empty));
    assert_eq!(parse(b"hello < world"), Err(XmlError::NoElement));
    assert_eq!(parse(&vec![b' '; MAX_DOCUMENT_BYTES + 1]), Err(XmlError::TooLong(MAX_DOCUMENT_BYTES + 1)));
}

#[test]
fn depth_and_number_of_elements_are_limited() {
    let deep = format!("<Query>{}x{}<SN>5</SN></Query>", "<a>".repeat(1000), "</a>".repeat(1000));
    let root = root(&deep);
    assert_eq!(root.value("SN"), Some("5"));
    let many = format!("<Query>{}</Query>", "<a/>".repeat(MAX_ELEMENTS + 10));
    let document = parse(many.as_bytes()).unwrap();
    assert!(document.cut);
    assert!(document.root.children.len() <= MAX_ELEMENTS);
    let attributes = format!("<Query {}/>", (0..40).map(|n| format!("a{n}='' ")).collect::<String>());
    assert_eq!(self::root(&attributes).attributes.len(), MAX_ATTRIBUTES);
}

#[test]
fn hostile_repetitions_take_time_in_proportion() {
    for piece in ["<!--", "<!", "<?", "<![CDATA[", "<a ", "x<a>", "&", "</", "<a b=\"", "<Item>", "<a '<a \""] {
        let mut text = "<Query>".to_owned();
        text.push_str(&piece.repeat((1 << 18) / piece.len()));
        parse(text.as_bytes()).unwrap();
    }
}

#[test]
fn the_writer_makes_well_formed_documents_of_anything() {
    let mut odd = Element::new("1 bad:näme");
    odd.attributes = vec![("xmlns".to_owned(), "u".to_owned()), ("a".to_owned(), "\"<&\n".to_owned())];
    odd.attributes.push(("a".to_owned(), "again".to_owned()));
    odd.push(Element::leaf("", "a\u{0}<b>&\u{fffe}"));
    let text = String::from_utf8(write(&odd, Charset::Utf8)).unwrap();
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<_1badnme a=\"&quot;&lt;&amp;&#10;\">\r\n<_>a&lt;b&gt;&amp;</_>\r\n</_1badnme>\r\n";
    assert_eq!(text, expected);
}

fn element() -> impl Strategy<Value = Element> {
    let name = "[A-Za-z_][A-Za-z0-9_.-]{0,8}";
    let text = "[ -~\u{4e00}-\u{4e10}]{0,12}";
    let leaf = (name, text).prop_map(|(name, text)| Element::leaf(&name, text));
    leaf.prop_recursive(4, 40, 5, move |inner| {
        (name, proptest::collection::vec(inner, 1..5), proptest::option::of("[ -~]{0,6}")).prop_map(
            |(name, children, attribute)| Element {
                name,
                children,
                attributes: attribute.map(|value| ("Num".to_owned(), value)).into_iter().collect(),
                ..Element::default()
            },
        )
    })
}

proptest! {
    #[test]
    fn a_written_document_is_read_back(content in element()) {
        let mut root = Element::new("Response");
        // Items that lie in one another are taken for items without a closing tag.
        root.push(content);
        for charset in [Charset::Gb2312, Charset::Utf8] {
            let document = parse(&write(&root, charset)).unwrap();
            prop_assert_eq!(&document.root, &root);
            prop_assert!(!document.cut && document.repairs == 0);
        }
    }

    #[test]
    fn whole_items_survive_garbage_between_them(
        garbage in proptest::collection::vec("([ -~\u{0}-\u{1f}]{0,9}|<[ab]>|<[ab] |x<|&)([ -~]{0,9}|<c>)", 3)
    ) {
        // Tags that are opened and never closed are garbage, too. A closing tag, a comment or a section that ends
        // what it stands in, or hides what follows, makes another document of it.
        let garbage: Vec<String> = garbage.iter().map(|text| text.replace(['/', '!', '?'], "")).collect();
        let text = format!(
            "<Response>{}<DeviceList Num=\"2\">{}<Item><DeviceID>1</DeviceID></Item>{}\
             <Item><DeviceID>2</DeviceID></Item></DeviceList></Response>",
            garbage[0], garbage[1], garbage[2]
        );
        let root = root(&text);
        prop_assert_eq!(items(&root), ["1", "2"]);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn any_markup_is_read_and_what_was_read_is_written_well(text in "(<[/!?]?|>|[aI]|Item|</Item>|<DeviceList>|[\"'=&;# ]|\u{4e2d}){0,60}") {
        if let Ok(document) = parse(format!("<Query>{text}").as_bytes()) {
            let again = parse(&write(&document.root, Charset::Utf8)).unwrap();
            prop_assert!(!again.cut);
        }
    }
}
