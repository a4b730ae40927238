import { expect, test } from 'vitest';
import { reasonOf } from '../../../src/media/cameras/ffmpeg-reasons.ts';

// Each as ffmpeg 5.1 wrote it when that happened.
test.each([
  ['/dev/video0: Device or resource busy', 'camera/busy'],
  [
    '[video4linux2,v4l2 @ 0x5500093300] Cannot open video device /dev/video0: Permission denied',
    'camera/denied',
  ],
  ['[video4linux2,v4l2 @ 0x5500093300] ioctl(VIDIOC_DQBUF): No such device', 'camera/lost'],
  [
    '[video4linux2,v4l2 @ 0x5500093280] Cannot open video device /dev/video7: No such file or directory',
    'camera/not-found',
  ],
  ['/etc/passwd: Inappropriate ioctl for device', 'v4l2/not-a-camera'],
  ['[rtsp @ 0x55fd766339c0] method DESCRIBE failed: 401 Unauthorized', 'camera/unauthorized'],
  ['[rtsp @ 0x5582bd79a980] method DESCRIBE failed: 404 Not Found', 'camera/no-such-stream'],
  [
    '[tcp @ 0x55adb47ef840] Connection to tcp://192.0.2.1:1?timeout=5000000 failed: Connection refused',
    'camera/unreachable',
  ],
  [
    '[tcp @ 0x56429d4ec840] Failed to resolve hostname nowhere.invalid: Name or service not known',
    'camera/unreachable',
  ],
])('%s', (line, code) => {
  // What comes after it is noise.
  const reason = reasonOf([line, 'ioctl(VIDIOC_QBUF): Bad file descriptor'], 'the camera');
  expect(reason?.code).toBe(code);
  expect(reason?.message).toContain('the camera');
});

test('words that are not known give no reason', () => {
  expect(reasonOf(['Conversion failed!', ''], 'the camera')).toBeUndefined();
  expect(reasonOf([], 'the camera')).toBeUndefined();
});
