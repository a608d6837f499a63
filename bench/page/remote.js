// A contestant in a worker of its own: calls go over as messages, answers come back as promises.

export class Remote {
  constructor(script, type) {
    this.worker = new Worker(script, { type });
    this.calls = new Map();
    this.lastId = 0;
    this.worker.onmessage = ({ data: { id, value, error } }) => {
      const { resolve, reject } = this.calls.get(id);
      this.calls.delete(id);
      if (error === undefined) resolve(value);
      else reject(new Error(error));
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      for (const { reject } of this.calls.values()) reject(new Error(event.message ?? `${script} failed`));
      this.calls.clear();
    };
  }

  call(method, ...args) {
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject });
      this.worker.postMessage({ id, method, args });
    });
  }

  end() {
    this.worker.terminate();
  }
}
