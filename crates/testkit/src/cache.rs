//! nginx as the tiers of a CDN.

use std::net::SocketAddr;
use std::process::Command;

use crate::clips::path_text;
use crate::process::Process;

/// One caching server. Cache keys leave out `/t/TOKEN`, and one request at a time fills an entry.
#[derive(Debug)]
pub struct Cache {
    /// Where it listens.
    pub address: SocketAddr,
    _process: Process,
    _folder: tempfile::TempDir,
}

impl Cache {
    /// Starts in front of `upstream`.
    pub fn start(upstream: SocketAddr) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let here = path_text(folder.path());
        let config = format!(
            r#"user root; worker_processes 1; daemon off; pid {here}/pid; error_log stderr error;
worker_rlimit_nofile 60000;
events {{ worker_connections 25000; }}
http {{
    access_log off;
    proxy_temp_path {here}/temp; client_body_temp_path {here}/body; fastcgi_temp_path {here}/fastcgi;
    uwsgi_temp_path {here}/uwsgi; scgi_temp_path {here}/scgi;
    proxy_cache_path {here}/cache keys_zone=media:10m max_size=256m;
    keepalive_requests 1000000; keepalive_timeout 600s;
    map $uri $without_token {{ "~^/t/[^/]+(?<rest>/.*)$" $rest; default $uri; }}
    upstream above {{ server {upstream}; keepalive 16; }}
    server {{
        listen {address} backlog=8192;
        location / {{
            proxy_pass http://above;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_cache media;
            proxy_cache_key $host$without_token$is_args$args;
            proxy_cache_lock on;
            proxy_cache_use_stale updating;
        }}
    }}
}}
"#
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&file).arg("-p").arg(folder.path());
        let mut process = Process::run(command, usize::MAX);
        crate::until("nginx (nginx-light)", crate::PATIENCE, || {
            assert!(process.ended().is_none(), "nginx ended: {}", process.messages());
            std::net::TcpStream::connect(address).ok()
        });
        Self { address, _process: process, _folder: folder }
    }
}
