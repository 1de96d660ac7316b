/**
 * The camera and its frames. Knows nothing of what a code means.
 * @typedef {"starting" | "looking" | "denied" | "none" | "insecure" | "failed"} CameraState
 */

const LONGEST_SIDE = 960;
/** At most ten frames a second: enough for a code held still, kind to an old phone's battery. */
const FRAME_MS = 100;

export class Camera {
  /**
   * @param {HTMLVideoElement} video
   * @param {{state: (state: CameraState) => void, text: (text: string) => void}} tell
   * @param {{reader?: URL, longest?: number, size?: {width: number, height: number}}} [how] another worker than the one
   *   for QR codes, the longest side of what it is given, the size asked of the camera; in pixels
   */
  constructor(video, tell, { reader, longest = LONGEST_SIDE, size = { width: 1280, height: 720 } } = {}) {
    this.video = video;
    this.tell = tell;
    this.reader = reader ?? new URL("./decoder.js", import.meta.url);
    this.longest = longest;
    this.size = size;
    this.canvas = document.createElement("canvas");
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Worker | null} */
    this.decoder = null;
    this.paused = false;
    this.run = 0;
  }

  async start() {
    this.stop();
    const run = (this.run += 1);
    this.tell.state("starting");
    if (!navigator.mediaDevices?.getUserMedia) {
      this.tell.state(window.isSecureContext ? "none" : "insecure");
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: this.size.width }, height: { ideal: this.size.height } },
      });
      if (run !== this.run) {
        stream.getTracks().forEach((track) => track.stop());
        return;
      }
      this.stream = stream;
      this.video.srcObject = stream;
      await this.video.play();
    } catch (error) {
      const name = error instanceof DOMException ? error.name : "";
      this.tell.state(name === "NotAllowedError" || name === "SecurityError" ? "denied" : name === "NotFoundError" ? "none" : "failed");
      return;
    }
    this.decoder = new Worker(this.reader, { type: "module" });
    this.decoder.addEventListener("error", () => this.tell.state("failed"));
    this.decoder.addEventListener("message", ({ data }) => this.answered(data));
    this.tell.state("looking");
    this.sentAt = 0;
    this.next();
  }

  stop() {
    this.run += 1;
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
    this.decoder?.terminate();
    this.decoder = null;
  }

  /** Hold still while a found code is shown; the camera stays open for the next one. @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    if (!paused && this.decoder) this.next();
  }

  /** @param {{text: string, error?: string}} data */
  answered(data) {
    if (data.error) {
      this.tell.state("failed");
      this.stop();
      return;
    }
    if (data.text && !this.paused) this.tell.text(data.text);
    const wait = Math.max(0, FRAME_MS - (performance.now() - (this.sentAt ?? 0)));
    setTimeout(() => this.next(), wait);
  }

  next() {
    const { video, canvas, decoder } = this;
    if (!decoder || this.paused) return;
    if (!video.videoWidth || document.visibilityState !== "visible") {
      setTimeout(() => this.next(), FRAME_MS * 2);
      return;
    }
    const scale = Math.min(1, this.longest / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    this.sentAt = performance.now();
    decoder.postMessage(image, [image.data.buffer]);
  }

  get track() {
    return this.stream?.getVideoTracks()[0] ?? null;
  }

  get hasTorch() {
    const abilities = /** @type {any} */ (this.track?.getCapabilities?.() ?? {});
    return Boolean(abilities.torch);
  }

  /** @param {boolean} lit */
  async torch(lit) {
    await this.track?.applyConstraints(/** @type {any} */ ({ advanced: [{ torch: lit }] }));
  }
}
