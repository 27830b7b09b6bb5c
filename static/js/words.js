// Translated words for scripts, and the two hidden regions that screen readers listen to.

/** A sentence from templates/chat/_texts.html; `value` replaces {}. */
export function text(name, value = "") {
  return (document.querySelector("#texts")?.dataset[name] || "").replace("{}", value);
}

/** Says a sentence once: "state" for what happens, "text" for what the model writes. */
export function say(region, sentence) {
  const place = document.querySelector(`[data-announce="${region}"]`);
  if (!place) return;
  if (region === "state") {
    place.textContent = sentence;
    setTimeout(() => { if (place.textContent === sentence) place.textContent = ""; }, 3000);
    return;
  }
  const line = document.createElement("p");
  line.textContent = sentence;
  place.append(line);
  while (place.children.length > 20) place.firstChild.remove();
}
