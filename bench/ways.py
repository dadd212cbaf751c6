"""Ways to the bare origin: through nginx, through mitmproxy."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.loop import Loop
from harness.mitm import Mitm
from harness.process import TargetProcess
from harness.relay import Address
from harness.target import Target

NGINX = Target(
    "nginx",
    ("transparent",),
    command=("nginx", "-p", "{work}", "-e", "stderr", "-c", "{work}/nginx.conf"),
    install={"debian": "nginx"},
    files={
        "nginx.conf": """
daemon off;
pid nginx.pid;
error_log stderr warn;
worker_processes 1;
events {}
http {
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_requests 1000000;
    upstream origin { server {upstream_host}:{upstream_port}; keepalive 8; }
    server {
        listen 127.0.0.1:{port};
        location / {
            proxy_pass http://origin;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }
    }
}
"""
    },
)


@contextmanager
def nginx(loop: Loop, onward: Address) -> Iterator[Address]:
    """An nginx process that keeps its upstream connections. Raises TargetError."""
    process = TargetProcess(NGINX, "transparent", [onward], "")
    try:
        loop.wait(process.start())
        yield ("127.0.0.1", process.port)
    finally:
        loop.wait(process.stop())


@contextmanager
def mitmproxy(loop: Loop, onward: Address) -> Iterator[Address]:
    """The harness's own mitmproxy, as a chain has it on a leg, without a fault."""
    made = Mitm(onward[1], onward[1])
    loop.wait(made.start())
    try:
        yield ("127.0.0.1", made.front.port)
    finally:
        loop.wait(made.stop())
