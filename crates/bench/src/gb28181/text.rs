//! Messages as text.

/// Code of a device.
pub(super) fn device_code(number: usize) -> String {
    format!("3402000000118{number:07}")
}

/// Code of a camera of a device; cameras count from 1 to 9.
pub(super) fn camera_code(device: &str, camera: usize) -> String {
    format!("{}132{}{camera}", &device[..10], &device[14..])
}

/// The device whose code or whose camera's code this is.
pub(super) fn device_of(code: &str) -> Option<String> {
    match code.get(10..13)? {
        "132" => Some(format!("{}1180{}", code.get(..10)?, code.get(13..19)?)),
        _ => Some(code.to_owned()),
    }
}

/// The first header of a name.
pub(super) fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.split("\r\n").take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

/// What stands inside an element of a body.
pub(super) fn inside<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    text.split_once(&format!("<{tag}>")).and_then(|(_, rest)| rest.split('<').next())
}

/// The value of a line of a session description.
pub(super) fn line<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.split("\r\n").find_map(|line| line.strip_prefix(start))
}

/// The answer to a request, with what is said beside it.
pub(super) fn answer(request: &str, more: &str, body: &str) -> String {
    let fields = ["Via", "From", "To", "Call-ID", "CSeq"].map(|name| {
        let value = header(request, name).unwrap_or_default();
        let tag = if name == "To" && !value.contains("tag=") { ";tag=1" } else { "" };
        format!("{name}: {value}{tag}\r\n")
    });
    format!("SIP/2.0 200 OK\r\n{}{more}Content-Length: {}\r\n\r\n{body}", fields.concat(), body.len())
}

/// What a device says to a question; `None` for one that it has nothing to say to.
pub(super) fn said(question: &str, device: &str, cameras: usize) -> Option<String> {
    let (kind, sn) = (inside(question, "CmdType")?, inside(question, "SN")?);
    let told = match kind {
        "DeviceInfo" => format!(
            "<DeviceName>{device}</DeviceName><Result>OK</Result><Manufacturer>Bench</Manufacturer><Model>B1</Model>"
        ),
        "DeviceStatus" => "<Result>OK</Result><Online>ONLINE</Online><Status>OK</Status>".to_owned(),
        "Catalog" => {
            let items = (1..=cameras).map(|camera| {
                format!(
                    "<Item><DeviceID>{}</DeviceID><Name>K{camera}</Name><Manufacturer>Bench</Manufacturer>\
                     <Model>C1</Model><ParentID>{device}</ParentID><Status>ON</Status></Item>",
                    camera_code(device, camera)
                )
            });
            let items: String = items.collect();
            format!("<SumNum>{cameras}</SumNum><DeviceList Num=\"{cameras}\">{items}</DeviceList>")
        }
        _ => return None,
    };
    Some(format!(
        "<?xml version=\"1.0\"?><Response><CmdType>{kind}</CmdType><SN>{sn}</SN><DeviceID>{device}</DeviceID>{told}</Response>"
    ))
}

pub(super) fn heartbeat(device: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><Notify><CmdType>Keepalive</CmdType><SN>1</SN><DeviceID>{device}</DeviceID><Status>OK</Status></Notify>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_is_found_by_its_code() {
        let device = device_code(123_456);
        assert_eq!((device.len(), camera_code(&device, 4).len()), (20, 20));
        assert_eq!(device_of(&camera_code(&device, 4)), Some(device.clone()));
        assert_eq!(device_of(&device), Some(device));
    }

    #[test]
    fn questions_and_descriptions_are_read() {
        let question = "<Query><CmdType>Catalog</CmdType><SN>7</SN><DeviceID>1</DeviceID></Query>";
        let said = said(question, &device_code(1), 2).unwrap();
        assert_eq!(
            (inside(&said, "SN"), inside(&said, "SumNum"), said.matches("<Item>").count()),
            (Some("7"), Some("2"), 2)
        );
        let request =
            "INVITE sip:1 SIP/2.0\r\nTo: <sip:1>\r\nCSeq: 1 INVITE\r\n\r\nm=video 30000 RTP/AVP 96\r\ny=0100000001\r\n";
        assert_eq!(line(request, "y="), Some("0100000001"));
        assert!(answer(request, "", "").contains("To: <sip:1>;tag=1\r\n"));
    }
}
