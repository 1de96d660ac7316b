/** What the hand and the ear are told: each result its own. */

/** @type {Record<string, {tones: number[], pulses: number[]}>} */
const SIGNALS = {
  safe: { tones: [880], pulses: [70] },
  due: { tones: [520, 520], pulses: [80, 70, 80] },
  late: { tones: [520, 400], pulses: [80, 70, 80] },
  none: { tones: [260], pulses: [320] },
};
const TONE_S = 0.12;
/** @type {AudioContext | null} */
let audio = null;

/** @param {string} state */
export function signal(state) {
  const { tones, pulses } = SIGNALS[state] ?? SIGNALS.none;
  navigator.vibrate?.(pulses);
  try {
    audio ??= new AudioContext();
    void audio.resume();
    tones.forEach((frequency, index) => {
      const [tone, volume] = [audio?.createOscillator(), audio?.createGain()];
      if (!audio || !tone || !volume) return;
      const start = audio.currentTime + index * TONE_S * 1.5;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.4, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + TONE_S);
    });
  } catch {
    // No loudspeaker: the colour and the words say it too.
  }
}
