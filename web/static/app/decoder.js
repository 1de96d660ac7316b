/** Reads a QR from one camera frame, off the page's thread. The wasm comes from our own host. */
import { prepareZXingModule, readBarcodes } from "../npm/zxing-wasm/reader/index.js";

const WASM = new URL("../npm/zxing-wasm-reader/zxing_reader.wasm", import.meta.url).href;

prepareZXingModule({
  overrides: { locateFile: (/** @type {string} */ name, /** @type {string} */ prefix) => (name.endsWith(".wasm") ? WASM : prefix + name) },
});

self.addEventListener("message", async ({ data: image }) => {
  try {
    const found = await readBarcodes(image, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 });
    self.postMessage({ text: found[0]?.text ?? "" });
  } catch (error) {
    self.postMessage({ text: "", error: String(error) });
  }
});
