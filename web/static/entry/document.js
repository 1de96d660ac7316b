/**
 * The code lines of a passport: typed with help, or read by the camera or from a picture, here in the page. What was read
 * is put into the field and nothing else; the server proves it again, and the picture goes nowhere.
 */
import { Camera } from "../app/camera.js";
import { readZone } from "./mrz.js";

const READER = new URL("./zone-worker.js", import.meta.url);
const LONGEST_SIDE = 1600;
/** Without a reading for so long, the page says what helps. */
const PATIENCE_MS = 6000;

const part = (/** @type {string} */ id) => document.getElementById(id);
const area = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("textarea[name=zone]"));
const help = part("zone-help");

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

function fill(/** @type {string} */ text) {
  area.value = text;
  say();
  area.form.querySelector("button").focus();
}

function withCamera() {
  const box = part("zone-camera");
  const [finder, told, start, stop] = ["zone-finder", "zone-told", "zone-start", "zone-stop"].map(part);
  const file = /** @type {HTMLInputElement} */ (part("zone-file"));
  let [seen, timer] = ["", 0];

  function close(words = "") {
    clearTimeout(timer);
    camera.stop();
    [finder.hidden, stop.hidden, start.hidden] = [true, true, false];
    told.textContent = words;
  }

  const camera = new Camera(
    /** @type {HTMLVideoElement} */ (part("zone-video")),
    {
      state: (state) => {
        if (state === "looking") told.textContent = box.dataset.look;
        else if (state !== "starting") close(box.dataset.closed);
      },
      text: (text) => {
        // Two frames must say the same before it is believed.
        if (text === seen) {
          close();
          fill(text);
        }
        seen = text;
      },
    },
    { reader: READER, longest: LONGEST_SIDE, size: { width: 1920, height: 1080 } },
  );

  start.addEventListener("click", () => {
    [finder.hidden, stop.hidden, start.hidden] = [false, false, true];
    seen = "";
    timer = setTimeout(() => (told.textContent = box.dataset.unread), PATIENCE_MS);
    camera.start();
  });
  stop.addEventListener("click", () => close());
  addEventListener("pagehide", () => camera.stop());

  file.addEventListener("change", async () => {
    const [picture] = file.files;
    if (!picture) return;
    close();
    const text = await readFile(picture);
    // The browser, too, forgets which picture it was.
    file.value = "";
    if (text) fill(text);
    else told.textContent = box.dataset.unread;
  });
  box.hidden = false;
}

/** @param {Blob} picture @returns {Promise<string>} "" where nothing was read beyond doubt, or where it is no picture */
async function readFile(picture) {
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (!bitmap) return "";
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const worker = new Worker(READER, { type: "module" });
  return new Promise((resolve) => {
    const done = (/** @type {string} */ text) => {
      worker.terminate();
      resolve(text);
    };
    worker.addEventListener("message", ({ data }) => done(data.text));
    worker.addEventListener("error", () => done(""));
    worker.postMessage(image, [image.data.buffer]);
  });
}

if (area && help) {
  area.addEventListener("input", say);
  withCamera();
}
