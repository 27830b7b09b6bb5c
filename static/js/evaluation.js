// A choice in a form that only shows something else is taken at once; a run that ended is announced.

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (form) form.requestSubmit();
});

// The page that watches a run tells who cannot see it that it has ended.
document.addEventListener("htmx:afterSwap", () => {
  const state = document.querySelector("#run-state");
  const announcer = document.querySelector("#announcer [data-announce=state]");
  if (state && announcer && watched && !state.hasAttribute("hx-get"))
    announcer.textContent = state.querySelector(".state-badge").textContent;
  watched = !!state?.hasAttribute("hx-get");
});
let watched = !!document.querySelector("#run-state[hx-get]");
