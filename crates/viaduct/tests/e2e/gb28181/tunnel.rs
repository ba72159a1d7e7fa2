//! A tunnel of TLS that OpenSSL makes, for programs that speak plain TCP.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};

/// Listens on a port of its own; each connection there becomes one over TLS to `target`. Returns the port.
pub(crate) fn open(target: SocketAddr) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(|plain| carry(plain.unwrap(), target)));
    port
}

fn carry(plain: TcpStream, target: SocketAddr) {
    let mut command = Command::new("openssl");
    command.args(["s_client", "-quiet", "-connect", &target.to_string()]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut openssl = piped.spawn().expect("this test needs openssl");
    let (there, back) = (openssl.stdin.take().unwrap(), openssl.stdout.take().unwrap());
    let reader = plain.try_clone().unwrap();
    std::thread::spawn(move || pour(reader, there));
    std::thread::spawn(move || {
        pour(back, &plain);
        let _gone = plain.shutdown(Shutdown::Both);
        let _over = openssl.kill();
        openssl.wait()
    });
}

fn pour(mut from: impl Read, mut to: impl Write) {
    let mut buffer = [0; 4096];
    loop {
        match from.read(&mut buffer) {
            Ok(length @ 1..) if to.write_all(&buffer[..length]).and_then(|()| to.flush()).is_ok() => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}
