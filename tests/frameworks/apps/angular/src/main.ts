import { Component, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { App } from "./app/app";

const isShown = signal(true);

@Component({ selector: "test-root", imports: [App], template: "@if (isShown()) { <app-root /> } @else { <p>left</p> }" })
class Root {
  readonly isShown = isShown;
}

await bootstrapApplication(Root);
Object.assign(globalThis, { leave: () => isShown.set(false) });
