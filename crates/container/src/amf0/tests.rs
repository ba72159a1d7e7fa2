use super::*;
use proptest::prelude::*;

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (-1e12f64..1e12).prop_map(Value::Number),
        any::<bool>().prop_map(Value::Boolean),
        ".{0,20}".prop_map(|text| Value::from(&*text)),
        (0.0f64..1e13).prop_map(|unix_ms| Value::Date { unix_ms }),
        Just(Value::Null),
        Just(Value::Undefined),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let object = prop::collection::vec(("[a-z]{1,8}", inner.clone()), 0..5).prop_map(|properties| {
            properties.into_iter().fold(Object::new(), |object, (name, value)| object.with(&name, value))
        });
        prop_oneof![
            object.clone().prop_map(Value::Object),
            object.prop_map(Value::EcmaArray),
            prop::collection::vec(inner, 0..5).prop_map(Value::StrictArray),
        ]
    })
}

fn encoded(value: &Value) -> BytesMut {
    let mut out = BytesMut::new();
    write(&mut out, value);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn values_round_trip(value in any_value()) {
        let bytes = encoded(&value);
        let mut decoder = Decoder::new(&bytes);
        prop_assert_eq!(decoder.next_value(), Ok(Some(value)));
        prop_assert_eq!(decoder.next_value(), Ok(None));
    }

    #[test]
    fn any_bytes_end_in_a_value_or_an_error(bytes in prop::collection::vec(0u8..20, 0..300)) {
        let mut decoder = Decoder::new(&bytes);
        while let Ok(Some(_)) = decoder.next_value() {}
    }
}

#[test]
fn a_value_cut_anywhere_is_truncated_not_a_panic() {
    let value = Value::Object(
        Object::new()
            .with("app", "live")
            .with("list", Value::StrictArray(vec![Value::from(1.0), Value::from("hvc1")]))
            .with("when", Value::Date { unix_ms: 1.0 }),
    );
    let bytes = encoded(&value);
    for end in 1..bytes.len() {
        // A cut between two properties is tolerated, every other cut is an error.
        let read = Decoder::new(&bytes[..end]).next_value();
        assert!(matches!(read, Err(AmfError::Truncated) | Ok(Some(Value::Object(_)))), "{end}: {read:?}");
    }
}

#[test]
fn limits_hold() {
    let deep: Vec<u8> = [0x0A, 0, 0, 0, 1].repeat(100);
    assert_eq!(Decoder::new(&deep).next_value(), Err(AmfError::TooDeep));
    let mut wide = vec![0x0A, 0xFF, 0xFF, 0xFF, 0xFF];
    wide.extend(std::iter::repeat_n(0x05, 10_000));
    assert_eq!(Decoder::new(&wide).next_value(), Err(AmfError::TooMany));
    let long = [0x0C, 0xFF, 0xFF, 0xFF, 0xFF, b'x'];
    assert_eq!(Decoder::new(&long).next_value(), Err(AmfError::Truncated));
}

#[test]
fn tolerances_of_real_senders() {
    // ECMA array whose count is wrong and whose end marker is missing.
    let array = b"\x08\x00\x00\x00\x63\x00\x05width\x00\x40\x84\x00\x00\x00\x00\x00\x00";
    let value = Decoder::new(array).next_value().unwrap().unwrap();
    assert_eq!(value.as_object().unwrap().number("width"), Some(640.0));
    // GBK text.
    let name = b"\x02\x00\x04\xC9\xE3\xCF\xF1";
    assert!(Decoder::new(name).next_value().unwrap().unwrap().as_str().is_some());
    // AMF3 scalars within AMF0.
    for (bytes, expected) in [
        (&b"\x11\x04\x7F"[..], Value::Number(127.0)),
        (b"\x11\x04\xFF\xFF\xFF\xFF", Value::Number(-1.0)),
        (b"\x11\x06\x09live", Value::from("live")),
        (b"\x11\x03", Value::Boolean(true)),
    ] {
        assert_eq!(Decoder::new(bytes).next_value(), Ok(Some(expected)));
    }
}

#[test]
fn long_strings_take_the_long_form() {
    let text = "x".repeat(70_000);
    let bytes = encoded(&Value::from(&*text));
    assert_eq!(bytes[0], 0x0C);
    assert_eq!(Decoder::new(&bytes).next_value().unwrap().unwrap().as_str(), Some(&*text));
}
