import { pythonClient } from './python-client.ts';
import { testStack } from './stack-contract.ts';

testStack('aiortc', {
  ...pythonClient('aiortc'),
  // It knows no other: the oldest kind of peer that we serve.
  srtpProfile: 'SRTP_AES128_CM_HMAC_SHA1_80',
  decodes: true,
});
