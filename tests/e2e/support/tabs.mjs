/** Opens an empty tab and goes to it. `handle` is for coming again, `leave()` goes back to the tab before. */
export async function openTab(browser) {
  const before = await browser.getWindowHandle();
  const { handle } = await browser.createWindow("tab");
  await browser.switchToWindow(handle);
  return { handle, leave: () => browser.switchToWindow(before) };
}
