// Runs before the first paint. A popup that comes back to this page is closed in a moment: it shows no more than that.
{
  const said = [...new URLSearchParams(location.search).values()];
  let popups = [];
  try {
    popups = JSON.parse(localStorage.getItem("demo:popups")) ?? [];
  } catch {
    // Forbidden, or not ours: what the window looks like has to do.
  }
  const isKnown = Array.isArray(popups) && popups.some(({ flowId }) => said.includes(flowId));
  if (isKnown || (said.length > 0 && !menubar.visible)) document.documentElement.dataset.returning = "";
}
