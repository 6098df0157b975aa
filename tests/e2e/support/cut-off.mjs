/**
 * Requests of a page whose address contains `part` fail as they do without a network. Not for navigations: chromedriver
 * waits for ever for one that is held up on its way through redirects.
 * @returns a function that undoes it.
 */
export async function cutOff(browser, part) {
  const { intercept } = await browser.networkAddIntercept({ phases: ["beforeRequestSent"] });
  const decide = async ({ isBlocked, intercepts, request: { request, url } }) => {
    if (!isBlocked || !intercepts?.includes(intercept)) return;
    await (url.includes(part) ? browser.networkFailRequest({ request }) : browser.networkContinueRequest({ request }));
  };
  browser.on("network.beforeRequestSent", decide);
  return async () => {
    await browser.networkRemoveIntercept({ intercept });
    browser.off("network.beforeRequestSent", decide);
  };
}
