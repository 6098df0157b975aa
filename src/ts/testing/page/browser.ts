import { sandboxError } from "../sandbox-error.js";
import type { SandboxPopup } from "../types.js";
import { channelClass, type ChannelClass } from "./channel.js";
import type { Patches } from "./patches.js";

/** What the browser reports. */
export interface BrowserEvents {
  /** Whether the page may open this window. Asked once for each window. */
  mayOpen(popup: Popup): boolean;
  /** The user was sent to the platform, in a popup or, with null, in the page itself. */
  sent(url: string, popup: Popup | null): void;
  /** Any event. */
  happened(): void;
}

type Globals = Record<string, unknown>;
const globals = globalThis as unknown as Globals;

/** A window that the page has opened. */
export class Popup implements SandboxPopup {
  url = "about:blank";
  /** The value of `closed`, which is wrong if a page has cut off its opener. */
  looksClosed = false;
  isClosed = false;

  constructor(private readonly browser: Browser) {}

  close(): void {
    if (this.isClosed) return;
    this.isClosed = this.looksClosed = true;
    this.browser.setFocus(true);
  }

  /** The `Window` that the page gets. */
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
      // A page cannot close a window that was cut off from it.
      close: () => void (popup.looksClosed || popup.close()),
      focus() {},
      blur() {},
      postMessage() {},
    };
  }

  #go(url: string): void {
    if (this.isClosed) return;
    this.url = url;
    this.browser.events.sent(url, this);
  }
}

/** The parts of a browser that the module uses, and the state of the page. */
export class Browser {
  readonly popups: Popup[] = [];
  Channel!: ChannelClass;
  #isOnline = true;
  #hasFocus = true;

  constructor(readonly events: BrowserEvents, private readonly platformOrigin: string) {}

  install(patches: Patches, pageUrl: string): void {
    const address = typeof document === "undefined" ? installPage(patches, pageUrl) : undefined;
    this.Channel = channelClass(() => this.events.happened());
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
    dispatch(isOnline ? "online" : "offline");
  }

  setFocus(hasFocus: boolean): void {
    if (hasFocus === this.#hasFocus) return;
    this.#hasFocus = hasFocus;
    dispatch(hasFocus ? "focus" : "blur");
  }

  /** Sets the address of the page to which the user has returned. */
  arrive(url: string): void {
    try {
      history.replaceState(history.state, "", url);
    } catch {
      // Another origin. The test finds the address in `callbackUrl`.
    }
  }

  #replaceOpen(patches: Patches): void {
    const before = globals.open as ((...values: unknown[]) => unknown) | undefined;
    patches.replace(globalThis, "open", (url: unknown = "", ...rest: unknown[]) => {
      const address = String(url);
      const isOurs = address === "" || address === "about:blank" || this.#isPlatform(address);
      if (!isOurs) return before?.call(globalThis, url, ...rest) ?? null;
      const popup = new Popup(this);
      if (!this.events.mayOpen(popup)) return null;
      this.popups.push(popup);
      this.setFocus(false);
      const opened = popup.window() as Location & { location: Location };
      if (this.#isPlatform(address)) opened.location.href = address;
      return opened;
    });
  }

  /** Catches navigation to the platform. The page stays, because the test runs in it. */
  #watchLeaving(patches: Patches, real: Pick<Location, "href" | "assign" | "replace">): void {
    let isOver = false;
    patches.after(() => (isOver = true));
    const isLeft = (url: unknown) => !isOver && this.#isPlatform(url);
    const leave = (url: unknown) => this.events.sent(new URL(String(url), real.href).href, null);
    if (Object.getOwnPropertyDescriptor(globalThis, "location")?.configurable !== false) {
      const methods: Globals = {};
      for (const name of ["assign", "replace"] as const) {
        methods[name] = (url: unknown) => (isLeft(url) ? leave(url) : real[name](String(url)));
      }
      // The target is empty. A proxy of `location` would have to return its unconfigurable members unchanged.
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
    // In browsers `location` cannot be replaced. Newer ones fire `navigate` before they leave a page.
    const navigation = globals.navigation as EventTarget | undefined;
    const onNavigate = (event: Event) => {
      const { url } = (event as Event & { destination: { url: string } }).destination;
      if (!isLeft(url)) return;
      event.preventDefault();
      leave(url);
    };
    navigation?.addEventListener("navigate", onNavigate);
    patches.after(() => navigation?.removeEventListener("navigate", onNavigate));
  }

  #isPlatform(url: unknown): boolean {
    return String(url).startsWith(`${this.platformOrigin}/`);
  }
}

/**
 * Installs the parts of a page that the module uses, for Node without a DOM.
 * @returns its address, which is not yet its `location`.
 */
function installPage(patches: Patches, pageUrl: string) {
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
      throw sandboxError("not_replaceable", "the page cannot be left here: its `location` cannot be replaced");
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

function dispatch(name: string): void {
  globalThis.dispatchEvent?.(new Event(name));
}
