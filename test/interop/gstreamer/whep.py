"""A WHEP client over GStreamer's webrtcbin: watches a feed of a device and prints one line of JSON that says what it
met, as ClientReport in ../client.ts has it. It ends by itself, with 0 only if everything it was asked for has come.

With the argument `check` it only says by its exit code whether everything it needs is installed.
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from urllib.parse import urljoin

try:
    import gi

    for name in ("Gst", "GstWebRTC", "GstSdp"):
        gi.require_version(name, "1.0")
    from gi.repository import GLib, Gst, GstSdp, GstWebRTC
except (ImportError, ValueError) as missing:
    sys.exit(f"missing: {missing}")

NEEDED = ("webrtcbin nicesrc nicesink dtlsdec dtlsenc srtpdec rtph264depay h264parse rtpvp8depay vp8dec "
          "rtpopusdepay opusdec audioconvert").split()  # fmt: skip
H264_DECODERS = ("openh264dec", "avdec_h264")
CAPS = {
    "H264": "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,"
    "packetization-mode=(string)1,profile-level-id=(string)42e01f",
    "VP8": "application/x-rtp,media=video,encoding-name=VP8,payload=98,clock-rate=90000",
    "OPUS": "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,"
    "encoding-params=(string)2",
}
SOUND = "audio/x-raw,format=S16LE,channels=1,rate=48000"
# GstDtlsSrtpCipher AES_128_ICM with GstDtlsSrtpAuth HMAC_SHA1_80; the rest is no profile of ours.
PROFILES = {(1, 2): "SRTP_AES128_CM_HMAC_SHA1_80"}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True, help="WHEP endpoint")
    parser.add_argument("--codec", default="H264", choices=["H264", "VP8"], help="the one video codec to offer")
    parser.add_argument("--audio", action="store_true", help="listen too")
    parser.add_argument("--setup", default="actpass", help="a=setup of the offer as it is sent")
    parser.add_argument("--frames", type=int, default=30, help="decoded frames to wait for")
    parser.add_argument("--limit", type=int, default=40, help="seconds, of the whole run")
    return parser.parse_args()


class Client:
    def __init__(self, options):
        self.options = options
        self.report = {"frames": 0, "audioPackets": 0}
        self.failure = None
        self.resource = None
        self.crossings, self.samples, self.before = 0, 0, 0
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline.new()
        self.webrtc = Gst.ElementFactory.make("webrtcbin")
        self.webrtc.set_property("bundle-policy", "max-bundle")
        self.pipeline.add(self.webrtc)
        for kind in (options.codec, "OPUS") if options.audio else (options.codec,):
            receive_only = GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY
            self.webrtc.emit("add-transceiver", receive_only, Gst.Caps.from_string(CAPS[kind]))
        self.webrtc.connect("pad-added", self.decode)
        self.webrtc.connect("on-negotiation-needed", self.offer)
        self.webrtc.connect("notify::ice-gathering-state", self.gathered)

    def run(self):
        GLib.timeout_add_seconds(self.options.limit, self.end, f"not within {self.options.limit} s")
        self.pipeline.set_state(Gst.State.PLAYING)
        self.loop.run()
        if self.failure is None:
            self.describe()
            self.request("DELETE", self.resource, expected=200)
        self.pipeline.set_state(Gst.State.NULL)

    def end(self, failure=None):
        self.failure = self.failure or failure
        self.loop.quit()
        return GLib.SOURCE_REMOVE

    # Signaling

    def offer(self, webrtc):
        def made(promise):
            # Held in a variable: a chained get_value would give an offer without its SDP.
            reply = promise.get_reply()
            webrtc.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

        webrtc.emit("create-offer", None, Gst.Promise.new_with_change_func(made))

    def gathered(self, webrtc, _):
        if webrtc.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.exchange)

    def exchange(self):
        offer = self.webrtc.get_property("local-description").sdp.as_text()
        offer = re.sub(r"a=setup:\w+", f"a=setup:{self.options.setup}", offer)
        reply = self.request("POST", self.options.url, offer.encode(), expected=201)
        if reply is None:
            return GLib.SOURCE_REMOVE
        answer, location = reply
        self.resource = urljoin(self.options.url, location)
        self.report["answerSetup"] = re.search(rb"a=setup:(\w+)", answer).group(1).decode()
        _, message = GstSdp.SDPMessage.new()
        GstSdp.sdp_message_parse_buffer(answer, message)
        description = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.webrtc.emit("set-remote-description", description, None)
        return GLib.SOURCE_REMOVE

    def request(self, method, url, body=None, expected=200):
        request = urllib.request.Request(url, body, {"Content-Type": "application/sdp"}, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                if response.status == expected:
                    return response.read(), response.headers["Location"]
                self.end(f"{method} was answered with {response.status}")
        except urllib.error.HTTPError as refused:
            self.end(f"{method} was answered with {refused.code}: {refused.read().decode()}")
        return None

    # Media

    def decode(self, _, pad):
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        sound = pad.get_current_caps().get_structure(0).get_string("media") == "audio"
        if not sound:
            self.report["codec"] = f"video/{pad.get_current_caps().get_structure(0).get_string('encoding-name')}"
        convert = Gst.ElementFactory.make("audioconvert" if sound else "identity")
        decoder, sink = Gst.ElementFactory.make("decodebin"), Gst.ElementFactory.make("fakesink")
        sink.set_property("signal-handoffs", True)
        sink.connect("handoff", self.heard if sound else self.seen)
        for element in (decoder, convert, sink):
            self.pipeline.add(element)
        if sound:
            convert.link_filtered(sink, Gst.Caps.from_string(SOUND))
        else:
            convert.link(sink)
        decoder.connect("pad-added", lambda _, decoded: decoded.link(convert.get_static_pad("sink")))
        for element in (sink, convert, decoder):
            element.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def seen(self, _, __, pad):
        shape = pad.get_current_caps().get_structure(0)
        self.report["width"], self.report["height"] = shape.get_value("width"), shape.get_value("height")
        self.report["frames"] += 1
        self.look_whether_done()

    def heard(self, _, buffer, __):
        """The frequency comes from how often the sound crosses zero: the test camera's is one pure tone."""
        self.report["audioPackets"] += 1
        for value in memoryview(buffer.extract_dup(0, buffer.get_size())).cast("h"):
            if value == 0:
                continue
            if self.before * value < 0:
                self.crossings += 1
            self.before = value
            self.samples += 1
        self.report["toneHz"] = round(self.crossings * 48000 / (2 * max(self.samples, 1)))
        self.look_whether_done()

    def look_whether_done(self):
        enough = self.options.frames
        if self.report["frames"] >= enough and (not self.options.audio or self.report["audioPackets"] >= enough):
            GLib.idle_add(self.end)

    def describe(self):
        """What the transport's own elements have agreed on."""
        found = self.webrtc.iterate_recurse()
        while True:
            result, element = found.next()
            if result != Gst.IteratorResult.OK:
                break
            kind = element.get_factory() and element.get_factory().get_name()
            if kind == "dtlsenc":
                self.report["dtlsRole"] = "client" if element.get_property("is-client") else "server"
            if kind == "dtlsdec":
                agreed = int(element.get_property("srtp-cipher")), int(element.get_property("srtp-auth"))
                self.report["srtpProfile"] = PROFILES.get(agreed, f"cipher {agreed[0]}, auth {agreed[1]}")


Gst.init(None)
if sys.argv[1:] == ["check"]:
    found = all(map(Gst.ElementFactory.find, NEEDED)) and any(map(Gst.ElementFactory.find, H264_DECODERS))
    sys.exit(0 if found else "missing: an element")
client = Client(arguments())
client.run()
if client.failure is not None:
    sys.exit(f"{client.failure}; so far: {json.dumps(client.report)}")
print(json.dumps(client.report))
