/** A process that opens a peer connection, ends it in the way its argument says, and then has nothing left to do. */
import { FarEnd } from './far-end.ts';
import { connected, NearEnd } from './near-end.ts';
import { startWire } from './wires.ts';

const ending = process.argv[2];
if (ending === 'closed while answering') {
  const far = new FarEnd();
  const near = new NearEnd(far, await startWire());
  const answering = near.answer(await far.offer(() => {})).catch(() => undefined);
  await near.close();
  await answering;
  await far.connection.close();
} else if (ending === 'never connected') {
  const far = new FarEnd();
  const near = new NearEnd(far, await startWire());
  const offer = await far.offer(() => {});
  await far.connection.close();
  await near.answer(offer);
  await near.close();
} else {
  const { near, far } = await connected();
  if (ending === 'hung up') await far.hangUp();
  await near.close();
  await far.connection.close();
}
