/** Draws a QR on a canvas, one module a pixel: the style sheet makes it big. The wasm comes from our own host. */
import { prepareZXingModule, writeBarcode } from "../npm/zxing-wasm/writer/index.js";

const WASM = new URL("../npm/zxing-wasm-writer/zxing_writer.wasm", import.meta.url).href;
const QUIET = 4;

prepareZXingModule({
  overrides: { locateFile: (/** @type {string} */ name, /** @type {string} */ prefix) => (name.endsWith(".wasm") ? WASM : prefix + name) },
});

/** @param {HTMLCanvasElement} canvas @param {string} text */
export async function drawCode(canvas, text) {
  const { symbol, error } = await writeBarcode(text, { format: "QRCode", ecLevel: "M" });
  if (error || !symbol.width) throw new Error(error || "empty");
  canvas.width = symbol.width + 2 * QUIET;
  canvas.height = symbol.height + 2 * QUIET;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(canvas.width, canvas.height);
  image.data.fill(255);
  for (let y = 0; y < symbol.height; y += 1) {
    for (let x = 0; x < symbol.width; x += 1) {
      const at = 4 * ((y + QUIET) * canvas.width + x + QUIET);
      image.data.fill(symbol.data[y * symbol.width + x], at, at + 3);
    }
  }
  context.putImageData(image, 0, 0);
}
