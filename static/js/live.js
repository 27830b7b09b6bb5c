// A running reply: polling when the socket is silent, "reconnecting", and what screen readers hear.

import { say, text } from "./words.js";

const SILENCE = 6000; // without a frame for so long, ask by plain HTTP
const UNOPENED = 2500; // sooner, if there is not even a connection
const POLLING = 2000; // and then so often until frames come again
const SPEAKING = 4000; // at most one announcement of text in so many milliseconds

const active = () => document.querySelector(".message.is-active");
let following = null; // the reply whose end is to be announced
let heard = Date.now();
let isOpen = false;
let isPolling = false;
let spoken = 0;
let spokenAt = 0;

function begin(reply) {
  if (following === reply.id) return;
  following = reply.id;
  heard = Date.now();
  spoken = 0;
  isPolling = false;
  say("state", text("answering"));
}

function end() {
  const reply = document.getElementById(following);
  following = null;
  if (!reply) return;
  const written = reply.querySelector(".prose")?.textContent.trim() || "";
  say("state", reply.querySelector(".failure") ? text("failed") : text("answered", written.length));
}

/** Complete sentences only, and not too often: a reader that stutters along with the tokens helps nobody. */
function speak(reply) {
  if (Date.now() - spokenAt < SPEAKING) return;
  const written = reply.querySelector(".prose")?.textContent || "";
  const complete = written.slice(spoken).match(/^[\s\S]*[.!?。！？\n]/)?.[0];
  if (!complete?.trim()) return;
  say("text", complete.trim());
  spoken += complete.length;
  spokenAt = Date.now();
}

setInterval(() => {
  const reply = active();
  if (following && (!reply || reply.id !== following)) end();
  if (!reply) return;
  begin(reply);
  speak(reply);
  if (Date.now() - heard < (isPolling ? POLLING : isOpen ? SILENCE : UNOPENED)) return;
  heard = Date.now();
  isPolling = true;
  htmx.trigger(reply, "fallback");
}, 500);

document.addEventListener("htmx:wsAfterMessage", () => {
  heard = Date.now();
  isPolling = false;
});

document.addEventListener("htmx:wsOpen", () => { isOpen = true; });

document.addEventListener("htmx:wsClose", (event) => {
  isOpen = false;
  const code = event.detail.event?.code;
  const status = event.target.querySelector?.(".status");
  if (status && [1006, 1011, 1012, 1013].includes(code)) status.textContent = text("reconnecting");
});
