// Two short tones when the lever goes too far back, for those who have switched them on.

let audio = null;

export function soundOn() {
  return localStorage.getItem("sound") === "on";
}

export function switchSound(on) {
  localStorage.setItem("sound", on ? "on" : "off");
  if (on) warn();
}

export function warn() {
  if (!soundOn()) return;
  audio ??= new AudioContext();
  audio.resume();
  for (const [begin, hertz] of [[0, 880], [0.16, 660]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const from = audio.currentTime + begin;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.25, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.14);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.15);
  }
}
