import zlib from 'node:zlib'

/** The files of a zip by name, by its central directory. */
export function readZip(bytes: Uint8Array): Map<string, Buffer> {
  const zip = Buffer.from(bytes)
  const files = new Map<string, Buffer>()
  const signature = Buffer.from('PK\u0001\u0002')
  for (let at = zip.indexOf(signature); at !== -1; at = zip.indexOf(signature, at + 1)) {
    const [method, size, nameLength, local] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt32LE(at + 42),
    ]
    const begin = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const data = zip.subarray(begin, begin + size)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    files.set(name, method === 8 ? zlib.inflateRawSync(data) : data)
  }
  return files
}
