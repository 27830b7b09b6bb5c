// One message may wait for the end of the running answer. It stays in the box, closed for typing, so that neither an
// input method nor a reload can lose or halve it; it is sent once.

import { say } from "./words.js";

const LOOK = 200; // so often, in milliseconds, it is seen whether the answer has ended

const box = () => document.querySelector("#message");
const note = () => document.querySelector("#queued");
const activeReply = () => document.querySelector(".message.is-active");
const flag = () => `queued:${document.querySelector("#conversation")?.value}`;
let timer = null;
let answer = ""; // the reply that is waited for

export const isQueued = () => timer !== null;

/** False where nothing can wait: a page without the note that says so. */
export function enqueue() {
  if (!note()) return false;
  if (isQueued() || !box().value.trim()) return true;
  answer = activeReply().id;
  timer = setInterval(look, LOOK);
  show(true);
  say("state", note().querySelector("span").textContent);
  return true;
}

export function unqueue() {
  if (!isQueued()) return;
  clearInterval(timer);
  timer = null;
  show(false);
}

/** After a reload: goes on waiting if the answer does. If not, the text is simply in the box. */
export function restoreQueue() {
  let waited = false;
  try {
    waited = sessionStorage.getItem(flag()) !== null;
    sessionStorage.removeItem(flag());
  } catch { /* private windows may refuse; then the text is a draft */ }
  if (waited && activeReply()) enqueue();
}

function look() {
  if (activeReply()) return;
  const failed = document.getElementById(answer)?.querySelector(".failure");
  unqueue();
  // Who asked something about an answer that never came decides anew.
  if (!failed) document.querySelector("#composer").requestSubmit();
}

function show(queued) {
  box().readOnly = queued;
  note().hidden = !queued;
  try {
    if (queued) sessionStorage.setItem(flag(), "1"); // of this tab alone: two would send it twice
    else sessionStorage.removeItem(flag());
  } catch { /* as above */ }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-unqueue]")) return;
  unqueue();
  box().focus();
});
