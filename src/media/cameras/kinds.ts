import { fileCamera } from './file.ts';
import { httpCamera } from './http.ts';
import { rpicamCamera } from './rpicam.ts';
import { rtspCamera } from './rtsp.ts';
import { screenCamera } from './screen.ts';
import { testCamera } from './test.ts';
import { v4l2Camera } from './v4l2.ts';

/** Every kind of camera a profile may name. */
export const cameraKinds = [
  testCamera,
  v4l2Camera,
  rpicamCamera,
  rtspCamera,
  httpCamera,
  screenCamera,
  fileCamera,
] as const;
