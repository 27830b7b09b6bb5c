// One message may wait for the end of the running answer. It stays in the box, closed for typing, so that neither an
// input method nor a reload can lose or halve it. A closed page keeps it, too: whoever opens the conversation again
// waits on, or finds it in the box. It is sent once: of several windows the one opened last has it.

import { keep, read } from "./kept.js";
import { say } from "./words.js";

const LOOK = 200; // so often, in milliseconds, it is seen whether the answer has ended
const ME = `${Date.now()}-${Math.random()}`; // this window, until it is loaded anew

const box = () => document.querySelector("#message");
const note = () => document.querySelector("#queued");
const unsent = () => document.querySelector("#unsent");
const activeReply = () => document.querySelector(".message.is-active");
let timer = null;
let isKept = false;
let answer = ""; // the reply that is waited for

export const isQueued = () => timer !== null;

/** False where nothing can wait: a page without the note that says so. */
export function enqueue() {
  if (!note()) return false;
  if (isQueued() || !box().value.trim()) return true;
  answer = activeReply().id;
  timer = setInterval(look, LOOK);
  isKept = keep("queued", ME);
  show(true);
  say("state", note().querySelector("span").textContent);
  return true;
}

/** Taken back, changed or sent: it waits no more. */
export function unqueue() {
  if (!isQueued() && unsent()?.hidden !== false) return;
  keep("queued", "");
  leave();
}

/** After a reload, or in a new window: goes on waiting if the answer does. If not, the text is in the box. */
export function restoreQueue() {
  if (!note() || read("queued") === null) return;
  if (!box().value.trim()) keep("queued", "");
  else if (activeReply()) enqueue();
  else {
    keep("queued", ME);
    unsent().hidden = false;
  }
}

function look() {
  if (isKept && read("queued") !== ME) return leave(); // another window has it now, or has sent it
  if (activeReply()) return;
  const failed = document.getElementById(answer)?.querySelector(".failure");
  unqueue();
  // Who asked something about an answer that never came decides anew.
  if (!failed) document.querySelector("#composer").requestSubmit();
}

function leave() {
  clearInterval(timer);
  timer = null;
  show(false);
}

function show(queued) {
  box().readOnly = queued;
  note().hidden = !queued;
  unsent().hidden = true;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-unqueue]")) return;
  unqueue();
  box().focus();
});
