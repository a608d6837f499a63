// Starts the service worker that keeps the page for use without a network.
//
// A newer build takes over at the next load, or at once while nobody has touched the page yet.

(() => {
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  if (!("serviceWorker" in navigator) || !(location.protocol === "https:" || isLocal)) return;
  const container = navigator.serviceWorker;
  const wasControlled = container.controller !== null;
  container.addEventListener("controllerchange", () => {
    const isUntouched = navigator.userActivation ? !navigator.userActivation.hasBeenActive : false;
    if (wasControlled && isUntouched) location.reload();
  });
  // A refusal (a private window, a full disk) costs the offline use only.
  addEventListener("load", () => {
    container.register("./sw.js", { updateViaCache: "none" }).catch(() => {});
  });
})();
