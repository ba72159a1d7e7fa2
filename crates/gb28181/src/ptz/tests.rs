//! The worked examples of the standard, computed anew, and round trips.

use proptest::prelude::*;

use super::*;

const fn motion(pan: Option<Pan>, tilt: Option<Tilt>, zoom: Option<Zoom>, speeds: (u8, u8, u8)) -> PtzCommand {
    PtzCommand::Motion(Motion { pan, tilt, zoom, pan_speed: speeds.0, tilt_speed: speeds.1, zoom_speed: speeds.2 })
}

const fn lens(focus: Option<Focus>, iris: Option<Iris>, speeds: (u8, u8)) -> PtzCommand {
    PtzCommand::Lens(Lens { focus, iris, focus_speed: speeds.0, iris_speed: speeds.1 })
}

const fn preset(action: PresetAction) -> PtzCommand {
    PtzCommand::Preset(Preset { action, number: 1 })
}

const fn cruise(action: CruiseAction) -> PtzCommand {
    PtzCommand::Cruise(Cruise { group: 1, action })
}

const fn scan(action: ScanAction) -> PtzCommand {
    PtzCommand::Scan(Scan { group: 1, action })
}

const fn wiper(on: bool) -> PtzCommand {
    PtzCommand::Auxiliary(Auxiliary { number: Auxiliary::WIPER, on })
}

const VECTORS: [(&str, PtzCommand); 23] = [
    ("A50F0100000000B5", PtzCommand::Motion(Motion::STOP)),
    ("A50F010180000036", motion(Some(Pan::Right), None, None, (0x80, 0, 0))),
    ("A50F010280000037", motion(Some(Pan::Left), None, None, (0x80, 0, 0))),
    ("A50F01080080003D", motion(None, Some(Tilt::Up), None, (0, 0x80, 0))),
    ("A50F010400800039", motion(None, Some(Tilt::Down), None, (0, 0x80, 0))),
    ("A50F01298080805E", motion(Some(Pan::Right), Some(Tilt::Up), Some(Zoom::Out), (0x80, 0x80, 8))),
    ("A50F011000008045", motion(None, None, Some(Zoom::In), (0, 0, 8))),
    ("A50F012000008055", motion(None, None, Some(Zoom::Out), (0, 0, 8))),
    ("A50F0140000000F5", PtzCommand::Lens(Lens::STOP)),
    ("A50F014280000077", lens(Some(Focus::Near), None, (0x80, 0))),
    ("A50F014180000076", lens(Some(Focus::Far), None, (0x80, 0))),
    ("A50F014400800079", lens(None, Some(Iris::Open), (0, 0x80))),
    ("A50F01480080007D", lens(None, Some(Iris::Close), (0, 0x80))),
    ("A50F018100010037", preset(PresetAction::Set)),
    ("A50F018200010038", preset(PresetAction::Call)),
    ("A50F018300010039", preset(PresetAction::Delete)),
    ("A50F01840102003C", cruise(CruiseAction::Add(2))),
    ("A50F0187012C1079", cruise(CruiseAction::Dwell(300))),
    ("A50F01880100003E", cruise(CruiseAction::Start)),
    ("A50F01890100003F", scan(ScanAction::Start)),
    ("A50F018901010040", scan(ScanAction::SetLeft)),
    ("A50F018C01000042", wiper(true)),
    ("A50F018D01000043", wiper(false)),
];

#[test]
fn golden_vectors_are_written_and_read() {
    for (hex, command) in VECTORS {
        assert_eq!(command.to_hex(), hex, "{command:?}");
        assert_eq!(PtzCommand::from_hex(hex), Ok(command), "{hex}");
    }
    assert_eq!(PtzCommand::from_hex("A50F018901020041"), Ok(scan(ScanAction::SetRight)));
}

#[test]
fn digits_may_be_small_and_spread() {
    assert_eq!(PtzCommand::from_hex(" a5 0f 01 00 00 00 00 b5\r\n"), Ok(PtzCommand::Motion(Motion::STOP)));
    for wrong in ["", "A50F0100000000B", "A50F0100000000B500", "A50F0100000000BX", "Ａ50F0100000000B5"] {
        assert_eq!(PtzCommand::from_hex(wrong), Err(PtzError::Digits), "{wrong}");
    }
}

#[test]
fn wrong_bytes_are_refused_with_their_reason() {
    assert_eq!(PtzCommand::from_hex("A60F0100000000B6"), Err(PtzError::Start(0xA6)));
    assert_eq!(PtzCommand::from_hex("A50F0100000000B6"), Err(PtzError::Sum { found: 0xB6, expected: 0xB5 }));
    let frame = |instruction, data2| Frame { address: 1, instruction, data: [0, data2], data3: 0 }.to_bytes();
    for instruction in [0x50, 0x80, 0x8B, 0x8E, 0xFF] {
        assert_eq!(PtzCommand::from_bytes(frame(instruction, 0)), Err(PtzError::Instruction(instruction)));
    }
    assert_eq!(PtzCommand::from_bytes(frame(0x89, 3)), Err(PtzError::Instruction(0x89)));
    for instruction in [0x03, 0x0C, 0x30, 0x43, 0x4C] {
        assert_eq!(PtzCommand::from_bytes(frame(instruction, 0)), Err(PtzError::Contradiction(instruction)));
    }
}

#[test]
fn values_that_do_not_fit_are_written_as_the_greatest() {
    let fast = motion(None, None, Some(Zoom::In), (0, 0, 200));
    assert_eq!(PtzCommand::from_bytes(fast.to_bytes()), Ok(motion(None, None, Some(Zoom::In), (0, 0, 15))));
    let long = cruise(CruiseAction::Dwell(60_000));
    assert_eq!(PtzCommand::from_bytes(long.to_bytes()), Ok(cruise(CruiseAction::Dwell(4095))));
    let addressed = PtzCommand::Motion(Motion::STOP).to_bytes_for(0x0ABC);
    assert_eq!((addressed[2], addressed[6]), (0xBC, 0x0A));
    assert_eq!(PtzCommand::from_bytes(addressed), Ok(PtzCommand::Motion(Motion::STOP)));
}

proptest! {
    #[test]
    fn a_command_that_was_read_is_written_as_the_same_bytes(
        instruction in 0_u8..0x90, data1: u8, data2: u8, data3 in 0_u8..16
    ) {
        let frame = Frame { address: USUAL_ADDRESS, instruction, data: [data1, data2], data3 };
        if let Ok(command) = PtzCommand::from_bytes(frame.to_bytes()) {
            let again = PtzCommand::from_bytes(command.to_bytes());
            prop_assert_eq!(again, Ok(command));
            if instruction < 0x40 {
                prop_assert_eq!(command.to_bytes(), frame.to_bytes());
            }
        }
    }

    #[test]
    fn any_eight_bytes_are_judged(bytes: [u8; 8]) {
        let _ = PtzCommand::from_bytes(bytes);
    }
}
