type MessageListener = (event: { readonly data: unknown }) => void;

/** The members of `BroadcastChannel` that the module and the sandbox use. */
export type ChannelClass = new (name: string) => EventTarget & {
  onmessage: MessageListener | null;
  postMessage(message: unknown): void;
  close(): void;
};

/**
 * Makes a `BroadcastChannel` for the windows of a sandbox, which all live in this page. Messages arrive in the same task, while those of the real
 * one take an unknown number of tasks. `onMessage` is called for each message.
 */
export function channelClass(onMessage: () => void): ChannelClass {
  const open = new Set<Channel>();

  class Channel extends EventTarget {
    onmessage: MessageListener | null = null;
    onmessageerror: MessageListener | null = null;

    constructor(readonly name: string) {
      super();
      open.add(this);
    }

    postMessage(message: unknown): void {
      if (!open.has(this)) throw new DOMException("The channel is closed", "InvalidStateError");
      onMessage();
      for (const other of open) {
        if (other === this || other.name !== this.name) continue;
        const data = structuredClone(message);
        queueMicrotask(() => open.has(other) && other.#receive(data));
      }
    }

    close(): void {
      open.delete(this);
    }

    #receive(data: unknown): void {
      const event = new MessageEvent("message", { data });
      this.dispatchEvent(event);
      this.onmessage?.(event);
    }
  }

  // A function, because `Patches` may replace its prototype after `dispose`. The prototype of a class is fixed.
  const constructor = function (name: string) {
    return Reflect.construct(Channel, [name], new.target ?? Channel) as Channel;
  };
  return Object.assign(constructor, { prototype: Channel.prototype }) as unknown as ChannelClass;
}
