import { channels, type ChannelClass } from "./channel.js";
import type { SandboxPopup } from "./types.js";
import { misuse } from "./misuse.js";
import type { Patches } from "./patches.js";

/** What the page wants of the one who installed it. */
export interface Visitors {
  /** Whether the browser lets the page open a window now. Asked once a window. */
  mayOpen(popup: Popup): boolean;
  /** The user was sent to the platform: in a popup, or the page itself was left. */
  sent(url: string, popup: Popup | null): void;
  /** Something has happened. */
  happened(): void;
}

type Members = Record<string, unknown>;
const page = globalThis as unknown as Members;

/** A window that the page has opened, and its user. */
export class Popup implements SandboxPopup {
  url = "about:blank";
  /** What `window.closed` says, which may be wrong. */
  looksClosed = false;
  isClosed = false;

  constructor(private readonly page: Page) {}

  close(): void {
    if (this.isClosed) return;
    this.isClosed = this.looksClosed = true;
    this.page.setFocus(true);
  }

  /** As the page has it. */
  window(): object {
    const go = (url: unknown) => this.#go(String(url));
    const popup = this;
    return {
      get closed() {
        return popup.looksClosed;
      },
      opener: globalThis,
      location: {
        get href() {
          return popup.url;
        },
        set href(url: string) {
          go(url);
        },
        assign: go,
        replace: go,
      },
      // A window that was cut off from the page cannot be closed by it.
      close: () => void (popup.looksClosed || popup.close()),
      focus() {},
      blur() {},
      postMessage() {},
    };
  }

  #go(url: string): void {
    if (this.isClosed) return;
    this.url = url;
    this.page.visitors.sent(url, this);
  }
}

/** What the module, and the page around it, see of the browser. */
export class Page {
  readonly popups: Popup[] = [];
  Channel!: ChannelClass;
  #isOnline = true;
  #hasFocus = true;

  constructor(readonly visitors: Visitors, private readonly platformOrigin: string) {}

  install(patches: Patches, pageUrl: string): void {
    const address = typeof document === "undefined" ? bringPage(patches, pageUrl) : undefined;
    this.Channel = channels(() => this.visitors.happened());
    patches.replace(globalThis, "BroadcastChannel", this.Channel);
    patches.replace(document, "hasFocus", () => this.#hasFocus);
    if (typeof navigator === "undefined") patches.replace(globalThis, "navigator", { userAgent: "" });
    patches.replace(navigator, "onLine", undefined, () => this.#isOnline);
    this.#replaceOpen(patches);
    this.#watchLeaving(patches, address ?? location);
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  setOnline(isOnline: boolean): void {
    if (isOnline === this.#isOnline) return;
    this.#isOnline = isOnline;
    tell(isOnline ? "online" : "offline");
  }

  setFocus(hasFocus: boolean): void {
    if (hasFocus === this.#hasFocus) return;
    this.#hasFocus = hasFocus;
    tell(hasFocus ? "focus" : "blur");
  }

  /** The page as it is when the user has come back to it. */
  arrive(url: string): void {
    try {
      history.replaceState(history.state, "", url);
    } catch {
      // Of another origin: the test has the address all the same.
    }
  }

  #replaceOpen(patches: Patches): void {
    const before = page.open as ((...values: unknown[]) => unknown) | undefined;
    patches.replace(globalThis, "open", (url: unknown = "", ...rest: unknown[]) => {
      const address = String(url);
      const isOurs = address === "" || address === "about:blank" || this.#isPlatform(address);
      if (!isOurs) return before?.call(globalThis, url, ...rest) ?? null;
      const popup = new Popup(this);
      if (!this.visitors.mayOpen(popup)) return null;
      this.popups.push(popup);
      this.setFocus(false);
      const opened = popup.window() as Location & { location: Location };
      if (this.#isPlatform(address)) opened.location.href = address;
      return opened;
    });
  }

  /** A page that is left for the platform stays, as the test is in it. */
  #watchLeaving(patches: Patches, real: Pick<Location, "href" | "assign" | "replace">): void {
    let isOver = false;
    patches.after(() => (isOver = true));
    const isLeft = (url: unknown) => !isOver && this.#isPlatform(url);
    const leave = (url: unknown) => this.visitors.sent(new URL(String(url), real.href).href, null);
    if (Object.getOwnPropertyDescriptor(globalThis, "location")?.configurable !== false) {
      const methods: Members = {};
      for (const name of ["assign", "replace"] as const) {
        methods[name] = (url: unknown) => (isLeft(url) ? leave(url) : real[name](String(url)));
      }
      // Not a proxy of the real one, whose members may not be told otherwise.
      const left = new Proxy({}, {
        get: (_, name) => {
          const value = methods[name as string] ?? Reflect.get(real, name, real);
          return typeof value === "function" && !(name in methods) ? value.bind(real) : value;
        },
        set: (_, name, value) => {
          if (name === "href" && isLeft(value)) return leave(value), true;
          return Reflect.set(real, name, value, real);
        },
      });
      patches.replace(globalThis, "location", left);
      return;
    }
    // In a browser nothing of `location` can be replaced; the newer ones ask before they leave a page.
    const navigation = page.navigation as EventTarget | undefined;
    const asked = (event: Event) => {
      const { url } = (event as Event & { destination: { url: string } }).destination;
      if (!isLeft(url)) return;
      event.preventDefault();
      leave(url);
    };
    navigation?.addEventListener("navigate", asked);
    patches.after(() => navigation?.removeEventListener("navigate", asked));
  }

  #isPlatform(url: unknown): boolean {
    return String(url).startsWith(`${this.platformOrigin}/`);
  }
}

/**
 * In Node, without a DOM: as much of a page as the module looks at.
 * @returns its address, which is not its `location` yet.
 */
function bringPage(patches: Patches, pageUrl: string) {
  const events = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
    patches.replace(globalThis, name, events[name].bind(events));
  }
  const address = {
    href: pageUrl,
    get origin() {
      return new URL(this.href).origin;
    },
    assign() {
      throw misuse("not_replaceable", "the page cannot be left here: its `location` cannot be replaced");
    },
    replace() {
      this.assign();
    },
  };
  const replaceState = (_state: unknown, _unused: string, url: string) => void (address.href = new URL(url, address.href).href);
  patches.replace(globalThis, "history", { state: null, replaceState });
  patches.replace(globalThis, "document", Object.assign(new EventTarget(), { visibilityState: "visible", hasFocus: () => true }));
  return address;
}

function tell(name: string): void {
  globalThis.dispatchEvent?.(new Event(name));
}
