import { readFile } from 'node:fs/promises';
import { Builder } from 'flatbuffers';

/**
 * The segmentation model as its npm package has it, with the metadata added that
 * the segmenter asks for: its input is an RGB image whose values go from 0 to 1.
 * https://github.com/tensorflow/tflite-support/blob/master/tensorflow_lite_support/metadata/metadata_schema.fbs
 */
export async function modelWithMetadata(file) {
  return withMetadata(await readFile(file), metadata());
}

/** A `ModelMetadata` with one image in and one mask out. */
function metadata() {
  const b = new Builder(1024);
  const name = (text) => b.createString(text);
  const vector = (offsets) => {
    b.startVector(4, offsets.length, 4);
    for (const offset of [...offsets].reverse()) b.addOffset(offset);
    return b.endVector();
  };
  const floats = (values) => {
    b.startVector(4, values.length, 4);
    for (const value of [...values].reverse()) b.addFloat32(value);
    return b.endVector();
  };
  /** A table of fields by number; each is written by its function. */
  const table = (size, fields) => {
    b.startObject(size);
    for (const [field, write] of Object.entries(fields)) write(Number(field));
    return b.endObject();
  };
  const offset = (value) => (field) => b.addFieldOffset(field, value, 0);
  const byte = (value) => (field) => b.addFieldInt8(field, value, 0);

  const mean = floats([0]);
  const std = floats([1]);
  const normalisation = table(2, { 0: offset(mean), 1: offset(std) });
  const unit = table(2, { 0: byte(1), 1: offset(normalisation) });
  const rgb = table(2, { 0: byte(1) });
  const image = table(3, { 0: byte(2), 1: offset(rgb) });
  const units = vector([unit]);
  const inName = name('image');
  const input = table(7, { 0: offset(inName), 3: offset(image), 4: offset(units) });
  const outName = name('mask');
  const output = table(7, { 0: offset(outName) });
  const inputs = vector([input]);
  const outputs = vector([output]);
  const graph = table(10, { 2: offset(inputs), 3: offset(outputs) });
  const graphs = vector([graph]);
  const model = table(8, { 3: offset(graphs) });
  b.finish(model, 'M001');
  return b.asUint8Array();
}

/** Fields of a TFLite `Model`: what is an offset is moved, the version is a number. */
const fields = 8;
const [versionField, buffersField, metadataField] = [0, 4, 6];

/**
 * Puts a new root in front of a TFLite model, which points to everything that the
 * old one did and to the metadata. Offsets within the old file are relative and
 * stay right.
 */
function withMetadata(old, blob) {
  const u32 = (at) => old.readUInt32LE(at);
  const root = u32(0);
  const vtable = root - old.readInt32LE(root);
  const slot = (field) => (4 + 2 * field < old.readUInt16LE(vtable) ? old.readUInt16LE(vtable + 4 + 2 * field) : 0);
  const target = (field) => (slot(field) ? root + slot(field) + u32(root + slot(field)) : 0);
  const oldBuffers = target(buffersField);
  const count = u32(oldBuffers);

  const align = (at, to) => Math.ceil(at / to) * to;
  // Root table, its vtable before it.
  const newVtable = 8;
  const newRoot = align(newVtable + 4 + 2 * fields, 4);
  const list = newRoot + 4 + 4 * fields;
  const entryVtable = list + 8;
  const entry = align(entryVtable + 8, 4);
  const label = entry + 12;
  const text = Buffer.from('TFLITE_METADATA\0');
  const buffers = align(label + 4 + text.length, 4);
  const bufferVtable = buffers + 4 + 4 * (count + 1);
  const buffer = align(bufferVtable + 6, 4);
  // The data are aligned and preceded by their length.
  const data = align(buffer + 8 + 4, 16);
  const shift = align(data + blob.length, 16);

  const out = Buffer.alloc(shift + old.length);
  const point = (at, to) => out.writeUInt32LE(to - at, at);
  out.writeUInt32LE(newRoot, 0);
  out.write('TFL3', 4, 'latin1');
  out.writeUInt16LE(4 + 2 * fields, newVtable);
  out.writeUInt16LE(4 + 4 * fields, newVtable + 2);
  out.writeInt32LE(newRoot - newVtable, newRoot);
  for (let field = 0; field < fields; field++) {
    const at = newRoot + 4 + 4 * field;
    const present = slot(field) !== 0 || field === metadataField;
    out.writeUInt16LE(present ? 4 + 4 * field : 0, newVtable + 4 + 2 * field);
    if (field === versionField) out.writeUInt32LE(slot(field) ? u32(root + slot(field)) : 0, at);
    else if (field === metadataField) point(at, list);
    else if (field === buffersField) point(at, buffers);
    else if (present) point(at, target(field) + shift);
  }
  out.writeUInt32LE(1, list);
  point(list + 4, entry);
  out.writeUInt16LE(8, entryVtable);
  out.writeUInt16LE(12, entryVtable + 2);
  out.writeUInt16LE(4, entryVtable + 4);
  out.writeUInt16LE(8, entryVtable + 6);
  out.writeInt32LE(entry - entryVtable, entry);
  point(entry + 4, label);
  out.writeUInt32LE(count, entry + 8);
  out.writeUInt32LE(text.length - 1, label);
  text.copy(out, label + 4);
  out.writeUInt32LE(count + 1, buffers);
  for (let i = 0; i < count; i++) point(buffers + 4 + 4 * i, oldBuffers + 4 + 4 * i + u32(oldBuffers + 4 + 4 * i) + shift);
  point(buffers + 4 + 4 * count, buffer);
  out.writeUInt16LE(6, bufferVtable);
  out.writeUInt16LE(8, bufferVtable + 2);
  out.writeUInt16LE(4, bufferVtable + 4);
  out.writeInt32LE(buffer - bufferVtable, buffer);
  point(buffer + 4, data - 4);
  out.writeUInt32LE(blob.length, data - 4);
  Buffer.from(blob).copy(out, data);
  old.copy(out, shift);
  return out;
}
