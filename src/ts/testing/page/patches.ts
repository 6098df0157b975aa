import { sandboxError } from "../sandbox-error.js";

type Callable = (...values: unknown[]) => unknown;

/** One installation of the sandbox. */
interface Lifetime {
  isOver: boolean;
}

/** Replaces members of the page while a sandbox is installed, and restores them afterwards. */
export class Patches {
  #undo: (() => void)[] = [];
  #lifetime: Lifetime = { isOver: false };

  /**
   * Replaces a member by a value, or by what `get` returns. Another library may save the replacement and restore it after the sandbox was disposed
   * of. From then on it acts as the original.
   */
  replace(target: object, name: string, value: unknown, get?: () => unknown): void {
    const before = Object.getOwnPropertyDescriptor(target, name);
    // Methods of a DOM are inherited.
    const original = () => (before ? (before.get ? before.get.call(target) : before.value) : Reflect.get(Object(Object.getPrototypeOf(target)), name, target)) as unknown;
    const undo = () => void (before ? Object.defineProperty(target, name, before) : Reflect.deleteProperty(target, name));
    const lifetime = this.#lifetime;
    const slot = typeof value === "function" ? undefined : objectSlot(lifetime, get ?? (() => value), original, undo);
    const next: PropertyDescriptor = slot?.property ?? { value: expiring(value as Callable, original, lifetime), writable: true };
    // Getters of a page, such as `navigator.onLine`, have no setter.
    if (get) delete next.set;
    try {
      Object.defineProperty(target, name, { ...next, configurable: true, enumerable: before?.enumerable ?? true });
    } catch {
      throw sandboxError("not_replaceable", `\`${name}\` of this page cannot be replaced`);
    }
    this.#undo.push(() => {
      // A replacement of another library stays. It will restore ours, which then acts as the original.
      const now = Object.getOwnPropertyDescriptor(target, name);
      if (now?.value === next.value && now?.get === next.get && !slot?.isCovered()) undo();
    });
  }

  /** Adds a step to `restore`. */
  after(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Restores everything, in reverse order. */
  restore(): void {
    this.#lifetime.isOver = true;
    this.#lifetime = { isOver: false };
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}

/** A function or class that acts as the original once the lifetime is over. */
function expiring(value: Callable, original: () => unknown, lifetime: Lifetime): Callable {
  const current = () => (lifetime.isOver ? original() : value) as Callable;
  const proxy: Callable = new Proxy(value, {
    apply: (_, self, values) => Reflect.apply(current(), self, values) as unknown,
    construct: (_, values, made) => Reflect.construct(current(), values, made === proxy ? current() : made) as object,
    get: (_, name) => Reflect.get(Object(current()), name) as unknown,
  });
  return proxy;
}

/**
 * A property that holds an object. Read after the lifetime is over, it restores the original, because an object cannot act as a missing one.
 */
function objectSlot(lifetime: Lifetime, own: () => unknown, original: () => unknown, undo: () => void) {
  let cover: { value: unknown } | undefined;
  const get = () => {
    if (cover) return cover.value;
    if (!lifetime.isOver) return own();
    undo();
    return original();
  };
  const set = (value: unknown) => {
    cover = value === own() ? undefined : { value };
    if (lifetime.isOver && !cover) undo();
  };
  return { property: { get, set } as PropertyDescriptor, isCovered: () => cover !== undefined };
}
