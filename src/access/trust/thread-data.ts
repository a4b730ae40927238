/** What the thread is started with. */
export interface TrustThreadData {
  readonly path: string;
  /** The device's. */
  readonly publicKey: string;
  /** The device never had such a file. */
  readonly mayCreate: boolean;
}
