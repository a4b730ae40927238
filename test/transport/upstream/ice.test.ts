/** Holes of the pinned werift, as docs/upstream tells them. A test that fails here says that one is closed: update it. */
import { afterEach, expect, test } from 'vitest';
import { type Connection, classes, Message, methods, parseMessage } from 'werift';
import { clientAddress, iceAgents, type Network, settled, strangerAddress } from './wire.ts';

const open: Connection[] = [];
async function agents() {
  const pair = await iceAgents();
  open.push(pair.near, pair.far);
  return pair;
}
afterEach(async () => {
  for (const agent of open.splice(0)) await agent.close();
});

const dataAt = (agent: Connection) => {
  const texts: string[] = [];
  agent.onData.subscribe((data) => texts.push(String(data)));
  return texts;
};

/** A binding request that nobody signed, for a user that does not exist. */
function unsignedRequest(): Buffer {
  const request = new Message(methods.BINDING, classes.REQUEST);
  request.setAttribute('USERNAME', 'nobody:knows').setAttribute('PRIORITY', 1);
  request.setAttribute('ICE-CONTROLLING', 2n ** 64n - 1n);
  return request.bytes;
}

const answersTo = (network: Network, host: string) =>
  network.sent
    .filter(({ to }) => to[0] === host)
    .map(({ datagram }) => parseMessage(datagram)?.messageClass)
    .filter((messageClass) => messageClass === classes.RESPONSE);

test('two honest agents connect, and data goes both ways', async () => {
  const { near, far } = await agents();
  const [atNear, atFar] = [dataAt(near), dataAt(far)];
  await near.send(Buffer.from('to the far end'));
  await far.send(Buffer.from('to the near end'));
  await settled();
  expect([atNear, atFar]).toEqual([['to the near end'], ['to the far end']]);
});

test('data still comes on the old pair after a restart, until new pairs stand', async () => {
  const { near, far } = await agents();
  const texts = dataAt(near);
  await near.restart();
  await far.send(Buffer.from('meanwhile'));
  await settled();
  expect(texts).toEqual(['meanwhile']);
});

test('hole: data is taken from an address that took part in no check', async () => {
  const { network, near } = await agents();
  const texts = dataAt(near);
  network.send(Buffer.from('I am nobody'), strangerAddress, clientAddress);
  await settled();
  expect(texts).toEqual(['I am nobody']);
});

test('hole: a request that nobody signed is answered, makes a pair and is checked in return', async () => {
  const { network, near } = await agents();
  const pairs = near.checkList.length;
  network.send(unsignedRequest(), strangerAddress, clientAddress);
  await settled();
  expect(answersTo(network, strangerAddress[0])).toHaveLength(1);
  expect(near.checkList).toHaveLength(pairs + 1);
});

test('hole: fifty of them make fifty pairs', async () => {
  const { network, near } = await agents();
  const pairs = near.checkList.length;
  for (let port = 1; port <= 50; port++)
    network.send(unsignedRequest(), [strangerAddress[0], port], clientAddress);
  await settled();
  expect(near.checkList).toHaveLength(pairs + 50);
});

test('hole: a request that nobody signed turns the role of a controlling agent', async () => {
  const { network, near } = await agents();
  expect(near.iceControlling).toBe(true);
  network.send(unsignedRequest(), strangerAddress, clientAddress);
  await settled();
  expect(near.iceControlling).toBe(false);
});
