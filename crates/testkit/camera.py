"""An RTSP camera by gst-rtsp-server: camera.py CLIP USER PASSWORD PORT_FILE TRANSPORT. Digest where a user is given;
TRANSPORT is tcp, udp, multicast or any."""

import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

clip, user, password, port_file, transport = sys.argv[1:6]
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    f"( filesrc location={clip} ! qtdemux name=d d. ! queue ! h264parse ! rtph264pay name=pay0 pt=96"
    " d. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )"
)
lower = {"tcp": "TCP", "udp": "UDP", "multicast": "UDP_MCAST"}.get(transport)
if lower:
    factory.set_protocols(getattr(GstRtsp.RTSPLowerTrans, lower))
if transport == "multicast":
    pool = GstRtspServer.RTSPAddressPool.new()
    # Each process has ports of its own, so that tests do not hear each other.
    first = 20000 + os.getpid() % 10000 * 4
    pool.add_range("239.255.77.1", "239.255.77.1", first, first + 3, 1)
    factory.set_address_pool(pool)
    factory.set_shared(True)
if user:
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    auth.add_digest(user, password, token)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)
    server.set_auth(auth)
server.get_mount_points().add_factory("/stream", factory)
server.attach(None)
with open(port_file + ".new", "w", encoding="ascii") as out:
    out.write(str(server.get_bound_port()))
os.rename(port_file + ".new", port_file)
GLib.MainLoop().run()
