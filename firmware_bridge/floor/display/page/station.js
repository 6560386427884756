// The socket to the station: what it says goes to `told`, what is asked goes to it. See ../API.md.

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2000;
const NO_TOKEN = 4401;
// A station that says nothing for so long is gone, whatever the socket believes.
const SILENT_MS = 3000;

export class Station {
  // told: {hello, state, lever, event, error, gone(code)}, a function each.
  constructor(told) {
    this.told = told;
    this.wait = FIRST_WAIT_MS;
    this.connect();
  }

  connect() {
    const socket = new WebSocket(`ws://${location.host}/live`);
    this.socket = socket;
    this.heardAt = performance.now();
    const watch = setInterval(() => {
      if (performance.now() - this.heardAt > SILENT_MS) socket.close();
    }, 500);
    socket.onmessage = ({ data }) => {
      this.heardAt = performance.now();
      this.wait = FIRST_WAIT_MS;
      const message = JSON.parse(data);
      const [kind] = Object.keys(message);
      if (kind === "kind") this.told.event(message);
      else this.told[kind]?.(message[kind]);
    };
    socket.onclose = ({ code }) => {
      clearInterval(watch);
      this.told.gone(code === NO_TOKEN);
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
    };
  }

  ask(command) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(command));
  }
}
