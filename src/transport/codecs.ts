import { RTCRtpCodecParameters } from 'werift';

const videoFeedback = [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
  { type: 'ccm', parameter: 'fir' },
  { type: 'transport-cc' },
];

/** The video codecs we answer with. Payload types and parameters are placeholders: an answer takes the offerer's. */
export function videoCodecs(): RTCRtpCodecParameters[] {
  return [
    new RTCRtpCodecParameters({
      mimeType: 'video/H264',
      clockRate: 90_000,
      payloadType: 96,
      rtcpFeedback: videoFeedback,
      parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
    }),
    new RTCRtpCodecParameters({
      mimeType: 'video/rtx',
      clockRate: 90_000,
      payloadType: 97,
      parameters: 'apt=96',
    }),
    new RTCRtpCodecParameters({
      mimeType: 'video/VP8',
      clockRate: 90_000,
      payloadType: 98,
      rtcpFeedback: videoFeedback,
    }),
    new RTCRtpCodecParameters({
      mimeType: 'video/rtx',
      clockRate: 90_000,
      payloadType: 99,
      parameters: 'apt=98',
    }),
  ];
}

/** The audio codec we answer with; see {@link videoCodecs}. */
export function audioCodecs(): RTCRtpCodecParameters[] {
  return [
    new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 111 }),
  ];
}
