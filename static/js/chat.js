// The chat page: each module looks after one thing and listens on the document, so swapped fragments just work.

import "./composer.js";
import "./controls.js";
import "./copy.js";
import "./follow.js";
import "./live.js";
import { typing } from "./page.js";

// Shortcuts that need a conversation.
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.shiftKey && event.key.toLowerCase() === "m") {
    event.preventDefault();
    document.querySelector("#model-button")?.click();
  } else if (event.shiftKey && event.key === "Escape") {
    document.querySelector("#message")?.focus();
  } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !command && !event.altKey) {
    if (typing(event.target) || event.target.closest?.("[popover], dialog, input")) return;
    const all = document.querySelectorAll(".message .versions");
    all[all.length - 1]?.querySelector(`button:${event.key === "ArrowLeft" ? "first" : "last"}-of-type`)?.click();
  }
});

// Editing one's own message in place.
document.addEventListener("click", (event) => {
  const cancel = event.target.closest("[data-close-edit]");
  if (cancel) cancel.closest("details").open = false;
});
document.addEventListener("toggle", (event) => {
  if (event.target.matches?.(".edit[open]")) event.target.querySelector("textarea").focus();
}, true);
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.(".edit-form");
  if (!form) return;
  if (event.key === "Escape") form.closest("details").open = false;
  else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  else return;
  event.preventDefault();
});
