// The newest words stay in sight, but only for those who are already near the end.

const NEAR = 80;
let following = true;
let watched = null;
let lastTop = 0;

const pane = () => document.querySelector("#messages");
const distance = () => pane().scrollHeight - pane().scrollTop - pane().clientHeight;

function toEnd() {
  pane().scrollTop = pane().scrollHeight;
}

function refresh() {
  const jump = document.querySelector("#jump");
  if (jump) jump.hidden = following || distance() <= NEAR;
}

const watcher = new ResizeObserver(() => {
  if (following) toEnd();
  refresh();
});

function watch() {
  const thread = document.querySelector("#thread");
  if (!thread || thread === watched) return;
  watcher.disconnect();
  watcher.observe(thread);
  watcher.observe(pane());
  watched = thread;
  lastTop = 0;
}

document.addEventListener("scroll", (event) => {
  if (event.target !== pane()) return;
  // Only moving up is leaving: while the text grows fast, the end may already be far away again.
  const top = pane().scrollTop;
  if (distance() <= NEAR) following = true;
  else if (top < lastTop) following = false;
  lastTop = top;
  refresh();
}, { capture: true, passive: true });

document.addEventListener("click", (event) => {
  if (!event.target.closest("#jump")) return;
  following = true;
  pane().scrollTo({ top: pane().scrollHeight, behavior: "smooth" });
  document.querySelector("#message").focus();
});

// One's own message is always shown.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.id === "composer") following = true;
});
document.addEventListener("htmx:load", watch);
watch();
toEnd();
