/** Peers of the pinned werift that talk through memory: no socket, and every datagram in our hands. */
import {
  Candidate,
  CipherContext,
  Connection,
  DtlsClient,
  DtlsServer,
  type DtlsSocket,
  HashAlgorithm,
  NamedCurveAlgorithm,
  SignatureAlgorithm,
  StunProtocol,
} from 'werift';

type Address = readonly [host: string, port: number];
type Transport = ConstructorParameters<typeof DtlsClient>[0]['transport'];

/** Carries datagrams in order, each in a turn of its own. */
export class Network {
  readonly #receivers = new Map<string, (datagram: Buffer, from: Address) => void>();
  /** What was sent, in order. */
  readonly sent: { readonly from: Address; readonly to: Address; readonly datagram: Buffer }[] = [];
  /** False loses the datagram. */
  carries: (datagram: Buffer, from: Address) => boolean = () => true;

  send(datagram: Buffer, from: Address, to: Address): void {
    const copy = Buffer.from(datagram);
    this.sent.push({ from, to, datagram: copy });
    if (this.carries(copy, from))
      setImmediate(() => this.#receivers.get(String(to))?.(Buffer.from(copy), from));
  }

  transport(own: Address, far?: Address): Transport {
    const transport: Transport = {
      type: 'udp',
      address: { address: own[0], port: own[1], family: 'IPv4' },
      addressFamily: 4,
      closed: false,
      onData: () => {},
      send: async (datagram, to = far) => to && this.send(datagram, own, to),
      close: async () => {},
    };
    this.#receivers.set(String(own), (datagram, from) => transport.onData(datagram, from));
    return transport;
  }
}

/** Lets all that is on its way arrive. */
export async function settled(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export interface Identity {
  readonly certPem: string;
  readonly keyPem: string;
}

const signatureHash = { hash: HashAlgorithm.sha256_4, signature: SignatureAlgorithm.ecdsa_3 };

export const newIdentity = (): Promise<Identity> =>
  CipherContext.createSelfSignedCertificateWithKey(signatureHash, NamedCurveAlgorithm.secp256r1_23);

export const clientAddress: Address = ['192.0.2.1', 1000];
export const serverAddress: Address = ['192.0.2.2', 2000];
export const strangerAddress: Address = ['198.51.100.66', 666];

export class DtlsPair {
  readonly network = new Network();
  readonly client: DtlsClient;
  readonly server: DtlsServer;

  constructor(client: Identity, server: Identity) {
    const options = (identity: Identity, transport: Transport) => ({
      cert: identity.certPem,
      key: identity.keyPem,
      signatureHash,
      transport,
      srtpProfiles: [],
      extendedMasterSecret: true,
    });
    this.client = new DtlsClient(options(client, this.network.transport(clientAddress, serverAddress)));
    this.server = new DtlsServer({
      ...options(server, this.network.transport(serverAddress, clientAddress)),
      certificateRequest: true,
    });
    for (const end of [this.client, this.server]) end.onError.subscribe(() => {});
  }

  /** How the handshake ended for one side. */
  async handshake(side: 'client' | 'server'): Promise<string> {
    const outcome = new Promise<string>((resolve) => {
      this[side].onConnect.once(() => resolve('connected'));
      this[side].onError.once((error) => resolve(`refused: ${error.message ?? error}`));
    });
    this.client.connect().catch(() => {});
    return outcome;
  }

  /** Both sides connected. */
  async connect(): Promise<this> {
    const both = Promise.all(
      [this.client, this.server].map((end) => new Promise<void>((resolve) => end.onConnect.once(resolve))),
    );
    this.client.connect().catch(() => {});
    await both;
    await settled();
    return this;
  }

  /** A datagram that claims to come from the other side: DTLS under this transport is told no address. */
  forge(to: 'client' | 'server', datagram: Buffer): void {
    const [from, at] = to === 'client' ? [serverAddress, clientAddress] : [clientAddress, serverAddress];
    this.network.send(datagram, from, at);
  }
}

/** Texts that arrived as application data. */
export function messagesAt(end: DtlsSocket): string[] {
  const texts: string[] = [];
  end.onData.subscribe((data) => texts.push(String(data)));
  return texts;
}

/** RFC 6347, 4.1: type, version, epoch, sequence number, length. */
export function record(type: number, fragment: Buffer): Buffer {
  const header = Buffer.from([type, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 0]);
  header.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([header, fragment]);
}

/** RFC 6347, 4.2.2: a handshake message in one fragment. */
export function handshakeMessage(type: number, sequence: number, body: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header[0] = type;
  header.writeUIntBE(body.length, 1, 3);
  header.writeUInt16BE(sequence, 4);
  header.writeUIntBE(body.length, 9, 3);
  return Buffer.concat([header, body]);
}

interface IceInsides {
  readonly protocols: StunProtocol[];
  ensureProtocol(protocol: StunProtocol): void;
}

/** An ICE agent with one address and no server. */
export function iceAgent(network: Network, address: Address, controlling: boolean): Connection {
  const agent = new Connection(controlling, { useIpv4: false, useIpv6: false });
  delete agent.stunServer;
  const protocol = new StunProtocol();
  const transport = network.transport(address);
  Object.assign(protocol, { transport, localIp: address[0] });
  const receiver = protocol as unknown as Record<'datagramReceived', (data: Buffer, from: Address) => void>;
  transport.onData = (data, from) => receiver.datagramReceived(data, from);
  const insides = agent as unknown as IceInsides;
  insides.ensureProtocol(protocol);
  protocol.localCandidate = new Candidate(
    'f',
    1,
    'udp',
    2_130_706_431,
    ...address,
    'host',
    undefined,
    undefined,
    undefined,
    agent.generation,
    agent.localUsername,
  );
  insides.protocols.push(protocol);
  return agent;
}

/** Two agents that have found each other. */
export async function iceAgents() {
  const network = new Network();
  const near = iceAgent(network, clientAddress, true);
  const far = iceAgent(network, serverAddress, false);
  for (const [agent, other] of [
    [near, far],
    [far, near],
  ] as const) {
    await agent.gatherCandidates();
    other.setRemoteParams({
      iceLite: false,
      usernameFragment: agent.localUsername,
      password: agent.localPassword,
    });
  }
  for (const [agent, other] of [
    [near, far],
    [far, near],
  ] as const) {
    for (const candidate of other.localCandidates) await agent.addRemoteCandidate(candidate);
    await agent.addRemoteCandidate(undefined);
  }
  await Promise.all([near.connect(), far.connect()]);
  return { network, near, far };
}
