// What the officer's console does better with a script. Every page works without it.

const UNDO_MS = 8000;

// The table of contacts: how many are ticked, and the person beside the table on a wide screen.
const decide = document.querySelector("#decide");
if (decide) {
  const boxes = [...decide.querySelectorAll('[name="pick"]')];
  const all = decide.querySelector("[data-pick-all]");
  const buttons = [...decide.querySelectorAll("[data-many]")].map((button) => {
    const word = button.querySelector("span");
    return { word, none: word.textContent, many: button.dataset.many };
  });
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    for (const { word, none, many } of buttons) word.textContent = ticked ? many.replace("{n}", ticked) : none;
    if (all) {
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  };
  all?.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  decide.addEventListener("change", count);
  count();
}

const wide = matchMedia("(min-width: 75.01rem)");
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-panel]");
  const panel = document.querySelector("#panel");
  if (!link || !panel || !wide.matches || !globalThis.htmx) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  await htmx.ajax("GET", link.href, { target: "#panel", swap: "innerHTML" });
  document.querySelector("tr.sel")?.classList.remove("sel");
  link.closest("tr").classList.add("sel");
  for (const field of panel.querySelectorAll("[data-filters]")) field.value = location.search;
  panel.scrollTop = 0;
  panel.focus({ preventScroll: true });
});

// Undo is offered for eight seconds, longer while the person is at it. After that each person's page offers it.
const undo = document.querySelector("[data-undo]");
if (undo) {
  const leave = () => {
    if (undo.matches(":hover, :focus-within")) setTimeout(leave, 1000);
    else undo.remove();
  };
  setTimeout(leave, UNDO_MS);
}
