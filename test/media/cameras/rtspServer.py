"""Serves a moving picture by RTSP on loopback: /h264, /mjpeg, /vp8. Needs GStreamer's RTSP server.

Prints three ports: open to all, with basic, with digest authentication (viewer, s3cret%word). Ends with its stdin.
With the argument `check` it only says by its exit code whether everything it needs is installed.
"""

import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

USER, PASSWORD = "viewer", "s3cret%word"
SOURCE = "videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=180,framerate=15/1 ! "
STREAMS = {
    "/h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 "
    "! video/x-h264,profile=constrained-baseline ! rtph264pay name=pay0 pt=96",
    "/mjpeg": "jpegenc ! rtpjpegpay name=pay0 pt=26",
    "/vp8": "vp8enc deadline=1 keyframe-max-dist=15 ! rtpvp8pay name=pay0 pt=96",
}


def serve(method):
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    for path, encoder in STREAMS.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(f"( {SOURCE}{encoder} )")
        factory.set_shared(True)
        if method:
            permissions = GstRtspServer.RTSPPermissions()
            for right in ("access", "construct"):
                permissions.add_permission_for_role("user", f"media.factory.{right}", True)
            factory.set_permissions(permissions)
        server.get_mount_points().add_factory(path, factory)
    if method:
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "user")
        auth = GstRtspServer.RTSPAuth()
        auth.set_supported_methods(method)
        if method == GstRtsp.RTSPAuthMethod.BASIC:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(USER, PASSWORD), token)
        else:
            auth.add_digest(USER, PASSWORD, token)
        server.set_auth(auth)
    server.attach(None)
    return server


Gst.init(None)
if sys.argv[1:] == ["check"]:
    needed = ("videotestsrc", "x264enc", "rtph264pay", "jpegenc", "rtpjpegpay", "vp8enc", "rtpvp8pay")
    sys.exit(0 if all(map(Gst.ElementFactory.find, needed)) else 1)
servers = [serve(None), serve(GstRtsp.RTSPAuthMethod.BASIC), serve(GstRtsp.RTSPAuthMethod.DIGEST)]
print(*(server.get_bound_port() for server in servers), flush=True)
loop = GLib.MainLoop()


def end_with_stdin():
    sys.stdin.read()
    loop.quit()


threading.Thread(target=end_with_stdin, daemon=True).start()
loop.run()
