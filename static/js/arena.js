// A battle's page: the running turn, the vote by key, and where the focus goes when names are told.

import "./composer.js";
import "./copy.js";
import "./follow.js";
import { typing } from "./page.js";
import { say, text } from "./words.js";

// --- a running turn: polling when the socket is silent --------------------------------------------------------------

const UNOPENED = 2500; // milliseconds without even a connection, and then so often: ask by plain HTTP
const SILENCE = 25000; // with one: blind sides may be silent for long, and an answer comes by itself
const active = () => document.querySelector(".turn.is-active");
let following = null;
let heard = Date.now();
let isOpen = false;

setInterval(() => {
  noticeVote();
  const turn = active();
  if (turn?.id !== following) {
    if (following) say("state", text("answered"));
    following = turn?.id;
    heard = Date.now();
    if (turn) say("state", text("answering"));
  }
  if (!turn || Date.now() - heard < (isOpen ? SILENCE : UNOPENED)) return;
  heard = Date.now();
  htmx.trigger(turn, "fallback");
}, 500);

document.addEventListener("htmx:wsAfterMessage", () => { heard = Date.now(); });
document.addEventListener("htmx:wsOpen", () => {
  isOpen = true;
  heard = Date.now();
});
document.addEventListener("htmx:wsClose", (event) => {
  isOpen = false;
  if (![1006, 1011, 1012, 1013].includes(event.detail.event?.code)) return;
  for (const status of event.target.querySelectorAll?.(".status") || []) status.textContent = text("reconnecting");
});

// --- the vote -------------------------------------------------------------------------------------------------------

const CALM = 1500; // who has just typed goes on typing: the keys are not taken for a vote
const DELAY = 500;
let typedAt = 0;
let offeredAt = Infinity;

/** The vote may come with a frame, with an answer by plain HTTP or with the page; after "again" it is gone. */
function noticeVote() {
  if (!document.querySelector(".vote")) offeredAt = Infinity;
  else if (offeredAt === Infinity) offerVote();
}

/** The answers are complete: the keys 1–4 vote, unless something stands in the box or is being typed. */
function offerVote() {
  const place = document.querySelector(".vote [data-focus]");
  if (!place) return;
  const box = document.querySelector("#message");
  const isFree = !box.value && (document.activeElement === document.body || document.activeElement === box);
  if (isFree && Date.now() - typedAt < CALM) return; // and again in half a second
  offeredAt = Date.now();
  if (isFree) place.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (typing(event.target) && event.key !== "Enter") typedAt = Date.now(); // Enter sends: no more is being typed
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (document.querySelector("dialog[open], :popover-open, .sidebar.is-open")) return;
  if (!/^[1-9]$/.test(event.key) || Date.now() - offeredAt < DELAY) return;
  const button = document.querySelector(`.vote [aria-keyshortcuts="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
});

// A second vote (in another tab) is refused with what the first one brought.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (xhr?.status !== 409) return;
  event.detail.isError = false;
  event.detail.shouldSwap = target.id === "judgement" || target.id === "composer-error";
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.elt?.matches?.(".vote")) document.querySelector(".result-heading")?.focus();
});

document.addEventListener("htmx:load", noticeVote);
noticeVote();
