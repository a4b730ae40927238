/**
 * Every error a person can meet, in one table. `docs/errors.md` lists the same codes with causes and cures; a test
 * keeps the two equal.
 */

/** Exit codes of the command line (docs/decisions). */
export const exitCodes = { well: 0, failed: 1, usage: 2, missing: 3 } as const;

interface ErrorEntry {
  /** The sentence, with `{name}` for each datum. */
  readonly text: string;
  /** What a person does about it. */
  readonly cure: string;
  readonly exitCode: number;
}

const entry = (text: string, cure: string, exitCode: number = exitCodes.failed): ErrorEntry => ({
  text,
  cure,
  exitCode,
});

/** Code to text, cure and exit code. Add a row here and a section in `docs/errors.md`. */
export const errorTable = {
  'cli/usage': entry('{sentence}', 'see vedette {command}--help', exitCodes.usage),
  'cli/bad-flag': entry('{flag} takes {allowed}', 'give it one of these, or leave it out', exitCodes.usage),
  'cli/no-device': entry(
    'no device runs on this machine at port {port}',
    'start it: vedette run <profile>; or name its port with --port',
  ),
  'cli/no-answer': entry(
    'the device at port {port} did not answer within {seconds} s',
    'look into its log; its camera may be away',
  ),
  'cli/not-a-device': entry(
    'what answers at port {port} is no Vedette',
    'name the port of the device with --port',
  ),
  'cli/refused': entry('the device refused: {message} ({code})', '{cure}'),
  'cli/which-device': entry(
    'more than one device runs on this machine: {known}',
    'name the profile of one with --profile',
    exitCodes.usage,
  ),
  'cli/no-socket': entry(
    'no device runs on this machine that this user may command',
    'start it: vedette run <profile>; a service is commanded by its own user or root: sudo vedette …',
  ),
  'cli/silent': entry('the device did not answer within {seconds} s', 'look into its log'),
  'cli/not-paired': entry('nobody opened the link', 'try again: vedette pair'),
  'cli/file-exists': entry(
    '{file} is there already',
    'choose another name with --output, or replace it with --force',
    exitCodes.usage,
  ),
  'profile/not-found': entry(
    'there is no profile at {path}: {detail}',
    'name a profile or a folder that has a profile.yaml, or make one: vedette init',
    exitCodes.usage,
  ),
  'profile/invalid': entry(
    'the profile {file} has mistakes: {count}',
    'mend the places named; vedette schema prints all that a profile can say',
    exitCodes.usage,
  ),
  'rules/replay-not-found': entry(
    'the readings {path} cannot be read: {detail}',
    'name a file with lines of time,sensor,value',
    exitCodes.usage,
  ),
  'rules/replay-invalid': entry(
    '{file}:{line}: {detail}',
    'each line is time,sensor,value: 2026-05-05T17:30:12Z,machine.temperature,81.5',
    exitCodes.usage,
  ),
  'ffmpeg/missing': entry(
    'ffmpeg was not found in PATH',
    'install it: sudo apt-get install ffmpeg',
    exitCodes.missing,
  ),
  'ffmpeg/no-encoder': entry(
    'this ffmpeg has no encoder for {codec}',
    'install a full ffmpeg: sudo apt-get install ffmpeg',
    exitCodes.missing,
  ),
  'http/port-taken': entry(
    'port {port} on {host} is taken by {holder}',
    'stop the other program, or choose another port with --port',
  ),
  'http/port-forbidden': entry(
    'this user may not listen on port {port}',
    'choose a port from 1024 on with --port',
  ),
  'http/no-address': entry('{host} is not an address of this machine', 'choose another with --host'),
  'media/port-taken': entry(
    '{protocol} port {port} is taken by {holder}',
    'stop the other program, or choose others with --port, or with `media` in the profile',
  ),
  'media/port-forbidden': entry(
    'this user may not use {protocol} port {port}',
    'choose ports from 1024 on with --port, or with `media` in the profile',
  ),
  'media/certificate-damaged': entry(
    'the certificate of picture and sound in {path} cannot be read: {detail}',
    'remove it: a new one is made at the next start',
  ),
  'session/limit': entry(
    '{limit} viewers are watching already',
    'try again in {retryAfterSeconds} s, or raise limits.viewers',
  ),
  'session/bad-offer': entry(
    'the offer is not a usable session description: {detail}',
    'send a complete SDP offer (RFC 8866)',
  ),
  'session/no-common-codec': entry(
    'no common video codec: {offered} offered, H264 and VP8 possible',
    'offer H264 or VP8',
  ),
  'session/look-only': entry('you may look, and no more', 'ask the owner of this device for more'),
  'session/crowded': entry('as many watch as may ({watching})', 'wait until somebody leaves'),
  'session/no-talk': entry(
    'this feed cannot be talked to',
    'choose one with a speaker, and allow the microphone; the owner of this device gives `talk`',
  ),
  'session/talk-taken': entry('somebody else is talking', 'wait until they are done'),
  'session/unknown': entry('this session has ended or never was', 'begin a new one with an offer'),
  'access/secret-damaged': entry(
    '{path} does not hold a secret',
    'delete it to make a new secret; every link printed before then ends',
  ),
  'reset/nothing': entry(
    'there is nothing of {device} in {folder}',
    'say it as the user that the device runs as: sudo vedette reset …',
    exitCodes.usage,
  ),
  'reset/not-confirmed': entry(
    'this is not the name of the device: nothing was removed',
    "type the device's name, or say --yes",
    exitCodes.usage,
  ),
  'state/unusable': entry(
    'the state folder {folder} cannot be used: {detail}',
    'see that it is a folder this user may write to, on a disk with room; or name another in $STATE_DIRECTORY',
  ),
  'records/unwritable': entry(
    'the records cannot be written or read: {detail}',
    'see that the disk has room and can be written to; it is tried again by itself',
  ),
  'records/none': entry(
    'there are no records in {folder}',
    'name the profile of a device that has run on this machine, as the user it runs as',
  ),
  'access/denied': entry('{reason}', 'ask the owner of this device for a link'),
  'access/wrong-secret': entry(
    'this link is not, or no longer, valid',
    'open the link the device prints now',
  ),
  'access/too-many-tries': entry(
    'too many wrong links were tried',
    'wait {retryAfterSeconds} s, then open the link the device prints',
  ),
  'access/invitation': entry('this link is not, or no longer, valid', 'ask whoever sent it for a new one'),
  'access/invitation-over': entry(
    'this link cannot be opened any more: {reason}',
    'ask whoever sent it for a new one',
  ),
  'access/recovery-over': entry(
    'this recovery code is over: {reason}',
    'take the newest; or on the device itself: vedette pair',
  ),
  'access/key-known': entry(
    'this browser is known here already',
    'open the page without a link; where its key was taken back, clear what the browser keeps of this page and ask for a new link',
  ),
  'access/not-here': entry(
    'nobody is let in by a button here, or not from where you are',
    "open the page at the device's own address, in its own network",
  ),
  'access/pairing-closed': entry(
    'too many wrong links were tried at this device',
    'on the device itself: vedette pair --again',
  ),
  'access/wrong-signature': entry(
    'the signature is not of this key, for this device and this page',
    'open the page at the address that the device names',
  ),
  'access/passkey': entry('this passkey was not taken: {detail}', 'make it anew'),
  'access/unknown-key': entry(
    'nobody here has this key, or not any more',
    'ask the owner of this device for a link',
  ),
  'access/secret-over': entry(
    'the printed link was good until somebody had paired',
    'ask the owner of this device for a link, or on the device itself: vedette pair',
  ),
  'access/challenge': entry('this challenge is over, or was used already', 'ask for a new one'),
  'access/no-keypad': entry(
    'no keypad of this device opens what this would allow',
    'give what a keypad opens, unlock:<lock>, or a link in place of a code',
  ),
  'access/unknown': entry('there is no such {what}', 'look at the list again: vedette people'),
  'identity/damaged': entry(
    '{path} does not hold the key of this device',
    'put it back from a backup; to begin as another device that nobody knows: vedette reset <profile>',
  ),
  'identity/unreadable': entry(
    'the key of this device in {path} cannot be read: {detail}',
    'give the file back to the user of the service, readable for that user alone',
  ),
  'identity/missing': entry(
    'the key of this device is gone: {witness} is there, and {path} is not',
    'put it back from a backup; to begin as another device that nobody knows: vedette reset <profile>',
  ),
  'http/unknown-host': entry(
    '"{host}" is not a name of this device',
    'use its address or its .local name, or start it with --public-url',
  ),
  'http/not-found': entry('there is nothing at {path}', 'the page is at /'),
  'http/insecure': entry('this connection is not encrypted', 'use https: or wss:'),
  'http/method': entry('{path} does not know {method}', 'use one of: {allowed}'),
  'http/too-large': entry('the body is larger than {limit} bytes', 'send less'),
  'http/wrong-type': entry('the body is {given}', 'send {expected}'),
  'http/not-acceptable': entry('the answer is {given}', 'accept it'),
  'http/bad-request': entry('the request is not understood: {detail}', 'see docs/errors.md'),
  'http/busy': entry('the device has as many connections as it can hold', 'try again later'),
  'http/page-missing': entry('the page is not built', 'build it: npm run build'),
  'http/internal': entry('the device failed at this', 'its log says why'),
  'tls/authority-damaged': entry(
    '{path} does not hold the authority of this device: {detail}',
    'delete it to make a new one; who trusted the old one has to trust the new one at /trust',
  ),
  'tls/certificate': entry(
    'the certificate {path} cannot be used: {detail}',
    'give a PEM certificate chain and its private key',
    exitCodes.usage,
  ),
  'whep/condition-missing': entry(
    'this PATCH carries no If-Match',
    'send the ETag of the session, or * to restart ICE (RFC 9725, 4.3)',
  ),
  'whep/condition-failed': entry(
    'ICE was restarted since; this ETag is an old one',
    'send the newest ETag of the session',
  ),
  'whep/bad-fragment': entry(
    'the fragment is not usable: {detail}',
    'send application/trickle-ice-sdpfrag (RFC 8840)',
  ),
  'signaling/not-json': entry('the message is not JSON text', 'send one JSON object a message'),
  'signaling/invalid': entry('the message is not understood: {detail}', 'see docs/errors.md for its layout'),
  'signaling/version': entry(
    'signaling version {given} is not spoken here',
    'reload the page; send v: {version}',
  ),
  'signaling/sequence': entry(
    'message {given} of the session came where {expected} was due',
    'number the messages of a session from 1, by one',
  ),
  'signaling/sessions': entry(
    'one connection carries at most {limit} sessions',
    'end a session, or open another connection',
  ),
  'signaling/session-taken': entry('another connection uses this session id', 'choose a random session id'),
  'action/bad-sound': entry('{sound} cannot be played: {detail}', 'name a file with sound that ffmpeg reads'),
  'action/crowded': entry(
    'too much waits for {target} already',
    'see why it takes so long, or whether a rule fires too often',
  ),
  'action/expired': entry(
    '{target} could not be reached in time',
    'see whether its address is right and the network is there',
  ),
  'action/failed': entry('the action {action} failed: {detail}', 'see its log'),
  'action/no-clip': entry(
    '{feed} gave nothing to record',
    'look at its camera, and whether the disk has room',
  ),
  'action/no-feed': entry('"{event}" belongs to no feed', 'name one with `feed` in the rule or the action'),
  'action/no-speaker': entry('{feed} has no speaker', 'give its camera a speaker, or choose another feed'),
  'action/no-speech': entry(
    'this ffmpeg cannot speak',
    'install a full ffmpeg, or play a `file` instead of words',
    exitCodes.missing,
  ),
  'action/program-failed': entry('{program} failed: {detail}', 'the words after the colon are its own'),
  'action/program-missing': entry(
    'the program {program} cannot be run: {detail}',
    'install it, or correct its path',
    exitCodes.missing,
  ),
  'action/program-slow': entry('{program} was ended after {seconds} s', 'make it faster, or raise `timeout`'),
  'action/refused': entry('{target} does not take it: {detail}', 'see that address and token are right'),
  'action/speaker-busy': entry(
    'somebody talks through the speaker {speaker}',
    'nothing to do: a person goes first',
  ),
  'action/unheard': entry(
    'the speaker {speaker} played nothing of {sound}',
    'see that it is plugged in and switched on; vedette devices lists what there is',
  ),
  'push/crowded': entry('{limit} browsers are told already', 'let some of them be told no more'),
  'push/no-contact': entry(
    "Apple's push service takes nothing from a device without an address to turn to",
    'name one in the profile: push: { contact: mailto:you@example.org }',
  ),
  'push/unknown-service': entry(
    '{host} is not a push service that is known',
    'add it to push.services in the profile',
  ),
  'feed/unknown': entry('there is no feed "{feed}"', 'choose one of: {known}'),
  'camera/ended': entry(
    '{device} stopped: {detail}',
    'the words after the colon are the cause as ffmpeg tells it; `vedette check` tries the camera once more',
  ),
  'camera/unread-codec': entry(
    '{device} gives {given}, which Vedette does not read',
    'set the camera to H.264 or MJPEG',
  ),
  'camera/unreachable': entry(
    '{device} cannot be reached: {detail}',
    'check its address, its power and the network between',
  ),
  'camera/unauthorized': entry(
    '{device} refuses the user name or the password',
    'write them into the address: rtsp://user:password@host/path, special characters as %40 and so on',
  ),
  'camera/no-such-stream': entry(
    '{device} has no such stream',
    'check the path of the address in the manual of the camera',
  ),
  'camera/file-missing': entry(
    'there is no file {path}',
    'correct `path`; it is relative to the folder of the profile',
  ),
  'camera/file-denied': entry('this user may not read {path}', 'change its permissions: chmod a+r'),
  'screen/no-display': entry(
    'there is no X display {display}',
    'start it in a desktop session, or set `display`; Wayland screens cannot be taken',
  ),
  'rpicam/missing': entry(
    'neither rpicam-vid nor libcamera-vid was found in PATH',
    'install it: sudo apt-get install rpicam-apps',
    exitCodes.missing,
  ),
  'camera/hung': entry(
    '{camera} gave no picture for {seconds} s',
    'it is restarted by itself; if that goes on, try another cable, port or power supply',
  ),
  'camera/no-frame': entry(
    '{feed} gave no picture within {seconds} s: {reason}',
    'look at the camera; `vedette check` tries it alone',
  ),
  'camera/private': entry(
    '{feed} gives no picture: privacy mode is on',
    'switch it off on the page, or wait until it ends',
  ),
  'encoder/ended': entry(
    'the encoder {encoder} stopped: {detail}',
    'it is started again by itself; if that goes on, choose a smaller picture',
  ),
  'camera/not-found': entry(
    'there is no camera at {device}',
    'plug it in, or choose one of those that `vedette devices` lists',
  ),
  'camera/denied': entry(
    'this user may not open {device}',
    'add the user to the group video: sudo usermod -aG video $USER, then log in again',
  ),
  'camera/busy': entry('{device} is in use by another program', 'stop the other program'),
  'camera/lost': entry('{device} was unplugged', 'plug it in again; the picture returns by itself'),
  'camera/no-such-format': entry(
    '{device} offers no {format}; it offers {known}',
    'choose one of those, or `format: auto`',
  ),
  'v4l2/not-a-camera': entry(
    '{device} gives no pictures that Vedette can read',
    'choose one of those that `vedette devices` lists',
  ),
  'v4l2/unknown-control': entry(
    '{device} has no control "{control}"; it has: {known}',
    'correct `controls`; `vedette devices` lists them with their ranges',
  ),
  'v4l2/control-range': entry(
    'the control {control} of {device} takes {allowed}, not {value}',
    'correct `controls`; `vedette devices` lists them with their ranges',
  ),
  'v4l2/tools-missing': entry(
    'setting camera controls needs v4l2-ctl, which was not found in PATH',
    'install it: sudo apt-get install v4l-utils',
    exitCodes.missing,
  ),
  'sound/no-sound': entry(
    'the microphone {name} gives no sound',
    'see that no other program holds it; vedette devices lists what there is',
  ),
  'sound/device-lost': entry(
    'the sound device {device} ended: {detail}',
    'plug it in again; it is tried again by itself',
  ),
  'sound/no-file': entry('the sound file {file} cannot be used: {detail}', 'name a file that can be read'),
  'mqtt/not-configured': entry(
    'this needs an MQTT broker, and the profile names none',
    'name it: mqtt: { url: mqtt://broker.local }',
    exitCodes.usage,
  ),
  'mqtt/unreachable': entry(
    'the MQTT broker is not reached: {detail}',
    'see that the broker runs, and that `mqtt.url` is right; it is tried again by itself',
  ),
  'mqtt/refused': entry(
    'the MQTT broker refuses this device: {detail}',
    'set `mqtt.username` and `mqtt.password` as the broker knows them; it is tried again by itself',
  ),
  'mqtt/not-published': entry(
    'a message did not reach the MQTT broker: {detail}',
    'see that the broker is there, and what it allows this device to say',
  ),
  'mqtt/no-subscription': entry(
    'the MQTT broker gives nothing of {topic}: {detail}',
    'correct the topic, or allow this device to read it',
  ),
  'sensor/not-found': entry(
    'there is no {what}',
    'plug it in, or correct its name in the profile; it comes back by itself',
  ),
  'sensor/ambiguous': entry(
    'more than one {what} could be meant: {known}',
    'name one of them in the profile',
    exitCodes.usage,
  ),
  'sensor/lost': entry('{device} is gone', 'plug it in again; it comes back by itself'),
  'sensor/denied': entry(
    'this user may not read {path}',
    'give the user the group of that file, or run as a service that has it',
  ),
  'sensor/unreadable': entry(
    '{device} cannot be read: {detail}',
    'check its wires; it is tried again by itself',
  ),
  'sensor/nonsense': entry('{device} says what it cannot mean: {detail}', 'check its wires and its supply'),
  'sensor/no-answer': entry(
    '{device} gives no answer: {detail}',
    'see that it is on, and that its address is right',
  ),
  'sensor/no-value': entry(
    '{device} answers without a value: {detail}',
    'correct `path`; it says where in the answer the value stands',
  ),
  'gpio/tools-missing': entry(
    'GPIO lines need the tools of libgpiod; {program} was not found in PATH',
    'install them: sudo apt-get install gpiod',
    exitCodes.missing,
  ),
  'gpio/not-found': entry('there is no GPIO line {line}', 'choose one of those that `gpioinfo` lists'),
  'gpio/ambiguous': entry(
    'the GPIO line {line} is on more than one chip: {known}',
    'name its chip in the profile',
    exitCodes.usage,
  ),
  'gpio/denied': entry(
    'this user may not open GPIO lines',
    'add the user to the group gpio: sudo usermod -aG gpio $USER, then log in again',
  ),
  'gpio/busy': entry(
    'the GPIO line {line} is in use by another program',
    'stop that program; `gpioinfo` names it',
  ),
  'gpio/failed': entry(
    'the GPIO line {line} failed: {detail}',
    'check its chip; it is tried again by itself',
  ),
  'mqtt/device-lost': entry(
    'its device says that it is offline',
    'see that the device has power and reaches its network; it comes back by itself',
  ),
  'keypad/not-found': entry(
    'there is no keypad {device}',
    'plug it in, or correct `device`: ls /dev/input/by-id, or cat /sys/class/input/event*/device/name',
  ),
  'keypad/denied': entry(
    'this user may not read {device}',
    'let it read this device alone by a udev rule (docs/keypads.md), or add it to the group input',
  ),
  'keypad/lost': entry('{device} was unplugged', 'plug it in again; it is opened again by itself'),
  'keypad/unusable': entry('{device} cannot be used: {detail}', 'see that `device` is a keypad'),
  'serial/not-found': entry(
    'there is no serial line {path}',
    'plug it in, or correct `path`: ls /dev/serial/by-id',
  ),
  'serial/denied': entry(
    'this user may not open {path}',
    'add the user to the group dialout: sudo usermod -aG dialout $USER, then log in again',
  ),
  'serial/busy': entry('{path} is in use by another program', 'stop the other program'),
  'serial/lost': entry('{path} was unplugged', 'plug it in again; it is opened again by itself'),
  'serial/unusable': entry(
    '{path} cannot be used: {detail}',
    'see that `path` is a serial line and can do what its settings ask for',
  ),
  'serial/no-answer': entry(
    '{path} said nothing that fits within {seconds} s',
    'see that the device speaks at this speed, and that `ask` and `pattern` are right',
  ),
  'modbus/unreachable': entry(
    'the Modbus device cannot be reached: {detail}',
    'check its address, its power and the network between',
  ),
  'modbus/no-answer': entry(
    'unit {unit} did not answer within {seconds} s',
    'check the number of the unit, the wires, and on a serial line its speed and parity',
  ),
  'modbus/exception': entry(
    'unit {unit} refuses to read {table} {register}: {detail}',
    'look up the register in the manual of the device; many count from 1 where Modbus counts from 0',
  ),
  'modbus/nonsense': entry(
    'unit {unit} answers what was not asked: {detail}',
    'check the wires and their ends; two devices may have one number',
  ),
  'i2c/tools-missing': entry(
    'reading I2C needs i2c-tools, which were not found',
    'install them: sudo apt-get install i2c-tools',
    exitCodes.missing,
  ),
  'i2c/not-found': entry(
    'there is no I2C bus {bus}',
    'load its driver: sudo modprobe i2c-dev; on a Raspberry Pi: sudo raspi-config, Interface Options; then i2cdetect -l',
  ),
  'i2c/denied': entry(
    'this user may not open I2C bus {bus}',
    'add the user to the group i2c: sudo usermod -aG i2c $USER, then log in again',
  ),
  'i2c/busy': entry(
    'a driver of the kernel holds the chip at {address}',
    'read it by kind hwmon or iio, or unbind the driver',
  ),
  'i2c/no-answer': entry(
    'the chip at {address} does not answer',
    'check wires, power and address: i2cdetect -y {bus}',
  ),
  'i2c/unable': entry(
    'I2C bus {bus} cannot do this: {detail}',
    'use a bus of the I2C sort, not one that knows SMBus alone',
  ),
  'i2c/nonsense': entry(
    'the chip at {address} answers nonsense: {detail}',
    'check wires and pull-ups, and that it is the chip the profile says',
  ),
  'camera/none': entry('there is no camera {feed}', 'name one of `cameras`', exitCodes.usage),
  'microphone/none': entry(
    '{feed} has no microphone',
    'give it one: microphone: { kind: auto }',
    exitCodes.usage,
  ),
  'serial/bad-pattern': entry(
    'the pattern {pattern} cannot be used: {detail}',
    'write a simpler regular expression, with one group for the value',
    exitCodes.usage,
  ),
  'service/foreign-file': entry(
    '{file} was written or changed by somebody else',
    'move it away, or keep what it does and change it by systemctl edit',
  ),
  'service/no-systemd': entry(
    'systemd does not run here',
    'take the unit from vedette service print, or start `vedette run` by what starts other programs here',
    exitCodes.missing,
  ),
  'service/failed': entry(
    '`{command}` ended with status {status}',
    'its own words above say why; vedette service print shows the unit',
  ),
  'service/not-root': entry(
    'a service of the machine is installed by root',
    'say it with sudo, or install it for you alone with --user',
    exitCodes.usage,
  ),
  'service/not-installed': entry('there is no {unit}', 'install it: vedette service install <profile>'),
  'motion/lost': entry(
    '{feed} gives no picture to look for motion in: {detail}',
    'look at the camera; it is watched again by itself',
  ),
  'microphone/lost': entry(
    'the microphone of {feed} is not heard: {detail}',
    'look at the microphone; it is listened to again by itself',
  ),
  'request/answer-too-long': entry('the answer is longer than this way carries', 'ask for less at once'),
  'request/challenge': entry(
    'the device asked for nothing of the sort, or has it already',
    'ask anew: what moves something needs a fresh challenge of the device, which is good for one request',
  ),
  'request/failed': entry('the device failed at this', 'its log says why'),
  'request/interrupted': entry(
    'the device was interrupted at this, and does not know what came of it',
    'look at the lock, then ask anew',
  ),
  'request/invalid': entry(
    'the request is not understood: {detail}',
    'reload the page; see src/protocol/request.ts for its layout',
  ),
  'request/late': entry('this came too late', 'ask anew'),
  'request/no-answer': entry('the device does not answer', 'look at the lock before you try again'),
  'request/other': entry(
    'another request was made under this id before',
    'give each request an id of its own',
  ),
  'request/told-once': entry(
    '{name} was asked in by this already, and the link or code is told once',
    'take it back under People, and make another',
  ),
  'request/too-large': entry('the request is longer than {limit} bytes', 'ask for less at once'),
  'request/too-many': entry('too much was asked in a short time', 'wait some seconds'),
  'request/unreached': entry(
    'the device is not reached',
    'see that it has power and network; nothing was done',
  ),
  'second-step/again': entry('it was asked anew', 'wait for what was asked last'),
  'second-step/declined': entry('{detail}', 'ask them, then ask anew'),
  'second-step/late': entry('nobody confirmed it in time', 'ask anew, when somebody else is there'),
  'second-step/left': entry('whoever asked is not there any more', 'ask anew, and keep the page open'),
  'second-step/nobody': entry(
    'a second person has to confirm this, and nobody else may open it',
    'invite somebody who may open it, or change `secondStep` of this lock',
  ),
  'second-step/no-passkey': entry(
    'your passkey has to verify this, and you have none here',
    'add one on the page',
  ),
  'second-step/over': entry('nothing waits for this, or not any more', 'look whether it was opened'),
  'alarm/over': entry('this alarm is over', 'there is nothing to do any more'),
  'alarm/unknown': entry('there is no rule "{rule}"', 'load the page again: the profile is another now'),
  'ring/over': entry('it is over', 'ring back, or wait for the next'),
  'ring/taken': entry('{by} has answered', 'leave it to them'),
  'ring/no-call': entry('there is no call', 'there is nothing to hang up'),
  'ring/no-reply': entry('there is no such reply', 'load the page again: the profile is another now'),
  'ring/replying': entry('a reply is being played', 'wait until it was said'),
  'sensor/not-settable': entry('this sensor cannot be set', 'only simulated ones can'),
  'lock/broker-away': entry(
    'the broker is away',
    'look at it and at the network; it is tried again by itself',
  ),
  'lock/unknown': entry('there is no lock {lock}', 'name one of `locks`', exitCodes.usage),
  'lock/blocked': entry('it cannot be unlocked now: {detail}', 'mend that; it is tried again by itself'),
  'lock/overtaken': entry('somebody asked to {to} it meanwhile', 'look at the lock, and ask again'),
  'lock/no-answer': entry(
    'its driver does not answer',
    'look at the lock: it may stand either way; check what drives it',
  ),
  'lock/unconfirmed': entry(
    'it was driven, but its sensor does not say that it moved',
    'look at the lock: it may stand either way; check the sensor of its bolt',
  ),
  'lock/jammed': entry(
    'its bolt did not follow',
    'look at the lock: something blocks its bolt, or its wiring is broken',
  ),
  'lock/not-driven': entry('it was not moved: {detail}', 'look at what drives it, and ask again'),
  'lock/stopped': entry('the device stops', 'ask again when it is back'),
  'trust/damaged': entry(
    'trust.sqlite is damaged: {detail}',
    'stop the device, then: vedette audit recover <profile>',
  ),
  'trust/unwritable': entry(
    'trust.sqlite cannot be written: {detail}',
    'see that the disk has room, is not read-only and is well; it is tried again at the next change',
  ),
  'trust/none': entry(
    'there is no trust.sqlite in {folder}',
    'name the profile of a device that has run on this machine, as the user it runs as',
  ),
  'trust/in-use': entry('the device is running', 'stop it first, then try again'),
  'trust/broken-trail': entry(
    '{problem}; entries before it that hold: {count}',
    'keep a copy of the file; vedette audit recover begins anew after what holds',
  ),
  'identity/not-kept-here': entry(
    'the key of this device lies in {path}, outside its state folder',
    'put another one there by hand; everybody pairs anew then',
  ),
  'identity/too-many-changes': entry(
    'the key of this device was changed as often as can be followed',
    'keep this key; or begin as another device, with the whole state folder moved away',
  ),
  'identity/succession-damaged': entry(
    '{path} does not tell how this device came to its key: {detail}',
    'put identity/ back from a backup',
  ),
  'backup/no-passphrase': entry(
    'there is nobody to ask for the passphrase',
    'say it in a terminal, or name a file that holds it with --passphrase-file',
    exitCodes.usage,
  ),
  'backup/short-passphrase': entry(
    'the passphrase has fewer than {least} characters',
    'choose five words or more; whoever has the file and the passphrase is this device',
    exitCodes.usage,
  ),
  'backup/unreadable': entry(
    '{file} cannot be read: {detail}',
    'name a file that vedette backup has written',
  ),
  'backup/foreign': entry(
    '{file} is no backup that can be restored: {detail}',
    'name a file that vedette backup has written',
  ),
  'backup/wrong-passphrase': entry(
    'this passphrase does not open {file}',
    'try again; where it is surely the right one, the file is damaged: use another backup',
  ),
  'backup/damaged': entry('{file} is damaged, or a part of it is missing: {detail}', 'use another backup'),
  'restore/occupied': entry(
    'there is an identity in {folder} already',
    'to put the backup in its place, add --replace; the present one is kept aside',
    exitCodes.usage,
  ),
  'restore/unfinished': entry(
    'a restore in {folder} was cut short',
    'finish it: vedette restore <profile> <file>; it goes on where it ended',
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;
export type ErrorData = Readonly<Record<string, string | number>>;

/** What whoever is refused is told: a code of the table, its sentence, and the values to say it in another language. */
export interface Told {
  readonly code: ErrorCode;
  readonly reason: string;
  readonly detail?: ErrorData;
}

/** An error with a code of {@link errorTable} and the data of its sentence. */
export class VedetteError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData;

  constructor(code: ErrorCode, data: ErrorData = {}, options?: ErrorOptions) {
    super(fill(errorTable[code].text, data), options);
    this.name = 'VedetteError';
    this.code = code;
    this.data = data;
  }

  /** As others are told of it. */
  get told(): Told {
    const { reason: _, ...detail } = this.data; // it is the sentence itself
    const values = Object.keys(detail).length === 0 ? {} : { detail };
    return { code: this.code, reason: this.message, ...values };
  }

  /** What a person does about it. */
  get cure(): string {
    return fill(errorTable[this.code].cure, this.data);
  }

  get exitCode(): number {
    return errorTable[this.code].exitCode;
  }
}

/** `text` with the value of each `{name}` that has one. */
export function fill(text: string, data: ErrorData): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(data[name] ?? whole));
}
