type Listener = (event: { readonly data: unknown }) => void;

/** As much of a `BroadcastChannel` as is used here. */
export type ChannelClass = new (name: string) => EventTarget & {
  onmessage: Listener | null;
  postMessage(message: unknown): void;
  close(): void;
};

/**
 * A `BroadcastChannel` for the windows of a sandbox, which are all in this page: word arrives in the same task, so that tests
 * need not wait for other threads.
 */
export function channels(happened: () => void): ChannelClass {
  const open = new Set<Channel>();

  class Channel extends EventTarget {
    onmessage: Listener | null = null;
    onmessageerror: Listener | null = null;

    constructor(readonly name: string) {
      super();
      open.add(this);
    }

    postMessage(message: unknown): void {
      if (!open.has(this)) throw new DOMException("The channel is closed", "InvalidStateError");
      happened();
      for (const other of open) {
        if (other === this || other.name !== this.name) continue;
        const data = structuredClone(message);
        queueMicrotask(() => open.has(other) && other.#hear(data));
      }
    }

    close(): void {
      open.delete(this);
    }

    #hear(data: unknown): void {
      const event = new MessageEvent("message", { data });
      this.dispatchEvent(event);
      this.onmessage?.(event);
    }
  }

  // As a function, whose prototype may be exchanged for the browser's own once the sandbox is disposed of: that of a class is fixed.
  const made = function (name: string) {
    return Reflect.construct(Channel, [name], new.target ?? Channel) as Channel;
  };
  return Object.assign(made, { prototype: Channel.prototype }) as unknown as ChannelClass;
}
