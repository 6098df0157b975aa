// Runs before the first paint. A popup that returns to this page is closed in a moment, so it shows only a short message.
{
  const parameters = [...new URLSearchParams(location.search).values()];
  let popups = [];
  try {
    popups = JSON.parse(localStorage.getItem("demo:popups")) ?? [];
  } catch {
    // The storage is forbidden or holds something else. The window's appearance decides.
  }
  const isKnown = Array.isArray(popups) && popups.some(({ flowId }) => parameters.includes(flowId));
  if (isKnown || (parameters.length > 0 && !menubar.visible)) document.documentElement.dataset.returning = "";
}
