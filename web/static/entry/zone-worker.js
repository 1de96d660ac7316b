/** Reads the code lines of a document off the page's thread. The picture is forgotten with the answer. */
import { greyOf } from "./zone-lines.js";
import { readPicture } from "./zone-reader.js";

addEventListener("message", ({ data }) => {
  try {
    postMessage({ text: readPicture(greyOf(data), new Date().getFullYear())?.text ?? "" });
  } catch (error) {
    postMessage({ text: "", error: String(error) });
  }
});
