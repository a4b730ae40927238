/** One line of a GPIO chip that we drive. Inactive when it is opened, and when it is closed. */
export interface OutputLine {
  /** @throws VedetteError where the chip is gone */
  set(active: boolean): Promise<void>;
  /** Inactive, and given back. Idempotent. */
  close(): Promise<void>;
}

/** What actions use of a broker connection. */
export interface Publisher {
  readonly connected: boolean;
  /** Resolves when the broker has it (PUBACK). */
  publish(
    topic: string,
    payload: string,
    options: { readonly qos: 0 | 1; readonly retain: boolean; readonly expiryMs: number },
  ): Promise<void>;
  onConnected(listener: () => void): () => void;
}

/** What actions use of the device's buses. */
export interface ActionBuses {
  /** Undefined where the profile names no broker. */
  readonly mqtt: Publisher | undefined;
  readonly gpio: {
    /**
     * Takes a line, by its name or its offset on a chip, and makes it inactive.
     * @throws VedetteError where it is not there, not allowed, or in use
     */
    openOutput(
      line: string | number,
      options: { readonly chip?: string; readonly activeLow: boolean },
    ): Promise<OutputLine>;
  };
}
