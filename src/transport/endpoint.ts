/** Where a datagram came from or goes to: an IP address in the form the system prints it, without zone, and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export function sameEndpoint(one: Endpoint, other: Endpoint): boolean {
  return one.port === other.port && one.address === other.address;
}
