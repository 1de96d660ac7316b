// What plain HTML cannot do by itself, on every page. Nothing here is needed to use a page.

// A form says that it is being sent and is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented || form.method === "get" || form.hasAttribute("hx-post")) return;
  form.dataset.sending = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back through the history cache shows the form as it was before sending.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});

document.addEventListener("click", (event) => {
  const print = event.target.closest("[data-print]");
  if (print) window.print();
});

// An open menu closes on Escape and when the person goes elsewhere.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  closeMenus();
  open?.querySelector("summary").focus();
});
document.addEventListener("pointerdown", (event) => closeMenus(event.target.closest("details.menu")));
document.addEventListener("focusin", (event) => closeMenus(event.target.closest("details.menu")));

// A select marked data-autosubmit sends its form when changed; without a script the form's own button does.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// A clock that runs down: data-until is the moment, data-left and data-over what to say before and after it.
const countDown = () => {
  for (const clock of document.querySelectorAll("[data-until]")) {
    const minutes = Math.ceil((Date.parse(clock.dataset.until) - Date.now()) / 60_000);
    clock.textContent = minutes > 0 ? clock.dataset.left.replace("{n}", minutes) : clock.dataset.over;
  }
};
if (document.querySelector("[data-until]")) {
  countDown();
  setInterval(countDown, 10_000);
}

// Browsers that ignore `autofocus` on a list of errors are helped here.
document.querySelector(".error-summary")?.focus();
