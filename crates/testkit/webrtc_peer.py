"""An independent WebRTC peer, aiortc: `webrtc_peer.py play URL SECONDS`, `forge URL SECONDS` or `publish URL SECONDS FILE`.

`forge` plays with another certificate than its offer announces. Posts an offer to a WHEP or WHIP address and prints a line of JSON: what was answered, how many pictures and how much sound
came, how often the picture was a new one, and how loud the sound was (mean square of full scale).
"""
import asyncio
import json
import re
import sys
import urllib.error
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer


def post(url, sdp):
    request = urllib.request.Request(url, sdp.encode(), {"Content-Type": "application/sdp"})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.headers["Location"], response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, None, error.read().decode()


async def pictures(track, seen):
    last = None
    while True:
        frame = await track.recv()
        seen["pictures"] += 1
        seen["width"], seen["height"] = frame.width, frame.height
        plane = bytes(frame.planes[0])
        seen["changes"] += plane != last
        last = plane


async def sounds(track, seen):
    while True:
        frame = await track.recv()
        samples = frame.to_ndarray().astype("float64") / 32768
        seen["sounds"] += 1
        seen["loudness"] = max(seen["loudness"], float((samples**2).mean()))


async def main():
    what, url, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    peer = RTCPeerConnection()
    seen = {"states": [], "pictures": 0, "changes": 0, "sounds": 0, "loudness": 0.0, "width": 0, "height": 0}
    tasks = []

    @peer.on("connectionstatechange")
    def on_state():
        seen["states"].append(peer.connectionState)

    @peer.on("track")
    def on_track(track):
        tasks.append(asyncio.ensure_future((pictures if track.kind == "video" else sounds)(track, seen)))

    if what != "publish":
        peer.addTransceiver("video", direction="recvonly")
        peer.addTransceiver("audio", direction="recvonly")
    else:
        player = MediaPlayer(sys.argv[4], loop=True)
        for track in filter(None, (player.video, player.audio)):
            peer.addTrack(track)
    await peer.setLocalDescription(await peer.createOffer())
    offer = peer.localDescription.sdp
    if what == "forge":
        offer = re.sub(r"(a=fingerprint:\S+ )(..)", lambda m: m[1] + ("00" if m[2] != "00" else "11"), offer)
    seen["status"], location, body = await asyncio.to_thread(post, url, offer)
    if seen["status"] in (200, 201):
        await peer.setRemoteDescription(RTCSessionDescription(body, "answer"))
        await asyncio.sleep(seconds)
        seen["location"] = location
    else:
        seen["problem"] = json.loads(body)
    for task in tasks:
        task.cancel()
    await peer.close()
    print(json.dumps(seen), flush=True)


asyncio.run(main())
