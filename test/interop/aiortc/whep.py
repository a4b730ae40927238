"""A WHEP client over aiortc: watches a feed of a device and prints one line of JSON that says what it met, as
ClientReport in ../client.ts has it. It ends by itself, with 0 only if everything it was asked for has come.

With the argument `check` it only says by its exit code whether everything it needs is installed.
"""

import sys

try:
    import aiohttp
    from aiortc import RTCPeerConnection, RTCSessionDescription
    from aiortc.rtcrtpreceiver import RTCRtpReceiver
except ImportError as missing:
    sys.exit(f"missing: {missing.name}")

import argparse
import asyncio
import json
import re
from urllib.parse import urljoin

# aiortc knows this one alone (RTCCertificate._create_ssl_context).
ONLY_PROFILE = "SRTP_AES128_CM_HMAC_SHA1_80"


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True, help="WHEP endpoint")
    parser.add_argument("--codec", default="H264", choices=["H264", "VP8"], help="the one video codec to offer")
    parser.add_argument("--audio", action="store_true", help="listen too")
    parser.add_argument("--setup", default="actpass", help="a=setup of the offer as it is sent")
    parser.add_argument("--frames", type=int, default=30, help="decoded frames to wait for")
    parser.add_argument("--limit", type=float, default=40, help="seconds, of the whole run")
    return parser.parse_args()


def munged(offer, setup):
    """The offer as it is sent."""
    # aiortc 1.4 gives two extensions the id 2 in one bundle; the first packet with either would end its DTLS.
    offer = offer.replace("a=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
                          "a=extmap:3 urn:ietf:params:rtp-hdrext:ssrc-audio-level")  # fmt: skip
    return re.sub(r"a=setup:\w+", f"a=setup:{setup}", offer)


async def look(track, options, report):
    for _ in range(options.frames):
        frame = await track.recv()
        report["frames"] += 1
        report["width"], report["height"] = frame.width, frame.height


async def listen(track, options, report):
    """The frequency comes from how often the sound crosses zero: the test camera's is one pure tone."""
    crossings, samples, before = 0, 0, 0
    for _ in range(options.frames):
        frame = await track.recv()
        report["audioPackets"] += 1
        channels = len(frame.layout.channels)
        for value in memoryview(bytes(frame.planes[0])).cast("h")[: frame.samples * channels : channels]:
            if value == 0:
                continue
            if before * value < 0:
                crossings += 1
            before = value
            samples += 1
        report["toneHz"] = round(crossings * frame.sample_rate / (2 * max(samples, 1)))


async def watch(options, report):
    pc = RTCPeerConnection()
    expected, work = 2 if options.audio else 1, []
    all_tracks = asyncio.Event()

    @pc.on("track")
    def on_track(track):
        work.append(asyncio.ensure_future((look if track.kind == "video" else listen)(track, options, report)))
        if len(work) == expected:
            all_tracks.set()

    video = pc.addTransceiver("video", direction="recvonly")
    codecs = RTCRtpReceiver.getCapabilities("video").codecs
    video.setCodecPreferences([codec for codec in codecs if codec.mimeType == f"video/{options.codec}"])
    if options.audio:
        pc.addTransceiver("audio", direction="recvonly")
    await pc.setLocalDescription(await pc.createOffer())
    async with aiohttp.ClientSession() as http:
        offer = munged(pc.localDescription.sdp, options.setup)
        async with http.post(options.url, data=offer, headers={"Content-Type": "application/sdp"}) as response:
            answer = await response.text()
            if response.status != 201:
                raise RuntimeError(f"the offer was answered with {response.status}: {answer}")
            resource = urljoin(options.url, response.headers["Location"])
        report["answerSetup"] = re.search(r"a=setup:(\w+)", answer).group(1)
        report["codec"] = f"video/{re.search(r'a=rtpmap:[0-9]+ (H264|VP8)/', answer).group(1)}"
        await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await all_tracks.wait()
        await asyncio.gather(*work)
        transport = video.receiver.transport
        report["dtlsRole"] = transport._role
        report["srtpProfile"] = ONLY_PROFILE
        report["iceRole"] = transport.transport.role
        async with http.delete(resource) as response:
            if response.status != 200:
                raise RuntimeError(f"the end was answered with {response.status}")
    await pc.close()


async def main(options):
    report = {"frames": 0, "audioPackets": 0}
    try:
        await asyncio.wait_for(watch(options, report), options.limit)
    except asyncio.TimeoutError:
        sys.exit(f"not within {options.limit} s; so far: {json.dumps(report)}")
    except RuntimeError as error:
        sys.exit(str(error))
    print(json.dumps(report))


if sys.argv[1:] != ["check"]:
    asyncio.run(main(arguments()))
