// The open leaderboard asks for news every second while somebody can see it, and closes its lists by itself.

const EVERY = 1000;
const board = () => document.querySelector("#board");

function ask() {
  if (document.visibilityState !== "visible" || !board()) return;
  if (board().querySelector(".filter[open], .more[open]")) return; // not while somebody is reading in a list
  htmx.trigger(board(), "tick");
}

setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);

document.addEventListener("click", (event) => {
  for (const list of document.querySelectorAll(".filter[open]")) if (!list.contains(event.target)) list.open = false;
});
document.addEventListener("keydown", (event) => {
  const list = event.key === "Escape" && document.querySelector(".filter[open]");
  if (!list) return;
  list.open = false;
  list.querySelector("summary").focus();
});

// What was open and how far the tables were scrolled survives the swap.
let kept = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target.id !== "board") return;
  kept = {
    method: board().querySelector(".method")?.open,
    scrolled: [...board().querySelectorAll(".heat-frame")].map((frame) => frame.scrollLeft),
  };
});
document.addEventListener("htmx:afterSwap", () => {
  if (!kept || !board()) return;
  const method = board().querySelector(".method");
  if (method) method.open = kept.method;
  board().querySelectorAll(".heat-frame").forEach((frame, index) => (frame.scrollLeft = kept.scrolled[index] ?? 0));
  kept = null;
});
