// The message box: keys, growing, the draft, and errors that never take the text away.

import { conversation, keep, keyOf, read } from "./kept.js";
import { enqueue, isQueued, restoreQueue, unqueue } from "./queue.js";
import { say, text } from "./words.js";

const box = () => document.querySelector("#message");
const form = () => document.querySelector("#composer");
const activeReply = () => document.querySelector(".message.is-active");

// --- growing and the send button ------------------------------------------------------------------------------------

const growsByItself = CSS.supports("field-sizing", "content");

function fit(area) {
  if (growsByItself) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function refresh() {
  fit(box());
  form().querySelector(".send").disabled = !box().value.trim();
}

// --- the draft: per account and conversation, in this browser only --------------------------------------------------

function keepDraft() {
  keep("draft", box().value.trim() && box().value);
}

function restoreDraft() {
  if (box().value) keepDraft(); // typed before this script ran
  else box().value = read("draft") || "";
  refresh();
}

// Another window has sent, or thrown away, what stands here, too.
window.addEventListener("storage", (event) => {
  if (event.key !== keyOf("draft") || event.newValue || !box().value || box().value !== event.oldValue) return;
  box().value = "";
  unqueue();
  refresh();
});

document.addEventListener("input", (event) => {
  if (event.target === box()) {
    unqueue();
    refresh();
    keepDraft();
    document.querySelector("#composer-error").replaceChildren();
  } else if (event.target.matches("[data-autosize]")) fit(event.target);
});

// --- keys -----------------------------------------------------------------------------------------------------------

let composing = false;
document.addEventListener("compositionstart", () => { composing = true; });
// Safari sends the Enter that ends a composition after compositionend: wait one tick.
document.addEventListener("compositionend", () => setTimeout(() => { composing = false; }));

const touchKeyboard = matchMedia("(hover: none) and (pointer: coarse)");

document.addEventListener("keydown", (event) => {
  if (composing || event.isComposing || event.keyCode === 229) return;
  if (event.target === box() && event.key === "Enter" && !event.shiftKey && !event.altKey && !touchKeyboard.matches) {
    event.preventDefault();
    if (box().value.trim()) form().requestSubmit();
  } else if (event.key === "Escape" && !event.shiftKey && !document.querySelector("dialog[open], :popover-open, .sidebar.is-open")) {
    if (isQueued()) unqueue();
    else stop();
  }
});

function stop() {
  activeReply()?.querySelector(".stop-form")?.requestSubmit();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-stop]")) {
    stop();
    box().focus();
  }
});

// --- sending: the box is emptied only when the server has the text --------------------------------------------------

let sent = "";
let latest = "";
let sentFrom = "";

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id !== "composer") return;
  if (activeReply()) {
    event.preventDefault();
    if (!enqueue()) complain(text("stillAnswering"));
    return;
  }
  unqueue();
  sent = box().value;
  sentFrom = conversation();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig?.elt?.id === "composer") latest = box().value;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, xhr } = event.detail; // detail.elt is another one when the form itself was swapped
  if (requestConfig.elt.id !== "composer" || !xhr || xhr.status < 200 || xhr.status >= 300) return;
  // What was typed while the request was under way stays.
  box().value = latest.startsWith(sent) ? latest.slice(sent.length) : latest;
  keep("draft", "", sentFrom);
  keepDraft();
  refresh();
  if (!touchKeyboard.matches) box().focus();
});

// --- when something goes wrong --------------------------------------------------------------------------------------

function complain(sentence) {
  const place = document.querySelector("#composer-error");
  if (!place || !sentence) return;
  const notice = document.createElement("p");
  notice.className = "notice error";
  notice.setAttribute("role", "alert");
  notice.textContent = sentence;
  place.replaceChildren(notice);
  say("state", sentence);
}

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.requestConfig.verb === "get") return; // polling goes on by itself
  complain(text(event.detail.xhr.status === 403 ? "reload" : "serverError"));
});
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.requestConfig.verb !== "get") complain(text("unreachable"));
});

restoreDraft();
restoreQueue();
if (!touchKeyboard.matches) {
  box().focus();
  box().setSelectionRange(box().value.length, box().value.length);
} else box().blur();
