import { misuse } from "./misuse.js";

/** What is replaced in the page while a sandbox is installed, and put back afterwards. */
export class Patches {
  #undo: (() => void)[] = [];

  /** Gives an object another member: a value, or what a getter says. */
  replace(target: object, name: string, value: unknown, get?: () => unknown): void {
    const before = Object.getOwnPropertyDescriptor(target, name);
    const next: PropertyDescriptor = get ? { get, configurable: true } : { value, configurable: true, writable: true };
    try {
      Object.defineProperty(target, name, { ...next, enumerable: before?.enumerable ?? true });
    } catch {
      throw misuse("not_replaceable", `\`${name}\` of this page cannot be replaced`);
    }
    this.#undo.push(() => {
      // What somebody else has put over it since is theirs to take away: deleted by them, the page would be left with nothing.
      const now = Object.getOwnPropertyDescriptor(target, name);
      if (now?.value !== next.value || now?.get !== next.get) return;
      if (before) Object.defineProperty(target, name, before);
      else Reflect.deleteProperty(target, name);
    });
  }

  /** Has something else undone with the rest. */
  after(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Puts everything back, the last first. */
  restore(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
