import { pythonClient } from './python-client.ts';
import { testStack } from './stack-contract.ts';

testStack("GStreamer's webrtcbin", {
  ...pythonClient('gstreamer'),
  // GStreamer 1.22 knows no AES-GCM.
  srtpProfile: 'SRTP_AES128_CM_HMAC_SHA1_80',
  decodes: true,
});
