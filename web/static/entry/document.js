/** Help while typing a passport's code lines: says at once where they were misread. The server reads them again. */
import { readZone } from "./mrz.js";

const area = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("textarea[name=zone]"));
const help = document.getElementById("zone-help");

function say() {
  const { values, problems } = readZone(area.value, new Date().getFullYear());
  const [first] = problems;
  if (!area.value.trim() || (first && first.kind === "size" && !first.line)) help.textContent = "";
  else if (!first) help.textContent = `${help.dataset.good}${values.surname} ${values.given}`;
  else {
    const words = help.dataset[first.kind] ?? help.dataset.check;
    help.textContent = words.replace(/\$(line|first|last|found)/g, (_all, name) => String(first[name]));
  }
}

if (area && help) area.addEventListener("input", say);
