import { misuse } from "./misuse.js";

type Callable = (...values: unknown[]) => unknown;

/** From an installation to its end. */
interface Life {
  isOver: boolean;
}

/** What is replaced in the page while a sandbox is installed, and put back afterwards. */
export class Patches {
  #undo: (() => void)[] = [];
  #life: Life = { isOver: false };

  /**
   * Gives an object another member: a value, or what a getter says. Another library may put something over it and put it back
   * after the sandbox has gone, or keep it: from then on it acts as the original.
   */
  replace(target: object, name: string, value: unknown, get?: () => unknown): void {
    const before = Object.getOwnPropertyDescriptor(target, name);
    // A method of a DOM is inherited.
    const original = () => (before ? (before.get ? before.get.call(target) : before.value) : Reflect.get(Object(Object.getPrototypeOf(target)), name, target)) as unknown;
    const undo = () => void (before ? Object.defineProperty(target, name, before) : Reflect.deleteProperty(target, name));
    const life = this.#life;
    const slot = typeof value === "function" ? undefined : objectSlot(life, get ?? (() => value), original, undo);
    const next: PropertyDescriptor = slot?.property ?? { value: passing(value as Callable, original, life), writable: true };
    // A getter of the page, such as `navigator.onLine`, has no setter.
    if (get) delete next.set;
    try {
      Object.defineProperty(target, name, { ...next, configurable: true, enumerable: before?.enumerable ?? true });
    } catch {
      throw misuse("not_replaceable", `\`${name}\` of this page cannot be replaced`);
    }
    this.#undo.push(() => {
      // What somebody else has put over it since is theirs to take away: deleted by them, the page would be left with nothing.
      const now = Object.getOwnPropertyDescriptor(target, name);
      if (now?.value === next.value && now?.get === next.get && !slot?.isCovered()) undo();
    });
  }

  /** Has something else undone with the rest. */
  after(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Puts everything back, the last first. */
  restore(): void {
    this.#life.isOver = true;
    this.#life = { isOver: false };
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}

/** The same function or class until the end of its life, and the original from then on. */
function passing(value: Callable, original: () => unknown, life: Life): Callable {
  const current = () => (life.isOver ? original() : value) as Callable;
  const proxy: Callable = new Proxy(value, {
    apply: (_, self, values) => Reflect.apply(current(), self, values) as unknown,
    construct: (_, values, made) => Reflect.construct(current(), values, made === proxy ? current() : made) as object,
    get: (_, name) => Reflect.get(Object(current()), name) as unknown,
  });
  return proxy;
}

/**
 * A property that holds an object and takes itself away when it is found again after the end of its life: an object cannot act as one
 * that is not there.
 */
function objectSlot(life: Life, own: () => unknown, original: () => unknown, undo: () => void) {
  let cover: { value: unknown } | undefined;
  const get = () => {
    if (cover) return cover.value;
    if (!life.isOver) return own();
    undo();
    return original();
  };
  const set = (value: unknown) => {
    cover = value === own() ? undefined : { value };
    if (life.isOver && !cover) undo();
  };
  return { property: { get, set } as PropertyDescriptor, isCovered: () => cover !== undefined };
}
