// The model picker and the sliders in the header.

function showValue(slider) {
  const output = document.querySelector(`output[for="${slider.name}"]`);
  const unlimited = slider.dataset.unlimited && Number(slider.value) >= Number(slider.max);
  output.textContent = unlimited ? slider.dataset.unlimited : Number(slider.value).toString();
}

const sliders = () => document.querySelectorAll("#sliders input[type=range]");

document.addEventListener("input", (event) => {
  if (event.target.matches("#sliders input")) {
    showValue(event.target);
    mark();
  } else if (event.target.matches("[data-filter]")) {
    const words = event.target.value.trim().toLowerCase();
    for (const model of document.querySelectorAll("#model-list .model"))
      model.hidden = !model.textContent.toLowerCase().includes(words);
  }
});

function mark() {
  const changed = [...sliders()].some((slider) => Number(slider.value) !== Number(slider.dataset.default));
  document.querySelector("#settings-button")?.classList.toggle("is-changed", changed);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-reset-sliders]")) return;
  for (const slider of sliders()) {
    slider.value = slider.dataset.default;
    showValue(slider);
  }
  mark();
  sliders()[0].dispatchEvent(new Event("change", { bubbles: true }));
});

// Arrow keys walk through the models; the chosen one has the focus when the list opens.
document.addEventListener("keydown", (event) => {
  if (!event.target.closest("#model-popup") || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const rows = [...document.querySelectorAll("#model-list .model:not([hidden]) button")];
  const step = event.key === "ArrowDown" ? 1 : -1;
  const next = rows[(rows.indexOf(document.activeElement) + step + rows.length) % rows.length];
  next?.focus();
  event.preventDefault();
});

function focusChosen() {
  if (!document.querySelector("#model-popup:popover-open")) return;
  const wanted = ["[data-filter]", "#model-list [aria-current]", "#model-list .model button"];
  document.querySelector(wanted.find((selector) => document.querySelector(selector)))?.focus();
}

document.addEventListener("toggle", (event) => {
  if (event.target.id === "model-popup" && event.newState === "open") focusChosen();
}, true);
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "model-list") return;
  focusChosen();
  // The list is newer than the button above it.
  const dot = document.querySelector("#model-list .is-chosen .dot");
  if (dot) document.querySelector("#model-button .dot").className = dot.className;
});
document.addEventListener("htmx:load", (event) => {
  if (event.target.id === "controls") document.querySelector("#message")?.focus();
});
