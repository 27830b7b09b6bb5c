// What every page with the frame needs: theme, sidebar on phones, menus, dialogs, the general shortcuts.

const root = document.documentElement;
root.classList.add("scripted");
const $ = (selector, from = document) => from.querySelector(selector);

export const typing = (element) => !!element?.closest?.("input:not([type=range]), textarea, select, [contenteditable]");

// --- theme: shown at once, kept in the background; a language needs the page anew, so its form is sent as it is ------

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!event.target.matches("[data-preferences]") || button?.name !== "theme") return;
  event.preventDefault();
  root.dataset.theme = button.value;
  for (const each of document.querySelectorAll("[data-preferences] [name=theme]"))
    each.setAttribute("aria-pressed", String(each.value === button.value));
  fetch(event.target.action, { method: "POST", body: new FormData(event.target, button), redirect: "manual" });
});

// --- the sidebar is a drawer on phones ------------------------------------------------------------------------------

function setSidebar(open) {
  const sidebar = $("#sidebar");
  if (!sidebar) return;
  sidebar.classList.toggle("is-open", open);
  $(".backdrop").hidden = !open;
  $("#main").inert = open; // the focus trap
  $("[data-sidebar-toggle]")?.setAttribute("aria-expanded", String(open));
  (open ? $("[data-sidebar-close]", sidebar) : $("[data-sidebar-toggle]"))?.focus();
}

const sidebarIsOpen = () => $("#sidebar")?.classList.contains("is-open");
const isPhone = matchMedia("(max-width: 767px)");
isPhone.addEventListener("change", () => sidebarIsOpen() && setSidebar(false));

// --- a form that came back: where the first thing is to be mended ------------------------------------------------------

$("[aria-invalid=true]")?.focus();

// --- dialogs and menus ----------------------------------------------------------------------------------------------

function closeDialog() {
  const dialog = $("#dialog");
  if (dialog.open) dialog.close();
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "dialog") return;
  for (const menu of document.querySelectorAll(".menu:popover-open")) menu.hidePopover();
  if (!event.target.open) event.target.showModal();
  $("input[type=text]", event.target)?.select();
});
document.addEventListener("close-dialog", closeDialog);

// A menu opens beside its button; without this it would stand in the middle of the screen.
document.addEventListener("beforetoggle", (event) => {
  const menu = event.target;
  if (event.newState !== "open" || !menu.matches("[data-anchored]")) return;
  const place = $(`[popovertarget="${menu.id}"]`).getBoundingClientRect();
  const height = 100;
  const below = place.bottom + height < innerHeight;
  menu.style.left = `${Math.max(8, Math.min(place.left, innerWidth - 196))}px`;
  menu.style.top = `${below ? place.bottom + 4 : place.top - height}px`;
}, true);

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.closest("[data-sidebar-toggle]")) {
    event.preventDefault();
    setSidebar(!sidebarIsOpen());
  } else if (target.closest("[data-sidebar-close]")) {
    setSidebar(false);
  } else if (target.closest("[data-close-dialog]") && $("#dialog").open) {
    event.preventDefault();
    closeDialog();
  } else if (target.closest("[data-help]")) {
    target.closest("[popover]")?.hidePopover();
    $("#help").showModal();
  } else if (target.matches("dialog")) {
    // A click on the backdrop counts as one on the dialog itself.
    const box = target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) target.close();
  }
});

// --- shortcuts ------------------------------------------------------------------------------------------------------

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (event.key === "Escape" && sidebarIsOpen()) setSidebar(false);
  else if (command && event.shiftKey && key === "o") go(event, () => $("[data-new-chat]")?.click());
  else if (command && !event.shiftKey && key === "k") go(event, search);
  else if ((command && key === "/") || (event.key === "?" && !typing(event.target) && !command))
    go(event, () => $("#help").open || $("#help").showModal());
});

function go(event, action) {
  event.preventDefault();
  action();
}

function search() {
  if (isPhone.matches && !sidebarIsOpen()) setSidebar(true);
  $("#search")?.focus();
}
