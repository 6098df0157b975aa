// Reads and writes the parts of WebAssembly's binary format. https://webassembly.github.io/spec/core/binary/modules.html

export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let result = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return result;
    }
  }
  text() {
    const part = this.part(this.number());
    return Buffer.from(this.bytes.subarray(part.at, part.end)).toString();
  }
  part(size) {
    this.at += size;
    return new Reader(this.bytes, this.at - size, this.at);
  }
  get done() {
    return this.at >= this.end;
  }
}

export const list = (reader, item) => Array.from({ length: reader.number() }, item);

/** One entry of the import section. */
export function readImport(reader) {
  const [module, name, kind] = [reader.text(), reader.text(), reader.byte()];
  const start = reader.at;
  const limits = () => {
    const hasMaximum = reader.byte() & 1;
    reader.number();
    if (hasMaximum) reader.number();
  };
  if (kind === 0) reader.number();
  else if (kind === 2) limits();
  else if (kind === 1) limits(reader.byte());
  else reader.part(2);
  return { module, name, kind, type: reader.bytes.subarray(start, reader.at) };
}

/** Encodes a number in as few bytes as possible. */
export function encodeNumber(value) {
  const bytes = [];
  for (; value > 0x7f; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}

/** Encodes bytes after their length. */
export const encodeSized = (content) => Buffer.concat([encodeNumber(content.length), content]);

export const encodeText = (text) => encodeSized(Buffer.from(text));
