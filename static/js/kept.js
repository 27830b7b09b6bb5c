// What this browser keeps of a conversation, for one account alone: whoever logs in here next does not see it.

export const conversation = () => document.querySelector("#conversation")?.value || "new";

export function keyOf(what, place = conversation()) {
  return `${what}:${document.querySelector("#texts").dataset.owner}:${place}`;
}

export function read(what) {
  try {
    return localStorage.getItem(keyOf(what));
  } catch {
    return null; // private windows may refuse; then nothing is kept
  }
}

/** False if the browser keeps nothing. An empty text is forgotten. */
export function keep(what, text, place = conversation()) {
  try {
    if (text) localStorage.setItem(keyOf(what, place), text);
    else localStorage.removeItem(keyOf(what, place));
    return true;
  } catch {
    return false;
  }
}
