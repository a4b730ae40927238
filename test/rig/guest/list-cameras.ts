/** Run in the guest: prints what `listCameras` finds, as JSON. */
import { listCameras } from '../../../src/media/cameras/v4l2-devices.ts';

console.log(JSON.stringify(await listCameras()));
