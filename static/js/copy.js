// Copy buttons of messages, code blocks and fields (data-copy="the field's id").

import { say, text } from "./words.js";

/** The clipboard of plain http pages on an intranet is the old one. */
async function copy(words) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(words);
  const area = document.createElement("textarea");
  area.value = words;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("refused");
}

function wordsFor(button) {
  if (button.matches("[data-copy-code]")) return button.closest(".code").querySelector("code").textContent;
  if (button.dataset.copy) return document.getElementById(button.dataset.copy).value;
  return button.parentElement.querySelector("template.raw").content.textContent;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-code]");
  if (!button) return;
  let copied = true;
  try {
    await copy(wordsFor(button));
  } catch {
    copied = false;
  }
  button.focus();
  say("state", text(copied ? "copied" : "copyFailed"));
  mark(button, copied);
});

function mark(button, copied) {
  const use = button.querySelector("use");
  const before = use.getAttribute("href");
  use.setAttribute("href", before.replace(/#.*/, copied ? "#check" : "#warning"));
  button.classList.toggle("copy-failed", !copied);
  setTimeout(() => {
    use.setAttribute("href", before.replace(/#.*/, "#copy"));
    button.classList.remove("copy-failed");
  }, 1500);
}

function addButtons(place) {
  const template = document.querySelector("#code-copy");
  for (const head of place.querySelectorAll(".code-head"))
    if (!head.querySelector("button") && !head.closest(".open")) head.append(template.content.cloneNode(true));
}

document.addEventListener("htmx:load", (event) => addButtons(event.target.parentElement || event.target));
addButtons(document);
