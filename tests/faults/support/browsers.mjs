const real = "not simulated";

/**
 * The faults that real browsers are tested with: the fault, the requests that it meets, the result, how the browser gets the fault, and
 * the tests of tests/e2e as `[file, name]`.
 */
export const inBrowsers = [
  {
    fault: "name not found (DNS)",
    at: "`integrations`, `fields`, `initiate`, `account` (calls, redirect, popup)",
    result: "as above, and connects once the host is found",
    source: "not simulated; WebKit does not report the kind of its error",
    tests: [["network", "a request to an unknown host is retried, and connects once the host is found"]],
  },
  {
    fault: "offline for a while",
    at: "`integrations`, `initiate` (calls, redirect, popup)",
    result: "as above, and connects once the network is back",
    source: "not simulated in Chromium and Firefox. In WebKit, the server does not answer, and the test sets `navigator.onLine` and sends the events",
    tests: [["network", "a request without a network fails, and connects once the network is back"]],
  },
  {
    fault: "offline for a while",
    at: "`account` (calls, redirect, popup)",
    result: "polls every 15 s, and at once when the network is back. A popup that returns before that causes one status check with two retries",
    source: "the same",
    tests: [
      ["network", "a page behind a popup polls seldom without a network, and asks once when it is back"],
      ["network", "a callback page polls seldom without a network, and asks once when it is back"],
    ],
  },
  {
    fault: "hidden for a while",
    at: "`account` (popup)",
    result: "polls every 15 s, and at once when it is shown. A popup that returns before that causes a status check",
    source: "not simulated: the window is minimised",
    tests: [["hidden", "a hidden page behind a popup polls seldom, and asks once when it is shown"]],
  },
  {
    fault: "hidden for a while",
    at: "`account` (calls, redirect)",
    result: "no effect",
    source: "not simulated: the window is minimised",
    tests: [["hidden", "a hidden callback page keeps polling"]],
  },
  {
    fault: "resets, statuses, HTML (captive portal), encodings, sizes, redirects",
    at: "`integrations`, `initiate` (calls)",
    result: "as above. Firefox itself retries a GET that is reset, and no browser retries a POST",
    source: real,
    tests: [["answers", "every faulty answer has the same result as in Node"]],
  },
  {
    fault: "reloaded",
    at: "`account` (calls, popup)",
    result: "resumed",
    source: real,
    tests: [
      ["page-faults", "a callback page that is reloaded during the status check repeats it"],
      ["popup", "a page that is reloaded while the popup is open keeps waiting and connects"],
    ],
  },
  {
    fault: "the tab is closed, another opened",
    at: "at the provider (calls), `account` (popup)",
    result: "`pending` in the next tab. A popup that is still open shows the result",
    source: real,
    tests: [
      ["page-faults", "an attempt whose tab was closed at the provider is listed in the next tab"],
      ["popup", "the popup shows the result when the page that opened it was closed"],
    ],
  },
  {
    fault: "the storage is full",
    at: "`initiate` (calls)",
    result: "`callback_unbound` ⁴",
    source: real,
    tests: [["page-faults", "a callback is rejected with an error when the storage was full at the start"]],
  },
  {
    fault: "the storage is full",
    at: "`initiate` (popup)",
    result: "no effect",
    source: "the test replaces `setItem`",
    tests: [["popup", "a popup connects when the storage is full"]],
  },
  {
    fault: "two tabs",
    at: "all (calls, popup), `account` (calls)",
    result: "each tab connects its own account. One callback in two tabs gives the same account",
    source: real,
    tests: [
      ["interrupted", "two tabs connect two apps at the same time"],
      ["popup", "two tabs connect two apps at the same time, each in a popup"],
      ["callback", "a callback opened again, in the same tab and in another, gives the same account"],
    ],
  },
  {
    fault: "three tabs wait for one account",
    at: "`account` (`resume`, `waitUntilActive`)",
    result: "one tab asks at a time, and all three ask as often as one tab alone. When the first tab has the result, the others ask within 0.3 s, also without Web Locks",
    source: "the test holds and moves the tabs' clocks. Without Web Locks, it removes `navigator.locks`",
    tests: [
      ["turns", "three tabs ask as often as one, and learn the result together"],
      ["turns", "three tabs without Web Locks ask as often as one, and learn the result together"],
      ["turns", "a tab that waits by resume does not ask while another one is asking"],
      ["turns", "a tab that waits by waitUntilActive does not ask while another one is asking"],
    ],
  },
  {
    fault: "of the tabs that wait for one account, the one that asked last is closed, hidden, or stands still during a check",
    at: "`account` (`resume`, `waitUntilActive`)",
    result: "another tab asks within 5 s, or within 15 s if all tabs that are left are hidden",
    source: "the test holds and moves the tabs' clocks. A hidden tab is a minimised window. A tab that stands still is one whose lock the test holds",
    tests: [
      ["turns", "another tab asks within 5 s when the tab that asked last is closed"],
      ["turns", "a visible tab asks within 5 s when the tab that asked last is hidden"],
      ["turns", "a hidden tab asks within 15 s when the visible tab that asked last is closed"],
      ["turns", "a tab asks within 5 s though another one stands still during a check"],
      ["turns", "two flows that start a check at the same moment do not wait for each other while another tab stands still"],
    ],
  },
  {
    fault: "the page's clock is set forward by 11 minutes, or back by one or two hours",
    at: "at the provider (calls)",
    result: "`flow_expired` unless the account is `ACTIVE`. Two hours back always ends with `flow_expired`",
    source: "the test replaces `Date.now`",
    tests: [
      ["interrupted", "a user who takes too long by the page's clock too gets flow_expired"],
      ["interrupted", "a clock that is set back by up to an hour during the attempt changes nothing"],
    ],
  },
];
