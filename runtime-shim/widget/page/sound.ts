/** A short tone, made here: no file, and nothing before somebody has pressed anything on the page, when browsers let it not sound. */
export function beep(): void {
  if ('userActivation' in navigator && !navigator.userActivation.hasBeenActive) return;
  try {
    const context = new AudioContext();
    const gain = context.createGain();
    gain.gain.value = 0.05;
    gain.connect(context.destination);
    const tone = context.createOscillator();
    tone.frequency.value = 880;
    tone.connect(gain);
    tone.start();
    tone.stop(context.currentTime + 0.15);
    tone.addEventListener('ended', () => void context.close());
  } catch {
    // No sound is no fault.
  }
}
