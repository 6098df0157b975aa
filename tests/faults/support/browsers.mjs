const own = "its own";

/**
 * What is held in real browsers as well: the fault, at which requests, what comes of it, how the browser comes by it, and in which tests
 * of tests/e2e: `[file, name]` each. All of them run in Chromium, Firefox and WebKit.
 */
export const inBrowsers = [
  {
    fault: "name not found (DNS)",
    at: "`integrations`, `fields`, `initiate`, `account` (calls, redirect, popup)",
    comes: "as above, and connected once it is found",
    how: "its own; WebKit does not say of what kind its error is",
    tests: [["network", "a name that cannot be found is asked for again, and once it is found, it connects"]],
  },
  {
    fault: "offline, and back",
    at: "`integrations`, `initiate` (calls, redirect, popup)",
    comes: "as above, and connected once it is back",
    how: "its own in Chromium and Firefox. In WebKit the server does not answer, and `navigator.onLine` and the events are the test's",
    tests: [["network", "what is asked without a network fails, and once that is back, it connects"]],
  },
  {
    fault: "offline, and back",
    at: "`account` (calls, redirect, popup)",
    comes: "asked every 15 s; once it is back, one request at once. When the user comes back from a popup meanwhile, it is asked once all the same, and repeated twice",
    how: "the same",
    tests: [
      ["network", "without a network the page behind a popup asks seldom, and once that is back, it asks once"],
      ["network", "without a network a callback page asks seldom, and once that is back, it asks once"],
    ],
  },
  {
    fault: "hidden, and seen again",
    at: "`account` (popup)",
    comes: "asked every 15 s; once it is seen, one request at once. What the user comes back with from the popup is looked at though nobody sees it",
    how: "its own: the window is minimised",
    tests: [["hidden", "a hidden page behind a popup asks seldom, and once it is shown, it asks once"]],
  },
  {
    fault: "hidden, and seen again",
    at: "`account` (calls, redirect)",
    comes: "as if nothing was",
    how: "its own: the window is minimised",
    tests: [["hidden", "a hidden callback page goes on"]],
  },
  {
    fault: "resets, statuses, pages (captive portal), encodings, sizes, redirects",
    at: "`integrations`, `initiate` (calls)",
    comes: "as above; Firefox by itself repeats a GET that is reset, and no browser a POST",
    how: own,
    tests: [["answers", "every answer that is none comes to the same as in Node"]],
  },
  {
    fault: "reloaded",
    at: "`account` (calls, popup)",
    comes: "resumed",
    how: own,
    tests: [
      ["page-faults", "a callback page that is reloaded before the platform has answered asks again"],
      ["popup", "a page that is reloaded meanwhile waits on, and is connected"],
    ],
  },
  {
    fault: "the tab is killed, another opened",
    at: "at the provider (calls), `account` (popup)",
    comes: "it is `pending` in the next tab; where the popup is left, that shows the result",
    how: own,
    tests: [
      ["page-faults", "a tab that is killed at the provider is known to the next one"],
      ["popup", "where the page is gone, the popup shows the result itself"],
    ],
  },
  {
    fault: "the storage is full",
    at: "`initiate` (calls)",
    comes: "`callback_unbound` ⁴",
    how: own,
    tests: [["page-faults", "where nothing more can be stored, who comes back by redirect is told, and nothing is believed"]],
  },
  {
    fault: "the storage is full",
    at: "`initiate` (popup)",
    comes: "as if nothing was",
    how: "`setItem` is the test's",
    tests: [["popup", "a popup connects where the storage ${what}"]],
  },
  {
    fault: "two tabs",
    at: "all (calls, popup), `account` (calls)",
    comes: "each its own; of one callback the same in both",
    how: own,
    tests: [
      ["interrupted", "two tabs connect two apps at once, each its own"],
      ["popup", "two tabs with a popup each connect two apps, each its own"],
      ["callback", "a callback opened again, here and in a second tab, gives the same account"],
    ],
  },
  {
    fault: "the page's clock goes 11 minutes forward, or back by an hour or two",
    at: "at the provider (calls)",
    comes: "`flow_expired` unless the account is `ACTIVE`; two hours back always",
    how: "`Date.now` is the test's",
    tests: [
      ["interrupted", "a user who is too slow at the provider, by all clocks"],
      ["interrupted", "a clock that is set back at the provider changes nothing, unless it is by more than an hour"],
    ],
  },
];
